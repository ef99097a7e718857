"""Follow patients through time: their parameters, their starting state, and one leg after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.infusion.types import Infusions, Ward
from adoptive.kinetics.equations import PER_LESION, build_model
from adoptive.kinetics.states import BODY, CLASSES, LESIONS, lesion_state, state_names
from adoptive.kinetics.types import Physiology, Trajectory
from adoptive.parameters import Typical, draw_patients, load_book
from adoptive.solve import Events, Trigger, compile_model
from adoptive.streams import Streams
from adoptive.units import volume_cm3

__all__ = ["RECORDED", "advance", "begin", "day_grid", "draw_physiology", "engine"]

Floats = NDArray[np.float64]

DERIVED: Final = (
    "toc_effect",
    "L0",
    "ANC_0",
    "PLT_0",
    "kChemo",
    "share_M",
    "share_E",
    "share_X",
    "wH",
    "wL",
    "wN",
    "qH",
    "qL",
    "qN",
)
_NOT_IN_EQUATIONS: Final = {"acc", "supp", "muN_clean", "qpcr_sd"}
RECORDED: Final = (
    *("M_b", "E_b", "X_b", "L", "IL6", "ANC", "PLT", "Toc_c"),
    *(lesion_state(name, j) for j in range(LESIONS) for name in ("T_H", "T_L", "T_N", "D")),
)
DAILY_UNTIL: Final = 280.0
RTOL: Final = 1e-5
ATOL: Final = 1e-7


@lru_cache(maxsize=1)
def parameter_names() -> tuple[str, ...]:
    """List the model's parameters: the rows of this folder, the derived ones, and those of each lesion."""
    rows = [name.split(".")[1] for name in load_book() if name.startswith("kinetics.")]
    shared = [name for name in rows if name not in _NOT_IN_EQUATIONS]
    return (*shared, *DERIVED, *(lesion_state(name, j) for j in range(LESIONS) for name in PER_LESION))


@lru_cache(maxsize=1)
def engine() -> Any:
    """Compile the model once in a process (from the cache of compiled kernels if it is there)."""
    return compile_model(build_model(parameter_names()))


def day_grid(horizon_days: float) -> Floats:
    """Give the recorded days: daily at first, weekly later, to the horizon.

    >>> day_grid(300.0)[-3:].tolist()
    [280.0, 287.0, 294.0]
    """
    daily = np.arange(0.0, min(horizon_days, DAILY_UNTIL) + 1.0)
    return np.concatenate([daily, np.arange(DAILY_UNTIL + 7.0, horizon_days + 1e-9, 7.0)])


def draw_physiology(
    cohort: Cohort, typical: Typical, streams: Streams, *, visibility: Mapping[str, Floats], tonic: Floats
) -> Physiology:
    """Draw every patient's parameters and starting state.

    ``visibility`` maps wH, wL, wN, qH, qL, qN to ``(patients,)`` (what the receptor makes of each antigen class);
    ``tonic`` ``(patients,)`` is the construct's tonic exhaustion over the reference construct's.
    """
    keys, places = cohort.keys, range(cohort.lesions)
    columns: dict[str, Floats] = dict(visibility)
    for name in parameter_names():
        if f"kinetics.{name}" in typical.book:
            columns[name] = draw_patients(typical, streams, name=f"kinetics.{name}", keys=keys)
    columns["kT"] = columns["kT"] * tonic
    clean = typical.at("kinetics.muN_clean", keys)
    columns["muN"] = np.where(cohort.antigen.founder_clone, columns["muN"], clean)
    columns |= {"L0": cohort.lymphocytes_per_ul, "ANC_0": cohort.neutrophils_e9_l, "PLT_0": cohort.platelets_e9_l}
    columns["toc_effect"] = np.ones(len(keys))
    columns |= {name: np.zeros(len(keys)) for name in ("kChemo", "share_M", "share_E", "share_X")}
    tumour = _tumour_cells(cohort, columns["rho"], columns["Kmax"])
    for j in places:
        columns[lesion_state("r", j)] = tumour["r"][:, j]
        columns[lesion_state("g", j)] = cohort.growth_per_day[:, j]
    for name in ("supp", "acc"):
        each = _per_lesion(typical, streams, name, cohort)
        columns |= {lesion_state(name, j): each[:, j] for j in places}
    names = parameter_names()
    values = np.column_stack([columns[name] for name in names])
    draws = streams.uniform("kinetics.last cell", keys, len(CLASSES) * LESIONS)
    return Physiology(names, values, _starting_state(cohort, columns, tumour), draws)


def _per_lesion(typical: Typical, streams: Streams, name: str, cohort: Cohort) -> Floats:
    """Draw a share that differs between patients and, with 0.4 of the patients' spread, between lesions of one."""
    row = typical.book[f"kinetics.{name}"]
    base = draw_patients(typical, streams, name=row.name, keys=cohort.keys)
    own = streams.normal(f"lesion:{row.name}", cohort.keys, cohort.lesions)
    return row.shift(base[:, None], 0.4 * row.between * np.clip(own, -3.0, 3.0))


def _tumour_cells(cohort: Cohort, rho: Floats, ceiling: Floats) -> dict[str, Floats]:
    """Give living cells, dead cells and the Gompertz rate of each lesion from its diameter and growth.

    ``r = g / ln(Kmax / N0)``, so that the measured doubling time holds at baseline.
    """
    volume = volume_cm3(cohort.lesion_diameter_mm)
    total = rho[:, None] * volume
    rate = cohort.growth_per_day / np.log(ceiling[:, None] / np.maximum(total, 1.0))
    dead = 0.3 * rate / (0.09 + cohort.growth_per_day)
    return {"living": total / (1.0 + dead), "dead": total * dead / (1.0 + dead), "r": rate}


def _starting_state(cohort: Cohort, columns: Mapping[str, Floats], tumour: Mapping[str, Floats]) -> Floats:
    """Give the state on the day of randomisation: baseline everywhere, tumour by lesion and class."""
    names = state_names(cohort.lesions)
    start = {name: np.zeros(len(cohort)) for name in names}
    at_baseline = {"I": "I0", "L": "L0", "IFN": "bIFN", "IL6": "b6", "CRP": "CRP0", "FER": "Fer0"}
    at_baseline |= {name: f"{name}_0" for name in ("UA", "LDH", "K", "PO4")}
    for name, parameter in at_baseline.items():
        start[name] = columns[parameter]
    for name in BODY:
        line = name.split("_")[0]
        if line in ("ANC", "PLT"):
            start[name] = columns[f"{line}_0"]
        if name in ("H", "B", "PC", "IgG"):
            start[name] = np.ones(len(cohort))
    shares = {"H": cohort.antigen.high_share, "L": cohort.antigen.low_share, "N": cohort.antigen.negative_share}
    for j in range(cohort.lesions):
        start[lesion_state("D", j)] = tumour["dead"][:, j]
        for c in CLASSES:
            start[lesion_state(f"T_{c}", j)] = tumour["living"][:, j] * shares[c][:, j]
    return np.column_stack([start[name] for name in names])


def begin(physiology: Physiology, *, horizon_days: float, wards: int = 2, doses: int = 4) -> Trajectory:
    """Stand everybody at day 0 with nothing recorded."""
    grid, patients = day_grid(horizon_days), len(physiology.values)
    return Trajectory(
        day=grid,
        names=RECORDED,
        values=np.zeros((patients, len(grid), len(RECORDED))),
        state=physiology.initial,
        now=np.zeros(patients),
        fired=np.zeros((patients, wards), np.int64),
        fired_day=np.full((patients, wards, doses), np.inf),
        failure=np.zeros(patients, np.int64),
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
    last = np.where(np.isfinite(trajectory.fired_day[go]), trajectory.fired_day[go], -np.inf).max(axis=2)
    ran = engine().run(
        physiology.values[go],
        trajectory.state[go],
        start=start,
        stop=stop,
        visits=trajectory.day[slab],
        record=RECORDED,
        events=Events(infusions.day[go], infusions.kind[go], infusions.amount[go]),
        triggers=_triggers(wards, go),
        survival_draws=physiology.survival_draws[go],
        rtol=RTOL,
        atol=ATOL,
        fired_before=trajectory.fired[go, : len(wards)],
        last_fired=last[:, : len(wards)],
    )
    return _joined(trajectory, ran, go=go, slab=slab, stop=stop)


def _triggers(wards: Sequence[Ward], go: NDArray[np.int64]) -> tuple[Trigger, ...]:
    """Say the ward's reactions in the engine's words."""
    return tuple(
        Trigger(
            signal="il6_effective",
            jump=ward.drug,
            threshold=ward.threshold_pg_ml[go],
            amount=ward.amount[go],
            delay_days=ward.delay_days,
            lockout_days=ward.lockout_days,
            maximum=ward.maximum,
        )
        for ward in wards
    )


def _joined(trajectory: Trajectory, ran: Any, *, go: NDArray[np.int64], slab: slice, stop: Floats) -> Trajectory:
    """Append a leg to what was recorded."""
    grid, start = trajectory.day[slab], trajectory.now[go]
    new = (grid > start[:, None]) & (grid <= stop[:, None])
    new |= (grid == 0.0) & (start[:, None] == 0.0)
    row, at = np.nonzero(new)
    trajectory.values[go[row], at + slab.start] = ran.states[row, at]
    state, now, failure = trajectory.state.copy(), trajectory.now.copy(), trajectory.failure.copy()
    state[go], now[go] = ran.final, stop
    failure[go] = np.where(failure[go] > 0, failure[go], ran.failure)
    fired, fired_day = trajectory.fired.copy(), trajectory.fired_day.copy()
    for w in range(ran.fired_day.shape[1]):
        for dose in range(ran.fired_day.shape[2]):
            hit = np.flatnonzero(np.isfinite(ran.fired_day[:, w, dose]))
            place = np.minimum(trajectory.fired[go[hit], w] + dose, fired_day.shape[2] - 1)
            fired_day[go[hit], w, place] = ran.fired_day[hit, w, dose]
        fired[go, w] += np.isfinite(ran.fired_day[:, w]).sum(axis=1)
    return Trajectory(trajectory.day, trajectory.names, trajectory.values, state, now, fired, fired_day, failure)
