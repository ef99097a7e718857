"""A column where "none" is a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from adoptive.errors import StudyError
from adoptive.workbench.discover.tables import read_table


def test_none_is_an_empty_cell_as_text_and_itself_as_a_word(tmp_path: Path) -> None:
    place = tmp_path / "plate.csv"
    place.write_text("well,kind\nA1, none \nA2,\nA3,a\x07b\n", "utf-8")
    table = read_table(place, what="plate")
    assert [row.text("kind") for row in table.rows[:2]] == ["", ""]
    assert [row.word("kind") for row in table.rows[:2]] == ["none", ""]
    table.rows[2].word("kind")
    with pytest.raises(StudyError, match="line 4, kind: a control character"):
        table.check()
