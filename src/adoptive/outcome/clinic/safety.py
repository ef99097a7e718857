"""Everything that the clinic records about safety: a trajectory enters, one row of grades per patient leaves."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.kinetics.types import Physiology, Trajectory
from adoptive.outcome.clinic.bedside_record import Bedside, WatchDays, read_bedside, watch_days
from adoptive.outcome.clinic.brain import draw_brain_tolerance
from adoptive.outcome.clinic.infections import draw_infections
from adoptive.outcome.clinic.laboratory_record import grade_blood, grade_chemistry, has_iec_hs
from adoptive.outcome.clinic.laboratory_values import LaboratoryPanel, printed_values, true_values
from adoptive.outcome.clinic.limiting import daily_toxicity
from adoptive.outcome.clinic.off_tumour import off_tumour
from adoptive.outcome.clinic.signs import Tolerance
from adoptive.outcome.laboratory.clinical_terms import grade_ejection_fraction
from adoptive.outcome.toxicity.dlt import Dlt, DltRule, ToxicityDays, find_dlt
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["Safety", "Watched", "dlt_of", "safety_of"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Watched:
    """Hold what the clinic knows of some patients, ``(patients,)`` or ``(patients, days)`` on the trajectory's days.

    ``il6_effective`` is effective interleukin 6 above baseline (pg/mL) and ``leak`` that of the blood-brain barrier (0
    to 1), each day at its worst; ``window`` marks the days on which toxicity of the cells is looked for;
    ``infusion_day`` ``(patients, infusions)`` in order, inf = none; ``lead_days`` by which lymphodepletion precedes the
    infusion; ``known_until`` the last day on which anything is known; ``progression_day`` and ``first_drug_day``
    (against fever or cytokines), inf = never; ``antipyretic`` marks the days whose temperature was taken under an
    antipyretic; ``crs_scale`` is the scale by which the trial grades cytokine release.
    """

    trajectory: Trajectory
    body: Physiology
    cohort: Cohort
    tolerance: Tolerance
    il6_effective: Floats
    leak: Floats
    window: NDArray[np.bool_]
    infusion_day: Floats
    lead_days: Floats
    known_until: Floats
    progression_day: Floats
    first_drug_day: Floats
    antipyretic: NDArray[np.bool_]
    crs_scale: str = "ASTCT"


@dataclass(frozen=True)
class Safety:
    """Hold the safety record, one value per patient ``(patients,)``: each field is a column of the trial's table.

    Grades and scores are -1 for patients without infusion and where nothing could be assessed; days count from the
    first infusion and are 0 where there is none to name, as are counts, durations and values. Laboratory terms are the
    worst CTCAE grade from the infusion to day 100.

    ``crs_grade``, ``icans_grade``: worst grade in the window, neurotoxicity by ASTCT; ``_onset_day``, ``_days``
    (duration over all episodes) and ``_episodes`` with it; ``lowest_ice``: lowest ICE score, 0 to 10.
    ``icaht_early_grade``, ``icaht_late_grade``, ``t_icaht_early_grade``, ``t_icaht_late_grade``: lasting lack of
    neutrophils and of platelets in days 0 to 30 and 31 to 100.
    ``severe_neutropenia_days``: longest run at or below 0.5e9/L in days 0 to 30; ``neutrophil_nadir_e9_l``.
    ``anaemia_grade`` to ``hypertriglyceridaemia_grade``: laboratory terms of CTCAE.
    ``tls_laboratory`` (1 yes, 0 no) and ``tls_grade``: tumour lysis by Cairo and Bishop.
    ``b_cell_aplasia_days``: days below 20 cells/uL to day 100; ``igg_nadir_g_l``: lowest immunoglobulin G (g/L);
    ``hypogammaglobulinaemia``: 1 if it fell below 4 g/L, 0 if not.
    ``neutropenia_day30_grade``, ``thrombocytopenia_day30_grade``: CTCAE grade of the sample of day 30.
    ``infections``, ``infection_grade``, ``infection_onset_day``: number, worst grade, day of the first.
    ``nausea_grade``, ``vomiting_grade``, ``gastritis_grade``, ``lung_grade``, ``ejection_fraction_grade``: damage to
    normal tissue that carries the antigen.
    ``car_hematotox`` (0 to 7), ``easix``, ``m_easix``: risk scores before lymphodepletion.
    ``iec_hs``: 1 if the features of IEC-HS were seen, 0 if not.
    ``dlt``: 1 if a dose-limiting toxicity was met by the usual rule (28 days), 0 if not, -1 if not followed so long;
    ``dlt_day`` with it.
    """

    crs_grade: Codes
    crs_onset_day: Floats
    crs_days: Floats
    crs_episodes: Codes
    icans_grade: Codes
    icans_onset_day: Floats
    icans_days: Floats
    icans_episodes: Codes
    lowest_ice: Codes
    icaht_early_grade: Codes
    icaht_late_grade: Codes
    t_icaht_early_grade: Codes
    t_icaht_late_grade: Codes
    severe_neutropenia_days: Codes
    neutrophil_nadir_e9_l: Floats
    anaemia_grade: Codes
    alt_grade: Codes
    ast_grade: Codes
    bilirubin_grade: Codes
    creatinine_grade: Codes
    fibrinogen_grade: Codes
    hyperkalaemia_grade: Codes
    hypokalaemia_grade: Codes
    hypocalcaemia_grade: Codes
    hyponatraemia_grade: Codes
    hyperuricaemia_grade: Codes
    hypoalbuminaemia_grade: Codes
    hypertriglyceridaemia_grade: Codes
    tls_laboratory: Codes
    tls_grade: Codes
    b_cell_aplasia_days: Floats
    igg_nadir_g_l: Floats
    neutropenia_day30_grade: Codes
    thrombocytopenia_day30_grade: Codes
    hypogammaglobulinaemia: Codes
    infections: Codes
    infection_grade: Codes
    infection_onset_day: Floats
    nausea_grade: Codes
    vomiting_grade: Codes
    gastritis_grade: Codes
    lung_grade: Codes
    ejection_fraction_grade: Codes
    car_hematotox: Codes
    easix: Floats
    m_easix: Floats
    iec_hs: Codes
    dlt: Codes
    dlt_day: Floats

    def columns(self) -> Columns:
        """Give every field by its name, as columns of a table."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def safety_of(watched: Watched, *, typical: Typical, streams: Streams) -> Safety:
    """Record every patient's safety: signs and laboratory values are drawn from the model, rules grade them.

    Parameters
    ----------
    watched
        What the clinic knows of the patients.
    typical, streams
        Parameters of the virtual trials, and the randomness; every draw belongs to a patient and a purpose.
    """
    treated = _Treated.of(watched, typical=typical, streams=streams)
    rows, columns = treated.rows, treated.bedside_columns() | treated.laboratory_columns() | treated.tissue_columns()
    columns |= treated.limiting_columns()
    empty = {name: -1 if _is_grade(name) else 0 for name in columns}
    every: dict[str, Any] = {}
    for name, values in columns.items():
        every[name] = np.full(len(watched.cohort), empty[name], values.dtype)
        every[name][rows] = values
    return Safety(**every)


def dlt_of(watched: Watched, rule: DltRule | None = None, *, typical: Typical, streams: Streams) -> Dlt:
    """Find every patient's dose-limiting toxicity by a rule; who had no infusion is not assessed.

    Days count from the first infusion. Single toxicities are exempted by the names of
    :data:`~adoptive.outcome.clinic.limiting.LIMITING`.

    Parameters
    ----------
    watched
        What the clinic knows of the patients.
    rule
        Window, lengths and exemptions of the protocol; default: 28 days, 72 hours, nothing exempt.
    typical, streams
        As for :func:`safety_of`.
    """
    treated = _Treated.of(watched, typical=typical, streams=streams)
    found, patients = find_dlt(treated.toxicity(), rule), len(watched.cohort)
    limiting, day, reason = np.full(patients, -1), np.full(patients, np.inf), np.ones(patients, np.int64)
    limiting[treated.rows], day[treated.rows], reason[treated.rows] = found.limiting, found.day, found.reason
    return Dlt(limiting, day, reason, found.reasons)


@dataclass(frozen=True)
class _Treated:
    """Hold the patients who had an infusion, and read their records one after the other."""

    watched: Watched
    rows: NDArray[np.int64]
    keys: Keys
    first_day: Floats
    watch: WatchDays
    true: LaboratoryPanel
    panel: LaboratoryPanel
    bedside: Bedside
    typical: Typical
    streams: Streams

    @classmethod
    def of(cls, watched: Watched, *, typical: Typical, streams: Streams) -> _Treated:
        """Read the bedside record and the laboratory values of the patients who had an infusion."""
        rows = np.flatnonzero(np.isfinite(watched.infusion_day).any(axis=1))
        keys = watched.cohort.keys.take(rows)
        first = watched.infusion_day[rows].min(axis=1, initial=np.inf)
        target = watched.cohort.antigen.target
        watch = watch_days(watched.trajectory.day, watched.window, rows=rows, infusion_day=first)
        bedside = read_bedside(
            watch,
            il6_effective=watched.il6_effective,
            leak=watched.leak,
            tolerance=watched.tolerance.take(rows),
            brain=draw_brain_tolerance(keys, target=target, typical=typical, streams=streams),
            first_drug_day=watched.first_drug_day[rows],
            antipyretic_c=watch.of(watched.antipyretic)
            * draw_patients(typical, streams, name="outcome.antipyretic_c", keys=keys)[:, None],
            crs_scale=watched.crs_scale,
        )
        true = true_values(
            watched.trajectory,
            watched.body,
            keys,
            infusion_day=first,
            lead_days=watched.lead_days[rows],
            known_until=watched.known_until[rows],
            typical=typical,
            streams=streams,
            rows=rows,
            albumin_g_l=watched.cohort.albumin_g_l[rows],
            kinds=watched.cohort.kinds.take(rows),
        )
        panel = printed_values(true, keys, typical=typical, streams=streams)
        return cls(watched, rows, keys, first, watch, true, panel, bedside, typical, streams)

    def since(self, day: Floats) -> Floats:
        """Count days from the first infusion."""
        return np.asarray(day - self.first_day)

    def named(self, day: Floats) -> Floats:
        """Count days from the first infusion, 0 where there is none."""
        return np.where(np.isfinite(day), self.since(np.where(np.isfinite(day), day, 0.0)), 0.0)

    def bedside_columns(self) -> Columns:
        """Give the courses of cytokine release and neurotoxicity."""
        columns: Columns = {"lowest_ice": self.bedside.lowest_ice}
        for name, course in (("crs", self.bedside.crs), ("icans", self.bedside.icans)):
            columns |= {
                f"{name}_grade": course.maximum_grade,
                f"{name}_onset_day": self.named(course.onset_day),
                f"{name}_days": course.duration_days,
                f"{name}_episodes": course.episodes,
            }
        return columns

    def laboratory_columns(self) -> Columns:
        """Give what the laboratory's values amount to, and the infections that the true counts allow."""
        book, panel = self.typical.book, self.panel
        watched, rows = self.watched, self.rows
        again = np.where(watched.infusion_day[rows] > self.first_day[:, None], watched.infusion_day[rows], np.inf)
        blood = grade_blood(
            panel,
            book,
            last_day=self.since(watched.known_until[rows]),
            progression_day=self.since(watched.progression_day[rows]),
            next_therapy_day=self.since(again.min(axis=1, initial=np.inf)),
        )
        grades = {f"{name}_grade": grade for name, grade in grade_chemistry(panel, book).items()}
        peak = self.since(self.bedside.crs.maximum_day)
        return vars(blood) | grades | {"iec_hs": has_iec_hs(panel, book, crs_peak_day=peak)} | self._infections()

    def _infections(self) -> Columns:
        """Draw infections at the true counts from the infusion on."""
        after = self.true.after_infusion >= 0
        found = draw_infections(
            self.true.neutrophils_e9_l[:, after],
            self.true.lymphocytes_e9_l[:, after],
            self.true.igg_g_l[:, after],
            self.true.after_infusion[after],
            keys=self.keys,
            typical=self.typical,
            streams=self.streams,
        )
        return {
            "infections": found.number,
            "infection_grade": found.worst_grade,
            "infection_onset_day": np.where(np.isfinite(found.first_day), found.first_day, 0.0),
        }

    def tissue_columns(self) -> Columns:
        """Give what the loss of normal tissue did."""
        tissue = self.watch.of(self.watched.trajectory.of("H"), otherwise=1.0)
        target = self.watched.cohort.antigen.target
        found = off_tumour(tissue, target, keys=self.keys, typical=self.typical, streams=self.streams)
        heart = grade_ejection_fraction(
            found.ejection_fraction_percent, baseline_percent=found.baseline_ejection_fraction_percent
        )
        names = ("nausea_grade", "vomiting_grade", "gastritis_grade", "lung_grade")
        return {name: getattr(found, name) for name in names} | {"ejection_fraction_grade": heart.grade}

    def toxicity(self) -> ToxicityDays:
        """Lay out what may limit the dose, day by day."""
        return daily_toxicity(
            self.watch,
            self.bedside,
            self.panel,
            tissue=self.watch.of(self.watched.trajectory.of("H"), otherwise=1.0),
            target=self.watched.cohort.antigen.target,
            first_day=self.first_day,
            known_until=self.watched.known_until[self.rows],
            keys=self.keys,
            typical=self.typical,
            streams=self.streams,
        )

    def limiting_columns(self) -> Columns:
        """Say who met a dose-limiting toxicity by the usual rule."""
        found = find_dlt(self.toxicity())
        return {"dlt": found.limiting, "dlt_day": np.where(np.isfinite(found.day), found.day, 0.0)}


_FLAGS: Final = ("tls_laboratory", "car_hematotox", "iec_hs", "lowest_ice", "hypogammaglobulinaemia", "dlt")


def _is_grade(name: str) -> bool:
    """Say whether a column holds a grade, score or flag, which is -1 where nothing was assessed."""
    return name.endswith("_grade") or name in _FLAGS
