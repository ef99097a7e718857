"""One to eight lesion places: the model of each, and what an empty place must not do."""

from __future__ import annotations

import numpy as np
import pytest
from typical_patient import body_of, cohort_of, follow, read, treatment

from adoptive.errors import SolveError
from adoptive.kinetics import advance, begin, build_model
from adoptive.kinetics.observe import blood_cells_per_ul, lesion_diameters_mm
from adoptive.kinetics.physiology import parameter_names
from adoptive.kinetics.simulate import engine, recorded
from adoptive.kinetics.states import BODY, LESION, MOST_LESIONS, lesion_state, state_names
from adoptive.solve import Values


@pytest.mark.parametrize("lesions", range(1, MOST_LESIONS + 1))
def test_the_model_of_any_number_of_places(lesions: int) -> None:
    """Its slopes are those of the model of eight whose other places are empty."""
    model, largest = build_model(parameter_names(lesions), lesions), build_model(parameter_names(8), 8)
    assert len(model.states) == len(BODY) + 7 * lesions == len(state_names(lesions))
    assert len(model.parameters) == len(parameter_names(0)) + 4 * lesions
    few = body_of(cohort_of(diameters_mm=np.full(lesions, 20.0), lesions=lesions))
    many = body_of(cohort_of(diameters_mm=np.full(lesions, 20.0), lesions=8))
    assert few.lesions == lesions
    assert few.survival_draws.shape[1] == len(model.clones) == 3 * lesions + 1
    small = model.rhs(Values(model.states, few.initial), Values(few.names, few.values))
    large = largest.rhs(Values(largest.states, many.initial), Values(many.names, many.values))
    for name in model.states:
        np.testing.assert_allclose(small[name], large[name], rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("lesions", [0, 9, -1])
def test_another_number_is_refused(lesions: int) -> None:
    with pytest.raises(SolveError, match="lesion places"):
        build_model(parameter_names(1), lesions)


def test_eight_places_with_three_lesions_are_five_places_with_three_lesions() -> None:
    # An empty place keeps a volume of 1e-3 mL, into which a few cells flow.
    five, eight = (
        follow(body_of(cohort_of(lesions=n)), treatment(), until=120.0, rtol=1e-8, atol=1e-10) for n in (5, 8)
    )
    np.testing.assert_allclose(eight.cells_per_ul, five.cells_per_ul, rtol=1e-4, atol=1e-9)
    np.testing.assert_allclose(eight.sld_mm, five.sld_mm, rtol=1e-4)
    for name in LESION:
        assert not eight.each_lesion(name)[0, :, 5:].any() or name in "mex"


def test_eight_lesions_are_followed_recorded_and_measured() -> None:
    diameters = np.linspace(30.0, 12.0, 8)
    body = body_of(cohort_of(3, diameters_mm=diameters, lesions=8))
    ran = advance(begin(body, horizon_days=60.0), body, until=np.full(3, 60.0), infusions=treatment(3))
    assert ran.names == recorded(8)
    assert not ran.failure.any()
    seen = lesion_diameters_mm(ran, body)
    assert seen.shape == (3, 61, 8)
    np.testing.assert_allclose(seen[:, 0], np.tile(diameters, (3, 1)), rtol=1e-9)
    assert (seen[:, -1] < seen[:, 5]).all()
    assert blood_cells_per_ul(ran, body).max() > 10.0


def test_reading_states_by_name_knows_the_places_of_each_engine() -> None:
    assert engine(8).model.states[-1] == lesion_state("x", 7)
    y, p = read(body_of(cohort_of()), body_of(cohort_of()).initial)
    assert y["T_H5"][0] == 0.0
    assert p["r1"][0] > 0.0
