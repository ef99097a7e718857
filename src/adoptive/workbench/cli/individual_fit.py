"""What ``adoptive calibrate individual`` does: read, fit, check, write, say."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table

from adoptive.errors import ParameterError
from adoptive.workbench.calibrate.nlme import (
    Checked,
    Residual,
    Settings,
    Wanted,
    check_fit,
    fit_document,
    fit_population,
    population_model,
    read_population,
    write_fit,
)
from adoptive.workbench.cli.say import console
from adoptive.workbench.cli.surroundings import StoppedError
from adoptive.workbench.cli.zoo_tables import number, pairs
from adoptive.workbench.engine.document import as_json as to_json
from adoptive.workbench.limits import MOST_FITTED
from adoptive.workbench.new_folder import check_folder

__all__ = ["Asked", "fit_individuals"]

_LN = "ln:"


@dataclass(frozen=True)
class Asked:
    """Hold the options of the command."""

    files: tuple[Path, ...]
    model: str
    observation: str | None
    error: Literal["additive", "proportional", "combined", "exponential"]
    layout: str
    group: str | None
    fit: str | None
    still: str | None
    hold: str | None
    start: tuple[str, ...]
    slope: tuple[str, ...]
    correlated: bool
    corrected: bool
    engine: bool
    seed: int
    burn_in: int
    averaging: int
    chains: int
    samples: int
    out: Path | None
    as_json: bool


def fit_individuals(asked: Asked) -> int:
    """Fit as asked; give the exit code."""
    if asked.out is not None:
        check_folder(asked.out)
    name, _, quantity = (asked.observation or "").partition("=")
    data = read_population(asked.files, layout=asked.layout, observation=name or None, group=asked.group)
    if data.subjects > MOST_FITTED:
        raise ParameterError("too many subjects for one fit", value=f"{data.subjects:,}", allowed=f"{MOST_FITTED:,}")
    start = 0.3 if asked.error == "exponential" else float(data.value[data.used].std()) or 1.0
    model = population_model(asked.model, Residual(asked.error, additive=start), _wanted(asked, quantity or None))
    settings = Settings(
        seed=asked.seed, chains=asked.chains, burn_in=asked.burn_in, averaging=asked.averaging, samples=asked.samples
    )
    try:
        checked = check_fit(fit_population(model, data, settings), corrected=asked.corrected)
        if asked.out is not None:
            write_fit(checked, asked.out)
    except KeyboardInterrupt:
        if asked.out is None:
            raise
        raise StoppedError from None
    if asked.as_json:
        sys.stdout.write(to_json(fit_document(checked)))
    else:
        _say(checked, asked.out, console())
    return 0


def _wanted(asked: Asked, quantity: str | None) -> Wanted:
    slopes = []
    for parameter, column in pairs(asked.slope, "--slope", form="PARAMETER=COLUMN").items():
        slopes.append((column.removeprefix(_LN), parameter, column.startswith(_LN)))
    starts = {name: number(text, "--start") for name, text in pairs(asked.start, "--start").items()}
    return Wanted(
        quantity, _names(asked.fit), _names(asked.still), _names(asked.hold), starts, tuple(slopes), asked.correlated,
        asked.engine,
    )  # fmt: skip


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def _say(checked: Checked, out: Path | None, to: Console) -> None:
    """Print a fit for people."""
    fit, data = checked.fit, checked.fit.problem.data
    to.print(
        f"\n{fit.problem.model.name}: {data.subjects:,} subjects, {data.observations:,} values, "
        f"{data.censored:,} of them below a limit\n"
    )
    table = Table(title="Estimates", title_justify="left")
    for title in ("", "estimate", "SE linearised", "SE observed"):
        table.add_column(title, justify="right" if title else "left")
    for row in fit.estimates:
        cells = ("held", "") if row.held else (_number(row.error_linear), _number(row.error_louis))
        table.add_row(row.name, _number(row.value), *cells)
    to.print(table)
    to.print(
        f"-2LL {fit.minus2:.2f} (Monte Carlo error {fit.likelihood.error:.2f}), AIC {fit.aic:.2f}, BIC {fit.bic:.2f}"
    )
    if fit.likelihood.effective.min() < 50:
        to.print("The likelihood of a subject rests on fewer than 50 effective samples: do not rely on it.")
    names = [fit.problem.model.parameters[place].name for place in fit.problem.varying]
    shrunk = ", ".join(f"{name} {100 * value:.0f} %" for name, value in zip(names, fit.eta_shrinkage, strict=True))
    to.print(f"shrinkage: {shrunk}; residual {100 * fit.residual_shrinkage:.0f} %")
    npde = checked.npde
    to.print(f"NPDE: mean p {npde.mean:.3g}, variance p {npde.variance:.3g}, normality p {npde.normality:.3g}")
    to.print(f"VPC: {100 * checked.vpc.inside:.0f} % of observed percentiles inside the simulated 90 % range")
    if not fit.settled:
        to.print("The estimates still moved while they were averaged: use more iterations (--burn-in, --averaging).")
    to.print("Standard errors are on each number's own scale; – where the draws do not resolve them.")
    if out is not None:
        to.print(f"written: {out}/fit.json", soft_wrap=True)


def _number(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "–"
