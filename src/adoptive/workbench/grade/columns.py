"""Find a layout's columns in a file by name, and the unit of each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from adoptive.errors import StudyError
from adoptive.workbench.grade.cells import numbers
from adoptive.workbench.grade.reading import Sheet
from adoptive.workbench.grade.types import Column, Found, Layout, Unit
from adoptive.workbench.grade.units import spell
from adoptive.workbench.spelling import nearest

__all__ = ["accepted_names", "choose_layout", "find"]


def accepted_names(column: Column) -> tuple[str, ...]:
    """List names under which a column is found, the plainest first; with units one name per unit.

    >>> accepted_names(Column("ice", "score", aliases=("ice_score",)))
    ('ice', 'ice_score')
    """
    if not column.units:
        return (column.name, *column.aliases)
    ends = [unit.spellings[0].replace("/", "_").replace(" ", "_") for unit in column.units]
    plain = (column.name, *column.aliases) if column.bare else ()
    return (*plain, *(f"{column.name}_{end}" for end in ends))


@lru_cache(maxsize=4096)
def _keys(column: Column) -> dict[str, Unit | None]:
    """Give every spelling of a column's name: with a unit where the name says it, else None."""
    stems = (column.name, *column.aliases)
    keys: dict[str, Unit | None] = {spell(stem): None for stem in stems}
    for unit in column.units:
        for stem in stems:
            keys |= {spell(stem) + spell(spelling): unit for spelling in unit.spellings}
            keys |= {spell(stem) + "in" + spell(spelling): unit for spelling in unit.spellings}
    return keys


def find(column: Column, names: Sequence[str], *, told: str = "", sheet: Sheet | None = None) -> Found | None:
    """Find a column among a file's names; a number whose unit stands nowhere is refused. ``told``: the option's unit.

    With a ``sheet``, a count's unit may follow from its cells (``proven_above`` of the column).

    Raises
    ------
    StudyError
        If two names fit, or the unit cannot be known.
    """
    keys = _keys(column)
    fits = [name for name in names if spell(name) in keys]
    exact = [name for name in fits if name == column.name]
    if len(fits) > 1 and not exact:
        first = next(alias for alias in (column.name, *column.aliases) if spell(alias) in {spell(name) for name in fits}
                     ) if any(keys[spell(name)] is None for name in fits) else ""  # fmt: skip
        fits = [name for name in fits if spell(name) == spell(first)] if first and not column.units else fits
    if len(fits) > 1 and not exact:
        raise StudyError(
            "two columns may be meant", where=column.name, value=", ".join(fits), next_step="leave one of them out"
        )
    if not fits:
        return None
    header = (exact or fits)[0]
    unit = keys[spell(header)]
    if told and unit is not None and unit != _told_unit(column, told):
        raise StudyError(
            "the column's name says another unit than the option", where=header, value=told, allowed=unit.name
        )
    if not column.units or unit is not None:
        return Found(header, unit)
    if told:
        return Found(header, _told_unit(column, told))
    beside = _unit_beside(column, header, names)
    if beside is None and (column.bare or _proven(column, header, sheet)):
        return Found(header, column.units[0])
    if beside is None:
        raise StudyError(
            "the unit cannot be known", where=header, allowed=", ".join(accepted_names(column)),
            next_step=f"say it in the column's name, a column {column.name}_unit or --set {column.name}_unit=UNIT",
        )  # fmt: skip
    return Found(header, None, beside)


def _proven(column: Column, header: str, sheet: Sheet | None) -> bool:
    """Say whether the cells can only be in the column's first unit: whole numbers, one of them beyond every other."""
    if sheet is None or not np.isfinite(column.proven_above):
        return False
    values, _ = numbers(sheet.text(header), column, comma=False)
    known = values[np.isfinite(values)]
    return bool((known == np.floor(known)).all() and known.max(initial=0.0) > column.proven_above)


def _told_unit(column: Column, told: str) -> Unit:
    for unit in column.units:
        if spell(told) in {spell(spelling) for spelling in (unit.name, *unit.spellings)}:
            return unit
    allowed = ", ".join(unit.spellings[0] for unit in column.units)
    raise StudyError("unknown unit", where=f"{column.name}_unit", value=told, allowed=allowed)


def _unit_beside(column: Column, header: str, names: Sequence[str]) -> str | None:
    """Find the column of units of a column."""
    stems = {spell(stem) for stem in (header, column.name, *column.aliases)}
    wanted = {spell(name) for name in column.unit_column} | {
        stem + end for stem in stems for end in ("unit", "units", "u")
    }
    return next((name for name in names if spell(name) in wanted), None)


def choose_layout(layouts: Sequence[Layout], names: Sequence[str], *, where: str) -> Layout:
    """Choose the first layout whose required columns are all there.

    Raises
    ------
    StudyError
        If columns are missing in every layout; it names those of the layout that comes closest.
    """
    missing = [_missing(layout, names) for layout in layouts]
    for layout, lacks in zip(layouts, missing, strict=True):
        if not lacks:
            return layout
    best = min(range(len(layouts)), key=lambda at: (len(missing[at]) - _present(layouts[at], names), at))
    lacks = missing[best]
    asked = "; ".join(f"{column.name} (as {', '.join(accepted_names(column)[:4])})" for column in lacks[:6])
    taken = {name for name in names for column in layouts[best].columns if spell(name) in _keys(column)}
    free = tuple(name for name in names if name not in taken)
    near = [(column.name, nearest(column.name, free)) for column in lacks]
    guess = next((f"is {name!r} meant for {wanted}?" for wanted, name in near if name), "")
    raise StudyError(
        f"columns are missing for the layout {layouts[best].name!r}", where=where, value=", ".join(names)[:160],
        allowed=asked, next_step=" ".join(filter(None, [guess, "see --columns"])),
    )  # fmt: skip


def _missing(layout: Layout, names: Sequence[str]) -> list[Column]:
    spelled = {spell(name) for name in names}
    lacks = [column for column in layout.columns if column.required and not spelled & set(_keys(column))]
    some = [column for column in layout.columns if column.name in layout.choose]
    if some and not any(spelled & set(_keys(column)) for column in some):
        lacks += some
    return lacks


def _present(layout: Layout, names: Sequence[str]) -> int:
    spelled = {spell(name) for name in names}
    return sum(1 for column in layout.columns if spelled & set(_keys(column)))
