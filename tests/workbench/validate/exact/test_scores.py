"""Known values: scores against scipy's distributions and integrals, class rates against what they are pooled from."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, betabinom, binom, norm

from adoptive.verdict import ENDPOINTS
from adoptive.workbench.engine.compare import compare, whole_count
from adoptive.workbench.published import Published, load_published
from adoptive.workbench.study import list_studies, load_study
from adoptive.workbench.validate.class_rates import class_for, class_rates, contests, jeffreys, rounds
from adoptive.workbench.validate.coverage import clustered_interval
from adoptive.workbench.validate.kinds import OWN_GROUP, group_of, kind_of, kinds
from adoptive.workbench.validate.scores import (
    crps_normal,
    crps_of_quantiles,
    crps_of_values,
    fit_beta_binomial,
    log_beta_binomial,
    log_score,
    place,
)
from adoptive.workbench.validate.types import LeftOut


def test_log_scores_against_scipy() -> None:
    assert log_score([3, 0], [38, 17], [[0.2], [0.1]]) == pytest.approx(binom.logpmf([3, 0], [38, 17], [0.2, 0.1]))
    mixed = math.log(0.5 * binom.pmf(4, 9, 0.1) + 0.5 * binom.pmf(4, 9, 0.6))
    assert float(log_score(4, 9, [0.1, 0.6])) == pytest.approx(mixed)
    assert float(log_score(1, 5, [0.0])) == -math.inf
    assert float(log_score(1, 5, [0.0, 0.2])) == pytest.approx(math.log(0.5 * binom.pmf(1, 5, 0.2)))
    told = log_beta_binomial([0, 7, 20], 20, 1.3, 4.2)
    assert told == pytest.approx(betabinom.logpmf([0, 7, 20], 20, 1.3, 4.2))
    assert jeffreys(2, 10, 1, 28) == pytest.approx(betabinom.logpmf(2, 10, 1.5, 27.5))


def test_crps_against_the_integral() -> None:
    def integral(distribution: object, y: float) -> float:
        cdf = distribution.cdf  # type: ignore[attr-defined]
        below = quad(lambda t: cdf(t) ** 2, -30, y)[0]
        return float(below + quad(lambda t: (1 - cdf(t)) ** 2, y, 30)[0])

    for mean, sd, y in ((0.0, 1.0, 0.0), (1.0, 2.0, 4.0), (-2.0, 0.5, -2.7)):
        assert float(crps_normal(mean, sd, y)) == pytest.approx(integral(norm(mean, sd), y), abs=1e-6)
    values = np.array([1.0, 2.0, 2.0, 7.0])
    steps = np.linspace(0, 10, 200_001)
    cdf = (values[:, None] <= steps).mean(axis=0)
    assert crps_of_values(values, 3.0) == pytest.approx(np.trapezoid((cdf - (steps >= 3.0)) ** 2, steps), abs=1e-3)
    assert crps_of_quantiles([0.25, 0.75], [1.0, 3.0], 2.0) == pytest.approx(2 * np.mean([0.25 * 1, 0.25 * 1]))


def test_a_sure_and_right_prediction_scores_nothing() -> None:
    assert crps_of_values([4.0] * 9, 4.0) == 0.0
    assert float(log_score(0, 18, [0.0])) == 0.0


def test_places_by_hand() -> None:
    assert place([1.0, 2.0, 3.0, 4.0], 9.0, 0.5) == 0.9
    assert place([1.0, 1.0, 1.0], 1.0, 0.25) == 0.25
    assert place([math.inf, 2.0], math.inf, 0.5) == pytest.approx((1 + 0.5 * 2) / 3)


def test_moments_give_a_beta_binomial_back() -> None:
    rng = np.random.default_rng(1)
    x = rng.binomial(50, rng.beta(6.0, 14.0, 20_000))
    alpha, beta_ = fit_beta_binomial(x, np.full(len(x), 50))
    assert (alpha, beta_) == (pytest.approx(6.0, rel=0.05), pytest.approx(14.0, rel=0.05))
    alpha, beta_ = fit_beta_binomial([0] * 200, [17] * 200)
    assert 0 < alpha / (alpha + beta_) < 0.001


def test_alone_every_observation_counts_as_in_clopper_and_pearson() -> None:
    hits = [True] * 14 + [False] * 6
    low, high = clustered_interval(hits, [str(k) for k in range(20)])
    variance = 20 / 19 * 0.7 * 0.3 / 20
    size = min(20, 0.7 * 0.3 / variance)
    assert low == pytest.approx(beta.ppf(0.025, 0.7 * size, 0.3 * size + 1))
    assert high == pytest.approx(beta.ppf(0.975, 0.7 * size + 1, 0.3 * size))


def test_clusters_widen_the_interval() -> None:
    hits = ([True] * 10 + [False] * 2) * 5
    alone = clustered_interval(hits, [str(k) for k in range(60)])
    alike = clustered_interval([True] * 50 + [False] * 10, [str(k // 10) for k in range(60)])
    assert alike[1] - alike[0] > 1.5 * (alone[1] - alone[0])
    assert clustered_interval([True, False], ["a", "a"]) == (0.0, 1.0)
    low, high = clustered_interval([True] * 30, [str(k // 6) for k in range(30)])
    assert (low, high) == (pytest.approx(beta.ppf(0.025, 5, 1)), 1.0)


def test_class_rates_are_what_they_are_pooled_from() -> None:
    assert [(rate.x, rate.n) for rate in class_rates()] == [(3, 38), (18, 37), (2, 13), (40, 100), (6, 46), (0, 18)]
    for rate in class_rates():
        assert (sum(part.x for part in rate.parts), sum(part.n for part in rate.parts)) == (rate.x, rate.n)
        for part in (*rate.parts, *rate.predicts):
            rows = [row for row in load_published(part.study) if (row.endpoint, row.arm) == (part.endpoint, part.arm)]
            assert [row.n for row in rows] == [part.n], part.label
            assert rows[0].confirmed
            assert round((rows[0].estimate or 0.0) * part.n / 100.0) == part.x


@pytest.mark.parametrize(
    ("study", "name"),
    [
        ("satri-cel", "CLDN18.2 CAR-T, phase 1"), ("heros-3", "HER2 CAR-T"), ("ignyte-eso", "TCR-T, sarcoma"),
        ("sel-til-gi", "neoantigen T cells, gastrointestinal"), ("zuma-1", None), ("recourse", None),
        ("gavo-cel", None),
    ],
)  # fmt: skip
def test_the_class_of_a_study(study: str, name: str | None) -> None:
    found = class_for(load_study(study))
    assert (found.name if found else None) == name


def left(study: str, arm: str, draws: list[float], endpoint: str = "orr") -> LeftOut:
    return LeftOut(
        study=study, endpoint=endpoint, arm=arm, set="infused", at_months=None, unit="%", scale="arcsine", value=10.0,
        n=10, weight=1.0, y=0.3, mean=0.3, sd=0.1, draws=np.array(draws),
    )  # fmt: skip


def test_left_out_trials_against_their_class() -> None:
    played = rounds([
        left("gpc3-hcc", "", [15.0, 25.0]), left("cart-her2-btc", "", [10.0]),
        left("lete-cel-mrcls", "reduced lymphodepletion", [20.0]),
        left("lete-cel-mrcls", "standard lymphodepletion", [40.0]), left("zuma-1", "", [80.0]),
        left("satri-cel", "satri-cel", [22.0]),
    ])  # fmt: skip
    told = {(row.study, row.arm): row for row in played}
    assert set(told) == {
        ("gpc3-hcc", ""), ("cart-her2-btc", ""), ("satri-cel", "satri-cel"),
        ("lete-cel-mrcls", "reduced lymphodepletion"), ("lete-cel-mrcls", "standard lymphodepletion"),
    }  # fmt: skip
    alone = told["gpc3-hcc", ""]
    assert (alone.without_own, alone.beta_binomial) == (None, None)
    assert alone.model == pytest.approx(math.log(np.mean(binom.pmf(2, 13, [0.15, 0.25]))))
    assert alone.published_rate == pytest.approx(binom.logpmf(2, 13, 2 / 13))
    her2 = told["cart-her2-btc", ""]
    assert her2.without_own == pytest.approx(binom.logpmf(1, 11, 2 / 27))
    assert her2.beta_binomial == pytest.approx(betabinom.logpmf(1, 11, 2.5, 25.5))
    new = told["satri-cel", "satri-cel"]
    assert new.published_rate == new.without_own == pytest.approx(binom.logpmf(23, 104, 18 / 37))
    against = {row.rival: row for row in contests(played)}
    assert (against["published_rate"].trials, against["without_own"].trials) == (4, 3)
    assert 1 <= against["without_own"].won <= 3
    both = sum(told[key].model - (told[key].without_own or 0.0) for key in told if key[0] == "lete-cel-mrcls")
    others = [her2.model - (her2.without_own or 0.0), new.model - (new.without_own or 0.0)]
    assert against["without_own"].difference == pytest.approx(np.mean([both, *others]))
    assert against["without_own"].lower < against["without_own"].difference < against["without_own"].upper


def test_every_endpoint_has_a_kind_and_every_study_a_group() -> None:
    assert {kind_of(name) for name in ENDPOINTS} == set(kinds())
    assert kinds() == ("response", "time", "toxicity", "kinetics", "attrition")
    assert all(group_of(name) != OWN_GROUP for name in list_studies())
    assert group_of("nobody's") == OWN_GROUP


def row(estimate: float, n: int | None, endpoint: str = "orr", at: float | None = None) -> Published:
    return Published(endpoint, "", "ITT", "%", estimate, None, None, n, at, "", 1.0, "L")


def test_a_rounded_percentage_is_the_count_it_was() -> None:
    assert whole_count(row(84.6, 104)) == 100 * 88 / 104
    assert whole_count(row(84.6, None)) == 84.6
    assert whole_count(row(24.0, 104, "pfs_rate", 6.0)) == 24.0
    assert whole_count(row(33.0, 2)) == 33.0
    shares = np.array([88 / 104 * 100] * 9 + [99.0])
    assert compare(row(84.6, 104), shares, np.ones(10, bool)).inside is True
    assert compare(row(83.7, 104), shares, np.ones(10, bool)).inside is False
