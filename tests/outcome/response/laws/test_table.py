"""Scans that are listed as rows and laid out again are judged alike, in whatever order the rows stand."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.outcome.response.recist import assess
from adoptive.outcome.response.table import rows_of, stack_rows
from adoptive.outcome.response.types import LesionRows
from adoptive.outcome.types import NonTarget, Response, Scans

SEEDS = st.integers(0, 2**32 - 1)


def cohort(seed: int, patients: int = 15, visits: int = 5, lesions: int = 3) -> Scans:
    rng = np.random.default_rng(seed)
    shape = (patients, lesions)
    baseline = np.where(rng.random(shape) < 0.8, rng.integers(10, 60, shape), 0).astype(float)
    baseline[:, 0] = np.maximum(baseline[:, 0], 10.0)
    size = np.rint(baseline[:, None] * rng.choice([0, 0.5, 0.7, 1, 1.2], (patients, visits, lesions)))
    some = rng.random(patients) < 0.6
    return Scans(
        day=np.cumsum(rng.integers(20, 60, (patients, visits)), axis=1).astype(float),
        done=rng.random((patients, visits)) < 0.9,
        diameter_mm=size,
        measured=rng.random(size.shape) < 0.95,
        baseline_mm=baseline,
        nodal=(rng.random(baseline.shape) < 0.3) & (baseline > 0),
        non_target=np.where(some[:, None], rng.choice([1, 2, 2, 3, 4], (patients, visits)), NonTarget.NONE),
        new_lesion=rng.random((patients, visits)) < 0.05,
    )


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_there_and_back(seed: int) -> None:
    scans = cohort(seed)
    rows = rows_of(scans, patient=[f"{k:02d}" for k in range(len(scans.day))])
    order = np.random.default_rng(seed).permutation(len(rows.visit))
    shuffled = LesionRows(**{field.name: getattr(rows, field.name)[order] for field in fields(LesionRows)})
    stacked = stack_rows(shuffled)
    one, other = assess(scans), assess(stacked.scans)
    for person in range(len(scans.day)):
        done, there = scans.done[person], stacked.scans.done[person]
        assert stacked.visit[person, there].tolist() == (np.flatnonzero(done) + 1).tolist()
        assert other.because[person, there].tolist() == one.because[person, done].tolist()
        assert (stacked.scans.day[person, there] == scans.day[person, done]).all()
        assert (other.sum_mm[person, there] == one.sum_mm[person, done]).all()
    assert (other.response[~stacked.scans.done] == Response.NOT_DONE).all()
