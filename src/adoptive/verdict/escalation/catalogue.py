"""The designs by name, each made from the same options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from adoptive.errors import StudyError
from adoptive.verdict.escalation.boin12 import Utility
from adoptive.verdict.escalation.count_designs import (
    Boin12Design,
    ThreePlusThree,
    boin_design,
    keyboard_design,
    mtpi_design,
)
from adoptive.verdict.escalation.model_designs import CrmDesign, TiteBoinDesign, TiteCrmDesign
from adoptive.verdict.escalation.seen import Design
from adoptive.verdict.escalation.skeleton import skeleton
from adoptive.verdict.escalation.types import TOO_TOXIC

__all__ = ["DESIGNS", "DesignOptions", "make_design"]

EXTRA_SAFE_OFFSET: Final = 0.05
"""How much less sure one must be at the lowest dose under ``extra_safe`` (the default of R package BOIN)."""


@dataclass(frozen=True)
class DesignOptions:
    """Hold what the designs may ask for; each takes what it needs. ``prior_level`` counts from 0, None: the middle."""

    target: float
    levels: int
    most_patients: int = 30
    window_days: float = 28.0
    cutoff: float = TOO_TOXIC
    extra_safe: bool = False
    stop_at: int = 0
    half_width: float = 0.05
    skeleton: tuple[float, ...] = ()
    prior_level: int | None = None
    lowest_response: float = 0.25
    utility_neither: float = 40.0
    utility_both: float = 60.0

    @property
    def guesses(self) -> tuple[float, ...]:
        """Give the skeleton: as given, or from the half width of the indifference interval."""
        if self.skeleton:
            return self.skeleton
        middle = (self.levels - 1) // 2 if self.prior_level is None else self.prior_level
        made = skeleton(self.half_width, self.target, prior_level=middle, levels=self.levels)
        return tuple(float(guess) for guess in made)

    @property
    def first_cutoff(self) -> float | None:
        """Give the cutoff at the lowest dose, if it has its own."""
        return self.cutoff - EXTRA_SAFE_OFFSET if self.extra_safe else None


def _boin(options: DesignOptions) -> Design:
    return boin_design(
        options.target, options.most_patients, cutoff=options.cutoff, extra_safe=options.first_cutoff,
        stop_at=options.stop_at,
    )  # fmt: skip


def _keyboard(options: DesignOptions) -> Design:
    return keyboard_design(
        options.target, options.most_patients, half_width=options.half_width, cutoff=options.cutoff,
        extra_safe=options.first_cutoff, stop_at=options.stop_at,
    )  # fmt: skip


def _mtpi(options: DesignOptions) -> Design:
    return mtpi_design(
        options.target, options.most_patients, half_width=options.half_width, cutoff=options.cutoff,
        extra_safe=options.first_cutoff, stop_at=options.stop_at,
    )  # fmt: skip


def _crm(options: DesignOptions) -> Design:
    cutoff = options.first_cutoff or options.cutoff
    return CrmDesign(options.guesses, options.target, cutoff=cutoff, stop_at=options.stop_at)


def _tite_crm(options: DesignOptions) -> Design:
    cutoff = options.first_cutoff or options.cutoff
    return TiteCrmDesign(
        options.guesses, options.target, options.window_days, cutoff=cutoff, stop_at=options.stop_at
    )  # fmt: skip


def _tite_boin(options: DesignOptions) -> Design:
    return TiteBoinDesign(
        options.target, options.window_days, cutoff=options.cutoff, extra_safe=options.first_cutoff,
        stop_at=options.stop_at,
    )  # fmt: skip


def _boin12(options: DesignOptions) -> Design:
    rule = Utility(
        options.target, options.lowest_response, options.utility_neither, options.utility_both, options.cutoff
    )
    return Boin12Design(rule, stop_at=options.stop_at)


DESIGNS: Final[Mapping[str, Callable[[DesignOptions], Design]]] = {
    "3+3": lambda _: ThreePlusThree(),
    "boin": _boin,
    "mtpi-2": _keyboard,
    "keyboard": _keyboard,
    "mtpi": _mtpi,
    "crm": _crm,
    "tite-crm": _tite_crm,
    "tite-boin": _tite_boin,
    "boin12": _boin12,
}
"""Every design by name; ``keyboard`` and ``mtpi-2`` are the same."""


def make_design(name: str, options: DesignOptions) -> Design:
    """Make a design by name.

    Parameters
    ----------
    name
        One of :data:`DESIGNS`.
    options
        What it is made from. BOIN12 takes the target as the highest acceptable DLT probability.

    Raises
    ------
    StudyError
        An unknown name, or options that cannot be.

    Examples
    --------
    >>> make_design("crm", DesignOptions(target=0.3, levels=5)).name
    'crm'
    """
    if name not in DESIGNS:
        raise StudyError(
            "no such design", where="design", value=name, allowed=", ".join(DESIGNS), next_step="choose one of these"
        )
    return DESIGNS[name](options)
