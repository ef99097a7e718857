"""Fixtures of the workbench's tests: a small study, a synthetic clinic, one run folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# Worker processes import the synthetic clinic by name, so its folder must be on the path (which they inherit).
sys.path.insert(0, str(Path(__file__).parent))

from synthetic_clinic import PUBLISHED_TEXT, SyntheticClinic, synthetic_checks

from adoptive.trial.types import Study
from adoptive.workbench.engine import run_study
from adoptive.workbench.engine.store import folder_name, run_folder, write_run
from adoptive.workbench.engine.types import RunResult
from adoptive.workbench.published import parse_published
from adoptive.workbench.study import load_study

SMALL = Path(__file__).parent / "small.toml"


@pytest.fixture(scope="session")
def small_study() -> Study:
    return load_study(SMALL)


@pytest.fixture
def study_text() -> str:
    return SMALL.read_text("utf-8")


@pytest.fixture(scope="session")
def result(small_study: Study) -> RunResult:
    notes = {
        "Why it may miss": "- <script>x</script> and [a link](http://example.org)",
        "What is not modelled": "Luck.",
    }
    return run_study(
        small_study, trials=70, seed=3, simulate=SyntheticClinic(), published=parse_published(PUBLISHED_TEXT),
        checks=synthetic_checks(), notes=notes,
    )  # fmt: skip


@pytest.fixture(scope="session")
def run_place(result: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs")
    name = folder_name(result.study, trials=result.trials, seed=result.seed)
    with run_folder(out, name) as folder:
        write_run(folder, result, wall_s=1.0)
    return out / name
