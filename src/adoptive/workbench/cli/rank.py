"""``adoptive antigen rank``: which receptors to build; a short table on stdout, the tables in a new folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from adoptive.antigen.ranking import Ranking

__all__ = ["rank"]

_SHOWN = 20


def rank(
    clonotypes: Annotated[
        Path, typer.Argument(metavar="CLONOTYPES.tsv", help="Clones, as `antigen clonotypes` wrote.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="New folder for the tables.")],
    hits: Annotated[Path | None, typer.Option(help="hits.tsv of `antigen screen`.", show_default=False)] = None,
    neoantigens: Annotated[
        Path | None, typer.Option(help="neoantigens.tsv of `antigen neoantigens`.", show_default=False)
    ] = None,
    hla: Annotated[Path | None, typer.Option(help="hla.tsv: alleles and haplotypes.", show_default=False)] = None,
    clones: Annotated[
        Path | None,
        typer.Option(help="clones.tsv of the tumour; default nested by cancer cell fraction.", show_default=False),
    ] = None,
    choose: Annotated[int, typer.Option(min=1, max=1000, help="Receptors to build.")] = 5,
    p_real: Annotated[
        list[str] | None,
        typer.Option("--p-real", metavar="TIER=P", help="Chance of a tier, as C=0.2; repeatable.", show_default=False),
    ] = None,
    wild_type: Annotated[
        Literal["exclude", "flag"], typer.Option(help="What to do with a receptor that sees the wild type.")
    ] = "exclude",
    least_wild_type_fold: Annotated[
        float, typer.Option(min=0.0, help="EC50 of wild type over mutant below which it sees the wild type.")
    ] = 10.0,
    screened_negative: Annotated[
        Literal["exclude", "keep"], typer.Option(help="What to do with clones screened without response.")
    ] = "exclude",
    predicted_hla: Annotated[
        bool, typer.Option("--predicted-hla", help="Take the predicted allele where none was tested (a guess).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Rank receptors by evidence; choose those that cover the tumour, also after it has lost HLA."""
    import sys

    from adoptive.antigen.evidence import RankingRules
    from adoptive.workbench.discover.rank import rank_clonotypes, read_inputs, read_priors
    from adoptive.workbench.engine.document import as_json as to_json
    from adoptive.workbench.new_folder import check_folder

    check_folder(out)
    rules = RankingRules(
        choose=choose, priors=read_priors(p_real or ()), wild_type=wild_type, predicted_hla=predicted_hla,
        least_wild_type_fold=least_wild_type_fold, screened_negative=screened_negative,
    )  # fmt: skip
    inputs = read_inputs(clonotypes, hits=hits, neoantigens=neoantigens, hla=hla, clones=clones)
    ranking, document = rank_clonotypes(inputs, rules, out)
    if as_json:
        sys.stdout.write(to_json(document))
    else:
        _say(ranking, document, out)


def _say(ranking: Ranking, document: dict[str, Any], out: Path) -> None:
    """Print the chosen receptors and what they cover."""
    from rich.table import Table

    from adoptive.workbench.cli.say import console
    from adoptive.workbench.discover.label import NO_ADVICE

    to = console()
    table = Table(title="Receptors to build", title_justify="left")
    for name in ("rank", "receptor", "tier", "chance", "antigen", "HLA", "lineage"):
        table.add_column(name, justify="right" if name in ("rank", "chance") else "left", overflow="fold")
    for one in ranking.chosen[:_SHOWN]:
        table.add_row(
            str(one.rank), one.id, one.tier, f"{one.p_real:.2f}", one.antigen or "?", one.hla or "?", one.lineage or "?"
        )
    to.print(table)
    left_out = sum(one.reason.startswith("left out") for one in ranking.receptors)
    to.print(f"{len(ranking.receptors):,} clonotypes; {left_out:,} left out, with the reason in receptors.tsv")
    share = document["covered"]
    to.print(
        f"Expected real: {ranking.expected_real:.2g} of {len(ranking.chosen)}; at least one: "
        f"{100.0 * ranking.at_least_one:.1f} %. Covered share of the tumour's cells, expected: "
        f"{100.0 * share['none_lost']:.0f} % today, {100.0 * share['mean']:.0f} % in the mean over losses of HLA, "
        f"{100.0 * share['least']:.0f} % at worst ({share['least_scenario']})."
    )
    to.print(share["in_words"])
    for note in ranking.notes:
        to.print(f"- {note}")
    to.print(f"{NO_ADVICE}\n")
    to.print(f"tables: {out}", soft_wrap=True)
