"""E1 and E11: what a whole trial shows. Both follow the study's own regimen and the published parameters."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from adoptive.trial.ordering import LeverResult, check_ordering
from adoptive.trial.run import run_trial
from adoptive.verdict.judge import judge_record
from adoptive.verdict.types import EndpointSpec
from adoptive.workbench.check.setting import Setting
from adoptive.workbench.shelf import reference_study
from adoptive.workbench.study import load_study

__all__ = ["endpoints", "ordering"]

Found = Iterator[tuple[str, float]]

ENDPOINTS = {
    "E1.orr": EndpointSpec("orr", arm=0),
    "E1.dcr": EndpointSpec("dcr", arm=0),
    "E1.control_orr": EndpointSpec("orr", arm=1),
    "E1.pfs": EndpointSpec("pfs_median", arm=0),
    "E1.control_pfs": EndpointSpec("pfs_median", arm=1),
}
LEVERS = {
    "no lymphodepletion": "depletion",
    "a tenth of the antigen": "antigen",
    "T cells 1.3 times as fit": "fitness",
    "with PD-1 blockade": "pd1",
}


def endpoints(by: Setting) -> Found:
    """E1: the reference study repeated, the mean of its endpoints (of medians the median)."""
    study = load_study(reference_study())
    repeats = max(2, math.ceil(2.0 * by.patients / study.trial.randomised))
    record = run_trial(study, seed=by.seed, trials=range(repeats), fixed_parameters=True)
    for key, estimate in zip(ENDPOINTS, judge_record(record, ENDPOINTS.values()), strict=True):
        values = estimate.values[estimate.estimable]
        middle = np.median if estimate.spec.name == "pfs_median" else np.mean
        yield key, float(middle(values)) if len(values) else math.inf


def ordering(by: Setting) -> Found:
    """E11: every lever must move responses, hazard, six-month rate and median the same way."""
    for lever in check_ordering(load_study(reference_study()), seed=by.seed, patients=by.patients):
        yield from _gains(lever)


def _gains(lever: LeverResult) -> Found:
    """Turn a lever so that it stands for the better therapy."""
    name = LEVERS[lever.lever]
    better = lever.expected == "better"
    sign = 1.0 if better else -1.0
    yield f"E11.{name}_orr", sign * (lever.orr_lever - lever.orr_base)
    yield f"E11.{name}_hazard", lever.hazard_ratio if better else 1.0 / lever.hazard_ratio
    yield f"E11.{name}_pfs6", sign * (lever.pfs6_lever - lever.pfs6_base)
    yield f"E11.{name}_median", sign * (lever.median_lever - lever.median_base)
