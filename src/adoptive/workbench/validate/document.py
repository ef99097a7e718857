"""A check as one JSON document: what ``adoptive check --json`` prints."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from adoptive.workbench.engine.document import endpoint_document, rows_document
from adoptive.workbench.validate.class_rates import class_rates, rounds_without_class
from adoptive.workbench.validate.leave_one_out import crps_of, mean_crps_of_times, place_of
from adoptive.workbench.validate.types import CheckResult, Judged, LeftOut, StudyCheck

__all__ = ["as_document", "number"]


def as_document(result: CheckResult) -> dict[str, Any]:
    """Give a check as one document; ``inf`` becomes ``null``.

    A study's endpoints are those of ``adoptive run --json`` with kind, randomised place, two-sided chance, distance in
    standard deviations and CRPS beside them.
    """
    return {
        "target": "studies", "seed": result.seed, "trials": result.trials, "whole": result.whole,
        "holds": result.holds, "stated": rows_document(result.stated),
        "studies": [_study(study) for study in result.studies],
        "coverage": [_rounded(row) for row in result.coverage],
        "calibration": [_rounded(row) for row in result.calibration],
        "scores": _scores(result), "provenance": dict(result.provenance), "simulated": True,
    }  # fmt: skip


def _study(study: StudyCheck) -> dict[str, Any]:
    document: dict[str, Any] = {"study": study.name, "group": study.group}
    document["endpoints"] = [_endpoint(row) for row in study.endpoints]
    if study.ordering:
        document["checks"] = rows_document(study.ordering)
    return document


def _endpoint(row: Judged) -> dict[str, Any]:
    return {
        **endpoint_document(row.comparison), "kind": row.kind, "pit": number(row.pit), "chance": number(row.chance),
        "distance": number(row.distance), "crps": number(row.crps),
        **{f"inside_{level}": covered for level, covered in row.covers.items()},
    }  # fmt: skip


def _scores(result: CheckResult) -> dict[str, Any]:
    return {
        "left_out": [_left_out(row) for row in result.left_out],
        "left_out_coverage": [_rounded(row) for row in result.left_out_coverage],
        "left_out_mean_crps_of_times": number(mean_crps_of_times(result.left_out)),
        "log_scores": [_rounded(row) for row in result.rounds],
        "against_class_rates": [_rounded(row) for row in result.contests],
        "without_class_rate": list(rounds_without_class(result.left_out, result.rounds)),
        "class_rates": [
            {"class": rate.name, "x": rate.x, "n": rate.n, "source": rate.source} for rate in class_rates()
        ],
    }


def _left_out(row: LeftOut) -> dict[str, Any]:
    told = {field.name: getattr(row, field.name) for field in dataclasses.fields(row) if field.name != "draws"}
    told |= {"place": place_of(row), "crps": crps_of(row)}
    return {key: number(value) if isinstance(value, float) else value for key, value in told.items()}


def _rounded(row: Any) -> dict[str, Any]:
    return {key: number(value) if isinstance(value, float) else value for key, value in dataclasses.asdict(row).items()}


def number(value: float | None) -> float | None:
    """Round to ten digits; ``None`` for what is not finite."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.10g}")
