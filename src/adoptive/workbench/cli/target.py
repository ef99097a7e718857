"""``adoptive antigen target``: what a chimeric receptor could see; short tables on stdout, all in a new folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from adoptive.workbench.discover.target import TargetResult

__all__ = ["target"]

_SHOWN = 15


def target(
    tumour: Annotated[
        Path, typer.Option(help="Tumours: gene and a column per sample; gene, sample, TPM; or gene, TPM of a cohort.")
    ],
    normal: Annotated[Path, typer.Option(help="Normal tissues: Gene name, Tissue, nTPM (Human Protein Atlas).")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="New folder for the tables.")],
    cells: Annotated[
        Path | None, typer.Option(help="Normal cell types: Gene name, Cell type, nTPM.", show_default=False)
    ] = None,
    staining: Annotated[
        Path | None,
        typer.Option(help="gene; 0, 1+, 2+, 3+ or positive_fraction; level_in_positives (TPM).", show_default=False),
    ] = None,
    isoforms: Annotated[
        Path | None, typer.Option(help="gene, isoform, place (tumour, a tissue, *), share.", show_default=False)
    ] = None,
    curated: Annotated[
        Path | None,
        typer.Option(
            help="gene; polarity, shedding, precedent, measured, tumour_cells, molecules_per_cell.", show_default=False
        ),
    ] = None,
    surface: Annotated[Path | None, typer.Option(help="Genes of the cell's surface, one per line.")] = None,
    tissues: Annotated[
        Path | None, typer.Option(help="tissue, organ: names that the map does not know.", show_default=False)
    ] = None,
    gate: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help='As in "A AND NOT (B OR C)"; repeatable.', show_default=False),
    ] = None,
    lineage: Annotated[
        list[str] | None,
        typer.Option(
            help="Cell type, or class of cell types, that matches the tumour; repeatable.", show_default=False
        ),
    ] = None,
    positive_tpm: Annotated[float, typer.Option(min=0.0, help="Least level of a positive tumour.")] = 10.0,
    search_among: Annotated[int, typer.Option(min=0, max=500, help="Best targets to pair as gates.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Score targets of chimeric receptors: tumour against normal tissue, with guards, and gates of several antigens."""
    import sys

    from adoptive.antigen.targets import TargetRules
    from adoptive.workbench.cli.say import console
    from adoptive.workbench.discover.target import TargetFiles, find_targets, options_of, target_document, write_targets
    from adoptive.workbench.engine.document import as_json as to_json
    from adoptive.workbench.new_folder import check_folder

    check_folder(out)
    rules = TargetRules(positive_tpm=positive_tpm, lineage=tuple(lineage or ()), search_among=search_among)
    files = TargetFiles(tumour, normal, cells, staining, isoforms, curated, surface, tissues)
    result = find_targets(files, gates=gate or (), rules=rules)
    write_targets(out, result, options=options_of(rules, gate or ()))
    if as_json:
        sys.stdout.write(to_json(target_document(result)))
    else:
        _say(result, out, console())


def _say(result: TargetResult, out: Path, to: Console) -> None:
    """Print the best targets and gates."""
    from rich.table import Table

    from adoptive.workbench.discover.label import NO_ADVICE

    table = Table(title="Targets: flagged ones stand last", title_justify="left")
    for name in ("target", "score", "TPM", "positive", "vital", "barrier", "flags"):
        table.add_column(name, justify="left" if name in ("target", "flags") else "right", overflow="fold")
    for one in result.targets[:_SHOWN]:
        vital, barrier = (f"{_said(level)} {place}" for level, place in (
            (one.safety_vital, one.vital_tissue), (one.safety_barrier, one.barrier_tissue)))  # fmt: skip
        table.add_row(
            one.name, _said(one.score), _said(one.efficacy), _said(one.coverage), vital, barrier, ", ".join(one.flags)
        )
    to.print(table)
    gates = Table(
        title=f"Gates: {result.tried:,} tried, so that the best look better than they are", title_justify="left"
    )
    for name in ("gate", "score", "TPM", "open in", "worst normal", "flags"):
        gates.add_column(name, justify="left" if name in ("gate", "flags") else "right", overflow="fold")
    for rule in [one for at, one in enumerate(result.gates) if at < _SHOWN or one.origin == "asked"]:
        worst = (
            (rule.safety_cell, rule.worst_cell_type) if rule.worst_cell_type else (rule.safety_vital, rule.vital_tissue)
        )
        gates.add_row(
            rule.gate, _said(rule.score), _said(rule.efficacy), _said(rule.coverage), f"{_said(worst[0])} {worst[1]}",
            ", ".join(rule.flags),
        )  # fmt: skip
    to.print(gates)
    unflagged = sum(not one.flags for one in result.targets)
    to.print(f"{len(result.targets):,} targets, {unflagged:,} without a flag. The score is a sort key only.")
    for note in result.notes:
        to.print(f"- {note}")
    to.print(f"{NO_ADVICE}\n")
    to.print(f"tables: {out}", soft_wrap=True)


def _said(value: float | None) -> str:
    return "?" if value is None else f"{value:.3g}"
