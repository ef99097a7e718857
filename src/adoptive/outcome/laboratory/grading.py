"""Grade laboratory values of one CTCAE term, over arrays of any shape.

Conventions are those of the public test rows of pharmaverse/admiral (an open R package for trial data):

- a missing limit of normal leaves a value ungraded, unless an absolute limit decides already;
- grade 0 is given only where the value is proven to be within the limits;
- a missing or wrong unit gives no grade;
- a value on a limit belongs to the lower grade; where a grade hangs on symptoms, the worse case is taken;
- a baseline of which nothing is known is taken for a normal one, and the reason says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.laboratory.criteria import Clause, Signs
from adoptive.outcome.laboratory.terms import Rule, Term, all_terms, find_term
from adoptive.outcome.types import UNGRADED, Graded, as_numbers

__all__ = ["grade_laboratory", "unit_refused"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]
UnknownBaseline = Literal["normal", "ungraded"]

MISSING: Final = {
    "value": "the value is missing or not possible: not graded",
    "unit": "the unit is missing or does not fit the test: not graded",
    "ULN": "the upper limit of normal is missing: not graded",
    "LLN": "the lower limit of normal is missing: not graded",
    "baseline": "the baseline is missing: not graded",
    "state": "whether the baseline was normal is not known: not graded",
    "range": "CTCAE gives no grade for a value this far out: not graded",
}
_FIRST_GRADED: Final = len(MISSING)
_CODE: Final = {name: place for place, name in enumerate(MISSING)}


def grade_laboratory(
    value: ArrayLike,
    *,
    term: str,
    unit: str | None,
    lower_limit: ArrayLike = np.nan,
    upper_limit: ArrayLike = np.nan,
    baseline: ArrayLike = np.nan,
    baseline_abnormal: ArrayLike | None = None,
    percent_change: ArrayLike = np.nan,
    direction: str | None = None,
    version: str = "5.0",
    unknown_baseline: UnknownBaseline = "normal",
) -> Graded:
    """Grade values of one term: 0 within the limits, 1 to 4 beyond them, -1 where something needed is missing.

    Parameters
    ----------
    value
        Values in ``unit``, any shape; missing ones are NaN.
    term
        CTCAE term, in American or British spelling, or the code or name of a test (ALT, HGB, potassium). A test that
        has a term for low and one for high values is graded both ways, and the grade that is not 0 is given.
    unit
        Unit of value, limits and baseline. Terms that only compare with these need none.
    lower_limit, upper_limit
        Limits of normal of the laboratory, in shapes that broadcast with the values.
    baseline
        Value before treatment.
    baseline_abnormal
        Whether the baseline was abnormal: ``True`` or ``False``, or the words low, normal, high; missing (-1 or an
        empty word) or not given, it follows from baseline and limits.
    percent_change
        Change from baseline (%), from which the baseline follows where it is missing.
    direction
        With the code of a test: only values that are too ``low``, or only those too ``high``.
    version
        CTCAE version: 4.03, 5.0 or 6.0.
    unknown_baseline
        Where nothing is known of the baseline: take it for normal (the public convention), or leave the row ungraded.

    Returns
    -------
    Grades with the reason of each, in the broadcast shape.

    Raises
    ------
    StudyError
        If the term or the version is unknown.

    Source: CTCAE version 5.0, National Cancer Institute, 27 November 2017 (and versions 4.03 and 6.0).

    >>> grade_laboratory([2.0, 1.5, 0.5, 0.49], term="Neutrophil count decreased", unit="10^9/L", lower_limit=1.8).grade
    array([0, 1, 3, 4])
    >>> graded = grade_laboratory([60.0, 100.0], term="ALT", unit="U/L", upper_limit=30.0, baseline=[25.0, 40.0])
    >>> graded.because.tolist()
    ['ALT above ULN, baseline not high: grade 1', 'ALT at or above 1.5 x baseline, baseline high: grade 1']
    >>> grade_laboratory([2.4, 4.0, 7.1], term="K", unit="mmol/L", lower_limit=3.5, upper_limit=5.0).grade
    array([4, 0, 4])
    """
    check_options(version=version, unknown_baseline=unknown_baseline)
    found = terms_meant(term, direction, version=version)
    if not found:
        known = ", ".join(one.name for one in all_terms(version))
        raise StudyError(f"not a laboratory term of CTCAE {version}", value=term, allowed=known)
    base = _baseline(value, baseline, percent_change)
    given = {"value": value, "lower_limit": lower_limit, "upper_limit": upper_limit, "baseline": base}
    numbers = [as_numbers(number, name) for name, number in given.items()]
    graded = [
        _grade_term(one, unit or "", numbers, abnormal=baseline_abnormal, trusting=unknown_baseline == "normal")
        for one in found
    ]
    return graded[0] if len(graded) == 1 else either_way(*graded)


def _baseline(value: ArrayLike, baseline: ArrayLike, percent_change: ArrayLike) -> Floats:
    """Give the baseline, where it is missing by ``value / (1 + change / 100)``."""
    given, change = as_numbers(baseline, "baseline"), as_numbers(percent_change, "percent_change")
    if np.isnan(change).all():
        return given
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.isnan(given), as_numbers(value, "value") / (1.0 + change / 100.0), given)


def _grade_term(term: Term, unit: str, numbers: list[Floats], *, abnormal: ArrayLike | None, trusting: bool) -> Graded:
    fit = term.rule_for(unit)
    if fit is None:
        return unit_refused(np.broadcast_shapes(*(number.shape for number in numbers)))
    rule, factor = fit
    if factor != 1.0:
        numbers = [number * factor for number in numbers]
    grade, reason = judge(rule, _signs(numbers, read_state(abnormal, direction=term.direction)), trusting=trusting)
    return Graded(grade, reason, reasons_of(term, rule))


def terms_meant(name: str, direction: str | None, *, version: str) -> tuple[Term, ...]:
    """Find the terms that a name means: a CTCAE term, or those of a test code (in one direction or in both).

    >>> [term.name for term in terms_meant("SODIUM", None, version="5.0")]
    ['Hypernatremia', 'Hyponatremia']
    >>> [term.name for term in terms_meant("SODIUM", "L", version="5.0")]
    ['Hyponatremia']
    """
    way = _DIRECTIONS.get((direction or "").strip().casefold())
    if way is None:
        raise StudyError("unknown direction", value=direction, allowed="low, high")
    term = find_term(name, version=version)
    if term is not None:
        return (term,) if way in ("", term.direction) else ()
    return tuple(one for one in all_terms(version) if one.is_of(name) and way in ("", one.direction))


_DIRECTIONS: Final = {"": "", "l": "low", "low": "low", "h": "high", "high": "high"}


def either_way(one: Graded, other: Graded) -> Graded:
    """Join the grades of one test in both directions: 0 only if neither is open, else the one that is not 0.

    >>> low = Graded(np.array([0, 2]), np.array([0, 1]), ("a", "b"))
    >>> high = Graded(np.array([-1, 0]), np.array([0, 0]), ("c",))
    >>> either_way(low, high).because.tolist()
    ['c', 'b']
    """
    beyond = (one.grade > 0) | (other.grade > 0)
    take = np.where(beyond, other.grade > one.grade, other.grade < one.grade)
    grade = np.where(take, other.grade, one.grade)
    reason = np.where(take, other.reason + len(one.reasons), one.reason)
    return Graded(grade, reason, (*one.reasons, *other.reasons))


def check_options(*, version: str, unknown_baseline: str) -> None:
    """Refuse an unknown version or option.

    Raises
    ------
    StudyError
        With the value and what is allowed.
    """
    all_terms(version)
    if unknown_baseline not in ("normal", "ungraded"):
        raise StudyError("unknown handling of an unknown baseline", value=unknown_baseline, allowed="normal, ungraded")


def unit_refused(shape: tuple[int, ...]) -> Graded:
    """Give no grade to values whose unit is missing or does not fit.

    >>> unit_refused((2,)).grade
    array([-1, -1])
    """
    return Graded(np.full(shape, UNGRADED), np.full(shape, _CODE["unit"]), tuple(MISSING.values()))


_STATES: Final = {"h": "high", "hh": "high", "high": "high", "high high": "high", "abnormal": "abnormal", "l": "low",
                  "ll": "low", "low": "low", "low low": "low", "n": "normal", "normal": "normal"}  # fmt: skip
UNKNOWN, NORMAL, HIGH, LOW = -1, 0, 1, 2


def read_state(abnormal: ArrayLike | None, *, direction: str) -> Codes | None:
    """Read whether the baseline was abnormal: words or yes and no, into -1 unknown, 0 normal, 1 high, 2 low.

    >>> read_state(["HIGH", "normal", "", "L"], direction="high").tolist()
    [1, 0, -1, 2]
    >>> read_state([True, False], direction="low").tolist()
    [2, 0]
    """
    if abnormal is None:
        return None
    way = HIGH if direction == "high" else LOW
    given = np.asarray(abnormal)
    if given.dtype.kind in "bif":
        yes = np.nan_to_num(given.astype(np.float64), nan=-1.0)
        return np.where(yes < 0, UNKNOWN, np.where(yes > 0, way, NORMAL)).astype(np.int64)
    words, place = np.unique(given.astype(np.str_), return_inverse=True)
    codes = {"high": HIGH, "low": LOW, "normal": NORMAL, "abnormal": way, "true": way, "false": NORMAL}
    plain = (str(word).strip().casefold() for word in words)
    return np.array([codes.get(_STATES.get(word, word), UNKNOWN) for word in plain], np.int64)[place].reshape(
        given.shape
    )


def _signs(numbers: list[Floats], abnormal: Codes | None) -> Signs:
    """Bring value, limits and baseline to one shape; limits that cannot be (not positive) count as missing."""
    value, lower, upper, base = numbers
    shapes = [value, lower, upper, base] if abnormal is None else [value, lower, upper, base, abnormal]
    shape = np.broadcast_shapes(*(part.shape for part in shapes))
    upper = np.where((upper > 0) & np.isfinite(upper), upper, np.nan)
    lower = np.where((lower >= 0) & np.isfinite(lower), lower, np.nan)
    base = np.where((base > 0) & np.isfinite(base), base, np.nan)
    value = np.where((value >= 0) & np.isfinite(value), value, np.nan)
    high, low, unknown = base > upper, base < lower, np.isnan(base) | (np.isnan(upper) & np.isnan(lower))
    if abnormal is not None:
        told = abnormal != UNKNOWN
        high, low = np.where(told, abnormal == HIGH, high), np.where(told, abnormal == LOW, low)
        unknown = unknown & ~told
    value, upper, lower, base = (np.broadcast_to(number, shape) for number in (value, upper, lower, base))
    high, low, unknown = (np.broadcast_to(flag, shape) for flag in (high, low, unknown))
    return Signs(value, upper, lower, base, high, low, unknown)


def judge(rule: Rule, signs: Signs, *, trusting: bool) -> tuple[Codes, Codes]:
    """Grade by a rule, worst grade first: the first grade that is met is given, and 0 only where none is left open."""
    shape = signs.value.shape
    grade, reason = np.full(shape, UNGRADED), np.full(shape, _CODE["value"])
    waiting = ~np.isnan(signs.value)
    if rule.needs:
        waiting &= _given(signs, rule.needs)
    undecided = np.zeros(shape, np.bool_)
    place = _FIRST_GRADED + 1
    for worst, clauses in rule.grades:
        doubted = undecided & signs.unknown  # a worse grade may hold by a baseline of which nothing is known
        for clause in clauses:
            met, open_ = clause.met(signs, trusting=trusting)
            hit = met & waiting
            if not trusting:
                waiting &= ~(hit & doubted)
                hit &= ~doubted
            grade[hit], reason[hit] = worst, place
            if clause.state:
                reason[hit & signs.unknown] = place + 1
            waiting &= ~hit
            undecided = undecided if open_ is None else undecided | open_
            place += 2
    normal = waiting & ~undecided
    grade[normal], reason[normal] = 0, _FIRST_GRADED
    _explain(rule, signs, grade, reason)
    return grade, reason


def _given(signs: Signs, names: Iterable[str]) -> Flags:
    given = np.ones(signs.value.shape, np.bool_)
    for name in names:
        given &= ~np.isnan(getattr(signs, name))
    return given


def _explain(rule: Rule, signs: Signs, grade: Codes, reason: Codes) -> None:
    """Say of every ungraded value what is missing; take back grades outside the range that CTCAE grades."""
    for clause in rule.ungraded:
        out = clause.met(signs, trusting=True)[0]
        grade[out], reason[out] = UNGRADED, _CODE["range"]
    needed = rule.needs.union(*(clause.references for _, clauses in rule.grades for clause in clauses))
    left = (grade == UNGRADED) & ~np.isnan(signs.value) & (reason != _CODE["range"])
    if not left.any():
        return
    reason[left] = _CODE["state"]
    for name in ("baseline", "LLN", "ULN"):
        if name in needed:
            reason[left & np.isnan(getattr(signs, name))] = _CODE[name]


@lru_cache(maxsize=1024)
def reasons_of(term: Term, rule: Rule) -> tuple[str, ...]:
    """List the sentences of a rule, in the order in which :func:`judge` counts them."""
    said = [*MISSING.values(), f"{term.sign} within the limits: grade 0"]
    for worst, clauses in rule.grades:
        for clause in clauses:
            said += [f"{_say(term, rule, clause, told)}: grade {worst}" for told in (True, False)]
    return tuple(said)


def _say(term: Term, rule: Rule, clause: Clause, told: bool) -> str:
    parts = []
    for comparison in clause.comparisons:
        unit = f" {rule.unit}" if rule.unit and comparison.plus else ""
        parts.append(f"{comparison.wording}{unit}")
    state = f", baseline {'not ' * clause.negated}{clause.state}" if clause.state else ""
    if state and not told:
        state = ", baseline not known and taken for normal"
    return f"{term.sign} {' and '.join(parts)}{state}"
