"""Work in pieces: none is done twice, the order of ending does not matter, blocks survive as columns."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from adoptive.workbench.engine.columns import as_block, as_columns, gathered
from adoptive.workbench.engine.layout import Here
from adoptive.workbench.engine.parts import digest_of
from adoptive.workbench.engine.stream import InMemory, Piece, Store, Tally, work_off_to
from adoptive.workbench.engine.types import RunResult
from adoptive.workbench.engine.working import PartFolder


def squares(first: int) -> dict[str, NDArray[Any]]:
    if first < 0:
        raise RuntimeError("asked for what was there")
    trials = np.arange(first, first + 3)
    return {"trial": trials, "square": trials.astype(float) ** 2, "pair": np.stack([trials, -trials], axis=1)}


def pieces(*, digest: str = "d", job: int | None = None) -> list[Piece]:
    return [
        Piece("s", 0, first, first + 2, squares, first if job is None else job, digest) for first in range(0, 12, 3)
    ]


@dataclass(frozen=True)
class Shuffled:
    """A layout whose jobs end in any order."""

    said: str = "in any order"

    def results(self, work: Callable[[Any], Any], jobs: Iterable[Any]) -> Iterator[tuple[int, Any]]:
        numbered = list(enumerate(jobs))
        random.Random(5).shuffle(numbered)
        yield from ((number, work(job)) for number, job in numbered)


@pytest.fixture(params=["memory", "disk"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return InMemory() if request.param == "memory" else PartFolder(tmp_path)


def test_pieces_that_are_there_are_not_done_again(store: Store) -> None:
    seen: list[tuple[int, int]] = []
    assert work_off_to(store, pieces()[:2], Here()) == Tally(2 - 2, 2)
    assert work_off_to(store, pieces(), Here(), lambda done, total: seen.append((done, total))) == Tally(2, 2)
    assert seen == [(6, 12), (9, 12), (12, 12)]
    assert work_off_to(store, pieces(job=-1), Here()) == Tally(4, 0)
    with pytest.raises(RuntimeError, match="asked for"):
        work_off_to(store, pieces(digest="other", job=-1), Here())


def test_damaged_parts_are_done_again_and_told(tmp_path: Path) -> None:
    store = PartFolder(tmp_path)
    work_off_to(store, pieces(), Here())
    whole = {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()}
    names = sorted(whole)
    (tmp_path / names[0]).write_bytes(whole[names[0]][:-9])
    (tmp_path / names[1]).unlink()
    (tmp_path / names[2]).write_bytes(b"")
    tally = work_off_to(store, pieces(), Here())
    assert (tally.found, tally.made, len(tally.damaged)) == (1, 3, 2)
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == whole


def test_order_of_ending_changes_nothing(store: Store, tmp_path: Path) -> None:
    work_off_to(store, pieces(), Shuffled())
    for place in (None, tmp_path / "columns"):
        columns = gathered(store, pieces(), place=place)
        assert list(columns) == ["trial", "square", "pair"]
        assert columns["square"].tolist() == [float(trial**2) for trial in range(12)]
        assert columns["pair"].tolist() == [[trial, -trial] for trial in range(12)]


def test_a_block_survives_as_columns(result: RunResult) -> None:
    block, columns = result.all_trials, as_columns(result.all_trials)
    again = as_block(columns)
    for group in ("curves", "flow", "medians", "grades", "responses"):
        assert list(getattr(again, group)) == list(getattr(block, group))
        assert all(np.array_equal(values, getattr(block, group)[key]) for key, values in getattr(again, group).items())
    assert digest_of(as_columns(again)) == digest_of(columns)


def test_names_tell_pieces_apart() -> None:
    names = {
        Piece(study, draw, first, first, squares, 0, "", setting).name
        for study in ("a", "b") for draw in (0, 12) for first in (0, 7) for setting in ("", "rule1")
    }  # fmt: skip
    assert len(names) == 16
