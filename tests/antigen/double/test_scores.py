"""The scores against independent implementations: scipy, statsmodels, the formula by hand."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.sparse import csr_array
from scipy.stats import mannwhitneyu, rankdata

from adoptive.antigen.reactivity import (
    area_under_curve,
    fit_logistic,
    fit_reactivity,
    labelled_cells,
    out_of_patient,
    reactivity_cases,
)
from adoptive.antigen.signatures import u_scores

DRAW = np.random.default_rng(20)
DENSE = DRAW.poisson(DRAW.gamma(0.4, 1.0, 300), (12, 300)).astype(float)
MEMBERS = DRAW.choice(300, 17, replace=False)


def test_u_is_the_mann_whitney_statistic() -> None:
    scores = u_scores(csr_array(DENSE), MEMBERS, max_rank=300)
    n, genes = len(MEMBERS), DENSE.shape[1]
    for cell, score in zip(DENSE, scores, strict=True):
        others = np.delete(cell, MEMBERS)
        beaten = mannwhitneyu(others, cell[MEMBERS]).statistic  # pairs in which a gene outside the list is higher
        assert 1.0 - score == pytest.approx(beaten / (n * genes - n * (n + 1) / 2))


def test_u_score_by_the_written_formula_with_a_cap() -> None:
    ranks = np.minimum(np.array([rankdata(-cell) for cell in DENSE]), 60.0)[:, MEMBERS]
    n = len(MEMBERS)
    wanted = 1.0 - (ranks.sum(axis=1) - n * (n + 1) / 2) / (n * 60 - n * (n + 1) / 2)
    assert u_scores(csr_array(DENSE), MEMBERS, max_rank=60) == pytest.approx(wanted)


def test_u_score_sees_ranks_only() -> None:
    values = csr_array(DENSE)
    logs = values.copy()
    logs.data = np.log1p(1e4 * logs.data / np.repeat(DENSE.sum(axis=1), np.diff(values.indptr)))
    assert u_scores(values, MEMBERS, max_rank=60) == pytest.approx(u_scores(logs, MEMBERS, max_rank=60))


def test_ends_of_the_u_score() -> None:
    values = csr_array([[9.0, 8.0, 1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 5.0, 4.0, 3.0, 2.0], [0.0] * 6])
    assert u_scores(values, np.array([0, 1]), max_rank=3).tolist() == [1.0, 0.0, 0.0]
    assert np.isnan(u_scores(values, np.array([], np.int64))).all()
    assert np.isnan(u_scores(values, np.arange(6))).all()


def test_the_fit_is_that_of_statsmodels() -> None:
    cells = [labelled_cells()[patient] for patient in ("p2", "p11", "p15")]
    features, labels = np.vstack([one.expression for one in cells]), np.concatenate([one.specific for one in cells])
    wanted = sm.Logit(labels.astype(float), sm.add_constant(features)).fit(disp=0, tol=1e-12).params
    assert fit_logistic(features, labels) == pytest.approx(wanted, abs=1e-6)
    model = fit_reactivity()
    assert (model.intercept, model.cxcl13, model.entpd1, model.il7r) == pytest.approx(tuple(wanted), abs=1e-6)
    assert tuple(wanted) == pytest.approx((0.011, 0.505, 0.461, -0.690), abs=1.5e-3)


def test_area_under_the_curve_is_mann_whitney_over_pairs() -> None:
    scores, positive = DRAW.integers(0, 6, 80).astype(float), DRAW.random(80) < 0.3
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[positive] for b in scores[~positive]]
    assert area_under_curve(scores, positive) == pytest.approx(np.mean(pairs))


def test_patients_never_seen() -> None:
    found = out_of_patient()
    assert found["MD01-004"] == pytest.approx(0.970, abs=0.005)
    assert found["MD01-005"] == pytest.approx(0.955, abs=0.005)
    assert {name: round(found[name], 3) for name in ("p2", "p11", "p15")} == {"p2": 0.828, "p11": 0.713, "p15": 0.711}


def test_cases_hold_and_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = reactivity_cases()
    assert len(cases) == 5
    assert all(passed for _, passed, _ in cases), cases
    monkeypatch.setattr("adoptive.antigen.reactivity._OUTSIDE", {"MD01-004": 0.97, "MD01-005": 0.97})
    assert [name for name, passed, _ in reactivity_cases() if not passed] == ["reactivity: lung patients never seen"]


def test_cells_in_two_files_of_one_patient_are_used_once() -> None:
    cells = labelled_cells()
    assert sum(len(cells[patient].specific) for patient in ("p2", "p11", "p15")) == 7057
