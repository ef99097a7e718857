"""Homes for work: this process, a pool of processes on this machine, the workers of a Dask cluster.

A layout decides where and when a job is done, never what comes out of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from adoptive.errors import StudyError

__all__ = ["Here", "Layout", "open_layout", "workers_for"]

Job = TypeVar("Job")
Result = TypeVar("Result")


class Layout(Protocol):
    """Do jobs somewhere and give their results as they end, in any order."""

    @property
    def said(self) -> str:
        """Describe the layout in a few words."""
        ...

    def results(self, work: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[tuple[int, Result]]:
        """Give each job's number and result as it ends; only a few results are held at once.

        ``work`` is a function that another process can import by its name; jobs and results travel there and back.
        Jobs of a lost worker are done again.

        Raises
        ------
        RunError
            The same job is lost again and again, or the home itself is gone.
        """
        ...


@dataclass(frozen=True)
class Here:
    """Do the work in this process, one job after the other.

    >>> list(Here().results(abs, [-1, 2]))
    [(0, 1), (1, 2)]
    """

    said: str = "this process"

    def results(self, work: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[tuple[int, Result]]:
        """Give each job's number and result in the order of the jobs."""
        for number, job in enumerate(jobs):
            yield number, work(job)


def workers_for(asked: int | None) -> int:
    """Give the number of worker processes: as asked, else the number of cores."""
    return asked if asked is not None else max(1, os.cpu_count() or 1)


@contextmanager
def open_layout(*, workers: int | None = None, scheduler: str | None = None) -> Iterator[Layout]:
    """Open a home for work: that many processes (``None``: one per core), or the Dask cluster of a scheduler.

    Arguments: ``workers`` processes of this machine, 1 for none beside this one; ``scheduler`` an address such as
    ``tcp://host:8786``. Not both. Processes start when there is work for them and end with the block, even if this
    process is killed.

    Raises
    ------
    StudyError
        Both are given; the address is none, nobody answers there, or a worker there would give other numbers.
    """
    if workers is not None and scheduler is not None:
        raise StudyError(
            "work has one home only", where="--workers, --scheduler", value=f"{workers} and {scheduler}",
            next_step="leave out one of the two; the workers of a cluster are started with `dask worker`",
        )  # fmt: skip
    if scheduler is not None:
        from adoptive.workbench.engine.cluster import open_cluster

        with open_cluster(scheduler) as cluster:
            yield cluster
    elif workers_for(workers) == 1:
        yield Here()
    else:
        from adoptive.workbench.engine.pool import open_processes

        with open_processes(workers_for(workers)) as processes:
            yield processes
