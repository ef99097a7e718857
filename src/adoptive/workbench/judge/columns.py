"""A user's table of survival times, read strictly: which column is which, and every cell that cannot be one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.tables import TableError
from adoptive.verdict.rows import SurvivalRows, survival_rows
from adoptive.workbench.grade.reading import Sheet, read_sheet
from adoptive.workbench.spelling import nearest

__all__ = ["COLUMNS", "SurvivalTable", "read_survival_table"]

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "time": ("time", "AVAL", "days", "months", "stop", "tstop", "futime"),
    "event": ("event", "status"),
    "cause": ("cause",),
    "censored": ("CNSR",),
    "arm": ("arm", "group", "TRTP", "TRT01P", "TRTA", "treatment"),
    "entry": ("entry", "start", "tstart"),
    "strata": ("strata", "stratum"),
    "weight": ("weight", "weights"),
    "id": ("id", "USUBJID", "patient", "subject"),
    "parameter": ("PARAMCD",),
}
"""What a column holds, and the names by which it is found, whatever their case; the first that is there counts."""

EVENTS: Final[Mapping[str, int]] = {
    "1": 1, "1.0": 1, "true": 1, "t": 1, "yes": 1, "y": 1, "event": 1, "dead": 1,
    "0": 0, "0.0": 0, "false": 0, "f": 0, "no": 0, "n": 0, "censored": 0, "alive": 0,
}  # fmt: skip
TOLD: Final = 5
"""Bad cells that are shown; the others are counted."""

MOST: Final = 2**53
"""The largest whole number that a table can hold exactly."""

MOST_ARMS: Final = 100
MOST_WEIGHT: Final = 1e9
"""More arms are surely another column; heavier weights have no exact sums."""

Texts = list[str | None]


@dataclass(frozen=True)
class SurvivalTable:
    """Hold a file's rows for the judge.

    ``cause`` is 0 for censored, else the number of the cause, where the file has competing causes; then the event of
    ``rows`` is the cause of interest. ``cluster`` numbers patients with several rows; ``covariates`` are numbers by
    name, words as 0/1 columns for every kind but the first. ``found`` says which column was read as what.
    """

    path: Path
    rows: SurvivalRows
    found: Mapping[str, str]
    cause: NDArray[np.int64] | None
    cluster: NDArray[np.int64] | None
    covariates: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class _Reader:
    """Read the chosen rows of a sheet; ``chosen`` are their places."""

    sheet: Sheet
    chosen: NDArray[np.int64]

    def texts(self, header: str) -> Texts:
        """Give the cells of a column as text."""
        cells: Texts = self.sheet.text(header).to_pylist()
        return [cells[at] for at in self.chosen.tolist()]

    def numbers(self, header: str) -> NDArray[np.float64]:
        """Give a column of finite numbers."""
        return np.array(self._each(header, _number, "not a number"), np.float64)

    def words(self, header: str) -> NDArray[Any]:
        """Give a column of names; if all are numbers, as numbers, so that 9 comes before 10."""
        names = self._each(header, str, "the cell is empty")
        numbers = [_number(name) for name in names]
        return np.array(names if None in numbers else numbers)

    def events(self, header: str) -> NDArray[np.bool_]:
        """Give a column of yes and no."""
        what = "not 0 (censored) or 1 (event)"
        return np.array(self._each(header, lambda text: EVENTS.get(text.casefold()), what), np.bool_)

    def whole(self, header: str) -> NDArray[np.int64]:
        """Give a column of whole numbers of 0 or more."""
        return np.array(self._each(header, _whole, "not a whole number of 0 or more"), np.int64)

    def _each(self, header: str, read: Callable[[str], Any], what: str) -> list[Any]:
        texts = self.texts(header)
        values = [None if text is None else read(text) for text in texts]
        bad = [at for at, value in enumerate(values) if value is None]
        if bad:
            lines = self.sheet.line[self.chosen[bad[:TOLD]]].tolist()
            shown = [f"line {line}: {texts[at] or 'empty'!r}" for at, line in zip(bad, lines, strict=False)]
            more = f" and {len(bad) - TOLD:,} more" if len(bad) > TOLD else ""
            raise StudyError(
                what, where=f"{self.sheet.path}, column {header}", value=f"{', '.join(shown)}{more}",
                next_step="mend the cells, or leave these rows out",
            )  # fmt: skip
        return values


def read_survival_table(
    path: Path,
    *,
    named: Mapping[str, str] | None = None,
    covariates: Sequence[str] = (),
    parameter: str = "",
    interest: int = 1,
    merge_near_ties: bool = True,
) -> SurvivalTable:
    """Read a CSV, Parquet or Dataset-JSON file: time and event, and where they are there arm, entry, strata, weight.

    Parameters
    ----------
    path
        The file.
    named
        Which column holds what, by the keys of :data:`COLUMNS`, where the names are others.
    covariates
        Further columns for the regression.
    parameter
        The parameter of an ADTTE file (column PARAMCD), where it holds several.
    interest
        The cause that is the event, where the file has a column ``cause``.
    merge_near_ties
        As in :func:`adoptive.verdict.rows.survival_rows`.

    Raises
    ------
    StudyError
        A column that is missing, or a cell that cannot be what its column holds.
    """
    sheet = read_sheet(path)
    if sheet.bad:
        first = sheet.bad[0]
        raise StudyError(first.problem, where=f"{path}, line {first.line}", value=first.value)
    found = _find(sheet, named or {})
    reader = _Reader(sheet, _of_parameter(sheet, found, parameter))
    causes = reader.whole(found["cause"]) if "cause" in found else None
    event = _events(reader, found, causes, interest)
    columns: dict[str, Any] = {}
    for column, meant, read in (
        ("entry", "entry", reader.numbers), ("weight", "weight", reader.numbers), ("group", "arm", reader.words),
        ("stratum", "strata", reader.words),
    ):  # fmt: skip
        if meant in found:
            columns[column] = read(found[meant])
    _check_sizes(path, found, columns, interest)
    weight = columns.get("weight")
    kept = np.ones(event.size, np.bool_) if weight is None else weight != 0
    rows = _rows(reader, reader.numbers(found["time"]), event, columns, merge_near_ties)
    read_of = {name: values for header in covariates for name, values in _covariate(reader, header).items()}
    return SurvivalTable(
        path, rows, found, None if causes is None else causes[kept], _cluster(reader, found, kept),
        {name: values[kept] for name, values in read_of.items()},
    )  # fmt: skip


def _check_sizes(path: Path, found: Mapping[str, str], columns: Mapping[str, Any], interest: int) -> None:
    """Refuse what is surely a mistake: an arm for each patient, weights beyond exact sums, a cause without causes."""
    if "cause" not in found and interest != 1:
        raise StudyError("the file has no column of causes", where="--interest", value=interest, allowed="1")
    if "group" in columns and (arms := np.unique(columns["group"]).size) > MOST_ARMS:
        raise StudyError(
            "too many arms", where=f"{path}, column {found['arm']}", value=arms, allowed=f"at most {MOST_ARMS}",
            next_step="say which column is the arm by --column arm=NAME",
        )  # fmt: skip
    if "weight" in columns and (heaviest := columns["weight"].max()) > MOST_WEIGHT:
        raise StudyError(
            "a weight is too large", where=f"{path}, column {found['weight']}", value=heaviest,
            allowed=f"at most {MOST_WEIGHT:g}", next_step="divide all weights by one number",
        )  # fmt: skip


def _cluster(reader: _Reader, found: Mapping[str, str], kept: NDArray[np.bool_]) -> NDArray[np.int64] | None:
    """Give patients numbers where one has several rows."""
    if "id" not in found:
        return None
    number = np.unique(reader.words(found["id"])[kept], return_inverse=True)[1].astype(np.int64)
    return number if np.unique(number).size < number.size else None


def _find(sheet: Sheet, named: Mapping[str, str]) -> dict[str, str]:
    """Find the columns by the names given, else by the usual ones."""
    by_case = {name.casefold(): name for name in reversed(sheet.names)}
    found = {}
    for meant, name in named.items():
        if meant not in COLUMNS:
            raise StudyError("no such role of a column", where="--column", value=meant, allowed=", ".join(COLUMNS))
        if name not in sheet.names:
            raise _missing(sheet, name, f"--column {meant}={name}")
        found[meant] = name
    for meant, names in COLUMNS.items():
        usual = next((by_case[name.casefold()] for name in names if name.casefold() in by_case), None)
        if meant not in found and usual is not None and usual not in found.values():
            found[meant] = usual
    if "time" not in found:
        raise _missing(sheet, "time", "column time")
    if not {"event", "cause", "censored"} & set(found):
        raise _missing(sheet, "event", "column event")
    return found


def _missing(sheet: Sheet, name: str, where: str) -> StudyError:
    near = nearest(name, tuple(sheet.names))
    asked = where.startswith("--")  # the user named it; else a column that every file needs is not found
    hint = f"is {near!r} meant? " if near and near != name else ""
    return StudyError(
        "the file has no such column", where=f"{sheet.path}, {where}", value=name,
        allowed=f"a column of the file: {', '.join(sheet.names)[:160]}",
        next_step=f"{hint}{'name a column of the file' if asked else f'say which it is by --column {name}=NAME'}",
    )  # fmt: skip


def _of_parameter(sheet: Sheet, found: Mapping[str, str], parameter: str) -> NDArray[np.int64]:
    """Choose the rows of one parameter of an ADTTE file."""
    everyone = np.arange(len(sheet.line))
    if "parameter" not in found:
        if parameter:
            raise _missing(sheet, "PARAMCD", f"--parameter {parameter}")
        return everyone
    codes = np.array([text or "" for text in sheet.text(found["parameter"]).to_pylist()])
    kinds = sorted(set(codes.tolist()))
    if not parameter and len(kinds) == 1:
        return everyone
    if parameter not in kinds:
        raise StudyError(
            "the file holds several parameters" if not parameter else "the file holds no such parameter",
            where=f"{sheet.path}, column {found['parameter']}", value=parameter or None, allowed=", ".join(kinds)[:160],
            next_step="choose one by --parameter",
        )  # fmt: skip
    return np.flatnonzero(codes == parameter)


def _events(
    reader: _Reader, found: Mapping[str, str], causes: NDArray[np.int64] | None, interest: int
) -> NDArray[np.bool_]:
    """Say whose event was seen."""
    if causes is not None:
        if not (causes == interest).any():
            raise StudyError(
                "nobody has this cause", where="--interest", value=interest,
                allowed=", ".join(map(str, sorted(set(causes.tolist()) - {0}))),
            )  # fmt: skip
        return np.asarray(causes == interest)
    if "event" not in found:
        return np.asarray(reader.whole(found["censored"]) == 0)
    codes = set(reader.texts(found["event"])) - {None}
    if codes == {"1", "2"}:  # R's habit: 1 censored, 2 dead
        raise StudyError(
            "events are coded 1 and 2, and which means censored is not said",
            where=f"{reader.sheet.path}, column {found['event']}", allowed="0 (censored) and 1 (event)",
            next_step="write 0 and 1; competing causes go into a column cause (0 = censored)",
        )  # fmt: skip
    return reader.events(found["event"])


def _rows(
    reader: _Reader, time: NDArray[np.float64], event: NDArray[np.bool_], columns: Mapping[str, Any], merge: bool
) -> SurvivalRows:
    """Make the rows; a mistake is told with the line of the file."""
    try:
        return survival_rows(time, event, merge_near_ties=merge, **columns)
    except TableError as problem:
        name, _, place = str(problem.where).partition(", row ")
        line = f", line {reader.sheet.line[reader.chosen[int(place) - 1]]}" if place.isdigit() else ""
        raise StudyError(
            problem.what, where=f"{reader.sheet.path}{line}, {name}", value=problem.value, allowed=problem.allowed
        ) from None


def _covariate(reader: _Reader, header: str) -> dict[str, NDArray[np.float64]]:
    """Read a covariate: numbers, or words as a 0/1 column for every kind but the first."""
    if header not in reader.sheet.names:
        raise _missing(reader.sheet, header, f"--covariates {header}")
    texts = reader.texts(header)
    if all(text is not None and _number(text) is not None for text in texts):
        return {header: reader.numbers(header)}
    words = reader.words(header)
    kinds = np.unique(words)
    return {f"{header}={kind}": (words == kind).astype(np.float64) for kind in kinds[1:].tolist()}


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    if "_" in text:  # Python's own spelling of numbers, nobody else's
        return None
    return value if np.isfinite(value) else None


def _whole(text: str) -> int | None:
    value = _number(text)
    return int(value) if value is not None and 0 <= value <= MOST and value == int(value) else None
