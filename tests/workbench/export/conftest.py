"""One small run of the whole clinic, simulated once, as a run folder without its drawn report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from adoptive.trial.run import run_trial
from adoptive.trial.types import Study, TrialRecord
from adoptive.workbench.engine import run_study
from adoptive.workbench.engine.store import write_run
from adoptive.workbench.export.adam import analysis_data
from adoptive.workbench.export.source import Source, read_source
from adoptive.workbench.export.types import Standard


class _Once:
    """Give the same detailed record whatever is asked: the folder needs one trial, not many."""

    def __init__(self, record: TrialRecord) -> None:
        self.record = record

    def __call__(self, study: Study, *, seed: int, trials: Sequence[int], detail: bool = False) -> TrialRecord:
        return self.record


@pytest.fixture(scope="session")
def small_run(small_study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    record = run_trial(small_study, seed=3, trials=(0,), detail=True)
    result = run_study(small_study, trials=1, seed=3, workers=1, simulate=_Once(record))
    place = tmp_path_factory.mktemp("exported") / "run"
    place.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("adoptive.workbench.report.render_report", lambda folder: "")
        write_run(place, result, wall_s=1.0)
    return place


@pytest.fixture(scope="session")
def source(small_run: Path) -> Source:
    return read_source(small_run)


@pytest.fixture(scope="session")
def adam(source: Source) -> Standard:
    return analysis_data(source)


@pytest.fixture
def tables(adam: Standard) -> dict[str, dict[str, Any]]:
    """A copy that a test may break."""
    return {name: {key: column.copy() for key, column in one.columns.items()} for name, one in adam.datasets.items()}


@pytest.fixture
def few(tables: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """A copy with a few hundred rows of each daily data set: whole patients and parameters are not needed."""
    for name in ("ADLB", "ADVS"):
        tables[name] = {key: column[:2000] for key, column in tables[name].items()}
    return tables
