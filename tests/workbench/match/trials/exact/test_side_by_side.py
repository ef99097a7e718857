"""Work side by side keeps its order, its bounds and its results."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from benchmarks.matching.many import write_many

from adoptive.workbench.match.trials import parallel
from adoptive.workbench.match.trials.load import load_trials
from adoptive.workbench.match.trials.parallel import in_order
from adoptive.workbench.match.types import Trial


def tripled(value: Any, where: str) -> tuple[int, str]:
    return 3 * value, where


class Broken(Executor):
    """Lose every third batch, and take nothing after the sixth."""

    def __init__(self) -> None:
        self.taken = 0

    def submit(self, work: Any, /, *given: Any, **named: Any) -> Future[Any]:
        self.taken += 1
        if self.taken > 6:
            raise RuntimeError("broken")
        future: Future[Any] = Future()
        if self.taken % 3 == 0:
            future.set_exception(ValueError("lost"))
        else:
            future.set_result(work(*given, **named))
        return future


@pytest.mark.parametrize("pool", [lambda _: ThreadPoolExecutor(2), lambda _: Broken()])
@pytest.mark.parametrize("count", [0, 1, 3, 4, 50])
def test_order_is_kept_whatever_is_lost(monkeypatch: pytest.MonkeyPatch, pool: Any, count: int) -> None:
    monkeypatch.setattr(parallel, "ALONE", 3)
    monkeypatch.setattr(parallel, "BATCH", 2)
    monkeypatch.setattr(parallel, "_pool", pool)
    tasks = [(number, f"record {number}") for number in range(count)]
    assert list(in_order(tasks, tripled, workers=2)) == [tripled(*task) for task in tasks]


def test_few_tasks_are_taken_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "ALONE", 3)
    monkeypatch.setattr(parallel, "BATCH", 2)
    monkeypatch.setattr(parallel, "_pool", lambda _: ThreadPoolExecutor(2))
    taken = []

    def tasks() -> Iterator[tuple[int, str]]:
        for number in range(1000):
            taken.append(number)
            yield number, ""

    results = in_order(tasks(), tripled, workers=2)
    assert [next(results)[0] for _ in range(10)] == list(range(0, 30, 3))
    assert len(taken) <= 10 + 2 * (parallel.AHEAD * 2 + 2)
    results.close()


@pytest.mark.slow
def test_two_processes_load_the_same_trials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the stand-in for the reader is not in the other processes
    write_many(tmp_path, count=330, huge=False)
    alone, together = list(load_trials(tmp_path)), list(load_trials(tmp_path, workers=2))
    assert [(str(one), getattr(one, "source", "")) for one in alone] == [
        (str(one), getattr(one, "source", "")) for one in together
    ]
    assert sum(isinstance(one, Trial) for one in together) == 330
