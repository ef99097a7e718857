"""``adoptive antigen``: from a patient's tumour to receptors worth building. No science is imported here."""

from __future__ import annotations

import typer

from adoptive.workbench.cli.clonotypes import clonotypes

__all__ = ["antigen"]

antigen = typer.Typer(
    name="antigen",
    help="From a patient's tumour to receptors worth building, or to a target for a chimeric receptor.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@antigen.callback()
def _antigen() -> None:
    """Find what engineered cells could see. For research only; no medical advice."""


antigen.command(short_help="Clones of T cells from single-cell tables, ranked by tumour reactivity.")(clonotypes)
