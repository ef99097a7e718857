"""Where a search may look, what it proposes, and what it found: the nouns of a search, and how its fields are read."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import NoneType
from typing import Any

from adoptive.errors import StudyError
from adoptive.trial.types import Study
from adoptive.verdict import ENDPOINTS
from adoptive.workbench.design.characteristics import CONDUCT, characteristics_of
from adoptive.workbench.design.factors import place_of, read_factor, split_asked, typed_place
from adoptive.workbench.design.objective import Constraint, Expression, read_constraint, read_expression
from adoptive.workbench.design.types import Asked, Factor, Place, Value, Varied
from adoptive.workbench.fields import type_at, unit_and_limits

__all__ = ["Field", "Finding", "Proposal", "Search", "read_field", "read_search"]


@dataclass(frozen=True)
class Field:
    """Hold a field that a search may change: a range (whole numbers or not, in steps or not) or choices."""

    name: str
    place: Place
    unit: str
    choices: tuple[Value, ...] = ()
    low: float = 0.0
    high: float = 0.0
    step: float | None = None
    whole: bool = False

    def factor(self, values: tuple[Value, ...]) -> Factor:
        """Give the field as a factor with some values."""
        return Factor(self.name, self.place, self.unit, values)


@dataclass(frozen=True)
class Search:
    """Hold what is searched: the objective, which way is better, constraints, fields, proposals, minutes."""

    objective: Expression
    minimise: bool
    constraints: tuple[Constraint, ...]
    fields: tuple[Field, ...]
    proposals: int
    time_limit: float | None = None


@dataclass(frozen=True)
class Proposal:
    """Hold one design that was tried: values, the objective and its error, how far constraints are from being met.

    ``shortfall`` is the largest of them, at most 0 where all are met. ``objective`` is None where it is no number.
    """

    number: int
    values: Mapping[str, Value]
    objective: float | None
    error: float
    shortfall: float
    trials: int
    refused: str = ""

    @property
    def feasible(self) -> bool:
        """Say whether all constraints are met."""
        return self.objective is not None and self.shortfall <= 0.0


@dataclass(frozen=True)
class Finding:
    """Hold a search's end: all proposals, the finalists judged on trials that the search did not see, importances.

    ``finalists`` are in the order of their objective, the best first; ``varied`` has their characteristics over all
    their trials. ``fresh`` is the number of trials that judged them, 0 where there were no others.
    """

    search: Search
    asked: Asked
    proposals: tuple[Proposal, ...]
    finalists: tuple[Proposal, ...]
    varied: Varied
    importance: Mapping[str, float]
    fresh: int
    stopped: str = ""


def read_search(
    optimise: str, subject_to: tuple[str, ...], vary: tuple[str, ...], study: Study, asked: Asked, *, minimise: bool,
    proposals: int, time_limit: float | None,
) -> tuple[Search, Asked]:  # fmt: skip
    """Read a search; endpoints that its expressions name are asked for, too.

    Raises
    ------
    StudyError
        A field, an expression or a name that is not known.
    """
    fields = tuple(read_field(text, study) for text in vary)
    twice = [field.name for at, field in enumerate(fields) if field.place in [other.place for other in fields[:at]]]
    if twice:
        raise StudyError("this field is varied twice", where="--vary", value=twice[0])
    keys = [item.key for item in characteristics_of(study, asked)]
    numbers = [field.name for field in fields if not field.choices or all(map(_is_number, field.choices))]
    known = tuple(dict.fromkeys([*keys, *numbers, *ENDPOINTS, *CONDUCT, *(["cost"] if asked.cost else [])]))
    objective = read_expression(optimise, known)
    constraints = tuple(read_constraint(text, known) for text in subject_to)
    named = {name for each in (objective, *(rule.shortfall for rule in constraints)) for name in each.names}
    more = sorted(name for name in named if name in ENDPOINTS and name not in keys)
    asked = dataclasses.replace(asked, endpoints=(*asked.endpoints, *more))
    characteristics_of(study, asked)
    return Search(objective, minimise, constraints, fields, proposals, time_limit), asked


def read_field(text: str, study: Study) -> Field:
    """Read a field of a search: ``NAME=LOW:HIGH``, ``NAME=LOW:HIGH:STEP`` or ``NAME=A,B,C``.

    Raises
    ------
    StudyError
        An unknown field, or values that it cannot have.
    """
    name, words = split_asked(text)
    place = place_of(name, study)
    kind, unit = type_at(typed_place(place)), unit_and_limits(typed_place(place))[0]
    if ":" not in words or kind not in (int, float):
        factor = read_factor(text, study)
        return Field(name, place, unit, choices=factor.values)
    try:
        ends = [Decimal(word) for word in words.split(":")]
    except InvalidOperation:
        ends = []
    fits = len(ends) in (2, 3) and all(end.is_finite() for end in ends) and ends[0] < ends[1] and ends[-1] > 0
    whole = kind is int
    if not fits or (whole and any(end != end.to_integral_value() for end in ends)):
        raise StudyError(
            "not a range", where=f"--vary {name}", value=words,
            allowed="LOW:HIGH or LOW:HIGH:STEP" + (", whole numbers" if whole else ""),
            next_step="write for instance 90:210",
        )  # fmt: skip
    step = float(ends[2]) if len(ends) == 3 else None
    return Field(name, place, unit, low=float(ends[0]), high=float(ends[1]), step=step, whole=whole)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float, NoneType)
