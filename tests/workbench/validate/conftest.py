"""What the tests of validation share: a study that has reported, the synthetic clinic, a check and a prediction."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from synthetic_clinic import PUBLISHED_TEXT, SyntheticClinic

from adoptive.workbench.validate.predict import predict_study
from adoptive.workbench.validate.run import check_studies
from adoptive.workbench.validate.types import CheckResult

SMALL = Path(__file__).parents[1] / "small.toml"
WHEN = datetime.datetime(2026, 11, 22, 1, 2, 3, tzinfo=datetime.UTC)


@pytest.fixture
def clinic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command line use the synthetic clinic."""
    monkeypatch.setattr("adoptive.workbench.engine.run.ClinicSimulator", SyntheticClinic)
    monkeypatch.setattr("adoptive.workbench.cli.running.check_levers", lambda study, *, seed: ())


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a study file beside what the trial published."""
    folder = tmp_path_factory.mktemp("reported")
    (folder / "published.csv").write_text(PUBLISHED_TEXT)
    (folder / "study.toml").write_text(SMALL.read_text("utf-8"))
    return folder / "study.toml"


@pytest.fixture(scope="session")
def checked(reported: Path) -> CheckResult:
    return check_studies([str(reported)], trials=60, seed=3, workers=1, simulate=SyntheticClinic())


@pytest.fixture(scope="session")
def predicted(reported: Path) -> dict[str, Any]:
    return predict_study(str(reported), trials=60, seed=3, workers=1, blind=True, simulate=SyntheticClinic(), now=WHEN)
