"""One table of patients, as all analyses of one trial read it: times, events, and who belongs where.

A patient is at risk at ``t`` if ``entry < t <= time``. Without delayed entry everybody is at risk from the start on,
time 0 included. Someone whose covariates change has one row per piece, each but the first with its entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError
from adoptive.verdict.ties import NEAR_TIE

__all__ = ["SurvivalRows", "codes_of", "survival_rows"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class SurvivalRows:
    """Hold rows ``(rows,)``: time, whether the event was seen then, entry (-inf: none), weight, group and stratum.

    ``group`` and ``stratum`` are places in ``groups`` and ``strata``, the names in order.
    """

    time: Floats
    event: Bools
    entry: Floats
    weight: Floats
    group: Counts
    groups: tuple[str, ...]
    stratum: Counts
    strata: tuple[str, ...]

    def __len__(self) -> int:
        return self.time.size

    @property
    def delayed(self) -> bool:
        """Say whether somebody enters late."""
        return bool(np.isfinite(self.entry).any())

    def where(self, chosen: ArrayLike) -> SurvivalRows:
        """Give the rows chosen, with the names of all groups and strata."""
        mark = np.asarray(chosen)
        columns = ("time", "event", "entry", "weight", "group", "stratum")
        return replace(self, **{name: getattr(self, name)[mark] for name in columns})

    def by_group(self) -> Iterator[tuple[str, SurvivalRows]]:
        """Walk the groups: name and rows."""
        for place, name in enumerate(self.groups):
            yield name, self.where(self.group == place)


def survival_rows(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    group: ArrayLike | None = None,
    stratum: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    merge_near_ties: bool = True,
) -> SurvivalRows:
    """Check columns and give them as rows; rows of weight 0 are left out.

    Parameters
    ----------
    time, event, entry, weight
        ``(rows,)``: finite times >= 0, whether the event was seen, entry below the time (-inf: none), weights >= 0.
    group, stratum
        ``(rows,)`` names of any kind; default one group, one stratum. They are ordered by :func:`codes_of`.
    merge_near_ties
        Make times (entries included) one that differ by round-off: neighbours closer than 1.5e-8, absolutely or
        relative to their mean size, as R's ``aeqSurv`` does.

    Raises
    ------
    TableError
        Columns of different length, a negative or infinite time, an entry not before its time, a negative weight.

    >>> rows = survival_rows([3, 1, 2], [1, 0, 1], group=["b", "a", "b"])
    >>> rows.groups, rows.group.tolist(), rows.delayed
    (('a', 'b'), [1, 0, 1], False)
    """
    times = np.asarray(time, np.float64)
    if times.ndim != 1 or not times.size:
        raise TableError("not a column of times", where="time", value=times.shape, allowed="(rows,), one row or more")
    given = {"event": event, "entry": entry, "group": group, "stratum": stratum, "weight": weight}
    columns = {name: np.asarray(column) for name, column in given.items() if column is not None}
    for name, column in columns.items():
        if column.shape != times.shape:
            raise TableError("length unlike the times'", where=name, value=column.shape, allowed=str(times.shape))
    entries = np.asarray(columns.get("entry", np.full(times.shape, -np.inf)), np.float64)
    weights = np.asarray(columns.get("weight", np.ones(times.shape)), np.float64)
    _check(times, entries, weights)
    if merge_near_ties:
        times, entries = _merged(times, entries)
    happened = np.asarray(columns["event"], np.bool_)
    group_codes, groups = codes_of(columns.get("group", np.full(times.shape, "all")))
    stratum_codes, strata = codes_of(columns.get("stratum", np.full(times.shape, "all")))
    rows = SurvivalRows(times, happened, entries, weights, group_codes, groups, stratum_codes, strata)
    return rows if (weights > 0).all() else rows.where(weights > 0)


def codes_of(names: ArrayLike) -> tuple[Counts, tuple[str, ...]]:
    """Give each name its place and the names in order: numbers by size, words as in R's C locale.

    >>> codes_of([10, 9, 10])
    (array([1, 0, 1]), ('9', '10'))
    """
    kinds, places = np.unique(np.asarray(names), return_inverse=True)
    return places.astype(np.int64).reshape(-1), tuple(_name(kind) for kind in kinds.tolist())


def _name(kind: Any) -> str:
    return f"{kind:.15g}" if isinstance(kind, float) else str(kind)


def _check(times: Floats, entries: Floats, weights: Floats) -> None:
    """Refuse times, entries and weights that make no sense, with the first row that has one."""
    wrongs = (
        ("a time is negative or not finite", "time", times, ~(np.isfinite(times) & (times >= 0)), "0 or more"),
        ("an entry is not before its time", "entry", entries, ~(entries < times), "less than the time"),
        (
            "a weight is negative or not finite",
            "weight",
            weights,
            ~(np.isfinite(weights) & (weights >= 0)),
            "0 or more",
        ),
    )
    for what, name, column, wrong, allowed in wrongs:
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise TableError(what, where=f"{name}, row {row + 1}", value=column[row], allowed=allowed)
    if not (weights > 0).any():
        raise TableError("no row has a weight", where="weight", allowed="above 0 in one row or more")


def _merged(times: Floats, entries: Floats) -> tuple[Floats, Floats]:
    """Give times and entries with near-ties made one; an entry that would meet its time is refused by its row."""
    known = np.unique(np.concatenate([times, entries[np.isfinite(entries)]]))
    gap = NEAR_TIE * max(1.0, float(np.abs(known).mean()))
    near = np.diff(known) <= gap
    if not near.any():
        return times, entries
    cuts = known[np.concatenate([[True], ~near])]

    def moved(values: Floats) -> Floats:
        place = np.searchsorted(cuts, values, side="right") - 1
        return np.where(np.isfinite(values), cuts[np.maximum(place, 0)], values)

    joined_times, joined_entries = moved(times), moved(entries)
    _check(joined_times, joined_entries, np.ones(times.shape))
    return joined_times, joined_entries
