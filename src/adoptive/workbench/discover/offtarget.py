"""``adoptive antigen offtarget``: a motif or an X-scan in, the peptides of a proteome that fit it out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from adoptive.antigen.binding import AMINO_ACIDS, Matrices
from adoptive.antigen.offtarget import Match, Motif, XScan, motif_from_pattern, motif_from_xscan, scan
from adoptive.errors import StudyError
from adoptive.workbench.discover.hla import NotAnAllele, standard_allele
from adoptive.workbench.discover.origin import table_folder
from adoptive.workbench.discover.tables import read_table, write_nouns
from adoptive.workbench.discover.text import Text
from adoptive.workbench.discover.variants.proteins import read_proteins
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.new_folder import check_folder

__all__ = ["OfftargetRequest", "read_motif", "write_offtargets"]

NEEDED: Final = ("position", "residue", "response")
TABLES: Final = (".csv", ".tsv", ".txt", ".gz")


@dataclass(frozen=True)
class OfftargetRequest:
    """Hold what was asked; ``motif`` is a pattern or the path of an X-scan table, which needs ``target``."""

    motif: str
    proteome: Path
    out: Path
    target: str = ""
    hla: str = ""
    least: float = 0.1


def read_motif(motif: str, *, target: str = "", least: float = 0.1) -> tuple[Motif, Text | None]:
    """Read a pattern, or an X-scan table with the columns position, residue, response.

    Raises
    ------
    StudyError
        The table cannot be read, with the line; an X-scan without its target.
    """
    path = Path(motif)
    if path.suffix.lower() not in TABLES:
        return motif_from_pattern(motif), None
    table = read_table(path, what="X-scan", needed=NEEDED)
    if not target:
        raise StudyError("an X-scan needs its target peptide", where="--target", next_step="give it, as EVDPIGHLY")
    found = []
    for row in table.rows:
        position = row.whole("position", least=1, most=len(target), needed=True)
        residue, response = row.text("residue", needed=True), row.number("response", least=0.0, needed=True)
        if residue and (residue not in AMINO_ACIDS or len(residue) != 1):
            row.mistake("residue", "not an amino acid", value=residue, allowed=AMINO_ACIDS, next_step="correct it")
        if position and residue and response is not None:
            found.append(XScan(position, residue, response))
    table.check()
    return motif_from_xscan(target, found, least=least), table.text


def write_offtargets(request: OfftargetRequest) -> tuple[tuple[Match, ...], dict[str, Any]]:
    """Search the proteome and write ``offtargets.tsv`` and ``summary.json``; give matches and summary."""
    check_folder(request.out)
    if set(request.target) - set(AMINO_ACIDS):
        raise StudyError("not a peptide", where="--target", value=request.target, allowed=AMINO_ACIDS,
                         next_step="correct it")  # fmt: skip
    motif, text = read_motif(request.motif, target=request.target, least=request.least)
    if request.target and len(request.target) != len(motif.allowed):
        raise StudyError("target and motif differ in length", where="--target", value=request.target,
                         allowed=f"{len(motif.allowed)} residues")  # fmt: skip
    proteins = read_proteins(request.proteome, what="proteome FASTA")
    found = scan(motif, proteins.by_name, target=request.target)
    if request.hla:
        found = _with_binding(found, request.hla)
    summary = {
        "motif": str(motif),
        "places_fixed": motif.fixed,
        "proteins": len(proteins.by_name),
        "matches": len(found),
        "peptides": len({one.peptide for one in found}),
        "other_than_target": len({one.peptide for one in found} - {request.target}),
        "note": "A peptide that fits is to be tested; it is not said that it is presented or recognised.",
    }
    texts = [proteins.text, *([text] if text else [])]
    options = {"motif": request.motif if text is None else "", "target": request.target, "hla": request.hla,
               "least": request.least}  # fmt: skip
    with table_folder(request.out, command="adoptive antigen offtarget", inputs=texts, options=options) as folder:
        write_nouns(folder / "offtargets.tsv", found, Match)
        (folder / "summary.json").write_text(as_json(summary), "utf-8")
    return found, summary


def _with_binding(found: tuple[Match, ...], name: str) -> tuple[Match, ...]:
    """Add the predicted binding to one allele, which must have a matrix; of a length without one it is empty."""
    try:
        hla = standard_allele(name)
    except NotAnAllele as problem:
        raise StudyError(str(problem), where="--hla", value=name, allowed="as HLA-A*01:01") from None
    ic50s = Matrices.load().ic50_nm(hla, [one.peptide for one in found])
    return tuple(
        replace(one, hla=hla, ic50_nm=None if masked else value)
        for one, value, masked in zip(found, ic50s.data.tolist(), np.ma.getmaskarray(ic50s).tolist(), strict=True)
    )
