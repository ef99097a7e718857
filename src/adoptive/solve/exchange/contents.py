"""What an SBML file states, free of any library: quantities, rules, reactions, events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal as OneOf

from adoptive.solve.exchange.formula import Formula, Function

__all__ = ["Contents", "Declared", "Reaction", "Reported"]


@dataclass(frozen=True)
class Declared:
    """Hold a compartment, a species, a parameter or a stoichiometry.

    `value` is the amount, the concentration (`value_is_concentration`), the size or the number that the file gives; nan
    means none. `in_amount` says that the species' id stands for its amount in formulas, else for its concentration.
    """

    id: str
    name: str
    kind: OneOf["compartment", "species", "parameter", "stoichiometry"]
    value: float
    constant: bool
    unit: str = ""
    note: str = ""
    compartment: str = ""
    in_amount: bool = True
    value_is_concentration: bool = False
    boundary: bool = False
    conversion: str = ""


@dataclass(frozen=True)
class Reaction:
    """Hold a reaction's rate and what it changes: species and signed stoichiometry."""

    id: str
    law: Formula
    changes: tuple[tuple[str, Formula], ...]


@dataclass(frozen=True)
class Reported:
    """Hold an event of the file."""

    id: str
    trigger: Formula
    starts_true: bool
    persistent: bool
    delay: Formula | None
    priority: Formula | None
    from_trigger: bool
    changes: tuple[tuple[str, Formula], ...]


@dataclass(frozen=True)
class Contents:
    """Hold a whole file."""

    where: str
    name: str
    notes: str
    time_unit: str
    quantities: Mapping[str, Declared]
    functions: Mapping[str, Function]
    initial: Mapping[str, Formula]
    assigned: Mapping[str, Formula]
    rates: Mapping[str, Formula]
    reactions: tuple[Reaction, ...]
    events: tuple[Reported, ...]
