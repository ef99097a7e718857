"""Dimensions: the equations agree with the units of their rows and states, whatever units are chosen instead.

At one state with everything in it, for every product class: no run, so a law holds to rounding.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from typical_patient import CAR, TCR, TIL, TRUC, Floats, body_of, cohort_of

from adoptive.construct import ConstructPlan
from adoptive.kinetics import Physiology
from adoptive.kinetics.equations import build_model
from adoptive.kinetics.physiology import DERIVED
from adoptive.kinetics.states import BODY, LESION, LESIONS, lesion_state
from adoptive.parameters import load_book
from adoptive.solve import Model, Values

CLASSES = (("CLDN18.2", CAR), ("CD19", CAR), ("BCMA", CAR), ("PRAME", TCR), ("MSLN", TRUC), ("neoantigens", TIL))
DERIVED_UNITS = {"r": "1/day", "kChemo": "1/day", "L0": "cells/uL"}
"""Parameters with a dimension and without a row."""
UNITS = {name: unit for name, (_, unit, _) in BODY.items()} | {
    lesion_state(name, j): unit for j in range(LESIONS) for name, (_, unit, _) in LESION.items()
}


def per_day(unit: str) -> int:
    """Give the power of time in a unit."""
    return 1 if unit == "day" else -1 if unit.endswith(("/day", "per day")) or "/day per" in unit else 0


def per_cell(unit: str) -> bool:
    """Say whether something is made per cell or per gram of cells, other than a number of cells."""
    return unit.endswith(("per cell per day", "per g")) and not unit.startswith("targets")


LAWS: dict[str, tuple[Callable[[str], int], float, float]] = {
    "days counted in hours": (per_day, 24.0, 1e-12),
    "twice the body and as many more cells": (lambda unit: (unit in ("cells", "uL")) - per_cell(unit), 2.0, 2e-4),
    "cells counted in pairs": (lambda unit: (unit in ("cells", "cells/mL", "cells/uL")) - per_cell(unit), 0.5, 1e-9),
    "levels counted in fg/mL": (lambda unit: int(unit.startswith("pg/mL")), 1e3, 1e-12),
    "drugs, uric acid, phosphate and CRP in ug": (lambda unit: int(unit.startswith("mg")), 1e3, 1e-12),
}
"""Power of a unit in what is changed, the factor, and the error that single cells and the floor of a volume leave."""


def unit_of(name: str) -> str:
    """Give a parameter's unit: its row's, or one of those that have a dimension and no row."""
    row = f"kinetics.{name}"
    return load_book()[row].unit if row in load_book() else DERIVED_UNITS.get(name.rstrip("12345678"), "")


def scaled(names: tuple[str, ...], values: Floats, powers: list[int], factor: float) -> Values:
    return Values(names, values * float(factor) ** np.array(powers))


def everything(target: str, plan: ConstructPlan) -> tuple[Physiology, Floats]:
    """A patient whose every state is filled; mutants are long born, an event that knows single cells."""
    body = body_of(cohort_of(target=target, diameters_mm=(200.0,) * LESIONS), plan, kChemo=0.1, switch=1.0)
    states = np.maximum(body.initial[0], 0.0) + 0.3
    names = build_model(body.names).states
    dice = np.random.default_rng(1)
    for k, name in enumerate(names):
        if UNITS[name] == "cells" and name != "Mut":
            states[k] = 10.0 ** dice.uniform(10.0, 12.0)
    states[names.index("Mut")] = 100.0 * body.of("luck")[0]
    return body, states


def slopes(model: Model, y: Values, p: Values) -> dict[str, float]:
    assert model.clone_rates is not None
    return {k: float(v) for k, v in {**model.rhs(y, p), **model.clone_rates(y, p)}.items()}


@pytest.mark.parametrize(("target", "plan"), CLASSES)
@pytest.mark.parametrize("law", LAWS)
def test_rows_scale_as_their_units_say(target: str, plan: ConstructPlan, law: str) -> None:
    body, states = everything(target, plan)
    power, factor, accuracy = LAWS[law]
    model = build_model(body.names)
    names, here = model.states, body.values[0]
    own = [0 if name == "Mut" and law != "days counted in hours" else power(UNITS[name]) for name in names]
    rows = [power(unit_of(name)) for name in body.names]
    before = slopes(model, Values(names, states), Values(body.names, here))
    after = slopes(model, scaled(names, states, own, factor), scaled(body.names, here, rows, factor))
    grown, worst = dict(zip(names, own, strict=True)), {}
    for name in before.keys() - {"Mut"}:
        # A slope has its state's dimension per day; the fates of clones are rates.
        expected = before[name] * factor ** (grown.get(name, 0) + power("1/day"))
        worst[name] = abs(after[name] - expected) / max(abs(expected), 1e-300)
    changed = sum(power != 0 for power in rows)
    print(f"{target}, {law}: {changed} parameters change, largest relative error {max(worst.values()):.1e}")
    assert max(worst.values()) < accuracy, max(worst, key=lambda name: worst[name])


def test_every_row_of_the_equations_is_under_the_laws() -> None:
    """All rows but those that only draw patients, and the products of the rows that are derived.

    A row ``name~between`` is a ratio of two spreads between patients: it has no dimension.
    """
    names = set(body_of(cohort_of()).names)
    rows = [name.removeprefix("kinetics.") for name in load_book() if name.startswith("kinetics.")]
    spreads = {name for name in rows if name.endswith("~between")}
    assert {unit_of(name) for name in spreads} == {"ratio"}
    outside = {name.split("@")[0] for name in rows if name not in spreads} - names
    aside = {"acc", "supp", "muN_clean", "Kmax_least", "lesion_share", "hla_founder", "hla_share", "reactive"}
    assert outside == aside
    assert {name for name in DERIVED if unit_of(name)} == {"kChemo", "L0"}
