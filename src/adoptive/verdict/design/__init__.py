"""How a trial is planned: bounds of interim looks, numbers of patients and events, power."""

from __future__ import annotations

from adoptive.verdict.design.sequential import Bounds, crossing_probabilities, error_spent, group_sequential

__all__ = ["Bounds", "crossing_probabilities", "error_spent", "group_sequential"]
