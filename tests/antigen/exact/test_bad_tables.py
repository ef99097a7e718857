"""Tables as hostile and clumsy users give them: one clear error with its line, and nothing is left behind."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from adoptive.errors import StudyError
from adoptive.workbench.cli.surroundings import say_error
from adoptive.workbench.discover.tables import read_table
from adoptive.workbench.mistakes import Mistake, as_error

NEEDED = ("gene", "position", "ref")


def read_positions(path: Path) -> None:
    table = read_table(path, what="variant table", needed=NEEDED)
    for row in table.rows:
        row.number("position")
    table.check()


def told(path: Path, text: str | bytes) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(StudyError) as caught:
        read_positions(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\ngene,position,ref\nKRAS,12,G\n", ("line 1: the variant table has no line of column names",)),
        (",,\nKRAS,12,G\n", ("line 1: the variant table has no line of column names",)),
        ("# mine\ngene,position,ref\nKRAS,12,G\n", ("line 1: the variant table has no line of column names",)),
        ("GENE,POSITION,REF\nKRAS,12,G\n", ("line 1: a column is missing; value: gene", "is it GENE? write gene")),
        ("gene,positon,ref\nKRAS,12,G\n", ("line 1: a column is missing", "is it positon? write position")),
        ('gene,position,ref\n"KRAS,12,G\n', ("line 2: the variant table cannot be read", "next: is a quote")),
        ("gene,position,ref\nKRAS,1_2,G\n", ("line 2, position: not a number; value: 1_2",)),
        ("gene,position,ref\nKRAS,\u0661\u0662,G\n", ("line 2, position: not a number; value: \u0661\u0662",)),
        ("gene,position,ref\n" + "A" * 200_000, ("line 2: the variant table cannot be read",)),
        (b"\x1f\x8b\x08\x00cut", ("damaged gzip file", "next: copy it again")),
    ],
)
def test_a_bad_table_is_told_with_its_line_and_the_next_step(
    tmp_path: Path, text: str | bytes, words: tuple[str, ...]
) -> None:
    said = told(tmp_path / "x.csv", text)
    assert all(word in said for word in words), said
    assert "next:" in said


def test_a_file_that_is_not_there_has_a_next_step(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="next: correct the name"):
        read_table(tmp_path / "absent.csv", what="variant table")


def test_twenty_thousand_columns_are_read_at_once(tmp_path: Path) -> None:
    names = ["gene", "position", "ref", *(f"c{number}" for number in range(20_000))]
    path = tmp_path / "wide.csv"
    path.write_text(",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")
    start = time.process_time()
    assert len(read_table(path, what="variant table", needed=NEEDED).names) == len(names)
    assert time.process_time() - start < 2.0  # with a count for each name it took nine seconds


def test_a_message_does_not_steer_the_terminal_and_shows_little_of_a_value(capsys: pytest.CaptureFixture[str]) -> None:
    say_error("x.txt: no such allele; value: \x1b[31mA*02:01\u202e\nsecond line")
    assert capsys.readouterr().err == "adoptive: x.txt: no such allele; value: \\x1b[31mA*02:01\\u202e\nsecond line\n"
    long = str(as_error([Mistake("x: line 1", "no such allele", "A" * 100_000)] * 3, "x"))
    assert len(long) < 2_000
