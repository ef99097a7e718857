"""Binding that other predictors wrote: NetMHCpan 4 (text, table), MHCflurry, MixMHCpred. Columns are found by name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from adoptive.antigen.binding import AMINO_ACIDS
from adoptive.antigen.epitopes import Score
from adoptive.errors import StudyError
from adoptive.workbench.discover.hla import NotAnAllele, standard_allele
from adoptive.workbench.discover.tables import EMPTY
from adoptive.workbench.discover.text import Text, read_text
from adoptive.workbench.mistakes import Mistake, as_error

__all__ = ["LAYOUTS", "read_binding"]

MOST_MISTAKES: Final = 20

_IC50: Final = ("Aff(nM)", "nM", "mhcflurry_affinity", "mhcflurry_prediction", "affinity")
_LOG: Final = ("BA-score", "Score_BA", "1-log50k")
"""Affinity as ``1 - log(nM) / log(50000)``."""
_RANK: Final = (
    "%Rank_EL", "EL_Rank", "%Rank", "Rank", "mhcflurry_presentation_percentile", "presentation_percentile",
    "mhcflurry_affinity_percentile", "mhcflurry_prediction_percentile", "affinity_percentile",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """Hold what a file says of one peptide on one allele, as text."""

    line: int
    allele: str
    peptide: str
    ic50: str
    log: str
    rank: str


def read_binding(path: Path | str) -> tuple[dict[tuple[str, str], Score], Text]:
    """Read a predictor's output; which it is shows in its column names.

    Raises
    ------
    StudyError
        A layout that is not known, an allele that does not exist, letters that are no amino acids, a number that is
        none; each with its line.
    """
    text = read_text(path, what="binding file")
    for predictor, marks, cells in LAYOUTS:
        if marks(text):
            return _scores(text, predictor, cells(text)), text
    raise StudyError(
        "the layout of this binding file is not known", where=str(text.path), value=text.split("\n", 1)[0][:80],
        allowed="output of NetMHCpan 4 (text, or -xls), MHCflurry (CSV), MixMHCpred",
        next_step="give the predictor's own file, with its column names",
    )  # fmt: skip


def _scores(text: Text, predictor: str, cells: Iterator[Cell]) -> dict[tuple[str, str], Score]:
    found: dict[tuple[str, str], Score] = {}
    mistakes: list[Mistake] = []
    for cell in cells:
        place = f"{text.path}: line {cell.line}"
        before = len(mistakes)
        hla = ""
        try:
            hla = _allele(cell.allele)
        except NotAnAllele as problem:
            mistakes.append(Mistake(place, str(problem), cell.allele, "as HLA-A*02:01", "correct the name"))
        if not cell.peptide or not set(cell.peptide) <= {*AMINO_ACIDS, "X", "U"}:
            mistakes.append(Mistake(place, "not a peptide", cell.peptide[:40], AMINO_ACIDS, "remove the row"))
        ic50, log, rank = (_number(one, place, mistakes) for one in (cell.ic50, cell.log, cell.rank))
        if ic50 is None and log is not None:
            ic50 = 50000.0 ** (1.0 - log)
        if len(mistakes) == before and (ic50 is not None or rank is not None):
            found.setdefault((hla, cell.peptide), Score(ic50, rank, predictor))
        if len(mistakes) >= MOST_MISTAKES:
            break
    if mistakes:
        raise as_error(mistakes, str(text.path))
    if not found:
        raise StudyError(f"no {predictor} binding in this file", where=str(text.path), next_step="give one with rows")
    return found


@lru_cache(maxsize=1024)
def _allele(name: str) -> str:
    return standard_allele(name)


def _number(text: str, place: str, mistakes: list[Mistake]) -> float | None:
    if text in EMPTY:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0.0:
        mistakes.append(Mistake(place, "not a number of binding", text[:40], "0 or more", "correct it"))
        return None
    return value


def _lines(text: Text) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, line


def _first(row: dict[str, str], names: Sequence[str]) -> str:
    return next((row[name] for name in names if row.get(name, "") not in EMPTY), "")


def _cell(number: int, allele: str, peptide: str, row: dict[str, str]) -> Cell:
    return Cell(number, allele, peptide, _first(row, _IC50), _first(row, _LOG), _first(row, _RANK))


def _table(text: Text, delimiter: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Give the rows of a table under its first line that is no comment."""
    names: list[str] = []
    for number, line in _lines(text):
        cells = [cell.strip().strip('"') for cell in line.rstrip("\r\n").split(delimiter)]
        if not names:
            names = cells
        elif len(cells) != len(names):
            raise StudyError(
                "another number of cells than there are columns", where=f"{text.path}: line {number}",
                value=len(cells), allowed=str(len(names)), next_step="is the file whole?",
            )  # fmt: skip
        else:
            yield number, dict(zip(names, cells, strict=True))


def _of_mhcflurry(text: Text) -> Iterator[Cell]:
    for number, row in _table(text, ","):
        yield _cell(number, row.get("allele") or row.get("best_allele", ""), row.get("peptide", ""), row)


def _of_mixmhcpred(text: Text) -> Iterator[Cell]:
    for number, row in _table(text, "\t"):
        for name, value in row.items():
            allele = name.removeprefix("%Rank_")
            if allele not in (name, "bestAllele"):
                yield Cell(number, allele, row.get("Peptide", ""), "", "", value)


def _of_netmhcpan_table(text: Text) -> Iterator[Cell]:
    """Read a table of blocks: a line of alleles, each above its first column, then the columns' names."""
    lines = _lines(text)
    _, first = next(lines)
    number, second = next(lines, (2, ""))
    alleles = [cell.strip() for cell in first.split("\t")]
    names = [cell.strip() for cell in second.split("\t")]
    starts = [place for place, allele in enumerate(alleles) if allele]
    if "Peptide" not in names or not starts:
        raise StudyError("no column Peptide under the alleles", where=f"{text.path}: line {number}", value=second[:80])
    blocks = list(zip(starts, [*starts[1:], len(names)], strict=True))
    for number, line in lines:
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) < blocks[-1][0] + 1:
            raise StudyError("the row ends too early", where=f"{text.path}: line {number}", value=f"{len(cells)} cells")
        for start, end in blocks:
            row = dict(zip(names[start:end], cells[start:end], strict=False))
            yield _cell(number, alleles[start], cells[names.index("Peptide")], row)


def _of_netmhcpan_text(text: Text) -> Iterator[Cell]:
    """Read printed tables: names in a line that begins with Pos, rows that begin with a number."""
    names: list[str] = []
    for number, line in _lines(text):
        cells = line.split()
        if cells[0] == "Pos":
            names = cells
        elif names and cells[0].isdigit():
            row = dict(zip(names, cells, strict=False))  # the last column, BindLevel, may be empty
            yield _cell(number, row.get("MHC") or row.get("HLA", ""), row.get("Peptide", ""), row)


def _marked(pattern: str) -> Callable[[Text], bool]:
    return lambda text: re.search(pattern, text[:20_000], re.MULTILINE) is not None


LAYOUTS: Final = (
    ("MHCflurry", _marked(r"^(?=.*\bpeptide\b)(?=.*\b(best_)?allele\b)(?=.*affinity|.*mhcflurry_).*,"), _of_mhcflurry),
    ("MixMHCpred", _marked(r"^Peptide\t.*%Rank_bestAllele"), _of_mixmhcpred),
    ("NetMHCpan", _marked(r"^Pos\tPeptide\t"), _of_netmhcpan_table),
    ("NetMHCpan", _marked(r"^\s*Pos\s+(MHC|HLA)\s+Peptide\s"), _of_netmhcpan_text),
)
"""Predictor, how its file is known, how its rows are read."""
