"""Work on the workers of a Dask cluster: checked to give the same numbers, and done again where a worker is lost.

Dask (dask.distributed) is an extra of the package. Only the process that asks writes files: workers need the package
and nothing else.
"""

from __future__ import annotations

import importlib
import logging
import platform
import re
import socket
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from threading import Lock
from typing import Any, Final, TypeVar

import adoptive
from adoptive.errors import RunError, StudyError
from adoptive.workbench.engine.parts import book_digest, code_digest

__all__ = ["Cluster", "checked_address", "differences", "makings", "open_cluster"]

Job = TypeVar("Job")
Result = TypeVar("Result")

AHEAD: Final = 2
"""Jobs per worker thread that are handed over at once."""

ANSWER_S: Final = 10.0
"""Seconds within which a scheduler must answer."""

FETCH_S: Final = 60.0
"""Seconds within which a finished result must arrive."""

WORKERS_S: Final = 60.0
"""Seconds within which a first worker must be there; a queue may need longer, and then the command is repeated."""

_ADDRESS: Final = re.compile(r"(?:(?:tcp|tls)://)?(?P<host>\[[0-9a-fA-F:.%]+\]|[\w.-]+):(?P<port>\d{1,5})")

_LIBRARIES: Final = ("numpy", "scipy", "numba", "llvmlite")
"""Libraries whose other versions may round differently."""

_ONE_AT_A_TIME: Final = Lock()


@lru_cache(maxsize=1)
def makings() -> dict[str, str]:
    """Say what makes the numbers in this process, by name: equal makings give equal bytes on equal processors."""
    told = {"adoptive": adoptive.__version__, "Python": ".".join(platform.python_version_tuple()[:2])}
    told |= {"parameter rows": book_digest()[:12], "code": code_digest()[:12]}
    for name in _LIBRARIES:
        try:
            told[name] = version(name)
        except PackageNotFoundError:
            told[name] = "none"
    return told


def differences(there: Mapping[str, str], here: Mapping[str, str]) -> str:
    """Say in what two makings differ; empty if in nothing.

    >>> differences({"Python": "3.12", "numpy": "2.3"}, {"Python": "3.11", "numpy": "2.3"})
    'Python 3.12 (here 3.11)'
    """
    names = [name for name in here if there.get(name) != here[name]]
    return ", ".join(f"{name} {there.get(name, 'none')} (here {here[name]})" for name in names)


def checked_address(address: str) -> str:
    """Give a scheduler's address with its protocol.

    Raises
    ------
    StudyError
        It is none.

    >>> checked_address("head-node:8786")
    'tcp://head-node:8786'
    """
    found = _ADDRESS.fullmatch(address)
    if found is None or not 1 <= int(found["port"]) <= 65535:
        raise StudyError(
            "not the address of a Dask scheduler", where="--scheduler", value=address,
            allowed="host:port, tcp://host:port or tls://host:port",
            next_step="give the address that `dask scheduler` prints when it starts",
        )  # fmt: skip
    return address if "://" in address else f"tcp://{address}"


class Cluster:
    """Do the work on a cluster's workers; see :class:`adoptive.workbench.engine.layout.Layout`."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address

    @property
    def said(self) -> str:
        """Describe the layout in a few words."""
        return f"the cluster of {self._address}"

    def results(self, work: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[tuple[int, Result]]:
        """Give each job's number and result as it ends; workers that join later get jobs, too.

        Raises
        ------
        RunError
            A job ended several workers one after the other, or the scheduler is gone.
        """
        distributed = importlib.import_module("distributed")
        ended, session = distributed.as_completed(loop=self._client.loop), uuid.uuid4().hex[:12]
        waiting, running = enumerate(jobs), dict[str, tuple[int, Any]]()

        def hand_over() -> None:
            most = AHEAD * max(1, sum(self._client.nthreads().values()))
            while len(running) < most and (entry := next(waiting, None)) is not None:
                key = f"adoptive-{session}-{entry[0]}"
                future = self._client.submit(work_there, work, entry[1], makings(), key=key, pure=False)
                running[key] = entry[0], future
                ended.add(future)

        try:
            hand_over()
            for future in ended:
                result = self._result(future)
                number, _ = running.pop(future.key)
                future.release()
                yield number, result
                hand_over()
        except (OSError, TimeoutError, distributed.CancelledError) as problem:
            raise _gone(self._address) from problem
        finally:
            with suppress(OSError, TimeoutError, RuntimeError):
                self._client.cancel([future for _, future in running.values()], force=True)

    def _result(self, future: Any) -> Any:
        """Give what a job left, or raise what it raised.

        Raises
        ------
        RunError
            The job ended several workers.
        """
        distributed = importlib.import_module("distributed")
        if future.status != "error":
            return future.result(timeout=FETCH_S)
        problem = future.exception(timeout=FETCH_S)
        if isinstance(problem, distributed.scheduler.KilledWorker):
            raise RunError(
                "the same block ended several workers one after the other", where=f"--scheduler {self._address}",
                next_step="give workers more memory and run the command again: what is finished is kept",
            )  # fmt: skip
        if isinstance(problem, OSError):  # a worker's own, not one of the way there
            raise RunError(f"a worker failed: {problem}", where=f"--scheduler {self._address}")
        raise problem


def work_there(work: Callable[[Job], Result], job: Job, here: Mapping[str, str]) -> Result:
    """Do a job on a worker, one at a time in a process, if the numbers are the same as where it was asked.

    Raises
    ------
    RunError
        They are not.
    """
    if said := differences(makings(), here):
        raise RunError("a worker would give other numbers", where=platform.node(), value=said, next_step=_SAME)
    with _ONE_AT_A_TIME:
        return work(job)


_SAME: Final = "install the same adoptive and libraries there, or take this worker away"


def _gone(address: str) -> RunError:
    return RunError(
        "the scheduler is gone", where=f"--scheduler {address}",
        next_step="start it and run the command again: what is finished is kept",
    )  # fmt: skip


@contextmanager
def open_cluster(address: str) -> Iterator[Cluster]:
    """Open a cluster whose scheduler and workers give the same numbers as this process.

    Raises
    ------
    StudyError
        The library is missing, the address is none, nobody answers, there is no worker, or the versions differ.
    """
    whole = checked_address(address)
    distributed = _library()
    with _quiet(), _client(distributed, whole) as client:
        _refuse_others(client, whole, distributed)
        yield Cluster(client, whole)


def _library() -> Any:
    try:
        return importlib.import_module("distributed")
    except ImportError:
        raise StudyError(
            "a cluster needs the library dask.distributed, which is not installed", where="--scheduler",
            next_step='pip install "adoptive[cluster]", here and on the workers',
        ) from None  # fmt: skip


@contextmanager
def _client(distributed: Any, address: str) -> Iterator[Any]:
    try:
        _knock(address)
        client = distributed.Client(address, timeout=ANSWER_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as problem:
        raise StudyError(
            "no Dask scheduler answers", where="--scheduler", value=f"{address} ({problem})",
            next_step="start one with `dask scheduler`, or give the address that it prints",
        ) from None  # fmt: skip
    try:
        yield client
    finally:
        client.close(timeout=2)


def _knock(address: str) -> None:
    """See whether somebody is there who speaks first, as a scheduler does; the library itself would try for long.

    Raises
    ------
    OSError
        Nobody is, or nobody speaks in time.
    """
    host, _, port = address.partition("://")[2].rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_S) as line:
        if not address.startswith("tls:") and not line.recv(8):
            raise ConnectionError("who is there says nothing")


def _refuse_others(client: Any, address: str, distributed: Any) -> None:
    """Refuse a cluster without workers, and one in which anybody would give other numbers.

    The scheduler counts: it reads the jobs before it hands them on.

    Raises
    ------
    StudyError
        The cluster is refused.
    """
    try:
        client.wait_for_workers(1, timeout=WORKERS_S)
    except (TimeoutError, distributed.TimeoutError):
        raise StudyError(
            "the scheduler has no workers", where="--scheduler", value=address,
            next_step=f"start some with `dask worker {address} --nworkers 2 --nthreads 1`",
        ) from None  # fmt: skip
    here = makings()
    for who, told in _asked_all(client).items():
        lacks = not isinstance(told, Mapping)
        said = "this version of adoptive cannot be imported there" if lacks else differences(told, here)
        if said:
            raise StudyError(
                "a part of the cluster would give other numbers", where="--scheduler", value=f"{who}: {said}",
                next_step=_SAME,
            )  # fmt: skip


def _asked_all(client: Any) -> dict[str, Any]:
    """Ask the scheduler and each worker for its makings; an exception stands for who cannot answer."""
    try:
        found = {"the scheduler": client.run_on_scheduler(makings)}
    except Exception as problem:  # whatever the other side raised, for instance an ImportError
        found = {"the scheduler": problem}
    told: dict[str, Any] = client.run(makings, on_error="return")
    return found | {f"the worker {who}": answer for who, answer in told.items()}


@contextmanager
def _quiet() -> Iterator[None]:
    """Let the library's own loggers be silent: what matters is said in one sentence."""
    loggers = [logging.getLogger(name) for name in ("distributed", *_talkers())]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def _talkers() -> list[str]:
    return [name for name in logging.root.manager.loggerDict if name.startswith("distributed.")]
