"""Keep each patient's diary: one row of numbers with all that a later leg must know, and the results read from it.

Columns: the day of a stop; of each trigger, the day on which its jump is due, then the day on which it looks again; of
each clone, how many falls were decided, whether it is watched and whether the latest fall was its end; of the scans,
what RECIST remembers; of each regimen, where it stands and the doses due. What `Engine.run` hands out as `carry` are
these columns, then the counts and last days of the triggers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import SolveError
from adoptive.solve.regimens import Regimen
from adoptive.solve.scans import Scans
from adoptive.solve.shapes import as_array, spread

__all__ = ["Diary", "lay_out", "open_page", "read_diary"]

Floats = NDArray[np.float64]

STOPPED, PENDING = 0, 1  # first columns; the pending days of the triggers follow each other, then their days to look
DECISIONS, WATCHED, ENDED, CLONE_COLUMNS = range(4)  # of each clone
ESTABLISHED, ONE_CELL, DEAD = 0.0, 1.0, 2.0  # what the column WATCHED says
SCAN_NEXT, SCAN_COUNT, BASELINE, NADIR, BEST, RESPONSE, PROGRESSIONS, SCAN_COLUMNS = range(8)
DECISION, GIVEN, HELD_SINCE, HOLDS, STATE, REGIMEN_COLUMNS = range(6)
RUNNING, ALL_GIVEN, STOP_GATE, HELD_TOO_LONG, STOPPED_AT_PROGRESSION = range(5)


@dataclass(frozen=True)
class Diary:
    """Hold where each part of the diary begins; a scan column of -1 means no scans."""

    triggers: int
    clones: int
    clone_column: int
    scan_column: int
    scan_most: int
    regimen_column: tuple[int, ...]
    regimen_most: tuple[int, ...]
    columns: int


def lay_out(triggers: int, clones: int, regimens: Sequence[Regimen], scans: Scans | None) -> Diary:
    """Lay the columns out."""
    clone_column = PENDING + 2 * triggers
    end = clone_column + CLONE_COLUMNS * clones
    scan_column, scan_most = (-1, 0) if scans is None else (end, scans.maximum)
    end += 0 if scans is None else SCAN_COLUMNS + scan_most
    first = []
    for regimen in regimens:
        first.append(end)
        end += REGIMEN_COLUMNS + regimen.maximum * (1 + len(regimen.cycle))
    most = tuple(regimen.maximum for regimen in regimens)
    return Diary(triggers, clones, clone_column, scan_column, scan_most, tuple(first), most, end)


def open_page(
    plan: Diary,
    told: Mapping[str, Any],
    regimens: Sequence[Regimen],
    scans: Scans | None,
    *,
    carry: ArrayLike | None,
    fired_before: ArrayLike | None,
    last_fired: ArrayLike | None,
) -> dict[str, Any]:
    """Return the diary and the triggers' counts as a leg begins: first ones, or taken up from an earlier leg."""
    start: Floats = told["start"]
    if carry is not None:
        if fired_before is not None or last_fired is not None:
            raise SolveError(
                "carry holds the triggers' past already", next_step="leave fired_before and last_fired out"
            )
        return _take_up(plan, carry, len(start))
    shape = (len(start), plan.triggers)
    fired = as_array("fired_before", np.zeros(shape) if fired_before is None else fired_before, shape)
    last = as_array("last_fired", np.full(shape, -np.inf) if last_fired is None else last_fired, shape).copy()
    if not (fired >= 0.0).all() or np.isnan(last).any():
        raise SolveError("fired_before are counts and last_fired are days, -inf for none")
    acts = ((told["trigger_jump"] >= 0) | (told["trigger_stops"] > 0)) & (last > -np.inf)
    due = np.where(acts, last, np.inf) + told["delay"]  # a jump that an earlier leg called for and did not reach
    page = np.full((len(start), plan.columns), np.inf)
    page[:, PENDING : PENDING + plan.triggers] = np.where(acts & (due >= start[:, None]), due, np.inf)
    look = np.where(last > -np.inf, last, np.inf) + told["trigger_again"]
    page[:, PENDING + plan.triggers : plan.clone_column] = np.maximum(look, start[:, None])
    page[:, plan.clone_column : plan.clone_column + CLONE_COLUMNS * plan.clones] = 0.0
    if scans is not None:
        first = spread("first_day of scans", scans.first_day, len(start))
        page[:, plan.scan_column + SCAN_NEXT] = np.maximum(first, start)
        page[:, [plan.scan_column + SCAN_COUNT, plan.scan_column + PROGRESSIONS]] = 0.0
    for column, regimen in zip(plan.regimen_column, regimens, strict=True):
        page[:, column + DECISION] = np.maximum(spread("first_day", regimen.first_day, len(start)), start)
        page[:, [column + GIVEN, column + HOLDS, column + STATE]] = 0.0
    return {"diary": page, "fired": fired.astype(np.int64), "last_fired": last}


def _take_up(plan: Diary, carry: ArrayLike, patients: int) -> dict[str, Any]:
    """Split what an earlier leg handed on (copies)."""
    shape = (patients, plan.columns + 2 * plan.triggers)
    given = np.array(carry, np.float64)
    if given.shape != shape:
        raise SolveError(
            "carry does not fit these patients, triggers, scans and regimens",
            value=given.shape,
            allowed=str(shape),
            next_step="hand on Ensemble.carry of the same patients, with the same declarations",
        )
    page, fired, last = (x.copy() for x in np.split(given, [plan.columns, plan.columns + plan.triggers], axis=1))
    if not (_is_possible(plan, page) and (fired >= 0.0).all()):
        raise SolveError(
            "carry does not come from these scans and regimens", next_step="hand on Ensemble.carry as it is"
        )
    return {"diary": page, "fired": fired.astype(np.int64), "last_fired": last}


def _is_possible(plan: Diary, page: Floats) -> bool:
    """Tell whether the counts fit what may still come: the loop writes where they point."""
    pairs = [(c + GIVEN, c + DECISION, most) for c, most in zip(plan.regimen_column, plan.regimen_most, strict=True)]
    if plan.scan_column >= 0:
        pairs.append((plan.scan_column + PROGRESSIONS, plan.scan_column + SCAN_NEXT, plan.scan_most))
    fits = [(page[:, n] >= 0.0) & ((page[:, n] < most) | (page[:, day] == np.inf)) for n, day, most in pairs]
    running = [
        (page[:, c + STATE] != RUNNING) | (page[:, c + GIVEN] < most)
        for c, most in zip(plan.regimen_column, plan.regimen_most, strict=True)
    ]
    return not np.isnan(page).any() and all(bool(each.all()) for each in (*fits, *running))


def read_diary(plan: Diary, page: Floats) -> dict[str, Any]:
    """Read the results that `Ensemble` names."""
    results: dict[str, Any] = {"stopped_day": page[:, STOPPED].copy()}
    at = plan.scan_column
    scan = page[:, at : at + SCAN_COLUMNS] if at >= 0 else np.tile([np.inf, 0.0, *[np.inf] * 4, 0.0], (len(page), 1))
    clones = page[:, plan.clone_column : plan.clone_column + CLONE_COLUMNS * plan.clones]
    results["extinct"] = clones.reshape(len(page), plan.clones, CLONE_COLUMNS)[:, :, ENDED] > 0.0
    results["scans"] = scan[:, SCAN_COUNT].astype(np.int64)
    named = (("baseline", BASELINE), ("nadir", NADIR), ("best_change", BEST), ("response_day", RESPONSE))
    results |= {name: scan[:, column].copy() for name, column in named}
    results["progression_day"] = page[:, at + SCAN_COLUMNS : at + SCAN_COLUMNS + plan.scan_most].copy()
    most = max(plan.regimen_most, default=0)
    days = np.full((len(page), len(plan.regimen_column), most), np.inf)
    for r, (column, cycles) in enumerate(zip(plan.regimen_column, plan.regimen_most, strict=True)):
        days[:, r, :cycles] = page[:, column + REGIMEN_COLUMNS : column + REGIMEN_COLUMNS + cycles]
    results["cycle_day"] = days
    columns = np.array(plan.regimen_column, np.int64)
    for name, column in (("cycles", GIVEN), ("holds", HOLDS), ("regimen_state", STATE)):
        results[name] = page[:, columns + column].astype(np.int64)
    return results
