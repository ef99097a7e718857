"""``adoptive construct``: from a receptor to a sequence that can be ordered. No science is imported here."""

from __future__ import annotations

import typer

from adoptive.workbench.cli.car import car
from adoptive.workbench.cli.construct_tcr import tcr
from adoptive.workbench.cli.construct_verify import verify
from adoptive.workbench.cli.handing import SHORT_HELP, handoff

__all__ = ["construct"]

construct = typer.Typer(
    name="construct",
    help="From a receptor to a checked sequence that can be ordered.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@construct.callback()
def _construct() -> None:
    """Build receptors. For research only; no medical advice."""


construct.command(short_help="A chimeric antigen receptor from named parts.")(car)
construct.command(short_help=SHORT_HELP)(handoff)
construct.command(short_help="T-cell receptors from genes and CDR3s to checked sequences.")(tcr)
construct.command(short_help="Run the known answers.")(verify)
