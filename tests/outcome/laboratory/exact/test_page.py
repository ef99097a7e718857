"""The page on CTCAE shows the limits that the package grades by, no others; its example runs."""

from __future__ import annotations

import contextlib
import io
import re
import tomllib
from importlib.resources import files
from pathlib import Path

from adoptive.outcome.laboratory.terms import VERSIONS

PAGE = Path(__file__).parents[4] / "docs" / "rules" / "ctcae.md"


def rows() -> list[str]:
    table = tomllib.loads(files("adoptive.outcome.laboratory").joinpath("terms.toml").read_text("utf-8"))["term"]
    lines = []
    for term in table:
        names = " / ".join([term["name"], *term.get("renamed", {}).values()])
        for rule in term["rules"]:
            versions = ", ".join(rule.get("versions", ["all"]))
            grades = [rule["grades"].get(str(grade), "") for grade in (1, 2, 3, 4)]
            lines.append(f"| {' | '.join([names, versions, rule.get('unit', ''), *grades])} |")
    return lines


def test_table_of_the_page_is_that_of_the_package() -> None:
    page = PAGE.read_text("utf-8")
    shown = [line for line in page.splitlines() if re.match(r"\| [A-Z].* \| (all|4\.03|5\.0|6\.0)", line)]
    assert shown == rows()
    assert all(version in page for version in VERSIONS)


def test_example_of_the_page_runs() -> None:
    example = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert example is not None
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(example[1], {})
    assert said.getvalue() == example[2]
