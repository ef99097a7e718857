"""Read a rule's options from words: known names, allowed words, numbers in their range."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from adoptive.errors import StudyError
from adoptive.workbench.grade.types import Option, Rule, Setting
from adoptive.workbench.spelling import nearest

__all__ = ["DECIMAL", "read_options"]

DECIMAL: Final = Option("decimal", "point", "what marks decimals in numbers", ("point", "comma"))
"""An option of every rule: numbers written with a decimal comma are read only when this is said."""

_YES_NO: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def read_options(rule: Rule, given: Mapping[str, Setting]) -> dict[str, Setting]:
    """Give every option of a rule with its value.

    Raises
    ------
    StudyError
        If a name is unknown to the rule or a value is not allowed.
    """
    known = {option.name: option for option in (*rule.options, DECIMAL)}
    units = {f"{column.name}_unit" for layout in rule.layouts for column in layout.columns if column.units}
    chosen: dict[str, Setting] = {name: option.default for name, option in known.items()}
    for name, value in given.items():
        if name in units:
            chosen[name] = str(value)
            continue
        if name not in known:
            guess = nearest(name, tuple(known))
            raise StudyError(
                "unknown option", where=f"rule {rule.name}", value=name, allowed=", ".join(known),
                next_step=f"write {guess}" if guess else "leave it out",
            )  # fmt: skip
        chosen[name] = _value(known[name], value, rule)
    return chosen


def _value(option: Option, value: Setting, rule: Rule) -> Setting:
    where = f"rule {rule.name}: {option.name}"
    if option.allowed:
        for word in option.allowed:
            if str(value).strip().lower() == word.lower():
                return word
        raise StudyError("not one of the choices", where=where, value=value, allowed=", ".join(option.allowed))
    if isinstance(option.default, bool):
        flag = value if isinstance(value, bool) else _YES_NO.get(str(value).strip().lower())
        if flag is None:
            raise StudyError("neither yes nor no", where=where, value=value, allowed="yes, no")
        return flag
    if isinstance(option.default, str):
        return str(value)
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not option.low <= number <= option.high:
        raise StudyError(
            "not a number in range", where=where, value=value, allowed=f"{option.low:g} to {option.high:g}"
        )
    return number
