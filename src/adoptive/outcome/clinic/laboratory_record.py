"""What follows from the laboratory's values: grades, scores and flags of every patient, by the published rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.clinic.laboratory_values import LaboratoryPanel, limits_of_normal
from adoptive.outcome.haematology.b_cells import find_b_cell_aplasia, is_immunoglobulin_low
from adoptive.outcome.haematology.car_hematotox import score_car_hematotox
from adoptive.outcome.haematology.clinical_lysis import grade_clinical_tls
from adoptive.outcome.haematology.easix import compute_easix
from adoptive.outcome.haematology.icaht import count_neutropenia_days, grade_icaht_early, grade_icaht_late
from adoptive.outcome.haematology.iec_hs import find_iec_hs
from adoptive.outcome.haematology.thrombocytopenia import grade_t_icaht_early, grade_t_icaht_late
from adoptive.outcome.haematology.tumour_lysis import Chemistry, grade_laboratory_tls_course
from adoptive.outcome.laboratory.cytopenia import grade_cytopenia
from adoptive.outcome.laboratory.grading import grade_laboratory
from adoptive.parameters import Book

__all__ = [
    "LIMITING_TERMS",
    "TERMS",
    "BloodGrades",
    "daily_chemistry",
    "daily_counts",
    "grade_blood",
    "grade_chemistry",
    "has_iec_hs",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

TERMS: Final[dict[str, tuple[str, str, str, Literal["low", "high"]]]] = {
    "anaemia": ("Anemia", "haemoglobin_g_l", "g/L", "low"),
    "alt": ("Alanine aminotransferase increased", "alt_u_l", "U/L", "high"),
    "ast": ("Aspartate aminotransferase increased", "ast_u_l", "U/L", "high"),
    "bilirubin": ("Blood bilirubin increased", "bilirubin_mg_dl", "mg/dL", "high"),
    "creatinine": ("Creatinine increased", "creatinine_mg_dl", "mg/dL", "high"),
    "fibrinogen": ("Fibrinogen decreased", "fibrinogen_g_l", "g/L", "low"),
    "hyperkalaemia": ("Hyperkalemia", "potassium_mmol_l", "mmol/L", "high"),
    "hypokalaemia": ("Hypokalemia", "potassium_mmol_l", "mmol/L", "low"),
    "hypocalcaemia": ("Hypocalcemia", "calcium_mg_dl", "mg/dL", "low"),
    "hyponatraemia": ("Hyponatremia", "sodium_mmol_l", "mmol/L", "low"),
    "hyperuricaemia": ("Hyperuricemia", "uric_acid_mg_dl", "mg/dL", "high"),
    "hypoalbuminaemia": ("Hypoalbuminemia", "albumin_g_l", "g/L", "low"),
    "hypertriglyceridaemia": ("Hypertriglyceridemia", "triglycerides_mmol_l", "mmol/L", "high"),
}
"""Laboratory terms that are recorded: CTCAE term, analyte, unit and the direction that is worse."""

LIMITING_TERMS: Final = {name: TERMS[name] for name in ("alt", "ast", "bilirubin", "creatinine")}
"""Laboratory terms that may limit a dose: liver and kidney."""

DAY_30: Final = 30.0


@dataclass(frozen=True)
class BloodGrades:
    """Hold what the laboratory's values amount to, all ``(patients,)``; -1 = not assessed.

    ``severe_neutropenia_days`` is the longest run at or below 0.5e9/L in days 0 to 30; ``b_cell_aplasia_days`` the days
    from the first to the last day of B-cell aplasia, to the last sample where it lasts; ``neutrophil_nadir_e9_l`` and
    ``igg_nadir_g_l`` the lowest values from the infusion to day 100. ``neutropenia_day30_grade`` and
    ``thrombocytopenia_day30_grade`` are CTCAE grades of the sample of day 30; ``hypogammaglobulinaemia``: 1 where
    immunoglobulin G fell below 4 g/L, 0 where it did not.
    """

    icaht_early_grade: Codes
    icaht_late_grade: Codes
    t_icaht_early_grade: Codes
    t_icaht_late_grade: Codes
    severe_neutropenia_days: Codes
    neutrophil_nadir_e9_l: Floats
    tls_laboratory: Codes
    tls_grade: Codes
    b_cell_aplasia_days: Floats
    igg_nadir_g_l: Floats
    neutropenia_day30_grade: Codes
    thrombocytopenia_day30_grade: Codes
    hypogammaglobulinaemia: Codes
    car_hematotox: Codes
    easix: Floats
    m_easix: Floats


def grade_chemistry(panel: LaboratoryPanel, book: Book, *, version: str = "5.0") -> dict[str, Codes]:
    """Give the worst CTCAE grade of every term after the infusion, ``(patients,)`` by the keys of :data:`TERMS`.

    A grade never falls when its value worsens, so the worst value alone is graded; -1 = nothing was measured.
    """
    grades = {}
    for name, (term, analyte, unit, direction) in TERMS.items():
        lower, upper = limits_of_normal(analyte, book)
        worst = np.fmin.reduce if direction == "low" else np.fmax.reduce
        graded = grade_laboratory(
            worst(_after(panel, analyte), axis=1),
            term=term,
            unit=unit,
            lower_limit=lower,
            upper_limit=upper,
            baseline=panel.baseline(analyte),
            version=version,
        )
        grades[name] = graded.grade
    return grades


def grade_blood(
    panel: LaboratoryPanel, book: Book, *, last_day: Floats, progression_day: Floats, next_therapy_day: Floats
) -> BloodGrades:
    """Grade counts, lysis and B cells, and score the risks before lymphodepletion.

    Parameters
    ----------
    panel
        The printed values.
    last_day, progression_day, next_therapy_day
        Days after the first infusion on which follow-up ends, disease progresses, another infusion or drug is given,
        ``(patients,)``; inf = never.
    """
    when = panel.after_infusion
    early = (when >= 0) & (when <= 30)
    neutrophils, platelets = panel.neutrophils_e9_l, panel.platelets_e9_l
    daily = 1e3 * neutrophils[:, early]
    end = np.minimum(np.minimum(last_day, progression_day), next_therapy_day)
    after = slice(1, None)
    laboratory, clinical = _lysis(panel, book)
    before = {name: panel.baseline(name) for name in ("platelets_e9_l", "ldh_u_l", "creatinine_mg_dl", "crp_mg_l")}
    index = compute_easix(
        ldh_u_l=before["ldh_u_l"],
        platelets_e9_l=before["platelets_e9_l"],
        creatinine_mg_dl=before["creatinine_mg_dl"],
        crp_mg_dl=before["crp_mg_l"] / 10.0,
    )
    score = score_car_hematotox(
        platelets_e9_l=before["platelets_e9_l"],
        anc_per_ul=1e3 * panel.baseline("neutrophils_e9_l"),
        haemoglobin_g_dl=panel.baseline("haemoglobin_g_l") / 10.0,
        crp_mg_dl=before["crp_mg_l"] / 10.0,
        ferritin_ng_ml=panel.baseline("ferritin_ug_l"),
    )
    return BloodGrades(
        icaht_early_grade=grade_icaht_early(daily, last_day=last_day).grade,
        icaht_late_grade=grade_icaht_late(1e3 * neutrophils[:, after], when[after], last_day=end).grade,
        t_icaht_early_grade=grade_t_icaht_early(platelets[:, early], last_day=end).grade,
        t_icaht_late_grade=grade_t_icaht_late(platelets[:, after], when[after], last_day=end).grade,
        severe_neutropenia_days=count_neutropenia_days(daily, last_day=last_day).longest_severe,
        neutrophil_nadir_e9_l=_lowest(panel, "neutrophils_e9_l"),
        tls_laboratory=laboratory,
        tls_grade=clinical,
        b_cell_aplasia_days=_aplasia_days(panel),
        igg_nadir_g_l=_lowest(panel, "igg_g_l"),
        **_later(panel, book),
        car_hematotox=score.score,
        easix=index.easix,
        m_easix=index.m_easix,
    )


def has_iec_hs(panel: LaboratoryPanel, book: Book, *, crs_peak_day: Floats) -> Codes:
    """Say who shows the features of IEC-HS on any day after the worst of cytokine release, ``(patients,)``: 1, 0, -1.

    Ferritin with two of transaminases, fibrinogen and a new cytopenia of grade 4. Nobody's marrow is looked at, and no
    other cause is known. ``crs_peak_day`` counts from the first infusion, inf = no cytokine release.
    """
    after, when = slice(1, None), panel.after_infusion[1:]
    upper = limits_of_normal("ast_u_l", book)[1], limits_of_normal("alt_u_l", book)[1]
    ratio = np.fmax(panel.ast_u_l / upper[0], panel.alt_u_l / upper[1])
    grade_4 = _grade_4(panel, book)
    new = grade_4[:, after] & ~grade_4[:, :1]
    resolving = when > np.where(np.isfinite(crs_peak_day), crs_peak_day, -np.inf)[:, None]
    at_infusion = panel.ferritin_ug_l[:, int(np.flatnonzero(panel.after_infusion == 0.0)[0])]
    found = find_iec_hs(
        ferritin_ng_ml=panel.ferritin_ug_l[:, after],
        ferritin_uln_ng_ml=limits_of_normal("ferritin_ug_l", book)[1],
        ferritin_at_infusion_ng_ml=at_infusion[:, None],
        transaminase_u_l=ratio[:, after],
        transaminase_uln_u_l=1.0,
        transaminase_baseline_u_l=ratio[:, :1],
        fibrinogen_mg_dl=100.0 * panel.fibrinogen_g_l[:, after],
        haemophagocytosis=0,
        cytopenia_grade_4=np.where(np.isnan(panel.neutrophils_e9_l[:, after]), -1, new),
        crs_resolving=resolving,
        explained_otherwise=0,
        common_needed=int(book["outcome.iec_hs_common_needed"].value),
    )
    return np.asarray(found.present.max(axis=1, initial=-1), np.int64)


def daily_chemistry(panel: LaboratoryPanel, book: Book) -> dict[str, Codes]:
    """Give the CTCAE grades of liver and kidney of every sample ``(patients, days)``, by :data:`LIMITING_TERMS`."""
    grades = {}
    for name, (term, analyte, unit, _) in LIMITING_TERMS.items():
        lower, upper = limits_of_normal(analyte, book)
        grades[name] = grade_laboratory(
            panel.of(analyte),
            term=term,
            unit=unit,
            lower_limit=lower,
            upper_limit=upper,
            baseline=panel.baseline(analyte)[:, None],
        ).grade
    return grades


def daily_counts(panel: LaboratoryPanel, book: Book) -> dict[str, Codes]:
    """Give the CTCAE grades of neutropenia and thrombocytopenia of every sample ``(patients, days)``."""
    lowest = {name: limits_of_normal(f"{name}_e9_l", book)[0] for name in ("neutrophils", "platelets")}
    return {
        "neutropenia": grade_cytopenia(
            panel.neutrophils_e9_l, "neutrophils", lower_limit_e9_l=lowest["neutrophils"]
        ),
        "thrombocytopenia": grade_cytopenia(panel.platelets_e9_l, "platelets", lower_limit_e9_l=lowest["platelets"]),
    }  # fmt: skip


def _later(panel: LaboratoryPanel, book: Book) -> dict[str, Codes]:
    """Give the counts of day 30, and whether immunoglobulin G ever was low."""
    at = int(np.flatnonzero(panel.after_infusion == DAY_30)[0])
    low = is_immunoglobulin_low(100.0 * _after(panel, "igg_g_l")).grade
    return {f"{name}_day30_grade": grade[:, at] for name, grade in daily_counts(panel, book).items()} | {
        "hypogammaglobulinaemia": np.asarray(low.max(axis=1, initial=-1), np.int64)
    }


def _grade_4(panel: LaboratoryPanel, book: Book) -> NDArray[np.bool_]:
    """Mark samples ``(patients, days)`` with neutropenia or thrombocytopenia of grade 4 by CTCAE."""
    return np.asarray(np.logical_or.reduce([grade == 4 for grade in daily_counts(panel, book).values()]), np.bool_)


def _lysis(panel: LaboratoryPanel, book: Book) -> tuple[Codes, Codes]:
    """Give laboratory and clinical tumour lysis by Cairo and Bishop; the heart's rhythm is not modelled."""
    window = slice(1, None)
    laboratory = grade_laboratory_tls_course(
        panel.after_infusion[window], _four(panel, window), baseline=_four(panel, 0)
    ).grade
    near = (panel.after_infusion >= -3) & (panel.after_infusion <= 7)
    creatinine = np.fmax.reduce(panel.creatinine_mg_dl[:, near], axis=1)
    upper = limits_of_normal("creatinine_mg_dl", book)[1]
    clinical = grade_clinical_tls(laboratory, creatinine_x_uln=creatinine / upper, arrhythmia=0, seizure=0).grade
    return laboratory, clinical


def _four(panel: LaboratoryPanel, at: slice | int) -> Chemistry:
    """Give the four values that lysis changes."""
    return Chemistry(
        uric_acid_mg_dl=panel.uric_acid_mg_dl[:, at],
        potassium_mmol_l=panel.potassium_mmol_l[:, at],
        phosphate_mg_dl=panel.phosphate_mg_dl[:, at],
        corrected_calcium_mg_dl=panel.calcium_mg_dl[:, at],
    )


def _aplasia_days(panel: LaboratoryPanel) -> Floats:
    """Give how long B-cell aplasia lasted, to the last sample where it still does; 0 without it."""
    when, count = panel.after_infusion[1:], panel.b_cells_per_ul[:, 1:]
    found = find_b_cell_aplasia(count, when)
    last = np.where(np.isnan(count), -np.inf, when).max(axis=1, initial=-np.inf)
    end = np.minimum(found.ends_day, last)
    return np.where(np.isfinite(found.begins_day), np.maximum(end - np.minimum(found.begins_day, end), 0.0), 0.0)


def _after(panel: LaboratoryPanel, analyte: str) -> Floats:
    """Give an analyte from the first sample after the infusion on."""
    return panel.of(analyte)[:, panel.after_infusion >= 0]


def _lowest(panel: LaboratoryPanel, analyte: str) -> Floats:
    """Give the lowest value of an analyte from the infusion on, 0 where there is none."""
    return np.asarray(np.nan_to_num(np.fmin.reduce(_after(panel, analyte), axis=1), nan=0.0))
