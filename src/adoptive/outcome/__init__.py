"""What the clinic sees: a trajectory enters; scans, RECIST responses, toxicity grades and events leave.

The functions to know: :func:`read_scans`, :func:`assess`, :func:`grade_crs`. The rules (``toxicity``, ``laboratory``,
``haematology``, ``response``, ``events``) know nothing of the model and work alone on real data; ``clinic`` draws from
the model what they judge. A name is fetched from its home when it is first asked for, so the rules load no engine.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from adoptive.outcome.clinic.brain import (
        BrainSigns,
        BrainTolerance,
        brain_signs,
        daily_icans_grade,
        draw_brain_tolerance,
    )
    from adoptive.outcome.clinic.early_scans import early_scan_days
    from adoptive.outcome.clinic.hazard import Fate, draw_fate, first_passage
    from adoptive.outcome.clinic.infections import Infections, draw_infections
    from adoptive.outcome.clinic.laboratory_values import LaboratoryPanel, limits_of_normal, printed_values, true_values
    from adoptive.outcome.clinic.off_tumour import OffTumour, off_tumour
    from adoptive.outcome.clinic.reading import Reading, read_course, read_fate
    from adoptive.outcome.clinic.safety import Safety, Watched, dlt_of, safety_of
    from adoptive.outcome.clinic.scans import at_days, plan_scans, read_scans, scan_calendar
    from adoptive.outcome.clinic.signs import (
        BedsideSigns,
        Tolerance,
        Vitals,
        bedside_signs,
        daily_crs_grade,
        draw_tolerance,
        draw_vitals,
    )
    from adoptive.outcome.events.adtte import adtte_columns
    from adoptive.outcome.events.censoring import CENSORING_RULES, CensoringRule, Planned, censoring_rule
    from adoptive.outcome.events.progression_free import progression_free_survival
    from adoptive.outcome.events.time_to_event import (
        competing_status,
        duration_of_response,
        event_free_survival,
        overall_survival,
        time_to_progression,
        time_to_response,
    )
    from adoptive.outcome.events.types import Endpoint, Reason, TimeToEvent
    from adoptive.outcome.haematology.b_cells import find_b_cell_aplasia, is_immunoglobulin_due, replacement_dose_g
    from adoptive.outcome.haematology.car_hematotox import CarHematotox, score_car_hematotox
    from adoptive.outcome.haematology.clinical_lysis import grade_clinical_tls, has_howard_clinical_tls
    from adoptive.outcome.haematology.daily import DailyLowest, daily_lowest
    from adoptive.outcome.haematology.easix import Easix, compute_easix
    from adoptive.outcome.haematology.hscore import HScore, score_hscore
    from adoptive.outcome.haematology.icaht import count_neutropenia_days, grade_icaht_early, grade_icaht_late
    from adoptive.outcome.haematology.iec_hs import IecHs, find_iec_hs, grade_iec_hs
    from adoptive.outcome.haematology.infection_risk import class_infection_risk
    from adoptive.outcome.haematology.thrombocytopenia import (
        grade_t_icaht_early,
        grade_t_icaht_late,
        has_nccn_thrombocytopenia,
    )
    from adoptive.outcome.haematology.tumour_lysis import Chemistry, grade_laboratory_tls, grade_laboratory_tls_course
    from adoptive.outcome.laboratory.calcium import corrected_calcium_mmol_l
    from adoptive.outcome.laboratory.clinical_terms import grade_ejection_fraction, grade_febrile_neutropenia
    from adoptive.outcome.laboratory.cytopenia import grade_cytopenia, worst_cytopenia
    from adoptive.outcome.laboratory.grading import grade_laboratory
    from adoptive.outcome.laboratory.rows import grade_laboratory_rows
    from adoptive.outcome.laboratory.terms import TermPair, terms_of
    from adoptive.outcome.laboratory.worst import WorstGrades, worst_grade, worst_grade_rows
    from adoptive.outcome.response.baseline import check_baseline
    from adoptive.outcome.response.best import Best, best_response, disease_control
    from adoptive.outcome.response.depth import days_to_response, depth_of_response, spider, swimmer, waterfall
    from adoptive.outcome.response.immune_best import ImmuneCourse, best_immune_response, immune_course
    from adoptive.outcome.response.irecist import ImmuneAssessed, assess_immune
    from adoptive.outcome.response.ladder import LADDERS, Ladder, best_on_ladder, first_confirmed
    from adoptive.outcome.response.lesions import choose_targets, confirm_new_lesions, judge_non_target
    from adoptive.outcome.response.leukaemia import LeukaemiaVisits, assess_leukaemia, is_mrd_negative
    from adoptive.outcome.response.lugano import LymphomaVisits, assess_lymphoma
    from adoptive.outcome.response.myeloma import MyelomaVisits, assess_myeloma
    from adoptive.outcome.response.recist import Assessed, assess
    from adoptive.outcome.response.sdtm import rows_from_sdtm, visits_from_sdtm
    from adoptive.outcome.response.table import lesion_rows, rows_of, stack_rows
    from adoptive.outcome.response.types import (
        ImmuneResponse,
        Judged,
        Kind,
        LesionRows,
        LesionState,
        NewLesion,
        NewLesions,
        Stacked,
    )
    from adoptive.outcome.toxicity.crs import CRS_SCALES, crs_course, grade_crs
    from adoptive.outcome.toxicity.dlt import DLT_KINDS, Dlt, DltRule, ToxicityDays, find_dlt
    from adoptive.outcome.toxicity.episodes import GradedCourse, episodes
    from adoptive.outcome.toxicity.icans import grade_icans, ice_score
    from adoptive.outcome.toxicity.oxygen import oxygen_code
    from adoptive.outcome.toxicity.types import Consciousness, CrsSigns, IcansSigns, Motor, Oxygen, Pressure, Seizure
    from adoptive.outcome.toxicity.words import consciousness_code, motor_code, pressure_code, seizure_code
    from adoptive.outcome.types import UNGRADED, Assessment, Graded, NonTarget, Response, Scans

_NAMES: Final = {
    "clinic.brain": "BrainSigns BrainTolerance brain_signs daily_icans_grade draw_brain_tolerance",
    "clinic.early_scans": "early_scan_days",
    "clinic.hazard": "Fate draw_fate first_passage",
    "clinic.infections": "Infections draw_infections",
    "clinic.laboratory_values": "LaboratoryPanel limits_of_normal printed_values true_values",
    "clinic.off_tumour": "OffTumour off_tumour",
    "clinic.reading": "Reading read_course read_fate",
    "clinic.safety": "Safety Watched dlt_of safety_of",
    "clinic.scans": "at_days plan_scans read_scans scan_calendar",
    "clinic.signs": "BedsideSigns Tolerance Vitals bedside_signs daily_crs_grade draw_tolerance draw_vitals",
    "events.adtte": "adtte_columns",
    "events.censoring": "CENSORING_RULES CensoringRule Planned censoring_rule",
    "events.progression_free": "progression_free_survival",
    "events.time_to_event": (
        "competing_status duration_of_response event_free_survival overall_survival time_to_progression "
        "time_to_response"
    ),
    "events.types": "Endpoint Reason TimeToEvent",
    "haematology.b_cells": "find_b_cell_aplasia is_immunoglobulin_due replacement_dose_g",
    "haematology.car_hematotox": "CarHematotox score_car_hematotox",
    "haematology.clinical_lysis": "grade_clinical_tls has_howard_clinical_tls",
    "haematology.daily": "DailyLowest daily_lowest",
    "haematology.easix": "Easix compute_easix",
    "haematology.hscore": "HScore score_hscore",
    "haematology.icaht": "count_neutropenia_days grade_icaht_early grade_icaht_late",
    "haematology.iec_hs": "IecHs find_iec_hs grade_iec_hs",
    "haematology.infection_risk": "class_infection_risk",
    "haematology.thrombocytopenia": "grade_t_icaht_early grade_t_icaht_late has_nccn_thrombocytopenia",
    "haematology.tumour_lysis": "Chemistry grade_laboratory_tls grade_laboratory_tls_course",
    "laboratory.calcium": "corrected_calcium_mmol_l",
    "laboratory.clinical_terms": "grade_ejection_fraction grade_febrile_neutropenia",
    "laboratory.cytopenia": "grade_cytopenia worst_cytopenia",
    "laboratory.grading": "grade_laboratory",
    "laboratory.rows": "grade_laboratory_rows",
    "laboratory.terms": "TermPair terms_of",
    "laboratory.worst": "WorstGrades worst_grade worst_grade_rows",
    "response.baseline": "check_baseline",
    "response.best": "Best best_response disease_control",
    "response.depth": "days_to_response depth_of_response spider swimmer waterfall",
    "response.immune_best": "ImmuneCourse best_immune_response immune_course",
    "response.irecist": "ImmuneAssessed assess_immune",
    "response.ladder": "LADDERS Ladder best_on_ladder first_confirmed",
    "response.lesions": "choose_targets confirm_new_lesions judge_non_target",
    "response.leukaemia": "LeukaemiaVisits assess_leukaemia is_mrd_negative",
    "response.lugano": "LymphomaVisits assess_lymphoma",
    "response.myeloma": "MyelomaVisits assess_myeloma",
    "response.recist": "Assessed assess",
    "response.sdtm": "rows_from_sdtm visits_from_sdtm",
    "response.table": "lesion_rows rows_of stack_rows",
    "response.types": "ImmuneResponse Judged Kind LesionRows LesionState NewLesion NewLesions Stacked",
    "toxicity.crs": "CRS_SCALES crs_course grade_crs",
    "toxicity.dlt": "DLT_KINDS Dlt DltRule ToxicityDays find_dlt",
    "toxicity.episodes": "GradedCourse episodes",
    "toxicity.icans": "grade_icans ice_score",
    "toxicity.oxygen": "oxygen_code",
    "toxicity.types": "Consciousness CrsSigns IcansSigns Motor Oxygen Pressure Seizure",
    "toxicity.words": "consciousness_code motor_code pressure_code seizure_code",
    "types": "UNGRADED Assessment Graded NonTarget Response Scans",
}
_HOME: Final = {name: module for module, names in _NAMES.items() for name in names.split()}

# fmt: off
__all__ = [
    "CENSORING_RULES", "CRS_SCALES", "DLT_KINDS", "LADDERS", "UNGRADED", "Assessed", "Assessment", "BedsideSigns",
    "Best", "BrainSigns", "BrainTolerance", "CarHematotox", "CensoringRule", "Chemistry", "Consciousness", "CrsSigns",
    "DailyLowest", "Dlt", "DltRule", "Easix", "Endpoint", "Fate", "Graded", "GradedCourse", "HScore", "IcansSigns",
    "IecHs", "ImmuneAssessed", "ImmuneCourse", "ImmuneResponse", "Infections", "Judged", "Kind", "LaboratoryPanel",
    "Ladder", "LesionRows", "LesionState", "LeukaemiaVisits", "LymphomaVisits", "Motor", "MyelomaVisits", "NewLesion",
    "NewLesions", "NonTarget", "OffTumour", "Oxygen", "Planned", "Pressure", "Reading", "Reason", "Response", "Safety",
    "Scans", "Seizure", "Stacked", "TermPair", "TimeToEvent", "Tolerance", "ToxicityDays", "Vitals", "Watched",
    "WorstGrades", "adtte_columns", "assess", "assess_immune", "assess_leukaemia", "assess_lymphoma", "assess_myeloma",
    "at_days", "bedside_signs", "best_immune_response", "best_on_ladder", "best_response", "brain_signs",
    "censoring_rule", "check_baseline", "choose_targets", "class_infection_risk", "competing_status", "compute_easix",
    "confirm_new_lesions", "consciousness_code", "corrected_calcium_mmol_l", "count_neutropenia_days", "crs_course",
    "daily_crs_grade", "daily_icans_grade", "daily_lowest", "days_to_response", "depth_of_response", "disease_control",
    "dlt_of", "draw_brain_tolerance", "draw_fate", "draw_infections", "draw_tolerance", "draw_vitals",
    "duration_of_response", "early_scan_days", "episodes", "event_free_survival", "find_b_cell_aplasia", "find_dlt",
    "find_iec_hs", "first_confirmed", "first_passage", "grade_clinical_tls", "grade_crs", "grade_cytopenia",
    "grade_ejection_fraction", "grade_febrile_neutropenia", "grade_icaht_early", "grade_icaht_late", "grade_icans",
    "grade_iec_hs", "grade_laboratory", "grade_laboratory_rows", "grade_laboratory_tls", "grade_laboratory_tls_course",
    "grade_t_icaht_early", "grade_t_icaht_late", "has_howard_clinical_tls", "has_nccn_thrombocytopenia", "ice_score",
    "immune_course", "is_immunoglobulin_due", "is_mrd_negative", "judge_non_target", "lesion_rows", "limits_of_normal",
    "motor_code", "off_tumour", "overall_survival", "oxygen_code", "plan_scans", "pressure_code", "printed_values",
    "progression_free_survival", "read_course", "read_fate", "read_scans", "replacement_dose_g", "rows_from_sdtm",
    "rows_of", "safety_of", "scan_calendar", "score_car_hematotox", "score_hscore", "seizure_code", "spider",
    "stack_rows", "swimmer", "terms_of", "time_to_progression", "time_to_response", "true_values", "visits_from_sdtm",
    "waterfall", "worst_cytopenia", "worst_grade", "worst_grade_rows",
]
# fmt: on


def __getattr__(name: str) -> object:
    """Fetch a public name from its home when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'adoptive.outcome' has no attribute {name!r}; it offers {', '.join(__all__)}")
    found: object = getattr(importlib.import_module(f"adoptive.outcome.{_HOME[name]}"), name)
    return found


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
