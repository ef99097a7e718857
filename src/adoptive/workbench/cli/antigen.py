"""``adoptive antigen``: from a patient's tumour to receptors worth building. No science is imported here."""

from __future__ import annotations

import typer

from adoptive.workbench.cli.rank import rank
from adoptive.workbench.cli.target import target

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


antigen.command(short_help="Choose the receptors to build, by evidence and by what they cover.")(rank)
antigen.command(short_help="Targets of chimeric receptors from expression tables, with guards and gates.")(target)
