"""The one JSON document of a run: what ``--json`` prints and ``summary.json`` holds."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable
from typing import Any

from adoptive.workbench.engine.types import Comparison, RunResult

__all__ = ["as_document", "as_json", "endpoint_document", "rows_document"]


def as_document(result: RunResult, *, wall_s: float | None = None) -> dict[str, Any]:
    """Give a run as one document; ``inf`` becomes ``null``, ``wall_s`` is left out if not given.

    A ``null`` median with ``estimable_share`` above 0 was not reached within follow-up.
    """
    arms = [arm.name for arm in result.study.trial.arms]
    document: dict[str, Any] = {"study": result.study.name, "seed": result.seed, "trials": result.trials}
    if wall_s is not None:
        document["wall_s"] = round(wall_s, 3)
    document["endpoints"] = [endpoint_document(row) for row in result.comparisons]
    document |= {
        "arms": arms, "patients_per_trial": result.study.trial.randomised, "median_trial": result.median_trial,
        "median_trial_by": result.chosen_by.name, "prediction": result.prediction,
        "checks": rows_document(result.checks), "rules": rows_document(result.rules), "simulated": True,
    }  # fmt: skip
    return document


def as_json(document: Any) -> str:
    """Write a document as JSON text that ends with a line end."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def rows_document(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Give dataclasses, such as the levers of the ordering check, as plain rows."""
    return [{key: _plain(value) for key, value in dataclasses.asdict(row).items()} for row in rows]


def endpoint_document(row: Comparison) -> dict[str, Any]:
    """Give one endpoint, simulated against published, as it stands in every document."""
    published = row.published
    return {
        "name": published.endpoint, "arm": published.arm, "set": published.set, "unit": published.unit,
        "at_months": published.at_months, "published": _plain(published.estimate),
        "published_not_reached": published.estimate == math.inf, "published_lo": _plain(published.lo),
        "published_hi": _plain(published.hi), "n": published.n, "simulated_median": _plain(row.simulated_median),
        "simulated_p05": _plain(row.simulated_p05), "simulated_p95": _plain(row.simulated_p95),
        "monte_carlo_error": _plain(row.monte_carlo_error), "estimable_share": row.estimable_share,
        "inside": row.inside, "chance_of_at_least": row.chance_of_at_least,
        "weight": published.weight, "confidence": published.confidence,
        "source": published.source,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """Turn numpy's numbers into Python's, and what is not finite into ``None``."""
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, float):
        return float(f"{plain:.10g}") if math.isfinite(plain) else None
    return plain
