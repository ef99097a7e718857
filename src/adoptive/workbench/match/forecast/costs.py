"""What is known of costs: rows with a source for the study's product and region; the rest is said to be unknown."""

from __future__ import annotations

from adoptive.facility.cost import STEPS, list_price
from adoptive.parameters import load_book
from adoptive.trial.types import Study

__all__ = ["costs_of"]

SOURCED = ("measured", "digitised")
_NOTHING = "What a patient in this trial has to pay: not known; ask the centre."


def costs_of(study: Study, region: str, *, tumour: str) -> tuple[str, ...]:
    """Give a line for each cost that has a source in a region, and name those that have none.

    >>> from adoptive.workbench.shelf import reference_study
    >>> from adoptive.workbench.study import load_study
    >>> costs_of(load_study(reference_study()), "", tumour="")[1]
    'Costs of making and giving the cells: not known, as no single region is known.'
    """
    if not region:
        return (_NOTHING, "Costs of making and giving the cells: not known, as no single region is known.")
    book, product = load_book(), study.construct.product
    kind = tumour or study.cohort.tumour_type
    price = list_price(book, product=product, tumour=kind, region=region)
    lines = [_NOTHING]
    if price is not None and price.status in SOURCED:
        lines.append(f"List price of {product}, {region}: {price.value:,.0f} US dollars ({price.source}).")
    else:
        lines.append(f"List price of {product}, {region}: not known.")
    known = []
    for step, name, _, _ in STEPS:
        own = f"facility.{name}@{region}" if region != "United States" else f"facility.{name}"
        row = book[own] if own in book else None
        if row is not None and row.status in SOURCED:
            lines.append(f"{_capital(row.meaning)}, {region}: {row.value:,.0f} US dollars ({row.source}).")
            known.append(step)
    unknown = ", ".join(step for step, *_ in STEPS if step not in known)
    lines.append(f"Not known with a source, {region}: {unknown}.")
    return tuple(lines)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
