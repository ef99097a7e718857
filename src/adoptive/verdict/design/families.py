"""Families of error spending and of bound shapes, under the names that people and R packages give them.

Lan and DeMets 1983, 10.1093/biomet/70.3.659 (types O'Brien-Fleming and Pocock); Kim and DeMets 1987,
10.1093/biomet/74.1.149 (power); Hwang, Shih and DeCani 1990, 10.1002/sim.4780091207; Anderson and Clark 2010,
10.1002/sim.3737 (two-parameter families); Wang and Tsiatis 1987, 10.2307/2531959 (classical shapes; O'Brien-Fleming and
Pocock are its members 0 and 0.5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, expit, logit, ndtr, ndtri

from adoptive.errors import StudyError
from adoptive.verdict.design.types import ErrorSpending

__all__ = ["CLASSICAL", "FAMILIES", "SPENDING", "error_spent", "family", "shape", "spent_by"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Family:
    """Describe a family: its names elsewhere, its parameters' names, ranges and defaults, and what it is."""

    meaning: str
    also: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    limits: tuple[tuple[float, float], ...] = ()
    defaults: tuple[float, ...] = ()
    spends: bool = True


_SHAPE_LIMITS: Final = ((-100.0, 100.0), (1e-6, 100.0))

FAMILIES: Final[Mapping[str, Family]] = MappingProxyType({
    "O'Brien-Fleming": Family(
        "Lan-DeMets spending of O'Brien-Fleming type: 2 s (1 - Phi(z(1 - level/(2 s)) / sqrt t)), s sides",
        ("asOF", "bsOF", "LDOF", "sfLDOF", "Lan-DeMets O'Brien-Fleming", "OBrien-Fleming", "O’Brien-Fleming"),
    ),
    "Pocock": Family(
        "Lan-DeMets spending of Pocock type: level ln(1 + (e - 1) t)",
        ("asP", "bsP", "LDPocock", "sfLDPocock", "Lan-DeMets Pocock"),
    ),
    "Hwang-Shih-DeCani": Family(
        "gamma family: level (1 - exp(-gamma t)) / (1 - exp(-gamma)), level t at gamma 0",
        ("asHSD", "bsHSD", "HSD", "sfHSD", "gamma"), ("gamma",), ((-40.0, 40.0),), (1.0,),
    ),
    "power": Family(
        "power family: level t^exponent", ("asKD", "bsKD", "KD", "Kim-DeMets", "sfPower", "rho"),
        ("exponent",), ((1e-3, 50.0),), (1.0,),
    ),
    "exponential": Family(
        "level^(t^-nu)", ("sfExponential",), ("nu",), ((1e-3, 10.0),), (0.75,),
    ),
    "beta": Family(
        "level times the distribution function of Beta(a, b)", ("sfBetaDist", "beta distribution"),
        ("a", "b"), ((1e-3, 1e3), (1e-3, 1e3)), (1.0, 1.0),
    ),
    "normal": Family(
        "level Phi(a + b Phi^-1(t))", ("sfNormal",), ("a", "b"), _SHAPE_LIMITS, (0.0, 1.0),
    ),
    "logistic": Family(
        "level F(a + b F^-1(t)), F logistic", ("sfLogistic",), ("a", "b"), _SHAPE_LIMITS, (0.0, 1.0),
    ),
    "Cauchy": Family(
        "level F(a + b F^-1(t)), F Cauchy", ("sfCauchy",), ("a", "b"), _SHAPE_LIMITS, (0.0, 1.0),
    ),
    "user": Family("cumulative error at each look as given", ("asUser", "bsUser")),
    "none early": Family("no error before the last look", ("noEarlyEfficacy", "no early efficacy")),
    "classical O'Brien-Fleming": Family("z bounds c / sqrt(t)", ("OF", "classical OF"), spends=False),
    "classical Pocock": Family("one z bound c at all looks", ("P", "classical P"), spends=False),
    "Wang-Tsiatis": Family(
        "z bounds c t^(delta - 1/2)", ("WT", "Wang and Tsiatis"), ("delta",), ((-2.0, 2.0),), (0.0,), spends=False,
    ),
    "Haybittle-Peto": Family(
        "a constant z bound before the last look, which takes the rest of alpha", ("HP", "Haybittle and Peto"),
        ("constant",), ((0.0, 20.0),), (3.0,), spends=False,
    ),
})  # fmt: skip
"""Every family by its name; those that do not spend are shapes of z bounds."""

SPENDING: Final = ("O'Brien-Fleming", "Pocock", "Hwang-Shih-DeCani", "power")
"""Spending functions that a study file may name."""

CLASSICAL: Final = tuple(name for name, each in FAMILIES.items() if not each.spends)
"""Families that fix the shape of the bounds and not the error spent."""


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


_NAMES: Final = MappingProxyType({_plain(word): name for name, each in FAMILIES.items() for word in (name, *each.also)})


def family(
    name: str | ErrorSpending, *parameters: float, spent: ArrayLike = (), where: str = "spending"
) -> ErrorSpending:
    """Find a family by any of its names, in any case, and complete its parameters by its defaults.

    A bare "O'Brien-Fleming" or "Pocock" is the Lan-DeMets spending function; "OF" and "P" are the classical shapes.

    Raises
    ------
    StudyError
        An unknown name; a parameter too many or outside its range; spent errors for a family without.

    Examples
    --------
    >>> family("asHSD", -4.0)
    ErrorSpending(family='Hwang-Shih-DeCani', parameters=(-4.0,), spent=())
    >>> family("of").family
    "classical O'Brien-Fleming"
    """
    if isinstance(name, ErrorSpending):
        return family(name.family, *name.parameters, spent=name.spent, where=where)
    known = _NAMES.get(_plain(name))
    if known is None:
        raise StudyError("unknown family of bounds", where=where, value=name, allowed=", ".join(FAMILIES))
    rule, cumulative = FAMILIES[known], tuple(float(x) for x in np.atleast_1d(np.asarray(spent, float)))
    if len(parameters) > len(rule.parameters):
        allowed = ", ".join(rule.parameters) or "no parameter"
        raise StudyError(f"too many parameters for {known}", where=where, value=parameters, allowed=allowed)
    values = tuple(float(x) for x in parameters) + rule.defaults[len(parameters) :]
    for label, value, (low, high) in zip(rule.parameters, values, rule.limits, strict=True):
        if not low <= value <= high:
            raise StudyError(
                f"{label} of {known} is out of range", where=where, value=value, allowed=f"{low:g}..{high:g}"
            )
    if (known == "user") != bool(cumulative):
        what = "the cumulative errors are missing" if known == "user" else f"{known} takes no list of spent errors"
        raise StudyError(what, where=where, value=cumulative or None, allowed="a list with the family user")
    return ErrorSpending(known, values, cumulative)


def error_spent(family: str, fractions: ArrayLike, *, level: float, parameter: float = 1.0, sided: int = 1) -> Floats:
    """Give the error spent by each information fraction ``t``.

    O'Brien-Fleming type ``2 - 2 Phi(z_{1 - level/2} / sqrt t)``; Pocock type ``level ln(1 + (e - 1) t)``;
    Hwang-Shih-DeCani ``level (1 - exp(-g t)) / (1 - exp(-g))`` (``level t`` at g = 0); power ``level t^g``.

    Raises :class:`StudyError` for an unknown family.

    >>> error_spent("power", [0.5, 1.0], level=0.025, parameter=2.0).tolist()
    [0.00625, 0.025]
    """
    if family not in SPENDING:
        raise StudyError("unknown spending function", where="spending", value=family, allowed=", ".join(SPENDING))
    parameters = (parameter,) if FAMILIES[family].parameters else ()
    return spent_by(ErrorSpending(family, parameters), fractions, level=level, sided=sided)


def spent_by(rule: ErrorSpending, times: ArrayLike, *, level: float, sided: int = 1) -> Floats:
    """Give the cumulative error that a family has spent by each time, ``(looks,)``; beyond 1 all of it.

    ``level`` is the whole error, of both sides if ``sided`` is 2: only the O'Brien-Fleming type then looks different.

    Raises
    ------
    StudyError
        A family that fixes bounds instead; given errors that fall, exceed the level, or are not one per look.

    Examples
    --------
    >>> spent_by(family("Pocock"), [0.5, 1.0], level=0.025).round(5).tolist()
    [0.0155, 0.025]
    """
    t = np.minimum(np.atleast_1d(np.asarray(times, np.float64)), 1.0)
    if rule.family == "user":
        return _given(rule.spent, t.size, level)
    if rule.family == "none early":
        return np.where(np.arange(t.size) == t.size - 1, level, 0.0)
    if rule.family == "O'Brien-Fleming":
        return np.asarray(2.0 * sided * ndtr(ndtri(level / (2.0 * sided)) / np.sqrt(t)))
    if rule.family not in _SPENT:
        raise StudyError("this family shapes bounds and spends no error", where="spending", value=rule.family)
    with np.errstate(over="ignore", divide="ignore"):
        return np.asarray(_SPENT[rule.family](t, level, *rule.parameters), np.float64)


def _given(spent: tuple[float, ...], looks: int, level: float) -> Floats:
    values = np.array(spent)
    rises = values.size > 0 and bool((np.diff(values, prepend=0.0) >= 0).all())
    if values.size != looks or not rises or not 0.0 < values[-1] <= level * (1.0 + 1e-9):
        raise StudyError(
            "cumulative errors do not fit", where="spent errors", value=list(spent),
            allowed=f"{looks} values that never fall, the last above 0 and at most {level:g}",
        )  # fmt: skip
    return values


def _gamma(t: Floats, level: float, g: float) -> Floats:
    return level * t if g == 0 else np.asarray(level * np.expm1(-g * t) / np.expm1(-g))


def _cauchy(t: Floats, level: float, a: float, b: float) -> Floats:
    quantile = np.tan(np.pi * (np.minimum(t, 1.0 - 1e-16) - 0.5))
    return np.where(t >= 1.0, level, level * (0.5 + np.arctan(a + b * quantile) / np.pi))


_SPENT: Final[Mapping[str, Callable[..., Floats]]] = MappingProxyType(
    {
        "Pocock": lambda t, level: level * np.log1p((np.e - 1.0) * t),
        "Hwang-Shih-DeCani": _gamma,
        "power": lambda t, level, exponent: level * t**exponent,
        "exponential": lambda t, level, nu: level ** (t**-nu),
        "beta": lambda t, level, a, b: level * betainc(a, b, t),
        "normal": lambda t, level, a, b: level * ndtr(a + b * ndtri(t)),
        "logistic": lambda t, level, a, b: level * expit(a + b * logit(t)),
        "Cauchy": _cauchy,
    }
)


def shape(rule: ErrorSpending, fractions: Floats) -> Floats:
    """Give the shape of a classical family's z bounds, ``(looks,)``: the bounds are a constant times it."""
    delta = {"classical O'Brien-Fleming": 0.0, "classical Pocock": 0.5}.get(rule.family)
    return np.asarray(fractions ** ((rule.parameters[0] if delta is None else delta) - 0.5))
