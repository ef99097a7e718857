"""Endpoints of the trial's conduct: who got the therapy, when, and what kept others from it."""

from __future__ import annotations

from typing import Final

from adoptive.verdict.endpoints.measures import code, count, flag, number, screened
from adoptive.verdict.endpoints.types import Endpoint

__all__ = ["CONDUCT"]

NOT_MADE: Final = 1
"""Code of the column not_infused: collection or manufacturing failure."""

CONDUCT: Final = (
    Endpoint("infused_fraction", "%", "patients who received the therapy", flag("treated"), "cells", usual=True),
    Endpoint(
        "crossover", "%", "control patients who received the cells", flag("crossed_over"), "others", usual=True
    ),
    Endpoint("screened", "patients", "screened until the last was randomised", screened, whole=True, usual=True),
    Endpoint(
        "manufacturing_failure", "%", "patients without a product", code("not_infused", (NOT_MADE,)), "cells"
    ),
    Endpoint(
        "vein_to_vein_median", "days", "median from leukapheresis to the first infusion",
        number("vein_to_vein_days", of="median"), "cells", safety=True,
    ),
    Endpoint(
        "enrolment_to_infusion_median", "days", "median from enrolment to the first infusion",
        number("enrolment_to_infusion_days", of="median"), "cells", safety=True,
    ),
    Endpoint(
        "infusions_mean", "infusions", "infusions of each infused patient", number("infusions", of="mean"), "cells",
        safety=True,
    ),
    Endpoint(
        "multiple_infusions", "%", "infused patients with more than one infusion", count("infusions", low=2), "cells",
        safety=True,
    ),
)  # fmt: skip
"""Endpoints of the trial's conduct, in order."""
