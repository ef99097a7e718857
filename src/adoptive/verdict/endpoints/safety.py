"""Endpoints of toxicity and of the cells in blood: all are about treated patients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from adoptive.verdict.endpoints.measures import count, grade, number, where
from adoptive.verdict.endpoints.types import Endpoint, Measure, column

__all__ = ["SAFETY"]

CYTOPENIAS: Final = ("neutropenia", "lymphopenia", "leukopenia", "thrombocytopenia")
_CRS, _ICANS = "cytokine release syndrome", "neurotoxicity"


def _usual() -> Iterator[tuple[str, str, Measure]]:
    """List the shares of patients that are judged by default."""
    yield "crs_any", f"{_CRS} of any grade", grade("crs", low=1)
    yield "crs_grade3", f"{_CRS} of grade 3", grade("crs", low=3, high=3)
    yield "crs_grade_ge3", f"{_CRS} of grade 3 or more", grade("crs", low=3)
    yield "crs_grade_ge4", f"{_CRS} of grade 4 or more", grade("crs", low=4)
    for name in CYTOPENIAS:
        yield f"{name}_ge3", f"{name} of grade 3 or more", grade(name, low=3)
    yield "cytopenia_ge3", "any cytopenia of grade 3 or more", grade(*CYTOPENIAS, low=3)
    yield "icans_any", f"{_ICANS} of any grade", grade("icans", low=1)
    yield "icans_grade_ge3", f"{_ICANS} of grade 3 or more", grade("icans", low=3)
    yield "icaht_early_ge3", "early ICAHT of grade 3 or more", grade("icaht_early", low=3)
    yield "infection_ge3", "infection of grade 3 or more", grade("infection", low=3)
    yield "gastritis_any", "gastric mucosal injury of any grade", grade("gastritis", low=1)
    yield "tls_any", "clinical tumour lysis", grade("tls", low=1)


def _further() -> Iterator[tuple[str, str, Measure]]:
    """List the shares of patients that are judged where somebody asks."""
    for low, high in ((1, 1), (2, 2), (1, 2), (5, 5)):
        name = f"{low}" if low == high else f"{low}_{high}"
        yield f"crs_grade{name}", f"{_CRS} of grade {name.replace('_', ' to ')}", grade("crs", low=low, high=high)
    for low in (1, 2, 3):
        yield f"icans_grade{low}", f"{_ICANS} of grade {low}", grade("icans", low=low, high=low)
    yield "tocilizumab", "received tocilizumab", count("tocilizumab_doses", low=1)
    yield "steroids", "received steroids against toxicity", count("steroid_doses", low=1)
    yield "lung_ge3", "damage to the lung of grade 3 or more", grade("lung", low=3)
    yield "hypogammaglobulinaemia", "low immunoglobulin G after the infusion", _yes("hypogammaglobulinaemia")
    for name in ("neutropenia", "thrombocytopenia"):
        yield f"{name}_day30_ge3", f"{name} of grade 3 or more on day 30", _assessed_grade(f"{name}_day30", low=3)
    yield "dlt", "dose-limiting toxicity, of those followed through its window", _yes("dlt")
    yield "il6_rise", "interleukin 6 rose clearly above its baseline", _yes("il6_rise")
    yield "expansion", "transgene copies rose above their first level", _yes("expansion")


def _yes(name: str) -> Measure:
    """Measure the per cent of a yes (1) among those who were assessed (1 or 0, not -1)."""
    return where(lambda table: column(table, name) == 1, among=lambda table: np.asarray(column(table, name) >= 0))


def _assessed_grade(name: str, *, low: int) -> Measure:
    """Measure the per cent with at least a grade among those who were assessed at that time."""
    stem = f"{name}_grade"
    return where(lambda table: column(table, stem) >= low, among=lambda table: np.asarray(column(table, stem) >= 0))


def _numbers() -> Iterator[Endpoint]:
    """List medians and means of a number."""
    for stem, words in (("crs", _CRS), ("icans", _ICANS)):
        yield _number(f"{stem}_onset_median", "days", f"median day of onset of {words}", f"{stem}_onset_day", stem)
        yield _number(f"{stem}_duration_median", "days", f"median length of {words}", f"{stem}_days", stem)
    copies = "copies/ug DNA"
    yield _number("cmax_median", copies, "median of the highest transgene level", "peak_car_copies")
    yield Endpoint(
        "cmax_mean", copies, "mean of the highest transgene level", number("peak_car_copies", of="mean"), "cells",
        safety=True,
    )  # fmt: skip
    yield _number("tmax_median", "days", "median day of the highest transgene level", "peak_car_day")
    yield _number("auc28_median", "copies/ug DNA x day", "median area under the transgene level to day 28", "auc28")
    yield _number("persistence_median", "days", "median of the last day above the detection limit", "persistence_days")


def _number(name: str, unit: str, words: str, of: str, stem: str = "") -> Endpoint:
    """Describe a median, of those who had the toxicity if one is named."""
    among = (lambda table: np.asarray(column(table, f"{stem}_grade") >= 1)) if stem else None
    return Endpoint(name, unit, words, number(of, of="median", among=among), "cells", safety=True)


SAFETY: Final = (
    *(Endpoint(name, "%", words, measure, "cells", safety=True, usual=True) for name, words, measure in _usual()),
    *(Endpoint(name, "%", words, measure, "cells", safety=True) for name, words, measure in _further()),
    *_numbers(),
)
"""Endpoints of toxicity and of the cells in blood, in order."""
