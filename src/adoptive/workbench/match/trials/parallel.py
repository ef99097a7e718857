"""Work on many things side by side, in order, with few of them in memory."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from itertools import islice
from typing import Any, Final, TypeVar

__all__ = ["in_order"]

ALONE: Final = 200
"""Things that are worked on before processes are worth their start."""

BATCH: Final = 16
"""Things that a process gets at a time."""

AHEAD: Final = 4
"""Batches under way, a process."""

Result = TypeVar("Result")
Task = tuple[Any, str]


def in_order(tasks: Iterable[Task], work: Callable[[Any, str], Result], *, workers: int) -> Iterator[Result]:
    """Yield the work on each task, in the tasks' order, by so many processes.

    What a process cannot take or give back (a record nested too deep to be sent, a process that died) is worked on
    here.
    """
    waiting = iter(tasks)
    yield from (work(*task) for task in (waiting if workers <= 1 else islice(waiting, ALONE)))
    first = list(islice(waiting, BATCH))
    if not first:
        return
    pool = _pool(workers)
    under_way: deque[tuple[list[Task], Future[list[Result]]]] = deque()
    try:
        batch = first
        while batch or under_way:
            while batch and len(under_way) < AHEAD * workers:
                under_way.append((batch, _handed(pool, work, batch)))
                batch = list(islice(waiting, BATCH))
            yield from _result(work, *under_way.popleft())
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _pool(workers: int) -> Executor:
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_leave_with_parent)


def _leave_with_parent() -> None:
    """Let the parent alone answer an interrupt, and outlive it in no case."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_after, daemon=True).start()


def _leave_after() -> None:
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)


def _handed(pool: Executor, work: Callable[[Any, str], Result], batch: list[Task]) -> Future[list[Result]]:
    """Hand a batch over; a pool that is broken gives it back at once."""
    try:
        return pool.submit(_all, work, batch)
    except RuntimeError as problem:
        future: Future[list[Result]] = Future()
        future.set_exception(problem)
        return future


def _all(work: Callable[[Any, str], Result], batch: list[Task]) -> list[Result]:
    return [work(*task) for task in batch]


def _result(work: Callable[[Any, str], Result], batch: list[Task], future: Future[list[Result]]) -> list[Result]:
    try:
        return future.result()
    except Exception:  # whatever stood in the way of a process, it is worked on here
        return _all(work, batch)
