"""Every tumour has room to grow: however large it starts, it grows as its doubling time says; nothing is negative."""

from __future__ import annotations

import numpy as np
import pytest
from typical_patient import body_of, cohort_of, follow, read, treatment

from adoptive.kinetics.equations import rates_of_clones
from adoptive.kinetics.states import LESIONS
from adoptive.units import volume_cm3


@pytest.mark.parametrize("target", ["CLDN18.2", "CD19"])
def test_the_largest_tumour_grows_by_its_doubling_time(target: str) -> None:
    """A lesion of 15 cm holds more cells than the row at which growth stops; its growth is still the given one."""
    cohort = cohort_of(diameters_mm=(150.0,), target=target)
    body = body_of(cohort)
    assert body.of("Kmax")[0] > body.of("rho")[0] * volume_cm3(np.array([150.0]))[0]
    y, p = read(body, body.initial)
    rates = rates_of_clones(y, p, lesions=LESIONS)
    # Births exceed deaths by the growth of the living, who are fewer than all cells: so by a little more.
    net = (np.asarray(rates["birth_T_H1"]) - rates["death_T_H1"])[0]
    assert cohort.growth_per_day[0, 0] <= net < 1.5 * cohort.growth_per_day[0, 0]
    assert (body.initial >= 0).all()


def test_a_very_large_tumour_gives_no_negative_value() -> None:
    body = body_of(cohort_of(diameters_mm=(200.0, 150.0)))
    ran = follow(body, treatment(), until=60.0)
    lowest = {name: float(ran.of(name).min()) for name in ("LDH", "PO4", "UA", "K", "PLT", "D1")}
    assert min(lowest.values()) >= 0.0, lowest
    assert lowest["LDH"] > 0.5 * body.of("LDH_0")[0]
