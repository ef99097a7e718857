"""Two-dimensional peptide pools: each antigen stands in exactly one row pool and in exactly one column pool."""

from __future__ import annotations

import math
from collections.abc import Sequence

from adoptive.antigen.screen_types import Pool
from adoptive.errors import StudyError

__all__ = ["grid_places", "lay_pools", "well_name"]

_PLATE_ROWS, _PLATE_COLUMNS = 8, 12


def grid_places(antigens: int, *, rows: int | None = None) -> tuple[tuple[int, int], ...]:
    """Give each antigen's row and column (from 0) on a grid; sizes of rows, and of columns, differ by at most one.

    Without ``rows`` the grid is as square as it can be: the fewest pools. The rows are filled one after the other, each
    with the next columns in turn, so that columns fill evenly too and no place is taken twice.

    >>> grid_places(4)
    ((0, 0), (0, 1), (1, 0), (1, 1))

    Raises
    ------
    StudyError
        Fewer than one antigen, or rows outside 1 to the number of antigens.
    """
    rows = math.ceil(math.sqrt(antigens)) if rows is None else rows
    if antigens < 1 or not 1 <= rows <= antigens:
        raise StudyError(
            "rows of pools", where="rows", value=rows, allowed=f"1 to {antigens}, one antigen or more each"
        )
    columns = -(-antigens // rows)
    small, more = divmod(antigens, rows)
    of_row = [row for row in range(rows) for _ in range(small + (row < more))]
    return tuple((row, place % columns) for place, row in enumerate(of_row))


def lay_pools(antigens: Sequence[str], *, rows: int | None = None) -> tuple[Pool, ...]:
    """Lay antigens on a grid: the row pools ``R1, R2, ...``, then the column pools ``C1, C2, ...``.

    >>> [(pool.name, pool.antigens) for pool in lay_pools(["a", "b", "c"])]
    [('R1', ('a', 'b')), ('R2', ('c',)), ('C1', ('a', 'c')), ('C2', ('b',))]

    Raises
    ------
    StudyError
        An antigen stands there twice; see also :func:`grid_places`.
    """
    if len(set(antigens)) != len(antigens):
        raise StudyError("an antigen stands there twice", where="antigens", next_step="leave one out")
    places = grid_places(len(antigens), rows=rows)
    pools = []
    for axis, letter, at in (("row", "R", 0), ("column", "C", 1)):
        for number in range(1 + max(place[at] for place in places)):
            inside = tuple(name for name, place in zip(antigens, places, strict=True) if place[at] == number)
            pools.append(Pool(f"{letter}{number + 1}", "row" if axis == "row" else "column", inside))
    return tuple(pools)


def well_name(place: int) -> str:
    """Name a well of 96-well plates, filled row by row; plates after the first have a number before.

    >>> well_name(0), well_name(13), well_name(96)
    ('A1', 'B2', '2:A1')
    """
    plate, inside = divmod(place, _PLATE_ROWS * _PLATE_COLUMNS)
    row, column = divmod(inside, _PLATE_COLUMNS)
    return (f"{plate + 1}:" if plate else "") + f"{chr(ord('A') + row)}{column + 1}"
