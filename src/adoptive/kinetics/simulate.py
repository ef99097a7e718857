"""Follow patients through time, one leg after the other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.infusion.types import DRUGS, Infusions, Ward
from adoptive.kinetics.equations import build_model
from adoptive.kinetics.physiology import parameter_names
from adoptive.kinetics.states import IN_BLOOD, LESIONS, MOST_LESIONS, lesion_state
from adoptive.kinetics.types import Physiology, Trajectory
from adoptive.solve import Events, Trigger, compile_model

__all__ = ["advance", "begin", "day_grid", "engine", "recorded"]

Floats = NDArray[np.float64]

CHARTED: Final = (
    *("L", "IL6", "ANC", "PLT", "Toc_c"),
    *("IFN", "CRP", "FER", "BBB", "B", "IgG", "H", "UA", "LDH", "K", "PO4", "Dex"),
)
"""What the ward and the laboratory look at, beside the engineered cells in blood."""

DAILY_UNTIL: Final = 280.0
RTOL: Final = 1e-5
ATOL: Final = 1e-7


def recorded(lesions: int = LESIONS) -> tuple[str, ...]:
    """Name the states that a trajectory keeps: cells in blood, what is charted, each lesion's cells."""
    each = (lesion_state(name, j) for j in range(lesions) for name in ("T_H", "T_L", "T_N", "D"))
    return (*IN_BLOOD, *CHARTED, *each)


@lru_cache(maxsize=MOST_LESIONS)
def engine(lesions: int = LESIONS) -> Any:
    """Compile the model for a number of lesion places, once in a process (from the cache of kernels if it is there)."""
    return compile_model(build_model(parameter_names(lesions), lesions))


def day_grid(horizon_days: float) -> Floats:
    """Give the recorded days: daily at first, weekly later, to the horizon or the first such day after it.

    >>> day_grid(300.0)[-3:].tolist()
    [287.0, 294.0, 301.0]
    """
    daily = np.arange(0.0, min(np.ceil(horizon_days), DAILY_UNTIL) + 1.0)
    return np.concatenate([daily, np.arange(DAILY_UNTIL + 7.0, horizon_days + 7.0, 7.0)])


def begin(physiology: Physiology, *, horizon_days: float, wards: Sequence[Ward] = ()) -> Trajectory:
    """Stand everybody at day 0 with nothing recorded; ``wards`` are the reactions that later legs will have."""
    grid, patients, names = day_grid(horizon_days), len(physiology.values), recorded(physiology.lesions)
    places, doses = len(wards) or 1, max((ward.maximum for ward in wards), default=1) or 1
    opened = engine(physiology.lesions).run(
        physiology.values,
        physiology.initial,
        start=0.0,
        stop=0.0,
        visits=grid[:0],
        record=(),
        triggers=_triggers((), np.arange(patients), places, infused=np.full(patients, np.inf)),
    )
    return Trajectory(
        day=grid,
        names=names,
        values=np.zeros((patients, len(grid), len(names))),
        written=np.zeros(patients),
        state=physiology.initial,
        now=np.zeros(patients),
        fired=np.zeros((patients, places), np.int64),
        fired_day=np.full((patients, places, doses), np.inf),
        failure=np.zeros(patients, np.int64),
        carry=opened.carry,
    )


def advance(
    trajectory: Trajectory, physiology: Physiology, *, until: Floats, infusions: Infusions, wards: Sequence[Ward] = ()
) -> Trajectory:
    """Follow everybody from where he stands to his ``until`` day under the planned infusions; one leg of the course.

    Who already stands at his day is left alone. The leg is appended to what was recorded before.
    """
    go = np.flatnonzero(until > trajectory.now)
    if len(go) == 0:
        return trajectory
    start, stop = trajectory.now[go], until[go]
    first, past = np.searchsorted(trajectory.day, [start.min(), stop.max()], side="left")
    slab = slice(int(first), int(past) + 1)
    ran = engine(physiology.lesions).run(
        physiology.values[go],
        trajectory.state[go],
        start=start,
        stop=stop,
        visits=trajectory.day[slab],
        record=trajectory.names,
        events=Events(infusions.day[go], infusions.kind[go], infusions.amount[go]),
        triggers=_triggers(wards, go, trajectory.fired.shape[1], infused=_latest_infusion(infusions)[go]),
        survival_draws=physiology.survival_draws[go],
        rtol=RTOL,
        atol=ATOL,
        carry=trajectory.carry[go],
    )
    return _joined(trajectory, ran, go=go, slab=slab, stop=stop)


def _latest_infusion(infusions: Infusions) -> Floats:
    """Give the day of each patient's latest planned infusion of cells, inf if there is none."""
    cells = (infusions.kind == DRUGS.index("infusion")) & np.isfinite(infusions.day)
    latest = np.where(cells, infusions.day, -np.inf).max(axis=1, initial=-np.inf)
    return np.where(latest > -np.inf, latest, np.inf)


def _triggers(wards: Sequence[Ward], go: NDArray[np.int64], places: int, *, infused: Floats) -> tuple[Trigger, ...]:
    """Say the ward's reactions in the engine's words; who has no ward yet keeps his place, so legs fit together.

    ``infused`` is the day from which a ward's ``from_day`` counts, of those who go.
    """
    quiet = Trigger(signal="il6_effective", jump=None, threshold=np.inf)
    return tuple(
        Trigger(
            signal=ward.signal,
            jump=ward.jump,
            threshold=ward.threshold[go],
            amount=ward.amount[go],
            delay_days=ward.delay_days,
            lockout_days=ward.lockout_days,
            maximum=ward.maximum,
            first_day=infused + ward.from_day if ward.from_day > -np.inf else -np.inf,
            lasting_days=ward.lasting_days,
            again_days=ward.again_days,
            stock=ward.stock_doses,
            restock_days=ward.restock_days,
        )
        for ward in wards
    ) + (quiet,) * (places - len(wards))


def _joined(trajectory: Trajectory, ran: Any, *, go: NDArray[np.int64], slab: slice, stop: Floats) -> Trajectory:
    """Append a leg to what was recorded."""
    grid, start = trajectory.day[slab], trajectory.now[go]
    new = (grid > start[:, None]) & (grid <= stop[:, None])
    new |= (grid == 0.0) & (start[:, None] == 0.0)
    row, at = np.nonzero(new)
    values, written = _tape(trajectory, go)
    values[go[row], at + slab.start] = ran.states[row, at]
    written[go] = stop
    state, now, failure = trajectory.state.copy(), trajectory.now.copy(), trajectory.failure.copy()
    state[go], now[go] = ran.final, stop
    failure[go] = np.where(failure[go] > 0, failure[go], ran.failure)
    fired, fired_day, carry = trajectory.fired.copy(), trajectory.fired_day.copy(), trajectory.carry.copy()
    carry[go] = ran.carry
    for w in range(ran.fired_day.shape[1]):
        for dose in range(ran.fired_day.shape[2]):
            hit = np.flatnonzero(np.isfinite(ran.fired_day[:, w, dose]))
            place = np.minimum(trajectory.fired[go[hit], w] + dose, fired_day.shape[2] - 1)
            fired_day[go[hit], w, place] = ran.fired_day[hit, w, dose]
        fired[go, w] += np.isfinite(ran.fired_day[:, w]).sum(axis=1)
    return Trajectory(trajectory.day, trajectory.names, values, written, state, now, fired, fired_day, failure, carry)


def _tape(trajectory: Trajectory, go: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Give the record to append to: the shared one, or a copy if these patients were already followed further on it."""
    if not (trajectory.written[go] > trajectory.now[go]).any():
        return trajectory.values, trajectory.written
    known = trajectory.day <= trajectory.now[:, None]
    return np.where(known[:, :, None], trajectory.values, 0.0), trajectory.now.copy()
