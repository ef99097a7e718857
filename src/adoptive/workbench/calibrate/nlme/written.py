"""What a fit leaves behind: one JSON document, a table of estimates, a table of individuals, two pictures."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from adoptive.workbench.calibrate.nlme.fit import PopulationFit
from adoptive.workbench.calibrate.nlme.npde import Npde, prediction_errors
from adoptive.workbench.calibrate.nlme.simulated import simulate_data
from adoptive.workbench.calibrate.nlme.vpc import Vpc, predictive_check
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.new_folder import new_folder, write_figures

__all__ = ["Checked", "check_fit", "fit_document", "write_fit"]

_FEW = 50.0
"""Effective samples of the likelihood below which a subject's part is not to be relied on."""


@dataclass(frozen=True)
class Checked:
    """Hold a fit with its checks on simulated data."""

    fit: PopulationFit
    vpc: Vpc
    npde: Npde


def check_fit(fit: PopulationFit, *, corrected: bool = False, bins: int = 8) -> Checked:
    """Simulate the data from the fit and compare."""
    settings = fit.settings
    copies = simulate_data(fit.problem, fit.population, copies=settings.simulations, seed=settings.seed)
    vpc = predictive_check(fit.problem, fit.population, copies, bins=bins, corrected=corrected)
    return Checked(fit, vpc, prediction_errors(fit.problem, copies, seed=settings.seed))


def fit_document(checked: Checked) -> dict[str, Any]:
    """Give a fit as one document; what is not finite is null."""
    fit, data = checked.fit, checked.fit.problem.data
    names = [fit.problem.model.parameters[place].name for place in fit.problem.varying]
    return {
        "model": fit.problem.model.name, "residual": fit.problem.model.residual.kind, "subjects": data.subjects,
        "observations": data.observations, "below_limit": data.censored, "seed": fit.settings.seed,
        "estimates": [
            {
                "name": row.name, "kind": row.kind, "value": _plain(row.value), "held": row.held,
                "standard_error_linear": _plain(row.error_linear), "standard_error_louis": _plain(row.error_louis),
            }
            for row in fit.estimates
        ],
        "minus_2_log_likelihood": _plain(fit.minus2), "monte_carlo_error": _plain(fit.likelihood.error),
        "effective_samples_least": _plain(float(fit.likelihood.effective.min())),
        "likelihood_reliable": bool(fit.likelihood.effective.min() >= _FEW),
        "minus_2_log_likelihood_linearised": _plain(fit.minus2_linear), "aic": _plain(fit.aic), "bic": _plain(fit.bic),
        "settled": fit.settled,
        "shrinkage": {name: _plain(float(value)) for name, value in zip(names, fit.eta_shrinkage, strict=True)},
        "shrinkage_residual": _plain(fit.residual_shrinkage),
        "npde": {
            "mean_p": _plain(checked.npde.mean), "variance_p": _plain(checked.npde.variance),
            "normality_p": _plain(checked.npde.normality), "together_p": _plain(checked.npde.together),
        },
        "vpc": {
            "inside": _plain(checked.vpc.inside), "corrected": checked.vpc.corrected, "bins": _bins(checked.vpc),
        },
    }  # fmt: skip


def write_fit(checked: Checked, out: Path) -> None:
    """Write document, tables and pictures into a new folder; the same inputs give the same bytes."""
    from adoptive.workbench.calibrate.nlme.figures import errors_figure, predictive_figure

    problem = checked.fit.problem
    with new_folder(out) as folder:
        document = fit_document(checked)
        (folder / "fit.json").write_text(as_json(document), "utf-8")
        rows = document["estimates"]
        _write(folder / "estimates.csv", list(rows[0]), [list(row.values()) for row in rows])
        _write(folder / "individuals.csv", *_individuals(checked.fit))
        write_figures(folder, (predictive_figure(checked.vpc, problem), errors_figure(checked.npde, problem)))


def _individuals(fit: PopulationFit) -> tuple[list[str], list[list[Any]]]:
    """Give each subject's mode, mean and spread; the spread is that of the draws on the natural scale."""
    problem, individual = fit.problem, fit.individual
    phi = np.broadcast_to(problem.means(fit.population.beta), (len(individual.draws), *individual.mode.shape)).copy()
    phi[..., problem.varying] = individual.draws
    natural = problem.natural(phi)
    mode, mean, spread = problem.natural(individual.mode), natural.mean(axis=0), natural.std(axis=0, ddof=1)
    names = [parameter.name for parameter in problem.model.parameters]
    head = ["id", *(f"{name}_{what}" for name in names for what in ("mode", "mean", "sd"))]
    rows: list[list[Any]] = []
    for at, who in enumerate(problem.data.ids):
        cells = [_plain(float(part[at, k])) for k in range(len(names)) for part in (mode, mean, spread)]
        rows.append([who, *cells])
    return head, rows


def _bins(vpc: Vpc) -> list[dict[str, Any]]:
    found = []
    for at in range(len(vpc.time)):
        found.append({
            "time": _plain(float(vpc.time[at])), "count": int(vpc.count[at]),
            "observed": [_plain(float(value)) for value in vpc.observed[at]],
            "simulated": [[_plain(float(value)) for value in row] for row in vpc.simulated[at]],
            "below": [_plain(float(value)) for value in vpc.below[at]],
        })  # fmt: skip
    return found


def _write(path: Path, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows([["" if cell is None else cell for cell in row] for row in rows])


def _plain(value: float) -> float | None:
    return float(f"{value:.8g}") if math.isfinite(value) else None
