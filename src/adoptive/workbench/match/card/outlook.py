"""What to expect of a trial, in numbers of people: the forecast in words, or why there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from adoptive.workbench.match.card.picture import hundred, of_hundred
from adoptive.workbench.match.card.types import Chance, Outlook
from adoptive.workbench.match.card.words import clean, fixed_words, number, upper_first
from adoptive.workbench.match.types import Forecast, Range, Refused

__all__ = ["outlook_of"]

MOST: Final = 12


def outlook_of(forecast: Forecast | Refused | None) -> Outlook:
    """Say a forecast in plain words.

    >>> outlook_of(None).reason
    'No forecast was asked for this trial.'
    """
    if forecast is None:
        return Outlook(reason="No forecast was asked for this trial.")
    if isinstance(forecast, Refused):
        return Outlook(reason=clean(forecast.reason, 600))
    known: Mapping[str, Any] = fixed_words()["numbers"]
    ordered = [*(name for name in known if name in forecast.numbers), *(n for n in forecast.numbers if n not in known)]
    return Outlook(
        study=clean(forecast.study, 120),
        basis=clean(forecast.basis, 600),
        size=f"The model ran {forecast.trials:,} made-up trials with {forecast.patients:,} made-up people each. "
        f"The seed of chance is {forecast.seed}.",
        chances=tuple(_chance(name, known.get(name), forecast.numbers[name]) for name in ordered[: 2 * MOST]),
        taken=_said(forecast.taken),
        assumed=_said(forecast.assumed),
        cautions=_said(forecast.cautions),
        costs=_said(forecast.cost),
    )


def _said(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(clean(line, 400) for line in lines[:MOST])


def _chance(name: str, words: Mapping[str, Any] | None, found: Range) -> Chance:
    if words is None:
        unit = "" if found.unit in ("", "1") else f" {clean(found.unit, 30)}"
        spread = f"It could be {number(found.low)} to {number(found.high)}{unit}."
        return Chance(
            upper_first(clean(name.replace("_", " "), 80)), f"About {number(found.value)}{unit}.", spread, None
        )
    if words["kind"] == "of 100":
        sentence = words["sentence"].format(n=_people(found.value)).replace("about fewer", "fewer")
        drawing = hundred(found.value, found.low, found.high, said=f"{sentence} {_of_people(found)}")
        return Chance(words["name"], sentence, _of_people(found), drawing)
    return _length(words, found)


def _people(percent: float) -> str:
    count = of_hundred(percent)
    if count is None:
        return "an unknown number"
    return "fewer than 1" if count == 0 and percent > 0 else str(count)


def _of_people(found: Range) -> str:
    low, high = of_hundred(found.low), of_hundred(found.high)
    if low is None or high is None:
        return "How sure this is, is not known."
    return f"It could be {low} to {high} of 100." if low != high else f"It was near {low} of 100 in almost all runs."


def _length(words: Mapping[str, Any], found: Range) -> Chance:
    if not math.isfinite(found.value):
        sentence = "More than half of the people had not come to this point when the model stopped."
        return Chance(words["name"], sentence, "", None)
    decimals = 0 if words["kind"] == "days" else 1
    low, high = (f"{end:.{decimals}f}" if math.isfinite(end) else "" for end in (found.low, found.high))
    until = f"{low} to {high} {words['kind']}" if high else f"{low} {words['kind']} or longer"
    spread = f"In 9 of 10 people it takes {until}." if words["kind"] == "days" else f"It could be {until}."
    sentence = words["sentence"].format(n=f"{found.value:.{decimals}f}")
    return Chance(words["name"], sentence, spread if low else "", None)
