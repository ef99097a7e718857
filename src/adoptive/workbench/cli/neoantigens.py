"""``adoptive antigen neoantigens`` and ``offtarget``: options, one call, a short table. No science is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adoptive.workbench.cli.tables_said import Json, Out, number, print_document, say_end

if TYPE_CHECKING:
    from adoptive.antigen.discovered import Neoantigen
    from adoptive.antigen.offtarget import Match

__all__ = ["neoantigens", "offtarget"]

SHOWN = 12
"""Rows that are printed; the files hold all."""


def neoantigens(
    variants: Annotated[Path, typer.Argument(help="Variant table, or a pVACseq aggregated report.")],
    out: Out,
    hla: Annotated[
        Path | None, typer.Option(help="Alleles, one a line; then haplotype and lost share, if known.")
    ] = None,
    proteins: Annotated[Path | None, typer.Option(help="FASTA: proteins of the variants, better the proteome.")] = None,
    purity: Annotated[float | None, typer.Option(min=0.01, max=1.0, help="Tumour cells in the sample.")] = None,
    binding: Annotated[
        list[Path] | None, typer.Option(help="Output of NetMHCpan, MHCflurry or MixMHCpred; may be given again.")
    ] = None,
    predictor: Annotated[
        str, typer.Option(help="smmpmbec, syfpeithi or none; default smmpmbec, of a report its own binding.")
    ] = "",
    binding_nm: Annotated[float, typer.Option(min=1.0, max=50_000.0, help="A peptide binds below this IC50.")] = 500.0,
    rank_percent: Annotated[
        float, typer.Option(min=0.001, max=100.0, help="And below this rank (matrices; others that give no IC50).")
    ] = 2.0,
    allele_tpm: Annotated[float, typer.Option(min=0.0, max=1e6, help="Expressed above this TPM x RNA VAF.")] = 2.5,
    clonal_ccf: Annotated[float, typer.Option(min=0.0, max=1.0, help="Clonal above this cell fraction.")] = 0.5,
    lost_share: Annotated[float, typer.Option(min=0.0, max=1.0, help="An allele is lost above this share.")] = 0.5,
    as_json: Json = False,
) -> None:
    """List mutations that a receptor might see: windows, binding, expression, clonality, tier.

    Variants with proteins and HLA, or a pVACseq report. Predicted binding says what may be presented, not what a T cell
    sees.
    """
    from adoptive.antigen.tiers import Settings
    from adoptive.workbench.discover.neoantigens import NeoantigenRequest, write_neoantigens

    settings = Settings(
        binding_nm=binding_nm, rank_percent=rank_percent, allele_tpm=allele_tpm, clonal_ccf=clonal_ccf,
        lost_share=lost_share,
    )  # fmt: skip
    request = NeoantigenRequest(variants, hla, out, proteins, purity, tuple(binding or ()), predictor, settings)
    found, summary = write_neoantigens(request)
    if as_json:
        print_document(summary, out)
    else:
        _say_neoantigens(found.neoantigens, summary, out)


def offtarget(
    motif: Annotated[str, typer.Argument(help="A pattern as E.DPI...Y, or an X-scan table (.csv, .tsv).")],
    proteome: Annotated[Path, typer.Option(help="Proteins to search (FASTA).")],
    out: Out,
    target: Annotated[str, typer.Option(help="The receptor's own peptide; an X-scan needs it.")] = "",
    hla: Annotated[str, typer.Option(help="Allele to predict the binding to (SMMPMBEC).")] = "",
    least: Annotated[
        float, typer.Option(min=0.001, max=1.0, help="X-scan: share of the target's response that is tolerated.")
    ] = 0.1,
    as_json: Json = False,
) -> None:
    """Search a proteome for peptides that fit what a receptor tolerates.

    A peptide that fits is to be tested; it is not said that it is presented or recognised.
    """
    from adoptive.workbench.discover.offtarget import OfftargetRequest, write_offtargets

    found, summary = write_offtargets(OfftargetRequest(motif, proteome, out, target.upper(), hla, least))
    if as_json:
        print_document(summary, out)
    else:
        _say_matches(found, summary, out)


def _say_neoantigens(found: tuple[Neoantigen, ...], summary: dict[str, Any], out: Path) -> None:
    from rich.table import Table

    from adoptive.workbench.cli.say import console

    to = console()
    table = Table(title="Neoantigens, best tier first", title_justify="left")
    for name in ("id", "tier", "peptide", "HLA", "IC50 nM", "rank %", "wild type", "ratio", "CCF", "TPM"):
        table.add_column(name, justify="left" if name in ("id", "tier", "peptide", "HLA") else "right")
    for one in found[:SHOWN]:
        table.add_row(
            one.id, one.tier, one.peptide or "–", one.hla or "–", number(one.ic50_nm),
            number(one.rank_percent), number(one.wild_type_ic50_nm),
            number(one.agretopicity), number(one.ccf), number(one.tpm),
        )  # fmt: skip
    to.print(table)
    if len(found) > SHOWN:
        to.print(f"… and {len(found) - SHOWN} more")
    to.print("; ".join(f"{tier} {count}" for tier, count in summary["tiers"].items() if count))
    if summary["alleles_not_scored"]:
        to.print(f"Not scored, no matrix and no imported binding: {', '.join(summary['alleles_not_scored'])}.")
    searched = summary["proteins_searched_for_self"]
    looked = f"Self was looked for in {searched} proteins." if searched else "Self was not looked for (no --proteins)."
    to.print(f"{looked} {summary['note']}")
    say_end(to, out)


def _say_matches(found: tuple[Match, ...], summary: dict[str, Any], out: Path) -> None:
    from rich.table import Table

    from adoptive.workbench.cli.say import console

    to = console()
    table = Table(title=f"Peptides that fit {summary['motif']}", title_justify="left")
    for name in ("protein", "from", "peptide", "differences", "IC50 nM"):
        table.add_column(name, justify="left" if name in ("protein", "peptide") else "right")
    for one in found[:SHOWN]:
        unlike = "–" if one.differences is None else str(one.differences)
        table.add_row(one.protein, str(one.position), one.peptide, unlike, number(one.ic50_nm))
    to.print(table)
    if len(found) > SHOWN:
        to.print(f"… and {len(found) - SHOWN} more")
    to.print(f"{summary['peptides']} peptides in {summary['proteins']} proteins. {summary['note']}")
    say_end(to, out)
