"""A statement of the language of criteria in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    AnyOf,
    Disease,
    Flag,
    Gene,
    Has,
    HlaAllele,
    Named,
    Not,
    Quantity,
    Statement,
    Treated,
    Unread,
)
from adoptive.workbench.match.card.words import clean, field_name, field_unit, joined, number

__all__ = ["in_words"]

DEEPEST: Final = 6
LONGEST: Final = 400
MOST_NAMES: Final = 8

_COMPARE: Final = {">=": "at least", ">": "more than", "<=": "at most", "<": "less than", "=": "exactly"}
_DENIED: Final = {
    "pregnant": "not pregnant", "breastfeeding": "not breastfeeding",
    "childbearing_potential": "cannot become pregnant",
}  # fmt: skip
_EXTENT: Final = {"recurrent or refractory": "came back or did not respond", "metastatic": "has spread"}


def in_words(statement: Statement) -> str:
    """Say a statement in plain words.

    >>> in_words(Quantity("haemoglobin_g_dl", ">=", 9.0))
    'haemoglobin at least 9 g/dL'
    >>> in_words(All((Named("sex", ("female",)), Not(Flag("pregnant")))))
    'sex: female; and not pregnant'
    >>> in_words(Treated(("chemotherapy",), within_days=14))
    'chemotherapy, less than 14 days ago'
    """
    return clean(_said(statement, 0), LONGEST)


def _said(statement: Statement, depth: int) -> str:
    if depth > DEEPEST:
        return "more conditions"
    match statement:
        case All(parts) | AnyOf(parts):
            return _several(statement, parts, depth)
        case Not(Flag(field)) if field in _DENIED:
            return _DENIED[field]
        case Not(part):
            said = _said(part, depth + 1)
            return f"not: ({said})" if isinstance(part, All | AnyOf) and len(part.parts) > 1 else f"not: {said}"
        case Unread(text):
            return f"“{clean(text, 160)}” (not understood)"
        case _:
            return _LEAVES[type(statement)](statement)


def _several(statement: All | AnyOf, parts: tuple[Statement, ...], depth: int) -> str:
    if not parts:
        return "true of everybody" if isinstance(statement, All) else "true of nobody"
    said = [_said(part, depth + 1) for part in parts[:MOST_NAMES]]
    said = [f"({text})" if isinstance(part, All | AnyOf) and len(part.parts) > 1 else text
            for part, text in zip(parts, said, strict=False)]  # fmt: skip
    if len(parts) > MOST_NAMES:
        said.append(f"{len(parts) - MOST_NAMES} more")
    return ("; and " if isinstance(statement, All) else "; or ").join(said)


def _names(names: tuple[str, ...], otherwise: str) -> str:
    shown = [clean(name, 80) for name in names[:MOST_NAMES]]
    return joined([*shown, *(["others"] if len(names) > MOST_NAMES else [])], "or") or otherwise


def _ago(days: float | None) -> str:
    return "" if days is None else f", less than {span(days)} ago"


def span(days: float) -> str:
    """Write a span as texts state it: in years or months where it is a whole number of them.

    >>> span(14), span(183), span(731), span(365)
    ('14 days', '6 months', '2 years', '1 year')
    """
    for unit, length in (("year", 365.25), ("month", 30.4375)):
        count = round(days / length)
        if count > (unit == "month") and days == int(length * count + 0.5):
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{number(days)} {'day' if days == 1 else 'days'}"


def _quantity(statement: Quantity) -> str:
    limit = f"{_COMPARE[statement.compare]} {number(statement.value)}"
    unit = " times the upper limit of normal" if statement.times_normal else _after(field_unit(statement.field))
    fresh = "" if statement.within_days is None else f", measured in the last {number(statement.within_days)} days"
    return f"{field_name(statement.field)} {limit}{unit}{fresh}"


def _after(unit: str) -> str:
    return f" {unit}" if unit else ""


def _named(statement: Named) -> str:
    return f"{field_name(statement.field)}: {_names(statement.names, 'any')}"


def _disease(statement: Disease) -> str:
    said = _names(statement.names, "any cancer")
    if statement.other_than_study_disease:
        said = f"another cancer than this one ({said})" if statement.names else "another cancer than this one"
    if statement.stages:
        said += f", stage {_names(statement.stages, '')}"
    said += "".join(f", {_EXTENT.get(word, word)}" for word in statement.extent)
    return said + _ago(statement.within_days)


def _treated(statement: Treated) -> str:
    said = _names(statement.names, "any drug treatment of the cancer")
    if statement.setting:
        said += f" ({statement.setting})"
    if statement.failed:
        said += " that did not work or was not tolerated"
    if statement.dose_above is not None:
        said += f", more than {number(statement.dose_above)} mg a day"
    return said + (", still going on" if statement.ongoing else "") + _ago(statement.within_days)


def _antigen(statement: AntigenLevel) -> str:
    said = f"{clean(statement.target, 60)} on the tumour{f' ({clean(statement.assay, 20)})' if statement.assay else ''}"
    if statement.intensity_at_least is not None:
        said += f", staining {number(statement.intensity_at_least)}+ or stronger"
    if statement.share_at_least is not None:
        word = "more than" if statement.share_above else "at least"
        said += f", in {word} {number(100 * statement.share_at_least)} % of the cells"
    if statement.h_score_at_least is not None:
        said += f", H-score at least {number(statement.h_score_at_least)}"
    return said + _ago(statement.within_days)


def _gene(statement: Gene) -> str:
    changes = f" {_names(statement.changes, '')}" if statement.changes else ""
    kind = f" ({statement.category})" if statement.category else ""
    return f"{clean(statement.gene, 60)}{changes}{kind} in the tumour"


def _has(statement: Has) -> str:
    said = _names(statement.names, "any other illness")
    said += f" ({statement.qualifier})" if statement.qualifier else ""
    return said + (", now or in the past" if statement.ever else "") + _ago(statement.within_days)


_LEAVES: Final[Mapping[type, Callable[[Any], str]]] = {
    Quantity: _quantity,
    Flag: lambda statement: field_name(statement.field),
    Named: _named,
    Disease: _disease,
    Treated: _treated,
    AntigenLevel: _antigen,
    HlaAllele: lambda statement: f"tissue type (HLA) {_names(statement.alleles, 'any')}",
    Gene: _gene,
    Has: _has,
}
