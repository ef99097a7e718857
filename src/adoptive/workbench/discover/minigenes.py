"""``adoptive antigen minigenes``: neoantigens in; tandem minigenes, peptides, pools and every junction peptide out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from numpy.ma import MaskedArray, getmaskarray

from adoptive.antigen.binding import AMINO_ACIDS, Matrices
from adoptive.antigen.discovered import Neoantigen
from adoptive.antigen.minigenes import minigene_of
from adoptive.antigen.order_sheet import Peptide, PoolPlace, peptides_of
from adoptive.antigen.pools import lay_pools, well_name
from adoptive.antigen.screen_types import Bind, Junction, Pool, TandemRules, Tandems
from adoptive.antigen.tandems import design_tandems
from adoptive.construct.bases import ConstructError
from adoptive.construct.codons import optimise
from adoptive.errors import StudyError
from adoptive.workbench.discover.hla import read_hla
from adoptive.workbench.discover.origin import table_folder
from adoptive.workbench.discover.tables import columns_of, read_nouns, read_table, write_nouns
from adoptive.workbench.discover.text import Text
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.new_folder import check_folder

__all__ = ["MinigeneRequest", "Minigenes", "csv_text", "design_minigenes", "write_minigenes"]

PREDICTOR = "smmpmbec"
LONGEST_LINKER = 40
SHORTEST = 13
"""The mutated residue and a whole flank on one side, as at a protein's end."""


@dataclass(frozen=True)
class MinigeneRequest:
    """Hold what was asked; ``tiers`` empty: neoantigens of every tier."""

    neoantigens: Path
    hla: Path
    out: Path
    rules: TandemRules = field(default_factory=TandemRules)
    tiers: tuple[str, ...] = ()
    rows: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Minigenes:
    """Hold what was designed: tandems with their bases ("" where no codons were found), peptides, pools, verdict."""

    tandems: Tandems
    bases: tuple[str, ...]
    peptides: tuple[Peptide, ...]
    pools: tuple[Pool, ...]
    scored: tuple[str, ...]
    not_scored: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Say whether the order can be sent: no refused junction, every tandem has its bases."""
        return self.tandems.passed and not self.problems


def write_minigenes(
    request: MinigeneRequest, *, codons: Callable[..., str] = optimise
) -> tuple[Minigenes, dict[str, Any]]:
    """Read, design and write ``tmg.fasta``, ``peptides.csv``, ``pools.csv``, ``junctions.tsv``, ``summary.json``.

    The files are written whether or not the design passes; the verdict stands in the summary and in the FASTA.

    Raises
    ------
    StudyError
        A file that cannot be read, with the line; no allele with a matrix; a folder that exists.
    """
    check_folder(request.out)
    _check_linkers(request.rules.linkers)
    neoantigens, text = _read_neoantigens(request)
    alleles, hla_text = read_hla(request.hla)
    made = design_minigenes(neoantigens, [one.hla for one in alleles], request, codons=codons)
    summary = _summary(made, neoantigens)
    options = {"tiers": list(request.tiers), "rows": request.rows, "seed": request.seed, **asdict(request.rules)}
    with table_folder(
        request.out, command="adoptive antigen minigenes", inputs=(text, hla_text), options=options
    ) as folder:
        (folder / "tmg.fasta").write_text(_fasta(made), "utf-8")
        (folder / "peptides.csv").write_text(csv_text(made.peptides, Peptide), "utf-8")
        (folder / "pools.csv").write_text(csv_text(_places(made), PoolPlace), "utf-8")
        write_nouns(folder / "junctions.tsv", made.tandems.junctions, Junction)
        (folder / "summary.json").write_text(as_json(summary), "utf-8")
    return made, summary


def _check_linkers(linkers: Sequence[str]) -> None:
    for one in linkers:
        if not 0 < len(one) <= LONGEST_LINKER or set(one) - set(AMINO_ACIDS):
            raise StudyError(
                "not a linker", where="--linker", value=one, allowed=f"1 to {LONGEST_LINKER} of {AMINO_ACIDS}",
                next_step="correct it, as GGSGG",
            )  # fmt: skip


def _read_neoantigens(request: MinigeneRequest) -> tuple[tuple[Neoantigen, ...], Text]:
    """Read the neoantigens of the tiers that were asked for; windows are checked with their lines."""
    table = read_table(request.neoantigens, what="neoantigen table", needed=("id", "window", "tier"))
    for row in table.rows:
        if request.tiers and row.text("tier") not in request.tiers:
            continue
        row.name("id", apart="/")
        for column in ("window", "wild_type_window"):
            window = row.text(column, needed=column == "window")
            wrong = sorted(set(window) - set(AMINO_ACIDS))
            if wrong:
                row.mistake(column, "not the letters of amino acids", value="".join(wrong), allowed=AMINO_ACIDS)
        if 0 < len(row.text("window")) < SHORTEST:
            row.mistake(
                "window", "too short for a minigene: the window of the protein is not known", value=row.text("window"),
                allowed=f"{SHORTEST} residues or more", next_step="give antigen neoantigens the --proteins",
            )  # fmt: skip
        row.whole("mutated_at", least=1, most=len(row.text("window")) + 1, needed=True)
    table.check()
    found = read_nouns(request.neoantigens, Neoantigen, what="neoantigen table")
    kept = tuple(one for one in found if not request.tiers or one.tier in request.tiers)
    if not kept:
        raise StudyError(
            "no neoantigen is of these tiers", where=str(request.neoantigens), value=", ".join(request.tiers),
            allowed=", ".join(sorted({one.tier for one in found})),
        )  # fmt: skip
    return kept, table.text


def design_minigenes(
    neoantigens: Sequence[Neoantigen],
    alleles: Sequence[str],
    request: MinigeneRequest,
    *,
    codons: Callable[..., str] = optimise,
) -> Minigenes:
    """Design tandems, their bases, peptides and pools."""
    matrices = Matrices.load(PREDICTOR)
    scored = tuple(dict.fromkeys(one for one in alleles if matrices.lengths(one)))
    if not scored:
        raise StudyError(
            "no allele of the patient has a matrix, so no junction can be checked", where=str(request.hla),
            value=", ".join(alleles), allowed=f"{len(matrices.alleles)} alleles of {PREDICTOR}",
        )  # fmt: skip

    minigenes = [minigene_of(one, lengths=request.rules.lengths) for one in neoantigens]
    bind, rank = _plain(matrices.ic50_nm), _plain(matrices.rank_percent)
    tandems = design_tandems(minigenes, alleles=scored, bind=bind, rank=rank, rules=request.rules)
    bases, problems = [], []
    for one in tandems.tandems:
        try:
            bases.append(codons(one.protein + "*", seed=request.seed))
        except ConstructError as problem:
            bases.append("")
            problems.append(f"{one.name}: no codons: {problem}")
    pools = lay_pools([one.id for one in neoantigens], rows=request.rows)
    pools += tuple(Pool(one.name, "tandem", tuple(part.antigen for part in one.minigenes)) for one in tandems.tandems)
    without = tuple(dict.fromkeys(one for one in alleles if not matrices.lengths(one)))
    return Minigenes(tandems, tuple(bases), peptides_of(neoantigens), pools, scored, without, tuple(problems))


def _plain(predict: Callable[[str, Sequence[str]], MaskedArray[Any, Any]]) -> Bind:
    """Let a predictor say None where it has no matrix."""

    def said(allele: str, peptides: Sequence[str]) -> list[float | None]:
        found = predict(allele, peptides)
        return [None if hidden else float(value) for value, hidden in zip(found.data, getmaskarray(found), strict=True)]

    return said


def _places(made: Minigenes) -> Iterable[PoolPlace]:
    """Say for each antigen of each pool where it stands."""
    wells: dict[str, list[str]] = {}
    for peptide in made.peptides:
        if peptide.kind == "mutant" and peptide.form == "long peptide":
            wells.setdefault(peptide.antigen, []).append(peptide.well)
    grid = [pool.name for pool in made.pools if pool.axis != "tandem"]
    for pool in made.pools:
        for antigen in pool.antigens:
            place = well_name(grid.index(pool.name)) if pool.name in grid else ""
            yield PoolPlace(pool.name, antigen, pool.axis, place, tuple(wells[antigen]) if place else ())


def _fasta(made: Minigenes) -> str:
    lines = []
    verdict = "junctions passed" if made.tandems.passed else "NOT READY TO ORDER: junctions refused"
    for tandem, bases in zip(made.tandems.tandems, made.bases, strict=True):
        said = f"{' '.join(one.antigen for one in tandem.minigenes)} | {verdict}"
        lines += [f">{tandem.name}_protein {said}", *_folded(tandem.protein)]
        lines += [f">{tandem.name}_nt {said}", *_folded(bases)] if bases else []
    return "\n".join(lines) + "\n"


def _folded(sequence: str) -> list[str]:
    return [sequence[start : start + 60] for start in range(0, len(sequence), 60)]


def csv_text(rows: Iterable[Any], noun: type) -> str:
    """Write rows as a comma-separated table with a line of column names."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    names = [name for name, _, _ in columns_of(noun)]
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(getattr(row, name)) for name in names])
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return ";".join(value) if isinstance(value, tuple) else str(value)


def _summary(made: Minigenes, neoantigens: Sequence[Neoantigen]) -> dict[str, Any]:
    junctions = made.tandems.junctions
    strongest = min((row.ic50_nm for row in junctions if row.ic50_nm is not None and not row.intended), default=None)
    return {
        "verdict": "pass" if made.passed else "fail",
        "reason": "; ".join([made.tandems.reason, *made.problems]),
        "neoantigens": len(neoantigens),
        "tandems": [
            {
                "name": one.name,
                "minigenes": [part.antigen for part in one.minigenes],
                "joints": list(one.joints),
                "residues": len(one.protein),
            }
            for one in made.tandems.tandems
        ],
        "junction_peptides": len(junctions),
        "junction_peptides_refused": sum(not row.passed for row in junctions),
        "junction_peptides_not_scored": sum(row.ic50_nm is None for row in junctions),
        "strongest_junction_ic50_nm": strongest,
        "pools": {axis: sum(pool.axis == axis for pool in made.pools) for axis in ("row", "column", "tandem")},
        "peptides": len(made.peptides),
        "alleles_scored": list(made.scored),
        "alleles_not_scored": list(made.not_scored),
        "note": "Junctions are judged by predicted binding to HLA class I; class II is not looked at.",
    }
