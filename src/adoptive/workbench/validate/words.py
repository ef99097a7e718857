"""How a check is put into words, on the terminal and on the page alike."""

from __future__ import annotations

import math
from collections.abc import Sequence

from adoptive.workbench.validate.class_rates import RIVALS
from adoptive.workbench.validate.types import CheckResult, Contest, Coverage, Judged, Round, Stated, StudyCheck
from adoptive.workbench.wording import ALL_ARMS, amount, endpoint_label, interval

__all__ = [
    "CONTEST_HEAD", "COVERAGE_HEAD", "MISS_HEAD", "ROUND_HEAD", "contest_cells", "count_of", "coverage_cells", "mark",
    "miss_cells", "missed", "round_cells", "standing",
]  # fmt: skip

COVERAGE_HEAD = (
    "endpoints", "number", "trials", "inside 90 %", "95 % interval", "a right model", "inside 50 %", "a right model",
)  # fmt: skip
MISS_HEAD = ("study", "endpoint", "arm", "published", "simulated median", "90 % of trials", "standard deviations off")
ROUND_HEAD = ("study", "arm", "class", "responses", "model without it", "pooled rate", "without its own", "Jeffreys")
CONTEST_HEAD = ("class rate", "trials", "model better in", "model", "rate", "model better by", "95 % interval")


def standing(result: CheckResult) -> str:
    """Say on which numbers the check stands."""
    posterior = result.provenance.get("posterior_sha256")
    if posterior is None:
        return (
            "Nothing is calibrated: this package carries no posterior, and every trial draws its numbers from priors."
        )
    return f"Every virtual trial takes its own draw of the package's posterior ({posterior[:12]})."


def coverage_cells(result: Sequence[Coverage]) -> list[tuple[str, ...]]:
    """Write coverage at 90 and 50 %, a row for all endpoints, each group and each kind."""
    halves = {row.what: row for row in result if row.nominal == 50}
    return [
        (
            row.what, str(row.endpoints), str(row.studies), f"{row.share:.0f} %",
            interval(row.lower, row.upper, "%"), f"{row.expected:.0f} %",
            f"{halves[row.what].share:.0f} %", f"{halves[row.what].expected:.0f} %",
        )
        for row in result if row.nominal == 90
    ]  # fmt: skip


def mark(row: Stated) -> str:
    """Say whether a stated check holds."""
    return {True: "holds", False: "FAILS", None: "not judged"}[row.holds]


def miss_cells(row: Judged) -> tuple[str, ...]:
    """Write an endpoint that lies outside."""
    comparison, published = row.comparison, row.comparison.published
    unit = published.unit
    away = row.distance or 0.0
    return (
        row.study, endpoint_label(published.endpoint, published.at_months), published.arm or ALL_ARMS,
        amount(published.estimate, unit), amount(comparison.simulated_median, unit),
        interval(comparison.simulated_p05, comparison.simulated_p95, unit),
        f"{away:+.1f}" if math.isfinite(away) and abs(away) < 100 else "far",
    )  # fmt: skip


def round_cells(row: Round) -> tuple[str, ...]:
    """Write the log scores of one endpoint."""
    scores = (row.model, row.published_rate, row.without_own, row.beta_binomial)
    return (row.study, row.arm or ALL_ARMS, row.class_name, f"{row.x} of {row.n}", *map(_score, scores))


def contest_cells(row: Contest) -> tuple[str, ...]:
    """Write a paired difference of log scores."""
    ends = f"{row.lower:+.2f} to {row.upper:+.2f}" if math.isfinite(row.lower + row.upper) else "unknown"
    scores = _score(row.model), _score(row.baseline)
    return RIVALS[row.rival], str(row.trials), str(row.won), *scores, f"{row.difference:+.2f}", ends


def _score(value: float | None) -> str:
    if value is None:
        return "no rate left"
    return f"{value:.2f}" if math.isfinite(value) else "impossible"


def count_of(study: StudyCheck) -> tuple[int, int]:
    """Count a study's endpoints that count: inside, and in all."""
    counted = [row for row in study.endpoints if row.counts]
    return sum(bool(row.comparison.inside) for row in counted), len(counted)


def missed(study: StudyCheck) -> str:
    """Name a study's endpoints that lie outside, published and simulated."""
    return "; ".join(
        f"{where} {published}, simulated {median} ({range_})"
        for where, published, median, range_ in (
            (f"{cells[1]}{'' if cells[2] == ALL_ARMS else f' ({cells[2]})'}", *cells[3:6])
            for cells in (miss_cells(row) for row in study.endpoints if row.counts and not row.comparison.inside)
        )
    )
