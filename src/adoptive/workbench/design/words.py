"""What is said of many designs: the answer, one row per design, what was gained by the same virtual patients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from adoptive.workbench.design.characteristics import primary_test, success_words
from adoptive.workbench.design.designs import kept_by_arms
from adoptive.workbench.design.types import Characteristic, DesignResult, Difference, Number, Varied, shown
from adoptive.workbench.wording import amount

__all__ = [
    "answer",
    "best_of",
    "design_rows",
    "gain_sentence",
    "headline",
    "parts_sentence",
    "power_words",
    "said_number",
    "stopping_note",
    "table_columns",
]

ENDED = {
    "precise": "precise enough",
    "most trials": "all trials",
    "dominated": "clearly dominated",
    "refused": "cannot be simulated",
}
_Z = 1.959963984540054
_SHORT = {
    "power": "power", "orr": "ORR, %", "crs_grade_ge3": "CRS≥3, %", "infused_fraction": "infused, %", "n": "enrolled",
    "duration": "months",
}  # fmt: skip
"""What stands in the table beside ratios and medians, in few letters."""


def headline(varied: Varied) -> Characteristic:
    """Give the characteristic that is drawn and talked about: power, or the primary endpoint."""
    return varied.characteristics[0]


def power_words(varied: Varied) -> str:
    """Say what power means here; empty where it is not defined."""
    said = success_words(primary_test(varied.study, varied.asked))
    if said:
        return f"Power: share of virtual trials in which {said}."
    return (
        "No power: one arm alone is compared with nothing; --reference gives what it is tested against "
        "(in the unit of the primary endpoint)."
    )


def said_number(item: Characteristic, found: Number | None, *, error: bool = True) -> str:
    """Write a value with its Monte Carlo standard error."""
    if found is None or found.share == 0:
        return "–"
    digits = _digits(item)
    if not np.isfinite(found.value):
        return "not reached"
    text = f"{found.value:.{digits}f}"
    return f"{text} ± {found.error:.{digits}f}" if error and np.isfinite(found.error) and found.error > 0 else text


def said_difference(item: Characteristic, found: Difference | None) -> str:
    """Write a paired difference with its standard error."""
    if found is None:
        return ""
    if not found.estimable:
        return "–"
    digits = _digits(item)
    return f"{found.estimate:+.{digits}f} ± {found.error:.{digits}f}"


def _digits(item: Characteristic) -> int:
    return {"fraction": 3, "ratio": 3, "%": 1, "patients": 0, "events": 0}.get(item.unit, 2)


def table_columns(varied: Varied) -> tuple[Characteristic, ...]:
    """Choose the characteristics that stand in the table, the headline and what was asked among them."""
    asked = set(varied.asked.endpoints)
    chosen = [
        item
        for item in varied.characteristics[1:]
        if item.key in asked or item.key in _SHORT or item.key.endswith(("_hazard_ratio", "_median"))
        if not (item.key == "n" and _planned(varied))
    ]
    return (headline(varied), *chosen)


def design_rows(varied: Varied) -> Iterator[tuple[DesignResult, tuple[str, ...]]]:
    """Give one row per design: the values, the trials, the headline, its difference, the closed form, the others."""
    columns = table_columns(varied)
    for at, each in enumerate(varied.designs):
        values = tuple(shown(value) for value in each.design.values.values())
        lead = columns[0]
        row = [said_number(lead, each.numbers.get(lead.key))]
        row.append("base" if at == varied.base else said_difference(lead, each.differences.get(lead.key)))
        if has_closed_form(varied):
            row.append("–" if each.closed_form is None else f"{each.closed_form:.3f}")
        row += [said_number(item, each.numbers.get(item.key), error=False) for item in columns[1:]]
        if varied.asked.cost:
            row.append("–" if each.cost is None else f"{each.cost:,.0f}")
        yield each, (str(each.design.number), *values, f"{each.trials:,}", *row)


def has_closed_form(varied: Varied) -> bool:
    """Say whether any design has a closed form to be set beside it."""
    return any(each.closed_form is not None for each in varied.designs)


def column_titles(varied: Varied, *, short: bool = False) -> tuple[str, ...]:
    """Give the titles of :func:`design_rows`, for a terminal in few letters."""
    columns = table_columns(varied)
    titles = ["", *_factor_titles(varied, short=short), "trials", _title(columns[0], short=short), "minus base"]
    titles += [("≈ closed" if short else "closed form ≈")] if has_closed_form(varied) else []
    titles += [_title(item, short=short) for item in columns[1:]]
    return (*titles, *(["USD per treated"] if varied.asked.cost else []))


def _title(item: Characteristic, *, short: bool) -> str:
    if not short:
        return item.title if item.unit in ("ratio", "fraction", "") else f"{item.title}, {item.unit}"
    stem, _, rest = item.key.partition("_")
    if rest == "hazard_ratio":
        return f"{stem.upper()} HR"
    if rest == "median" or rest.startswith("median:"):
        return f"{stem.upper()}{rest.removeprefix('median')}, mo"
    return _SHORT.get(item.key, item.key)


def _factor_titles(varied: Varied, *, short: bool) -> list[str]:
    """Name the factors, by their last words alone where those differ."""
    names = [factor.name for factor in varied.factors]
    ends = [name.rpartition(".")[2] for name in names]
    return ends if short and len(set(ends)) == len(ends) else names


def _planned(varied: Varied) -> bool:
    """Say whether every trial enrols what is planned, and that stands in the table as a factor."""
    sized = any(factor.place == ("trial", "randomised") for factor in varied.factors)
    return sized and all(each.numbers["n"].error == 0 for each in varied.designs if "n" in each.numbers)


def best_of(varied: Varied) -> DesignResult | None:
    """Give the design with the highest power, the smallest of equals; None without power."""
    able = [each for each in varied.designs if "power" in each.numbers]
    if not able:
        return None
    base = varied.designs[varied.base]
    return max(able, key=lambda each: (each.numbers["power"].value, -each.numbers["n"].value, each is base))


def answer(varied: Varied) -> str:
    """Give the answer in a few sentences."""
    lead, base = headline(varied), varied.designs[varied.base]
    best = best_of(varied)
    first = f"{len(varied.designs)} designs on the same virtual patients. "
    if lead.key in base.numbers:
        first += f"The base ({base.design.name}) has {_in_words(lead, base.numbers[lead.key])}. "
    if best is None or best is base:
        return first + ("No other design has more power." if best is base else "")
    gap = best.differences.get("power")
    more = f", {100 * gap.estimate:+.1f} ± {100 * _Z * gap.error:.1f} points on the same trials" if gap else ""
    return f"{first}The most has {best.design.name}: {_in_words(lead, best.numbers[lead.key])}{more}."


def _in_words(item: Characteristic, found: Number) -> str:
    if item.key == "power":
        low, high = max(found.value - _Z * found.error, 0.0), min(found.value + _Z * found.error, 1.0)
        return f"{100 * found.value:.1f} % power (95 % interval {100 * low:.1f} to {100 * high:.1f})"
    return f"{item.title} {amount(found.value, item.unit)}"


def gain_sentence(varied: Varied) -> str:
    """Say what the same virtual patients gain: by how much fewer trials tell the same difference."""
    key = headline(varied).key
    gains = [each.differences[key].gain for each in varied.designs if key in each.differences]
    known = [gain for gain in gains if np.isfinite(gain)]
    if not known:
        return ""
    return (
        f"The same virtual patients in all designs: the variance of a difference of {headline(varied).title.lower()} "
        f"is in the median {np.median(known):.1f} times smaller than with trials of their own "
        f"({min(known):.1f} to {max(known):.1f})."
    )


def stopping_note(varied: Varied) -> str:
    """Say how the simulation ended, and what that does to the numbers."""
    counts: dict[str, int] = {}
    for each in varied.designs:
        counts[each.ended] = counts.get(each.ended, 0) + 1
    said = "; ".join(f"{ENDED[why]}: {count}" for why, count in counts.items())
    total = sum(each.trials for each in varied.designs)
    kept = "".join(f" {said}." for said in kept_by_arms(varied.study, varied.factors))
    note = " Trials that stop when precise enough lean a little towards their lucky streaks; see the documentation."
    return f"{total:,} virtual trials. How the designs ended: {said}.{note if varied.asked.precision else ''}{kept}"


def parts_sentence(varied: Varied) -> str:
    """Say what an earlier run left and was used."""
    if not varied.found and not varied.damaged:
        return ""
    said = f"{varied.found:,} finished blocks were found and used, {varied.made:,} simulated now"
    if varied.damaged:
        said += f"; {len(varied.damaged):,} could not be used and were made again ({varied.damaged[0]})"
    return f"{said}."


def refused_rows(designs: Sequence[DesignResult]) -> tuple[tuple[str, str], ...]:
    """Name the designs that cannot be simulated, with the reason."""
    return tuple((each.design.name, each.refused) for each in designs if each.refused)
