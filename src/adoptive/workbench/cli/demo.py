"""``adoptive antigen demo``: a made-up patient, the whole way. No science is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adoptive.workbench.limits import MOST_TRIALS, MOST_WORKERS

if TYPE_CHECKING:
    from adoptive.workbench.discover.demo.run import Made

__all__ = ["demo"]


def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="New folder.")] = Path("SYNTHETIC-demo"),
    trials: Annotated[int, typer.Option(min=1, max=MOST_TRIALS, help="Virtual trials of each of two products.")] = 100,
    workers: Annotated[
        int | None, typer.Option(min=1, max=MOST_WORKERS, help="Processes; default one per core.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="The same seed gives the same bytes.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Take a SYNTHETIC patient the whole way: mutations, screen, clones, receptors, sequences, virtual trials.

    Everything is made up and labelled so; every step's folder can be made by the command that is printed. Exit code 1:
    a sequence failed a check.
    """
    from adoptive.workbench.discover.demo.run import DemoRequest, make_demo

    def say(command: str) -> None:
        if not as_json:
            typer.echo(f"$ {command}", err=True)

    made = make_demo(DemoRequest(out, trials, workers, seed), say=say)
    (_print_json if as_json else _print_words)(made, out)
    raise typer.Exit(0 if made.summary["ready_to_order"] else 1)


def _print_json(made: Made, out: Path) -> None:
    from adoptive.workbench.engine.document import as_json

    typer.echo(as_json({"out": str(out), "wall_s": round(made.seconds, 1), **made.summary}), nl=False)


def _print_words(made: Made, out: Path) -> None:
    typer.echo(made.summary["label"])
    typer.echo(made.summary["answer"])
    for one in made.summary["trials"]:
        means = "; ".join(f"{name} {value['mean']:.1f}" for name, value in one["means"].items())
        typer.echo(f"{one['product']}: {means}")
    typer.echo(f"{made.seconds:.0f} s; page: {out}/report.html; commands: {out}/commands.sh")
