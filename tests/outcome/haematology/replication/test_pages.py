"""The examples on the pages of the blood rules run and print what the pages are about."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[4] / "docs" / "rules"
PRINTED = {
    "b-cell-aplasia": "7.0 180.0 1",
    "icaht": "at or below 500 neutrophils per uL for 7 to 13 days: grade 2",
    "iec-hs": "251 286 1",
    "risk-scores": "['low' 'high' 'high']",
    "tumour-lysis": "uric acid and potassium changed: laboratory tumour lysis",
}


@pytest.mark.parametrize("page", PRINTED)
def test_examples_run(page: str) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (PAGES / f"{page}.md").read_text("utf-8"), re.DOTALL)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(example, {})
    assert PRINTED[page] in said.getvalue()
