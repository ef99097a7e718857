"""Two-stage estimation: how much the switch stretches the time after progression, then the comparison without it.

Latimer et al. 2017, 10.1177/0962280214557578. Progression is a second baseline: from there on, controls who switched
and controls who did not are compared as in an observational study, and the switchers' time is shrunk by the result.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from adoptive.tables import TableError
from adoptive.verdict.estimands.counterfactual import need_follow_up
from adoptive.verdict.estimands.effects import hazard_effect
from adoptive.verdict.estimands.types import Effect, SwitchRows, TwoStage
from adoptive.verdict.normal import check_level, two_sided

__all__ = ["two_stage"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Delay = Literal["in time", "ignored"]

LOG_WIDEST: Final = 8.0
"""Bound on |psi| and on the log shape."""
STEP: Final = 1e-5


@dataclass(frozen=True)
class _After:
    """Hold controls' time after progression: until the switch, from it on, event; the columns with a constant."""

    off: Floats
    on: Floats
    event: Bools
    matrix: Floats
    names: tuple[str, ...]


@dataclass(frozen=True)
class _Fit:
    """Hold a fitted accelerated failure time model."""

    psi: float
    error: float
    shape: float
    coefficients: Floats
    converged: bool


def two_stage(
    rows: SwitchRows,
    *,
    recensor: bool = True,
    delay: Delay = "in time",
    bootstrap: int = 0,
    seed: int = 0,
    level: float = 0.95,
) -> TwoStage:
    """Estimate the effect of the switch after progression, and the effect of the therapy had no control switched.

    Stage 1, controls who progressed: a Weibull accelerated failure time model of the time after progression, by
    ``covariates`` and the time of progression; time after the switch counts ``exp(psi)`` times. Stage 2: the controls'
    time after the switch is multiplied by ``exp(psi)``, and the arms are compared by Cox' model. It assumes a switch
    only after progression, no unmeasured confounders at progression, nothing between progression and switch that drives
    both, and the model's shape.

    Parameters
    ----------
    rows
        The trial, with ``progression``.
    recensor
        End every control's follow-up at ``C min(1, exp(psi))``.
    delay
        "in time": the factor acts from the switch on (a time-dependent covariate); "ignored": who ever switches counts
        as switched from progression on, as in the simple method, which has immortal time if the switch comes late.
    bootstrap
        Resamples of patients, within arms, for the interval (both stages repeated); 0: Cox' interval, which takes psi
        as known and is too narrow.
    seed
        Seed of the resampling.
    level
        Confidence level.

    Raises
    ------
    TableError
        Recensoring without the data cut, an unknown ``delay``.
    """
    need_follow_up(rows, recensor=recensor, where="two_stage")
    check_level(level, where="two_stage")
    if delay not in ("in time", "ignored"):
        raise TableError("unknown", where="two_stage: delay", value=delay, allowed="in time, ignored")
    whole = np.arange(len(rows))
    after, fit, times, event, effect = _both_stages(rows, whole, recensor=recensor, delay=delay, level=level)
    progressed = int((~rows.experimental & np.isfinite(rows.progression)).sum())
    notes = _notes(rows, fit)
    if bootstrap > 0 and effect.estimable:
        effect = _resampled(rows, effect, bootstrap, seed, recensor=recensor, delay=delay, level=level)
    return TwoStage(
        psi=fit.psi,
        psi_standard_error=fit.error,
        shape=fit.shape,
        coefficients=dict(zip(after.names, fit.coefficients.tolist(), strict=True)),
        effect=effect,
        time=times,
        event=event,
        progressed=progressed,
        switched=int(rows.switched.sum()),
        converged=fit.converged,
        notes=notes,
    )


def _both_stages(
    rows: SwitchRows, chosen: NDArray[np.int64], *, recensor: bool, delay: Delay, level: float
) -> tuple[_After, _Fit, Floats, Bools, Effect]:
    """Fit, shrink and compare the chosen patients."""
    after = _after_progression(rows, chosen, delay=delay)
    fit = _weibull(after)
    times, event = _shrunk(rows, fit.psi, recensor=recensor, delay=delay)
    effect = hazard_effect(
        "two-stage", times[chosen], event[chosen], rows.experimental[chosen], level=level,
        note="controls' time after the switch shrunk; Cox' interval takes the factor as known",
    )  # fmt: skip
    return after, fit, times, event, effect


def _after_progression(rows: SwitchRows, chosen: NDArray[np.int64], *, delay: Delay) -> _After:
    """Give the time after progression of the controls who progressed and did not switch before."""
    who = chosen[~rows.experimental[chosen] & np.isfinite(rows.progression[chosen])]
    who = who[rows.start[who] >= rows.progression[who]]
    whole = (rows.time - rows.progression)[who]
    switched = rows.switched[who]
    wait = np.where(switched, rows.start[who] - rows.progression[who], whole)
    if delay == "ignored":
        wait = np.where(switched, 0.0, whole)
    columns = {name: column[who] for name, column in rows.covariates.items()}
    columns["log time of progression"] = np.log(np.maximum(rows.progression[who], STEP))
    changing = {name: column for name, column in columns.items() if who.size and np.ptp(column) > 0}
    matrix = np.column_stack([np.ones(who.size), *changing.values()])
    return _After(wait, whole - wait, rows.event[who], matrix, ("constant", *changing))


def _weibull(after: _After) -> _Fit:
    """Maximise the likelihood of ``log U = x'b + s W``, W the smallest extreme value, ``U = off + exp(psi) on``."""
    size = after.matrix.shape[1]
    nothing = _Fit(0.0, np.inf, 1.0, np.zeros(size), False)
    treated = after.on > 0
    if after.event.sum() < 2 or not treated.any() or treated.all() or not after.event[treated].any():
        return nothing
    scale = np.maximum(np.abs(after.matrix).max(axis=0), STEP)
    matrix = after.matrix / scale
    begin = np.zeros(size + 2)
    begin[0] = np.log(max(float((after.off + after.on).sum()), STEP) / max(float(after.event.sum()), 1.0)) * scale[0]
    limits = [(None, None)] * size + [(-LOG_WIDEST, LOG_WIDEST)] * 2
    search: Any = minimize
    found = search(lambda at: _minus_log_likelihood(at, after, matrix), begin, jac=True, method="L-BFGS-B",
                     bounds=limits, options={"maxiter": 500, "ftol": 1e-14, "gtol": 1e-8})  # fmt: skip
    at = np.asarray(found.x, np.float64)
    information = np.stack(
        [
            (_minus_log_likelihood(at + shift, after, matrix)[1] - _minus_log_likelihood(at - shift, after, matrix)[1])
            / (2.0 * STEP)
            for shift in STEP * np.eye(size + 2)
        ]
    )
    inverse = np.asarray(np.linalg.pinv(0.5 * (information + information.T)), np.float64)
    steep = float(np.abs(_minus_log_likelihood(at, after, matrix)[1]).max())
    fine = bool(np.abs(at[size:]).max() < LOG_WIDEST and steep < 1e-2 and inverse[size, size] > 0)
    error = float(np.sqrt(inverse[size, size])) if fine else np.inf
    return _Fit(float(at[size]), error, float(np.exp(-at[size + 1])), at[:size] / scale, fine)


def _minus_log_likelihood(at: Floats, after: _After, matrix: Floats) -> tuple[float, Floats]:
    """Give minus the log likelihood at ``(b, psi, log s)`` and its slope."""
    size, seen = matrix.shape[1], after.event.astype(np.float64)
    psi, spread = at[size], np.exp(at[size + 1])
    treated = after.on > 0
    stretched = after.on * np.exp(psi)
    total = np.maximum(after.off + stretched, STEP)
    w = (np.log(total) - matrix @ at[:size]) / spread
    hazard = np.exp(np.minimum(w, 50.0))
    value = seen * (w - np.log(spread) - np.log(total) + psi * treated) - hazard
    by_w = seen - hazard
    share = stretched / total
    slope = np.empty(size + 2)
    slope[:size] = -(matrix * by_w[:, None]).sum(axis=0) / spread
    slope[size] = (by_w * share / spread + seen * (treated - share)).sum()
    slope[size + 1] = (-by_w * w - seen).sum()
    return -float(value.sum()), -slope


def _shrunk(rows: SwitchRows, psi: float, *, recensor: bool, delay: Delay) -> tuple[Floats, Bools]:
    """Give all times, the controls' as they would have been without the switch."""
    factor = float(np.exp(psi))
    late = np.isfinite(rows.progression) & (delay == "ignored")
    since = np.where(late, np.minimum(rows.progression, rows.start), rows.start)
    since = np.where(rows.switched, since, rows.time)
    times = np.where(rows.switched, since + (rows.time - since) * factor, rows.time)
    if not recensor:
        return times, rows.event
    ends = np.where(rows.experimental, np.inf, rows.follow_up * min(1.0, factor))
    return np.minimum(times, ends), rows.event & (times <= ends)


def _resampled(
    rows: SwitchRows, effect: Effect, bootstrap: int, seed: int, *, recensor: bool, delay: Delay, level: float
) -> Effect:
    """Give the effect the percentile interval of resampled patients and its p-value by the spread of log ratios."""
    random = np.random.default_rng(seed)
    arms = [np.flatnonzero(rows.experimental), np.flatnonzero(~rows.experimental)]
    logs = []
    for _ in range(bootstrap):
        chosen = np.concatenate([random.choice(arm, arm.size) for arm in arms])
        again = _both_stages(rows, chosen, recensor=recensor, delay=delay, level=level)[-1]
        if again.estimable:
            logs.append(np.log(again.hazard_ratio))
    tail = (1.0 - level) / 2.0
    low, high = np.exp(np.quantile(logs, [tail, 1.0 - tail])) if len(logs) > 1 else (0.0, np.inf)
    spread = float(np.std(logs, ddof=1)) if len(logs) > 1 else np.inf
    p_value = float(two_sided(np.log(effect.hazard_ratio) / spread)) if spread > 0 else 1.0
    note = f"controls' time after the switch shrunk; percentile interval of {len(logs)} resamples"
    return replace(effect, lower=float(low), upper=float(high), p_value=p_value, note=note)


def _notes(rows: SwitchRows, fit: _Fit) -> tuple[str, ...]:
    """Say what the reader must know."""
    notes = []
    if not fit.converged:
        notes.append("the factor cannot be estimated: too few events or switches after progression; none is applied")
    early = int((rows.switched & (rows.start < rows.progression)).sum())
    if early:
        notes.append(f"{early} switches before progression: the factor is applied to them but not learned from them")
    return tuple(notes)
