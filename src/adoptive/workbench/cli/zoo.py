"""``adoptive zoo``: published CAR-T models, listed, run and fitted. No science is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adoptive.workbench.limits import MOST_WORKERS

__all__ = ["zoo"]

MOST_DAYS = 36_525
MOST_STARTS = 256

zoo = typer.Typer(
    name="zoo",
    help="Published models of CAR-T cells: list, run, fit.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

ModelArgument = Annotated[str, typer.Argument(help="A model's name, as `adoptive zoo list` prints it.")]
ParametersOption = Annotated[
    str | None, typer.Option("--parameters", metavar="SET", help="Parameter set; default the first.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@zoo.command("list", short_help="List the models.")
def list_models(as_json: JsonOption = False) -> None:
    """List the models with their parameter sets, what each captures and what it misses."""
    from adoptive.workbench.cli.zoo_tables import say_models

    say_models(as_json=as_json)


@zoo.command(short_help="Run a model and set it against its published values.")
def run(
    model: ModelArgument,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Change a parameter; repeatable.")
    ] = None,
    parameters: ParametersOption = None,
    until: Annotated[
        float | None, typer.Option(min=0.01, max=MOST_DAYS, help="Last day; default the model's own.")
    ] = None,
    as_json: JsonOption = False,
    out: Annotated[Path | None, typer.Option(help="Write every day to this .csv or .json file.")] = None,
) -> None:
    """Run a model, print a table, and check the values that its publication implies. Exit code 1 if one is missed."""
    from adoptive.workbench.cli.zoo_run import Asked, run_model

    raise typer.Exit(run_model(Asked(model, tuple(set_ or ()), parameters, until, as_json, out)))


@zoo.command(short_help="Fit a model to individuals.")
def fit(
    model: ModelArgument,
    data: Annotated[Path, typer.Argument(metavar="DATA.csv", help="Columns id, time, quantity, value, below_limit.")],
    parameters: ParametersOption = None,
    fitted: Annotated[
        str | None, typer.Option("--fit", metavar="A,B", help="Parameters to fit; default the model's own.")
    ] = None,
    prior: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=MEDIAN:SD", help="Prior on the parameter's scale; SD inf is flat. Repeatable."),
    ] = None,
    layout: Annotated[str, typer.Option(help="Layout of the file: tidy or liu2022.")] = "tidy",
    only: Annotated[str | None, typer.Option(metavar="A,B", help="Quantities of the data to use; default all.")] = None,
    rename: Annotated[
        list[str] | None, typer.Option(metavar="OLD=NEW", help="Name of a quantity in the data = in the model.")
    ] = None,
    at_least: Annotated[int, typer.Option(min=1, help="Leave out individuals with fewer values above the limit.")] = 1,
    noise: Annotated[
        float | None, typer.Option(min=1e-3, max=10.0, help="Residual sd on the log scale; default the model's row.")
    ] = None,
    starts: Annotated[int, typer.Option(min=0, max=MOST_STARTS, help="Starts per individual besides the median.")] = 24,
    threads: Annotated[int, typer.Option(min=1, max=MOST_WORKERS, help="Threads.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Fit chosen parameters to each individual: maximum a posteriori, values below the limit censored."""
    from adoptive.workbench.cli.zoo_fit import AskedFit, fit_model

    asked = AskedFit(
        model, data, parameters, fitted, tuple(prior or ()), layout, only, tuple(rename or ()), at_least, noise, starts,
        threads, as_json,
    )  # fmt: skip
    raise typer.Exit(fit_model(asked))
