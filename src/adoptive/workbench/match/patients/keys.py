"""The keys of a patient's file: name, unit, meaning."""

from __future__ import annotations

__all__ = ["patient_keys"]


def patient_keys() -> tuple[tuple[str, str, str], ...]:
    """List every key of the patient's TOML file with its unit and meaning."""
    raise NotImplementedError
