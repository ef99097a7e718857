"""``adoptive antigen target``: read expression tables and what the user knows; score targets and gates; write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from adoptive.antigen.targets import (
    Curated,
    Gate,
    Isoform,
    Staining,
    Tables,
    Target,
    TargetRules,
    judge_gates,
    read_rule,
    score_targets,
    search_gates,
)
from adoptive.antigen.targets.expression import TUMOUR, body
from adoptive.antigen.targets.rules import antigens_of
from adoptive.errors import StudyError
from adoptive.workbench.discover.expression import Levels, read_long, read_tumour
from adoptive.workbench.discover.label import NO_ADVICE
from adoptive.workbench.discover.origin import table_folder
from adoptive.workbench.discover.tables import Row, read_table, write_nouns
from adoptive.workbench.discover.text import Text, read_text
from adoptive.workbench.engine.document import as_json, rows_document
from adoptive.workbench.spelling import nearest

__all__ = ["TargetFiles", "TargetResult", "find_targets", "target_document", "write_targets"]

GENE: Final = "gene|isoform|name"
GRADES: Final = ("0", "1+", "2+", "3+")
POSITIVE_FROM: Final = 2
"""Staining of 2+ or more counts as positive, as in most trials' rules of entry."""

SHARES_WITHIN: Final = 0.01
_SYMBOL: Final = re.compile(r"[A-Za-z0-9][\w.:@/-]*\Z")
_HEADERS: Final = frozenset({"gene", "gene name", "symbol", "name"})

Known = TypeVar("Known")


@dataclass(frozen=True)
class TargetFiles:
    """Hold the files of ``adoptive antigen target``."""

    tumour: Path
    normal: Path
    cells: Path | None = None
    staining: Path | None = None
    isoforms: Path | None = None
    curated: Path | None = None
    surface: Path | None = None
    tissues: Path | None = None


@dataclass(frozen=True)
class TargetResult:
    """Hold targets and gates in order, how many gates were tried, what is to be known, and the texts that were read."""

    targets: tuple[Target, ...]
    gates: tuple[Gate, ...]
    tried: int
    notes: tuple[str, ...]
    texts: tuple[Text, ...]


def find_targets(files: TargetFiles, *, gates: Sequence[str] = (), rules: TargetRules | None = None) -> TargetResult:
    """Read the tables, score the targets, judge the gates that were asked and search others.

    Raises
    ------
    StudyError
        A table that cannot be read; a gate that is none; an antigen of a gate that no table has.
    """
    rules = rules or TargetRules()
    asked = list({str(rule): rule for rule in map(read_rule, gates)}.values())
    levels = [read_tumour(files.tumour), read_long(files.normal, place=("Tissue", "tissue"), what="table of tissues")]
    if files.cells is not None:
        levels.append(read_long(files.cells, place=("Cell type", "cell_type"), what="table of cell types"))
    texts = [one.text for one in levels]
    _check_common(levels)
    tables = _tables(files, levels, texts)
    wanted = {name for rule in asked for name in antigens_of(rule)}
    surface = _surface(files.surface, texts)
    names = None if surface is None else sorted({*surface, *tables.staining, *tables.curated, *wanted})
    targets = score_targets(tables, names=names, rules=rules)
    _check_known(wanted, tables)
    found, tried = search_gates(targets, tables, asked=asked, rules=rules)
    if not rules.search_among:
        found, tried = judge_gates([(one, "asked") for one in asked], tables, targets, rules=rules), len(asked)
    notes = (*(note for one in levels for note in one.notes), *_notes(tables, names))
    return TargetResult(targets, found, tried, notes, tuple(texts))


def _tables(files: TargetFiles, levels: Sequence[Levels], texts: list[Text]) -> Tables:
    anatomy = body()
    if files.tissues is not None:
        own = _known(files.tissues, "map of tissues", ["tissue", "organ"], texts, _organ)
        anatomy = replace(anatomy, own={name.lower(): organ for name, organ in own.items()})
    staining = _known(files.staining, "table of staining", [GENE], texts, _staining)
    curated = _known(files.curated, "table of curated columns", [GENE], texts, _curated)
    source = ", ".join(f"{one.text.path.name} #{one.text.sha256[:8]}" for one in levels)
    return Tables(
        levels[0].expression, levels[1].expression, levels[2].expression if len(levels) > 2 else None,
        levels[0].cohort, staining, curated, _isoforms(files.isoforms, texts), anatomy, source,
    )  # fmt: skip


def _known(
    path: Path | None, what: str, needed: Sequence[str], texts: list[Text], made: Callable[[Row, str], Known | None]
) -> dict[str, Known]:
    """Read a table with a row per name; a row that says nothing wrong gives a value."""
    if path is None:
        return {}
    table = read_table(path, what=what, needed=needed)
    texts.append(table.text)
    column = next(name for name in needed[0].split("|") if name in table.names)
    found: dict[str, Known] = {}
    for row in table.rows:
        name = row.text(column, needed=True)
        value = made(row, name)
        if name in found:
            row.mistake(column, "this name stands there twice", value=name, next_step="keep one row")
        if name and value is not None:
            found[name] = value
    table.check()
    return found


def _organ(row: Row, name: str) -> str | None:
    organ, anatomy = row.text("organ", needed=True).lower(), body()
    allowed = (*anatomy.vital, *anatomy.barrier, "other")
    if organ and organ not in allowed:
        row.mistake("organ", "not an organ of the map", value=organ, allowed=", ".join(allowed))
        return None
    return organ


def _staining(row: Row, name: str) -> Staining | None:
    """Read the share of positive patients: given, or summed from the shares at each grade."""
    grades = [row.number(grade, least=0.0, most=1.0) for grade in GRADES if grade in row.table.names]
    positive = row.number("positive_fraction", least=0.0, most=1.0) if "positive_fraction" in row.table.names else None
    level = row.number("level_in_positives", least=0.0) if "level_in_positives" in row.table.names else None
    shares = [one for one in grades if one is not None]
    if positive is None and len(shares) == len(GRADES):
        if abs(sum(shares) - 1.0) > SHARES_WITHIN:
            row.mistake(
                ", ".join(GRADES), "the shares of patients do not sum to 1", value=f"{sum(shares):g}",
                allowed=f"1 within {SHARES_WITHIN:g}", next_step="write fractions, not per cent",
            )  # fmt: skip
        positive = sum(shares[POSITIVE_FROM:])
    if positive is None:
        row.mistake(
            "positive_fraction", "no share of positive patients",
            allowed=f"positive_fraction, or all of {', '.join(GRADES)}", next_step="fill in the columns",
        )  # fmt: skip
        return None
    return Staining(name, min(positive, 1.0), level, row.source)


def _curated(row: Row, name: str) -> Curated:
    have = row.table.names

    def word(column: str) -> str:
        return row.text(column) if column in have else ""

    def flag(column: str) -> bool:
        return bool(row.flag(column)) if column in have else False

    number = row.number("molecules_per_cell", least=0.0) if "molecules_per_cell" in have else None
    return Curated(
        name, word("polarity"), word("shedding"), word("precedent"), flag("measured"), flag("tumour_cells"), number,
        row.source,
    )  # fmt: skip


def _isoforms(path: Path | None, texts: list[Text]) -> tuple[Isoform, ...]:
    """Read isoforms as shares of their gene: a row per isoform and place, ``tumour`` and ``*`` among the places."""
    if path is None:
        return ()
    table = read_table(path, what="table of isoforms", needed=["gene", "isoform", "place", "share"])
    texts.append(table.text)
    genes: dict[str, str] = {}
    shares: dict[str, dict[str, float]] = {}
    first: dict[str, Row] = {}
    for row in table.rows:
        gene, name, place = (row.text(column, needed=True) for column in ("gene", "isoform", "place"))
        share = row.number("share", least=0.0, most=1.0, needed=True)
        if genes.setdefault(name, gene) != gene:
            row.mistake("gene", "another gene of this isoform than before", value=gene, allowed=genes[name])
        if name == gene:
            row.mistake("isoform", "an isoform needs a name of its own", value=name, next_step="write as CLDN18.2")
        shares.setdefault(name, {})[place.lower()] = share or 0.0
        first.setdefault(name, row)
    for name, places in shares.items():
        if TUMOUR not in places:
            first[name].mistake("place", f"no row for the {TUMOUR}", value=name, next_step="add its share there")
    table.check()
    return tuple(Isoform(name, genes[name], places) for name, places in sorted(shares.items()))


def _surface(path: Path | None, texts: list[Text]) -> tuple[str, ...] | None:
    """Read a list of genes, one per line; a line of the column's name may stand first."""
    if path is None:
        return None
    text = read_text(path, what="list of surface genes")
    texts.append(text)
    found: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        name = re.split(r"[\t,;]", line)[0].strip()
        if not name or name.startswith("#") or (not found and name.lower() in _HEADERS):
            continue
        if not _SYMBOL.match(name):
            raise StudyError(
                "not a gene", where=f"{path}: line {number}", value=ascii(name[:60]), allowed="a symbol as ERBB2",
                next_step="write one gene per line",
            )  # fmt: skip
        found.append(name)
    return tuple(dict.fromkeys(found))


def _check_common(levels: Sequence[Levels]) -> None:
    """Refuse tables that have no gene in common: one names symbols, the other something else."""
    tumour = set(levels[0].expression.genes)
    for other in levels[1:]:
        if not tumour & set(other.expression.genes):
            raise StudyError(
                "no gene of the tumour table is in this table", where=str(other.text.path),
                value=", ".join(other.expression.genes[:3]), allowed=f"as {', '.join(levels[0].expression.genes[:3])}",
                next_step="name the genes in all tables by the same symbols",
            )  # fmt: skip


def _check_known(wanted: set[str], tables: Tables) -> None:
    """Refuse a gate of an antigen that the tumour table does not have."""
    have = (*tables.tumour.genes, *(one.name for one in tables.isoforms))
    for name in sorted(wanted - set(have)):
        near = nearest(name, have)
        raise StudyError(
            "an antigen of a gate is not in the tumour table", where="--gate", value=name,
            next_step=f"is it {near}?" if near else "write it as it stands there",
        )  # fmt: skip


def _notes(tables: Tables, names: Sequence[str] | None) -> tuple[str, ...]:
    """Say what was left out or is not known."""
    organs = {place: tables.anatomy.organ_of(place) for place in tables.normal.places}
    strange = [place for place, organ in organs.items() if not organ]
    lacking = [organ for organ in (*tables.anatomy.vital, *tables.anatomy.barrier) if organ not in organs.values()]
    cells = (
        []
        if tables.cells is None
        else [one for one in tables.cells.places if tables.anatomy.class_of(one) == "unknown"]
    )
    outside = 0 if names is None else len(set(tables.tumour.genes) - set(names))
    said = (
        (bool(lacking), f"Not in the table of tissues: {', '.join(lacking)}: safety is not known, all are flagged."),
        (bool(strange), f"Tissues that are not known, neither vital nor barrier here: {', '.join(strange[:8])}."),
        (bool(cells), f"Cell types of no known class, which match no lineage: {', '.join(cells[:8])}."),
        (bool(outside), f"{outside:,} genes of the tumour table are not on the surface list and left out."),
        (names is None, "No surface list is given: many of these are not on the cell's surface."),
        (True, "TPM of tumours and nTPM of normal tissues are normalised differently: small ratios say nothing."),
        (True, "RNA is not protein: a target needs staining of tumour and normal tissue before it is one."),
    )  # fmt: skip
    return tuple(text for holds, text in said if holds)


def write_targets(out: Path, result: TargetResult, *, options: Mapping[str, Any]) -> None:
    """Write the folder: ``targets.tsv``, ``gates.tsv``, ``summary.json``."""
    with table_folder(out, command="antigen target", inputs=result.texts, options=options) as folder:
        write_nouns(folder / "targets.tsv", result.targets, Target)
        write_nouns(folder / "gates.tsv", result.gates, Gate)
        (folder / "summary.json").write_text(as_json(target_document(result)), "utf-8")


def target_document(result: TargetResult, *, most: int = 20) -> dict[str, Any]:
    """Give the best targets and gates, all gates that were asked, and the notes as one document."""
    gates = [one for at, one in enumerate(result.gates) if at < most or one.origin == "asked"]
    return {
        "targets_scored": len(result.targets),
        "unflagged": sum(not one.flags for one in result.targets),
        "gates_tried": result.tried,
        "targets": rows_document(result.targets[:most]),
        "gates": rows_document(gates),
        "notes": list(result.notes),
        "label": NO_ADVICE,
    }


def options_of(rules: TargetRules, gates: Sequence[str]) -> dict[str, Any]:
    """Give the options as they stand in the provenance."""
    return {**asdict(rules), "lineage": list(rules.lineage), "gates": list(gates)}
