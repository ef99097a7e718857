"""Many designs as one JSON document, as flat tables, and as the TOML text of what was asked."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import tomli_w
from numpy.typing import NDArray

from adoptive import __version__
from adoptive.workbench.design.types import Asked, Characteristic, DesignResult, Factor, Varied
from adoptive.workbench.design.words import parts_sentence, power_words

__all__ = ["asked_text", "characteristics_table", "varied_document"]

Table = dict[str, NDArray[Any]]


def asked_text(study: str, factors: Sequence[Factor], asked: Asked, **more: Any) -> str:
    """Write what was asked as TOML."""
    content: dict[str, Any] = {"study": study, "seed": asked.seed, "most_trials": asked.most_trials} | more
    content |= {"alpha": asked.alpha, "endpoints": list(asked.endpoints), "version": __version__}
    content |= {} if asked.reference is None else {"reference": asked.reference}
    content |= {name: True for name in ("drop_dominated", "fixed_parameters", "cost") if getattr(asked, name)}
    content["precision"] = [dataclasses.asdict(wanted) for wanted in asked.precision]
    content["vary"] = [{"name": factor.name, "values": list(factor.values)} for factor in factors]
    return tomli_w.dumps(content)


def varied_document(varied: Varied) -> dict[str, Any]:
    """Give a comparison of designs as one document; what is not reached or not known is null."""
    return {
        "study": varied.study.name, "seed": varied.asked.seed, "trials": sum(each.trials for each in varied.designs),
        "power": power_words(varied), "base": varied.base + 1,
        "vary": [{"name": each.name, "unit": each.unit, "values": list(each.values)} for each in varied.factors],
        "characteristics": [
            {"key": item.key, "title": item.title, "unit": item.unit, "average": item.average}
            for item in varied.characteristics
        ],
        "designs": [_design(each, varied.characteristics) for each in varied.designs], "simulated": True,
    }  # fmt: skip


def _design(each: DesignResult, items: Sequence[Characteristic]) -> dict[str, Any]:
    document: dict[str, Any] = {
        "number": each.design.number, "values": dict(each.design.values), "trials": each.trials, "ended": each.ended,
    }  # fmt: skip
    document |= {"refused": each.refused} if each.refused else {}
    document |= {"closed_form_power": plain(each.closed_form)} | ({} if each.cost is None else {"cost": each.cost})
    for item in items if each.numbers else ():
        found, gap = each.numbers[item.key], each.differences.get(item.key)
        known = found.share > 0
        row = {name: plain(getattr(found, name)) if known else None for name in ("value", "median", "low", "high")}
        row |= {"error": plain(found.error), "estimable_share": found.share}
        if gap is not None and gap.estimable:
            row |= {
                "difference": plain(gap.estimate), "difference_error": plain(gap.error),
                "independent_error": plain(gap.independent_error), "variance_ratio": plain(gap.gain),
                "trials_in_both": gap.trials,
            }  # fmt: skip
        document[item.key] = row
    return document


def characteristics_table(varied: Varied) -> Table:
    """Give one row per design and characteristic; inf = not reached, NaN = not known."""
    rows = [_row(each, item, varied) for each in varied.designs for item in varied.characteristics]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _row(each: DesignResult, item: Characteristic, varied: Varied) -> dict[str, Any]:
    found, gap = each.numbers.get(item.key), each.differences.get(item.key)
    known, compared = found is not None and found.share > 0, gap is not None and gap.estimable
    row: dict[str, Any] = {"design": each.design.number}
    row |= {factor.name: each.design.values[factor.name] for factor in varied.factors}
    row |= {"characteristic": item.key, "unit": item.unit, "average": item.average, "trials": each.trials}
    for name in ("value", "median", "low", "high", "error"):
        row[name] = getattr(found, name) if known else math.nan
    row["estimable_share"] = 0.0 if found is None else found.share
    for name, source in (
        ("difference", "estimate"), ("difference_error", "error"), ("independent_error", "independent_error"),
        ("variance_ratio", "gain"),
    ):  # fmt: skip
        row[name] = getattr(gap, source) if compared else math.nan
    closed = each.closed_form if item.key == "power" else None
    return row | {"closed_form": math.nan if closed is None else closed, "ended": each.ended}


def plain(value: Any) -> float | None:
    """Give a number that JSON can hold."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.10g}")


def document_with_parts(varied: Varied) -> dict[str, Any]:
    """Give the document that is printed: with what was found of an earlier run."""
    return varied_document(varied) | {"parts": parts_sentence(varied)}
