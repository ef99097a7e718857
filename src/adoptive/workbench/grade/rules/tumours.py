"""Measurements of lesions (SDTM TR) joined with the list of tumours (TU): kind, place, and new lesions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from adoptive.errors import StudyError
from adoptive.outcome.response.types import Kind
from adoptive.workbench.grade.cells import plain_word
from adoptive.workbench.grade.reading import Sheet
from adoptive.workbench.grade.rules.common import flag
from adoptive.workbench.grade.types import BadRow, Column
from adoptive.workbench.grade.units import spell

__all__ = ["KINDS", "NODAL", "PLACE", "join_tumour"]

KINDS: Final = {
    "target": Kind.TARGET, "t": Kind.TARGET, "non-target": Kind.NON_TARGET, "nontarget": Kind.NON_TARGET,
    "non target": Kind.NON_TARGET, "nt": Kind.NON_TARGET, "new": Kind.NEW, "new lesion": Kind.NEW,
}  # fmt: skip
NODAL: Final = flag("nodal", "a lymph node, measured by its short axis", "node", "is_node", "lymph_node")
PLACE: Final = Column("location", "organ; a lymph node is known by these words", "text", ("TULOC", "organ", "site",
    "TRLOC"),
                       required=False)  # fmt: skip


def join_tumour(sheets: Sequence[Sheet]) -> Sheet:
    """Set what TU says of a lesion (kind, place) beside the rows of TR; one sheet alone stays as it is.

    Raises
    ------
    StudyError
        If several files are given and they are not one TR and one TU.
    """
    if len(sheets) == 1:
        names = {spell(name) for name in sheets[0].names}
        if "trtestcd" in names and not names & {spell(name) for column in (NODAL, PLACE) for name in _names(column)}:
            raise StudyError(
                "TR alone does not say which lesions are lymph nodes", where=str(sheets[0].path),
                next_step="give TU with it: adoptive grade --rule recist tr.csv tu.csv",
            )  # fmt: skip
        return sheets[0]
    found = {
        ("TR" if "TRTESTCD" in sheet.names else "TU" if "TULNKID" in sheet.names else ""): sheet for sheet in sheets
    }
    if set(found) != {"TR", "TU"} or len(sheets) != 2:
        raise StudyError(
            "these files do not belong together", where="recist", value=", ".join(str(one.path) for one in sheets),
            allowed="one file, or SDTM TR (with TRTESTCD) and TU (with TULNKID)",
        )  # fmt: skip
    measured, listed = found["TR"], found["TU"]
    lists = {key: at for at, key in enumerate(_keys(listed, "TU"))}
    place = [lists.get(key, -1) for key in _keys(measured, "TR")]
    index = pa.array(place, pa.int64(), mask=np.array(place) < 0)
    table = measured.table
    bad = list(measured.bad) + list(listed.bad)
    for name in ("TULOC", "TUSTRESC"):
        if name not in listed.names:
            raise StudyError("a column is missing", where=str(listed.path), value=name, next_step=f"add {name}")
        table = table.append_column(name, listed.text(name).take(index))
    for at in np.flatnonzero(np.array(place) < 0).tolist():
        who = "TU does not list this lesion of this patient and reader"
        bad.append(
            BadRow(str(measured.path), int(measured.line[at]), "TRLNKID", str(measured.text("TRLNKID")[at]), who)
        )
    return _with_new(Sheet(measured.path, table, measured.line, tuple(bad)), listed)


def _with_new(measured: Sheet, listed: Sheet) -> Sheet:
    """Add new lesions that TU lists at a visit where TR says nothing of them, below the last line of TR."""
    new = [at for at, word in enumerate(listed.text("TUSTRESC").to_pylist()) if plain_word(word or "") in _NEW_WORDS]
    if not new:
        return measured
    if "VISITNUM" not in listed.names or "VISITNUM" not in measured.names:
        raise StudyError("a column is missing", where=str(listed.path), value="VISITNUM",
                         next_step="TU lists new lesions: say at which visit")  # fmt: skip
    tests = [(test or "").upper() in _USED_TESTS for test in measured.text("TRTESTCD").to_pylist()]
    said = {key for key, used in zip(_at_visits(measured, "TR"), tests, strict=True) if used}
    keys = _at_visits(listed, "TU")
    fresh = [at for at in dict(reversed([(keys[at], at) for at in new])).values() if keys[at] not in said]
    if not fresh:
        return measured
    given = {
        name: listed.text(source).take(pa.array(fresh))
        for name, source in _SHARED.items()
        if name in measured.names and source in listed.names
    }
    given |= {name: pa.array([word] * len(fresh)) for name, word in _APPEARS.items() if name in measured.names}
    table = _below(measured, given, len(fresh))
    line = np.r_[measured.line, measured.line.max(initial=1) + 1 + np.arange(len(fresh))]
    return Sheet(measured.path, table.combine_chunks(), line, measured.bad)


def _below(sheet: Sheet, given: Mapping[str, Any], rows: int) -> Any:
    """Put rows below a table; a column whose kind cannot hold what is given becomes text."""
    above = sheet.table
    columns = []
    for place, name in enumerate(sheet.names):
        kind = above.schema.field(place).type
        if name not in given:
            columns.append(pa.nulls(rows, kind))
            continue
        try:
            columns.append(given[name].cast(kind))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            columns.append(given[name])
            above = above.set_column(place, name, sheet.text(name))
    return pa.concat_tables([above, pa.Table.from_arrays(columns, schema=above.schema)])


_NEW_WORDS: Final = tuple(plain_word(word) for word, kind in KINDS.items() if kind == Kind.NEW)
_USED_TESTS: Final = ("LDIAM", "LPERP", "SAXIS", "TUMSTATE")
_SHARED: Final = {
    **{name: name for name in ("STUDYID", "USUBJID", "VISITNUM", "VISIT", "TULOC", "TUSTRESC")},
    **{f"TR{name}": f"TU{name}" for name in ("LNKID", "EVAL", "EVALID", "DTC", "DY")},
}
_APPEARS: Final = {"TRTESTCD": "TUMSTATE", "TRSTRESC": "UNEQUIVOCAL"}


def _at_visits(sheet: Sheet, domain: str) -> list[tuple[tuple[str, ...], float]]:
    """Give patient, reader, lesion and visit of every row."""
    visit = [_visit(word) for word in sheet.text("VISITNUM").to_pylist()]
    return list(zip(_keys(sheet, domain), visit, strict=True))


def _visit(word: str | None) -> float:
    """Read the number of a visit; what is none is told where TR is read."""
    try:
        return float(word or "inf")
    except ValueError:
        return float("inf")


def _names(column: Column) -> tuple[str, ...]:
    return (column.name, *column.aliases)


def _keys(sheet: Sheet, domain: str) -> list[tuple[str, ...]]:
    """Give patient, reader and lesion of every row."""
    names = ["USUBJID", f"{domain}LNKID"]
    for name in names:
        if name not in sheet.names:
            raise StudyError("a column is missing", where=str(sheet.path), value=name, next_step=f"add {name}")
    names += [name for name in (f"{domain}EVAL", f"{domain}EVALID") if name in sheet.names]
    return list(zip(*(sheet.text(name).fill_null("").to_pylist() for name in names), strict=True))
