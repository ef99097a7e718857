"""Endpoints of the tumour and of survival."""

from __future__ import annotations

from typing import Final

import numpy as np

from adoptive.verdict.endpoints.measures import all_of, code, flag, rate, ratio, survival_median, where
from adoptive.verdict.endpoints.types import Endpoint, column

__all__ = ["COMPLETE", "EFFICACY"]

_CR, _PR, _SD, _PD, _SCR, _VGPR, _MR, _CRI = 1, 2, 3, 4, 7, 8, 9, 10  # codes of the column best_response

COMPLETE: Final = (_CR, _SCR, _CRI)
"""Codes of complete responses: CR, stringent CR, CR with incomplete recovery of blood counts."""


def _survival(stem: str, name: str) -> tuple[Endpoint, ...]:
    """List the endpoints of a survival time."""
    return (
        Endpoint(f"{stem}_median", "months", f"median {name}", survival_median(stem), usual=True),
        Endpoint(f"{stem}_hazard_ratio", "ratio", f"hazard ratio of {name}", ratio(stem), compares=True, usual=True),
        Endpoint(f"{stem}_rate", "%", f"{name} at a time", rate(stem), needs_time=True, usual=True),
        Endpoint(
            f"{stem}_follow_up_median", "months", f"median follow-up of {name}",
            survival_median(stem, follow_up=True), usual=True,
        ),
    )  # fmt: skip


def _best() -> tuple[Endpoint, ...]:
    """List the endpoints of the best response."""
    rows = [
        ("cr", "complete response", COMPLETE),
        ("pr", "partial response as the best response", (_PR, _VGPR)),
        ("sd", "stable disease as the best response", (_SD, _MR)),
        ("pd", "progression as the best response", (_PD,)),
        ("vgpr_or_better", "very good partial response or better", (_CR, _SCR, _VGPR)),
    ]
    return tuple(Endpoint(name, "%", words, code("best_response", codes)) for name, words, codes in rows)


EFFICACY: Final = (
    *_survival("pfs", "progression-free survival"),
    *_survival("os", "overall survival"),
    Endpoint("orr", "%", "confirmed complete or partial response", flag("responder"), usual=True),
    Endpoint("dcr", "%", "response or stable disease", flag("disease_control"), usual=True),
    Endpoint(
        "dor_median", "months", "median duration of response", survival_median("dor", among="responder"), usual=True
    ),
    *_best(),
    Endpoint("response_any", "%", "response at any visit, confirmed or not", flag("response_any")),
    Endpoint("any_shrinkage", "%", "any shrinkage of the target lesions", flag("any_shrinkage")),
    Endpoint(
        "mrd_negative", "%", "no measurable residual disease, of complete responders whose marrow was examined",
        where(
            lambda table: column(table, "mrd_negative") == 1,
            among=all_of(
                lambda table: column(table, "complete_response").astype(np.bool_),
                lambda table: np.asarray(column(table, "mrd_negative") >= 0),
            ),
        ),
    ),
    Endpoint("efs_median", "months", "median event-free survival", survival_median("efs")),
    Endpoint("efs_rate", "%", "event-free survival at a time", rate("efs"), needs_time=True),
    Endpoint(
        "rfs_rate", "%", "complete responders without relapse at a time from the response",
        rate("rfs", among="complete_response"), needs_time=True,
    ),
    Endpoint(
        "dor_rate", "%", "responders still in response at a time from the response",
        rate("dor", among="responder"), needs_time=True,
    ),
    Endpoint(
        "b_cell_aplasia_rate", "%", "responders whose B cells have not come back at a time from the infusion",
        rate("b_cell_recovery", among="responder"), "cells", needs_time=True,
    ),
)  # fmt: skip
"""Endpoints of the tumour and of survival, in order."""
