"""Inverse probability of censoring weighting: controls are censored at the switch, and those who stay count for more.

Robins and Finkelstein 2000, 10.1111/j.0006-341X.2000.00779.x.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.tables import TableError
from adoptive.verdict.estimands.effects import hazard_effect
from adoptive.verdict.estimands.switching import Link, fit_binary, survival_of_pieces
from adoptive.verdict.estimands.types import Effect, Ipcw, SwitchRows

__all__ = ["ipcw"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Counts = NDArray[np.int64]
After = Literal["progression", "randomisation"]

NARROWEST: Final = 1e-6
"""Pieces shorter than this share of an interval are joined to the next."""
HEAVIEST: Final = 20.0
"""Weights beyond this say that positivity is in doubt."""


@dataclass(frozen=True)
class _Pieces:
    """Hold the controls' pieces of time: whose, begin, end, whether the switch or the event ends it, who may switch."""

    patient: Counts
    begin: Floats
    end: Floats
    switch: Bools
    event: Bools
    open: Bools


def ipcw(
    rows: SwitchRows,
    *,
    interval: float = 30.4375,
    after: After = "progression",
    link: Link = "logit",
    stabilised: bool = True,
    truncate: float | None = None,
    level: float = 0.95,
) -> Ipcw:
    """Compare the arms with controls censored at the switch, weighted by the inverse chance of not having switched.

    Each control's time is cut into pieces of ``interval``, anew from progression on. A regression on the pieces in
    which a switch may happen gives its chance: baseline covariates, measurements at the begin of the piece, the log of
    the time without progression, and of that since progression (with its square). The weight in a piece is the inverse
    of the chance of no switch until its middle. It assumes no unmeasured confounders of switching and outcome, that
    every kind of patient may stay (positivity: where nearly all of a kind switch, it is biased towards the analysis
    that just censors), and a right model. Robust variance, summed over patients, with the weights taken as known.

    Parameters
    ----------
    rows
        The trial.
    interval
        Length of the pieces, in the unit of the times.
    after
        From when on a switch may happen: "progression" or "randomisation". Switches before are censored unweighted.
    link
        "logit": pooled logistic regression, whatever a piece's length; "cloglog": with the length of each piece, a
        model of the hazard, better for long pieces unless switches come at a set time after progression.
    stabilised
        Multiply the weights by the chance of no switch by time alone, which makes them less variable.
    truncate
        Set weights beyond this quantile (and below 1 minus it) to it, e.g. 0.99: less variance, some bias.
    level
        Confidence level.

    Raises
    ------
    TableError
        An interval or a truncation that makes no sense.
    """
    if not (interval > 0 and (truncate is None or 0.5 < truncate <= 1)):
        allowed = "interval above 0, truncate above 0.5 to 1"
        raise TableError("makes no sense", where="ipcw", value=(interval, truncate), allowed=allowed)
    pieces = _cut(rows, interval=interval, after=after)
    stay, coefficients, fine = _staying(rows, pieces, _columns(rows, pieces, interval), pieces.open, link)
    weight = 1.0 / stay
    if stabilised:
        time_alone = {"time": pieces.begin / interval}
        weight = weight * _staying(rows, pieces, time_alone, np.ones(stay.shape, np.bool_), link)[0]
    if truncate is not None:
        weight = np.clip(weight, *np.quantile(weight, [1.0 - truncate, truncate]))
    effect = _weighted(rows, pieces, weight, level=level)
    early = int((pieces.switch & ~pieces.open).sum())
    notes = [] if fine else ["the model of switching did not converge"]
    certain = int((weight > HEAVIEST).sum())
    if certain:
        notes.append(f"{certain} pieces weigh more than {HEAVIEST:g}: hardly anybody like these patients stayed")
    if early:
        notes.append(f"{early} switches before a switch was possible are censored without a weight")
    return Ipcw(
        effect=effect,
        coefficients=coefficients,
        weight_mean=float(weight.mean()),
        weight_least=float(weight.min()),
        weight_most=float(weight.max()),
        effective_patients=float(weight.sum() ** 2 / (weight**2).sum() * _controls(pieces) / weight.size),
        switches=int(pieces.switch.sum()),
        pieces=weight.size,
        converged=fine,
        notes=tuple(notes),
    )


def _controls(pieces: _Pieces) -> int:
    return int(np.unique(pieces.patient).size)


def _cut(rows: SwitchRows, *, interval: float, after: After) -> _Pieces:
    """Cut the controls' time until switch, event or censoring."""
    who = np.flatnonzero(~rows.experimental)
    end = np.minimum(rows.time, rows.start)[who]
    steps = interval * np.arange(1.0, np.ceil(end.max(initial=0.0) / interval) + 1.0)
    progressed = rows.progression[who][:, None]
    late = progressed + steps  # after progression the clock of the pieces starts anew
    cuts = np.concatenate([np.where(steps < progressed, steps, np.inf), progressed, late], axis=1)
    near = cuts > end[:, None] - NARROWEST * interval
    cuts = np.sort(np.where(near, end[:, None], cuts), axis=1)
    begin = np.concatenate([np.zeros((who.size, 1)), cuts[:, :-1]], axis=1)
    kept = cuts - begin > NARROWEST * interval
    kept[:, 0] |= end <= 0  # who leaves at once still has a piece
    begin = _after_gaps(begin, cuts, kept)
    row, place = np.nonzero(kept)
    whose, finish, start = who[row], cuts[row, place], begin[row, place]
    last = finish >= end[row]
    switched = last & rows.switched[whose]
    possible = start >= rows.progression[whose] - NARROWEST * interval
    return _Pieces(
        patient=whose,
        begin=start,
        end=finish,
        switch=switched,
        event=last & rows.event[whose] & ~switched,
        open=possible if after == "progression" else np.ones(row.shape, np.bool_),
    )


def _after_gaps(begin: Floats, cuts: Floats, kept: Bools) -> Floats:
    """Let each kept piece begin where the one before it ended, so that pieces too short leave no gap."""
    reached = np.maximum.accumulate(np.where(kept, cuts, 0.0), axis=1)
    return np.concatenate([begin[:, :1], reached[:, :-1]], axis=1)


def _columns(rows: SwitchRows, pieces: _Pieces, interval: float) -> dict[str, Floats]:
    """Give the columns of the model of switching."""
    columns = {name: column[pieces.patient] for name, column in rows.covariates.items()}
    over = pieces.begin >= rows.progression[pieces.patient] - NARROWEST * interval
    progression = np.where(over, rows.progression[pieces.patient], pieces.begin)
    since = np.log1p(np.maximum(pieces.begin - progression, 0.0) / interval)
    columns["progressed"] = over.astype(np.float64)
    columns["log time since progression"], columns["its square"] = since, since**2
    columns["log time without progression"] = np.log1p(progression / interval)
    if rows.measurements is not None:
        columns |= _measured(rows, pieces)
    return columns


def _measured(rows: SwitchRows, pieces: _Pieces) -> dict[str, Floats]:
    """Give each measurement's last value at the begin of each piece, 0 before the first."""
    given = rows.measurements
    assert given is not None
    span = max(float(given.time.max(initial=0.0)), float(pieces.end.max(initial=0.0))) + 1.0
    place = np.searchsorted(given.patient * span + given.time, pieces.patient * span + pieces.begin, side="right") - 1
    known = (place >= 0) & (given.patient[np.maximum(place, 0)] == pieces.patient) if given.patient.size else place >= 0
    return {name: np.where(known, column[np.maximum(place, 0)], 0.0) for name, column in given.values.items()}


def _staying(
    rows: SwitchRows, pieces: _Pieces, columns: dict[str, Floats], possible: Bools, link: Link
) -> tuple[Floats, dict[str, float], bool]:
    """Give the chance of no switch until each piece's middle, the model's coefficients, and whether it converged."""
    if not pieces.switch[possible].any():
        return np.ones(pieces.begin.shape), {}, True
    changing = {name: column for name, column in columns.items() if np.ptp(column[possible]) > 0}
    names = ["constant", *changing]
    matrix = np.column_stack([np.ones(possible.sum()), *(column[possible] for column in changing.values())])
    scale = np.maximum(np.abs(matrix).max(axis=0), NARROWEST)
    lengths = np.maximum(pieces.end - pieces.begin, NARROWEST)[possible]
    offset = np.log(lengths / lengths.max()) if link == "cloglog" else np.zeros(lengths.shape)
    found, fine = fit_binary(matrix / scale, pieces.switch[possible], offset, link=link)
    stay = np.ones(pieces.begin.shape)
    stay[possible] = survival_of_pieces((matrix / scale) @ found + offset, link=link)
    logs = np.log(np.maximum(stay, NARROWEST))
    first = np.concatenate([[True], pieces.patient[1:] != pieces.patient[:-1]])
    total = np.cumsum(logs)
    before = total - logs
    until = before - before[first][np.cumsum(first) - 1]
    return np.exp(until + 0.5 * logs), dict(zip(names, (found / scale).tolist(), strict=True)), fine


def _weighted(rows: SwitchRows, pieces: _Pieces, weight: Floats, *, level: float) -> Effect:
    """Fit the weighted model: the experimental arm as observed, the controls' pieces with their weights."""
    first = np.flatnonzero(rows.experimental)
    return hazard_effect(
        "IPCW",
        np.concatenate([rows.time[first], pieces.end]),
        np.concatenate([rows.event[first], pieces.event]),
        np.concatenate([np.ones(first.size, np.bool_), np.zeros(pieces.end.size, np.bool_)]),
        entry=np.concatenate([np.full(first.size, -np.inf), np.where(pieces.begin > 0, pieces.begin, -np.inf)]),
        weight=np.concatenate([np.ones(first.size), weight]),
        patient=np.concatenate([first, pieces.patient]),
        level=level,
        note="controls censored at the switch, weighted; robust interval, weights taken as known",
    )
