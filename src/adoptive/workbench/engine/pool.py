"""Worker processes on this machine, with a quick and clean end when interrupted; a lost one is replaced."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from threading import Thread
from typing import Any, Final, TypeVar

from adoptive.errors import RunError
from adoptive.workbench.engine.layout import Here, Layout, open_layout

__all__ = ["Processes", "Team", "open_processes", "open_team", "work_off"]

Job = TypeVar("Job")
Result = TypeVar("Result")

_ONE_THREAD: Final = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

AHEAD: Final = 2
"""Jobs per worker that are handed over at once: enough that none waits, few enough that no results pile up."""

LOSSES: Final = 3
"""Times that workers may be lost without a single job done in between."""


class Processes:
    """Do the work in fresh processes of one thread each; see :class:`adoptive.workbench.engine.layout.Layout`.

    A single job is done in this process: starting another would take longer.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._others = set(multiprocessing.active_children())

    @property
    def said(self) -> str:
        """Describe the layout in a few words."""
        return f"{self.workers} processes"

    def results(self, work: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[tuple[int, Result]]:
        """Give each job's number and result as it ends.

        Raises
        ------
        RunError
            Workers are lost again and again without any job done, for instance for want of memory.
        """
        waiting = list(enumerate(jobs))
        if len(waiting) == 1:
            yield 0, work(waiting[0][1])
            return
        waiting.reverse()
        running: dict[Future[Result], tuple[int, Job]] = {}
        losses = 0
        while waiting or running:
            try:
                while waiting and len(running) < AHEAD * self.workers:
                    number, job = waiting.pop()
                    running[self._submit(work, number, job, waiting)] = number, job
                ended, _ = wait_for(running, return_when=FIRST_COMPLETED)
                for future in sorted(ended, key=lambda future: running[future][0]):
                    result = future.result()
                    yield running.pop(future)[0], result
                    losses = 0
            except BrokenProcessPool:
                losses += 1
                waiting += sorted(running.values(), key=lambda entry: -entry[0])
                running.clear()
                self._replace(losses)

    def _submit(self, work: Callable[[Job], Result], number: int, job: Job, waiting: list[Any]) -> Future[Result]:
        """Hand a job over; it goes back to the waiting ones if the pool is broken already."""
        if self._pool is None:
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.workers, spawn, initializer=_leave_and_watch)
        try:
            with _one_thread_each(), _interrupts_held():  # the pool starts its processes as jobs come
                return self._pool.submit(work, job)
        except BrokenProcessPool:
            waiting.append((number, job))
            raise

    def _replace(self, losses: int) -> None:
        """Take a fresh pool after a loss.

        Raises
        ------
        RunError
            There were too many losses.
        """
        self.kill()
        if losses >= LOSSES:
            raise RunError(
                f"a worker process ended without a result, {losses} times in a row", where="run",
                next_step="try --workers 1, or fewer trials; it may have lacked memory",
            )  # fmt: skip

    def kill(self) -> None:
        """End all processes at once."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
        for child in set(multiprocessing.active_children()) - self._others:
            child.kill()

    def close(self) -> None:
        """End the processes once they are idle."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None


@contextmanager
def open_processes(workers: int) -> Iterator[Processes]:
    """Open a pool; its processes are killed at once if anything, Ctrl-C included, goes wrong here."""
    processes = Processes(workers)
    try:
        yield processes
    except BaseException:
        processes.kill()
        raise
    processes.close()


def work_off(
    work: Callable[[Job], Result], jobs: Sequence[Job], *, workers: int, done: Callable[[int], None]
) -> list[Result]:
    """Give the results of all jobs in the order of the jobs; ``done`` is called with a job's number as it ends.

    With one worker the work happens here, otherwise in that many fresh processes of one thread each.

    Raises
    ------
    RunError
        Worker processes end without a result again and again, for instance for want of memory.
    """
    with open_team(min(workers, len(jobs))) as team:
        return team.work(work, jobs, done=lambda number, _: done(number))


@dataclass(frozen=True)
class Team:
    """Hold a layout that stays for several rounds of jobs; without any the work happens here."""

    layout: Layout | None

    def work(
        self, work: Callable[[Job], Result], jobs: Sequence[Job], *, done: Callable[[int, Result], None]
    ) -> list[Result]:
        """Give the results in the order of the jobs; ``done`` is called with number and result as each one ends.

        Raises
        ------
        RunError
            Worker processes end without a result again and again.
        """
        found: dict[int, Result] = {}
        for number, result in (self.layout or Here()).results(work, jobs):
            found[number] = result
            done(number, result)
        return [found[number] for number in range(len(jobs))]


@contextmanager
def open_team(workers: int) -> Iterator[Team]:
    """Open worker processes for several rounds of jobs; they end when this process does, even if it is killed."""
    with open_layout(workers=max(1, workers)) as layout:
        yield Team(layout)


def _leave_and_watch() -> None:
    """Ignore Ctrl-C, for the parent ends its workers itself; and end as soon as it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back while workers start; they inherit the mask, so none of them prints a traceback of its own."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let worker processes start with one thread each, unless the user has said otherwise."""
    ours = [name for name in _ONE_THREAD if name not in os.environ]
    os.environ.update(dict.fromkeys(ours, "1"))
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)
