"""What was found of a statement in one patient, with reasons."""

from __future__ import annotations

from dataclasses import dataclass

from adoptive.trial.eligibility.statements import Truth

__all__ = ["Finding"]


@dataclass(frozen=True)
class Finding:
    """Hold what was found of one criterion in one patient.

    ``because`` names the facts used ("haemoglobin 8.1 g/dL on 2026-10-02, labs row 3"), ``settle`` what would decide
    ("a blood count", "wait until 2026-12-03"), ``distance`` how far from the threshold in the field's unit (below 0:
    on the wrong side), ``from_day`` the first day on which a washout is over. ``recoverable``: who fails today may
    pass on another day.
    """

    truth: Truth
    because: tuple[str, ...] = ()
    settle: tuple[str, ...] = ()
    distance: float | None = None
    unit: str = ""
    from_day: str = ""
    recoverable: bool = False
