"""A judged table for people: the groups side by side, then what separates them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from adoptive.verdict.regression import CoxFit
from adoptive.workbench.judge.analyses import Between, Competing, Judgement
from adoptive.workbench.wording import NOT_ESTIMABLE, NOT_REACHED

__all__ = ["say_judgement"]

_SMALLEST = 1e-4


def say_judgement(judged: Judgement, to: Console) -> None:
    """Print a judged table."""
    rows, level = judged.table.rows, f"{100 * judged.settings.level:g} %"
    events = int(rows.event.sum())
    to.print(f"\n{judged.table.path}: {len(rows):,} rows, {events:,} events, {len(rows) - events:,} censored")
    notes = [f"delayed entry in {judged.table.found.get('entry')}"] if rows.delayed else []
    notes += [f"{len(rows.strata)} strata"] if len(rows.strata) > 1 else []
    notes += ["weighted"] if (rows.weight != 1).any() else []
    if notes:
        to.print("; ".join(notes))
    to.print(_groups(judged, level))
    if judged.milestones:
        to.print(_milestones(judged, level))
    if judged.between is not None:
        to.print(_tests(judged.between))
        for line in _sentences(judged, level):
            to.print(line)
    if judged.adjusted is not None:
        to.print(_cox(judged.adjusted, f"Cox, adjusted, ties {judged.settings.ties}", level))
    if judged.competing is not None:
        to.print(_competing(judged.competing, judged.settings.interest))
    to.print("--json gives the curves and every number in full.\n")


def _groups(judged: Judgement, level: str) -> Table:
    """Set the groups side by side."""
    table = Table(title=f"Kaplan-Meier, {judged.settings.interval} intervals ({level})", title_justify="left")
    for name in ("arm", "n", "events", "median", level, "restricted mean", "up to", level):
        table.add_column(name, justify="left" if name == "arm" else "right")
    means = judged.means or (None,) * len(judged.curves)
    for curve, found, mean in zip(judged.curves, judged.quantiles, means, strict=True):
        half = [at for at, share in enumerate(found.probabilities) if share == 0.5]
        median = [number(getattr(found, end)[half[0]]) if half else "" for end in ("times", "lower", "upper")]
        area = [""] * 4 if mean is None else [number(one) for one in (mean.mean, mean.horizon, mean.lower, mean.upper)]
        table.add_row(
            curve.name, f"{curve.rows:,}", f"{float(curve.events.sum()):g}", median[0], _range(*median[1:]),
            area[0], area[1], _range(*area[2:]),
        )  # fmt: skip
    return table


def _milestones(judged: Judgement, level: str) -> Table:
    table = Table(title="Survival at given times", title_justify="left")
    for name in ("arm", "at", "survival", level, "at risk"):
        table.add_column(name, justify="left" if name == "arm" else "right")
    for one in judged.milestones:
        ends = _range(number(one.lower), number(one.upper))
        table.add_row(one.name, number(one.at), number(one.survival), ends, f"{one.at_risk:g}")
    return table


def _tests(between: Between) -> Table:
    """List the tests of the groups."""
    table = Table(title="Tests that the arms do not differ (two-sided)", title_justify="left")
    for name in ("test", "statistic", "df", "p"):
        table.add_column(name, justify="left" if name == "test" else "right")
    plain = between.log_rank if between.unstratified is None else between.unstratified
    known = [("log-rank", plain)]
    if between.unstratified is not None:
        known.insert(0, ("log-rank, stratified", between.log_rank))
    for name, test in [*known, *((test.name, test) for test in between.weighted)]:
        table.add_row(name, f"{test.chi_squared:.4f}", str(test.degrees), p_value(test.p_value))
    if between.max_combo is not None:
        combo = between.max_combo
        table.add_row(f"MaxCombo of {len(combo.tests)}", f"{combo.statistic:.4f}", "", p_value(combo.p_value))
    return table


def _sentences(judged: Judgement, level: str) -> Iterator[str | Table]:
    """Say hazard ratios, whether they are proportional, and the differences of means and milestones."""
    between = judged.between
    assert between is not None
    if between.cox is None:
        yield f"No hazard ratio: {between.no_cox}."
    else:
        title = f"Cox, hazard ratios over {judged.reference}, ties {judged.settings.ties}"
        yield _cox(between.cox, title, level)
    if between.proportionality is not None:
        p = p_value(between.proportionality.overall.p_value)
        yield f"Proportional hazards (scaled Schoenfeld residuals): p {p}"
    for mean in between.means:
        other = next(name for name in mean.names if name != judged.reference)
        yield (
            f"Restricted mean to {number(mean.horizon)}, {other} minus {judged.reference}: {number(mean.difference)} "
            f"({level} {_range(number(mean.lower), number(mean.upper))}), p {p_value(mean.p_value)}"
        )
    for one in between.milestones:
        other = next(name for name in one.names if name != judged.reference)
        yield (
            f"Survival at {number(one.at)}, {other} minus {judged.reference}: {number(one.difference)} "
            f"({level} {_range(number(one.lower), number(one.upper))}), p {p_value(one.p_value)}"
        )


def _cox(fit: CoxFit, title: str, level: str) -> Table:
    """List a Cox model's hazard ratios."""
    table = Table(title=title, title_justify="left")
    for name in ("", "hazard ratio", level, "p"):
        table.add_column(name, justify="right" if name else "left")
    for at, name in enumerate(fit.names):
        if fit.separated[at]:
            table.add_row(name, f"{NOT_ESTIMABLE}: separated", "", p_value(fit.likelihood_ratio.p_value))
            continue
        ends = _range(number(fit.lower[at]), number(fit.upper[at]))
        table.add_row(name, number(fit.hazard_ratios[at]), ends, p_value(fit.p_values[at]))
    return table


def _competing(competing: Competing, interest: int) -> Table:
    """List the incidences at the end, and the tests of the cause of interest."""
    table = Table(title=f"Competing causes; cause {interest} is judged", title_justify="left")
    for name in ("arm", "cause", "incidence at the end", "Gray p", "subdistribution hazard ratio"):
        table.add_column(name, justify="left" if name == "arm" else "right")
    gray, fit = competing.gray, competing.fine_gray
    ratios = {} if fit is None else dict(zip(fit.names, fit.hazard_ratios.tolist(), strict=True))
    for one in competing.incidence:
        for cause, curve in zip(one.causes, one.incidence, strict=True):
            mine = cause == interest
            test = p_value(gray.p_value) if mine and gray is not None else ""
            ratio = number(ratios[one.name]) if mine and one.name in ratios else ""
            table.add_row(one.name, str(cause), number(curve[-1] if curve.size else 0.0), test, ratio)
    return table


def number(value: float) -> str:
    """Write a number with four digits that count, or that it was not reached.

    >>> number(12.34567), number(float("inf")), number(0.0)
    ('12.35', 'not reached', '0')
    """
    return f"{value:.4g}" if math.isfinite(value) else NOT_REACHED


def p_value(p: float) -> str:
    """Write a p-value.

    >>> p_value(0.04567), p_value(1e-9)
    ('0.0457', '< 0.0001')
    """
    return f"{p:.4f}" if p >= _SMALLEST else f"< {_SMALLEST:.4f}"


def _range(*ends: str) -> str:
    return " to ".join(ends) if all(ends) else ""
