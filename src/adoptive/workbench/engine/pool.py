"""Blocks worked off here or by worker processes, in order, with a quick and clean end when interrupted."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from threading import Thread
from typing import Final, TypeVar

from adoptive.errors import RunError

__all__ = ["Team", "open_team", "work_off"]

Job = TypeVar("Job")
Result = TypeVar("Result")

_ONE_THREAD: Final = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def work_off(
    work: Callable[[Job], Result], jobs: Sequence[Job], *, workers: int, done: Callable[[int], None]
) -> list[Result]:
    """Give the results of all jobs in the order of the jobs; ``done`` is called with a job's number as it ends.

    With one worker the work happens here, otherwise in that many fresh processes of one thread each.

    Raises
    ------
    RunError
        A worker process ended without a result, for instance for want of memory.
    """
    if workers <= 1 or len(jobs) == 1:
        results = []
        for number, job in enumerate(jobs):
            results.append(work(job))
            done(number)
        return results
    with _pool(min(workers, len(jobs))) as pool:
        with _interrupts_held():
            futures = [pool.submit(work, job) for job in jobs]
        try:
            return [_wait(future, number, done) for number, future in enumerate(futures)]
        except BrokenProcessPool:
            raise RunError(
                "a worker process ended without a result", where="run", next_step="try --workers 1, or fewer trials"
            ) from None


def _wait(future: Future[Result], number: int, done: Callable[[int], None]) -> Result:
    result = future.result()
    done(number)
    return result


@dataclass(frozen=True)
class Team:
    """Hold worker processes that stay for several rounds of jobs; without any the work happens here."""

    pool: ProcessPoolExecutor | None

    def work(
        self, work: Callable[[Job], Result], jobs: Sequence[Job], *, done: Callable[[int, Result], None]
    ) -> list[Result]:
        """Give the results in the order of the jobs; ``done`` is called with number and result as each one ends.

        Raises
        ------
        RunError
            A worker process ended without a result.
        """
        if self.pool is None:
            results = []
            for number, job in enumerate(jobs):
                results.append(work(job))
                done(number, results[-1])
            return results
        with _interrupts_held():
            futures = {self.pool.submit(work, job): number for number, job in enumerate(jobs)}
        try:
            for future in as_completed(futures):
                done(futures[future], future.result())
        except BrokenProcessPool:
            raise RunError(
                "a worker process ended without a result", where="run", next_step="try --workers 1, or smaller trials"
            ) from None
        return [future.result() for future in futures]


@contextmanager
def open_team(workers: int) -> Iterator[Team]:
    """Open worker processes for several rounds of jobs; they end when this process does, even if it is killed."""
    if workers <= 1:
        yield Team(None)
        return
    with _pool(workers, _leave_and_watch) as pool:
        yield Team(pool)


@contextmanager
def _pool(workers: int, begin: Callable[[], None] | None = None) -> Iterator[ProcessPoolExecutor]:
    """Open a pool whose processes are killed at once if anything, Ctrl-C included, goes wrong here."""
    before = set(multiprocessing.active_children())
    with _one_thread_each():
        pool = ProcessPoolExecutor(
            workers, multiprocessing.get_context("spawn"), initializer=begin or _leave_signals_to_parent
        )
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in set(multiprocessing.active_children()) - before:
                child.kill()
            raise
        pool.shutdown()


def _leave_signals_to_parent() -> None:
    """Ignore Ctrl-C in a worker: the parent ends its workers itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _leave_and_watch() -> None:
    """Leave signals to the parent, and end as soon as it is gone: nobody else would end a worker then."""
    _leave_signals_to_parent()
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
