"""The line below every result that rests on a patient's or a cohort's own data, which is not simulated."""

from __future__ import annotations

from typing import Final

__all__ = ["NO_ADVICE"]

NO_ADVICE: Final = "For research only; no medical advice."
