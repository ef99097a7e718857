"""``adoptive reconstruct``: patient rows back from a published curve's points and its numbers at risk."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from adoptive.errors import StudyError
from adoptive.tables import TableError
from adoptive.verdict.reconstruction import Reconstruction, reconstruct
from adoptive.workbench.cli.say import console
from adoptive.workbench.cli.surroundings import compiling_said
from adoptive.workbench.cli.written import check_place, whole_file
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.grade.reading import read_sheet
from adoptive.workbench.judge.document import plain
from adoptive.workbench.judge.words import number

__all__ = ["Rebuild", "rebuild_command"]

ONE_ARM: Final = "all"


@dataclass(frozen=True)
class Rebuild:
    """Hold what ``adoptive reconstruct`` was asked; ``events`` in total, by arm (``""``: the only arm)."""

    points: Path
    at_risk: Path
    events: Mapping[str, int]
    out: Path | None
    as_json: bool


def rebuild_command(asked: Rebuild) -> None:
    """Rebuild each arm's patients and print them as rows that ``adoptive judge`` reads, or how well they fit.

    Raises
    ------
    StudyError
        A file that lacks a column, or an arm without numbers at risk.
    """
    if asked.out is not None:
        check_place(asked.out, where="--out", kinds=(".csv",))
    points, counts = _by_arm(asked.points, "survival"), _by_arm(asked.at_risk, "at_risk")
    if unmatched := sorted(set(points) ^ set(counts)):
        raise StudyError(
            "an arm stands in one of the two files only", where=str(asked.at_risk), value=", ".join(unmatched),
            next_step="give every arm its points and its numbers at risk, under one name",
        )  # fmt: skip
    if unknown := sorted(set(asked.events) - set(points) - {""}):
        raise StudyError("no such arm", where="--events", value=", ".join(unknown), allowed=", ".join(points))
    with compiling_said():
        built = {arm: _rebuilt(asked, arm, points[arm], counts[arm]) for arm in points}
    text = _rows(built)
    if asked.out is not None:
        with whole_file(asked.out, where="--out") as file:
            file.write(text.encode())
    if asked.as_json:
        sys.stdout.write(as_json(_document(asked, built)))
    elif asked.out is None:
        sys.stdout.write(text)
    else:
        console().print(_fits(built))
        console().print(f"rows: {asked.out}", soft_wrap=True)


def _by_arm(path: Path, value: str) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Read times and values of each arm from a file."""
    sheet = read_sheet(path)
    if sheet.bad:
        raise StudyError(sheet.bad[0].problem, where=f"{path}, line {sheet.bad[0].line}", value=sheet.bad[0].value)
    names = {name.casefold(): name for name in sheet.names}
    for needed in ("time", value):
        if needed not in names:
            raise StudyError(
                "the file has no such column", where=f"{path}, column {needed}", value=", ".join(sheet.names)[:160],
                allowed=f"time, {value}, arm",
            )  # fmt: skip
    time, values = (_numbers(path, sheet, names[name]) for name in ("time", value))
    cells = sheet.text(names["arm"]).to_pylist() if "arm" in names else [ONE_ARM] * len(time)
    arms = np.array([cell or "" for cell in cells])
    return {str(arm): (time[arms == arm], values[arms == arm]) for arm in np.unique(arms)}


def _numbers(path: Path, sheet: Any, header: str) -> NDArray[np.float64]:
    values = []
    for line, cell in zip(sheet.line.tolist(), sheet.text(header).to_pylist(), strict=True):
        try:
            values.append(float(cell))
        except (TypeError, ValueError):
            where = f"{path}, line {line}, column {header}"
            raise StudyError("not a number", where=where, value=cell or "empty") from None
    return np.array(values)


def _rebuilt(asked: Rebuild, arm: str, points: Sequence[Any], counts: Sequence[Any]) -> Reconstruction:
    events = asked.events.get(arm, asked.events.get(""))
    try:
        return reconstruct(*points, at_risk_time=counts[0], at_risk=counts[1], events=events)
    except TableError as problem:
        raise StudyError(
            problem.what, where=f"arm {arm}, {problem.where}", value=problem.value, allowed=problem.allowed,
            next_step=problem.next_step,
        ) from None  # fmt: skip


def _rows(built: Mapping[str, Reconstruction]) -> str:
    """Write all patients as one table."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["time", "event", "arm"])
    for arm, found in built.items():
        for time, event in zip(found.rows.time.tolist(), found.rows.event.tolist(), strict=True):
            table.writerow([f"{time:.10g}", int(event), arm])
    return text.getvalue()


def _document(asked: Rebuild, built: Mapping[str, Reconstruction]) -> dict[str, Any]:
    return {
        "points": str(asked.points), "at_risk": str(asked.at_risk),
        "out": None if asked.out is None else str(asked.out),
        "arms": [
            {
                "arm": arm, "n": len(found.rows), "events": found.events, "events_known": found.events_known,
                "events_difference": found.events_difference, "median": plain(found.median),
                "median_of_points": plain(found.median_of_points), "root_mean_square": plain(found.root_mean_square),
                "largest_deviation": plain(found.largest_deviation),
                "at_risk": [
                    {"time": time, "rebuilt_minus_published": int(miss)}
                    for time, miss in zip(found.at_risk_time.tolist(), found.at_risk_difference.tolist(), strict=True)
                ],
                "rows": [
                    {"time": time, "event": int(event)}
                    for time, event in zip(found.rows.time.tolist(), found.rows.event.tolist(), strict=True)
                ],
            }
            for arm, found in built.items()
        ],
    }  # fmt: skip


def _fits(built: Mapping[str, Reconstruction]) -> Table:
    """Say how well each arm's rebuilt curve returns the published one."""
    table = Table(title="Rebuilt patients against the published curve", title_justify="left")
    for name in ("arm", "n", "events", "median", "median of the points", "root mean square", "largest deviation",
                 "at risk, largest miss"):  # fmt: skip
        table.add_column(name, justify="left" if name == "arm" else "right")
    for arm, found in built.items():
        miss = np.abs(found.at_risk_difference).max(initial=0)
        table.add_row(
            arm, str(len(found.rows)), str(found.events), number(found.median), number(found.median_of_points),
            f"{found.root_mean_square:.4f}", f"{found.largest_deviation:.4f}", f"{miss:g}",
        )  # fmt: skip
    return table
