"""Read individuals' series from a CSV file into rectangles.

Tidy layout: ``id, time, quantity, value`` and, if wanted, ``below_limit`` (1: the value is the limit and the truth is
below it); every further column must be a row of the model and gives each individual's own constant.
Layout ``liu2022`` is that of the files beside the code of Liu 2022: ``ID, time, y, y_ID[, Reg]``.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import ParameterError
from adoptive.kinetics.zoo.types import Floats

__all__ = ["LAYOUTS", "Individuals", "read_individuals"]

LAYOUTS = ("tidy", "liu2022")
_TIDY = ("id", "time", "quantity", "value", "below_limit")
_LIU = {"1": "car_t", "2": "cd19_positive", "3": "cd19_negative"}
_LIU_LIMIT = 0.2
_WORDS = {"": False, "0": False, "false": False, "no": False, "1": True, "true": True, "yes": True}


@dataclass(frozen=True)
class _Reading:
    who: str
    day: float
    quantity: str
    value: float
    below: bool


@dataclass(frozen=True)
class Individuals:
    """Hold series as rectangles ``(individuals, most observations)``; `used` marks the real entries.

    `quantity` is a place in `quantities`; `constants` gives each individual's own value of some rows.
    """

    ids: tuple[str, ...]
    quantities: tuple[str, ...]
    day: Floats
    quantity: NDArray[np.int64]
    value: Floats
    below_limit: NDArray[np.bool_]
    used: NDArray[np.bool_]
    constants: Mapping[str, Floats]

    def renamed(self, names: Mapping[str, str]) -> Individuals:
        """Call quantities by other names, for instance those of another model."""
        if unknown := sorted(set(names) - set(self.quantities)):
            raise ParameterError(
                "the data lack a quantity", value=", ".join(unknown), allowed=", ".join(self.quantities)
            )
        return replace(self, quantities=tuple(names.get(name, name) for name in self.quantities))

    def with_constants(self, known: Iterable[str]) -> Individuals:
        """Drop the constants that are not among the known names."""
        kept = set(known)
        return replace(self, constants={name: values for name, values in self.constants.items() if name in kept})

    def only(self, *quantities: str, at_least: int = 1) -> Individuals:
        """Keep some quantities, and the individuals who have at least so many values above their limit in them."""
        if missing := sorted(set(quantities) - set(self.quantities)):
            raise ParameterError(
                "the data lack a quantity", value=", ".join(missing), allowed=", ".join(self.quantities)
            )
        place = np.full(len(self.quantities), -1)
        place[[self.quantities.index(name) for name in quantities]] = np.arange(len(quantities))
        wanted = place[self.quantity]
        used = self.used & (wanted >= 0)
        kept = (used & ~self.below_limit).sum(axis=1) >= at_least
        if not kept.any():
            raise ParameterError("no individual has enough values", value=at_least, allowed="a smaller number")
        return Individuals(
            ids=tuple(name for name, keep in zip(self.ids, kept, strict=True) if keep), quantities=quantities,
            day=self.day[kept], quantity=np.maximum(wanted, 0)[kept], value=self.value[kept],
            below_limit=self.below_limit[kept], used=used[kept],
            constants={name: values[kept] for name, values in self.constants.items()},
        )  # fmt: skip


def read_individuals(path: Path, *, layout: str = "tidy") -> Individuals:
    """Read a file; raise ParameterError that names line and column of the first mistake."""
    if layout not in LAYOUTS:
        raise ParameterError("no such layout", value=layout, allowed=", ".join(LAYOUTS))
    try:
        text = path.read_text("utf-8-sig")
    except OSError as problem:
        raise ParameterError("the data cannot be read", where=str(path), value=problem.strerror) from None
    except UnicodeDecodeError as problem:
        raise ParameterError(
            "the data cannot be read as CSV", where=str(path), value=problem, next_step="save them as CSV in UTF-8"
        ) from None
    lines = _lines(text, path)
    if not lines:
        raise ParameterError("the data are empty", where=str(path), allowed=", ".join(_TIDY))
    readings, constants = (_tidy if layout == "tidy" else _liu)(lines, path.name)
    if not readings:
        raise ParameterError("no observation is left", where=str(path))
    return _rectangles(readings, constants)


def _lines(text: str, path: Path) -> list[dict[str, str | None]]:
    try:
        reader = csv.DictReader(text.splitlines(), strict=True)
        head = [name.strip() for name in reader.fieldnames or ()]
        if twice := sorted({name for name in head if head.count(name) > 1}):
            raise ParameterError("two columns have the same name", where=f"{path.name}, line 1", value=twice[0])
        reader.fieldnames = head
        return list(reader)
    except csv.Error as problem:
        raise ParameterError(
            "the data cannot be read as CSV", where=str(path), value=problem, next_step="save them as CSV in UTF-8"
        ) from None


def _number(line: Mapping[str, str | None], column: str, where: str) -> float:
    try:
        value = float(line[column] or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ParameterError("not a number", where=f"{where}, column {column}", value=line[column])
    return value


def _columns(lines: list[dict[str, str | None]], wanted: Iterable[str], where: str) -> None:
    missing = [name for name in wanted if name not in lines[0]]
    if missing:
        raise ParameterError(
            "columns are missing",
            where=f"{where}, line 1",
            value=", ".join(missing),
            next_step="name them in the first line",
        )


Constants = dict[str, dict[str, float]]


def _tidy(lines: list[dict[str, str | None]], name: str) -> tuple[list[_Reading], Constants]:
    _columns(lines, _TIDY[:4], name)
    readings, constants = [], Constants()
    for number, line in enumerate(lines, start=2):
        where = f"{name}, line {number}"
        who, flag = str(line["id"] or "").strip(), str(line.get("below_limit") or "").strip().lower()
        if None in line or not who:
            raise ParameterError("a line without id or with too many fields", where=where)
        if flag not in _WORDS:
            raise ParameterError("not yes or no", where=f"{where}, column below_limit", value=flag, allowed="0 or 1")
        value, day = _number(line, "value", where), _number(line, "time", where)
        if value <= 0.0 or day < 0.0:
            raise ParameterError(
                "values must be above 0 and times 0 or more", where=where, value=(day, value),
                next_step="give a value below the limit as the limit, with below_limit 1",
            )  # fmt: skip
        readings.append(_Reading(who, day, str(line["quantity"] or "").strip(), value, _WORDS[flag]))
        for column in set(line) - set(_TIDY):
            own = _number(line, str(column), where)
            if constants.setdefault(str(column), {}).setdefault(who, own) != own:
                raise ParameterError("a constant changes within an individual", where=f"{where}, column {column}")
    return readings, constants


def _liu(lines: list[dict[str, str | None]], name: str) -> tuple[list[_Reading], Constants]:
    """Take first blast counts as the start and a CAR-T level of 0 as no observation.

    0.2 is the code of the lower limit; CAR-T levels below it were measured in some of the pooled trials.
    """
    _columns(lines, ("ID", "time", "y", "y_ID"), name)
    readings, constants = [], Constants()
    for number, line in enumerate(lines, start=2):
        where = f"{name}, line {number}"
        who, kind = str(line["ID"]), str(line["y_ID"])
        if kind not in _LIU:
            raise ParameterError("no such y_ID", where=where, value=kind, allowed=", ".join(_LIU))
        day, value = _number(line, "time", where), _number(line, "y", where)
        if kind != "1" and day == 0.0:
            constants.setdefault({"2": "B_0", "3": "Bn_0"}[kind], {}).setdefault(who, value)
        elif value > 0.0:
            below = value == _LIU_LIMIT if kind == "1" else value <= _LIU_LIMIT
            readings.append(_Reading(who, day, _LIU[kind], value, below))
        if line.get("Reg"):
            constants.setdefault("B_0", {})[who] = _number(line, "Reg", where)
    return readings, constants


def _rectangles(readings: list[_Reading], constants: Constants) -> Individuals:
    ids = tuple(dict.fromkeys(reading.who for reading in readings))
    quantities = tuple(dict.fromkeys(reading.quantity for reading in readings))
    series_of: dict[str, list[_Reading]] = {who: [] for who in ids}
    for reading in readings:
        series_of[reading.who].append(reading)
    own = [sorted(series, key=lambda r: r.day) for series in series_of.values()]
    shape = (len(ids), max(map(len, own)))
    day, value, quantity = np.zeros(shape), np.ones(shape), np.zeros(shape, np.int64)
    below, used = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    for row, series in enumerate(own):
        for at, reading in enumerate(series):
            day[row, at], value[row, at], used[row, at] = reading.day, reading.value, True
            quantity[row, at], below[row, at] = quantities.index(reading.quantity), reading.below
    for column, values in constants.items():
        if lacking := [who for who in ids if who not in values]:
            raise ParameterError("individuals lack their constant", where=column, value=", ".join(lacking))
    table = {column: np.array([values[who] for who in ids]) for column, values in constants.items()}
    return Individuals(ids, quantities, day, quantity, value, below, used, table)
