"""Many trials' means, milestones, curves and incidences with their variances, compiled: one walk per trial and arm."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adoptive.verdict.survival.steps import crossing
from adoptive.verdict.ties import distinct, ordered

__all__ = ["crossings", "incidences", "means", "padded_curves", "survivals"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int64]


@njit(cache=True, nogil=True)
def means(days: Floats, event: Bools, arm: Bools, include: Bools, ends: Floats, near: float) -> Any:
    """Give each trial's and arm's mean, its variance and whether anybody is there ``(trials, 2, 3)``."""
    out = np.zeros((days.shape[0], 2, 3))
    for trial in range(days.shape[0]):
        times, risk, events, _ = distinct(days[trial], event[trial], arm[trial], include[trial], near)
        end = ends[trial]
        if end == np.inf:
            for k in range(times.size):
                if (risk[0, 0] == 0 or risk[k, 0] > 0) and (risk[0, 1] == 0 or risk[k, 1] > 0):
                    end = times[k]
        for side in range(2):
            if times.size and risk[0, side] > 0:
                out[trial, side, 0], out[trial, side, 1] = _mean(times, risk[:, side], events[:, side], end)
                out[trial, side, 2] = 1.0
    return out


@njit(cache=True, nogil=True)
def _mean(times: Floats, risk: Codes, events: Codes, end: float) -> Any:
    """Give the area under one curve and Greenwood's variance of it."""
    survival = np.empty(times.size)
    now = 1.0
    for k in range(times.size):
        if events[k] > 0:
            now *= 1.0 - events[k] / risk[k]
        survival[k] = now
    rest, variance = 0.0, 0.0
    until = end
    for k in range(times.size - 1, -1, -1):
        if times[k] < end:
            rest += survival[k] * (until - times[k])
            until = times[k]
            if 0 < events[k] < risk[k]:
                variance += rest * rest * events[k] / (risk[k] * (risk[k] - events[k]))
    return rest + until, variance


@njit(cache=True, nogil=True)
def survivals(days: Floats, event: Bools, arm: Bools, include: Bools, at: float, near: float) -> Any:
    """Give each trial's and arm's survival at a day, its error and whether anybody is there ``(trials, 2, 3)``."""
    out = np.zeros((days.shape[0], 2, 3))
    for trial in range(days.shape[0]):
        times, risk, events, _ = distinct(days[trial], event[trial], arm[trial], include[trial], near)
        for side in range(2):
            survival, total = 1.0, 0.0
            for k in range(times.size):
                if times[k] <= at and events[k, side] > 0:
                    left = risk[k, side] - events[k, side]
                    survival *= left / risk[k, side]
                    if left > 0:
                        total += events[k, side] / (risk[k, side] * left)
            out[trial, side, 0] = survival
            out[trial, side, 1] = survival * np.sqrt(total)
            out[trial, side, 2] = 1.0 if times.size and risk[0, side] > 0 else 0.0
    return out


@njit(cache=True, nogil=True)
def padded_curves(days: Floats, event: Bools, include: Bools, near: float) -> Any:
    """Give each trial's distinct times, survival and error, filled up with the last ones."""
    times, survival, error = np.empty((3, days.shape[0], max(days.shape[1], 1)))
    for trial in range(days.shape[0]):
        nobody = np.zeros(days.shape[1], np.bool_)
        moments, risk, events, _ = distinct(days[trial], event[trial], nobody, include[trial], near)
        now, total, last = 1.0, 0.0, 0.0
        for k in range(times.shape[1]):
            if k < moments.size:
                last = moments[k]
                if events[k, 0] > 0:
                    left = risk[k, 0] - events[k, 0]
                    now *= left / risk[k, 0]
                    if left > 0:
                        total += events[k, 0] / (risk[k, 0] * left)
            times[trial, k], survival[trial, k], error[trial, k] = last, now, now * np.sqrt(total)
    return times, survival, error


@njit(cache=True, nogil=True)
def crossings(times: Floats, values: Floats, level: float) -> Floats:
    """Give each trial's crossing."""
    out = np.empty(times.shape[0])
    for trial in range(times.shape[0]):
        out[trial] = crossing(times[trial], values[trial], level)
    return out


@njit(cache=True, nogil=True)
def incidences(days: Floats, kind: Codes, include: Bools, at: float, near: float) -> Any:
    """Give each trial's incidence of kind 1 at a day and its jackknife variance ``(trials, 2)``."""
    out = np.zeros((days.shape[0], 2))
    for trial in range(days.shape[0]):
        order, merged = ordered(days[trial], include[trial], near)
        out[trial, 0], out[trial, 1] = _incidence(merged, kind[trial][order], at)
    return out


@njit(cache=True, nogil=True)
def _incidence(times: Floats, kind: Codes, at: float) -> Any:
    """Give one trial's incidence and variance: a first pass for F(t), a second for every patient's effect on it."""
    size = times.size
    gained = np.zeros(size + 1)
    for sweep in range(2):
        at_risk, k, survival, now, total = float(size), 0, 1.0, 0.0, gained[size]
        taken, squares = 0.0, 0.0
        while k < size and times[k] <= at:
            end, mine, every = k, 0, 0
            while end < size and times[end] == times[k]:
                mine += kind[end] == 1
                every += kind[end] > 0
                end += 1
            left = at_risk - every
            now += survival * mine / at_risk
            later = (total - now) / left if left > 0 else 0.0
            taken += (survival * mine / at_risk - later * every) / at_risk
            if sweep == 1:
                for i in range(k, end):
                    own = survival / at_risk if kind[i] == 1 else 0.0
                    effect = own - (later if kind[i] > 0 else 0.0) - taken
                    squares += effect * effect
            survival *= left / at_risk
            at_risk -= end - k
            k = end
        gained[size] = now
    return now, squares + (size - k) * taken * taken
