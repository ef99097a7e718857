"""The engine's page: its examples run, and print what the page says, to the precision that another processor allows."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "engine.md"
NUMBER = re.compile(r"\d+\.?\d*")


def test_the_examples_print_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADOPTIVE_CACHE_DIR", str(tmp_path))
    blocks = re.findall(r"```(python|text)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    said = io.StringIO()
    with redirect_stdout(said):
        for kind, text in blocks:
            if kind == "python":
                exec(compile(text, str(PAGE), "exec"), names)
    printed = "".join(text for kind, text in blocks if kind == "text")
    assert NUMBER.sub("#", said.getvalue()) == NUMBER.sub("#", printed)
    found, stated = (list(map(float, NUMBER.findall(text))) for text in (said.getvalue(), printed))
    assert found == pytest.approx(stated, rel=0.01, abs=0.002)
