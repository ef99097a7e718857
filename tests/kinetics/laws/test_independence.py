"""What must not matter: who else is followed, in which order, in how many legs, which place a lesion has."""

from __future__ import annotations

import numpy as np
import pytest
from typical_patient import (
    DIAMETERS_MM,
    body_of,
    cohort_of,
    follow,
    join,
    lymphodepletion,
    once,
    spread,
    treatment,
    typical,
)

from adoptive.infusion import Infusions, Ward
from adoptive.kinetics import Physiology, advance, begin
from adoptive.kinetics.states import LESION, state_scales

UNTIL = 120.0


def take(plan: Infusions, rows: np.ndarray) -> Infusions:
    return Infusions(plan.day[rows], plan.kind[rows], plan.amount[rows])


def test_permuting_patients_permutes_their_courses_to_the_bit(crowd: Physiology) -> None:
    many = len(crowd.values)
    order = np.random.default_rng(1).permutation(many)
    doses = np.geomspace(1e7, 1e9, many)
    plan = treatment(many, dose=doses)
    there = follow(crowd, plan, until=UNTIL)
    shuffled = follow(crowd.take(order), take(plan, order), until=UNTIL)
    np.testing.assert_array_equal(shuffled.values, there.values[order])
    assert len(np.unique(there.cells_per_ul.max(axis=1))) == many


@pytest.mark.parametrize("rows", [[0], [5, 2], list(range(9, 21))])
def test_a_patients_course_does_not_depend_on_who_else_is_followed(crowd: Physiology, rows: list[int]) -> None:
    some = np.array(rows)
    plan = treatment(len(crowd.values))
    all_of_them = follow(crowd, plan, until=UNTIL)
    alone = follow(crowd.take(some), take(plan, some), until=UNTIL)
    np.testing.assert_array_equal(alone.values, all_of_them.values[some])


def test_permuting_lesions_permutes_their_courses() -> None:
    places = [3, 1, 4]
    moved = np.zeros(5)
    moved[places] = DIAMETERS_MM
    here = follow(typical(), treatment(), until=UNTIL)
    there = follow(body_of(cohort_of(diameters_mm=moved)), treatment(), until=UNTIL)
    for name in LESION:
        mine, theirs = here.each_lesion(name)[0][:, :3], there.each_lesion(name)[0][:, places]
        np.testing.assert_allclose(theirs, mine, rtol=1e-9, atol=1e-9, err_msg=name)
    np.testing.assert_allclose(there.cells_per_ul, here.cells_per_ul, rtol=1e-9)


def test_a_lesion_with_its_own_suppression_takes_it_along() -> None:
    ones = {"supp1": 0.1, "supp2": 0.7, "supp3": 0.45}
    others = {"supp1": 0.45, "supp2": 0.7, "supp3": 0.1}
    backwards = body_of(cohort_of(diameters_mm=DIAMETERS_MM[::-1]), **others)
    here = follow(typical(**ones), treatment(), until=UNTIL).volume_ml[0]
    there = follow(backwards, treatment(), until=UNTIL).volume_ml[0]
    np.testing.assert_allclose(there[:, 2::-1], here[:, :3], rtol=1e-9)
    assert here[-1, 0] < 0.5 * here[-1, 1]


def test_an_infusion_of_no_cells_changes_nothing() -> None:
    """It makes the solver take other steps, no more."""
    plan = treatment()
    more = join(plan, *(once("infusion", 1, day=day, amount=0.0) for day in (6.0, 20.0, 41.3)))
    with_it, without = follow(typical(), more, until=UNTIL), follow(typical(), plan, until=UNTIL)
    np.testing.assert_allclose(with_it.sld_mm, without.sld_mm, rtol=1e-4)
    after = without.day > 5.5
    np.testing.assert_allclose(with_it.cells_per_ul[:, after], without.cells_per_ul[:, after], rtol=1e-3)
    nothing = follow(typical(), join(lymphodepletion(1), once("infusion", 1, day=5.0, amount=0.0)), until=UNTIL)
    assert not nothing.cells_per_ul.any()


def test_a_course_in_legs_is_the_course(crowd: Physiology) -> None:
    """Legs end on each patient's own day; what is due on that day belongs to the next leg."""
    many = len(crowd.values)
    plan = join(treatment(many), lymphodepletion(many, infusion_day=61.0), once("infusion", many, day=61.0, amount=1e8))
    whole = advance(begin(crowd, horizon_days=UNTIL), crowd, until=np.full(many, UNTIL), infusions=plan)
    part = begin(crowd, horizon_days=UNTIL)
    for stop in (np.full(many, 5.0), np.linspace(20.0, 61.0, many), np.full(many, 61.0), np.full(many, UNTIL)):
        part = advance(part, crowd, until=stop, infusions=plan)
    np.testing.assert_array_equal(part.now, whole.now)
    assert not part.failure.any()
    scale = state_scales()
    for name in whole.names:
        largest = np.abs(whole.of(name)).max(axis=1, keepdims=True)
        # A thousandth of a state's scale: 100 cells, 0.1 pg/mL.
        difference = np.abs(part.of(name) - whole.of(name)) / np.maximum(largest, 1e-3 * scale[name])
        # The first mutants are a few cells, for which the absolute tolerance of a hundredth of a cell counts.
        assert difference.max() < (5e-3 if name.startswith("T_N") else 5e-4), name


def test_whoever_stands_at_his_day_is_left_alone(crowd: Physiology) -> None:
    plan = treatment(len(crowd.values))
    stop = np.where(np.arange(len(crowd.values)) % 2 == 0, 40.0, 20.0)
    first = advance(begin(crowd, horizon_days=60.0), crowd, until=stop, infusions=plan)
    state, early = first.state.copy(), stop == 20.0
    second = advance(first, crowd, until=np.full(len(stop), 40.0), infusions=plan)
    np.testing.assert_array_equal(second.state[~early], state[~early])
    assert (second.state[early] != state[early]).any(axis=1).all()
    assert (second.now == 40.0).all()


def test_the_ward_reacts_in_whichever_leg_the_signal_rises(crowd: Physiology) -> None:
    many = len(crowd.values)
    plan = treatment(many)
    ward = Ward(
        drug="tocilizumab",
        jump="tocilizumab",
        threshold=np.full(many, 30.0),
        amount=np.full(many, 464.0),
        delay_days=0.5,
        lockout_days=0.5,
        maximum=2,
    )
    opened = begin(crowd, horizon_days=60.0, wards=(ward,))
    whole = advance(opened, crowd, until=np.full(many, 60.0), infusions=plan, wards=(ward,))
    part = begin(crowd, horizon_days=60.0, wards=(ward,))
    for stop in (10.0, 12.5, 40.0, 60.0):
        part = advance(part, crowd, until=np.full(many, stop), infusions=plan, wards=(ward,))
    reacted = np.isfinite(whole.fired_day[:, 0, 0])
    assert 0 < reacted.sum() < many
    # A crossing within the delay of a leg's end is the one case in which legs may differ.
    clear = np.abs(whole.fired_day[:, 0, :1] + 0.25 - [10.0, 12.5, 40.0]).min(axis=1) > 0.3
    np.testing.assert_allclose(part.fired_day[clear, 0, 0], whole.fired_day[clear, 0, 0], atol=0.01)
    untouched = advance(begin(crowd, horizon_days=60.0), crowd, until=np.full(many, 60.0), infusions=plan)
    level = untouched.of("IL6") - crowd.of("b6")[:, None]
    np.testing.assert_array_equal(level.max(axis=1) > 31.0, reacted & (level.max(axis=1) > 31.0))
    assert not reacted[level.max(axis=1) < 29.0].any()


def test_an_absent_lesion_takes_no_part() -> None:
    """Its own suppression, access and growth may be anything."""
    absent = {"supp4": 0.9, "supp5": 0.05, "r4": 0.5, "r5": 0.0}
    here, there = follow(typical(), treatment(), until=UNTIL), follow(typical(**absent), treatment(), until=UNTIL)
    np.testing.assert_allclose(there.cells_per_ul, here.cells_per_ul, rtol=1e-9)
    closed = follow(typical(**spread("acc", 0.85) | {"acc4": 0.0, "acc5": 0.0}), treatment(), until=UNTIL)
    np.testing.assert_allclose(closed.cells_per_ul, here.cells_per_ul, rtol=1e-3)


def test_a_second_leg_from_the_same_day_leaves_the_first_one_as_it_was() -> None:
    body = typical()
    start = advance(begin(body, horizon_days=UNTIL), body, until=np.array([3.5]), infusions=Infusions.none(1))
    treated = advance(start, body, until=np.array([UNTIL]), infusions=treatment())
    before = treated.values.copy()
    untreated = advance(start, body, until=np.array([UNTIL]), infusions=Infusions.none(1))
    np.testing.assert_array_equal(treated.values, before)
    assert untreated.of("E_b").max() == 0.0
    assert treated.of("E_b").max() > 0.0
    np.testing.assert_array_equal(untreated.values[:, :4], treated.values[:, :4])
