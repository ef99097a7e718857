"""Whether the study is for this patient at all: what is known of him against what the simulator asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from adoptive.cohort.names import TUMOUR_TYPES
from adoptive.trial.eligibility import passes
from adoptive.trial.types import Criterion, Study
from adoptive.workbench.match.forecast.known import Known
from adoptive.workbench.match.forecast.names import is_solid
from adoptive.workbench.match.types import Refused

__all__ = ["arm_for", "refusal", "with_tumour"]

ADULT_YEARS = 18.0
WORST_ECOG = 2
"""The worst performance status that the model's patients have."""


def arm_for(study: Study, known: Known) -> tuple[int, str] | Refused:
    """Choose the arm that is for the patient, and his tumour type in it ("" if no diagnosis is known).

    Of the arms with cells for his tumour type that with most patients, the first of equals.
    """
    if known.diagnosis and not known.tumours and not is_solid(known.diagnosis):
        return Refused(f"The model does not know {known.diagnosis}, so there is no forecast.")
    found = [(arm, tumour) for arm in study.trial.cell_arms if (tumour := _shared(study, arm, known)) is not None]
    if not study.trial.cell_arms:
        return Refused("No arm of this study gives cells, so there is no forecast.")
    if not found:
        whom = ", ".join(dict.fromkeys(name for arm in study.trial.cell_arms for name in _tumours(study, arm)))
        return Refused(f"The simulated study treats {whom}; the patient has {known.diagnosis}.")
    most = max(found, key=lambda one: (study.trial.arms[one[0]].ratio, -one[0]))
    return most


def _tumours(study: Study, arm: int) -> tuple[str, ...]:
    return tuple(name for name, _ in study.of_arm(arm).cohort.tumours)


def _shared(study: Study, arm: int, known: Known) -> str | None:
    """Give the patient's tumour type if the arm treats it, "" if no diagnosis is known, None if it does not."""
    treats = _tumours(study, arm)
    if not known.diagnosis:
        return ""
    if len(known.tumours) == 1 and known.tumours[0] in treats:
        return known.tumours[0]
    return "solid tumour" if "solid tumour" in treats and is_solid(known.diagnosis) else None


def with_tumour(known: Known, tumour: str) -> Known:
    """Give what is known with the tumour type among it."""
    if not tumour:
        return replace(known, assumed=("tumour type", *known.assumed))
    columns = known.columns | {"tumour_type": float(TUMOUR_TYPES.index(tumour))}
    return replace(known, columns=columns, taken=(f"tumour: {known.diagnosis}", *known.taken))


def refusal(study: Study, known: Known) -> Refused | None:
    """Say why nobody like this patient would enter the simulated study, by what is known of him; None if nothing is."""
    reason = next(_reasons(study, known), "")
    return Refused(reason) if reason else None


def _reasons(study: Study, known: Known) -> Iterator[str]:
    """Yield the reasons, one sentence each."""
    plan, columns = study.antigen, known.columns
    yield from _by_age(study, columns.get("age_years"))
    if columns.get("ecog", 0.0) > WORST_ECOG:
        yield f"The model knows patients up to ECOG {WORST_ECOG} only; this patient has ECOG {columns['ecog']:g}."
    if known.negative:
        yield f"The tumour was tested and lacks {plan.target}, which the cells need."
    if known.stained is not None and known.stained.intensity <= plan.entry_intensity:
        if known.stained.share < plan.entry_fraction:
            yield (
                f"{plan.target} is on {100 * known.stained.share:g} % of the tumour cells; the study asks for "
                f"{100 * plan.entry_fraction:g} % at {plan.entry_intensity}+ or more."
            )
    if known.carries_hla is False:
        yield f"The cells need the HLA type {plan.hla}, which this patient does not carry."
    values = columns | known.lesions
    for item in study.trial.eligibility:
        if item.gate == "procurement" and (failed := _fails(item, values)):
            yield failed


def _by_age(study: Study, age: float | None) -> Iterator[str]:
    """Yield why somebody of that age is not admitted."""
    if age is None:
        return
    people = study.cohort
    low, high = people.age_minimum_years, people.age_maximum_years
    if people.age_group == "adults" and age < ADULT_YEARS:
        yield f"The simulated study is for adults; this patient is {age:g} years old."
    if people.age_group == "children" and age >= (high or 0.0) + 1.0 and age >= ADULT_YEARS:
        yield f"The simulated study is for children and young people; this patient is {age:g} years old."
    if low is not None and age < low:
        yield f"The study admits patients from {low:g} years on; this patient is {age:g}."
    if high is not None and age >= high + 1.0:
        yield f"The study admits patients up to {high:g} years; this patient is {age:g}."


def _fails(item: Criterion, known: dict[str, float]) -> str:
    """Say which criterion a known value fails, "" if none."""
    values = known | ({"third_line_or_later": known["prior_lines"] >= 3} if "prior_lines" in known else {})
    if item.field not in values or item.field == "tumour_type":
        return ""
    value = values[item.field]
    asked = np.array([bool(value)]) if isinstance(item.value, bool) else np.array([float(value)])
    if passes(item, {item.field: asked})[0]:
        return ""
    return f"The study's criterion {item.text or item.id!r} is not met: the patient has {item.field} {value:g}."
