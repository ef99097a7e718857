"""The full product model: patients of the satri-cel study, two infusions with lymphodepletion, tocilizumab, 52 weeks.

What the clinic would decide patient by patient is a fixed schedule here, and a clone below one cell goes on as its
equation says: so every engine integrates the same equations with the same doses, and nothing else.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from adoptive.cohort import Cohort, draw_cohort
from adoptive.course import Plan
from adoptive.facility import make_products
from adoptive.infusion import give, join, plan_cycle
from adoptive.kinetics import build_model, describe_patients
from adoptive.kinetics.simulate import ATOL, RTOL, day_grid
from adoptive.kinetics.types import Physiology
from adoptive.parameters import draw_typical, load_book
from adoptive.solve import Events, Model
from adoptive.streams import Keys, Streams
from adoptive.trial.run import plan_of
from adoptive.workbench.study import load_study
from benchmarks.engine.problem import Floats, Problem

STUDY = "satri-cel"
INFUSION_DAYS = (20.0, 76.0)
TOCILIZUMAB_DAYS = (25.0, 25.5, 81.0)
HORIZON_DAYS = 364.0
CANDIDATES_PER_PATIENT = 12
SEED = 365


def problem(patients: int) -> Problem:
    """Draw the first patients who meet the entry rule and whose cells are released."""
    study, streams = load_study(STUDY), Streams(SEED)
    typical = draw_typical(load_book(), streams, trials=[0], fixed=True)
    plan, keys = (
        plan_of(study, typical=typical, streams=streams),
        Keys.of(0, np.arange(CANDIDATES_PER_PATIENT * patients)),
    )
    cohort = draw_cohort(study.cohort, study.antigen, keys=keys, **plan.draws)
    cohort = cohort.take(np.flatnonzero(cohort.antigen.read_share >= study.antigen.entry_fraction))
    body, cohort = _with_cells(cohort, plan, patients)
    schedule = _schedule(cohort, plan)
    if len(cohort) < patients or not (schedule.day == schedule.day[0]).all():
        raise RuntimeError("the full model's patients or their common schedule cannot be drawn")
    model = without_extinction(build_model(body.names))
    return Problem(
        "full model",
        model,
        body.values,
        body.initial,
        schedule.day[0],
        schedule.kind[0],
        schedule.amount,
        day_grid(HORIZON_DAYS),
        absolute=ATOL / RTOL,
    )


def without_extinction(model: Model) -> Model:
    """Return the model's equations without its rule for clones below one cell, which no peer has."""
    empty: dict[str, Any] = {"clones": {}, "populations": {}, "clone_rates": None, "watch": None}
    known = {field.name for field in dataclasses.fields(model)}
    return dataclasses.replace(model, **{name: value for name, value in empty.items() if name in known})


def _with_cells(cohort: Cohort, plan: Plan, patients: int) -> tuple[Physiology, Cohort]:
    ordered = np.zeros(len(cohort))
    product = make_products(
        plan.facility, cohort, dose_cells=plan.infusion.dose_cells, decided_day=ordered, **plan.draws
    )
    body = describe_patients(cohort, plan.construct, product=product, **plan.draws)
    rows = np.flatnonzero(product.released)[:patients]
    return body.take(rows), cohort.take(rows)


def _schedule(cohort: Cohort, plan: Plan) -> Events:
    cycles = [
        plan_cycle(plan.infusion, cohort, infusion_day=_everybody(cohort, day), number=number, typical=plan.typical)
        for number, day in enumerate(INFUSION_DAYS, start=1)
    ]
    dose = plan.infusion.tocilizumab_mg_kg * cohort.weight_kg
    drugs = [give("tocilizumab", day=_everybody(cohort, day), amount=dose) for day in TOCILIZUMAB_DAYS]
    plans = join(*cycles, *drugs)
    return Events(plans.day, plans.kind, plans.amount)


def _everybody(cohort: Cohort, day: float) -> Floats:
    return np.full(len(cohort), day)
