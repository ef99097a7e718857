"""Finding a trial: which engineered-cell trials fit a patient, why, what is missing, and what to expect.

Enters: trials (registry records, our own studies, CTML) and patients (FHIR, TOML, CSV). Leaves: verdicts per criterion
with reasons, a ranking, a forecast where the model knows the trial, and a page in plain words. Nothing leaves the
machine.
"""
