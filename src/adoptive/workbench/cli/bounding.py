"""``adoptive bounds``: bounds of interim looks, events, patients, power. No science is imported before it is asked."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["bounds"]

_LIST = "A,B,…"


def bounds(
    fractions: Annotated[
        str | None,
        typer.Option(
            "--fractions",
            "--information-rates",
            metavar=_LIST,
            help="Information fraction of each look, as in 1/3,2/3,1.",
        ),
    ] = None,
    looks: Annotated[int | None, typer.Option(help="Equally spaced looks, in the place of --fractions.")] = None,
    alpha: Annotated[float, typer.Option(help="Level; of both sides together with --sided 2.")] = 0.025,
    beta: Annotated[float | None, typer.Option(help="Type II error; default 0.2.", show_default=False)] = None,
    power: Annotated[float | None, typer.Option(help="1 - beta, in its place.", show_default=False)] = None,
    sided: Annotated[int, typer.Option(help="1 or 2 (symmetric).")] = 1,
    spending: Annotated[
        str,
        typer.Option(
            help="Efficacy. Lan-DeMets spending: O'Brien-Fleming (asOF), Pocock (asP), Hwang-Shih-DeCani (asHSD), "
            "power (asKD), exponential, beta, normal, logistic, Cauchy, user (asUser), noEarlyEfficacy. Classical "
            "shapes: OF, P, WT (Wang-Tsiatis), HP (Haybittle-Peto)."
        ),
    ] = "O'Brien-Fleming",
    parameter: Annotated[
        str | None, typer.Option(help="The family's parameter (gamma, exponent, delta, constant); two as A,B.")
    ] = None,
    spent: Annotated[str | None, typer.Option(metavar=_LIST, help="user: cumulative alpha at each look.")] = None,
    futility: Annotated[str | None, typer.Option(help="Family by which beta is spent.")] = None,
    futility_parameter: Annotated[str | None, typer.Option(help="Its parameter.")] = None,
    futility_spent: Annotated[str | None, typer.Option(metavar=_LIST, help="user: cumulative beta.")] = None,
    futility_bounds: Annotated[
        str | None, typer.Option(metavar=_LIST, help="Fixed futility z of every look but the last (-inf: none).")
    ] = None,
    binding: Annotated[bool, typer.Option("--binding", help="Efficacy relies on futility being heeded.")] = False,
    harm: Annotated[str | None, typer.Option(help="Family of a lower bound under the null: stop for harm.")] = None,
    harm_parameter: Annotated[str | None, typer.Option(help="Its parameter.")] = None,
    harm_alpha: Annotated[float | None, typer.Option(help="Its level; default --alpha.", show_default=False)] = None,
    spending_times: Annotated[
        str | None, typer.Option(metavar=_LIST, help="Times at which error is spent, such as calendar fractions.")
    ] = None,
    hazard_ratio: Annotated[float | None, typer.Option(help="Experimental over control, as planned.")] = None,
    method: Annotated[str, typer.Option(help="Schoenfeld, Freedman, Hsieh-Freedman or Lachin-Foulkes.")] = "Schoenfeld",
    allocation: Annotated[float, typer.Option(help="Experimental over control.")] = 1.0,
    median_control: Annotated[float | None, typer.Option(help="Control's median; any unit of time.")] = None,
    hazard_control: Annotated[
        str | None, typer.Option(metavar=_LIST, help="Control's hazard, or one per step of --hazard-times.")
    ] = None,
    hazard_times: Annotated[str | None, typer.Option(metavar=_LIST, help="Starts of the hazard's steps: 0,6.")] = None,
    accrual: Annotated[str | None, typer.Option(metavar=_LIST, help="Length of accrual, or its steps: 0,6,20.")] = None,
    accrual_rate: Annotated[
        str | None,
        typer.Option(metavar=_LIST, help="Patients per unit of time in each step; one more than steps: no end."),
    ] = None,
    follow_up: Annotated[float | None, typer.Option(help="From the last patient in to the last look.")] = None,
    patients: Annotated[float | None, typer.Option(help="Patients, in the place of --follow-up.")] = None,
    events: Annotated[
        str | None, typer.Option(metavar=_LIST, help="Events at the end, or at each look: gives the power.")
    ] = None,
    dropout: Annotated[
        str | None, typer.Option(help="Share lost by --dropout-time: of both arms, or experimental,control.")
    ] = None,
    dropout_time: Annotated[float, typer.Option(help="When that share is lost.")] = 12.0,
    seen_look: Annotated[int | None, typer.Option(help="An interim result: its look, counted from 1 …")] = None,
    seen_z: Annotated[float | None, typer.Option(help="… and its z: conditional power, intervals.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Place the bounds of interim looks; with a hazard ratio, find events, patients and times, or the power."""
    from adoptive.workbench.bounds import Asked
    from adoptive.workbench.cli.bounds_said import bounds_command

    asked = Asked(
        fractions, looks, alpha, beta, power, sided, spending, parameter, spent, futility, futility_parameter,
        futility_spent, futility_bounds, binding, harm, harm_parameter, harm_alpha, spending_times, hazard_ratio,
        method, allocation, median_control, hazard_control, hazard_times, accrual, accrual_rate, follow_up, patients,
        events, dropout, dropout_time, seen_look, seen_z,
    )  # fmt: skip
    raise typer.Exit(bounds_command(asked, as_json=as_json))
