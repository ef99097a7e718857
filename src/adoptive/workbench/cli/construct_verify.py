"""``adoptive construct verify``: the known answers, run from the installed package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from adoptive.workbench.cli.construct_options import JsonOption

if TYPE_CHECKING:
    from adoptive.construct.verify import Verdict

__all__ = ["verify"]


def verify(
    as_json: JsonOption = False,
) -> None:
    """Run every known answer: receptors, structures, CARs, binding, reactivity, records, planted faults.

    Exit code 1: one failed. It takes about ten seconds.
    """
    from adoptive.construct.verify.table import as_document
    from adoptive.construct.verify.table import verify as run

    verdicts = run()
    if as_json:
        from adoptive.workbench.engine.document import as_json as to_json

        typer.echo(to_json(as_document(verdicts)), nl=False)
    else:
        _print_table(verdicts)
    if not all(one.passed for one in verdicts):
        raise typer.Exit(1)


def _print_table(verdicts: tuple[Verdict, ...]) -> None:
    from rich.table import Table

    from adoptive.workbench.cli.say import console

    table = Table("case", "", "found", title="Known answers", title_justify="left")
    for one in verdicts:
        table.add_row(one.name, "pass" if one.passed else "FAIL", one.detail)
    to = console()
    to.print(table)
    to.print(f"{sum(one.passed for one in verdicts)} of {len(verdicts)} cases pass")
