"""What can go wrong by misuse, and how it is said.

Failure that is science (a batch out of specification, a patient who dies waiting) is a value, never one of these.
Every message names what is wrong, where, the value, what is allowed and the next step.
"""

from __future__ import annotations

__all__ = ["AdoptiveError", "ParameterError", "RunError", "SolveError", "StudyError"]


class AdoptiveError(Exception):
    """Say in one sentence what was wrong, where, with which value, what is allowed and what to do next."""

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        value: object = None,
        allowed: str = "",
        next_step: str = "",
    ) -> None:
        self.what, self.where, self.value = what, where, value
        self.allowed, self.next_step = allowed, next_step
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.value is not None:
            parts.append(f"value: {str(self.value)[:200]}")
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        if self.next_step:
            parts.append(f"next: {self.next_step}")
        return "; ".join(parts)


class ParameterError(AdoptiveError):
    """Report a parameter row that is missing, malformed or unknown."""


class StudyError(AdoptiveError, ValueError):
    """Report a study that cannot be read or does not make sense (exit code 2)."""


class SolveError(AdoptiveError):
    """Report a model or a call that the ensemble engine cannot accept."""


class RunError(AdoptiveError):
    """Report a run that could not be finished or written (exit code 3)."""
