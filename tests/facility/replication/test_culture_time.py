"""Shorter culture, better cells: the mouse result on culture time, as a law of direction, in the whole model."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike

from adoptive.facility import Process, Product, make_products
from adoptive.kinetics import describe_patients
from adoptive.streams import Streams
from adoptive.workbench.check.followed import Followed, follow, peak
from adoptive.workbench.check.patient import CAR, DOSE, SEED, cohort_of, flat_typical
from adoptive.workbench.check.setting import CD19_DIAMETER_MM, Setting

LEUKAEMIA = {
    "diameters_mm": (CD19_DIAMETER_MM,),
    "shares": {"high": 1.0, "low": 0.0, "negative": 0.0},
    "density_factor": 0.2,
    "target": "CD19",
}


def product(days: float, patients: int = 1) -> Product:
    return make_products(
        Process(culture_days=days),
        cohort_of(patients),
        dose_cells=1e6,
        decided_day=np.zeros(patients),
        typical=flat_typical(),
        streams=Streams(SEED),
    )


def treated(days: float, doses: ArrayLike, tumour: dict[str, object]) -> Followed:
    dose = np.asarray(doses, float)
    cohort = cohort_of(len(dose), **tumour)  # type: ignore[arg-type]
    made = product(days, len(dose))
    body = describe_patients(cohort, CAR, product=made, typical=flat_typical(), streams=Streams(SEED))
    return follow(body, Setting().treatment(len(dose), dose=dose), until=60.0)


@pytest.mark.parametrize("tumour", [LEUKAEMIA, {}], ids=["CD19", "solid"])
def test_day_three_cells_do_more_than_day_nine_cells(tumour: dict[str, object]) -> None:
    """Dose for dose: a higher peak in blood and fewer tumour cells left at the deepest point."""
    doses = DOSE / np.array([1.0, 6.0, 36.0])
    early, late = treated(3.0, doses, tumour), treated(9.0, doses, tumour)
    assert (peak(early)[0] > peak(late)[0]).all()
    assert (early.tumour_cells.min(axis=1) < late.tumour_cells.min(axis=1)).all()


@pytest.mark.parametrize("tumour", [LEUKAEMIA, {}], ids=["CD19", "solid"])
def test_day_three_cells_control_the_tumour_at_a_sixth_of_the_dose(tumour: dict[str, object]) -> None:
    """Ghassemi 2018, 10.1158/2326-6066.CIR-17-0405: day 3 at a six-fold lower dose did not do worse than day 9."""
    early, late = treated(3.0, [DOSE / 6.0], tumour), treated(9.0, [DOSE], tumour)
    assert early.tumour_cells.min() < late.tumour_cells.min()


def test_the_days_in_culture_are_seen_in_the_cells() -> None:
    early, middle, late = product(3.0), product(9.0), product(13.0)
    assert early.naive_share[0] > middle.naive_share[0] > late.naive_share[0]
    assert early.proliferation[0] > middle.proliferation[0] > late.proliferation[0] > 0.9
    assert early.exhaustion[0] < middle.exhaustion[0] < late.exhaustion[0] < 1.1
    assert early.doublings[0] < middle.doublings[0] < late.doublings[0]
