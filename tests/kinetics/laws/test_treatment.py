"""Laws of treatment: dose, lymphodepletion, antigen, exhaustion, rejection, drugs; the typical patient's variants."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from typical_patient import (
    DOSE,
    INFUSION_DAY,
    Floats,
    Followed,
    body_of,
    cohort_of,
    follow,
    join,
    lymphodepletion,
    once,
    read,
    spread,
    treatment,
    typical,
)

from adoptive.kinetics import Physiology
from adoptive.kinetics.cells import engineered
from adoptive.kinetics.equations import derivatives
from adoptive.kinetics.simulate import engine
from adoptive.kinetics.states import LESIONS, lesion_state
from adoptive.parameters import load_book


def peak(ran: Followed, *, after: float = 1.0) -> tuple[Floats, Floats]:
    """Give the largest number of cells per uL of blood from a day after the infusion on, and its day."""
    late = ran.day >= INFUSION_DAY + after
    cells = np.where(late, ran.cells_per_ul, 0.0)
    return cells.max(axis=1), ran.day[cells.argmax(axis=1)] - INFUSION_DAY


def at(ran: Followed, values: Floats, day: float) -> Floats:
    """Read a course on a day after the infusion."""
    return np.asarray(values[:, int(np.searchsorted(ran.day, INFUSION_DAY + day))])


def test_the_peak_rises_with_the_dose_less_than_in_proportion_and_comes_earlier() -> None:
    doses = np.geomspace(1e6, 1e10, 9)
    height, day = peak(follow(typical(9), treatment(9, dose=doses), until=90.0))
    assert (np.diff(height) > 0.0).all()
    assert (np.diff(day) <= 0.0).all()
    assert day[-1] < day[0] - 7.0
    exponent = np.diff(np.log(height)) / np.diff(np.log(doses))
    print(f"A9: peaks per uL {height.round(2)} at 1e6 to 1e10 cells, exponents {exponent.round(2)}")
    assert ((exponent > 0.0) & (exponent < 0.7)).all()


TWICE = ("Vb", "Ksys", "N_B", "N_PC", "Hn", "KKH", "KKB", "KR", "Kmax")
HALF = ("kIFN", "k6", "y_UA", "y_LDH", "y_K", "y_PO4")


def twice_as_large(body: Physiology) -> Physiology:
    """Give a patient with twice the blood, lesions, cells and scales of cells: the same concentrations."""
    large = body.replace(**{name: 2.0 * body.of(name) for name in TWICE})
    large = large.replace(**{name: 0.5 * body.of(name) for name in HALF})
    states, names = body.initial.copy(), engine().model.states
    for j in range(LESIONS):
        for name in ("T_H", "T_L", "T_N", "D"):
            states[:, names.index(lesion_state(name, j))] *= 2.0
    return dataclasses.replace(large, initial=states)


def test_a_patient_twice_as_large_has_the_same_concentrations() -> None:
    """But for what knows absolute size: an empty lesion's floor and the last few cells.

    The lesions are so large that treatment leaves each of them far above that floor.
    """
    cohort = cohort_of(diameters_mm=(80.0, 70.0))
    small, large = body_of(cohort), twice_as_large(body_of(cohort))
    options = {"until": 180.0, "step": 1.0, "rtol": 1e-8, "atol": 1e-10}
    one = follow(small, treatment(), **options)
    two = follow(large, treatment(dose=2.0 * DOSE), **options)
    for name in ("I", "L", "IFN", "IL6", "CRP", "FER", "BBB", "ANC", "PLT", "UA", "LDH", "K", "PO4", "R", "H"):
        np.testing.assert_allclose(two.of(name), one.of(name), rtol=2e-4, err_msg=name)
    after = one.day > INFUSION_DAY
    np.testing.assert_allclose(two.cells_per_ul[:, after], one.cells_per_ul[:, after], rtol=2e-4)
    np.testing.assert_allclose(two.tumour_cells, 2.0 * one.tumour_cells, rtol=2e-4)
    loud = follow(large.replace(kIFN=small.of("kIFN")), treatment(dose=2.0 * DOSE), **options)
    assert loud.of("IFN").max() > 1.5 * one.of("IFN").max()


def without_lymphodepletion() -> Followed:
    """Follow three patients under full, half and no lymphodepletion, whose peaks fall in that order."""
    ran = follow(typical(3), treatment(3, amount=np.array([1.0, 0.5, 0.0])), until=60.0)
    height, _ = peak(ran)
    assert height[2] <= height[0] / 5.0
    assert height[2] < height[1] < height[0]
    return ran


def test_without_lymphodepletion_cells_do_not_expand() -> None:
    """At most a fifth of the peak; they fall for ten days and stay below where they were on the second day."""
    ran = without_lymphodepletion()
    late = ran.day >= INFUSION_DAY + 2.0
    cells, day = ran.cells_per_ul[2, late], ran.day[late] - INFUSION_DAY
    assert (np.diff(cells[day <= 10.0]) <= 0.0).all()
    assert (cells[1:] < cells[0]).all()


@pytest.mark.usefixtures("before_the_fit")
def test_without_lymphodepletion_cells_never_rise_before_the_fit() -> None:
    """Not after the second day; at the fitted values those that are left grow slowly from the third week on."""
    ran = without_lymphodepletion()
    late = ran.day >= INFUSION_DAY + 2.0
    assert (np.diff(ran.cells_per_ul[2, late]) <= 0.0).all()


def test_interleukin_15_peaks_with_the_infusion_and_lymphocytes_come_back() -> None:
    ran = follow(typical(), lymphodepletion(1), until=365.0)
    day = ran.day[ran.of("I")[0].argmax()] - INFUSION_DAY
    assert -1.0 <= day <= 3.0
    low = ran.of("L")[0]
    assert low.min() < 0.15 * low[0]
    assert (np.diff(low[int(low.argmin()) :]) >= -1e-6).all()
    assert low[-1] == pytest.approx(low[0], rel=2e-3)


@pytest.mark.parametrize(("line", "nadir"), [("ANC", 0.5), ("PLT", 0.75)])
def test_blood_counts_fall_and_return_to_baseline(line: str, nadir: float) -> None:
    ran = follow(typical(), join(lymphodepletion(1), lymphodepletion(1, infusion_day=61.0)), until=400.0)
    count = ran.of(line)[0] / ran.of(line)[0, 0]
    first, second = count[ran.day < 56.0], count[ran.day >= 56.0]
    assert first.min() < nadir
    assert second.min() < nadir
    assert 3.0 < ran.day[first.argmin()] < 21.0
    assert count[-1] == pytest.approx(1.0, rel=1e-4)
    assert count[ran.day == 50.0] == pytest.approx(1.0, rel=0.15)


def test_inflammation_delays_the_counts() -> None:
    calm, inflamed = (follow(typical(eInf_ANC=e, k6=1e-5), treatment(), until=60.0) for e in (0.0, 0.7))
    back = [ran.day[(ran.of("ANC")[0] < 2.0)].max() for ran in (calm, inflamed)]
    assert back[1] > back[0] + 0.5


def test_tocilizumab_raises_interleukin_6_and_lowers_its_effect() -> None:
    """Cells and tumour do not notice; the receptor is occupied for two weeks."""
    dose = once("tocilizumab", 1, day=INFUSION_DAY + 6.0, amount=560.0)
    without, given = follow(typical(), treatment()), follow(typical(), join(treatment(), dose))
    assert 2.0 < given.of("IL6").max() / without.of("IL6").max() < 5.0
    assert given.il6_effective.max() < without.il6_effective.max()
    month = given.day > INFUSION_DAY + 8.0
    assert given.il6_effective[0, month].max() < 0.25 * without.il6_effective[0, month].max()
    assert given.of("CRP").max() < 0.8 * without.of("CRP").max()
    assert given.of("BBB").max() > without.of("BBB").max()
    after = given.day > INFUSION_DAY
    np.testing.assert_allclose(given.cells_per_ul[:, after], without.cells_per_ul[:, after], rtol=1e-3)
    level = given.of("Toc_c")[0] / 3.5
    occupied = given.day[level / (level + 1.0) > 0.9]
    assert occupied.max() - occupied.min() > 14.0


def test_a_patient_on_whom_tocilizumab_has_no_effect_keeps_his_signal() -> None:
    dose = once("tocilizumab", 2, day=INFUSION_DAY + 7.0, amount=560.0)
    ran = follow(typical(2, toc_effect=[1.0, 0.0]), join(treatment(2), dose))
    assert ran.il6_effective[1].max() > 3.0 * ran.il6_effective[0].max()


def test_dexamethasone_before_the_peak_takes_it_and_after_the_peak_does_not() -> None:
    """Three daily doses from day 2, or from two days after the peak."""
    plain = follow(typical(), treatment())
    height, day = peak(plain)

    def with_dexamethasone(first: float) -> Followed:
        doses = (once("dexamethasone", 1, day=INFUSION_DAY + first + k, amount=10.0) for k in range(3))
        return follow(typical(), join(treatment(), *doses))

    early, late = with_dexamethasone(2.0), with_dexamethasone(float(day[0]) + 2.0)
    assert peak(early)[0] < 0.8 * height
    assert peak(late)[0] == pytest.approx(height, rel=1e-3)
    assert at(late, late.of("IL6"), day[0] + 4.5) < 0.7 * at(plain, plain.of("IL6"), day[0] + 4.5)
    assert late.sld_mm.min() < plain.sld_mm.min() + 0.1 * plain.sld_mm[0, 0]


def test_more_antigen_more_cells_more_cytokine_less_tumour() -> None:
    factor = np.array([1e3, 3e3, 1e4, 3e4, 1e5, 3e5]) / 5e4
    many = len(factor)
    ran = follow(body_of(cohort_of(many, density_factor=factor)), treatment(many), until=180.0)
    height, _ = peak(ran)
    best = ran.sld_mm.min(axis=1)
    assert (np.diff(height) > 0.0).all()
    assert (np.diff(ran.of("IL6").max(axis=1)) > 0.0).all()
    assert (np.diff(best) <= 1e-6).all()
    assert best[-1] < 0.7 * best[0]


def test_more_antigen_than_enough_brings_nothing() -> None:
    """Where all cells are antigen-high, shrinkage saturates far above the half-effect densities."""
    cohort = cohort_of(4, shares={"high": 1.0, "low": 0.0, "negative": 0.0}, density_factor=[0.2, 1.0, 2.0, 10.0])
    best = follow(body_of(cohort, muHL=0.0), treatment(4), until=60.0).sld_mm.min(axis=1)
    assert best[0] - best[1] > 10.0 * (best[2] - best[3])
    assert abs(best[2] - best[3]) < 0.05 * 74.0


def test_tonic_exhaustion_costs_cells_and_effect() -> None:
    tonic = np.array([0.006, 0.06, 0.126, 0.25])
    ran = follow(typical(4, kT=tonic), treatment(4))
    inside = ran.each_lesion("e").sum(axis=-1).max(axis=1)
    for values in (peak(ran)[0], inside, -ran.sld_mm.min(axis=1)):
        assert (np.diff(values) < 0.0).all()


def test_rejection_spares_the_peak_and_takes_the_persistence() -> None:
    ran = follow(typical(3, kR=[0.0, 0.005, 0.05]), treatment(3))
    height, _ = peak(ran)
    np.testing.assert_allclose(height, height[0], rtol=0.1)
    late = at(ran, ran.cells_per_ul, 90.0)
    assert late[0] > late[1] > late[2]
    assert late[2] < 0.1 * late[0]


def test_a_second_infusion_expands_only_after_lymphodepletion() -> None:
    again = INFUSION_DAY + 56.0
    cells = once("infusion", 2, day=again, amount=DOSE)
    depleted = lymphodepletion(2, infusion_day=again, amount=[1.0, 0.0])
    ran = follow(typical(2, **spread("supp", 0.7)), join(treatment(2), depleted, cells))
    second = np.where(ran.day >= again + 1.0, ran.cells_per_ul, 0.0)
    bolus = ran.cells_per_ul[:, int(np.searchsorted(ran.day, again + 1.0))]
    assert second[0].max() > 2.0 * second[1].max()
    assert second[1].max() < 1.3 * bolus[1]


def test_blocked_pd1_is_worth_most_where_pd1_takes_most() -> None:
    share = np.array([0.1, 0.6])
    doses = (once("pembrolizumab", 2, day=INFUSION_DAY + 21.0 * k, amount=200.0) for k in range(5))
    without = follow(typical(2, iPD=share), treatment(2))
    given = follow(typical(2, iPD=share), join(treatment(2), *doses))
    gain = (without.sld_mm - given.sld_mm)[:, -1] / without.sld_mm[:, -1]
    assert gain[1] > 2.0 * gain[0] > 0.0


def test_engineered_cells_that_fall_below_one_are_gone_until_the_next_infusion() -> None:
    """A hundred cells without antigen die out to the last; a hundred under full drive and full antigen expand."""
    body = typical(2, Hn=[0.0, 3e8], psi=[0.0, 0.25], gI0=1.0, rEM=0.0, **spread("acc", 0.0))
    states = body.initial.copy()
    states[:, engine().model.states.index("E_p")] = 100.0
    ran = follow(body, once("infusion", 2, day=60.0, amount=[1e8, 0.0]), initial=states, until=80.0)
    cells = np.asarray(sum(ran.of(name) for name in engineered(LESIONS)))
    gone = (ran.day > 40.0) & (ran.day <= 60.0)
    assert not cells[0, gone].any(), "not a fraction of a cell is left"
    assert cells[1, gone].min() > 1e4
    assert cells[0, ran.day > 60.0].min() > 1e6


def test_a_tumour_without_negative_cells_and_without_mutation_does_not_come_back() -> None:
    """Two years after one infusion into a tumour that lets the cells work."""
    open_tumour = spread("supp", 0.15) | {"iPD": 0.25, "kin": 80.0}
    ran = follow(typical(2, **open_tumour, muN=[0.0, 2e-7]), treatment(2), until=735.0, step=1.0)
    change = ran.sld_mm / ran.sld_mm[:, :1] - 1.0
    assert change[0, -1] < -0.9
    assert change[1, -1] > 0.2
    assert ran.each_lesion("T_N")[1, -1].sum() > 0.9 * ran.tumour_cells[1, -1]


def test_release_of_interleukin_6_ends_while_the_cells_persist() -> None:
    """Myeloid cells become refractory under interferon gamma and come back when it has gone; nothing else notices."""
    ran, never = (follow(typical(**changed), treatment(), until=120.0) for changed in ({}, {"uMy": 0.0}))
    ready = ran.of("My")[0]
    assert (ready[ran.day <= INFUSION_DAY] == 1.0).all()
    assert ready.min() < 0.5
    assert ready[-1] > 0.95
    for name in ("IFN", "E_b", "M_b", "T_H1"):
        np.testing.assert_allclose(ran.of(name), never.of(name), rtol=1e-4, atol=1e-6, err_msg=name)
    above = [float((one.of("IL6")[0] - 4.0 > 0.2 * (one.of("IL6")[0].max() - 4.0)).sum()) for one in (ran, never)]
    print(f"days above a fifth of the peak: {0.25 * above[0]} where cells become refractory, else {0.25 * above[1]}")
    assert above[0] < above[1]
    cells, release = at(ran, ran.cells_per_ul, 14.0) / ran.cells_per_ul.max(), at(ran, ran.of("IL6"), 14.0) - 4.0
    assert release[0] / (ran.of("IL6").max() - 4.0) < cells[0]


def test_daily_stimulation_leaves_an_eighth_of_the_release_on_the_fifth_day() -> None:
    """Draisma 2009: 88 % less on day 5 of daily endotoxin; here under a stimulus that never pauses.

    At the row before the fit, which is Draisma's; the fit lets cells become refractory more slowly.
    """
    before = load_book(calibrated=False)["kinetics.uMy"].value
    states = typical().initial.copy()
    states[:, engine().model.states.index("IFN")] = 1e3
    slope = float(np.squeeze(derivatives(*read(typical(KMy=1e-9, uMy=before), states), lesions=LESIONS)["My"]))
    np.testing.assert_allclose(np.exp(4.0 * slope), 0.12, rtol=0.01)
