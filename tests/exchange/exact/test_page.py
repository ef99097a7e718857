"""The page on exchange shows what the program says: its commands and its Python are run here."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from adoptive.workbench.cli import main

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "exchange.md").read_text("utf-8")
SHOWN = re.findall(r"```console\n\$ adoptive (.*?)\n(.*?)```", PAGE, re.DOTALL)


def numbers_apart(text: str) -> tuple[str, list[float]]:
    """Split a text into its words and its numbers."""
    pattern = r"-?\d+\.?\d*(?:e-?\d+)?"
    return re.sub(pattern, "#", text), [float(x) for x in re.findall(pattern, text)]


@pytest.fixture
def beside_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for file in (DOCS / "_static" / "exchange").iterdir():
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("beside_the_example")
@pytest.mark.parametrize(("words", "output"), SHOWN)
def test_commands_print_what_the_page_shows(words: str, output: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(shlex.split(words))
    said = capfd.readouterr()
    got, want = numbers_apart(said.out + said.err), numbers_apart(output)
    assert got[0] == want[0]
    assert got[1] == pytest.approx(want[1], rel=1e-5)  # digits behind that are the machine's


def test_the_table_of_patients_is_the_file() -> None:
    assert (DOCS / "_static" / "exchange" / "patients.csv").read_text("utf-8") in PAGE


def test_python_prints_what_the_page_shows(beside_the_example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, output = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)[0]
    exec(code, {})
    assert capsys.readouterr().out == output
    assert (beside_the_example / "loss.xml").stat().st_size > 500
