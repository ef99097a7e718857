"""The rows of a table put into the order in which the likelihood walks them, covariates centred and scaled."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError
from adoptive.verdict.regression.types import Design
from adoptive.verdict.rows import SurvivalRows

__all__ = ["column_of", "design_of", "matrix_of"]

Floats = NDArray[np.float64]


def design_of(rows: SurvivalRows, matrix: Floats, offset: Floats) -> Design:
    """Give the rows stratum by stratum, latest time first, with covariates of mean 0 and spread 1."""
    centre = np.average(matrix, axis=0, weights=rows.weight)
    spread = np.sqrt(np.average((matrix - centre) ** 2, axis=0, weights=rows.weight))
    scale = np.where(spread > 1e-13 * np.abs(centre), spread, 1.0)
    scale[scale == 0] = 1.0
    order = np.lexsort((~rows.event, -rows.time, rows.stratum))
    stratum, entry = rows.stratum[order], rows.entry[order]
    starts = np.concatenate([np.searchsorted(stratum, np.unique(stratum)), [len(rows)]])
    return Design(
        order=order,
        starts=starts.astype(np.int64),
        by_entry=np.lexsort((-entry, stratum)),
        time=rows.time[order],
        entry=entry,
        event=rows.event[order],
        weight=rows.weight[order],
        offset=offset[order],
        stratum=stratum,
        strata=rows.strata,
        covariates=np.ascontiguousarray(((matrix - centre) / scale)[order]),
        centre=centre,
        scale=scale,
    )


def matrix_of(covariates: Mapping[str, ArrayLike] | None, size: int) -> tuple[tuple[str, ...], Floats]:
    """Give the covariates' names and their columns ``(rows, covariates)``."""
    named = {str(name): column_of(column, size, str(name)) for name, column in (covariates or {}).items()}
    matrix = np.column_stack(list(named.values())) if named else np.empty((size, 0))
    return tuple(named), matrix


def column_of(column: ArrayLike, size: int, name: str) -> Floats:
    """Give one column of finite numbers, as many as there are rows."""
    values = np.asarray(column)
    if values.dtype.kind not in "biuf":
        raise TableError(
            "a column is not numeric",
            where=name,
            value=str(values.dtype),
            allowed="numbers",
            next_step="code each level of a factor but one as a column of 0 and 1",
        )
    if values.shape != (size,):
        raise TableError(
            "length unlike the table's",
            where=name,
            value=values.shape,
            allowed=f"({size},)",
            next_step="rows of weight 0 are left out of the table: leave them out here too",
        )
    numbers = values.astype(np.float64)
    if not np.isfinite(numbers).all():
        row = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise TableError("not finite", where=f"{name}, row {row + 1}", value=numbers[row], allowed="a finite number")
    return numbers
