"""Bias of each estimate where the truth is known: fit controls switch after progression.

Each check allows 4 standard errors of the mean over the trials, two-sided: about 6e-5 of false alarm each.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adoptive.verdict.estimands import ipcw, rpsft, two_stage
from adoptive.verdict.estimands.side_by_side import of_rows

_SPEC = importlib.util.spec_from_file_location("switching_trials", Path(__file__).with_name("switching_trials.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
MADE: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(MADE)

ALLOWED = 4.0


def _said(trials: int, patients: int) -> dict[str, np.ndarray]:
    """Give log hazard ratios and psi of each analysis in each trial."""
    rows = [MADE.trial(seed, patients) for seed in range(trials)]
    fits = [
        (rpsft(one, steps=121), ipcw(one, interval=0.5), two_stage(one), two_stage(one, delay="ignored"))
        for one in rows
    ]
    effects = {
        "ITT": [fit[0].itt for fit in fits],
        "censored": [of_rows(one)[0] for one in rows],
        "RPSFT": [fit[0].effect for fit in fits],
        "IPCW": [fit[1].effect for fit in fits],
        "two-stage": [fit[2].effect for fit in fits],
        "two-stage, delay ignored": [fit[3].effect for fit in fits],
    }
    said = {name: np.log([effect.hazard_ratio for effect in column]) for name, column in effects.items()}
    covered = {
        "psi covered": [fit[0].lower < MADE.PSI < fit[0].upper for fit in fits],
        "IPCW covered": [fit[1].effect.lower < np.exp(MADE.PSI) < fit[1].effect.upper for fit in fits],
    }
    said |= {"psi": np.array([fit[0].psi for fit in fits]), "stage 1": np.array([fit[2].psi for fit in fits])}
    return said | {name: np.array(column, float) for name, column in covered.items()}


def _check(said: dict[str, np.ndarray]) -> None:
    bias = {name: column.mean() - MADE.PSI for name, column in said.items()}
    error = {name: column.std(ddof=1) / np.sqrt(column.size) for name, column in said.items()}
    assert bias["ITT"] > ALLOWED * error["ITT"]  # the switch hides the effect
    assert bias["censored"] < -ALLOWED * error["censored"]  # who stays is worse than chance
    assert bias["two-stage, delay ignored"] < -ALLOWED * error["two-stage, delay ignored"]  # immortal time
    for name in ("RPSFT", "IPCW", "two-stage", "psi", "stage 1"):
        assert abs(bias[name]) < ALLOWED * error[name], (name, bias[name], error[name])


def test_bias_in_a_few_trials() -> None:
    said = _said(14, 900)
    _check(said)
    assert said["psi covered"].mean() >= 0.7  # 10 of 14 or more: else a chance of 0.0004 at 95 % coverage


@pytest.mark.slow
def test_bias() -> None:
    """The errors of the means are about 0.007 here; coverage is checked to 4 of its errors."""
    said = _said(250, 900)
    _check(said)
    for name in ("psi covered", "IPCW covered"):
        assert abs(said[name].mean() - 0.95) < ALLOWED * np.sqrt(0.95 * 0.05 / 250)
