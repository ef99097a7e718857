"""Between the criteria of a study file, which screen virtual patients, and the language of statements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from adoptive.trial.eligibility.facts import Facts
from adoptive.trial.eligibility.statements import Statement

if TYPE_CHECKING:
    from adoptive.trial.types import Criterion

__all__ = ["criterion_of", "facts_of", "statement_of"]


def statement_of(criterion: Criterion) -> Statement:
    """Give what a criterion states (not whether it must or must not be so: that is its ``kind``)."""
    raise NotImplementedError


def facts_of(values: Mapping[str, NDArray[Any]], row: int) -> Facts:
    """Give what is known of one virtual patient; ``values`` as :func:`entry_values` gives them."""
    raise NotImplementedError


def criterion_of(statement: Statement, *, id: str, kind: str, gate: str) -> Criterion | None:
    """Give the criterion that asks virtual patients the same, None where they have no such field."""
    raise NotImplementedError
