"""The examples of the pages about response and dose-limiting toxicity run, and print what the pages say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[4] / "docs" / "rules"


@pytest.mark.parametrize("page", ["recist", "irecist", "lugano", "remission", "myeloma", "dlt"])
def test_examples_print_what_their_comments_say(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = re.search(r"```python\n(.*?)```", (PAGES / f"{page}.md").read_text("utf-8"), re.DOTALL)
    assert code is not None
    exec(compile(code[1], page, "exec"), {})
    said = [line.split("  # ", 1)[1] for line in code[1].splitlines() if line.startswith("print(")]
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == len(said) >= 3
    for found, promised in zip(printed, said, strict=True):
        assert promised.startswith(found)
