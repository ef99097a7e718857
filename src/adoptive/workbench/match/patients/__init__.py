"""Patients in: what a file says of a patient, as :class:`~adoptive.trial.eligibility.facts.Facts`.

Enters: a FHIR R4 bundle (mCODE or plain), a TOML file of ours, or a CSV table with one row per patient. Leaves: facts
in canonical names and units, and notes of what was not understood. What a file does not say stays unknown. Know
:func:`read_patient`, :func:`read_patients` and :func:`patient_keys`.
"""

from __future__ import annotations

from adoptive.workbench.match.patients.keys import patient_keys
from adoptive.workbench.match.patients.read import read_patient, read_patients

__all__ = ["patient_keys", "read_patient", "read_patients"]
