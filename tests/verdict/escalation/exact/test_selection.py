"""Worked numbers: isotonic rates, the recommended dose, weights of pending patients, skeletons, BOIN12's ranks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, special

from adoptive.errors import StudyError
from adoptive.streams import Streams
from adoptive.verdict.escalation import (
    Conduct,
    CrmDesign,
    Curves,
    DesignOptions,
    TiteCrmDesign,
    Utility,
    boin_boundaries,
    crm,
    desirability_table,
    follow_up_weights,
    indifference_intervals,
    isotonic,
    make_design,
    rates,
    run_dose_finding,
    select_mtd,
    skeleton,
    tite_boin_rate,
    tite_crm,
    toxic_table,
)
from adoptive.verdict.escalation.model_designs import FAST_NODES


@pytest.mark.parametrize(
    ("values", "weights", "expected"),
    [
        ([0.1, 0.2, 0.3], [1, 1, 1], [0.1, 0.2, 0.3]),
        ([0.3, 0.2, 0.1], [1, 1, 1], [0.2, 0.2, 0.2]),
        ([0.3, 0.1, 0.5, 0.4], [1, 3, 1, 1], [0.15, 0.15, 0.45, 0.45]),
        ([0.5, 0.9, 0.1], [1, 0, 1], [0.3, np.nan, 0.3]),
        ([0.2], [2], [0.2]),
    ],
)
def test_isotonic_by_hand(values: list[float], weights: list[float], expected: list[float]) -> None:
    np.testing.assert_allclose(isotonic(values, weights), expected, atol=1e-12)


def test_the_example_of_the_tutorial() -> None:
    """Yan et al. 2020, 10.18637/jss.v094.i13: 3, 3, 15, 9, 0 patients, 0, 0, 4, 4, 0 DLTs, target 0.3 -> dose 3."""
    assert select_mtd([0, 0, 4, 4, 0], [3, 3, 15, 9, 0], target=0.3) == 2
    # By hand: (y + 0.05) / (n + 0.1) rises already, so nothing is pooled.
    expected = [0.05 / 3.1, 0.05 / 3.1, 4.05 / 15.1, 4.05 / 9.1, np.nan]
    np.testing.assert_allclose(rates([0, 0, 4, 4, 0], [3, 3, 15, 9, 0]), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("dlt", "patients", "chosen"),
    [
        ([0, 1, 0, 0, 3], [0, 3, 0, 0, 3], 1),  # the fifth dose is too toxic, the others were not tried
        ([3, 0, 0], [3, 0, 0], -1),  # the lowest dose is too toxic
        ([0, 0, 0], [3, 3, 3], 2),  # all equal and below the target: the highest
        ([1, 1, 0], [2, 2, 0], 0),  # equal and above: the lowest
        ([0, 0, 0], [0, 0, 0], -1),  # nobody was treated
    ],
)
def test_recommended_dose(dlt: list[int], patients: list[int], chosen: int) -> None:
    assert select_mtd(dlt, patients, target=0.3) == chosen


def test_bound_and_extra_safety() -> None:
    limit = boin_boundaries(0.3).deescalate
    assert select_mtd([0, 5], [3, 12], target=0.3) == 1
    assert select_mtd([0, 5], [3, 12], target=0.3, below=limit) == 0  # 5.05 / 12.1 = 0.417 is above 0.3585
    assert select_mtd([5], [10], target=0.3) == 0
    assert select_mtd([5], [10], target=0.3, extra_safe=0.90) == -1  # P(p > 0.3 | 5 of 10) = 0.92
    assert not toxic_table(10, target=0.3)[10, 5]
    assert toxic_table(10, target=0.3, cutoff=0.90)[10, 5]


def slow_adaptive(followed: list[float], toxic: list[int], window: float) -> list[float]:
    """Cheung and Chappell's adaptive weights, written out patient by patient."""
    support = sorted(day for day, had in zip(followed, toxic, strict=True) if had)
    weights = []
    for day, had in zip(followed, toxic, strict=True):
        below = [0.0, *[one for one in support if one <= day]]
        above = [*[one for one in support if one > day], window]
        step = 1.0 if above[0] == below[-1] else (day - below[-1]) / (above[0] - below[-1])
        weights.append(1.0 if had else min((len(below) - 1 + step) / (len(support) + 1), 1.0))
    return weights


FOLLOWED = [178.0, 181.0, 168.0, 181.0, 24.0, 181.0, 179.0, 102.0, 42.0, 3.0]
TOXIC = [0, 0, 1, 0, 1, 0, 0, 0, 0, 0]
LEVEL = [2, 2, 2, 3, 3, 2, 1, 1, 1, 2]


def test_weights_of_the_dfcrm_example() -> None:
    """The data of R dfcrm's titecrm help page, window 180 days."""
    linear = follow_up_weights(FOLLOWED, TOXIC, window_days=180)
    np.testing.assert_allclose(linear, [178 / 180, 1, 1, 1, 1, 1, 179 / 180, 102 / 180, 42 / 180, 3 / 180])
    adaptive = follow_up_weights(FOLLOWED, TOXIC, window_days=180, scheme="adaptive")
    np.testing.assert_allclose(adaptive, slow_adaptive(FOLLOWED, TOXIC, 180.0))
    # DLTs on days 24 and 168: day 102 is 78 of the 144 days between the first and the second.
    assert adaptive[7] == pytest.approx((1 + 78 / 144) / 3)
    assert adaptive[9] == pytest.approx(3 / 24 / 3)


def test_tite_crm_is_crm_when_everybody_is_complete() -> None:
    guesses = [0.05, 0.10, 0.20, 0.35, 0.50, 0.70]
    late = tite_crm(LEVEL, TOXIC, np.ones(10), skeleton=guesses, target=0.2)
    counts = crm([0, 0, 1, 1, 0, 0], [0, 3, 5, 2, 0, 0], skeleton=guesses, target=0.2)
    np.testing.assert_allclose(late.mean, counts.mean, atol=1e-12)
    np.testing.assert_allclose(late.above_target, counts.above_target, atol=1e-12)


@pytest.mark.parametrize("model", ["empiric", "logistic"])
def test_tite_crm_by_another_integration(model: str) -> None:
    guesses, weights = (
        np.array([0.05, 0.10, 0.20, 0.35, 0.50, 0.70]),
        follow_up_weights(FOLLOWED, TOXIC, window_days=180),
    )

    def density(b: float) -> float:
        scaled = np.log(guesses / (1 - guesses)) - 3.0
        curve = guesses ** np.exp(b) if model == "empiric" else special.expit(3.0 + np.exp(b) * scaled)
        each = [curve[at] if had else 1 - w * curve[at] for at, had, w in zip(LEVEL, TOXIC, weights, strict=True)]
        return float(np.prod(each) * np.exp(-(b**2) / 2 / 1.34))

    whole, first = (integrate.quad(lambda b, k=k: b**k * density(b), -8, 8, epsabs=1e-13)[0] for k in (0, 1))
    fit = tite_crm(LEVEL, TOXIC, weights, skeleton=guesses, target=0.2, model=model)  # type: ignore[arg-type]
    assert float(fit.mean) == pytest.approx(first / whole, abs=1e-8)


def test_fewer_nodes_give_the_same_posterior() -> None:
    guesses = skeleton(0.05, 0.3, prior_level=2, levels=5)
    draw = np.random.default_rng(1)
    patients = draw.integers(0, 13, (200, 5))
    dlt = draw.binomial(patients, 0.3)
    fine, fast = (crm(dlt, patients, skeleton=guesses, target=0.3, nodes=nodes) for nodes in (8001, FAST_NODES))
    np.testing.assert_allclose(fast.mean, fine.mean, atol=1e-9)
    # The tail probability cuts the density at a point, where few nodes are coarse.
    np.testing.assert_allclose(fast.above_target, fine.above_target, atol=3e-3)


@pytest.mark.parametrize("model", ["empiric", "logistic"])
def test_skeleton_has_its_indifference_intervals(model: str) -> None:
    guesses = skeleton(0.06, 0.25, prior_level=2, levels=6, model=model)  # type: ignore[arg-type]
    assert guesses[2] == pytest.approx(0.25)
    limits = indifference_intervals(guesses, 0.25, model=model)  # type: ignore[arg-type]
    np.testing.assert_allclose(limits[1:, 0], 0.19, atol=1e-9)
    np.testing.assert_allclose(limits[:-1, 1], 0.31, atol=1e-9)


def test_skeleton_by_hand() -> None:
    """One step down from the target: log p = log(target) log(target - d) / log(target + d)."""
    guesses = skeleton(0.05, 0.25, prior_level=1, levels=3)
    assert guesses[0] == pytest.approx(np.exp(np.log(0.25) * np.log(0.20) / np.log(0.30)))
    assert guesses[2] == pytest.approx(np.exp(np.log(0.25) * np.log(0.30) / np.log(0.20)))


@pytest.mark.parametrize(
    ("patients", "dlt", "responses", "rank"),
    [
        (0, 0, 0, 60.0), (3, 0, 3, 91.0), (6, 1, 5, 87.0), (9, 0, 8, 99.0), (9, 2, 3, 32.5), (9, 5, 5, 32.5),
        (9, 3, 1, 7.0), (6, 5, 1, np.nan), (9, 4, 0, np.nan), (9, 6, 9, np.nan),
    ],
)  # fmt: skip
def test_desirability_ranks_of_the_paper(patients: int, dlt: int, responses: int, rank: float) -> None:
    """Table 3 of Lin et al. 2020, 10.1200/PO.20.00257 (highest toxicity 0.35, lowest response 0.25, 40 and 60)."""
    table = desirability_table([0, 3, 6, 9], rule=Utility())
    row = (table.patients == patients) & (table.dlt == dlt) & (table.responses == responses)
    np.testing.assert_equal(table.rank[row], [rank])


@pytest.mark.parametrize(
    ("target", "patients", "dlt", "pending", "limit", "stft"),
    [
        (0.2, 9, 1, 3, "escalate", 0.77), (0.2, 9, 1, 4, "escalate", 2.15), (0.2, 9, 2, 1, "deescalate", 0.52),
        (0.2, 12, 1, 6, "escalate", 1.24), (0.2, 15, 2, 7, "escalate", 5.82), (0.2, 15, 3, 7, "deescalate", 5.90),
        (0.3, 3, 1, 1, "deescalate", 0.88), (0.3, 6, 1, 3, "escalate", 1.96), (0.3, 6, 2, 3, "deescalate", 2.87),
        (0.3, 9, 2, 4, "escalate", 3.77), (0.3, 12, 4, 6, "deescalate", 5.79), (0.3, 15, 5, 7, "deescalate", 6.72),
    ],
)  # fmt: skip
def test_tite_boin_at_the_published_follow_up(
    target: float, patients: int, dlt: int, pending: int, limit: str, stft: float
) -> None:
    """Standardised total follow-up times at which the decision changes: Yuan et al. 2018, Tables 1 and S1."""
    edge = getattr(boin_boundaries(target), limit)
    shorter, longer = (
        float(tite_boin_rate(dlt, patients, pending, stft + step, target=target)) for step in (-0.006, 0.006)
    )
    assert longer < edge < shorter


def test_all_designs_can_be_made_and_say_their_names() -> None:
    options = DesignOptions(target=0.3, levels=4, most_patients=12, stop_at=9, extra_safe=True)
    curves = Curves.of([0.05, 0.2, 0.3, 0.5], [0.2, 0.3, 0.4, 0.4])
    names = ("3+3", "boin", "mtpi-2", "mtpi", "crm", "tite-crm", "tite-boin", "boin12")
    for name in names:
        design = make_design(name, options)
        assert design.name == name
        run = run_dose_finding(design, Conduct(most_patients=12), curves, trials=4, streams=Streams(1))
        assert run.patients.sum(axis=1).max() <= 12
    assert make_design("keyboard", options).name == "mtpi-2"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: make_design("4+4", DesignOptions(target=0.3, levels=3)),
        lambda: isotonic([0.1, 0.2], [1, -1]),
        lambda: select_mtd([2], [1], target=0.3),
        lambda: follow_up_weights([-1.0], [0], window_days=28),
        lambda: follow_up_weights([1.0], [0], window_days=28, scheme="late"),  # type: ignore[arg-type]
        lambda: tite_crm([5], [0], [1.0], skeleton=[0.1, 0.2], target=0.2),
        lambda: tite_crm([0], [0], [1.5], skeleton=[0.1, 0.2], target=0.2),
        lambda: tite_boin_rate(3, 4, 2, 0.5, target=0.3),
        lambda: skeleton(0.3, 0.25, prior_level=0, levels=3),
        lambda: skeleton(0.05, 0.25, prior_level=3, levels=3),
        lambda: indifference_intervals([0.3, 0.2], 0.25),
        lambda: Utility(neither=101.0),
        lambda: Utility(highest_toxicity=1.0),
        lambda: Curves.of([0.1, 1.2]),
        lambda: Curves.of([0.1, 0.2], [0.1]),
        lambda: Conduct(cohort_size=7, most_patients=6),
        lambda: Conduct(stagger_days=-1.0),
    ],
)
def test_bad_input_is_refused(wrong: object) -> None:
    with pytest.raises(StudyError):
        wrong()  # type: ignore[operator]


def test_a_calendar_design_needs_the_calendar_and_a_start_that_exists() -> None:
    curves = Curves.of([0.1, 0.3])
    with pytest.raises(StudyError, match="calendar"):
        run_dose_finding(
            TiteCrmDesign((0.1, 0.3), 0.3, 28.0), Conduct(detail=False), curves, trials=2, streams=Streams(1)
        )
    with pytest.raises(StudyError, match="dose level"):
        run_dose_finding(CrmDesign((0.1, 0.3), 0.3), Conduct(start_level=2), curves, trials=2, streams=Streams(1))
