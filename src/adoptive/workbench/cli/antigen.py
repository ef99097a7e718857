"""``adoptive antigen``: from a patient's tumour to receptors worth building. No science is imported here."""

from __future__ import annotations

import typer

from adoptive.workbench.cli.clonotypes import clonotypes
from adoptive.workbench.cli.demo import demo
from adoptive.workbench.cli.neoantigens import neoantigens, offtarget
from adoptive.workbench.cli.rank import rank
from adoptive.workbench.cli.screen import minigenes, screen
from adoptive.workbench.cli.target import target

__all__ = ["antigen"]

antigen = typer.Typer(
    name="antigen",
    help="From a tumour to receptors worth building, or to a target.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@antigen.callback()
def _antigen() -> None:
    """Find what engineered cells could see. For research only; no medical advice."""


antigen.command(short_help="Mutations that a receptor might see: windows, binding, clonality, tiers.")(neoantigens)
antigen.command(short_help="Tandem minigenes, peptides and pools for a screen.")(minigenes)
antigen.command(short_help="Read a plate: hits, pools resolved, titrations.")(screen)
antigen.command(short_help="Clones of T cells from single-cell tables, ranked by tumour reactivity.")(clonotypes)
antigen.command(short_help="Choose the receptors to build, by evidence and by what they cover.")(rank)
antigen.command(short_help="Peptides of a proteome that fit what a receptor tolerates.")(offtarget)
antigen.command(short_help="Targets of chimeric receptors from expression tables, with guards and gates.")(target)
antigen.command(short_help="A SYNTHETIC patient the whole way, from mutations to virtual trials.")(demo)
