"""Read individual series for a population fit: tidy tables and two public layouts; the first mistake is named."""

from __future__ import annotations

import ast
import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import ParameterError
from adoptive.kinetics.zoo.series import Individuals, read_individuals
from adoptive.workbench.calibrate.nlme.types import Floats, PopulationData

__all__ = ["CONTEXTS", "LAYOUTS", "joined", "read_population"]

LAYOUTS = ("tidy", "liu2022", "laleh2022")
CONTEXTS = ("leukocytes", "dna")
"""Columns of a tidy file that belong to the observation, not to the subject."""

_TOO_SMALL_MM = 5.0
_LALEH = ("Pt_hashID", "Study_Arm", "T_days", "Lesion_diam")
_MOST_CHARACTERS = 50_000_000


def read_population(
    paths: Sequence[Path], *, layout: str = "tidy", observation: str | None = None, group: str | None = None
) -> PopulationData:
    """Read files of one layout and pool them; ids of several files carry the file's name.

    tidy: ``id, time, quantity, value[, below_limit]`` and a column per covariate; liu2022: the files beside the code of
    Liu 2022; laleh2022: lesions with lists of days and diameters, of which 0 is below 5 mm and `group` picks an arm.
    `observation` is the quantity to take (default: the only one). Raises ParameterError that names file, line, column.
    """
    if layout not in LAYOUTS:
        raise ParameterError("no such layout", value=layout, allowed=", ".join(LAYOUTS))
    if not paths:
        raise ParameterError("no file is given", where="FILE")
    if group is not None and layout != "laleh2022":
        raise ParameterError("only lesions come in groups", where="--group", allowed="--layout laleh2022")
    parts = [_one(path, layout, observation, group) for path in paths]
    if len(parts) > 1:
        stems = [path.stem for path in paths]
        if len(set(stems)) < len(stems):
            raise ParameterError("two files have the same name", value=", ".join(stems))
        parts = [
            replace(part, ids=tuple(f"{stem}:{name}" for name in part.ids))
            for stem, part in zip(stems, parts, strict=True)
        ]
    return joined(parts)


def joined(parts: Sequence[PopulationData]) -> PopulationData:
    """Put populations under each other; they need the same covariates and contexts.

    >>> from adoptive.workbench.calibrate.nlme.data import joined
    >>> one = PopulationData(("a",), np.ones((1, 1)), np.ones((1, 1)), np.zeros((1, 1), bool), np.ones((1, 1), bool))
    >>> joined([one, replace(one, ids=("b",))]).subjects
    2
    """
    wide = max(part.value.shape[1] for part in parts)

    def stack(of: Sequence[NDArray[Any]], blank: float) -> NDArray[Any]:
        return np.concatenate([np.pad(part, ((0, 0), (0, wide - part.shape[1])), constant_values=blank) for part in of])

    names = sorted(set.intersection(*(set(part.covariates) for part in parts)))
    contexts = sorted(set.intersection(*(set(part.context) for part in parts)))
    return PopulationData(
        tuple(name for part in parts for name in part.ids),
        stack([part.time for part in parts], 0.0), stack([part.value for part in parts], 1.0),
        stack([part.below for part in parts], False).astype(np.bool_),
        stack([part.used for part in parts], False).astype(np.bool_),
        {name: np.concatenate([part.covariates[name] for part in parts]) for name in names},
        {name: stack([part.context[name] for part in parts], 1.0) for name in contexts},
    )  # fmt: skip


def _one(path: Path, layout: str, observation: str | None, group: str | None) -> PopulationData:
    if layout == "laleh2022":
        return _lesions(path, group)
    found = read_individuals(path, layout=layout)
    name = observation or (found.quantities[0] if len(found.quantities) == 1 else None)
    if name is None:
        raise ParameterError(
            "the file holds several quantities", where=path.name, value=", ".join(found.quantities),
            next_step="name one: --observation NAME",
        )  # fmt: skip
    chosen = found.only(name)
    if layout == "liu2022":
        chosen = chosen.with_constants(())
    return _rectangles(chosen)


def _rectangles(found: Individuals) -> PopulationData:
    """Take a quantity's series; entries of other quantities are dropped from the rectangle."""
    wide = int(found.used.sum(axis=1).max())
    order = np.argsort(~found.used, axis=1, kind="stable")[:, :wide]

    def own(part: NDArray[Any]) -> NDArray[Any]:
        return np.take_along_axis(part, order, axis=1)

    used = own(found.used)
    value, below = np.where(used, own(found.value), 1.0), own(found.below_limit) & used
    return PopulationData(found.ids, own(found.day), value, below, used, dict(found.constants))


def _lesions(path: Path, group: str | None) -> PopulationData:
    """Read the layout of the lesions of Laleh 2022 (10.1371/journal.pcbi.1009822)."""
    rows = [row for row in _laleh_rows(path) if group in (None, row[1]["Study_Arm"])]
    if not rows:
        raise ParameterError("no lesion of this group", where=path.name, value=group)
    series = [(row["Pt_hashID"], *_lists(row, f"{path.name}, line {number}")) for number, row in rows]
    wide = max(len(days) for _, days, _ in series)
    shape = (len(series), wide)
    time, value = np.zeros(shape), np.ones(shape)
    below, used = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    for at, (_, days, sizes) in enumerate(series):
        count = len(days)
        gone = sizes <= 0.0
        time[at, :count], used[at, :count], below[at, :count] = days, True, gone
        value[at, :count] = np.where(gone, _TOO_SMALL_MM, sizes)
    return PopulationData(tuple(name for name, _, _ in series), time, value, below, used)


def _laleh_rows(path: Path) -> list[tuple[int, Mapping[str, str]]]:
    try:
        text = path.read_text("utf-8-sig")
        reader = csv.DictReader(text.splitlines(), strict=True)
        rows: list[tuple[int, Mapping[str, str]]] = [(number, dict(row)) for number, row in enumerate(reader, start=2)]
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        said = problem.strerror if isinstance(problem, OSError) else problem
        raise ParameterError("the data cannot be read", where=str(path), value=said) from None
    missing = [name for name in _LALEH if not rows or name not in rows[0][1]]
    if missing:
        raise ParameterError("columns are missing", where=f"{path.name}, line 1", value=", ".join(missing))
    return rows


def _lists(row: Mapping[str, str], where: str) -> tuple[Floats, Floats]:
    """Give a lesion's days and diameters."""
    found = []
    for column in ("T_days", "Lesion_diam"):
        text = row[column] or ""
        try:
            numbers = np.asarray(ast.literal_eval(text) if len(text) < _MOST_CHARACTERS else None, np.float64)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            numbers = np.empty(0)
        if numbers.ndim != 1 or not numbers.size or not np.isfinite(numbers).all():
            raise ParameterError("not a list of numbers", where=f"{where}, column {column}", value=text)
        found.append(numbers)
    if len(found[0]) != len(found[1]) or (found[1] < 0).any():
        raise ParameterError("days and diameters differ in number, or a diameter is negative", where=where)
    return found[0], found[1]
