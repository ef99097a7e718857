"""Which function sees and says each sort of statement that stands alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.judge.cancer import say_disease, see_disease
from adoptive.trial.eligibility.judge.conditions import say_condition, see_condition
from adoptive.trial.eligibility.judge.genes import say_gene, see_gene
from adoptive.trial.eligibility.judge.hla import say_hla, see_hla
from adoptive.trial.eligibility.judge.known import Known
from adoptive.trial.eligibility.judge.measured import (
    say_flag,
    say_named,
    say_quantity,
    see_flag,
    see_named,
    see_quantity,
)
from adoptive.trial.eligibility.judge.seen import Seen
from adoptive.trial.eligibility.judge.treated import say_treated, see_treated
from adoptive.trial.eligibility.judge.tumour import say_antigen, see_antigen
from adoptive.trial.eligibility.statements import (
    AntigenLevel,
    Disease,
    Flag,
    Gene,
    Has,
    HlaAllele,
    Named,
    Quantity,
    Treated,
    Unread,
)

__all__ = ["SAY", "SEE"]


def _see_unread(asked: Unread, known: Known) -> Seen:
    return Seen(None, "unread")


def _say_unread(asked: Unread, known: Known, seen: Seen) -> Finding:
    return Finding(None, (), (f'a person who reads this: "{asked.text}"',))


SEE: Final[Mapping[type[Any], Callable[[Any, Known], Seen]]] = MappingProxyType(
    {
        Quantity: see_quantity,
        Flag: see_flag,
        Named: see_named,
        Disease: see_disease,
        Treated: see_treated,
        AntigenLevel: see_antigen,
        HlaAllele: see_hla,
        Gene: see_gene,
        Has: see_condition,
        Unread: _see_unread,
    }
)
"""What sees each leaf: its truth and the records that decided, without words."""

SAY: Final[Mapping[type[Any], Callable[[Any, Known, Seen], Finding]]] = MappingProxyType(
    {
        Quantity: say_quantity,
        Flag: say_flag,
        Named: say_named,
        Disease: say_disease,
        Treated: say_treated,
        AntigenLevel: say_antigen,
        HlaAllele: say_hla,
        Gene: say_gene,
        Has: say_condition,
        Unread: _say_unread,
    }
)
"""What puts into words what was seen of each leaf."""
