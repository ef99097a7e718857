"""Cytokine release syndrome and neurotoxicity, row by row and, with patient and day, as a course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.toxicity.crs import grade_crs
from adoptive.outcome.toxicity.episodes import episodes
from adoptive.outcome.toxicity.icans import grade_icans
from adoptive.outcome.toxicity.oxygen import oxygen_code
from adoptive.outcome.toxicity.scales import FEVER_C
from adoptive.outcome.toxicity.types import CrsSigns, IcansSigns
from adoptive.outcome.toxicity.words import consciousness_code, first_words, motor_code, pressure_code, seizure_code
from adoptive.outcome.types import UNGRADED, Graded
from adoptive.workbench.grade import units
from adoptive.workbench.grade.rules.answers import because, daily, flags, grades, numbers, reason_of
from adoptive.workbench.grade.rules.common import DAY, PATIENT, flag, value
from adoptive.workbench.grade.types import Column, Judged, Layout, Option, Rule, Signs

__all__ = ["RULES"]

Codes = NDArray[np.int64]

_GAP: Final = Option("gap_days", 7.0, "longest pause in days within one episode (a convention)", low=0, high=365)

_TEMPERATURE: Final = replace(
    value("temperature", "body temperature; without a unit degrees Celsius", units.CELSIUS, 45, "temp", "tmax",
          "body_temperature", "max_temp", "temp_max", low=25, required=False), bare=True)  # fmt: skip

_COUNTS: Final = {"none": 0, "no": 0, "one": 1, "two": 2, "three": 3}

_CRS_COLUMNS: Final = (
    PATIENT, DAY,
    _TEMPERATURE, flag("fever", "fever of 38.0 C or more, where no temperature is known", "febrile"),
    flag("hypotension", "blood pressure too low", "low_blood_pressure", required=True),
    Column("vasopressors", "number of vasopressors, vasopressin not counted", aliases=(
        "n_vasopressors_excl_vasopressin", "n_vasopressors", "vasopressor_count", "vasopressors_n", "pressors",
        "number_of_vasopressors", "vasopressors_excl_vasopressin", "n_pressors", "num_vasopressors", "vasopressor",
        "n_vasopressor", "no_of_vasopressors", "vasopressors_count", "pressor_count",
        "vasopressors_excluding_vasopressin",
        "n_vasopressors_excluding_vasopressin"), low=0, high=9, whole=True, words=_COUNTS),
    flag("vasopressin", "vasopressin runs; without the column it does not", "vasopressin_given"),
    Column("oxygen", "oxygen device in words, the flow of a cannula in them or beside", "text",
           ("oxygen_device", "o2_device", "o2", "oxygen_support", "device", "hypoxia", "oxygen_requirement",
            "o2_requirement", "o2_support", "respiratory_support"), none_counts=True),
    Column("oxygen_flow", "flow of oxygen", aliases=("o2_flow", "flow", "flow_rate"), units=units.FLOW, bare=True,
    low=0, high=100,
           required=False),
    flag("treated", "an antipyretic, anticytokine drug or steroid may hide the fever; without the column none does",
         "antipyretic_or_anticytokine_given", "tocilizumab_or_steroid_given", "treated_before", "therapy_given"),
    *(flag(name, f"the same for {what}: any yes counts", *also) for name, what, also in (
        ("antipyretic", "an antipyretic", ("antipyretic_given", "antipyretics", "paracetamol", "acetaminophen")),
        ("anticytokine", "an anticytokine drug", ("anticytokine_given", "anticytokine_therapy")),
        ("tocilizumab", "tocilizumab", ("tocilizumab_given", "toci", "toci_given")),
        ("siltuximab", "siltuximab", ("siltuximab_given",)), ("anakinra", "anakinra", ("anakinra_given",)),
        ("steroid", "a steroid", ("steroid_given", "steroids", "steroids_given", "corticosteroid", "corticosteroids",
         "corticosteroids_given", "dexamethasone", "dexamethasone_given")))),
    flag("fever_attributable", "0 where the fever has another cause", "fever_due_to_crs"),
    flag("hypotension_attributable", "0 where the hypotension has another cause"),
    flag("hypoxia_attributable", "0 where the hypoxia has another cause"),
    flag("airway_only", "ventilated to protect the airway, without hypoxia", "airway_protection_only"),
    flag("died_of_crs", "died of it with no other principal cause", "death_from_crs", "fatal"),
)  # fmt: skip

_OLDER_COLUMNS: Final = (
    flag("constitutional", "nausea, fatigue, headache, myalgia or malaise", "constitutional_symptoms"),
    flag("life_threatening", "life-threatening by the physician's word"),
    Column("oxygen_fraction", "inspired fraction of oxygen, of 1", aliases=("fio2",), units=units.SHARE, bare=True,
    low=0.15,
           high=1.0, required=False),
    flag("high_dose_vasopressor", "the vasopressor runs at a high dose", "high_dose_pressor"),
    flag("fluids", "fluid boluses were given for the blood pressure", "iv_fluids"),
    flag("ventilated", "invasive mechanical ventilation"),
    *(Column(name, meaning, aliases=(), low=0, high=5, whole=True, required=False) for name, meaning in (
        ("organ_grade", "worst CTCAE grade of any organ toxicity but transaminases"),
        ("transaminase_grade", "CTCAE grade of ALT and AST"), ("creatinine_grade", "CTCAE grade of creatinine"))),
    flag("coagulopathy_products", "plasma, cryoprecipitate or fibrinogen given for coagulopathy"),
    flag("hospital", "in hospital for the management of the syndrome", "hospitalised", "hospitalized"),
)  # fmt: skip


def _given(signs: Signs, *names: str) -> dict[str, Any]:
    """Give the signs whose columns the file has; the others keep the rule's own default."""
    return {name: signs[name] for name in names if name in signs.has}


def _crs(scale: str) -> Callable[[Signs], Judged]:
    def grade(signs: Signs) -> Judged:
        device = signs["oxygen"]
        code = oxygen_code(device.astype(str), signs["oxygen_flow"])
        older = [column.name for column in (*_CRS_COLUMNS, *_OLDER_COLUMNS) if column.name not in _SPECIAL]
        drugs = [signs[name] for name in _DRUGS if name in signs.has]
        given = _given(signs, *older) | ({"treated": _any_of(drugs)} if drugs else {})
        degrees, bad = _degrees(signs)
        seen = CrsSigns(degrees, signs["hypotension"], _codes(signs["vasopressors"]), code, **given)
        graded = grade_crs(seen, scale=scale)
        empty = np.flatnonzero((graded.grade == UNGRADED) & np.isnan(degrees))
        which = "temperature" if "temperature" in signs.has else "fever"
        bad = (*bad, *_unknown(signs, "oxygen", code, _OXYGEN_WORDS), *((int(at), which, "", _EMPTY) for at in empty))
        return _judged(signs, graded, bad)

    return grade


_DRUGS: Final = ("treated", "antipyretic", "anticytokine", "tocilizumab", "siltuximab", "anakinra", "steroid")
_SPECIAL: Final = (
    "patient", "day", "temperature", "fever", "hypotension", "vasopressors", "oxygen", "oxygen_flow", *_DRUGS,
)  # fmt: skip


def _any_of(flags_given: Sequence[Codes]) -> Codes:
    """Join flags: 1 where any is, -1 where none is but one is missing."""
    table = np.array(flags_given, np.int64)
    return np.where((table == 1).any(axis=0), 1, np.where((table < 0).any(axis=0), -1, 0))


def _degrees(signs: Signs) -> tuple[NDArray[np.float64], tuple[tuple[int, str, str, str], ...]]:
    """Give the temperature; where only fever is told, the limit of fever or a normal one. A contradiction is bad."""
    degrees, fever = np.asarray(signs["temperature"], np.float64), signs["fever"]
    against = np.flatnonzero(np.isfinite(degrees) & (fever >= 0) & ((degrees >= FEVER_C) != (fever == 1)))
    told = np.select([fever == 1, fever == 0], [FEVER_C, _NORMAL_C], np.nan)
    bad = tuple((int(row), "fever", str(fever[row]), f"contradicts the temperature, {degrees[row]:g} C")
                for row in against)  # fmt: skip
    return np.where(np.isnan(degrees), told, degrees), bad


_EMPTY: Final = "the cell is empty, and the rule cannot do without it here"
_NORMAL_C: Final = 37.0
_OXYGEN_WORDS: Final = (
    "unknown device, a nasal cannula without its flow, or a flow that contradicts the device; "
    "allowed: none, room air, nasal cannula with L/min, "
    "blow-by, face mask, non-rebreather, Venturi, high-flow nasal cannula, CPAP, BiPAP, ventilator"
)


def _codes(number: NDArray[np.float64]) -> Codes:
    """Give whole numbers, -1 for a missing one."""
    return np.where(np.isnan(number), -1, number).astype(np.int64)


def _unknown(signs: Signs, name: str, code: Codes, problem: str) -> tuple[tuple[int, str, str, str], ...]:
    """List rows whose word is not known; an empty cell is missing, not unknown."""
    words = signs[name]
    at = np.flatnonzero((code < 0) & (words != ""))
    return tuple((int(row), name, str(words[row]), problem) for row in at)


def _judged(signs: Signs, graded: Graded, bad: tuple[tuple[int, str, str, str], ...]) -> Judged:
    """Give the grades, and the course of each patient where patient and day are known."""
    rows = {"grade": grades(graded.grade), "reason": because(graded)}
    if not {"patient", "day"} <= signs.has:
        return Judged(rows, bad=bad)
    code = graded.grade.copy()
    code[[row for row, *_ in bad]] = UNGRADED
    number = len(signs.patients)
    place, days = daily(signs.patient, signs["day"], number)
    table = np.full(days.shape, -2, np.int64)  # -2: no record, which is neither a grade nor a missing one
    np.maximum.at(table, (signs.patient, place), code)
    missing = table == -2
    course = episodes(np.where(missing, 0, table), days, gap_days=float(signs.options["gap_days"]))
    rows["episode"] = grades(
        np.where(course.episode[signs.patient, place] > 0, course.episode[signs.patient, place], -1)
    )
    seen = (~missing).sum(axis=1)
    last = np.where(table > 0, days, -np.inf).max(axis=1, initial=-np.inf)[:, None]
    resolved = course.resolved & ((table == 0) & (days > last)).any(axis=1)
    worst = np.where((table >= 0).any(axis=1), course.maximum_grade, UNGRADED)
    ill = worst > 0
    patients = {
        "patient": np.arange(number), "records": grades(seen), "worst_grade": grades(worst),
        "onset_day": numbers(course.onset_day), "worst_day": numbers(np.where(ill, course.maximum_day, np.nan)),
        "duration_days": numbers(course.duration_days), "episodes": grades(course.episodes),
        "resolved": flags(np.where(ill, resolved, -1)), "ungraded_days": grades((table == UNGRADED).sum(axis=1)),
        "reason": _course_reason(worst, (table == UNGRADED).sum(axis=1)),
    }  # fmt: skip
    return Judged(rows, patients=patients, bad=bad)


def _course_reason(worst: Codes, ungraded: Codes) -> Any:
    place = np.where(worst == UNGRADED, 2, np.where(ungraded > 0, 1, 0))
    said = (
        "worst of the graded days",
        "worst of the graded days; days without a grade might be worse",
        "no day could be graded",
    )
    return reason_of(place, said)


def _icans(signs: Signs) -> Judged:
    readers = {"consciousness": consciousness_code, "seizure": seizure_code, "motor": motor_code,
               "pressure": pressure_code}  # fmt: skip
    coded = {name: read(signs[name].astype(str)) for name, read in readers.items() if name in signs.has}
    given = _given(signs, "ice", "capd", "age_years", "awake_but_unable", "capd_unable", "sedated", "attributable",
                   "died_of_icans")  # fmt: skip
    graded = grade_icans(IcansSigns(**given, **coded), instrument=str(signs.options["instrument"]))
    bad = [row for name, code in coded.items() for row in _unknown(signs, name, code, _allowed(name))]
    return _judged(signs, graded, tuple(bad))


def _allowed(sign: str) -> str:
    """Say the words of a sign, the first of each of its codes."""
    return f"unknown word for {sign}; allowed, with other spellings of them: {', '.join(first_words(sign))}"


_ICANS_COLUMNS: Final = (
    PATIENT, DAY,
    Column("ice", "encephalopathy score, 10 (best) to 0", aliases=("ice_score", "ice_total"), low=0, high=10,
    whole=True,
           required=False),
    Column("capd", "Cornell Assessment of Pediatric Delirium, 0 to 32 (worst)", aliases=("capd_score",), low=0, high=32,
           whole=True, required=False),
    Column("age_years", "age in years", aliases=("age",), low=0, high=120, required=False),
    Column("consciousness", "awake, drowsy, voice, tactile, unarousable", "text",
           ("level_of_consciousness", "loc", "depressed_consciousness", "awakens"), none_counts=True),
    Column("seizure", "none, rapid resolving, nonconvulsive resolving, prolonged, repetitive; "
           "where it is not known only grade 4 is sure", "text", ("seizures",),
           required=False, none_counts=True),
    Column("motor", "none, tremor or myoclonus, deep focal weakness; where it is not known only grade 4 is sure",
           "text", ("motor_findings", "motor_weakness"),
           required=False, none_counts=True),
    Column("pressure", "none, focal oedema, diffuse oedema, papilloedema, posturing, sixth nerve palsy, Cushing triad; "
           "where it is not known only grade 4 is sure",
           "text", ("icp", "edema", "oedema", "raised_icp", "icp_edema", "icp_oedema", "raised_icp_edema",
           "elevated_icp", "elevated_icp_edema", "cerebral_edema", "cerebral_oedema", "elevated_icp_cerebral_edema",
           "raised_icp_cerebral_edema", "icp_cerebral_edema"),
           required=False, none_counts=True),
    flag("awake_but_unable", "awake, but cannot do the ICE test at all", "awake_global_aphasia"),
    flag("capd_unable", "CAPD cannot be performed"),
    flag("sedated", "under a sedating drug"),
    flag("attributable", "0 where all signs have another cause"),
    flag("died_of_icans", "died of it with no other principal cause", "death_from_icans", "fatal"),
)  # fmt: skip


def _crs_rule(name: str, scale: str, title: str, version: str, source: str, *, older: bool) -> Rule:
    columns = (*_CRS_COLUMNS, *_OLDER_COLUMNS) if older else _CRS_COLUMNS
    layout = Layout(
        "bedside records",
        "one record of a patient's bedside signs",
        columns,
        _crs(scale),
        choose=("temperature", "fever"),
    )
    return Rule(name, title, version, source, "rules/crs", "grade", (layout,), (_GAP,))


RULES: Final = (
    _crs_rule("astct-crs", "ASTCT", "Cytokine release syndrome, ASTCT consensus", "ASTCT 2019",
              "Lee et al. 2019, 10.1016/j.bbmt.2018.12.758", older=False),
    _crs_rule("lee-crs", "Lee 2014", "Cytokine release syndrome, Lee 2014", "Lee 2014",
              "Lee et al. 2014, 10.1182/blood-2014-05-552729", older=True),
    _crs_rule("penn-crs", "Penn", "Cytokine release syndrome, Penn scale", "Penn",
              "Porter et al. 2018, 10.1186/s13045-018-0571-y", older=True),
    _crs_rule("ctcae-crs", "CTCAE 5.0", "Cytokine release syndrome, CTCAE", "CTCAE 5.0",
              "CTCAE version 5.0, National Cancer Institute 2017", older=True),
    Rule("astct-icans", "Neurotoxicity (ICANS), ASTCT consensus", "ASTCT 2019",
         "Lee et al. 2019, 10.1016/j.bbmt.2018.12.758", "rules/icans", "grade",
         (Layout("bedside records", "one record of a patient's neurological signs", _ICANS_COLUMNS, _icans,
                 choose=("ice", "capd")),),
         (_GAP, Option("instrument", "ICE", "the score of encephalopathy", ("ICE", "CAPD", "by age")))),
)  # fmt: skip
