"""From rows of lesions, as case record forms list them, to arrays of scans, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.response.lesions import choose_targets, confirm_new_lesions, confirmed_lesions, judge_non_target
from adoptive.outcome.response.types import Kind, LesionRows, LesionState, NewLesion, NewLesions, Stacked
from adoptive.outcome.types import NonTarget, Scans, check_cells

__all__ = ["TOO_SMALL_MM", "lesion_rows", "rows_of", "stack_rows"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]
Names = NDArray[np.str_]

TOO_SMALL_MM: Final = 5.0
"""Diameter written for a lesion that is seen but too small to measure (RECIST 1.1, 10.1016/j.ejca.2008.10.026)."""


def lesion_rows(
    patient: ArrayLike,
    visit: ArrayLike,
    lesion: ArrayLike,
    kind: ArrayLike,
    *,
    diameter_mm: ArrayLike = np.nan,
    state: ArrayLike = LesionState.UNKNOWN,
    nodal: ArrayLike = False,
    day: ArrayLike = np.nan,
    reader: ArrayLike = "",
) -> LesionRows:
    """Collect columns into rows, ``(rows,)`` or one value for all; a row with a diameter and no state is MEASURED.

    Parameters
    ----------
    patient, visit, lesion
        Who, the number that orders the visits, and the lesion's name.
    kind, state
        :class:`Kind` and :class:`LesionState` codes.
    diameter_mm, nodal
        Longest diameter, of a node the short axis, NaN = not measured; whether the lesion is a node.
    day, reader
        Day of the scan, NaN = not known; who read it.

    Raises
    ------
    StudyError
        If a column has another length, or a kind or state is unknown.

    >>> lesion_rows(["A", "A"], [0, 1], "T1", Kind.TARGET, diameter_mm=[30.0, np.nan]).state.tolist()
    [2, -1]
    """
    rows = len(np.atleast_1d(np.asarray(patient)))

    def column(name: str, values: ArrayLike, dtype: Any) -> NDArray[Any]:
        found = np.asarray(values, dtype)
        if found.shape not in ((), (1,), (rows,)):
            raise StudyError("column of another length", where=name, value=found.shape, allowed=f"({rows},)")
        return np.broadcast_to(found, (rows,)).copy()

    size, seen = column("diameter_mm", diameter_mm, np.float64), column("state", state, np.int64)
    kinds = column("kind", kind, np.int64)
    for name, codes, allowed in (("kind", kinds, Kind), ("state", seen, LesionState)):
        wrong = ~np.isin(codes, [int(code) for code in allowed])
        if wrong.any():
            names = ", ".join(f"{code.value} {code.name}" for code in allowed)
            raise StudyError("unknown code", where=name, value=int(codes[wrong][0]), allowed=names)
    return LesionRows(
        patient=column("patient", patient, np.str_),
        reader=column("reader", reader, np.str_),
        visit=column("visit", visit, np.float64),
        day=column("day", day, np.float64),
        lesion=column("lesion", lesion, np.str_),
        kind=kinds,
        nodal=column("nodal", nodal, np.bool_),
        diameter_mm=size,
        state=np.where((seen == LesionState.UNKNOWN) & ~np.isnan(size), int(LesionState.MEASURED), seen),
    )


def stack_rows(
    rows: LesionRows,
    *,
    visits: Sequence[ArrayLike] | None = None,
    baseline_visit: float | None = None,
    too_small_mm: float = TOO_SMALL_MM,
) -> Stacked:
    """Lay rows out as arrays of scans, one line per patient and reader, in order of their names.

    A target lesion without a diameter was not measured, unless it is gone (0 mm), too small to measure
    (``too_small_mm``) or merged into another one, which carries the diameter (0 mm). Rows of one target lesion at a
    visit that are SPLIT are its parts and are added. Rows that say the same twice count once; a row that only says that
    the lesion is there adds nothing to its diameter.

    Parameters
    ----------
    rows
        The lesions.
    visits
        Visits that took place even if they have no rows: columns patient, reader, visit and, if known, day.
    baseline_visit
        Number of the baseline visit; default: the first visit of each patient and reader.
    too_small_mm
        Diameter of a lesion that is too small to measure.

    Raises
    ------
    StudyError
        If a diameter contradicts its state, or two rows of a lesion at a visit differ.

    >>> rows = lesion_rows(["A", "A"], [0, 1], ["T1", "T1"], Kind.TARGET, diameter_mm=[30.0, 15.0], day=[0.0, 42.0])
    >>> stack_rows(rows).scans.diameter_mm.tolist()
    [[[15.0]]]
    """
    frame = _frame(rows, visits, baseline_visit)
    size = _sizes(rows, too_small_mm)
    scans, names = _target_scans(rows, frame, size)
    non_target, larger = _non_target(rows, frame, size)
    sure, new = _new_lesions(rows, frame, size)
    done = ~np.isnan(frame.visit)
    return Stacked(
        patient=frame.patient,
        reader=frame.reader,
        visit=frame.visit,
        lesion=names,
        scans=Scans(
            day=frame.day,
            done=done,
            diameter_mm=np.where(np.isnan(scans[1]), 0.0, scans[1]),
            measured=~np.isnan(scans[1]),
            baseline_mm=scans[0],
            nodal=scans[2],
            non_target=non_target,
            new_lesion=confirm_new_lesions(sure) & done,
        ),
        new_lesion=sure,
        new=new,
        non_target_larger=larger,
    )


@dataclass(frozen=True)
class _Frame:
    """Hold who and when: ``line`` and ``place`` say where a row stands; place -1 is the baseline, -2 before it."""

    patient: Names
    reader: Names
    visit: Floats
    day: Floats
    line: Codes
    place: Codes


def _frame(rows: LesionRows, visits: Sequence[ArrayLike] | None, baseline_visit: float | None) -> _Frame:
    """Give every patient and reader a line, and every visit after the baseline its place in it."""
    extra = [np.asarray(column) for column in visits] if visits is not None else [np.array([], np.str_)] * 3
    patient = np.concatenate([rows.patient, extra[0].astype(np.str_)])
    reader = np.concatenate([rows.reader, extra[1].astype(np.str_)])
    number = np.concatenate([rows.visit, extra[2].astype(np.float64)])
    day = np.concatenate([rows.day, extra[3] if len(extra) > 3 else np.full(len(extra[0]), np.nan)]).astype(np.float64)
    both = np.char.add(np.char.add(patient, "\x1f"), reader)
    _, index, line = np.unique(both, return_index=True, return_inverse=True)
    first = np.full(len(index), np.inf)
    np.minimum.at(first, line[: len(rows.visit)], rows.visit)
    first = first if baseline_visit is None else np.full(len(index), float(baseline_visit))
    later = np.flatnonzero(number > first[line])
    order = later[np.lexsort((number[later], line[later]))]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (np.diff(line[order]) != 0) | (np.diff(number[order]) != 0)
    count = np.bincount(line[order][fresh], minlength=len(index))
    start = np.cumsum(count) - count
    place = np.where(number == first[line], -1, -2)
    place[order] = np.cumsum(fresh) - 1 - start[line[order]]
    check_cells(len(index), int(count.max(initial=0)))
    visit = np.full((len(index), int(count.max(initial=0))), np.nan)
    visit[line[order], place[order]] = number[order]
    when = np.full(visit.shape, np.nan)
    np.fmin.at(when, (line[order], place[order]), day[order])
    when = np.where(np.isnan(visit), np.inf, when)
    return _Frame(patient[index], reader[index], visit, when, line[: len(rows.visit)], place[: len(rows.visit)])


def _sizes(rows: LesionRows, too_small_mm: float) -> Floats:
    """Give the diameter that counts for each row, NaN where it was not measured."""
    state, size = rows.state, rows.diameter_mm
    none = np.isin(state, (LesionState.ABSENT, LesionState.MERGED))
    clash = (none & (size > 0)) | ((state == LesionState.NOT_EVALUATED) & ~np.isnan(size)) | (size < 0)
    if clash.any():
        row = int(np.flatnonzero(clash)[0])
        raise StudyError(
            "the diameter contradicts the state, or is negative",
            where=f"row {row}: {rows.patient[row]}, lesion {rows.lesion[row]}, visit {rows.visit[row]:g}",
            value=f"{size[row]:g} mm, {LesionState(int(state[row])).name}",
            next_step="correct one of the two",
        )
    blank = np.isnan(size)
    return np.select([blank & none, blank & (state == LesionState.TOO_SMALL)], [0.0, too_small_mm], size)


def _columns(rows: LesionRows, frame: _Frame, kind: Kind) -> tuple[Codes, Codes, Names]:
    """Give the rows of a kind, the column of each row's lesion and the names of lesions ``(lines, columns)``."""
    mine = np.flatnonzero(rows.kind == kind)
    lines = len(frame.patient)
    names, lesion = np.unique(rows.lesion[mine], return_inverse=True)
    key = frame.line[mine] * max(len(names), 1) + lesion
    pairs, pair = np.unique(key, return_inverse=True)
    owner = pairs // max(len(names), 1)
    count = np.bincount(owner, minlength=lines)
    rank = np.arange(len(pairs)) - (np.cumsum(count) - count)[owner]
    table = np.full((lines, int(count.max(initial=0))), "", dtype=names.dtype if len(names) else "<U1")
    if len(pairs):
        table[owner, rank] = names[pairs % len(names)]
    return mine, rank[pair] if len(pairs) else np.zeros(0, np.int64), table


def _target_scans(rows: LesionRows, frame: _Frame, size: Floats) -> tuple[tuple[Floats, Floats, Bools], Names]:
    """Give baseline, diameters (NaN = not measured) and nodes of target lesions; parts of a lesion are added."""
    mine, column, names = _columns(rows, frame, Kind.TARGET)
    line, place = frame.line[mine], frame.place[mine]
    shape = (len(names), frame.visit.shape[1] + 1, names.shape[1])
    check_cells(*shape)
    kept, cells = place >= -1, int(np.prod(shape))
    flat = np.ravel_multi_index((line[kept], place[kept] + 1, column[kept]), shape) if kept.any() else _NOWHERE
    values, row = size[mine][kept], mine[kept]
    known = np.bincount(flat, ~np.isnan(values), minlength=cells) > 0
    silent = np.isnan(values) & np.isin(rows.state[row], (LesionState.UNKNOWN, LesionState.PRESENT)) & known[flat]
    flat, values, row = flat[~silent], values[~silent], row[~silent]
    split = np.bincount(flat, rows.state[row] == LesionState.SPLIT, minlength=cells) > 0
    whole = ~split[flat]
    first = _once(rows, row[whole], flat[whole], values[whole])
    total = np.full(cells, np.nan)
    total[flat[whole][first]] = values[whole][first]
    total = np.where(split, np.bincount(flat, values, minlength=cells), total).reshape(shape)
    nodal = np.zeros(names.shape, np.bool_)
    nodal[line[rows.nodal[mine]], column[rows.nodal[mine]]] = True
    baseline = np.where(names == "", 0.0, total[:, 0])
    return (baseline, total[:, 1:], nodal), names


def _states(
    rows: LesionRows, frame: _Frame, kind: Kind, values: NDArray[Any], empty: Any
) -> tuple[NDArray[Any], Names]:
    """Lay values of the rows of a kind out as ``(lines, visits, lesions)``; the baseline is left out."""
    mine, column, names = _columns(rows, frame, kind)
    check_cells(*frame.visit.shape, names.shape[1])
    table = np.full((*frame.visit.shape, names.shape[1]), empty)
    kept = frame.place[mine] >= 0
    at = (frame.line[mine][kept], frame.place[mine][kept], column[kept])
    flat = np.ravel_multi_index(at, table.shape) if kept.any() else _NOWHERE
    first = _once(rows, mine[kept], flat, values[mine][kept])
    table.reshape(-1)[flat[first]] = values[mine][kept][first]
    return table, names


_NOWHERE: Final = np.zeros(0, np.int64)


def _once(rows: LesionRows, row: Codes, flat: Codes, values: NDArray[Any]) -> Codes:
    """Give one row per place; refuse rows of a place that differ."""
    places, first, which = np.unique(flat, return_index=True, return_inverse=True)
    differ = (values != values[first][which]) & ~((values != values) & (values[first][which] != values[first][which]))
    if differ.any():
        bad = int(row[np.flatnonzero(differ)[0]])
        where = f"row {bad}: {rows.patient[bad]}, lesion {rows.lesion[bad]}, visit {rows.visit[bad]:g}"
        raise StudyError("listed twice at one visit", where=where, next_step="keep one row, or mark the parts as SPLIT")
    return first if len(places) else _NOWHERE


def _non_target(rows: LesionRows, frame: _Frame, size: Floats) -> tuple[Codes, Bools]:
    """Judge non-target disease; say where it has grown since the visit before."""
    sized = np.where(size > 0, int(LesionState.PRESENT), int(LesionState.ABSENT))
    plain = np.where((rows.state == LesionState.MEASURED) & ~np.isnan(size), sized, rows.state)
    state, names = _states(rows, frame, Kind.NON_TARGET, plain, int(LesionState.UNKNOWN))
    node = np.where(rows.nodal & (rows.state == LesionState.MEASURED), size, np.nan)
    node_mm, _ = _states(rows, frame, Kind.NON_TARGET, node, np.nan)
    judged = judge_non_target(state, lesion=names != "", node_mm=node_mm)
    return judged, np.asarray((state == LesionState.LARGER).any(axis=2), np.bool_)


def _new_lesions(rows: LesionRows, frame: _Frame, size: Floats) -> tuple[Codes, NewLesions]:
    """Say how sure each new lesion is at each visit, and lay it out as iRECIST follows it."""
    gone = (rows.state == LesionState.ABSENT) | (size == 0)
    blind = np.isin(rows.state, (LesionState.UNKNOWN, LesionState.NOT_EVALUATED)) & np.isnan(size)
    marks, codes = [blind, gone, rows.state == LesionState.EQUIVOCAL], [NewLesion.UNKNOWN, 0, NewLesion.EQUIVOCAL]
    certainty = np.select(marks, codes, NewLesion.UNEQUIVOCAL).astype(np.int64)
    sure, names = _states(rows, frame, Kind.NEW, certainty, int(NewLesion.UNKNOWN))
    before = np.cumsum(sure > 0, axis=1) == 0
    sure = np.where(before, int(NewLesion.NONE), sure)
    size_mm, _ = _states(rows, frame, Kind.NEW, size, np.nan)
    raw, _ = _states(rows, frame, Kind.NEW, rows.state, int(LesionState.UNKNOWN))
    nodal, _ = _states(rows, frame, Kind.NEW, rows.nodal, False)
    backed = confirmed_lesions(sure)
    larger = (raw == LesionState.LARGER) & backed
    there = np.where(larger, int(LesionState.LARGER), int(LesionState.PRESENT))
    state = np.where(backed, there, np.where(sure < 0, int(LesionState.UNKNOWN), int(LesionState.ABSENT)))
    known = ~np.isnan(size_mm) & backed
    at_first = np.where(known & (np.cumsum(known, axis=1) == 1), size_mm, 0.0).max(axis=1, initial=0.0)
    each = np.arange(names.shape[1])  # rows name no organ, so only the limit of five is kept here
    chosen = choose_targets(at_first, each, nodal=nodal.any(axis=1))
    return sure, NewLesions(state=state.astype(np.int64), size_mm=size_mm, target=chosen)


_STATE_OF: Final = {
    NonTarget.CR: LesionState.ABSENT,
    NonTarget.NON_CR_NON_PD: LesionState.PRESENT,
    NonTarget.PD: LesionState.UNEQUIVOCAL,
    NonTarget.NE: LesionState.NOT_EVALUATED,
}


def rows_of(scans: Scans, *, patient: ArrayLike | None = None) -> LesionRows:
    """List scans as rows: visit 0 is the baseline, ``T1, T2, ...`` target lesions, ``NT`` and ``NEW`` the rest.

    Visits that did not take place have no rows. Arguments: ``patient`` names ``(patients,)``, default "1", "2", ...
    """
    patients, _, lesions = scans.diameter_mm.shape
    who = np.arange(1, patients + 1).astype(np.str_) if patient is None else np.asarray(patient, np.str_)
    has = (scans.baseline_mm > 0) | np.isnan(scans.baseline_mm)
    p0, l0 = np.nonzero(has)
    p, v, k = np.nonzero(scans.done[:, :, None] & has[:, None, :])
    size = np.where(scans.measured, scans.diameter_mm, np.nan)[p, v, k]
    p2, v2 = np.nonzero(scans.done & (scans.non_target != NonTarget.NONE))
    other = np.array([int(_STATE_OF.get(code, LesionState.UNKNOWN)) for code in NonTarget])[scans.non_target[p2, v2]]
    p3, v3 = np.nonzero(scans.done & scans.new_lesion)
    owner = np.concatenate([p0, p, p2, p3])
    visit = np.concatenate([np.zeros(len(p0)), v + 1, v2 + 1, v3 + 1])
    names = np.array([f"T{k + 1}" for k in range(lesions)] + ["NT", "NEW"])
    which = np.concatenate([l0, k, np.full(len(p2), lesions), np.full(len(p3), lesions + 1)]).astype(np.int64)
    unsized = np.full(len(p2) + len(p3), np.nan)
    measured = np.concatenate([scans.baseline_mm[p0, l0], size])
    target = np.where(np.isnan(measured), int(LesionState.NOT_EVALUATED), int(LesionState.MEASURED))
    sure = np.full(len(p3), int(LesionState.UNEQUIVOCAL))
    day = np.concatenate([np.full(len(p0), np.nan), scans.day[p, v], scans.day[p2, v2], scans.day[p3, v3]])
    node = np.concatenate([scans.nodal[p0, l0], scans.nodal[p, k], np.zeros(len(p2) + len(p3), np.bool_)])
    return lesion_rows(
        who[owner], visit, names[which], np.minimum(np.maximum(which - lesions + 1, 0), 2), day=day, nodal=node,
        diameter_mm=np.concatenate([measured, unsized]), state=np.concatenate([target, other, sure]),
    )  # fmt: skip
