"""FHIR R4 of a patient, mCODE's profiles and plain ones: a module for each sort of resource.

Enters: the resources of a bundle. Leaves: :class:`~adoptive.trial.eligibility.facts.Facts`. Know :func:`facts_in`.
"""

from __future__ import annotations

from adoptive.workbench.match.patients.fhir.facts import facts_in

__all__ = ["facts_in"]
