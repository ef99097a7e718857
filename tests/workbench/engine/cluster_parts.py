"""A Dask cluster on this machine, as processes that can be killed, and the whole program on a synthetic clinic."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from synthetic_clinic import PUBLISHED_TEXT, STUDY_TEXT

HERE = Path(__file__).parent
PATHS = (str(HERE.parents[2] / "src"), str(HERE.parent), str(HERE))

PROGRAM = """
import sys
from functools import partial
if __name__ == "__main__":
    import adoptive.workbench.cli.running as running
    import adoptive.workbench.engine.run as run
    from adoptive.workbench.cli import main
    from synthetic_clinic import SyntheticClinic, synthetic_checks
    run.ClinicSimulator = partial(SyntheticClinic, float(sys.argv[1]))
    running.check_levers = lambda study, *, seed: synthetic_checks()
    if sys.argv[2] == "no page":  # drawing it costs more than all the rest
        import adoptive.workbench.report as report
        report.render_report = lambda folder: "no page"
    main(sys.argv[3:])
"""
"""The command line with a clinic that takes a moment for each block."""

PAUSE_S = 0.3


def environment(paths: tuple[str, ...] = PATHS) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def begin_run(place: Path, out: Path, *extra: str, trials: int = 400, page: bool = False) -> subprocess.Popen[str]:
    """Begin ``adoptive run`` in a process of its own, with files in ``place``."""
    place.mkdir(exist_ok=True)
    (place / "study.toml").write_text(STUDY_TEXT)
    (place / "published.csv").write_text(PUBLISHED_TEXT)
    (place / "program.py").write_text(PROGRAM)
    arguments = ["run", str(place / "study.toml"), "--trials", str(trials), "--out", str(out), *extra]
    return subprocess.Popen(
        [sys.executable, str(place / "program.py"), str(PAUSE_S), "page" if page else "no page", *arguments],
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended_well(run: subprocess.Popen[str], out: Path) -> dict[str, bytes]:
    """Wait for a run and give the files of its folder, the provenance aside; nothing else is left in ``out``.

    A report that was not drawn is left out.
    """
    said = run.communicate(timeout=300)
    assert run.returncode == 0, said[1]
    (folder,) = out.iterdir()
    files = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    return {name: text for name, text in files.items() if name != "provenance.json" and text != b"no page"}


def parts_in(out: Path) -> int:
    return len(list(out.glob("*.unfinished/parts/*.parquet")))


def wait_until(there: Callable[[], object], *, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


@dataclass(frozen=True)
class Dask:
    """A scheduler and its workers, each a process."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: tuple[subprocess.Popen[bytes], ...]


@contextmanager
def dask(place: Path, *, workers: int = 3, paths: tuple[str, ...] = PATHS) -> Iterator[Dask]:
    """Start a cluster as its manual says, without the nannies that would start a killed worker again."""
    place.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    host, port = address.split(":")
    begun: list[subprocess.Popen[bytes]] = []

    def begin(*arguments: str) -> subprocess.Popen[bytes]:
        log = (place / f"{len(begun)}.log").open("wb")
        command = [sys.executable, "-m", "dask", *arguments]
        begun.append(subprocess.Popen(command, env=environment(paths), cwd=place, stdout=log, stderr=subprocess.STDOUT))
        return begun[-1]

    try:
        scheduler = begin("scheduler", "--host", host, "--port", port, "--no-dashboard")
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(place))
        hands = tuple(begin("worker", f"tcp://{address}", *options) for _ in range(workers))
        yield Dask(f"tcp://{address}", scheduler, hands)
    finally:
        for process in reversed(begun):
            process.kill()
            process.wait()
