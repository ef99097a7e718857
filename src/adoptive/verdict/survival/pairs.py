"""The two groups of a contrast, by name."""

from __future__ import annotations

from adoptive.tables import TableError
from adoptive.verdict.rows import SurvivalRows

__all__ = ["pair_of"]


def pair_of(
    rows: SurvivalRows, reference: str | None, other: str | None, *, where: str
) -> tuple[SurvivalRows, tuple[str, str]]:
    """Give the rows of two groups and their names, reference first; the rows' groups keep their order.

    Arguments: ``reference`` default the first group with rows; ``other`` may be left out if only one is left.

    Raises
    ------
    TableError
        A group that is not there, or another that has to be named.
    """
    present = {name: group for name, group in rows.by_group() if len(group)}
    first = next(iter(present)) if reference is None else reference
    rest = [name for name in present if name != first]
    second = rest[0] if other is None and len(rest) == 1 else other
    for name in (first, second):
        if name not in present or first == second:
            raise TableError(
                "a contrast needs two groups that are there",
                where=where,
                value=(first, second),
                allowed=", ".join(present),
                next_step="name reference and other",
            )
    assert second is not None
    return _only(rows, (first, second)), (first, second)


def _only(rows: SurvivalRows, names: tuple[str, str]) -> SurvivalRows:
    places = [rows.groups.index(name) for name in names]
    return rows.where((rows.group == places[0]) | (rows.group == places[1]))
