"""Tests, deconvolution and titration against closed forms and against other implementations."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import betabinom, binom, dirichlet_multinomial, nbinom, norm

from adoptive.antigen.deconvolution import DeconvolutionRules, log_odds, resolve
from adoptive.antigen.hits import screen_plate
from adoptive.antigen.pools import lay_pools
from adoptive.antigen.replicates import DISPERSIONS, Prior, Weights, Wells, evidence_of, p_of, weigh, wells_likelihood
from adoptive.antigen.screen import ScreenRules, joined, judge_stimuli, read_plate
from adoptive.antigen.screen_types import Well
from adoptive.antigen.titration import Dose, fit_titration


def only(at: int) -> Weights:
    return Weights(np.eye(DISPERSIONS.size)[at], at == 0)


def spots(*numbers: float) -> Wells:
    return Wells(np.array(numbers, float))


def test_p_of_spots_is_the_conditional_tail_of_negative_binomials() -> None:
    """Sum over all splits of the total, from negative binomial probabilities with any common mean."""
    at = 20
    size, ours, theirs = 1.0 / DISPERSIONS[at], [9, 14], [4, 2, 6]
    total, mean = sum(ours) + sum(theirs), 3.7
    chance = size / (size + mean)
    k = np.arange(total + 1)
    joint = nbinom.pmf(k, 2 * size, chance) * nbinom.pmf(total - k, 3 * size, chance)
    expected = joint[sum(ours) :].sum() / joint.sum()
    assert p_of(spots(*ours), spots(*theirs), only(at)) == pytest.approx(expected, rel=1e-9)
    assert p_of(spots(*ours), spots(*theirs), only(at)) == pytest.approx(
        betabinom.sf(sum(ours) - 1, total, 2 * size, 3 * size), rel=1e-6
    )


def test_p_of_spots_without_variation_is_binomial() -> None:
    assert p_of(spots(12, 9), spots(3, 4, 2), only(0)) == pytest.approx(binom.sf(20, 30, 0.4), rel=1e-9)
    assert p_of(spots(0, 0), spots(0, 0), only(0)) == 1.0


def test_p_of_cells_is_that_of_a_normal_difference_of_logits_where_cells_are_many() -> None:
    """Ten thousand cells, no variation beyond chance: a z-test of log odds, to the second digit; never exactly 0."""
    ours, theirs = Wells(np.array([620.0]), np.array([10_000.0])), Wells(np.array([550.0]), np.array([10_000.0]))
    logit = lambda k: np.log(k / (10_000 - k))  # noqa: E731
    error = np.sqrt(sum(1 / k + 1 / (10_000 - k) for k in (620, 550)))
    expected = norm.sf((logit(620) - logit(550)) / error)
    assert p_of(ours, theirs, only(0)) == pytest.approx(expected, rel=0.05)
    assert 0.0 < p_of(Wells(np.array([9_000.0]), np.array([10_000.0])), theirs, only(0)) < 1e-12


def test_evidence_of_spots_is_dirichlet_multinomial() -> None:
    y = np.array([3, 9, 5])
    found = evidence_of(spots(*y))
    expected = [dirichlet_multinomial.logpmf(y, np.full(3, 1.0 / d), 17) for d in DISPERSIONS[1:]]
    np.testing.assert_allclose(found[1:] - found[10], expected - expected[9], rtol=1e-6, atol=1e-6)


def test_cells_are_beta_binomial_with_the_variance_that_is_said() -> None:
    mean, d = 0.3, 0.2
    k = np.arange(51)
    logs = np.array(
        [wells_likelihood(Wells(np.array([x], float), np.array([50.0])), np.array(mean), np.array(d)) for x in k]
    )
    a, b = 1 / (d * (1 - mean)) - mean, 1 / (d * mean) - (1 - mean)
    expected = betabinom.logpmf(k, 50, a, b) - betabinom.logpmf(0, 50, a, b)
    ways = betabinom.logpmf(k, 50, 1, 1) * 0 + np.array([np.log(float(_choose(50, int(x)))) for x in k])
    np.testing.assert_allclose(logs - logs[0] + ways, expected, rtol=1e-7, atol=1e-7)
    assert a / (a + b) == pytest.approx(mean)
    assert a * b / ((a + b) ** 2 * (a + b + 1)) == pytest.approx(d * (mean * (1 - mean)) ** 2)


def _choose(n: int, k: int) -> int:
    import math

    return math.comb(n, k)


def test_chance_alone_needs_many_replicates_that_say_so() -> None:
    even = evidence_of(spots(10, 10, 10))
    assert not weigh(even, 2, np.zeros(DISPERSIONS.size), 0, Prior()).chance_alone
    assert weigh(12 * even, 24, np.zeros(DISPERSIONS.size), 0, Prior()).chance_alone
    assert not weigh(12 * evidence_of(spots(5, 20, 11)), 24, np.zeros(DISPERSIONS.size), 0, Prior()).chance_alone


def test_q_values_are_those_of_statsmodels() -> None:
    multipletests = pytest.importorskip("statsmodels.stats.multitest").multipletests
    draw = np.random.default_rng(4)
    wells = [
        Well(f"{stimulus}{k}", "F1", "" if stimulus == 0 else f"P{stimulus}", "ELISPOT",
             "none" if stimulus == 0 else "mutant", count=int(draw.poisson(8 + 4 * (stimulus % 3))))
        for stimulus in range(9) for k in range(3)
    ]  # fmt: skip
    rows = judge_stimuli(read_plate(wells, rules=ScreenRules()), rules=ScreenRules())
    expected = multipletests([row.p_value for row in rows], method="fdr_bh")[1]
    np.testing.assert_allclose([row.q_value for row in rows], expected, rtol=1e-12)


GRID = {"R1": ["a", "b", "c"], "R2": ["d", "e", "f"], "C1": ["a", "d"], "C2": ["b", "e"], "C3": ["c", "f"]}


def test_deconvolution_against_every_set_and_every_state_of_the_pools() -> None:
    """An enumeration of another kind: sets of antigens times which pools truly respond."""
    rules = DeconvolutionRules(prior=0.1, sensitivity=0.8, false_pool=0.05, most_positive=6)
    odds = {"R1": 3.0, "R2": -1.0, "C1": 2.0, "C2": 0.5, "C3": -4.0}
    weight: dict[tuple[str, ...], float] = {}
    for size in range(7):
        for chosen in itertools.combinations("abcdef", size):
            value = 0.1**size * 0.9 ** (6 - size)
            for name, inside in GRID.items():
                silent = 0.95 * 0.2 ** len(set(inside) & set(chosen))
                value *= silent + (1 - silent) * np.exp(odds[name])
            weight[chosen] = value
    whole = sum(weight.values())
    found = resolve(GRID, odds, rules=rules)
    for antigen in "abcdef":
        expected = sum(value for chosen, value in weight.items() if antigen in chosen) / whole
        assert found.probability[antigen] == pytest.approx(expected, rel=1e-9)
    for chosen, chance in found.sets:
        assert chance == pytest.approx(weight[chosen] / whole, rel=1e-9)
    for name, inside in GRID.items():
        expected = sum(value for chosen, value in weight.items() if set(inside) & set(chosen)) / whole
        assert found.of_pools[name] == pytest.approx(expected, rel=1e-9)
    assert found.notes == ()


def test_one_row_and_one_column_have_one_explanation() -> None:
    found = resolve(GRID, {"R1": 20.0, "R2": -10.0, "C1": -10.0, "C2": 20.0, "C3": -10.0})
    assert found.sets[0][0] == ("b",)
    assert found.probability["b"] > 0.95


def test_two_rows_and_two_columns_have_two_explanations() -> None:
    found = resolve(GRID, {"R1": 20.0, "R2": 20.0, "C1": 20.0, "C2": 20.0, "C3": -10.0})
    assert {names for names, _ in found.sets[:2]} == {("a", "e"), ("b", "d")}
    assert found.sets[0][1] == pytest.approx(found.sets[1][1])
    confirmed = resolve({**GRID, "a": ["a"]}, {"R1": 20.0, "R2": 20.0, "C1": 20.0, "C2": 20.0, "C3": -10.0, "a": 20.0})
    assert confirmed.sets[0][0] == ("a", "e")
    assert confirmed.probability["e"] > 0.9 > 0.1 > confirmed.probability["b"]


def test_more_positives_than_were_weighed_are_noted() -> None:
    grid = {f"S{k}": [f"a{k}", "x"] for k in range(6)}
    found = resolve(
        grid, dict.fromkeys(grid, 30.0), rules=DeconvolutionRules(prior=0.4, sensitivity=0.5, most_positive=2)
    )
    assert any("more than 2" in note for note in found.notes)


def test_odds_follow_the_wells() -> None:
    weights, rules = only(18), DeconvolutionRules()
    background = spots(5, 6, 4, 5)
    assert log_odds(spots(60, 55), background, weights, rules) > 10
    assert log_odds(spots(5, 5), background, weights, rules) < -1
    shares = lambda *k: Wells(np.array(k, float), np.full(len(k), 10_000.0))  # noqa: E731
    assert log_odds(shares(300, 340), shares(10, 12, 9), weights, rules) > 10
    assert log_odds(shares(10, 11), shares(10, 12, 9), weights, rules) < -1


DOSE = np.repeat(10.0 ** np.arange(-11.0, -4.0), 2)


def curve(ec50: float, *, hill: float = 1.0, bottom: float = 4.0, top: float = 400.0) -> Dose:
    return Dose(DOSE, Wells(bottom + (top - bottom) / (1 + (ec50 / DOSE) ** hill)))


@pytest.mark.parametrize(("ec50", "hill"), [(1e-9, 1.0), (3e-8, 1.3), (2e-7, 0.8)])
def test_titration_without_noise_gives_the_curve_back(ec50: float, hill: float) -> None:
    found = fit_titration(curve(ec50, hill=hill), dispersion=0.01)
    assert found.mutant.estimate == pytest.approx(ec50, rel=0.1)
    assert found.mutant.low is not None
    assert found.mutant.high is not None
    assert found.mutant.low < ec50 < found.mutant.high


def test_titration_of_mutant_and_wild_type() -> None:
    found = fit_titration(curve(1e-8), curve(1e-6), dispersion=0.01)
    assert found.fold is not None
    assert found.fold.estimate == pytest.approx(100.0, rel=0.15)
    assert found.fold.low is not None
    assert found.fold.high is not None
    assert found.fold.low < 100.0 < found.fold.high


def test_what_is_not_reached_has_bounds_and_no_estimate() -> None:
    late = fit_titration(curve(1e-4), dispersion=0.01).mutant
    assert late.estimate is None
    assert late.low is not None
    assert late.low > 1e-6
    early = fit_titration(curve(1e-12), dispersion=0.01).mutant
    assert early.estimate is None
    flat = fit_titration(curve(1e-8, bottom=20.0, top=20.0), dispersion=0.01)
    assert not flat.rises
    assert (flat.mutant.estimate, flat.mutant.low, flat.mutant.high) == (None, None, None)
    pair = fit_titration(curve(1e-8), curve(1.0), dispersion=0.01)
    assert pair.wild_type is not None
    assert pair.fold is not None
    assert pair.wild_type.estimate is None
    assert pair.fold.estimate is None
    assert pair.fold.high is None
    assert pair.fold.low is not None
    assert pair.fold.low > 1e3


def plate(effector: str = "F1", control: int | None = 300, stimulus: tuple[int, ...] = (50, 61, 47)) -> list[Well]:
    rows = [("", "none", 5), ("", "none", 7), ("", "none", 4), *[("P1", "mutant", n) for n in stimulus]]
    rows += [("P2", "mutant", 5), ("P2", "mutant", 6), ("P2", "mutant", 4)]
    rows += [("OKT3", "positive control", control)] * 2 if control is not None else []
    return [
        Well(f"w{place}", effector, name, "ELISPOT", kind, count=count, source=f"plate.csv:{place + 2} #12345678")  # type: ignore[arg-type]
        for place, (name, kind, count) in enumerate(rows)
    ]


def test_a_plate_by_hand() -> None:
    found = screen_plate(plate())
    assert [(one.antigen, one.hit) for one in found.hits] == [("P1", True), ("P2", False)]
    assert found.hits[0].fold == pytest.approx((50 + 61 + 47) / 16)
    assert found.hits[0].source == "plate.csv:2,3,4,5,6,7 #12345678"
    assert {row.stimulus: row.verdict for row in found.tested} == {
        "P1": "positive", "P2": "negative", "OKT3": "responded",
    }  # fmt: skip


def test_controls_that_fail_take_negatives_back() -> None:
    said = {row.stimulus: row.verdict for row in screen_plate(plate(control=5)).tested}
    assert said["P1"] == "positive"
    assert said["P2"] == "cannot be told: the positive control did not respond"
    assert "no positive control" in {r.stimulus: r.verdict for r in screen_plate(plate(control=None)).tested}["P2"]


def test_too_few_wells_are_told_not_tested() -> None:
    row = next(row for row in screen_plate(plate(stimulus=(200,))).tested if row.stimulus == "P1")
    assert (row.p_value, row.q_value, row.positive) == (None, None, False)
    assert row.verdict == "cannot be tested: 1 well with the stimulus, 2 needed"
    few = [one for one in plate() if one.kind != "none"] + plate()[:1]
    assert all(row.p_value is None and "1 well without antigen" in row.verdict
               for row in screen_plate(few).tested)  # fmt: skip


def test_fold_is_asked_for_beside_significance() -> None:
    wells = [Well(f"n{k}", "F", "", "ELISPOT", "none", count=1000) for k in range(20)]
    wells += [Well(f"m{k}", "F", "P1", "ELISPOT", "mutant", count=1500) for k in range(20)]
    row = screen_plate(wells).tested[0]
    assert row.q_value is not None
    assert row.q_value < 1e-6
    assert not row.positive
    assert row.verdict.startswith("negative: below 2-fold")


def test_pools_give_an_antigen_and_an_unresolved_pool_gives_a_hit_without_one() -> None:
    pools = lay_pools([f"a{k}" for k in range(9)])

    def grid(positive: set[str]) -> list[Well]:
        spots = {pool.name: (60 if pool.name == "C3" else 80) if pool.name in positive else 5 for pool in pools}
        wells = [Well(f"n{k}", "F", "", "ELISPOT", "none", count=5) for k in range(4)]
        return wells + [
            Well(f"{name}{k}", "F", name, "ELISPOT", "mutant", count=count)
            for name, count in spots.items()
            for k in range(3)
        ]

    one = screen_plate(grid({"R2", "C3"}), pools)
    assert [(hit.antigen, hit.hit, hit.stimuli) for hit in one.hits if hit.hit] == [("a5", True, ("C3", "R2"))]
    tests = {row.stimulus: row for row in one.tested}
    (hit,) = [each for each in one.hits if each.hit]
    assert hit.fold == min(tests["R2"].fold or 0, tests["C3"].fold or 0) == 60 / 5
    assert hit.p_value == max(tests["R2"].p_value or 0, tests["C3"].p_value or 0) == tests["C3"].p_value
    two = screen_plate(grid({"R1", "R2", "C1", "C2"}), pools)
    assert [(hit.antigen, hit.stimuli) for hit in two.hits if hit.hit] == [("", ("C1", "C2", "R1", "R2"))]
    assert {hit.antigen for hit in two.hits if not hit.hit} == {"a0", "a1", "a3", "a4"}
    assert len({row.antigens for row in two.explanations if row.probability > 0.3}) == 2


def test_a_row_whose_columns_are_silent_is_doubted() -> None:
    """Nine antigens: 3 x 0.016 x 0.9 x 0.1 for an antigen that its column missed, against 0.01 for a false pool."""
    pools = lay_pools([f"a{k}" for k in range(9)])
    wells = [Well(f"n{k}", "F", "", "ELISPOT", "none", count=5) for k in range(4)]
    wells += [
        Well(f"{pool.name}{k}", "F", pool.name, "ELISPOT", "mutant", count=90 if pool.name == "R1" else 5)
        for pool in pools
        for k in range(3)
    ]
    (hit,) = (one for one in screen_plate(wells, pools).hits if not one.antigen)
    assert (hit.antigen, hit.stimuli, hit.hit) == ("", ("R1",), False)
    assert hit.probability == pytest.approx(0.3, abs=0.15)


def test_presenting_allele_is_that_of_the_transfected_cells() -> None:
    wells = [
        Well(f"{hla}{kind}{k}", "F", "X:A1B", "ELISPOT", kind, count=n, hla=hla)
        for hla, n1 in (("HLA-A*11:01", 6), ("HLA-C*08:02", 70))
        for kind, n in (("none", 5), ("mutant", n1)) for k in range(3)
    ]  # type: ignore[arg-type] # fmt: skip
    (hit,) = screen_plate(wells).hits
    assert (hit.hla, hit.hit) == ("HLA-C*08:02", True)


def test_sources_are_joined_by_file() -> None:
    assert joined(["b.csv:4 #1", "a.csv:2 #1", "b.csv:3 #1", "by hand"]) == "a.csv:2 #1; b.csv:3,4 #1; by hand"


def test_without_a_control_that_responds_silence_has_no_p() -> None:
    silent = next(one for one in screen_plate(plate(control=5)).hits if one.antigen == "P2")
    assert (silent.hit, silent.p_value, silent.q_value) == (False, None, None)
    told = next(one for one in screen_plate(plate(control=300)).hits if one.antigen == "P2")
    assert told.p_value is not None


def test_an_effector_that_responds_to_none_of_its_pools_has_one_row() -> None:
    pools = lay_pools(["a", "b", "c", "d"])
    rows = [("", "none", n) for n in (5, 7, 4)] + [("OKT3", "positive control", 300)] * 2
    rows += [(pool.name, "mutant", n) for pool in pools for n in (5, 6, 4)]
    wells = [
        Well(f"w{place}", "F1", name, "ELISPOT", kind, count=count, source=f"plate.csv:{place + 2} #12345678")  # type: ignore[arg-type]
        for place, (name, kind, count) in enumerate(rows)
    ]
    (only_row,) = screen_plate(wells, pools).hits
    assert (only_row.effector, only_row.antigen, only_row.hit) == ("F1", "", False)
    assert only_row.p_value is not None
    mute = [w for w in wells if w.kind != "positive control"]
    mute += [Well("c", "F1", "OKT3", "ELISPOT", "positive control", count=5, source="plate.csv:99 #12345678")] * 1
    mute += [Well("d", "F1", "OKT3", "ELISPOT", "positive control", count=5, source="plate.csv:98 #12345678")]
    assert screen_plate(mute, pools).hits == ()
