"""The identifiability report as one document, and its tables in words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from adoptive.workbench.calibrate.identify.types import (
    CLOSES_AT,
    REACH,
    Identifiability,
    Information,
    Profile,
    Sensitivity,
    Variance,
)
from adoptive.workbench.figures.charts import DataTable
from adoptive.workbench.wording import ALL_ARMS, endpoint_label

__all__ = [
    "as_document", "direction_table", "learned_table", "main_variances", "named", "pair_table", "sensitivity_table",
    "teachers_table", "variance_table",
]  # fmt: skip

DIGITS: Final = 6
TEACHERS: Final = 3
INHERITED: Final = 4


def as_document(report: Identifiability) -> dict[str, Any]:
    """Give the whole report as plain rows; an end that does not close is null."""
    information = report.information
    return {
        "reach": REACH, "closes_at": CLOSES_AT, "counted": report.counted(),
        "contraction": [_plain(vars(row)) for row in report.contractions],
        "pairs": [_plain(vars(row)) for row in report.pairs],
        "directions": [{"sd": _number(row.sd), "loadings": _plain(dict(row.loadings))} for row in report.directions],
        "spectrum": [_number(value) for value in report.spectrum],
        "profiles": [_profile(row) for row in (*report.profiles, *report.held_profiles)],
        "information": [
            {"study": study, "quantity": name, "share": _number(information.shares[s, k]),
             "loss": _number(information.loss[s, k])}
            for s, study in enumerate(information.studies) for k, name in enumerate(information.free)
        ],
        "sobol": [_sobol(row) for row in report.sensitivities],
        "variance": [_plain(vars(row)) for row in report.variances],
        "provenance": dict(report.provenance), "simulated": True,
    }  # fmt: skip


def named(endpoint: str, arm: str, set_: str) -> str:
    """Name an endpoint of a study in words.

    >>> named("pfs_rate@6", "cells", "ITT")
    'PFS at 6 months (cells, ITT)'
    """
    stem, _, months = endpoint.partition("@")
    return f"{endpoint_label(stem, float(months) if months else None)} ({arm or ALL_ARMS}, {set_})"


def learned_table(report: Identifiability) -> DataTable:
    """Tell of each free quantity what was learned, the most contracted first."""
    profiles = {row.name: row for row in report.profiles}
    held = {row.name: row for row in report.held_profiles}
    rows = [
        (
            one.name, f"{one.contraction:.2f}", f"{one.shift:+.2f}", f"{one.mean:.2f}", f"{one.sd:.2f}",
            *_interval(profiles.get(one.name)), *_interval(held.get(one.name)), one.meaning,
        )
        for one in sorted(report.contractions, key=lambda one: -one.contraction)
    ]  # fmt: skip
    return DataTable(
        ("quantity", "contraction", "shift", "mean", "SD", "profile, 95 %", "evidence alone", "profile, others held",
         "with the others' priors", "meaning"), rows,
        f"In units of the standardised deviation. A profile that does not reach {CLOSES_AT} within {REACH:g} standard "
        "deviations stays open (…).",
    )  # fmt: skip


def pair_table(report: Identifiability) -> DataTable:
    """Tell which pairs stay entangled."""
    rows = [(f"{row.first} and {row.second}", f"{row.correlation:+.2f}") for row in report.pairs]
    return DataTable(("pair", "correlation"), rows)


def direction_table(report: Identifiability, *, most: int = 6) -> DataTable:
    """Tell along which directions least was learned."""
    rows = [
        (f"{place}", f"{row.sd:.2f}", ", ".join(f"{weight:+.2f} {name}" for name, weight in row.loadings))
        for place, row in enumerate(report.directions[:most], start=1)
    ]
    return DataTable(("direction", "SD, of the prior's", "made of (largest parts)"), rows)


def teachers_table(report: Identifiability) -> DataTable:
    """Tell which studies teach each quantity, and which loss would cost most."""
    information = report.information
    rows = []
    for at, name in enumerate(information.free):
        order = np.argsort(-information.shares[:, at], kind="stable")[:TEACHERS]
        said = [
            f"{information.studies[s]} {100 * information.shares[s, at]:.0f} %"
            for s in order if information.shares[s, at] >= 0.005
        ]  # fmt: skip
        rows.append((name, ", ".join(said) or "no study", *_dearest(information, at)))
    return DataTable(
        ("quantity", "information from", "dearest loss", "SD would grow by"), rows,
        "Shares of the Fisher information at the posterior mean, as if the other quantities were known; the loss of a "
        "study counts what the others would still teach.",
    )  # fmt: skip


def sensitivity_table(rows: Iterable[Sensitivity]) -> DataTable:
    """Tell whose doubt each prediction inherits: the largest total indices."""
    cells = []
    for row in rows:
        order = np.argsort(-row.total, kind="stable")[:INHERITED]
        said = ", ".join(f"{row.free[at]} {row.total[at]:.2f}" for at in order if row.total[at] >= 0.01)
        rest = max(1.0 - float(row.first.sum()), 0.0)
        ratio = row.joint_sd / row.independent_sd if row.independent_sd > 0 else math.nan
        cells.append((
            f"{row.study}: {named(row.endpoint, row.arm, row.set)}", said or "nothing free moves it", f"{rest:.2f}",
            f"{ratio:.2f}" if math.isfinite(ratio) else "–",
        ))  # fmt: skip
    return DataTable(
        ("prediction", "total index of", "interactions", "SD, joint over independent"), cells,
        "Total Sobol index: share of the variance that would be left if all other quantities were known. "
        "Interactions: one less the sum of first-order indices. The last column is 1 where correlations in the "
        "posterior do not matter.",
    )  # fmt: skip


def main_variances(report: Identifiability) -> tuple[Variance, ...]:
    """Choose the endpoints whose sensitivity was asked for."""
    asked = {(row.study, row.endpoint, row.arm, row.set) for row in report.sensitivities}
    return tuple(row for row in report.variances if (row.study, row.endpoint, row.arm, row.set) in asked)


def variance_table(rows: Iterable[Variance]) -> DataTable:
    """Tell the parts of each prediction's variance."""
    cells = [
        (
            f"{row.study}: {named(row.endpoint, row.arm, row.set)}", f"{math.sqrt(row.whole):.3g}", row.scale,
            *(f"{100 * part / row.whole:.0f} %" if row.whole > 0 else "–"
              for part in (row.parameters, row.trials, row.missed, row.sampling)),
        )
        for row in rows
    ]  # fmt: skip
    return DataTable(
        ("prediction", "SD", "scale", "parameters", "between trials", "missed by the model", "sampling"), cells,
        "Variance of one trial's result on the endpoint's scale. Sampling: one trial's patients, and what the emulator "
        "misses.",
    )  # fmt: skip


def _dearest(information: Information, at: int) -> tuple[str, str]:
    if not len(information.studies):
        return "–", "–"
    worst = int(np.argmax(information.loss[:, at]))
    grown = float(information.loss[worst, at])
    return (information.studies[worst], f"{100 * grown:.0f} %") if grown >= 0.005 else ("–", "below 0.5 %")


def _interval(profile: Profile | None) -> tuple[str, str]:
    if profile is None:
        return "–", "–"
    ends = (f"{end:.2f}" if math.isfinite(end) else "…" for end in (profile.lower, profile.upper))
    return " to ".join(ends), profile.verdict


def _profile(row: Profile) -> dict[str, Any]:
    return {
        "quantity": row.name, "held": row.held, "verdict": row.verdict, "lower": _number(row.lower),
        "upper": _number(row.upper), "grid": [_number(value) for value in row.grid],
        "drop": [_number(value) for value in row.drop], "failures": row.failures,
    }  # fmt: skip


def _sobol(row: Sensitivity) -> dict[str, Any]:
    return {
        "study": row.study, "endpoint": row.endpoint, "arm": row.arm, "set": row.set,
        "independent_sd": _number(row.independent_sd), "joint_sd": _number(row.joint_sd),
        "indices": [
            {"quantity": name, "first": _number(row.first[at]), "first_error": _number(row.first_error[at]),
             "total": _number(row.total[at]), "total_error": _number(row.total_error[at])}
            for at, name in enumerate(row.free)
        ],
    }  # fmt: skip


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, str) else _number(value) for key, value in row.items()}


def _number(value: Any) -> float | None:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
