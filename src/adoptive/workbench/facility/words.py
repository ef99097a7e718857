"""What a facility's numbers are called, on the terminal and on the page alike."""

from __future__ import annotations

from adoptive.facility.slots import Slots
from adoptive.workbench.facility.types import FacilityResult, Spread

__all__ = ["answer", "cost_rows", "dollars", "loss_rows", "number_rows", "said_slots"]


def answer(result: FacilityResult) -> str:
    """Say the result in one sentence."""
    summary = result.summary
    share = 100.0 * summary.treated / summary.patients
    said = f"{summary.treated:,} of {summary.patients:,} patients ({share:.0f} %) received the cells"
    if summary.lead_days.p50 is None:
        return f"{said}."
    each = dollars(result.bill.per_treated_usd)
    return f"{said}, half of them within {summary.lead_days.p50:.0f} days of the order, at {each} US dollars each."


def said_slots(slots: Slots | None) -> str:
    """Say what the facility can take."""
    if slots is None:
        return "a slot whenever one is wanted"
    starts = "" if slots.per_month is None else f"{slots.per_month:g} starts a month"
    rooms = "" if slots.places == 0 else f"{slots.places} {'place' if slots.places == 1 else 'places'}"
    return f"{' and '.join(word for word in (starts, rooms) if word)}, {slots.priority}"


def number_rows(result: FacilityResult) -> list[tuple[str, str]]:
    """Give the numbers that a facility is run by."""
    summary = result.summary
    rows = [
        ("demand", f"{summary.demand_per_month:.2f} patients a month"),
        ("slots", said_slots(result.slots)),
        ("lead time, order to infusion", _days(summary.lead_days)),
        ("vein to vein", _days(summary.vein_to_vein_days)),
        ("wait for a slot, of those who got one", _days(summary.slot_wait_days)),
        ("on time, treated", f"{_percent(summary.on_time_share)} within {summary.target_days:.0f} days"),
        ("on time, of all", _percent(summary.on_time_share_of_all)),
        ("treated with a product released by exception", f"{summary.given_by_exception:,} patients"),
        ("treated after a decline of health", f"{summary.declined_at_infusion:,} patients"),
        ("dead within a year of the order (at lymphoma's rates)", _percent(summary.dead_within_a_year_share)),
        ("starts used", _percent(summary.starts_used_share)),
        ("places used", _percent(summary.rooms_used_share)),
    ]
    return [(name, said) for name, said in rows if said != "–"]


def loss_rows(result: FacilityResult) -> list[tuple[str, int, float]]:
    """Give how the ways ended: words, patients, per cent of all."""
    whole = max(result.summary.patients, 1)
    return [(words, count, 100.0 * count / whole) for words, count in result.summary.endings.items()]


def cost_rows(result: FacilityResult) -> list[tuple[str, str, str, str, str, str]]:
    """Give the bill: step, one, count, per treated patient, its 90 % interval, where the number comes from."""
    bill = result.bill
    rows = [
        (step.step, dollars(step.unit_usd), f"{step.count:,.0f}", dollars(step.per_treated_usd),
         f"{dollars(step.per_treated_lo_usd)} to {dollars(step.per_treated_hi_usd)}", f"{step.status}: {step.source}")
        for step in bill.steps
    ]  # fmt: skip
    whole = f"{dollars(bill.per_treated_lo_usd)} to {dollars(bill.per_treated_hi_usd)}"
    return [*rows, ("all", "", "", dollars(bill.per_treated_usd), whole, "")]


def dollars(value: float) -> str:
    """Write dollars; with nobody treated there is no cost per treated patient.

    >>> dollars(10476.4)
    '10,476'
    """
    return "–" if value == float("inf") else f"{value:,.0f}"


def _days(spread: Spread) -> str:
    if spread.p50 is None or spread.p90 is None:
        return "–"
    return f"P50 {spread.p50:.1f} days, P90 {spread.p90:.1f} days"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100.0 * share:.1f} %"
