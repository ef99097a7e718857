"""The bedside signs of cytokine release and neurotoxicity, and the codes that they come in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Consciousness", "CrsSigns", "IcansSigns", "Motor", "Oxygen", "Pressure", "Seizure"]


class Oxygen(IntEnum):
    """Name the oxygen support: low flow is a nasal cannula up to 6 L/min or blow-by, the pressure any ventilation."""

    NONE = 0
    LOW_FLOW = 1
    HIGH_FLOW_OR_MASK = 2
    POSITIVE_PRESSURE = 3


class Consciousness(IntEnum):
    """Name what wakes the patient; DROWSY is depressed but awakens spontaneously, AWAKE is not depressed."""

    AWAKE = 0
    DROWSY = 1
    VOICE = 2
    TACTILE = 3
    UNAROUSABLE = 4


class Seizure(IntEnum):
    """Name the seizure: one that resolves (in the patient, or on the EEG only), or one that does not."""

    NONE = 0
    RESOLVING = 1
    NONCONVULSIVE_RESOLVING = 2
    PROLONGED = 3
    REPETITIVE = 4


class Motor(IntEnum):
    """Name the motor finding; tremor and myoclonus are noted but do not count."""

    NONE = 0
    TREMOR_OR_MYOCLONUS = 1
    DEEP_FOCAL_WEAKNESS = 2


class Pressure(IntEnum):
    """Name the sign of cerebral oedema or raised pressure; intracranial haemorrhage is noted but does not count."""

    NONE = 0
    HAEMORRHAGE = 1
    FOCAL_OEDEMA = 2
    DIFFUSE_OEDEMA = 3
    POSTURING = 4
    SIXTH_NERVE_PALSY = 5
    PAPILLOEDEMA = 6
    CUSHING_TRIAD = 7


@dataclass(frozen=True)
class CrsSigns:
    """Hold the signs of cytokine release at each time: arrays that broadcast together, usually ``(patients, days)``.

    Yes or no is 1 or 0; a sign that is not known is NaN or -1. The four signs of the consensus must be given. Where
    they are left out, exceptions are taken as absent, fever, hypotension and hypoxia as due to the cells, and what only
    the older scales ask for as not known (so that these give no grade unless it is certain all the same).

    ``temperature_c``: body temperature in degrees C.
    ``hypotension``: blood pressure too low.
    ``vasopressors``: number of vasopressors, vasopressin not counted.
    ``oxygen``: :class:`Oxygen` code, see :func:`adoptive.outcome.toxicity.oxygen.oxygen_code`.
    ``vasopressin``: vasopressin runs.
    ``treated``: an antipyretic, anticytokine drug or steroid was given by then and may hide the fever.
    ``fever_attributable``, ``hypotension_attributable``, ``hypoxia_attributable``: 0 where it has another cause.
    ``airway_only``: ventilated to protect the airway or for a procedure, without hypoxia.
    ``died_of_crs``: died of it with no other principal cause.
    ``constitutional``: nausea, fatigue, headache, myalgia or malaise (older scales).
    ``life_threatening``: life-threatening by the physician's word, urgent intervention indicated (CTCAE).
    ``oxygen_fraction``: inspired fraction of oxygen, 0.21 to 1 (Lee 2014, CTCAE).
    ``high_dose_vasopressor``: the vasopressor runs at a high dose (Lee 2014, Penn).
    ``fluids``: fluid boluses were given for the blood pressure (Penn).
    ``ventilated``: invasive mechanical ventilation, as opposed to CPAP and BiPAP (all but ASTCT).
    ``organ_grade``: worst CTCAE grade of any organ toxicity but transaminases (Lee 2014, Penn).
    ``transaminase_grade``: CTCAE grade of ALT and AST (Lee 2014, Penn).
    ``creatinine_grade``: CTCAE grade of creatinine (Penn).
    ``coagulopathy_products``: plasma, cryoprecipitate or fibrinogen given for coagulopathy (Penn).
    ``hospital``: in hospital for the management of the syndrome (Penn).
    """

    temperature_c: ArrayLike
    hypotension: ArrayLike
    vasopressors: ArrayLike
    oxygen: ArrayLike
    vasopressin: ArrayLike = False
    treated: ArrayLike = False
    fever_attributable: ArrayLike = True
    hypotension_attributable: ArrayLike = True
    hypoxia_attributable: ArrayLike = True
    airway_only: ArrayLike = False
    died_of_crs: ArrayLike = False
    constitutional: ArrayLike = False
    life_threatening: ArrayLike = False
    oxygen_fraction: ArrayLike = np.nan
    high_dose_vasopressor: ArrayLike = -1
    fluids: ArrayLike = -1
    ventilated: ArrayLike = -1
    organ_grade: ArrayLike = -1
    transaminase_grade: ArrayLike = -1
    creatinine_grade: ArrayLike = -1
    coagulopathy_products: ArrayLike = -1
    hospital: ArrayLike = -1


@dataclass(frozen=True)
class IcansSigns:
    """Hold the signs of neurotoxicity at each time: arrays that broadcast together, usually ``(patients, days)``.

    Yes or no is 1 or 0; a sign that is not known is NaN or -1. The score (``ice``, or ``capd`` for children) and the
    four other domains are not known where they are left out; exceptions are taken as absent.

    ``ice``: encephalopathy score, 0 (worst) to 10, see :func:`adoptive.outcome.toxicity.icans.ice_score`.
    ``capd``: Cornell Assessment of Pediatric Delirium, 0 to 32 (worst).
    ``age_years``: age in years, read only where the instrument is chosen by age.
    ``consciousness``, ``seizure``, ``motor``, ``pressure``: codes of the classes of these names.
    ``awake_but_unable``: awake, but cannot do the ICE test at all (global aphasia): counts as ICE 0 while awake.
    ``capd_unable``: CAPD cannot be performed.
    ``sedated``: under a sedating drug: consciousness does not count and the score is not known.
    ``attributable``: 0 where all signs have another cause.
    ``died_of_icans``: died of it with no other principal cause.
    """

    ice: ArrayLike = np.nan
    capd: ArrayLike = np.nan
    age_years: ArrayLike = np.nan
    consciousness: ArrayLike = -1
    seizure: ArrayLike = -1
    motor: ArrayLike = -1
    pressure: ArrayLike = -1
    awake_but_unable: ArrayLike = False
    capd_unable: ArrayLike = False
    sedated: ArrayLike = False
    attributable: ArrayLike = True
    died_of_icans: ArrayLike = False
