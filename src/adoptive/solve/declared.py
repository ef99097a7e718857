"""Lay out what a model and a caller declare (jumps, clones, triggers, regimens, scans) as arrays for the driver."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import SolveError
from adoptive.solve.regimens import Gate, Regimen
from adoptive.solve.scans import Scans
from adoptive.solve.shapes import as_array, columns, places, spread
from adoptive.solve.trace import Traced
from adoptive.solve.types import Model, Trigger

__all__ = ["clone_arrays", "jump_arrays", "regimen_arrays", "scan_arrays", "text_arrays", "trigger_arrays"]

_ANSWERS = ("nothing", "next cycle", "stop")
_SHORTEST_INTERVAL = 1e-6  # days; shorter ones need not move the day on, and no end would come


def _edges(lengths: Sequence[int]) -> NDArray[np.int64]:
    return np.array([0, *accumulate(lengths)], np.int64)


def _jump_names(model: Model) -> tuple[str, ...]:
    return tuple(jump.name for jump in model.jumps)


def _jump_places(names: Sequence[str | None], model: Model, what: str) -> NDArray[np.int64]:
    """Return the places of jumps, -1 where none is named."""
    known = _jump_names(model)
    return np.array([-1 if name is None else places([name], known, what)[0] for name in names], np.int64)


def jump_arrays(model: Model) -> dict[str, Any]:
    """Lay out the gains of each jump."""
    gains = [gain for jump in model.jumps for gain in jump.effect.items()]
    named = [factor if isinstance(factor, str) else None for _, factor in gains]
    return {
        "jump_first": _edges([len(jump.effect) for jump in model.jumps]),
        "jump_state": places([state for state, _ in gains], model.states, "state"),
        "jump_number": np.array([0.0 if isinstance(x, str) else float(x) for _, x in gains], np.float64),
        "jump_parameter": np.array([-1 if x is None else model.parameters.index(x) for x in named], np.int64),
    }


def text_arrays(model: Model, traced: Traced, first_routine: int) -> dict[str, Any]:
    """Lay out which routine computes each textual jump, and which states it gives."""
    routines = {place: first_routine + k for k, place in enumerate(traced.jumps)}
    named = [list(traced.jumps.get(k, ())) for k in range(len(model.jumps))]
    return {
        "jump_routine": np.array([routines.get(k, -1) for k in range(len(model.jumps))], np.int64),
        "text_first": _edges([len(names) for names in named]),
        "text_state": places([name for names in named for name in names], model.states, "state"),
    }


def clone_arrays(model: Model, rates: Sequence[str], draws: ArrayLike | None, patients: int) -> dict[str, Any]:
    """Lay out the states, rates and draws of each clone or population."""
    clones = model.clones
    members = [model.populations.get(name, (name,)) for name in clones]
    drawn = np.zeros((patients, len(clones))) if draws is None else draws
    if not ((np.asarray(drawn, np.float64) >= 0.0) & (np.asarray(drawn, np.float64) <= 1.0)).all():
        raise SolveError("survival_draws are uniform numbers", allowed="0 to 1")
    return {
        "clone_first": _edges([len(states) for states in members]),
        "clone_state": places([state for states in members for state in states], model.states, "clone"),
        "clone_birth": places([birth for birth, _ in clones.values()], rates, "birth rate"),
        "clone_death": places([death for _, death in clones.values()], rates, "death rate"),
        "draws": as_array("survival_draws", drawn, (patients, len(clones))),
    }


def trigger_arrays(triggers: Sequence[Trigger], model: Model, signals: Sequence[str], patients: int) -> dict[str, Any]:
    """Lay out the triggers."""
    for t in triggers:
        waits = np.concatenate([np.ravel(x) for x in (t.delay_days, t.lockout_days, t.lasting_days)])
        if not (waits >= 0.0).all():
            raise SolveError(
                "a trigger's delay, lock-out and duration are at least 0 days", where=t.signal, value=waits.tolist()
            )
        again = np.append(np.ravel(t.again_days), np.ravel(t.restock_days))
        if (
            not (again >= _SHORTEST_INTERVAL).all()
            or np.isnan(np.asarray(t.first_day, np.float64)).any()
            or t.stock < 0
        ):
            raise SolveError(
                f"a trigger looks and restocks again after {_SHORTEST_INTERVAL} days or more, from a first day",
                where=t.signal,
                value=(again.tolist(), t.stock),
            )
    return {
        "trigger_signal": places([t.signal for t in triggers], signals, "trigger signal"),
        "trigger_jump": _jump_places([t.jump for t in triggers], model, "trigger jump"),
        "trigger_most": np.array([t.maximum for t in triggers], np.int64),
        "trigger_stops": np.array([t.stops for t in triggers], np.int64),
        "trigger_stock": np.array([t.stock for t in triggers], np.int64),
        "threshold": columns("threshold", [t.threshold for t in triggers], patients),
        "trigger_amount": columns("amount", [t.amount for t in triggers], patients),
        "delay": columns("delay_days", [t.delay_days for t in triggers], patients),
        "lockout": columns("lockout_days", [t.lockout_days for t in triggers], patients),
        "trigger_first": columns("first_day", [t.first_day for t in triggers], patients),
        "lasting": columns("lasting_days", [t.lasting_days for t in triggers], patients),
        "trigger_again": columns("again_days", [t.again_days for t in triggers], patients),
        "restock": columns("restock_days", [t.restock_days for t in triggers], patients),
    }


def scan_arrays(scans: Scans | None, patients: int) -> dict[str, Any]:
    """Lay out the scans' numbers; the rest are sizes, see `scan_sizes`."""
    if scans is None:
        return {"scan_interval": np.empty(0), "scan_amount": np.empty(0), "scan_rule": np.empty(3)}
    interval = spread("interval_days of scans", scans.interval_days, patients)
    rule = np.array([scans.response_change, scans.progression_change, scans.progression_mm], np.float64)
    if not (interval >= _SHORTEST_INTERVAL).all() or scans.maximum < 1 or not np.isfinite(rule).all():
        raise SolveError(
            f"scans need intervals of {_SHORTEST_INTERVAL} days or more, finite thresholds, a maximum of at least 1",
            value=(interval.min(initial=np.inf), *rule.tolist(), scans.maximum),
        )
    return {
        "scan_interval": interval,
        "scan_amount": spread("amount of scans", scans.amount, patients),
        "scan_rule": rule,
    }


def scan_sizes(scans: Scans | None, model: Model, signals: Sequence[str]) -> dict[str, int]:
    """Return what the driver must know of the scans as whole numbers."""
    if scans is None:
        return {"scan_signal": 0, "scan_jump": -1, "scan_most": 0, "scan_stops": 0}
    return {
        "scan_signal": int(places([scans.signal], signals, "scan signal")[0]),
        "scan_jump": int(_jump_places([scans.jump], model, "scan jump")[0]),
        "scan_most": scans.maximum,
        "scan_stops": int(scans.stops),
    }


def _gate_arrays(regimens: Sequence[Regimen], signals: Sequence[str], patients: int) -> dict[str, Any]:
    each: list[list[tuple[Gate, int]]] = [
        [*((gate, 0) for gate in r.gates), *((gate, 1) for gate in r.stop_gates)] for r in regimens
    ]
    gates = [pair for pairs in each for pair in pairs]
    return {
        "gate_first": _edges([len(pairs) for pairs in each]),
        "gates_to_meet": np.array([len(r.gates) for r in regimens], np.int64),
        "gate_signal": places([gate.signal for gate, _ in gates], signals, "gate signal"),
        "gate_above": np.array([gate.above for gate, _ in gates], np.int64),
        "gate_stops": np.array([stops for _, stops in gates], np.int64),
        "gate_threshold": columns("threshold of a gate", [gate.threshold for gate, _ in gates], patients),
    }


def regimen_arrays(regimens: Sequence[Regimen], model: Model, signals: Sequence[str], patients: int) -> dict[str, Any]:
    """Lay out the regimens, their doses and their gates."""
    for r in regimens:
        _check_regimen(r)
    doses = [dose for r in regimens for dose in r.cycle]
    return {
        "regimen_most": np.array([r.maximum for r in regimens], np.int64),
        "regimen_answer": places([r.on_progression for r in regimens], _ANSWERS, "on_progression"),
        "interval": columns("interval_days", [r.interval_days for r in regimens], patients),
        "hold": columns("hold_days", [r.hold_days for r in regimens], patients),
        "longest_hold": columns("longest_hold_days", [r.longest_hold_days for r in regimens], patients),
        "dose_first": _edges([len(r.cycle) for r in regimens]),
        "dose_offset": np.array([float(dose.offset_days) for dose in doses], np.float64),
        "dose_jump": _jump_places([dose.jump for dose in doses], model, "jump of a dose"),
        "dose_amount": columns("amount of a dose", [dose.amount for dose in doses], patients),
        **_gate_arrays(regimens, signals, patients),
    }


def _check_regimen(regimen: Regimen) -> None:
    offsets = np.array([dose.offset_days for dose in regimen.cycle], np.float64)
    waits = np.append(np.ravel(regimen.interval_days), np.ravel(regimen.hold_days))
    fits = np.isfinite(offsets).all() and (offsets >= 0.0).all() and (waits >= _SHORTEST_INTERVAL).all()
    if not (fits and regimen.maximum >= 1):
        raise SolveError(
            "a regimen needs finite offsets of at least 0, a maximum of at least 1, and intervals and hold_days of "
            f"{_SHORTEST_INTERVAL} days or more",
            value=(offsets.tolist(), waits.tolist(), regimen.maximum),
        )
