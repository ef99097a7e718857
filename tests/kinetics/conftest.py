"""Fixtures of the kinetics' tests: the typical patient, a mixed crowd, arrays of states for the model's text."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from typical_patient import SEED, Followed, body_of, cohort_of, follow, treatment, typical

from adoptive.kinetics.simulate import engine
from adoptive.kinetics.types import Physiology
from adoptive.parameters import Book, draw_typical, load_book
from adoptive.streams import Streams
from adoptive.workbench.check import patient

CROWD = 21
"""Not a multiple of the engine's vector width."""


@pytest.fixture
def before_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the typical patient one of the published rows, for what held of him before the fit."""
    rows = {name: dataclasses.replace(row, between=0.0) for name, row in load_book(calibrated=False).items()}
    published = draw_typical(Book(rows), Streams(SEED), trials=[0], fixed=True)
    monkeypatch.setattr(patient, "flat_typical", lambda: published)


@pytest.fixture(scope="session")
def treated() -> Followed:
    """The typical patient under lymphodepletion and one infusion, for a year."""
    return follow(typical(), treatment(), until=365.0)


@pytest.fixture(scope="session")
def crowd() -> Physiology:
    """Patients whose parameters differ by a third around the typical patient's."""
    draw = np.random.default_rng(3)
    diameters = np.exp(0.4 * draw.standard_normal((CROWD, 5))) * [30.0, 25.0, 18.0, 15.0, 0.0]
    body = body_of(cohort_of(CROWD, diameters_mm=diameters))
    names = ("pE", "dE", "kX", "kT", "kbp", "Ksys", "psi", "I0", "kc", "kmax", "kin", "k6", "kIFN", "rEM", "qH", "wL")
    return body.replace(**{name: body.of(name) * np.exp(0.33 * draw.standard_normal(CROWD)) for name in names})


@pytest.fixture(scope="session")
def random_states() -> np.ndarray:
    """Sixty-four arbitrary states without a negative value, from a tenth of a cell to a crowd."""
    draw = np.random.default_rng(11)
    model = engine().model
    scale = np.array([model.scale[name] for name in model.states])
    return np.asarray(scale * 10.0 ** draw.uniform(-6.0, 5.0, (64, len(scale))))
