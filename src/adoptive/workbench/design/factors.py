"""What may be varied: dotted fields of the study file and short names for the usual ones, with the values asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Final, Literal, get_args, get_origin

from adoptive.errors import StudyError
from adoptive.trial.types import ARM_SECTIONS, Study
from adoptive.workbench.design.types import Factor, Place, Value
from adoptive.workbench.fields import fields_of, in_words, type_at, unit_and_limits
from adoptive.workbench.shape import arm_names
from adoptive.workbench.spelling import nearest

__all__ = [
    "ALIASES",
    "MOST_VALUES",
    "field_rows",
    "place_of",
    "read_factor",
    "read_value",
    "split_asked",
    "typed_place",
]

ALIASES: Final = MappingProxyType(
    {
        "infusion.doses": "infusion.max_infusions",
        "infusion.dose": "infusion.dose_cells",
        "infusion.interval": "infusion.interval_days",
        "antigen.threshold": "antigen.entry_fraction",
        "antigen.intensity": "antigen.entry_intensity",
        "trial.n": "trial.randomised",
        "trial.accrual_time": "trial.accrual_months",
        "trial.follow_up": "trial.follow_up_months",
        "facility.culture": "facility.culture_days",
        "verdict.alpha": "verdict.looks.alpha",
    }
)
"""Short names, and the fields that they stand for."""

MOST_VALUES: Final = 1_000
"""Values of one field."""

_STEP: Final = re.compile(r"([A-Za-z_]\w*)((?:\[\d+\])*)")
_NUMBERS: Final = (int, float)


def split_asked(text: str, where: str = "--vary") -> tuple[str, str]:
    """Split ``NAME=VALUES``.

    Raises
    ------
    StudyError
        There is no name, or no value.
    """
    name, found, values = text.partition("=")
    if not (found and name.strip() and values.strip()):
        raise StudyError(
            "not NAME=VALUES", where=where, value=text, next_step="write for instance --vary infusion.doses=1,2,3"
        )
    return name.strip(), values.strip()


def read_factor(text: str, study: Study) -> Factor:
    """Read what is to be varied, ``NAME=1,2,3`` or ``NAME=0.2:0.8:0.2`` (both ends are values).

    Raises
    ------
    StudyError
        An unknown field, one that holds no single value, or values that the field cannot have.
    """
    name, words = split_asked(text)
    place = place_of(name, study)
    kind, values = type_at(typed_place(place)), []
    for word in words.split(","):
        values += list(_series(word.strip(), kind, name)) if _is_range(word, kind) else [read_value(word, kind, name)]
    if len(values) > MOST_VALUES:
        raise _many(name, len(values))
    twice = [value for number, value in enumerate(values) if value in values[:number]]
    if twice:
        raise StudyError("a value stands twice", where=f"--vary {name}", value=twice[0], next_step="leave one out")
    return Factor(name, place, unit_and_limits(typed_place(place))[0], tuple(values))


def place_of(name: str, study: Study) -> Place:
    """Find a field's place in the study file; ``arms.NAME.section.field`` is a field of an arm.

    Raises
    ------
    StudyError
        No such field, or a table or list instead of a value.
    """
    whole = ALIASES.get(name, name)
    place = _arm_place(whole, study) if whole.startswith("arms.") else _steps(whole)
    kind = type_at(typed_place(place)) if place else type(None)
    if kind is type(None) or not _inside(place, study):
        raise _unknown(name, study)
    if get_origin(kind) is tuple or in_words(kind) == "a table":
        raise StudyError(
            "this is a table or a list, not one value", where=f"--vary {name}",
            next_step="name one value in it, as in infusion.lymphodepletion[1].dose_mg_m2",
        )  # fmt: skip
    return place


def read_value(word: str, kind: Any, name: str) -> Value:
    """Read one value as its field's type.

    Raises
    ------
    StudyError
        The word is none.
    """
    text = word.strip()
    choices = [choice for member in (kind, *get_args(kind)) for choice in _choices(member)]
    if text in choices:
        return text
    members = {member for member in (kind, *get_args(kind)) if isinstance(member, type)} | _annotated(kind)
    for member in (bool, int, float, str):
        value = _as(text, member) if member in members else None
        if value is not None:
            return value
    near = nearest(text, tuple(choices))
    raise StudyError(
        "not a value of this field", where=f"--vary {name}", value=text, allowed=in_words(kind),
        next_step=f"write {near}" if near else "correct the value",
    )  # fmt: skip


def field_rows(study: Study) -> tuple[tuple[str, str, str, str], ...]:
    """List what may be varied: name, short name, the study's value, unit and meaning."""
    short = {field: alias for alias, field in ALIASES.items()}
    return tuple(
        (field.name, short.get(field.name, ""), str(field.value), f"{field.meaning} ({field.unit})")
        for field in fields_of(study)
        if not isinstance(field.value, tuple) and "." in field.name and not field.name.startswith("trial.escalation")
    )


def _annotated(kind: Any) -> set[type]:
    """Give the plain types inside ``Annotated`` members of a union."""
    return {get_args(member)[0] for member in get_args(kind) if hasattr(member, "__metadata__")}


def _choices(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) is Literal else ()


def _as(text: str, kind: type) -> Value | None:
    """Read a word as a type, nothing if it is none."""
    if kind is bool:
        return {"true": True, "false": False, "yes": True, "no": False}.get(text.lower())
    if kind is str:
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    if kind is int:
        return int(number) if number == number.to_integral_value() else None
    return float(number)


def _is_range(word: str, kind: Any) -> bool:
    return ":" in word and kind in _NUMBERS


def _series(word: str, kind: Any, name: str) -> Iterator[Value]:
    """Give the values of ``a:b:step``, exact in decimals."""
    parts = word.split(":")
    try:
        low, high, step = (Decimal(part) for part in parts)
    except (InvalidOperation, ValueError):
        raise _no_range(name, word) from None
    if not (all(end.is_finite() for end in (low, high, step)) and step > 0 and high >= low):
        raise _no_range(name, word)
    count = int((high - low) / step) + 1
    if count > MOST_VALUES:
        raise _many(name, count)
    for number in range(count):
        yield read_value(str(low + number * step), kind, name)


def _no_range(name: str, word: str) -> StudyError:
    return StudyError(
        "not a range", where=f"--vary {name}", value=word, allowed="LOW:HIGH:STEP, rising, with a step above 0",
        next_step="write for instance 0.2:0.8:0.2",
    )  # fmt: skip


def _many(name: str, count: int) -> StudyError:
    return StudyError(
        "too many values", where=f"--vary {name}", value=f"{count:,}", allowed=f"at most {MOST_VALUES:,}",
        next_step="take a larger step",
    )  # fmt: skip


def _steps(name: str) -> Place:
    """Read a dotted name, with places of lists in brackets, counted from 1; empty if it is none."""
    place: list[str | int] = []
    for word in name.split("."):
        found = _STEP.fullmatch(word)
        if found is None:
            return ()
        numbers = [int(number) - 1 for number in re.findall(r"\d+", found[2])]
        if min(numbers, default=0) < 0:
            return ()
        place += [found[1], *numbers]
    return tuple(place)


def _arm_place(name: str, study: Study) -> Place:
    """Read ``arms.NAME.rest``; the longest arm's name that fits is meant."""
    rest = name.removeprefix("arms.")
    for arm in sorted(arm_names(study), key=len, reverse=True):
        if rest.startswith(f"{arm}."):
            inner = _steps(ALIASES.get(rest[len(arm) + 1 :], rest[len(arm) + 1 :]))
            return ("trial", "arms", arm_names(study).index(arm), *inner) if inner else ()
    return ()


def typed_place(place: Place) -> Place:
    """Give where the type of a place is written: an arm's section has the study's type."""
    in_arm = place[:2] == ("trial", "arms") and len(place) > 4 and place[3] in ARM_SECTIONS
    return place[3:] if in_arm else place


def _inside(place: Place, study: Study) -> bool:
    """Say whether the lists on the way are long enough; tables that are left out may be filled."""
    value: Any = study
    for step in place:
        if value is None:
            return True
        if isinstance(step, int):
            if not isinstance(value, tuple) or step >= len(value):
                return False
            value = value[step]
        else:
            value = getattr(value, step, None)
    return True


def _unknown(name: str, study: Study) -> StudyError:
    """Refuse a field that is not there, with the nearest one."""
    known = (*ALIASES, *(field.name for field in fields_of(study)))
    arms = tuple(f"arms.{arm}.infusion.doses" for arm in arm_names(study)) if name.startswith("arms.") else ()
    near = nearest(name, (*known, *arms)) or _same_end(name, known)
    return StudyError(
        "no such field of this study", where="--vary", value=name,
        next_step=f"did you mean {near}?" if near else "`adoptive design STUDY --fields` lists them",
    )  # fmt: skip


def _same_end(name: str, known: tuple[str, ...]) -> str:
    """Give a field whose last word is the same, or similar."""
    ends = {field.rpartition(".")[2]: field for field in reversed(known)}
    return ends.get(nearest(name.rpartition(".")[2], tuple(ends)), "")
