"""Laws of the record: the same trial in any batch, tables that follow their dictionary, days within the trial."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from adoptive.infusion.protocol import DOSE_UNITS
from adoptive.outcome import Response
from adoptive.tables import (
    CARE_COLUMNS,
    DAILY_COLUMNS,
    DOSE_COLUMNS,
    PATIENT_COLUMNS,
    SCREENING_COLUMNS,
    VISIT_COLUMNS,
    check_table,
)
from adoptive.trial import run_trial
from adoptive.trial.types import Followed, Study, TrialRecord
from adoptive.units import days
from adoptive.workbench.study import load_study

Same = Callable[..., None]
ENTRY = (
    "screening_number",
    "randomised_day",
    "peritoneal",
    "third_line_or_later",
    "lesions",
    "founder_clone",
    "positive_share",
)


def changed(study: Study, **fields: object) -> Study:
    return dataclasses.replace(study, trial=dataclasses.replace(study.trial, **fields))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def small(study: Study) -> Study:
    return changed(study, randomised=60)


@pytest.mark.parametrize("table", ["patients", "screening", "visits", "doses", "care", "daily"])
def test_every_table_follows_its_dictionary(record: TrialRecord, table: str) -> None:
    columns = {
        "patients": PATIENT_COLUMNS,
        "screening": SCREENING_COLUMNS,
        "visits": VISIT_COLUMNS,
        "doses": DOSE_COLUMNS,
        "care": CARE_COLUMNS,
        "daily": DAILY_COLUMNS,
    }
    check_table(getattr(record, table), columns[table], where=table)


def test_shapes_are_trials_by_patients(record: TrialRecord) -> None:
    assert {values.shape for values in record.patients.values()} == {(6, 156)}
    assert {values.shape for values in record.screening.values()} == {(6,)}
    assert record.trials.tolist() == list(range(6))


@pytest.mark.parametrize("batch", [(0, 1, 2), (2, 7), (2, 1)])
def test_a_trial_is_the_same_in_any_batch(small: Study, same_columns: Same, batch: tuple[int, ...]) -> None:
    """Bitwise, all columns of all tables."""
    together, alone = (run_trial(small, seed=3, trials=trials, detail=True) for trials in (batch, (2,)))
    at = sorted(batch).index(2)
    same_columns(together.patients, alone.patients, pick=slice(at, at + 1))
    same_columns(together.screening, alone.screening, pick=slice(at, at + 1))
    for table in ("visits", "doses", "care", "daily"):
        whole = getattr(together, table)
        same_columns(whole, getattr(alone, table), pick=whole["trial"] == 2)


def test_the_same_call_gives_the_same_bytes_and_another_seed_does_not(small: Study, same_columns: Same) -> None:
    one, again, other = (run_trial(small, seed=seed, trials=(0,)) for seed in (3, 3, 4))
    same_columns(one.patients, again.patients)
    assert (one.patients["randomised_day"] != other.patients["randomised_day"]).all()


def test_detail_changes_no_patient(small: Study, same_columns: Same) -> None:
    plain, closely = run_trial(small, seed=3), run_trial(small, seed=3, detail=True)
    same_columns(plain.patients, closely.patients)
    assert not plain.visits
    assert not plain.doses
    assert not plain.care
    assert not plain.daily


def test_adding_patients_moves_nothing_of_the_others(study: Study, same_columns: Same) -> None:
    """From 156 to 160: what is known at entry and everything that follows, in whole blocks, to the last bit.

    Only their places in the tables of the arms change; that must not reach a number.
    """
    few, many = (run_trial(changed(study, randomised=n), seed=3) for n in (156, 160))
    same_columns(many.patients, few.patients, pick=(slice(None), slice(0, 156)))


def test_the_ratio_moves_no_entry_value(study: Study) -> None:
    arms = tuple(dataclasses.replace(arm, ratio=1) for arm in study.trial.arms)
    two, one = (run_trial(s, seed=3) for s in (study, changed(study, arms=arms)))
    for name in ENTRY:
        assert two.patients[name].tobytes() == one.patients[name].tobytes(), name
    same_arm = two.patients["arm"] == one.patients["arm"]
    assert 0.3 < same_arm.mean() < 0.9
    for name, values in two.patients.items():
        assert (values[same_arm] == one.patients[name][same_arm]).all(), f"{name} of those who keep their arm"


def test_the_control_arm_does_not_reach_the_cell_arm(study: Study) -> None:
    arm = study.trial.arms[1]
    single = dataclasses.replace(arm, drugs=(dataclasses.replace(arm.drugs[1], share=1.0),))
    base, other = (run_trial(s, seed=3) for s in (study, changed(study, arms=(study.trial.arms[0], single))))
    cells = base.patients["arm"] == 0
    for name, values in base.patients.items():
        assert (values[cells] == other.patients[name][cells]).all(), name
    assert (base.patients["pfs_days"] != other.patients["pfs_days"]).any()


def test_crossover_touches_no_progression_and_no_cell_arm(study: Study) -> None:
    rule = dataclasses.replace(study.trial.crossover, allowed=False)
    on, off = (run_trial(s, seed=3, trials=(0, 1)).patients for s in (study, changed(study, crossover=rule)))
    assert on["crossed_over"].any()
    assert not off["crossed_over"].any()
    moved = {name for name, values in on.items() if values.tobytes() != off[name].tobytes()}
    assert moved == {"crossed_over", "infusions", "os_days", "os_event"}
    cells = on["arm"] == 0
    assert (on["os_days"][cells] == off["os_days"][cells]).all()
    assert (off["infusions"][~cells] == 0).all()


def test_nobody_is_followed_before_his_entry_or_beyond_the_cut(study: Study, record: TrialRecord) -> None:
    patients = record.patients
    end = days(study.trial.accrual_months + study.trial.follow_up_months) - patients["randomised_day"]
    least = days(study.trial.follow_up_months)
    assert (end >= least).all()
    for name in ("pfs_days", "os_days"):
        assert (patients[name] >= 0).all()
        assert (patients[name] <= end + 1e-9).all(), name
    assert (patients["pfs_days"] <= patients["os_days"] + 1e-9).all()
    lost = ~patients["os_event"] & (patients["os_days"] < end - 1e-9)
    assert 0.02 < lost.mean() < 0.4, "some leave, most are followed to death or the cut"


def test_an_event_is_death_or_a_scan(record: TrialRecord) -> None:
    patients, visits = record.patients, record.visits
    died = patients["pfs_event"] & (patients["pfs_days"] == patients["os_days"]) & patients["os_event"]
    scanned = patients["pfs_event"] & ~died
    progressed = {
        (t, p, d)
        for t, p, d, r in zip(visits["trial"], visits["patient"], visits["day"], visits["response"], strict=True)
        if r == Response.PD
    }
    for trial, patient in zip(*np.nonzero(scanned), strict=True):
        assert (trial, patient, patients["pfs_days"][trial, patient]) in progressed


def test_the_long_tables_count_patients_as_the_patient_table_does(record: TrialRecord) -> None:
    """The number of rows of a patient's doses is what his row says; daily values are the cell arm's."""
    doses, patients = record.doses, record.patients
    counted = np.zeros((6, 156), int)
    np.add.at(counted, (doses["trial"], doses["patient"]), 1)
    assert counted.tolist() == patients["infusions"].tolist()
    assert (doses["cells"] == 2.5e8).all()
    for table in (doses, record.visits, record.daily):
        assert ((table["patient"] >= 0) & (table["patient"] < 156)).all()
    assert set(zip(record.daily["trial"], record.daily["patient"], strict=True)) == set(
        zip(*np.nonzero(patients["arm"] == 0), strict=True)
    )


def test_no_drug_is_given_after_the_last_contact_and_the_patient_table_counts_the_same(
    followed: Followed, record: TrialRecord
) -> None:
    care, patients = record.care, record.patients
    last = patients["os_days"][care["trial"], care["patient"]]
    assert (care["day"] <= last + 1e-6).all()
    assert (care["dose"] > 0).all()
    names = list(DOSE_UNITS)
    assert {names[code] for code in np.unique(care["drug"])} == {"tocilizumab", "dexamethasone"}
    mine = (care["drug"] == names.index("tocilizumab")) & (patients["arm"][care["trial"], care["patient"]] == 0)
    counted = np.zeros((6, 156), int)
    np.add.at(counted, (care["trial"][mine], care["patient"][mine]), 1)
    assert counted.tolist() == patients["tocilizumab_doses"].tolist()
    ordered = followed.cells.trajectory.fired[:, 0].sum()
    assert mine.sum() <= ordered, "the dead are followed a little further: what is ordered then is not given"


def test_the_column_of_drugs_names_every_drug_with_its_code() -> None:
    said = CARE_COLUMNS["drug"].meaning
    for code, (drug, unit) in enumerate(DOSE_UNITS.items()):
        shown = {"antipyretic": "counted", "tocilizumab": "mg"}.get(drug, unit)
        assert f"{code} {drug} ({shown})" in said


def test_nobody_is_scanned_after_his_last_contact(record: TrialRecord) -> None:
    visits = record.visits
    assert (visits["day"] <= record.patients["os_days"][visits["trial"], visits["patient"]] + 1e-6).all()


def test_responses_agree_with_each_other(record: TrialRecord) -> None:
    patients = record.patients
    responder, best = patients["responder"], patients["best_response"]
    assert responder.any()
    assert np.isin(best[responder], (Response.CR, Response.PR)).all()
    assert (patients["disease_control"] >= responder).all()
    assert (patients["evaluable"] >= responder).all()
    assert (patients["dor_days"][~responder] == 0).all()
    assert (patients["response_day"][responder] > 0).all()
    np.testing.assert_allclose(
        (patients["response_day"] + patients["dor_days"])[responder], patients["pfs_days"][responder]
    )
    assert (patients["best_change"] >= -1).all()
    assert (patients["best_change"][~patients["evaluable"]] == 0).all()


def test_toxicity_belongs_to_those_who_had_cells(record: TrialRecord) -> None:
    patients = record.patients
    infused = (patients["arm"] == 0) & (patients["infusions"] > 0)
    assert ((patients["crs_grade"] >= 0) == infused).all()
    for lineage in ("neutropenia", "lymphopenia", "leukopenia", "thrombocytopenia"):
        grade = patients[f"{lineage}_grade"]
        assert ((grade >= 0) == infused).all(), lineage
        assert grade.max() <= 4
    for name in ("peak_car_copies", "peak_il6_pg_ml"):
        assert (patients[name][~infused] == 0).all(), name
    assert (patients["crs_days"][patients["crs_grade"] <= 0] == 0).all()
    assert (patients["crs_grade"] <= 4).all()
    assert (patients["tocilizumab_doses"] <= 4).all()
    assert (patients["tocilizumab_doses"][~infused] == 0).all()


def test_a_reason_stands_for_everybody_who_was_not_infused(study: Study, record: TrialRecord) -> None:
    patients = record.patients
    cells, treated, reason = patients["arm"] == 0, patients["treated"], patients["not_infused"]
    assert (reason[cells & treated] == 0).all()
    assert (reason[~cells] == 0).all()
    end = days(study.trial.accrual_months + study.trial.follow_up_months) - patients["randomised_day"]
    unexplained = cells & ~treated & (reason == 0)
    # The only other reason is the data cut, on those who entered shortly before it.
    assert (end[unexplained] < 120).all()
    assert unexplained.sum() < 0.03 * cells.sum()
    assert set(np.unique(reason[cells & ~treated])) >= {1, 3}
    assert (treated[cells] == (patients["infusions"][cells] > 0)).all()
    assert ((patients["vein_to_vein_days"] > 0) == (cells & treated)).all()


def test_courses_hold_everybody_once(followed: Followed) -> None:
    rows = np.concatenate([followed.cells_rows, followed.choice_rows])
    assert np.sort(rows).tolist() == list(range(len(followed.cohort)))
    assert set(followed.crossed_rows) <= set(followed.choice_rows)
    for course in (followed.cells, followed.choice, followed.crossed):
        assert course is not None
        assert (course.trajectory.failure == 0).all(), "the engine followed everybody"


def test_cells_without_a_transgene_have_no_day_of_its_peak() -> None:
    """Tumour-infiltrating lymphocytes carry none; the first recorded day before the infusion was called their peak."""
    study = load_study("c-144-01")
    record = run_trial(changed(study, randomised=6), trials=(0,)).patients
    assert record["treated"].any()
    assert (record["peak_car_copies"] == 0).all()
    assert (record["peak_car_day"] == 0).all()
