"""Rank-preserving structural failure time model: the control arm as it would have been without the switch.

Robins and Tsiatis 1991, 10.1080/03610929108830654. g-estimation: randomisation makes the two arms alike in the time
that they would have had without therapy, so the factor is sought at which a test of the
arms finds no difference in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.tables import TableError
from adoptive.verdict.comparison import log_rank
from adoptive.verdict.estimands.counterfactual import need_follow_up, untreated_times
from adoptive.verdict.estimands.effects import hazard_effect, keeping_p_value
from adoptive.verdict.estimands.types import Rpsft, SwitchRows
from adoptive.verdict.normal import check_level, deviate

__all__ = ["rpsft"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Statistic = Callable[[Floats, Bools, Bools], Floats]
"""From times, events and who is experimental ``(trials, patients)`` to z ``(trials,)``; below 0: they do better."""

HALVINGS: Final = 48


def rpsft(
    rows: SwitchRows,
    *,
    recensor: bool = True,
    bounds: tuple[float, float] = (-3.0, 3.0),
    steps: int = 241,
    test: Statistic | None = None,
    level: float = 0.95,
) -> Rpsft:
    """Estimate by how much the therapy stretches time, and the effect had no control switched.

    Model: ``U = T_off + exp(psi) T_on`` is the time without any therapy, the same for all whatever they got. It assumes
    randomised arms, and one factor for everybody whenever the therapy begins (common treatment effect), which a
    therapy given after progression often violates; it needs no model of who switches. The statistic is a step
    function of psi and, with recensoring, not always a falling one: all roots on the grid are given, ``psi`` is the
    middle one (with an even number the lower of the two). The interval ends where the statistic leaves
    ``-+ z(level)`` for good, on the grid; inf where that is outside the bounds.

    Parameters
    ----------
    rows
        The trial; ``start`` tells from when on each patient had the experimental therapy.
    recensor
        End every follow-up at ``C min(1, exp(psi))``; without it the censoring is informative.
    bounds, steps
        Grid of psi on which roots are looked for.
    test
        Statistic of the arms; default the log-rank test.
    level
        Confidence level.

    Returns
    -------
    psi with its test-based interval; the hazard ratio of the experimental arm as observed over the control arm's times
    without the switch, with the interval that keeps the p-value by intention to treat; those times.

    Raises
    ------
    TableError
        Recensoring without the data cut, bounds that do not hold 0, less than 3 steps.
    """
    need_follow_up(rows, recensor=recensor, where="rpsft")
    check_level(level, where="rpsft")
    if not (bounds[0] < 0 < bounds[1] and steps >= 3):
        raise TableError(
            "no grid around 0", where="rpsft: bounds, steps", value=(bounds, steps), allowed="-a < 0 < b, 3"
        )
    statistic = _log_rank if test is None else test

    def z_of(psi: Floats) -> Floats:
        times, event = untreated_times(rows, psi, recensor=recensor)
        return statistic(times, event, np.broadcast_to(rows.experimental, times.shape))

    grid = np.linspace(*bounds, steps)
    z = z_of(grid)
    roots = _crossings(z_of, grid, z, 0.0)
    limit = deviate(level)
    low, high = _crossings(z_of, grid, z, limit), _crossings(z_of, grid, z, -limit)
    psi = roots[(len(roots) - 1) // 2] if roots else 0.0
    beside = z_of(np.array([psi - 1e-9, psi + 1e-9]))
    fitted = Rpsft(
        psi=psi,
        lower=min(low) if low and z[0] > limit else -np.inf,
        upper=max(high) if high and z[-1] < -limit else np.inf,
        roots=tuple(roots),
        z_beside=(float(beside[0]), float(beside[1])),
        grid=grid,
        z=z,
        itt=hazard_effect("ITT", rows.time, rows.event, rows.experimental, level=level),
        effect=hazard_effect("RPSFT", [1.0], [False], [True]),
        time=rows.time,
        event=rows.event,
        recensored=0,
        estimable=bool(roots),
        notes=_notes(rows, roots),
    )
    return _compared(rows, fitted, recensor=recensor, level=level) if roots else fitted


def _log_rank(times: Floats, event: Bools, experimental: Bools) -> Floats:
    return log_rank(times, event, experimental).z


def _crossings(z_of: Callable[[Floats], Floats], grid: Floats, z: Floats, aim: float) -> list[float]:
    """Find all places at which the statistic goes through ``aim``, by halving each step of the grid that has one."""
    above = z > aim
    places = np.flatnonzero(above[1:] != above[:-1])
    if not places.size:
        return []
    low, high, begin = grid[places], grid[places + 1], above[places]
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        same = (z_of(middle) > aim) == begin
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return [float(place) for place in 0.5 * (low + high)]


def _compared(rows: SwitchRows, fitted: Rpsft, *, recensor: bool, level: float) -> Rpsft:
    """Add the comparison of the experimental arm as observed with the control arm as it would have been."""
    times, event = (column[0] for column in untreated_times(rows, fitted.psi, recensor=recensor))
    mixed_time = np.where(rows.experimental, rows.time, times)
    mixed_event = np.where(rows.experimental, rows.event, event)
    effect = hazard_effect(
        "RPSFT", mixed_time, mixed_event, rows.experimental, level=level,
        note="experimental arm as observed against controls without the switch; interval keeps the p-value of ITT",
    )  # fmt: skip
    effect = keeping_p_value(effect, rows.time, rows.event, rows.experimental, level=level)
    return replace(fitted, effect=effect, time=times, event=event, recensored=int((rows.event & ~event).sum()))


def _notes(rows: SwitchRows, roots: list[float]) -> tuple[str, ...]:
    """Say what the reader must know."""
    notes = []
    if not roots:
        notes.append("the statistic has no root within the bounds")
    if len(roots) > 1:
        notes.append(f"{len(roots)} roots: {', '.join(f'{root:.3f}' for root in roots)}")
    if not rows.switched.any():
        notes.append("nobody switched: the adjusted comparison is the unadjusted one")
    return tuple(notes)
