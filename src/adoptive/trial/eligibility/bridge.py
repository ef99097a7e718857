"""Between the criteria of a study file, which screen virtual patients, and the language of statements.

The same criterion can so be asked of a virtual patient, by arrays, and of a real one, where missing is unknown.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.trial.eligibility.facts import AntigenTest, Condition, Diagnosis, Fact, Facts
from adoptive.trial.eligibility.judge.virtual import TUMOURS
from adoptive.trial.eligibility.screen import CRITERION_FIELDS
from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    AnyOf,
    Compare,
    Disease,
    Flag,
    Has,
    Named,
    Not,
    Quantity,
    Statement,
)
from adoptive.trial.eligibility.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from adoptive.trial.types import Criterion

__all__ = ["criterion_of", "facts_of", "statement_of"]

Kind = Literal["inclusion", "exclusion"]
Gate = Literal["procurement", "treatment", "infusion day"]
Asks = tuple[str, str, Any]

_DAY: Final = datetime.date(2000, 1, 1)
_OTHER_KIND: Final[Mapping[Kind, Kind]] = MappingProxyType({"inclusion": "exclusion", "exclusion": "inclusion"})
_DENIED: Final[Mapping[Compare, Literal[">=", "<="]]] = MappingProxyType({">": "<=", "<": ">="})


def statement_of(criterion: Criterion, *, target: str = "") -> Statement:
    """Give what a criterion states; whether it must or must not be so is its ``kind``.

    Arguments: ``target`` the antigen that ``read_share`` is read of; with it that field becomes an
    :class:`AntigenLevel`, which real patients have, else it stays a field of virtual ones.

    >>> from adoptive.trial.types import Criterion
    >>> statement_of(Criterion("old", "inclusion", "procurement", "age_years", "between", (18.0, 75.0)))
    All(parts=(Quantity(field='age_years', compare='>=', value=18.0, ...), Quantity(field='age_years', ...)))
    """
    field, operator, value = criterion.field, criterion.operator, criterion.value
    if field == "male":
        return Named("sex", ("male" if value else "female",))
    sort = CRITERION_FIELDS[field].sort
    if sort == "yes/no":
        return Flag(field) if value else Not(Flag(field))
    if sort == "name":
        return Named(field, value if isinstance(value, tuple) else (value,))  # type: ignore[arg-type]
    compared = _share_of(target) if field == "read_share" and target else _number_of(field)
    if operator == "between":
        low, high = np.asarray(value, float).tolist()
        return All((compared(">=", low), compared("<=", high)))
    if operator == "in":
        return AnyOf(tuple(compared("=", each) for each in np.asarray(value, float).tolist()))
    return compared(operator, float(value))  # type: ignore[arg-type]


def _number_of(field: str) -> Callable[[Compare, float], Statement]:
    return lambda compare, value: Quantity(field, compare, value)


def _share_of(target: str) -> Callable[[Compare, float], Statement]:
    """Compare an antigen's share: "at most" is "not more than", "equal" is both."""

    def compared(compare: Compare, value: float) -> Statement:
        reached = AntigenLevel(target, share_at_least=value)
        not_more = Not(AntigenLevel(target, share_at_least=value, share_above=True))
        if compare == ">=":
            return reached
        return not_more if compare == "<=" else All((reached, not_more))

    return compared


def facts_of(values: Mapping[str, NDArray[Any]], row: int, *, target: str = "") -> Facts:
    """Give what is known of one virtual patient; ``values`` by field, each ``(patients,)``, as ``entry_values`` gives.

    Nothing else is known of him. ``target`` names the antigen of ``read_share``. His tumour type, and whether he has
    peritoneal metastases, are also said in the words of real patients' diagnoses and conditions.
    """
    known = {name: np.asarray(column)[row].item() for name, column in values.items()}
    facts: dict[str, tuple[Fact, ...]] = {name: (Fact(value),) for name, value in known.items() if name != "male"}
    if "male" in known:
        facts["sex"] = (Fact("male" if known["male"] else "female"),)
    diagnoses = tuple(Diagnosis(name) for name in TUMOURS.get(str(known.get("tumour_type")), ())[:1])
    state: Literal["active", "absent"] = "active" if known.get("peritoneal") else "absent"
    tested = bool(target) and "read_share" in known
    return Facts(
        id=f"virtual patient {row}",
        as_of=_DAY,
        values=MappingProxyType(facts),
        diagnoses=diagnoses,
        antigens=(AntigenTest(target, "IHC", share=known["read_share"]),) if tested else (),
        conditions=(Condition("peritoneal metastases", state),) if "peritoneal" in known else (),
    )


def criterion_of(
    statement: Statement,
    *,
    id: str,
    kind: Kind = "inclusion",
    gate: Gate = "procurement",
    recoverable: bool = False,
    target: str = "",
) -> Criterion | None:
    """Give the criterion by which virtual patients are asked the same, None where they have no such field.

    A denial, or a comparison without equality, turns inclusion into exclusion: "platelets > 75" includes who is not
    excluded by "platelets <= 75". ``within_days`` falls away, as virtual patients are known on the day.
    """
    from adoptive.trial.types import Criterion

    while isinstance(statement, Not):
        statement, kind = statement.part, _OTHER_KIND[kind]
    if isinstance(statement, Quantity) and statement.compare in _DENIED:
        denied = _DENIED[statement.compare]
        statement, kind = Quantity(statement.field, denied, statement.value, statement.times_normal), _OTHER_KIND[kind]
    asks = _asks(statement, target)
    if asks is None or asks[0] not in CRITERION_FIELDS:
        return None
    field, operator, value = asks
    about = CRITERION_FIELDS[field]
    try:
        return Criterion(id, kind, gate, field, operator, value, about.unit, recoverable)  # type: ignore[arg-type]
    except StudyError:
        return None


def _asks(statement: Statement, target: str) -> Asks | None:
    """Give field, operator and value of a statement, None where there is no such criterion."""
    match statement:
        case Quantity(field, ">=" | "<=" | "=" as compare, value, False):
            return field, compare, float(value)
        case Flag("measurable_disease"):
            return "lesions", ">=", 1.0
        case Flag(field):
            return field, "=", True
        case Named("sex", ("male" | "female" as sex,)):
            return "male", "=", sex == "male"
        case Named("tumour_type", names) if names:
            return "tumour_type", "in", names
        case Has(("peritoneal metastases",), False, None, ""):
            return "peritoneal", "=", True
        case Disease(names, (), (), False, None) if names:
            return _types_of(names)
        case AntigenLevel(antigen, _, None, float(share), False, None) if antigen == target:
            return "read_share", ">=", share
        case All((Quantity() as one, Quantity() as two)) if one.field == two.field:
            return _between(one, two) or _between(two, one)
        case AnyOf(parts) if parts:
            return _one_of(parts)
    return None


def _between(low: Quantity, high: Quantity) -> Asks | None:
    ends = (low.compare, high.compare) == (">=", "<=") and low.value <= high.value
    if not ends or low.times_normal or high.times_normal:
        return None
    return low.field, "between", (float(low.value), float(high.value))


def _one_of(parts: tuple[Statement, ...]) -> Asks | None:
    """Give "one of some numbers", where all parts ask for equality with one field."""
    numbers = [it for it in parts if isinstance(it, Quantity) and it.compare == "=" and not it.times_normal]
    if len(numbers) < len(parts) or len({it.field for it in numbers}) > 1:
        return None
    return numbers[0].field, "in", tuple(float(it.value) for it in numbers)


def _types_of(names: tuple[str, ...]) -> Asks | None:
    """Give the tumour types that lie wholly within some cancers; None if one of those has no type."""
    vocabulary = load_vocabulary()
    diseases = vocabulary.terms("diseases")
    if any(name not in diseases for name in names):
        return None
    within = [{kind for kind, own in TUMOURS.items() if vocabulary.is_a("diseases", own[0], name)} for name in names]
    types = set[str]().union(*within)
    return ("tumour_type", "in", tuple(kind for kind in TUMOURS if kind in types)) if all(within) else None
