"""``adoptive bounds``: its document is what the functions give, its table what the document says; clear errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.verdict.design import characteristics, sequential_plan
from adoptive.workbench.bounds import Asked, answer, bounds_document

Command = Callable[..., Any]
TRIAL = ("--hazard-ratio", "0.7", "--median-control", "12", "--accrual", "20", "--follow-up", "10")


def column(document: dict[str, Any], key: str) -> np.ndarray:
    return np.array([row[key] for row in document["looks"]], float)


def test_the_document_holds_the_plan(command: Command) -> None:
    said = command(
        "bounds", "--fractions", "1/3,2/3,1", "--futility", "pocock", "--beta", "0.1", "--harm", "asHSD", "--json"
    )
    assert said.code == 0
    document = json.loads(said.out)
    plan = sequential_plan([1 / 3, 2 / 3, 1.0], futility="Pocock", beta=0.1, harm="asHSD")
    np.testing.assert_allclose(column(document, "efficacy_z"), plan.efficacy)
    np.testing.assert_allclose(column(document, "futility_z"), plan.futility)
    np.testing.assert_allclose(column(document, "harm_z"), plan.harm)
    np.testing.assert_allclose(column(document, "beta_spent")[-1], 0.1)
    at = characteristics(plan, [0.0, plan.drift])
    np.testing.assert_allclose(column(document, "cross_futility_h0"), at.futility[0])
    np.testing.assert_allclose(column(document, "cross_efficacy_h1"), at.efficacy[1])
    assert document["power"] == pytest.approx(0.9)
    assert document["inflation_factor"] == pytest.approx((plan.drift / plan.fixed_drift) ** 2)


def test_a_trial_adds_events_patients_and_times(command: Command) -> None:
    said = command("bounds", "--looks", "2", *TRIAL, "--dropout", "0.05,0.1", "--json")
    document = json.loads(said.out)
    assert document["duration"] == pytest.approx(30.0)
    assert column(document, "events")[-1] == pytest.approx(document["events"])
    assert column(document, "patients")[-1] == pytest.approx(document["patients"])
    assert document["events_rounded_up"] - 1 < document["events"] <= document["events_rounded_up"]
    assert document["expected_events_h1"] < document["events"]
    again = command(
        "bounds", "--looks", "2", *TRIAL[:6], "--patients", str(document["patients"]), "--events",
        str(document["events"]), "--dropout", "0.05,0.1", "--json",
    )  # fmt: skip
    back = json.loads(again.out)
    assert back["power"] == pytest.approx(0.8, abs=1e-6)
    np.testing.assert_allclose(column(back, "time"), column(document, "time"), rtol=1e-6)


def test_accrual_goes_on_until_the_patients_are_in(command: Command) -> None:
    """60 in six months, then 20 a month: 400 are in at month 23; so with --events. --follow-up finds an end, too."""
    base = ("bounds", "--hazard-ratio", "0.7", "--median-control", "12", "--json")
    steps = ("--accrual", "0,6", "--accrual-rate", "10,20")
    for more in ((), ("--events", "200")):
        document = json.loads(command(*base, *steps, "--patients", "400", *more).out)
        assert document["accrual_time"] == pytest.approx(23.0)
        assert document["patients"] == pytest.approx(400.0)
    found = json.loads(command(*base, "--accrual-rate", "20", "--follow-up", "12").out)
    assert found["follow_up_time"] == pytest.approx(12.0)
    assert found["patients"] == pytest.approx(20 * found["accrual_time"])
    assert command(*base, *steps, "--events", "200").code == 2


def test_events_of_the_looks_are_their_fractions(command: Command) -> None:
    document = json.loads(command("bounds", "--events", "100,200,300", "--hazard-ratio", "0.7", "--json").out)
    np.testing.assert_allclose(column(document, "information_fraction"), [1 / 3, 2 / 3, 1.0])
    assert document["events"] == 300


@pytest.mark.parametrize(
    ("spending", "first"),
    [("OF", 2.797), ("P", 2.178), ("asOF", 2.963), ("asP", 2.157), ("HP", 3.0), ("obrien-fleming", 2.963)],
)
def test_names_of_two_equal_looks(spending: str, first: float) -> None:
    """Published bounds of two looks, one-sided 0.025."""
    document = bounds_document(answer(Asked(looks=2, spending=spending)))
    assert column(document, "efficacy_z")[0] == pytest.approx(first, abs=6e-4)


def test_the_table_says_what_the_document_says(command: Command) -> None:
    said = command("bounds", "--fractions", "0.5,1", "--futility", "HSD", "--futility-parameter", "-2", *TRIAL)
    document = bounds_document(
        answer(
            Asked(
                fractions="0.5,1", futility="HSD", futility_parameter="-2", hazard_ratio=0.7, median_control=12,
                accrual="20", follow_up=10,
            )
        )
    )  # fmt: skip
    for key, digits in (("efficacy_z", 4), ("futility_z", 4), ("events", 1), ("hazard_ratio_efficacy", 3), ("time", 2)):
        for row in document["looks"]:
            assert f"{row[key]:.{digits}f}" in said.out, key
    assert f"{document['patients_rounded_up']}" in said.out
    assert "non-binding" in said.out


def test_an_interim_result(command: Command) -> None:
    """rpact's example: 100 and 175 of 250 events, z 2.6 at the second look (see the double tests)."""
    plan = ("bounds", "--events", "100,175,250", "--hazard-ratio", "0.7")
    first = json.loads(command(*plan, "--seen-look", "1", "--seen-z", "1.2", "--json").out)["seen"]
    assert first["conditional_power_design"] == pytest.approx(0.72395797, abs=1e-7)
    assert first["stops_for"] is None
    second = json.loads(command(*plan, "--seen-look", "2", "--seen-z", "2.6", "--json").out)["seen"]
    assert second["stops_for"] == "efficacy"
    for key, value in (("lower", 0.5021), ("upper", 0.9090)):
        assert second[f"hazard_ratio_final_{key}"] == pytest.approx(value, abs=1e-4)
    assert second["final_p_value"] == pytest.approx(0.004828, abs=1e-6)
    assert "goes on" in command(*plan, "--seen-look", "1", "--seen-z", "1.2").out


@pytest.mark.parametrize(
    "wrong",
    [
        ("--fractions", "0.5,0.4"), ("--fractions", "a"), ("--fractions", ""), ("--fractions", "nan,1"),
        ("--fractions", "0.5,1", "--looks", "2"), ("--looks", "0"), ("--looks", "1000"), ("--alpha", "0"),
        ("--alpha", "0.6"), ("--alpha", "nan"), ("--sided", "3"), ("--power", "0.01"), ("--power", "1"),
        ("--power", "0.8", "--beta", "0.2"), ("--spending", "magic"), ("--spending", "asHSD", "--parameter", "1e9"),
        ("--spending", "asUser"), ("--looks", "2", "--spending", "asUser", "--spent", "0.03,0.02"),
        ("--looks", "2", "--spending", "HP", "--parameter", "1"), ("--sided", "2", "--futility", "pocock"),
        ("--futility", "OF"), ("--futility-bounds", "1,2"), ("--binding",), ("--harm-alpha", "0.1"),
        ("--looks", "2", "--futility", "asP", "--binding", "--spending", "OF"),
        ("--hazard-ratio", "0"), ("--hazard-ratio", "1"), ("--events", "100"), ("--median-control", "12"),
        (*TRIAL, "--patients", "100"), (*TRIAL[:6], "--patients", "20"), (*TRIAL, "--dropout", "1"),
        (*TRIAL[:4], "--accrual", "0"), (*TRIAL, "--allocation", "-1"), (*TRIAL, "--method", "guess"),
        ("--seen-look", "1"), ("--seen-look", "9", "--seen-z", "1"), (*TRIAL[:6],), (*TRIAL[:6], "--events", "100"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence(command: Command, wrong: tuple[str, ...]) -> None:
    said = command("bounds", *wrong)
    assert said.code == 2, said
    assert said.out == ""
    assert said.err.startswith("adoptive: ")
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err


def test_nothing_contradictory_goes_through() -> None:
    """A user's beta must end above 0, or no drift exists."""
    with pytest.raises(StudyError, match="cumulative errors"):
        answer(Asked(looks=2, futility="asUser", futility_spent="0,0"))
