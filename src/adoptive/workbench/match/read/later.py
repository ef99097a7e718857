"""What eases a criterion: thresholds that a later clause loosens for some, and who may be let in."""

from __future__ import annotations

from adoptive.trial.eligibility.statements import All, AnyOf, Has, Leaf, Not, Quantity, Statement, Treated, Unread
from adoptive.workbench.match.read.apply import classes, leaves

__all__ = ["SETTLED", "loosened_later", "may_be_let_in"]

SETTLED = frozenset({"treated", "stable", "asymptomatic", "controlled", "previously", "resected", "adequately"})
"""Words that only narrow what is allowed."""


def may_be_let_in(leaf: Leaf) -> bool:
    """Say whether "X are eligible" allows X: of alleles, antigens, genes, cancers and failed drugs it may ask for X."""
    return isinstance(leaf, Has) or (isinstance(leaf, Treated) and not leaf.failed)


def loosened_later(rule: Statement, later: Statement) -> Statement | None:
    """Join "AST <= 2.5 x ULN; patients with liver metastases: <= 5 x ULN", which lets some off the first.

    Gives ``later`` itself where it is of something else, None where it is not clear.
    """
    fields = {_field_of(leaf) for leaf in leaves(rule)}
    if Unread in classes(later):
        return None
    if not fields & {_field_of(leaf) for leaf in leaves(later) if isinstance(leaf, Quantity)}:
        return later
    if not (isinstance(later, AnyOf) and len(later.parts) == 2 and isinstance(later.parts[0], Not)):
        return None
    given, other = later.parts[0].part, later.parts[1]
    if (
        not classes(given) <= {Has}
        or classes(other) != {Quantity}
        or {_field_of(leaf) for leaf in leaves(other)} - fields
    ):
        return None
    firsts = {_field_of(leaf): leaf for leaf in leaves(rule) if isinstance(leaf, Quantity)}
    for leaf in leaves(other):
        first = firsts[_field_of(leaf)]
        if not isinstance(leaf, Quantity) or first.times_normal != leaf.times_normal:
            return None
        if (leaf.value < first.value) if first.compare[0] == "<" else (leaf.value > first.value):
            return None
    return AnyOf((rule, All((given, other))))


def _field_of(leaf: Leaf) -> str:
    return leaf.field if isinstance(leaf, Quantity) else ""
