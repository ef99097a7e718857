"""The rules by name: what each grades, its columns, options and layouts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adoptive.errors import StudyError
from adoptive.workbench.grade.rules import haematology, icaht, laboratory, response, scores, toxicity
from adoptive.workbench.grade.types import Rule
from adoptive.workbench.spelling import nearest

__all__ = ["RULES", "rule_named"]

RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        rule.name: rule
        for rule in (
            *toxicity.RULES,
            *laboratory.RULES,
            *icaht.RULES,
            *haematology.RULES,
            *response.RULES,
            *scores.RULES,
        )
    }
)
"""Every rule by its name."""


def rule_named(name: str) -> Rule:
    """Give a rule by its name.

    Raises
    ------
    StudyError
        If there is no such rule.
    """
    plain = name.strip().lower().replace("_", "-")
    if plain not in RULES:
        guess = nearest(plain, tuple(RULES))
        raise StudyError(
            "unknown rule", where="--rule", value=name, allowed=", ".join(RULES),
            next_step=f"is {guess} meant?" if guess else "adoptive grade --rules lists them",
        )  # fmt: skip
    return RULES[plain]
