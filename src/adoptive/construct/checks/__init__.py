"""The named checks of a construct: each can fail, and says where, what it found and what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adoptive.construct.codons import Rules
from adoptive.construct.types import Built, Check, Insert

__all__ = ["Limits", "check", "is_ready"]


@dataclass(frozen=True)
class Limits:
    """State what the checks ask for."""

    rules: Rules = Rules()
    repeat_nt: int = 20
    leader_aa: tuple[int, int] = (12, 35)
    packaged_nt: int = 8000


def check(built: Built, *, others: Sequence[Insert] = (), limits: Limits = Limits()) -> tuple[Check, ...]:  # noqa: B008
    """Judge a construct by every named check; ``others`` are the other inserts of the same product."""
    raise NotImplementedError


def is_ready(checks: Sequence[Check]) -> bool:
    """Say whether the construct can be ordered: every check that does not only report was judged and passed."""
    return all(one.reports or (one.judged and one.passed) for one in checks)
