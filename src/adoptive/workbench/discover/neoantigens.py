"""``adoptive antigen neoantigens``: variants and HLA in, neoantigens with windows, binding, clonality and tiers out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from adoptive.antigen.binding import PREDICTORS
from adoptive.antigen.candidates import Candidate, Variant
from adoptive.antigen.discovered import Allele, Neoantigen
from adoptive.antigen.epitopes import Epitope, Score
from adoptive.antigen.neoantigens import Found, find_neoantigens
from adoptive.antigen.tiers import NEO_TIERS, Settings
from adoptive.errors import StudyError
from adoptive.workbench.discover.hla import read_hla
from adoptive.workbench.discover.origin import table_folder
from adoptive.workbench.discover.tables import read_table, write_nouns
from adoptive.workbench.discover.text import Text, read_text
from adoptive.workbench.discover.variants import called, report
from adoptive.workbench.discover.variants.predicted import read_binding
from adoptive.workbench.discover.variants.proteins import Proteins, read_proteins
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.new_folder import check_folder

__all__ = ["NO_PREDICTOR", "NeoantigenRequest", "Read", "find", "read_inputs", "summary_of", "write_neoantigens"]

NO_PREDICTOR = "none"


@dataclass(frozen=True)
class NeoantigenRequest:
    """Hold what was asked; ``predictor`` "": matrices for variants, a report's own binding for a report."""

    variants: Path
    hla: Path | None
    out: Path
    proteins: Path | None = None
    purity: float | None = None
    binding: tuple[Path, ...] = ()
    predictor: str = ""
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True)
class Read:
    """Hold what was read: mutations, alleles, proteins, imported binding, and the files."""

    mutations: tuple[Variant | Candidate, ...]
    alleles: tuple[Allele, ...]
    proteins: Proteins | None
    scores: Mapping[tuple[str, str], Score]
    predictor: str
    texts: tuple[Text, ...]


def write_neoantigens(request: NeoantigenRequest) -> tuple[Found, dict[str, Any]]:
    """Read, score and write ``neoantigens.tsv``, ``epitopes.tsv``, ``hla.tsv``, ``summary.json``; give the summary.

    Raises
    ------
    StudyError
        A file that cannot be read, with the line; no allele that anything can score; a folder that exists.
    """
    check_folder(request.out)
    read = read_inputs(request)
    found = find(read, request)
    summary = summary_of(found, read)
    options = {"purity": request.purity, "predictor": read.predictor or NO_PREDICTOR, **asdict(request.settings)}
    with table_folder(
        request.out, command="adoptive antigen neoantigens", inputs=read.texts, options=options
    ) as folder:  # fmt: skip
        write_nouns(folder / "neoantigens.tsv", found.neoantigens, Neoantigen)
        write_nouns(folder / "epitopes.tsv", found.epitopes, Epitope)
        write_nouns(folder / "hla.tsv", read.alleles, Allele)
        (folder / "summary.json").write_text(as_json(summary), "utf-8")
    return found, summary


def read_inputs(request: NeoantigenRequest) -> Read:
    """Read every file that was given."""
    is_report = _is_report(request.variants)
    needed = report.NEEDED if is_report else called.NEEDED
    table = read_table(request.variants, what="pVACseq report" if is_report else "variant table", needed=needed)
    proteins = read_proteins(request.proteins) if request.proteins else None
    texts = [table.text, *([proteins.text] if proteins else [])]
    alleles = report.report_alleles(table) if is_report else ()
    if request.hla is not None:
        alleles, text = read_hla(request.hla)
        texts.append(text)
    if not alleles:
        raise StudyError("no HLA alleles", where="--hla", next_step="give the patient's list, one allele a line")
    imported: dict[tuple[str, str], Score] = {}
    for path in request.binding:
        scores, text = read_binding(path)
        imported = {**scores, **imported}
        texts.append(text)
    predictor = _predictor(request, is_report=is_report)
    mutations: tuple[Variant | Candidate, ...]
    if is_report:
        found = report.report_of(table, alleles, proteins, request.settings)
        mutations, imported = found.candidates, {**found.scores, **imported}
    elif proteins is None:
        raise StudyError("a variant table needs its proteins", where="--proteins", next_step="give the protein FASTA")
    else:
        mutations = called.variants_of(table, proteins, request.settings)
    return Read(mutations, alleles, proteins, imported, predictor, tuple(texts))


def _is_report(path: Path) -> bool:
    """Tell a pVACseq report from a table of variants by its first line."""
    text = read_text(path, what="variant table")
    if text.startswith("##fileformat=VCF"):
        raise StudyError(
            "a VCF says no change of a protein", where=str(path), allowed="a table of changes; a report",
            next_step="annotate it (VEP), then give the changes as a table, or run pVACseq and give its report",
        )  # fmt: skip
    return "Best Peptide" in text.split("\n", 1)[0]


def _predictor(request: NeoantigenRequest, *, is_report: bool) -> str:
    asked = request.predictor or (NO_PREDICTOR if is_report else PREDICTORS[0])
    if asked not in (*PREDICTORS, NO_PREDICTOR):
        allowed = ", ".join((*PREDICTORS, NO_PREDICTOR))
        raise StudyError("no such predictor", where="--predictor", value=asked, allowed=allowed)
    return "" if asked == NO_PREDICTOR else asked


def find(read: Read, request: NeoantigenRequest) -> Found:
    """Score and judge what was read."""
    proteome = tuple(read.proteins.by_name.values()) if read.proteins else ()
    found = find_neoantigens(
        read.mutations, read.alleles, predictor=read.predictor, purity=request.purity, proteome=proteome,
        imported=read.scores, settings=request.settings,
    )  # fmt: skip
    if not found.epitopes:
        raise StudyError(
            "nothing can score a peptide on these alleles", where="--hla", value=", ".join(found.not_scored),
            next_step="import NetMHCpan, MHCflurry or MixMHCpred output with --binding",
        )  # fmt: skip
    return found


def summary_of(found: Found, read: Read) -> dict[str, Any]:
    """Say how many of each tier, which alleles nothing could score, and where self was looked for."""
    tiers = Counter(one.tier for one in found.neoantigens)
    proteins = len(read.proteins.by_name) if read.proteins else 0
    return {
        "neoantigens": len(found.neoantigens),
        "tiers": {tier: tiers.get(tier, 0) for tier in NEO_TIERS},
        "epitopes": len(found.epitopes),
        "binders": sum(one.binds and not one.in_proteome for one in found.epitopes),
        "self_peptides": len({one.peptide for one in found.epitopes if one.in_proteome}),
        "proteins_searched_for_self": proteins,
        "alleles": sorted({one.hla for one in read.alleles}),
        "alleles_not_scored": list(found.not_scored),
        "predictors": sorted({one.predictor for one in found.epitopes}),
        "note": "Predicted binding says what may be presented; whether a T cell sees it is found by experiment.",
    }
