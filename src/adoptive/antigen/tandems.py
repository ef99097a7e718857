"""Tandem minigenes: several mutated windows in one reading frame, joined so that no joint makes a new strong epitope."""

from __future__ import annotations

from collections.abc import Sequence

from adoptive.antigen.screen_types import Bind, Minigene, TandemRules, Tandems

__all__ = ["design_tandems"]


def design_tandems(
    minigenes: Sequence[Minigene], *, alleles: Sequence[str], bind: Bind, rules: TandemRules | None = None
) -> Tandems:
    """Choose groups, order and linkers of minigenes."""
    raise NotImplementedError
