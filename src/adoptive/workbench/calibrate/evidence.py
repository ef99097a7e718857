"""The published endpoints as the fit sees them: which count, on which scale, with which weight, in which order."""

from __future__ import annotations

import math
import tomllib
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from adoptive.trial.types import Study
from adoptive.workbench.calibrate.scales import onto, scale_for
from adoptive.workbench.calibrate.types import Observation
from adoptive.workbench.published import Published, load_published
from adoptive.workbench.shelf import study_groups
from adoptive.workbench.study import load_study

__all__ = ["fitted_rows", "fitted_studies", "kind_of", "observations_of", "plan", "stage_of"]


@cache
def plan() -> dict[str, Any]:
    """Read ``plan.toml``: the stages of the fit, and what is left out of it with reasons."""
    text = resources.files("adoptive.workbench.calibrate").joinpath("plan.toml").read_text("utf-8")
    return tomllib.loads(text)


def fitted_studies() -> tuple[str, ...]:
    """Name the bundled studies that take part, stage by stage in the order of the fit."""
    left_out = plan()["left_out_studies"]
    taking_part = [
        name for group in study_groups() for name in group.studies if name not in left_out and fitted_rows(name)
    ]  # fmt: skip
    stages = [stage["name"] for stage in plan()["stages"]]
    return tuple(sorted(taking_part, key=lambda name: (stages.index(stage_of(load_study(name))), name)))


def stage_of(study: Study) -> str:
    """Name the stage of the fit to which a study belongs: the first whose condition it meets."""
    seed = study.name in study_groups()[0].studies
    cells = any(arm.treatment == "cells" for arm in study.trial.arms)
    blood = cells and study.antigen.target.upper() in plan()["blood_targets"]
    met = {"seeds": seed, "control arms": not cells, "blood": blood, "solid tumours": True}
    return next(name for name in ("seeds", "control arms", "blood", "solid tumours") if met[name])


def kind_of(endpoint: str) -> str:
    """Name the kind of an endpoint, by which it is told what the model misses."""
    return next((kind for kind, names in plan()["kinds"].items() if endpoint in names), "other")


def fitted_rows(name: str) -> tuple[Published, ...]:
    """Give a study's published rows that count: confirmed, with weight and a value, of an endpoint that is fitted."""
    left_out = plan()["left_out_endpoints"]
    return tuple(
        row for row in load_published(name)
        if row.confirmed and row.estimate is not None and row.endpoint not in left_out
    )  # fmt: skip


def observations_of(name: str) -> tuple[Observation, ...]:
    """Give a study's published endpoints on their scales, in the order of its ``published.csv``."""
    study = load_study(name)
    cap = study.trial.accrual_months + study.trial.follow_up_months
    return tuple(_observe(study, row, cap) for row in fitted_rows(name))


def _observe(study: Study, row: Published, cap: float) -> Observation:
    scale = scale_for(row.unit)
    limit = cap if row.unit == "months" else math.inf
    value = float(row.estimate) if row.estimate is not None else math.inf
    n = row.n or study.trial.randomised
    return Observation(
        study=study.name, endpoint=row.endpoint, arm=row.arm, set=row.set, at_months=row.at_months, value=value, n=n,
        weight=row.weight, confidence=row.confidence, scale=scale,
        y=float(np.asarray(onto(value, scale, n=n, cap=limit))), cap=limit,
    )  # fmt: skip
