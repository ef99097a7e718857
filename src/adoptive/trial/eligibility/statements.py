"""The language of criteria: statements about a patient, joined by all, any and not.

Every statement is true, false or unknown of a patient (Kleene's three values, here ``True``, ``False``, ``None``).
Names (fields, diseases, treatments, conditions, antigens) are those of :mod:`adoptive.trial.eligibility.vocabulary`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "All",
    "AntigenLevel",
    "AnyOf",
    "Compare",
    "Disease",
    "Flag",
    "Gene",
    "Has",
    "HlaAllele",
    "Leaf",
    "Named",
    "Not",
    "Quantity",
    "Statement",
    "Treated",
    "Truth",
    "Unread",
    "normal",
]

Truth = bool | None
Compare = Literal[">=", ">", "<=", "<", "="]


@dataclass(frozen=True)
class Quantity:
    """State that a number compares with a threshold, in the field's own unit: ``haemoglobin_g_dl >= 9``.

    With ``times_normal`` the threshold is a multiple of the laboratory's upper limit of normal: ``alt_u_l <= 2.5 x
    ULN``. ``within_days`` asks for a measurement not older than that.
    """

    field: str
    compare: Compare
    value: float
    times_normal: bool = False
    within_days: float | None = None


@dataclass(frozen=True)
class Flag:
    """State that a yes/no field is so: ``measurable_disease``; its denial is ``Not(Flag(...))``."""

    field: str


@dataclass(frozen=True)
class Named:
    """State that a field with names has one of some: ``sex in female``."""

    field: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Disease:
    """State that the patient has one of some cancers (or a narrower one), at one of some stages and with a spread.

    ``names`` empty: any cancer. ``extent`` every word must hold: metastatic, unresectable, recurrent, refractory,
    "locally advanced or metastatic" (one of the two).
    """

    names: tuple[str, ...]
    stages: tuple[str, ...] = ()
    extent: tuple[
        Literal["metastatic", "unresectable", "locally advanced or metastatic", "recurrent or refractory", "advanced"],
        ...,
    ] = ()
    other_than_study_disease: bool = False
    within_days: float | None = None


@dataclass(frozen=True)
class Treated:
    """State that the patient had one of some treatments (drug, class or procedure, or a narrower one).

    ``names`` empty: any systemic treatment of the cancer. Lines of treatment are a :class:`Quantity` of
    ``prior_lines``. ``within_days``: ended (or is still going on) less than so many days ago. ``failed``: the disease
    progressed on or after it, or it was not tolerated. ``ongoing``: now. ``setting``: only such. ``dose_above``: a
    daily dose above that, steroids as mg of prednisone.
    """

    names: tuple[str, ...] = ()
    within_days: float | None = None
    failed: bool = False
    ongoing: bool = False
    setting: str = ""
    dose_above: float | None = None


@dataclass(frozen=True)
class AntigenLevel:
    """State that a tumour bears an antigen: at least this intensity (0-3) in at least this share of cells (0-1)."""

    target: str
    assay: str = ""
    intensity_at_least: float | None = None
    share_at_least: float | None = None
    share_above: bool = False
    h_score_at_least: float | None = None
    within_days: float | None = None


@dataclass(frozen=True)
class HlaAllele:
    """State that the patient carries one of some HLA alleles, in standard names (``HLA-A*02:01``, ``HLA-A*02``)."""

    alleles: tuple[str, ...]


@dataclass(frozen=True)
class Gene:
    """State that a gene is altered: one of some changes ("" any) of a category ("" any)."""

    gene: str
    changes: tuple[str, ...] = ()
    category: str = ""


@dataclass(frozen=True)
class Has:
    """State that the patient has one of some conditions (or a narrower one), now or, with ``ever``, at any time.

    ``within_days``: it was there less than so many days ago. ``uncontrolled``, ``needs_treatment``: only such.
    """

    names: tuple[str, ...]
    ever: bool = False
    within_days: float | None = None
    qualifier: Literal["", "uncontrolled", "needs systemic treatment", "symptomatic", "untreated"] = ""


@dataclass(frozen=True)
class Unread:
    """Keep text that was not understood: always unknown, shown to people as it stands."""

    text: str


@dataclass(frozen=True)
class All:
    """State that all parts hold; nothing is true of everybody."""

    parts: tuple[Statement, ...]


@dataclass(frozen=True)
class AnyOf:
    """State that at least one part holds."""

    parts: tuple[Statement, ...]


@dataclass(frozen=True)
class Not:
    """State that a part does not hold."""

    part: Statement


Leaf = Quantity | Flag | Named | Disease | Treated | AntigenLevel | HlaAllele | Gene | Has | Unread
Statement = Leaf | All | AnyOf | Not

_DENIED: dict[Compare, Compare] = {">=": "<", "<": ">=", "<=": ">", ">": "<="}


def normal(statement: Statement, *, denied: bool = False) -> Statement:
    """Bring a statement to a normal form, by which two of the same structure are equal.

    Denials go down to the leaves (De Morgan) and turn comparisons round; leaves that name several things are taken
    apart; nested joins are flattened, their parts sorted and said once.

    >>> normal(Not(All((Quantity("age_years", ">=", 18.0), Flag("pregnant")))))
    AnyOf(parts=(Not(part=Flag(field='pregnant')), Quantity(field='age_years', compare='<', value=18.0, ...)))
    """
    match statement:
        case Not(part):
            return normal(part, denied=not denied)
        case All(parts) | AnyOf(parts):
            join = All if isinstance(statement, All) is not denied else AnyOf
            return _joined(join, tuple(normal(part, denied=denied) for part in parts))
        case Quantity(_, compare) if denied and compare in _DENIED:
            turned: Statement = _replaced(statement, compare=_DENIED[compare], value=_short(statement.value))
            return turned
        case _:
            alone = tuple(Not(leaf) if denied else leaf for leaf in _apart(statement))
            return _joined(All if denied else AnyOf, alone)


def _joined(join: type[All] | type[AnyOf], parts: tuple[Statement, ...]) -> Statement:
    flat = {inner for part in parts for inner in (part.parts if isinstance(part, join) else (part,))}
    ordered = tuple(sorted(flat, key=repr))
    return ordered[0] if len(ordered) == 1 else join(ordered)


def _apart(leaf: Statement) -> tuple[Statement, ...]:
    """Take a leaf that names several things, one of which must be so, apart into leaves that name one."""
    if isinstance(leaf, Disease):
        stages, extent = tuple(sorted(set(leaf.stages))), tuple(sorted(set(leaf.extent)))
        leaf = _replaced(leaf, stages=stages, extent=extent)
    if isinstance(leaf, Disease | Treated | Has | Named):
        return tuple(_replaced(leaf, names=(name,)) for name in leaf.names) or (leaf,)
    if isinstance(leaf, HlaAllele):
        return tuple(HlaAllele((allele,)) for allele in leaf.alleles) or (leaf,)
    if isinstance(leaf, Gene):
        return tuple(_replaced(leaf, changes=(change,)) for change in leaf.changes) or (leaf,)
    return (_replaced(leaf, value=_short(leaf.value)),) if isinstance(leaf, Quantity) else (leaf,)


def _short(value: float) -> float:
    """Forget what changing the unit added: six digits are left."""
    return float(f"{value:.6g}")


def _replaced(statement: Any, **changes: Any) -> Any:
    return dataclasses.replace(statement, **changes)
