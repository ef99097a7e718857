"""The report's numbers about one trial, computed again from the analysis data sets alone."""

from __future__ import annotations

from adoptive.workbench.export.derive.patients import patients_from
from adoptive.workbench.export.derive.report import OVER_ALL_TRIALS, Derived, derive_report

__all__ = ["OVER_ALL_TRIALS", "Derived", "derive_report", "patients_from"]
