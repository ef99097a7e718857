"""Fixtures of the tests from outside: the command line as a program, a report in a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
PROGRAM = [sys.executable, "-c", "from adoptive.workbench.cli import main; main()"]

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from adoptive.trial.types import Study


@pytest.fixture(scope="session")
def adoptive() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the program to its end."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*PROGRAM, *arguments], env=ENVIRONMENT, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the program in a process group of its own, as a terminal does; nothing of it outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*PROGRAM, *arguments],
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # a job in the background ignores Ctrl-C and hands that on; a terminal's child does not
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Open the system's Chromium without a window."""
    program = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
    )
    if not program:
        pytest.skip("no Chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a report of synthetic trials."""
    sys.path.insert(0, str(ROOT / "tests" / "workbench"))
    from synthetic_clinic import PUBLISHED_TEXT, small_study

    return _written(small_study(), PUBLISHED_TEXT, tmp_path_factory.mktemp("report"))


SLOW_SHAPES = [pytest.param(shape, marks=pytest.mark.slow) for shape in ("cohorts", "drugs alone", "leukaemia")]


@pytest.fixture(scope="session", params=[*SLOW_SHAPES, "eight arms"])
def shaped_report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a report of synthetic trials of a shape."""
    sys.path.insert(0, str(ROOT / "tests" / "workbench"))
    from shapes import study_of

    return _written(study_of(request.param), "", tmp_path_factory.mktemp("report"))


def _written(study: Study, published: str, out: Path) -> Path:
    from synthetic_clinic import SyntheticClinic, synthetic_checks

    from adoptive.workbench.engine import run_study
    from adoptive.workbench.engine.store import run_folder, write_run
    from adoptive.workbench.published import parse_published

    result = run_study(
        study,
        trials=20,
        simulate=SyntheticClinic(),
        published=parse_published(published) if published else (),
        checks=synthetic_checks(),
        notes={"What is not modelled": "Luck."},
    )
    with run_folder(out, "run") as folder:
        write_run(folder, result, wall_s=1.0)
    return out / "run" / "report.html"
