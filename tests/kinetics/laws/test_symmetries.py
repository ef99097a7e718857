"""Symmetries of the full model: order of patients, lesions and clones, size, empty doses, splits."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from typical_patient import DOSE, Floats, Followed, body_of, cohort_of, follow, join, once, treatment

from adoptive.infusion import DRUGS, Infusions
from adoptive.kinetics import Physiology
from adoptive.kinetics.equations import PER_LESION
from adoptive.kinetics.simulate import engine
from adoptive.kinetics.states import BODY, CLASSES, LESION, LESIONS, lesion_state

UNTIL = 90.0
TIGHT = {"until": UNTIL, "step": 1.0, "rtol": 1e-8, "atol": 1e-10}
SCALES = engine().model.scale
law = settings(deadline=None, max_examples=12)


@st.composite
def people(draw: st.DrawFn, count: int = 4, lesions: int = LESIONS) -> Physiology:
    """Patients of one to five lesions whose parameters differ by up to a third."""
    seed = draw(st.integers(0, 2**32 - 1))
    dice = np.random.default_rng(seed)
    here = np.arange(lesions) < dice.integers(1, lesions + 1, count)[:, None]
    diameters = np.where(here, np.exp(0.3 * dice.standard_normal((count, lesions))) * 25.0, 0.0)
    shares = {"high": 0.7, "low": 0.2, "negative": 0.1}
    body = body_of(cohort_of(count, diameters_mm=diameters, shares=shares, lesions=lesions))
    names = ("pE", "dE", "kX", "Ksys", "I0", "kc", "kmax", "kin", "k6", "qH", "wL", "muHL", "eta")
    own = [lesion_state(name, j) for j in range(lesions) for name in ("supp", "acc")]
    moved = {name: body.of(name) * np.exp(0.3 * dice.uniform(-1.0, 1.0, count)) for name in (*names, *own)}
    return body.replace(**{name: np.minimum(v, 0.95) if name in own else v for name, v in moved.items()})


def close(one: Floats, two: Floats, name: str, accuracy: float = 2e-5) -> None:
    """Compare courses of a state against the largest value that it takes, or a thousandth of its scale."""
    size = np.maximum(np.abs(one).max(), 1e-3 * SCALES.get(name, 1.0))
    assert np.abs(one - two).max() <= accuracy * size, (name, np.abs(one - two).max() / size)


def same(one: Followed, two: Followed, accuracy: float = 2e-5, but: tuple[str, ...] = ()) -> None:
    for name in one.names:
        if name not in but:
            close(one.of(name), two.of(name), name, accuracy)


@law
@given(body=people(count=7), order=st.permutations(range(7)))
def test_permuting_patients_permutes_their_courses_to_the_bit(body: Physiology, order: list[int]) -> None:
    doses = np.geomspace(1e7, 1e9, 7)
    here = follow(body, treatment(7, dose=doses), until=UNTIL, step=1.0)
    there = follow(body.take(np.array(order)), treatment(7, dose=doses[order]), until=UNTIL, step=1.0)
    np.testing.assert_array_equal(there.values, here.values[order])


def with_lesions_moved(body: Physiology, order: tuple[int, ...]) -> Physiology:
    """Give the same patients with their lesions in another order: lesion ``j`` is what ``order[j]`` was."""
    states, draws = body.initial.copy(), body.survival_draws.copy()
    changed = {}
    names = engine(body.lesions).model.states
    for j, source in enumerate(order):
        changed |= {lesion_state(name, j): body.of(lesion_state(name, source)) for name in PER_LESION}
        for name in LESION:
            places = (names.index(lesion_state(name, k)) for k in (j, source))
            to, origin = places
            states[:, to] = body.initial[:, origin]
        draws[:, 3 * j : 3 * j + 3] = body.survival_draws[:, 3 * source : 3 * source + 3]
    return dataclasses.replace(body.replace(**changed), initial=states, survival_draws=draws)


def lesions_permute(body: Physiology, order: tuple[int, ...]) -> None:
    many = len(body.values)
    here = follow(body, treatment(many), **TIGHT)
    there = follow(with_lesions_moved(body, order), treatment(many), **TIGHT)
    for name in BODY:
        close(here.of(name), there.of(name), name)
    for j, source in enumerate(order):
        for name in LESION:
            close(here.of(lesion_state(name, source)), there.of(lesion_state(name, j)), lesion_state(name, source))
    assert here.each_lesion("e").max() > 1e5


@law
@given(body=people(), order=st.permutations(range(LESIONS)))
def test_permuting_lesions_permutes_their_courses(body: Physiology, order: list[int]) -> None:
    lesions_permute(body, tuple(order))


@settings(deadline=None, max_examples=4)
@given(body=people(lesions=8), order=st.permutations(range(8)))
def test_permuting_eight_lesions_permutes_their_courses(body: Physiology, order: list[int]) -> None:
    lesions_permute(body, tuple(order))


@law
@given(body=people(), order=st.sampled_from(list(itertools.permutations(range(3)))[1:]))
def test_permuting_clones_permutes_their_courses(body: Physiology, order: tuple[int, int, int]) -> None:
    """Where classes differ by nothing but how well they are seen: no change of class, no bystander killing."""
    none = {name: np.zeros(len(body.values)) for name in ("muHL", "muLH", "muN", "eta")}
    body = body.replace(**none)
    names, states, draws = engine().model.states, body.initial.copy(), body.survival_draws.copy()
    changed = {f"{w}{CLASSES[k]}": body.of(f"{w}{CLASSES[order[k]]}") for k in range(3) for w in "wq"}
    for j, k in itertools.product(range(LESIONS), range(3)):
        to, origin = (names.index(lesion_state(f"T_{CLASSES[c]}", j)) for c in (k, order[k]))
        states[:, to] = body.initial[:, origin]
        draws[:, 3 * j + k] = body.survival_draws[:, 3 * j + order[k]]
    other = dataclasses.replace(body.replace(**changed), initial=states, survival_draws=draws)
    here, there = (follow(each, treatment(len(body.values)), **TIGHT) for each in (body, other))
    for name in (*BODY, *(lesion_state(n, j) for j in range(LESIONS) for n in ("D", "m", "e", "x"))):
        close(here.of(name), there.of(name), name)
    for j, k in itertools.product(range(LESIONS), range(3)):
        name = lesion_state(f"T_{CLASSES[order[k]]}", j)
        close(here.of(name), there.of(lesion_state(f"T_{CLASSES[k]}", j)), name)


CELL_NUMBERS = ("Vb", "Ksys", "N_B", "N_PC", "Hn", "KKH", "KKB", "KR", "Kmax")
PER_CELL = ("kIFN", "k6", "y_UA", "y_LDH", "y_K", "y_PO4")
LEVELS = ("I", "L", "IFN", "IL6", "CRP", "FER", "BBB", "ANC", "PLT", "UA", "LDH", "K", "PO4", "Rp", "R", "H")


@law
@given(scale=st.floats(0.5, 4.0), seed=st.integers(0, 10**6))
def test_more_volume_and_as_many_more_cells_leave_concentrations(scale: float, seed: int) -> None:
    """Large lesions, since an empty one's floor and the last few cells know absolute size."""
    dice = np.random.default_rng(seed)
    body = body_of(
        cohort_of(diameters_mm=60.0 * np.exp(0.1 * dice.standard_normal((1, 2)))), muN=0.0, aM=dice.uniform(0.2, 0.5)
    )
    large = body.replace(**{name: scale * body.of(name) for name in CELL_NUMBERS})
    large = large.replace(**{name: body.of(name) / scale for name in PER_CELL})
    states = body.initial.copy()
    for j, name in itertools.product(range(LESIONS), ("T_H", "T_L", "T_N", "D")):
        states[:, engine().model.states.index(lesion_state(name, j))] *= scale
    small, big = (
        follow(each, treatment(dose=dose), **TIGHT)
        for each, dose in ((body, DOSE), (dataclasses.replace(large, initial=states), scale * DOSE))
    )
    for name in LEVELS:
        close(small.of(name), big.of(name), name, 2e-4)
    close(small.cells_per_ul, big.cells_per_ul, "cells per uL", 2e-4)
    close(scale * small.tumour_cells, big.tumour_cells, "tumour", 2e-4)


@law
@given(body=people(), drug=st.sampled_from(DRUGS), day=st.floats(0.0, UNTIL - 0.1))
def test_an_event_of_nothing_changes_nothing(body: Physiology, drug: str, day: float) -> None:
    many = len(body.values)
    plain = follow(body, treatment(many), **TIGHT)
    same(plain, follow(body, join(treatment(many), once(drug, many, day=day, amount=0.0)), **TIGHT))


@law
@given(body=people(), day=st.integers(1, int(UNTIL) - 1))
def test_splitting_a_run_at_a_visit_changes_nothing(body: Physiology, day: int) -> None:
    """What is due on the day of the split belongs to the second leg."""
    many = len(body.values)
    plan = treatment(many)
    whole = follow(body, plan, **TIGHT)
    before = np.where(plan.day < day, plan.day, np.inf)
    after = np.where(plan.day >= day, plan.day, np.inf)

    def part(days: Floats) -> Infusions:
        order = np.argsort(days, axis=1, kind="stable")
        return Infusions(*(np.take_along_axis(a, order, axis=1) for a in (days, plan.kind, plan.amount)))

    first = follow(body, part(before), **(TIGHT | {"until": float(day)}))
    second = follow(body, part(after), initial=first.final, start=float(day), **TIGHT)
    for name in whole.names:
        both = np.concatenate([first.of(name)[:, :-1], second.of(name)], axis=1)
        close(whole.of(name), both, name)
