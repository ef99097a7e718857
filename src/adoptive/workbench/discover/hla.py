"""A patient's HLA class I alleles: a list as typing tools give it, or ``hla.tsv``; names standardised by tidytcells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from adoptive.antigen.discovered import Allele
from adoptive.errors import StudyError
from adoptive.workbench.discover.tables import EMPTY
from adoptive.workbench.discover.text import Text, read_text
from adoptive.workbench.mistakes import Mistake, as_error

__all__ = ["NotAnAllele", "read_hla", "standard_allele"]

COLUMNS: Final = ("hla", "haplotype", "lost_share")
GENES: Final = ("HLA-A", "HLA-B", "HLA-C")
MOST_LINES: Final = 100

_COMPACT: Final = re.compile(
    r"(?:HLA[-_ ]?)?([ABC])[*_-]?(\d{2})[:_]?(\d{2,3})((?:[:_]\d{2,3}){0,2}[A-Z]?)", re.IGNORECASE
)
"""Names without their marks, as ``A1101``: the first field has two digits. Left to itself, A1101 could be A*01:101."""
_SHAPE: Final = re.compile(r"(?:HLA[-_ ]?)?[A-Z]{1,4}\d?[-*_ ]?\d[\d:_-]{0,16}[NLSCAQGP]?", re.IGNORECASE | re.ASCII)
"""What a name may look like: of two names in one cell only the first would be read."""
_GROUP: Final = re.compile(r"(\d[:_]?\d{2,3}(?:[:_]\d{2,3})*)[GP]", re.IGNORECASE)
"""A group of alleles with the same groove, as A*02:01:01G or A*02:01P: it is read as its first allele."""
_HEADS: Final = {"hla", "allele", "alleles"}


class NotAnAllele(ValueError):
    """Say why a name is no HLA class I allele of two fields."""


def standard_allele(name: str) -> str:
    """Standardise the name of a class I allele to two fields: ``C0802`` and ``C*08:02:01`` give ``HLA-C*08:02``.

    Raises
    ------
    NotAnAllele
        There is no such allele, it is of class II or not A, B, C, not expressed, or known to one field only.
    """
    import tidytcells

    name = name.strip()
    if not _SHAPE.fullmatch(name):
        raise NotAnAllele("no such HLA allele")
    name = _GROUP.sub(r"\1", name)
    parts = _COMPACT.fullmatch(name)
    if parts:
        name = f"HLA-{parts[1]}*{parts[2]}:{parts[3]}{parts[4].replace('_', ':')}".upper()
    try:
        found = tidytcells.mh.standardize(name, species="homosapiens", log_failures=False)
    except ValueError:  # a letter that is no ending of alleles
        found = None
    if found is None:
        raise NotAnAllele("no such HLA allele")
    gene = found.split("*")[0]
    if gene.startswith("HLA-D"):
        raise NotAnAllele("class II: only class I peptides are cut and scored")
    if gene not in GENES:
        raise NotAnAllele("not HLA-A, -B or -C")
    if name.upper().endswith("N"):
        raise NotAnAllele("a null allele is not expressed")
    fields = re.match(r"[^:]+:\d+", found)
    if not fields:
        raise NotAnAllele("too coarse: binding needs two fields")
    return fields[0]


def read_hla(path: Path | str) -> tuple[tuple[Allele, ...], Text]:
    """Read a patient's alleles: one a line, then haplotype (1 or 2) and lost share if known, apart by tab or comma.

    A first line of column names (``hla``, ``haplotype``, ``lost_share``) may give another order. A homozygous gene's
    allele may stand twice.

    Raises
    ------
    StudyError
        An allele that does not exist or cannot be used, a wrong haplotype or share, more than two alleles of a gene;
        each with its line.
    """
    text = read_text(path, what="HLA list")
    mistakes: list[Mistake] = []
    names: tuple[str, ...] = COLUMNS
    found: list[tuple[int, Allele]] = []
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip(" \t#")]
    if len(lines) > MOST_LINES:
        raise StudyError(
            "too many lines for an HLA list", where=str(text.path), value=len(lines), allowed="one patient"
        )
    for number, line in lines:
        cells = [cell.strip() for cell in re.split(r"[\t,;]", line)]
        if not found and _HEADS & {cell.lower().lstrip("# ") for cell in cells}:
            names = tuple(_column(cell) for cell in cells)
            twice = sorted(name for name, count in Counter(names).items() if name and count > 1)
            if twice:
                place = f"{text.path}: line {number}"
                mistakes.append(
                    Mistake(place, "a column stands there twice", ", ".join(twice), "", "one allele a line")
                )
        elif not line.startswith("#"):
            allele = _row(f"{text.path}: line {number}", names, cells, mistakes)
            found += [(number, allele)] if allele else []
    _check_genes(str(text.path), found, mistakes)
    if mistakes:
        raise as_error(mistakes, str(text.path))
    if not found:
        raise StudyError("the HLA list has no alleles", where=str(text.path), next_step="write one a line, as A*02:01")
    return tuple(allele for _, allele in found), text


def _column(name: str) -> str:
    plain = name.lower().lstrip("# ").strip()
    return COLUMNS[0] if plain in _HEADS else plain


def _row(place: str, names: Sequence[str], cells: Sequence[str], mistakes: list[Mistake]) -> Allele | None:
    before = len(mistakes)
    if len(cells) > len(names):
        mistakes.append(Mistake(place, "too many cells", str(len(cells)), ", ".join(names), "one allele a line"))
        return None
    row = dict(zip(names, ("" if cell in EMPTY else cell for cell in cells), strict=False))
    hla = ""
    try:
        hla = standard_allele(row.get("hla", ""))
    except NotAnAllele as problem:
        mistakes.append(
            Mistake(f"{place}, hla", str(problem), row.get("hla", ""), "as HLA-C*08:02", "correct the name")
        )
    haplotype = row.get("haplotype", "")
    if haplotype not in ("", "1", "2"):
        mistakes.append(Mistake(f"{place}, haplotype", "not a haplotype", haplotype, "1, 2 or empty", "correct it"))
    share = row.get("lost_share", "")
    lost = _share(share)
    if share and lost is None:
        mistakes.append(Mistake(f"{place}, lost_share", "not a fraction", share, "0 to 1, or empty", "correct it"))
    if len(mistakes) > before:
        return None
    return Allele(hla, int(haplotype) if haplotype else None, lost)


def _share(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0.0 <= value <= 1.0 else None


def _check_genes(file: str, found: Sequence[tuple[int, Allele]], mistakes: list[Mistake]) -> None:
    """Hold a person to two copies of a gene, one on each haplotype."""
    seen: Counter[str] = Counter()
    for number, allele in found:
        gene = allele.hla.split("*")[0]
        keys = [gene] + ([f"{gene} on haplotype {allele.haplotype}"] if allele.haplotype else [])
        for key in keys:
            seen[key] += 1
            most = 2 if key == gene else 1
            if seen[key] == most + 1:
                what = f"more than {'two alleles' if most == 2 else 'one allele'} of {key}"
                mistakes.append(Mistake(f"{file}: line {number}, hla", what, allele.hla, str(most), "give one patient"))
