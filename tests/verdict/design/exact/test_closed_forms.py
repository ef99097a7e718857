"""What follows in closed form: events, conditional power, predictive power, exponential calendars, published tables."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr, ndtri
from scipy.stats import binom

from adoptive.errors import StudyError
from adoptive.verdict.comparison import Weights
from adoptive.verdict.design.boundaries import characteristics, sequential_plan
from adoptive.verdict.design.conditional import conditional_power, predictive_power, probability_of_success
from adoptive.verdict.design.enrolment import Arms, accrual_of, hazard_of
from adoptive.verdict.design.events import drift_of, events_needed, hazard_ratio_at
from adoptive.verdict.design.families import FAMILIES, family, spent_by
from adoptive.verdict.design.rates import power_rates, sample_size_rates
from adoptive.verdict.design.sample_size import power_survival, sample_size_survival
from adoptive.verdict.design.single_arm import simon_two_stage, single_stage, two_stage_characteristics
from adoptive.verdict.design.weighted import power_weighted, sample_size_weighted

LAST = sequential_plan([0.5, 1.0], efficacy="noEarlyEfficacy")


def test_events_of_the_textbook() -> None:
    """HR 0.7, one-sided 0.025, power 0.8: 4 (1.96 + 0.8416)^2 / ln(0.7)^2."""
    total = (ndtri(0.975) + ndtri(0.8)) ** 2
    assert events_needed(0.7) == pytest.approx(4 * total / np.log(0.7) ** 2)
    assert events_needed(0.7, method="freedman") == pytest.approx(total * (1.7 / 0.3) ** 2)
    assert events_needed(0.7, allocation=2.0) == pytest.approx(4.5 * total / np.log(0.7) ** 2)
    assert events_needed(0.7, alpha=0.05, sided=2) == pytest.approx(events_needed(0.7))


def test_hazard_ratio_at_a_bound_undoes_the_drift() -> None:
    for allocation in (0.5, 1.0, 3.0):
        z = drift_of(0.62, 180.0, allocation=allocation)
        assert hazard_ratio_at(z, 180.0, allocation=allocation) == pytest.approx(0.62)


def test_conditional_power_of_one_look_left() -> None:
    """Phi((z sqrt t + drift (1 - t) - u) / sqrt(1 - t))."""
    for z, drift in ((0.3, 2.8), (1.5, 0.0), (2.4, 1.1)):
        exact = ndtr((z * 0.5**0.5 + drift * 0.5 - LAST.efficacy[1]) / 0.5**0.5)
        assert conditional_power(LAST, look=1, z=z, drift=drift) == pytest.approx(exact, abs=1e-12)


def test_predictive_power_of_one_look_left() -> None:
    """The score at the end is normal: its drift's posterior widens it."""
    for z, mean, sd in ((1.2, 0.0, np.inf), (0.7, 2.0, 1.5)):
        precision = sd**-2 + 0.5
        middle = (mean * sd**-2 + z * 0.5**0.5) / precision
        spread = np.sqrt(0.5 + 0.25 / precision)
        exact = ndtr((z * 0.5**0.5 + 0.5 * middle - LAST.efficacy[1]) / spread)
        prior = None if np.isinf(sd) else (mean, sd)
        assert predictive_power(LAST, look=1, z=z, prior=prior) == pytest.approx(exact, abs=1e-9)


def test_probability_of_success_of_one_look() -> None:
    """Phi((m - u) / sqrt(1 + s^2))."""
    found = probability_of_success(sequential_plan([1.0]), prior=(2.0, 1.5))
    assert found == pytest.approx(ndtr((2.0 - ndtri(0.975)) / np.sqrt(1.0 + 1.5**2)), abs=1e-9)


def test_events_by_a_time_against_the_integral() -> None:
    """Uniform entry, steps of the hazard, loss: the double integral by quadrature."""
    hazard, accrual = hazard_of([0.02, 0.1, 0.05], [0.0, 3.0, 9.0]), accrual_of([0, 4, 10], [5, 12])
    arms = Arms(hazard, hazard, 2.0, 0.03, 0.03)

    def seen(age: float) -> float:
        return quad(lambda t: hazard.at(t) * hazard.survival(t) * np.exp(-0.03 * t), 0, age, points=(3.0, 9.0))[0]

    for time in (2.0, 7.0, 16.0):
        exact = sum(
            quad(lambda u: rate * seen(time - u), low, min(high, time))[0]  # noqa: B023
            for low, high, rate in ((0, 4, 5), (4, 10, 12)) if low < time
        )  # fmt: skip
        events = arms.events(accrual, time)
        assert events.sum() == pytest.approx(exact, rel=1e-6)
        assert events[0] == pytest.approx(2 * events[1])


def test_power_and_size_agree() -> None:
    plan = sequential_plan([0.4, 1.0], futility="power", beta=0.1)
    common = {"hazard_ratio": 0.65, "control": hazard_of(0.06), "loss": (0.004, 0.006), "allocation": 2.0}
    size = sample_size_survival(plan, accrual=accrual_of([0, 18]), follow_up=9.0, **common)
    again = power_survival(plan, accrual=accrual_of([0, 18], [size.patients / 18]), events=size.events, **common)
    assert again.power == pytest.approx(0.9, abs=1e-9)
    np.testing.assert_allclose(again.look_time, size.look_time, rtol=1e-8)
    assert size.duration == pytest.approx(27.0)


def test_lachin_foulkes_follows_its_formula() -> None:
    """Exponential, all followed to the end: P(event) = 1 - exp(-h T) for entry at once."""
    size = sample_size_survival(
        hazard_ratio=0.6, control=hazard_of(0.1), accrual=accrual_of([0, 1e-6]), follow_up=12.0, method="Lachin-Foulkes"
    )
    chance = [1.0 - np.exp(-12.0 * rate) for rate in (0.06, 0.1, 0.08)]
    null, truth = 4.0 / chance[2], 2.0 / chance[0] + 2.0 / chance[1]
    exact = ((ndtri(0.975) * null**0.5 + ndtri(0.8) * truth**0.5) / np.log(0.6)) ** 2
    assert size.patients == pytest.approx(exact, rel=1e-5)


def test_events_that_never_come() -> None:
    with pytest.raises(StudyError, match="never come"):
        sample_size_survival(hazard_ratio=0.9, control=hazard_of(0.1), accrual=accrual_of([0, 10]), patients=100)
    with pytest.raises(StudyError, match="nothing to find"):
        sample_size_survival(
            hazard_ratio=0.7, control=hazard_of(0.1), accrual=accrual_of([0, 10]), patients=500, follow_up=5
        )


# Simon 1989, tables 1 and 2, errors 0.05 and 0.20: r1/n1, r/n of the optimal and of the minimax design.
SIMON = [
    (0.05, 0.25, (0, 9, 2, 17), (0, 12, 2, 16)),
    (0.10, 0.30, (1, 10, 5, 29), (1, 15, 5, 25)),
    (0.20, 0.40, (3, 13, 12, 43), (4, 18, 10, 33)),
]


@pytest.mark.parametrize(("null", "active", "optimal", "minimax"), SIMON)
def test_simons_tables(null: float, active: float, optimal: tuple[int, ...], minimax: tuple[int, ...]) -> None:
    for kind, wanted in (("optimal", optimal), ("minimax", minimax)):
        found = simon_two_stage(null, active, kind=kind, most=45)
        assert (found.r1, found.n1, found.r, found.n) == wanted
        assert two_stage_characteristics(found.r1, found.n1, found.r, found.n, null)[0] == pytest.approx(found.alpha)
        assert found.alpha <= 0.05
        assert found.power >= 0.8


def test_one_stage_is_the_smallest() -> None:
    found = single_stage(0.1, 0.3)
    assert binom.sf(found.r, found.n, 0.1) <= 0.05
    for n in range(1, found.n):
        r = int(binom.isf(0.05, n, 0.1))
        assert binom.sf(r, n, 0.3) < 0.8


def test_rates_there_and_back() -> None:
    size = sample_size_rates(0.55, 0.3, beta=0.15, allocation=1.5)
    assert power_rates(0.55, 0.3, sum(size), allocation=1.5) == pytest.approx(0.85)


def test_weighted_design_near_one_is_schoenfelds() -> None:
    """For a hazard ratio close to 1 the unweighted mean of z is -ln(HR) sqrt(events p q)."""
    arms = Arms(hazard_of(0.0597), hazard_of(0.06), 2.0, 0.01, 0.01)
    design = power_weighted(arms, accrual_of([0, 12], [1e5]), times=[15.0, 30.0])
    exact = -np.log(0.995) * np.sqrt(design.events * 2.0 / 9.0)
    np.testing.assert_allclose(design.mean_z, exact, rtol=2e-3)
    np.testing.assert_allclose(design.average_hazard_ratio, 0.995, rtol=1e-6)


def test_late_weights_find_late_effects() -> None:
    late = Arms(hazard_of([0.07, 0.035], [0.0, 6.0]), hazard_of(0.07))
    accrual = accrual_of([0, 15])
    sizes = {
        name: sample_size_weighted(late, accrual, times=[30.0], weights=weights).patients
        for name, weights in {
            "plain": Weights.log_rank(), "late": Weights.fleming_harrington(0, 1),
            "early": Weights.fleming_harrington(1, 0), "modest": Weights.magirr_burman(delay=6.0),
        }.items()
    }  # fmt: skip
    assert sizes["late"] < sizes["modest"] < sizes["plain"] < sizes["early"]
    again = power_weighted(
        late, accrual.scaled(sizes["modest"]), times=[30.0], weights=Weights.magirr_burman(delay=6.0)
    )
    assert again.power == pytest.approx(0.8, abs=1e-8)
    with pytest.raises(StudyError, match="no closed form"):
        power_weighted(late, accrual, times=[30.0], weights=Weights.gehan())


def test_names_of_other_packages() -> None:
    assert family("asof").family == "O'Brien-Fleming"
    assert family("OF").family == "classical O'Brien-Fleming"
    assert family("sfHSD", -4).parameters == (-4.0,)
    assert family("WT", 0.25).family == "Wang-Tsiatis"
    for bad, match in (("Bayes", "unknown"), ("asUser", "missing")):
        with pytest.raises(StudyError, match=match):
            family(bad)
    with pytest.raises(StudyError, match="out of range"):
        family("asHSD", 1e9)


@pytest.mark.parametrize("name", [name for name, each in FAMILIES.items() if each.spends and name != "user"])
def test_every_spending_function_ends_at_the_level(name: str) -> None:
    t = np.linspace(0.05, 1.0, 20)
    spent = spent_by(family(name), t, level=0.025)
    assert (np.diff(spent) >= 0).all()
    assert spent[0] >= 0
    assert spent[-1] == pytest.approx(0.025)


def test_two_sided_is_symmetric() -> None:
    plan = sequential_plan([0.3, 0.6, 1.0], alpha=0.1, sided=2, efficacy="P")
    at = characteristics(plan, [-1.3, 0.0, 1.3])
    np.testing.assert_allclose(at.power[[0, 2]], at.power[[2, 0]])
    np.testing.assert_allclose(at.power[1], 0.1, atol=1e-10)
    np.testing.assert_allclose(at.opposite[1] * 2.0, at.efficacy[1])


# gsDesign's documentation prints these for three equal looks, Hwang-Shih-DeCani -4 for efficacy, -2 for futility
# (power 0.9, non-binding), 1 for harm at 0.05.
HARM = {
    "efficacy": [3.0107, 2.5465, 1.9992], "futility": [-0.2387, 0.9411, 1.9992], "harm": [-2.0061, -1.9827],
    "harm_spent": [0.0224, 0.0385], "power": [0.1412, 0.5815, 0.9000],
}  # fmt: skip


def test_a_printed_plan_with_harm() -> None:
    plan = sequential_plan(
        np.arange(1, 4) / 3, beta=0.1, efficacy=family("HSD", -4), futility=family("HSD", -2), harm=family("HSD", 1),
        harm_alpha=0.05,
    )  # fmt: skip
    for name in ("efficacy", "futility", "harm", "harm_spent"):
        np.testing.assert_allclose(getattr(plan, name)[: len(HARM[name])], HARM[name], atol=5.1e-5)
    power = np.cumsum(characteristics(plan, plan.drift).efficacy[0])
    np.testing.assert_allclose(power, HARM["power"], atol=5.1e-5)
    assert plan.inflation_factor == pytest.approx(1.070, abs=5e-4)


def test_a_printed_trial_of_lachin_and_foulkes() -> None:
    """gsDesign: median 12, HR 0.7, loss 0.01 a month, 12 months of accrual, 24 of follow-up; looks at 0.5, 0.75, 1."""
    plan = sequential_plan([0.5, 0.75, 1.0], beta=0.1, efficacy=family("HSD", -4), futility=family("HSD", -2))
    size = sample_size_survival(
        plan, hazard_ratio=0.7, control=hazard_of(np.log(2) / 12), accrual=accrual_of([0, 12]), follow_up=24.0,
        loss=(0.01, 0.01), method="lachin-foulkes",
    )  # fmt: skip
    assert np.ceil(size.patients / 2) * 2 == 524
    np.testing.assert_allclose(size.look_events, [179, 268, 357], atol=1.0)
    np.testing.assert_allclose(size.look_time, [15, 23, 36], atol=0.5)
    np.testing.assert_allclose(size.hazard_ratio_efficacy[:2], [0.6623, 0.7427], atol=5e-4)
    assert size.hazard_ratio_futility[0] == pytest.approx(0.9340, abs=5e-4)


def test_harm_and_binding() -> None:
    """Harm never moves efficacy; binding futility lowers it and then the whole level is spent with it heeded."""
    t = [0.3, 0.6, 1.0]
    plain = sequential_plan(t, futility="Pocock")
    with_harm = sequential_plan(t, futility="Pocock", harm="Pocock")
    assert plain.efficacy.tolist() == with_harm.efficacy.tolist()
    binding = sequential_plan(t, futility="Pocock", binding=True)
    assert (binding.efficacy[1:] < plain.efficacy[1:]).all()
    assert characteristics(binding, 0.0).power[0] == pytest.approx(0.025, abs=1e-10)
    assert characteristics(plain, 0.0).power[0] < 0.0245


def test_spending_by_calendar_and_under_run() -> None:
    """Spending times move the spending only; a last look that came early may spend the rest."""
    short = sequential_plan([0.5, 0.9], spending_times=[0.5, 1.0])
    assert short.alpha_spent[-1] == pytest.approx(0.025, abs=1e-10)
    assert short.efficacy[0] == sequential_plan([0.5, 1.0]).efficacy[0]
    assert sequential_plan([0.5, 0.9]).alpha_spent[-1] < 0.025
    over = sequential_plan([0.5, 1.1])
    assert over.alpha_spent[-1] == pytest.approx(0.025, abs=1e-10)
