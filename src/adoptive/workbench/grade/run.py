"""Grade a file: read it, find the columns, set bad rows apart, apply the rule, lay the answers beside the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from adoptive.workbench.grade.columns import choose_layout
from adoptive.workbench.grade.options import read_options
from adoptive.workbench.grade.reading import Sheet, only_sheet, read_sheet
from adoptive.workbench.grade.rows import Cells, missing_cells, number_patients, read_layout
from adoptive.workbench.grade.rules import rule_named
from adoptive.workbench.grade.types import BadRow, Judged, Layout, Result, Rule, Setting, Signs

__all__ = ["grade_file"]

_OURS: Final = "adoptive_"  # stands before an added column's name where the file has a column of that name


def grade_file(path: Path | str | Sequence[Path | str], *, rule: str, **options: Setting) -> Result:
    """Grade a CSV, Parquet or Dataset-JSON file by a rule.

    Parameters
    ----------
    path
        The file; several where a rule reads several together (lesions and their measurements, SDTM TU and TR).
    rule
        The rule's name, :data:`adoptive.workbench.grade.RULES`.
    options
        The rule's options; its version is one of them.

    Returns
    -------
    Result
        Grades with reasons beside the rows, tables of visits and patients, and the bad rows.

    Raises
    ------
    StudyError
        If the rule or an option is unknown, the file cannot be read, or a column or its unit is missing.
    """
    asked = rule_named(rule)
    chosen = read_options(asked, options)
    files = [Path(path)] if isinstance(path, (str, Path)) else [Path(one) for one in path]
    sheet = _one_sheet(asked, [read_sheet(file) for file in files])
    layout = choose_layout(asked.layouts, sheet.names, where=str(sheet.path))
    cells = read_layout(layout, sheet, chosen)
    patient, patients = number_patients(cells, len(sheet.line))
    rows = np.flatnonzero(cells.good)
    signs = Signs(
        columns={name: column[rows] for name, column in cells.columns.items()}, has=frozenset(cells.found),
        line=sheet.line[rows], patient=patient[rows], patients=patients, options=chosen,
    )  # fmt: skip
    judged = layout.grade(signs)
    return _result(asked, layout, chosen, files, sheet, cells, signs, rows, judged, patient)


def _one_sheet(rule: Rule, sheets: Sequence[Sheet]) -> Sheet:
    """Join the sheets of a rule that reads several."""
    if rule.join is not None and sheets:
        joined: Sheet = rule.join(sheets)
        return joined
    return only_sheet(sheets, rule.name)


def _result(
    rule: Rule, layout: Layout, options: Mapping[str, Setting], files: Sequence[Path], sheet: Sheet, cells: Cells,
    signs: Signs, rows: NDArray[np.int64], judged: Judged, patient: NDArray[np.int64],
) -> Result:  # fmt: skip
    """Lay the answers beside the rows; say of bad rows and of their patients that they are not graded."""
    bad = [*cells.bad, *_said_by_rule(judged, signs, cells, sheet)]
    answer = layout.answer or rule.answer
    bad += _not_gradable(layout, judged, layout.certain or answer, signs, cells, sheet)
    bad = sorted(dict.fromkeys(bad), key=lambda one: (one.file != str(sheet.path), one.file, one.line))
    broken = _broken(bad, sheet, patient)
    table, added = _beside(sheet, judged, rows, _first_said(sheet, judged, bad, broken, patient),
                           version=str(options.get("version", rule.version)))  # fmt: skip
    arrow = {"rows": table}
    for name, said in (("visits", judged.visits), ("patients", judged.patients)):
        if said is not None:
            arrow[name] = _of_patients(said, signs.patients, broken)
    return Result(
        rule=rule.name, title=rule.title, version=str(options.get("version", rule.version)), source=rule.source,
        layout=layout.name, options=dict(options), files=tuple(files), arrow=arrow, line=sheet.line, main=judged.main,
        answer=answer, added=added, bad_rows=tuple(bad), summary=_summary(arrow, judged, answer, sheet, bad),
    )  # fmt: skip


def _said_by_rule(judged: Judged, signs: Signs, cells: Cells, sheet: Sheet) -> list[BadRow]:
    return [
        BadRow(str(sheet.path), int(signs.line[at]), cells.found[name].header if name in cells.found else name,
               str(value)[:80], problem)
        for at, name, value, problem in judged.bad
    ]  # fmt: skip


def _not_gradable(
    layout: Layout, judged: Judged, answer: str, signs: Signs, cells: Cells, sheet: Sheet
) -> list[BadRow]:
    """List rows without a grade for which a cell of a required column is empty."""
    if answer not in judged.rows or judged.main != "rows":
        return []
    ungraded = np.asarray(judged.rows[answer].is_null().to_numpy(zero_copy_only=False), np.bool_)
    already = {at for at, *_ in judged.bad}
    listed: list[BadRow] = []
    for column in layout.columns:
        if not column.required or column.key or column.may_be_empty or column.name not in cells.found:
            continue
        for at in np.flatnonzero(ungraded & missing_cells(column, signs[column.name])).tolist():
            if at not in already:
                already.add(at)
                problem = "the cell is empty, and the rule cannot do without it here"
                header = cells.found[column.name].header
                listed.append(BadRow(str(sheet.path), int(signs.line[at]), header, "", problem))
    return listed


def _first_said(
    sheet: Sheet, judged: Judged, bad: Sequence[BadRow], broken: Mapping[int, str], patient: NDArray[np.int64]
) -> dict[int, str]:
    """Say by row why it gets no answer: it is bad, or its answer is its patient's, who has a bad row."""
    lines: dict[int, str] = {}
    for one in bad:
        if one.file == str(sheet.path):
            lines.setdefault(one.line, f"bad row: {one.column + ': ' if one.column else ''}{one.problem}")
    said = {}
    if judged.main != "rows" and broken:
        said = {int(row): broken[int(patient[row])] for row in np.flatnonzero(np.isin(patient, list(broken)))}
    at = np.flatnonzero(np.isin(sheet.line, list(lines))) if lines else np.zeros(0, np.int64)
    return said | {int(row): lines[int(sheet.line[row])] for row in at}


def _beside(
    sheet: Sheet, judged: Judged, rows: NDArray[np.int64], said: Mapping[int, str], *, version: str
) -> tuple[Any, tuple[str, ...]]:
    """Set the answers beside the rows of the file; ``said`` are the rows without an answer and why."""
    size = len(sheet.line)
    place = np.full(size, -1, np.int64)
    place[rows] = np.arange(len(rows))
    at = np.array(sorted(said), np.int64)
    place[at] = -1
    index = pa.array(place, mask=place < 0)
    answers = {name: column.take(index) for name, column in judged.rows.items()}
    reason = answers.pop("reason").cast(pa.string())
    if len(at):
        mask = np.zeros(size, np.bool_)
        mask[at] = True
        reason = pc.replace_with_mask(reason, pa.array(mask), pa.array([said[row] for row in at.tolist()], pa.string()))
    answers |= {
        "reason": reason,
        "version": pa.array([version]).dictionary_encode().take(pa.array(np.zeros(size, int))),
    }
    names = {name: _OURS + name if name in sheet.names else name for name in answers}
    table = sheet.table
    for name, column in answers.items():
        table = table.append_column(names[name], column)
    return table, tuple(names[name] for name in answers)


def _broken(bad: Sequence[BadRow], sheet: Sheet, patient: NDArray[np.int64]) -> dict[int, str]:
    """Give the patients who have a bad row, with the reason why nothing is said of them as a whole."""
    lines: dict[int, list[int]] = {}
    at = {int(line): row for row, line in enumerate(sheet.line.tolist())} if bad else {}
    for one in bad:
        if one.file == str(sheet.path) and one.line in at and (who := int(patient[at[one.line]])) >= 0:
            lines.setdefault(who, []).append(one.line)
    return {
        who: f"not graded: bad row in line {', '.join(map(str, dict.fromkeys(found[:5])))}"
        for who, found in lines.items()
    }


def _of_patients(said: Mapping[str, Any], patients: NDArray[Any], broken: Mapping[int, str]) -> Any:
    """Name the patients of a table and blank what belongs to a patient with a bad row."""
    number = np.asarray(said["patient"], np.int64)
    gone = np.setdiff1d(np.arange(len(patients)), number) if "visit" not in said else np.zeros(0, np.int64)
    index = pa.array(np.r_[np.arange(len(number)), np.full(len(gone), -1)], mask=np.arange(len(number) + len(gone))
                     >= len(number))  # fmt: skip
    number = np.r_[number, gone]
    bare = np.isin(number, list(broken)) if broken else np.zeros(len(number), np.bool_)
    named = pa.array([str(name) for name in patients], pa.string())
    columns = {"patient": named.take(pa.array(number)) if len(patients) else pa.array(number + 1)}
    keep = {"reader", "visit", "visit_name", "day", "term"}
    for name, column in said.items():
        if name in columns:
            continue
        column = (column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column).take(index)
        columns[name] = column if name in keep else pc.if_else(pa.array(bare), pa.scalar(None, column.type), column)
    if "reason" in columns and bare.any():
        texts = pa.array([broken[int(who)] for who in number[bare]], pa.string())
        columns["reason"] = pc.replace_with_mask(columns["reason"], pa.array(bare), texts)
    return pa.table(columns)


def _summary(
    arrow: Mapping[str, Any], judged: Judged, answer: str, sheet: Sheet, bad: Sequence[BadRow]
) -> dict[str, int]:
    table = arrow[judged.main]
    column = table.column(_OURS + answer if _OURS + answer in table.column_names else answer)
    graded = len(column) - column.null_count
    summary = {"rows": len(sheet.line), "bad_rows": len({(one.file, one.line) for one in bad})}
    if judged.main != "rows":
        summary[judged.main] = len(table)
    return summary | {"graded": graded, "not_graded": len(column) - graded}
