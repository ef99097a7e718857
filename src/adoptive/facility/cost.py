"""What it costs: unit costs by step and region times what was done, over the patients who were treated.

Every unit cost is a row with a source; where a region has none of its own, it is that of the United States times the
region's level. All are in US dollars of their own year, without inflation; each is uncertain, and so is the sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.parameters import Book, Parameter, Typical, draw_typical
from adoptive.streams import Keys, Streams

__all__ = ["STEPS", "Bill", "CostStep", "Done", "bill_of", "list_price"]

Floats = NDArray[np.float64]

DRAWS: Final = 1_000
"""Draws of the unit costs; the ends of the 90 % interval rest on 50 each."""

STEPS: Final = (
    ("collection", "cost_leukapheresis", "collections", 1.0),
    ("materials and vector", "cost_materials", "batches", 1.0),
    ("quality control", "cost_quality_control", "batches", 1.0),
    ("rooms and staff", "cost_room_day", "room_days", 1.0),
    ("transport", "cost_transport", "transports", 1.0),
    ("lymphodepletion", "cost_lymphodepletion", "lymphodepletions", 1.0),
    ("hospital", "cost_hospital_day", "treated", "hospital_days"),
    ("laboratory", "cost_laboratory", "treated", 1.0),
    ("tocilizumab", "cost_tocilizumab", "treated", "tocilizumab_per_patient"),
)
"""Each step: its name, its row, what of :class:`Done` is counted, and how much of it (a number, or a row)."""


@dataclass(frozen=True)
class Done:
    """Count what was done for some patients, failures included."""

    collections: int
    batches: int
    room_days: float
    transports: int
    lymphodepletions: int
    treated: int


@dataclass(frozen=True)
class CostStep:
    """Hold one step's cost in US dollars: of one, of all, per treated patient with its 90 % interval; and its row."""

    step: str
    unit_usd: float
    count: float
    total_usd: float
    per_treated_usd: float
    per_treated_lo_usd: float
    per_treated_hi_usd: float
    status: str
    source: str


@dataclass(frozen=True)
class Bill:
    """Hold what the cells cost to make and to give, per treated patient, in US dollars, with its 90 % interval.

    ``list_price_usd`` is what the product is sold for, None if it has no row; a buyer pays it in the place of
    materials, quality control, rooms and transport. With nobody treated the costs per treated patient are inf.
    """

    region: str
    steps: tuple[CostStep, ...]
    total_usd: float
    per_treated_usd: float
    per_treated_lo_usd: float
    per_treated_hi_usd: float
    list_price_usd: float | None
    list_price_source: str


def bill_of(done: Done, *, region: str, product: str, tumour: str, book: Book, streams: Streams) -> Bill:
    """Give the bill of what was done: ``sum over steps (unit cost x count) / treated``.

    Arguments: ``region`` and ``product`` choose rows ``name@region`` and ``list_price@product, tumour, region``.
    """
    names = ("cost_level", "hospital_days", "tocilizumab_per_patient", *(row for _, row, _, _ in STEPS))
    own = Book({name: row for name, row in book.items() if name.split("@")[0] in {f"facility.{n}" for n in names}})
    typical = draw_typical(own, streams, trials=range(DRAWS))
    published = draw_typical(own, streams, trials=[0], fixed=True)
    each = 1.0 / done.treated if done.treated else np.inf
    steps, totals = [], np.zeros(DRAWS)
    for name, row, counted, share in STEPS:
        count = float(getattr(done, counted))
        unit, amount = _unit(row, region, published), _amount(share, region, published)
        drawn = _unit(row, region, typical) * _amount(share, region, typical) * count
        totals += drawn
        lo, hi = _ends(drawn, each)
        total = float(unit[0] * amount[0]) * count
        chosen = _row(row, region, own)
        steps.append(
            CostStep(name, float(unit[0]), count * float(amount[0]), total, _over(total, each), lo, hi,
                     chosen.status, _source(chosen, region))
        )  # fmt: skip
    lo, hi = _ends(totals, each)
    total = sum(step.total_usd for step in steps)
    price = list_price(book, product=product, tumour=tumour, region=region)
    return Bill(
        region, tuple(steps), total, _over(total, each), lo, hi,
        None if price is None else price.value, "" if price is None else price.source,
    )  # fmt: skip


def list_price(book: Book, *, product: str, tumour: str, region: str) -> Parameter | None:
    """Give the row of a product's list price in a region, for a tumour type if there is such a row."""
    for kind in (f"{product}, {tumour}, {region}", f"{product}, {region}"):
        if (name := f"facility.list_price@{kind}") in book:
            return book[name]
    return None


def _row(name: str, region: str, book: Book) -> Parameter:
    special = f"facility.{name}@{region}"
    return book[special if special in book else f"facility.{name}"]


def _at(name: str, region: str, typical: Typical) -> Floats:
    return typical.at(_row(name, region, typical.book).name, Keys.of(typical.trials, 0))


def _unit(name: str, region: str, typical: Typical) -> Floats:
    """Give a unit cost in a region: its own row, or that of the United States times the region's level."""
    own = f"facility.{name}@{region}" in typical.book
    return _at(name, region, typical) * (1.0 if own else _at("cost_level", region, typical))


def _amount(share: float | str, region: str, typical: Typical) -> Floats:
    return _at(share, region, typical) if isinstance(share, str) else np.full(len(typical.trials), share)


def _source(row: Parameter, region: str) -> str:
    if "@" in row.name or region == "United States":
        return row.source
    return f"United States times the level of {region}; {row.source}"


def _over(total: float, each: float) -> float:
    return total * each if total > 0 else 0.0 if np.isfinite(each) else float("inf")


def _ends(drawn: Floats, each: float) -> tuple[float, float]:
    low, high = np.quantile(drawn, [0.05, 0.95])
    return _over(float(low), each), _over(float(high), each)
