"""The ward's protocol of care as data: at which sign which drug is given, how much, how soon and how often."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Annotated, ClassVar, Final, Literal, get_args

from annotated_types import Ge, Gt, Le, MaxLen

from adoptive.errors import StudyError
from adoptive.units import In

__all__ = ["DOSE_UNITS", "ON_SIGNS_ALONE", "TRIGGERS", "Care", "CareRule", "protocol_rules"]

Drug = Literal[
    "antipyretic",
    "tocilizumab",
    "dexamethasone",
    "methylprednisolone",
    "anakinra",
    "vasopressor",
    "filgrastim",
    "rasburicase",
    "immunoglobulin",
    "rimiducid",
]
Sign = Literal["CRS grade", "ICANS grade", "neutrophils below", "uric acid above", "IgG below", "ferritin above"]
Named = Literal["drugs of the regimen", "none", "ASCO 2021", "early steroids"]

DOSE_UNITS: Final[dict[str, str]] = {
    "antipyretic": "dose",
    "tocilizumab": "mg/kg",
    "dexamethasone": "mg",
    "methylprednisolone": "mg",
    "anakinra": "mg",
    "vasopressor": "day",
    "filgrastim": "ug/kg",
    "rasburicase": "mg/kg",
    "immunoglobulin": "g/kg",
    "rimiducid": "mg/kg",
}
"""Every drug of a protocol and the unit of its dose; antipyretic and vasopressor act on the signs alone.

Rimiducid is the drug of the safety switch: it kills engineered cells that carry the switch, and no others.
"""

TRIGGERS: Final[dict[str, tuple[str, str]]] = {
    "CRS grade": ("il6_effective", "grade"),
    "ICANS grade": ("leak", "grade"),
    "neutrophils below": ("lack_of_neutrophils", "1e9/L"),
    "uric acid above": ("uric_acid", "mg/dL"),
    "IgG below": ("lack_of_igg", "mg/dL"),
    "ferritin above": ("ferritin", "ug/L"),
}
"""Every sign to which a rule may answer: the model's signal behind it, and the unit of the rule's level."""

ON_SIGNS_ALONE: Final = ("antipyretic", "vasopressor")
"""Drugs that act on the signs, not on what the model follows."""

_PLENTY: Final = 1000


@dataclass(frozen=True)
class CareRule:
    """Describe one rule of the ward: a drug given when a sign appears, and again at intervals while it lasts.

    ``level`` is the CRS or ICANS grade from which the rule holds, or the laboratory value at which it begins. Days
    count from the sign to the order (``lasting_days``: so long it must have lasted), from the order to the dose
    (``delay_days``) and from the infusion (``from_day``). The ``stock_doses`` kept for the patient are used up one by
    one; an empty stock is filled ``restock_days`` after the last; 0 = there is no drug.
    """

    drug: Annotated[Drug, In("name", "drug")]
    trigger: Annotated[Sign, In("name", "sign")]
    level: Annotated[float, Gt(0), Le(1e6), In("grade, 1e9/L, mg/dL or ug/L", "grade or value at which the rule holds")]
    dose: Annotated[float, Gt(0), Le(5000), In("mg, mg/kg, ug/kg or g/kg", "dose in the drug's unit")]
    interval_days: Annotated[float, Ge(0.04), Le(365), In("day", "between two doses while the sign lasts")]
    maximum: Annotated[int, Ge(0), Le(100), In("count", "most doses per patient")]
    delay_days: Annotated[float, Ge(0), Le(60), In("day", "from the sign to the dose")] = 0.0
    lasting_days: Annotated[float, Ge(0), Le(60), In("day", "that the sign must have lasted before")] = 0.0
    stock_doses: Annotated[int, Ge(0), Le(_PLENTY), In("count", "doses in stock for a patient")] = _PLENTY
    restock_days: Annotated[float, Ge(0.04), Le(3650), In("day", "until an empty stock is filled again")] = 3650.0
    from_day: Annotated[float, Ge(0), Le(365), In("day", "first day after an infusion on which the rule holds")] = 0.0

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if self.trigger.endswith("grade") and self.level not in (1.0, 2.0, 3.0, 4.0):
            raise StudyError(
                "no such grade",
                where=f"infusion.care, {self.drug} at {self.trigger}",
                value=f"{self.level:g}",
                allowed="1, 2, 3 or 4",
                next_step="write the lowest grade at which the drug is given",
            )
        if self.drug in ON_SIGNS_ALONE and self.trigger != "CRS grade":
            raise StudyError(
                "acts on the signs of cytokine release only",
                where=f"infusion.care, {self.drug}",
                value=self.trigger,
                allowed="CRS grade",
                next_step='write trigger = "CRS grade"',
            )

    @property
    def key(self) -> tuple[str, str]:
        """Give what a study's own rule must share with a protocol's rule to stand in its place."""
        return self.drug, self.trigger


@dataclass(frozen=True)
class Care:
    """Describe how the ward answers: section ``[infusion.care]`` of a study.

    A study's own ``rules`` stand in the place of all the protocol's rules for the same drug and sign; a ``maximum`` of
    0 strikes them. "drugs of the regimen" is tocilizumab and dexamethasone as the keys of ``[infusion]`` say, at most
    once for each rise of interleukin 6 above a patient's threshold; a named protocol does not read those keys.
    """

    protocol: Annotated[Named, In("name", "protocol of care")] = "drugs of the regimen"
    rules: Annotated[
        tuple[CareRule, ...], MaxLen(40), In("list", "rules in place of the protocol's, or beside it")
    ] = ()

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    def __post_init__(self) -> None:
        for place, rule in enumerate(self.rules):
            if rule in self.rules[:place]:
                raise StudyError(
                    "the same rule is written twice and would be carried out twice",
                    where=f"infusion.care.rules[{place + 1}]",
                    value=f"{rule.drug} at {rule.trigger}",
                    next_step="remove it",
                )

    def in_force(self) -> tuple[CareRule, ...]:
        """Give the rules that hold: the protocol's, with the study's own in their place."""
        own = {rule.key for rule in self.rules}
        kept = tuple(rule for rule in protocol_rules(self.protocol) if rule.key not in own)
        return tuple(rule for rule in kept + self.rules if rule.maximum > 0 and rule.stock_doses > 0)


@lru_cache(maxsize=8)
def protocol_rules(name: str) -> tuple[CareRule, ...]:
    """Give the rules of a named protocol, in the order of its text.

    >>> [rule.drug for rule in protocol_rules("ASCO 2021")][:3]
    ['antipyretic', 'tocilizumab', 'dexamethasone']
    """
    if name not in get_args(Named):
        raise StudyError(
            "no such protocol of care", where="infusion.care.protocol", value=name, allowed=", ".join(get_args(Named))
        )
    text = resources.files("adoptive").joinpath("infusion", "care.toml").read_text("utf-8")
    return tuple(CareRule(**row) for row in tomllib.loads(text).get(name, {}).get("rules", ()))
