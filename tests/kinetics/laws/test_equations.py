"""Properties of the model's text on arbitrary states, read on arrays of numbers."""

from __future__ import annotations

import numpy as np
import pytest
from typical_patient import Floats, read, spread, typical

from adoptive.kinetics.equations import build_model, derivatives, rates_of_clones, watched
from adoptive.kinetics.physiology import parameter_names
from adoptive.kinetics.simulate import engine
from adoptive.kinetics.states import BODY, IN_BLOOD, IN_TISSUE, LESION, LESIONS, lesion_state, state_names, state_scales

CELLS = (*IN_BLOOD, *IN_TISSUE, *(lesion_state(n, j) for j in range(LESIONS) for n in "mex"))
TUMOUR = tuple(lesion_state(f"T_{c}", j) for j in range(LESIONS) for c in "HLN")


def slopes(states: Floats, **changed: float) -> dict[str, Floats]:
    y, p = read(typical(len(states), **changed), states)
    return {name: np.asarray(slope) for name, slope in derivatives(y, p, lesions=LESIONS).items()}


@pytest.mark.parametrize("name", state_names())
def test_a_quantity_that_is_used_up_cannot_fall_below_zero(name: str, random_states: Floats) -> None:
    """Where a state is zero and no other is negative, its slope is not negative: the orthant is never left."""
    states = random_states.copy()
    states[:, engine().model.states.index(name)] = 0.0
    assert slopes(states)[name].min() >= 0.0


def test_every_state_has_one_equation_and_a_tolerance() -> None:
    y, p = read(typical(), typical().initial)
    text = derivatives(y, p, lesions=LESIONS)
    assert sorted(text) == sorted(state_names())
    assert set(state_scales()) == set(state_names())
    assert len(set(state_names())) == len(BODY) + LESIONS * len(LESION)
    lacks = {"lack_of_neutrophils", "lack_of_igg"}
    assert set(watched(y, p, lesions=LESIONS)) == {"il6_effective", "leak", "ferritin", "uric_acid", *lacks}


def test_the_model_can_be_built_for_any_number_of_lesions(random_states: Floats) -> None:
    """Two places give the slopes of five of which three are empty."""
    few = build_model(parameter_names(), lesions=2)
    states = random_states.copy()
    names = engine().model.states
    states[:, [names.index(n) for n in names if n not in few.states]] = 0.0
    y, p = read(typical(len(states)), states)
    small, large = few.rhs(y, p), slopes(states)
    assert sorted(small) == sorted(few.states)
    for name in few.states:
        empty_places = 1e-4 * np.abs(states).max() if name in IN_BLOOD else 0.0
        np.testing.assert_allclose(small[name], large[name], rtol=1e-12, atol=empty_places, err_msg=name)


def test_killing_never_exceeds_what_cells_and_targets_allow(random_states: Floats) -> None:
    """Per day at most ``kmax`` targets per effector, and of each class at most ``kmax / kap`` of its cells."""
    states = random_states.copy()
    names = engine().model.states
    for drug in ("Flu", "Cy", "Chemo"):
        states[:, names.index(drug)] = 0.0
    with_cells, without = slopes(states, muHL=0.0), slopes(states, muHL=0.0, kmax=0.0)
    y = {name: states[:, names.index(name)] for name in names}
    for j in range(LESIONS):
        killers = y[lesion_state("e", j)] + 0.12 * y[lesion_state("x", j)] + 0.15 * y[lesion_state("m", j)]
        lost = [without[lesion_state(f"T_{c}", j)] - with_cells[lesion_state(f"T_{c}", j)] for c in "HLN"]
        direct = lost[0] + lost[1]
        assert (direct <= 19.0 * killers * (1.0 + 1e-9)).all()
        for c, gone in zip("HL", lost, strict=False):
            assert (gone <= 19.0 / 8.0 * y[lesion_state(f"T_{c}", j)] * (1.0 + 1e-9)).all()
            assert (gone >= -1e-9 * y[lesion_state(f"T_{c}", j)]).all()


def test_dead_cells_gain_what_the_living_lose(random_states: Floats) -> None:
    """Killing, bystander killing and drugs move cells from living to dead; growth and clearance are switched off."""
    still = spread("r", 0.0) | {"kD": 0.0}
    found = slopes(random_states, **still)
    for j in range(LESIONS):
        living = sum(found[lesion_state(f"T_{c}", j)] for c in "HLN")
        size = sum(random_states[:, engine().model.states.index(lesion_state(f"T_{c}", j))] for c in "HLN")
        assert (np.abs(living + found[lesion_state("D", j)]) <= 1e-7 * size + 1e-6).all()


def test_antigen_loss_moves_cells_and_makes_none(random_states: Floats) -> None:
    """Immune pressure, recovery and mutation leave the number of tumour cells of a lesion as it is."""
    with_it, without = slopes(random_states), slopes(random_states, muHL=0.0, muLH=0.0, muN=0.0)
    for j in range(LESIONS):
        change = [with_it[lesion_state(f"T_{c}", j)] - without[lesion_state(f"T_{c}", j)] for c in "HLN"]
        largest = max(float(np.abs(part).max()) for part in change)
        assert np.abs(sum(change)).max() <= 1e-8 * largest
        assert (change[2] >= 0.0).all()


def test_a_clones_rates_are_no_less_than_zero_and_rise_with_killing(random_states: Floats) -> None:
    y, p = read(typical(len(random_states)), random_states)
    rates = rates_of_clones(y, p, lesions=LESIONS)
    assert len(rates) == 2 * len(TUMOUR) + 2
    assert all((np.asarray(rate) >= 0.0).all() for rate in rates.values())
    blind = rates_of_clones(y, read(typical(len(random_states), kmax=0.0), random_states)[1], lesions=LESIONS)
    assert all((rates[f"death_{clone}"] >= blind[f"death_{clone}"]).all() for clone in TUMOUR)


def test_cells_without_antigen_give_no_cytokine(random_states: Floats) -> None:
    states = random_states.copy()
    names = engine().model.states
    states[:, [names.index(name) for name in (*TUMOUR, "H", "Vac")]] = 0.0
    found = slopes(states)
    level = {name: states[:, names.index(name)] for name in ("IFN", "IL6")}
    np.testing.assert_allclose(found["IFN"], 2.2 * (2.0 - level["IFN"]), rtol=1e-12)
    assert (found["IL6"] <= 3.96 * 4.0).all()
    for name in CELLS[8:]:
        assert np.isfinite(found[name]).all()
