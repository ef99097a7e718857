"""Read a plate and the pools that were given on it: every mistake with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, get_args

from adoptive.antigen.hits import antigen_of
from adoptive.antigen.screen_types import AXES, KINDS, Axis, Kind, Pool, Well
from adoptive.workbench.discover.hla import standard_allele
from adoptive.workbench.discover.tables import Row, Table, read_table
from adoptive.workbench.discover.text import Text
from adoptive.workbench.spelling import nearest

__all__ = ["read_pools", "read_wells"]

MOST_SPOTS: Final = 100_000
MOST_CELLS: Final = 1_000_000_000
TOO_MANY: Final = frozenset({"tntc", "too many"})
"""Words for a well with too many spots to count."""

_WELL_COLUMNS: Final = ("well", "effector", "stimulus", "readout", "kind", "count|positive")


def read_pools(path: Path | str) -> tuple[tuple[Pool, ...], Text]:
    """Read ``pools.csv``: pool, antigen, axis (row, column or tandem), one line per antigen of a pool.

    Raises
    ------
    StudyError
        A pool of two axes, an antigen twice in one pool or in two pools of one axis, a pool named like an antigen.
    """
    table = read_table(path, what="table of pools", needed=("pool", "antigen", "axis"))
    axes: dict[str, Axis] = {}
    inside: dict[str, list[str]] = {}
    lines: dict[tuple[str, str], int] = {}
    for row in table.rows:
        pool, antigen = row.name("pool", needed=True), row.name("antigen", needed=True, apart=";/")
        axis = row.text("axis", needed=True)
        if axis not in AXES:
            row.mistake("axis", "no such axis", value=axis, allowed=", ".join(AXES))
            continue
        known: Axis = next(one for one in get_args(Axis) if one == axis)
        if axes.setdefault(pool, known) != known:
            row.mistake("axis", "this pool has another axis in an earlier line", value=axis, allowed=axes[pool])
        for key, what in (((pool, antigen), "in this pool"), ((axis, antigen), f"in a {axis} pool")):
            if key in lines:
                row.mistake("antigen", f"stands {what} already, line {lines[key]}", value=antigen)
                break
            lines[key] = row.line
        inside.setdefault(pool, []).append(antigen)
    both = {row.text("antigen") for row in table.rows} & inside.keys()
    for row in table.rows:
        if row.text("pool") in both and len(inside[row.text("pool")]) > 1:
            row.mistake("pool", "a pool is named like an antigen", value=row.text("pool"), next_step="rename the pool")
    table.check()
    return tuple(Pool(name, axes[name], tuple(antigens)) for name, antigens in inside.items()), table.text


def read_wells(path: Path | str, pools: Sequence[Pool] = ()) -> tuple[tuple[Well, ...], Text]:
    """Read a plate: one line per well and readout.

    Columns: well, effector, stimulus, readout, kind (mutant, wild type, none, positive control); count (spots) or
    positive and total (cells); if wanted plate, replicate, peptide_m (mol/L), hla (allele of the presenting cells).
    With pools a mutant stimulus is a pool, an antigen of one, or ``antigen/PEPTIDE``.

    Raises
    ------
    StudyError
        With every mistake: an unknown stimulus, kind or allele, a negative or broken count, more positive cells than
        cells, a well twice, spots and cells in one readout, an effector without wells without antigen.
    """
    table = read_table(path, what="plate", needed=_WELL_COLUMNS)
    if "count" not in table.names and "total" not in table.names:
        row = table.rows[0]
        row.mistake("total", "the column is missing", allowed="count, or positive and total")
        table.check()
    known = {pool.name for pool in pools} | {antigen for pool in pools for antigen in pool.antigens}
    wells = [_well(row, known, {pool.name for pool in pools}) for row in table.rows]
    table.check()
    _check_twice(table)
    _check_readouts(table, wells)
    _check_background(table, wells)
    table.check()
    return tuple(wells), table.text


def _well(row: Row, known: set[str], pools: set[str]) -> Well:
    said = row.word("kind").lower()
    kind: Kind = next((one for one in get_args(Kind) if one == said), "none")
    if said not in KINDS:
        row.mistake("kind", "no such kind of stimulus", value=row.word("kind"), allowed=", ".join(KINDS))
    stimulus = row.name("stimulus", needed=kind != "none")
    if kind in ("mutant", "wild type"):
        _check_stimulus(row, stimulus, kind, known, pools)
    too_many = row.text("count").lower() in TOO_MANY
    return Well(
        well=row.text("well", needed=True),
        effector=row.text("effector", needed=True),
        stimulus=stimulus,
        readout=row.text("readout", needed=True),
        kind=kind,
        replicate=row.text("replicate"),
        peptide_m=_concentration(row),
        hla=_allele(row),
        too_many=too_many,
        source=row.source,
        **_numbers(row, kind, too_many=too_many),
    )


def _check_stimulus(row: Row, stimulus: str, kind: str, known: set[str], pools: set[str]) -> None:
    if not known or not stimulus:
        return
    if stimulus not in known and antigen_of(stimulus) not in known:
        near = nearest(stimulus, tuple(sorted(known)))
        step = f"is it {near}?" if near else "name it as in the table of pools"
        row.mistake("stimulus", "neither a pool nor an antigen of the pools", value=stimulus, next_step=step)
    elif kind == "wild type" and stimulus in pools:
        row.mistake("kind", "a pool of mutated peptides is no wild type", value=stimulus, allowed="mutant")


def _numbers(row: Row, kind: str, *, too_many: bool) -> dict[str, Any]:
    """Read spots, or positive and total cells."""
    if too_many:
        if kind != "positive control":
            step = "give the highest number that your counter tells"
            row.mistake("count", "too many spots to count", value=row.text("count"), next_step=step)
        return {"count": 0}
    count = row.whole("count", most=MOST_SPOTS) if "count" in row.table.names else None
    positive = row.whole("positive", most=MOST_CELLS) if "positive" in row.table.names else None
    total = row.whole("total", least=1, most=MOST_CELLS) if "total" in row.table.names else None
    if (count is None) == (positive is None) and not row.table.mistakes:
        row.mistake("count", "give either spots or positive cells", allowed="count, or positive and total")
    if positive is not None and total is None and not row.table.mistakes:
        row.mistake("total", "this cell is empty", next_step="give the cells that were looked at")
    if positive is not None and total is not None and positive > total:
        row.mistake("positive", "more positive cells than cells", value=positive, allowed=f"0 to {total}")
    return {"count": count, "positive": positive, "total": total}


def _concentration(row: Row) -> float | None:
    if "peptide_m" not in row.table.names:
        return None
    value = row.number("peptide_m", least=0.0, most=1.0)
    return value or None


def _allele(row: Row) -> str:
    name = row.text("hla") if "hla" in row.table.names else ""
    if not name:
        return ""
    try:
        return standard_allele(name)
    except ValueError as problem:
        row.mistake("hla", str(problem).split(";")[0], value=name, allowed="as HLA-C*08:02")
        return ""


def _key(row: Row) -> tuple[str, str, str]:
    plate = row.text("plate") if "plate" in row.table.names else ""
    return plate, row.text("well"), row.text("readout")


def _check_twice(table: Table) -> None:
    """Refuse a well that stands there twice with one readout."""
    first: dict[tuple[str, str, str], int] = {}
    for row in table.rows:
        if first.setdefault(_key(row), row.line) != row.line:
            row.mistake(
                "well", f"this well has this readout in line {first[_key(row)]} already", value=row.text("well")
            )


def _check_readouts(table: Table, wells: Sequence[Well]) -> None:
    """Refuse spots and cells in one readout."""
    first: dict[str, bool] = {}
    for row, well in zip(table.rows, wells, strict=True):
        if first.setdefault(well.readout, well.positive is None) != (well.positive is None):
            row.mistake("readout", "spots and cells in one readout", value=well.readout, next_step="name two readouts")


def _check_background(table: Table, wells: Sequence[Well]) -> None:
    """Refuse an effector that has no wells without antigen: nothing could be compared."""
    having = {(one.effector, one.readout, one.hla) for one in wells if one.kind == "none"}
    lacking: Mapping[tuple[str, str, str], Row] = {
        (one.effector, one.readout, one.hla): row
        for row, one in reversed(list(zip(table.rows, wells, strict=True)))
        if (one.effector, one.readout, one.hla) not in having
    }
    for (effector, readout, hla), row in sorted(lacking.items(), key=lambda item: item[1].line):
        said = f"{effector}, {readout}" + (f", {hla}" if hla else "")
        step = "add wells of kind none with the same effector, readout and presenting cells"
        row.mistake("effector", "this effector has no wells without antigen", value=said, next_step=step)
