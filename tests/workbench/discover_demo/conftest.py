"""The made-up patient and its files, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from adoptive.workbench.discover.demo.inputs import write_inputs
from adoptive.workbench.discover.demo.patient import planted_patient
from adoptive.workbench.discover.demo.types import Patient

SEED = 1


@pytest.fixture(scope="session")
def patient() -> Patient:
    return planted_patient()


@pytest.fixture(scope="session")
def files(patient: Patient, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_inputs(tmp_path_factory.mktemp("patient"), patient, seed=SEED)
