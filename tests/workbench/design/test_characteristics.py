"""What is measured of a trial, by hand and by closed form."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest, norm
from synthetic_clinic import SyntheticClinic

from adoptive.errors import StudyError
from adoptive.trial.types import Sequential, Study
from adoptive.verdict import EndpointSpec, judge, log_rank
from adoptive.verdict.design.sequential import group_sequential
from adoptive.workbench.design import Asked, Varied
from adoptive.workbench.design.characteristics import (
    characteristics_of,
    measure,
    primary_test,
    succeeded,
    success_words,
)
from adoptive.workbench.design.closed_form import closed_form_power, schoenfeld_power
from adoptive.workbench.design.types import Measured
from adoptive.workbench.study import load_study


def test_power_is_the_log_rank_test_of_the_record(small_study: Study) -> None:
    record = SyntheticClinic()(small_study, seed=4, trials=range(12))
    items = characteristics_of(small_study, Asked())
    values, estimable = measure(record, items, primary_test(small_study, Asked()))
    found = {item.key: values[:, at] for at, item in enumerate(items)}
    patients = record.patients
    p = log_rank(patients["pfs_days"], patients["pfs_event"], patients["arm"] == 0, patients["enrolled"])
    assert found["power"].tolist() == ((p.z < 0) & (p.p_value <= 0.05)).astype(float).tolist()
    assert 0 < found["power"].sum() < 12
    assert found["n"].tolist() == [30.0] * 12
    assert found["events"].tolist() == patients["pfs_event"].sum(axis=1).tolist()
    assert np.allclose(found["accrual"], patients["randomised_day"].max(axis=1) / 30.4375)
    assert np.allclose(found["duration"], record.screening["cut_day"] / 30.4375)
    (orr,) = judge(patients, record.screening, [EndpointSpec("orr", 0)])
    assert found["orr"].tolist() == orr.values.tolist()
    assert estimable.all()


@pytest.mark.parametrize(("reference", "alpha"), [(20.0, 0.025), (35.0, 0.1)])
def test_one_arm_is_tested_exactly_against_its_reference(reference: float, alpha: float) -> None:
    study = load_study("karmma")
    assert study.verdict.primary == "orr"
    asked = Asked(reference=reference, alpha=alpha)
    test = primary_test(study, asked)
    rng, size = np.random.default_rng(5), 40
    responder = rng.random((50, size)) < 0.4
    everybody = np.ones((50, size), bool)
    patients = {"responder": responder, "enrolled": everybody, "treated": everybody, "arm": np.zeros((50, size), int)}
    record: Any = SimpleNamespace(patients=patients, screening={}, study=study)
    expected = [
        binomtest(int(row.sum()), size, reference / 100, alternative="greater").pvalue <= alpha for row in responder
    ]
    assert succeeded(record, test).tolist() == expected
    assert 0 < sum(expected) < 50
    assert "exact binomial" in success_words(test)


def test_without_a_reference_there_is_no_power() -> None:
    study = load_study("karmma")
    items = characteristics_of(study, Asked())
    assert items[0].key == "orr"
    assert "power" not in [item.key for item in items]
    with pytest.raises(StudyError, match="--reference"):
        primary_test(load_study("satri-cel"), Asked(reference=20.0))
    with pytest.raises(StudyError, match="--alpha"):
        primary_test(study, Asked(alpha=0.7))


def test_looks_decide_where_the_study_has_them(small_study: Study) -> None:
    trial = dataclasses.replace(small_study.trial, data_cut="events", events=24)
    looks = dataclasses.replace(small_study.verdict, looks=Sequential((0.5, 1.0)))
    study = dataclasses.replace(small_study, trial=trial, verdict=looks)
    test = primary_test(study, Asked())
    assert test.kind == "looks"
    screening = {"stopped_for": np.array([0, 1, 2, 1])}
    record: Any = SimpleNamespace(patients={}, screening=screening, study=study)
    assert succeeded(record, test).tolist() == [False, True, False, True]
    items = characteristics_of(study, Asked())
    keys = [item.key for item in items]
    values = np.zeros((2, len(keys)))
    values[:, keys.index("pfs_hazard_ratio")], values[:, keys.index("events")] = 1.0, 24.0
    measured = Measured(np.arange(2), values, np.ones(values.shape, bool))
    assert closed_form_power(study, test, items, measured) == pytest.approx(
        float(group_sequential([0.5, 1.0]).alpha_spent[-1]), abs=1e-6
    )


def test_closed_form_against_its_own_inverse() -> None:
    for ratio, share, alpha, power in ((0.5, 0.5, 0.025, 0.9), (0.7, 2 / 3, 0.05, 0.8)):
        events = (norm.ppf(1 - alpha) + norm.ppf(power)) ** 2 / (np.log(ratio) ** 2 * share * (1 - share))
        assert schoenfeld_power(ratio, events, share=share, alpha=alpha) == pytest.approx(power, abs=1e-12)
    assert schoenfeld_power(1.0, 100, share=0.5, alpha=0.025) == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("orrr", "did you mean orr"), ("orr:nobody", "no such arm"), ("orr@6", "has no time"),
        ("pfs_hazard_ratio:1", "has no arm"), ("screened:1", "has no arm"), ("orr:9", "no such arm"),
        ("or r", "no such endpoint"),
    ],
)  # fmt: skip
def test_endpoints_that_cannot_be_judged_are_refused(small_study: Study, name: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        characteristics_of(small_study, Asked(endpoints=(name,)))


def test_endpoints_have_their_arm_and_time(small_study: Study) -> None:
    asked = Asked(endpoints=("os_rate@12", "os_rate:physician's choice", "n", "crs_any"))
    items = {item.key: item for item in characteristics_of(small_study, asked)}
    assert (items["os_rate@12"].spec, items["os_rate:2"].spec) == (
        EndpointSpec("os_rate", 0, "ITT", "%", 12.0), EndpointSpec("os_rate", 1, "ITT", "%", 12.0)
    )  # fmt: skip
    assert items["crs_any"].spec == EndpointSpec("crs_any", None, "infused", "%", None)
    assert "physician's choice" in items["pfs_median:2"].title


def test_the_closed_form_is_near_where_hazards_are_proportional(compare: Callable[..., Varied]) -> None:
    """The synthetic clinic's hazards are nearly so: simulated power within 0.1 of the closed form, 300 trials."""
    varied = compare("infusion.dose=0,2.5e8", "trial.n=60", most_trials=300)
    for each in varied.designs:
        assert each.closed_form == pytest.approx(each.numbers["power"].value, abs=0.1)
