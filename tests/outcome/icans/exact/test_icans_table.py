"""Every cell of the consensus table of neurotoxicity, its exceptions, missing and impossible signs."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome.toxicity import words
from adoptive.outcome.toxicity.icans import IcansSigns, grade_icans, ice_score
from adoptive.outcome.toxicity.types import Consciousness, Motor, Pressure, Seizure
from adoptive.outcome.toxicity.words import consciousness_code, motor_code, pressure_code, seizure_code

USUAL: dict[str, Any] = {"ice": 10, "capd": 0, "consciousness": 0, "seizure": 0, "motor": 0, "pressure": 0}


def grade(*, instrument: str = "ICE", **signs: Any) -> int:
    return int(grade_icans(IcansSigns(**(USUAL | signs)), instrument=instrument).grade)


def why(*, instrument: str = "ICE", **signs: Any) -> str:
    return str(grade_icans(IcansSigns(**(USUAL | signs)), instrument=instrument).because)


def test_every_ice_score() -> None:
    grades = {score: grade(ice=score) for score in range(11)}
    assert grades == {10: 0, 9: 1, 8: 1, 7: 1, 6: 2, 5: 2, 4: 2, 3: 2, 2: 3, 1: 3, 0: 3}


def test_every_capd_score() -> None:
    assert [grade(instrument="CAPD", capd=score) for score in (0, 1, 8, 9, 32)] == [0, 1, 1, 3, 3]
    assert grade(instrument="CAPD", capd=8, consciousness=Consciousness.VOICE) == 2
    assert grade(instrument="CAPD", capd=np.nan, capd_unable=1) == 4
    assert grade(instrument="CAPD", capd=33) == -1
    assert grade(instrument="CAPD", capd=5, ice=np.nan) == 1
    assert grade(instrument="CAPD", capd=np.nan, ice=3) == -1


@pytest.mark.parametrize(
    ("domain", "grades"),
    [
        ("consciousness", {"AWAKE": 0, "DROWSY": 1, "VOICE": 2, "TACTILE": 3, "UNAROUSABLE": 4}),
        ("seizure", {"NONE": 0, "RESOLVING": 3, "NONCONVULSIVE_RESOLVING": 3, "PROLONGED": 4, "REPETITIVE": 4}),
        ("motor", {"NONE": 0, "TREMOR_OR_MYOCLONUS": 0, "DEEP_FOCAL_WEAKNESS": 4}),
        (
            "pressure",
            {
                "NONE": 0, "HAEMORRHAGE": 0, "FOCAL_OEDEMA": 3, "DIFFUSE_OEDEMA": 4, "POSTURING": 4,
                "SIXTH_NERVE_PALSY": 4, "PAPILLOEDEMA": 4, "CUSHING_TRIAD": 4,
            },
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("instrument", ["ICE", "CAPD"])
def test_every_code_of_the_four_domains(domain: str, grades: dict[str, int], instrument: str) -> None:
    codes = {"consciousness": Consciousness, "seizure": Seizure, "motor": Motor, "pressure": Pressure}[domain]
    assert {code.name: grade(instrument=instrument, **{domain: code}) for code in codes} == grades


def test_the_worst_domain_decides() -> None:
    assert grade(ice=3, seizure=Seizure.RESOLVING) == 3  # the example of the consensus
    assert grade(ice=0, consciousness=Consciousness.UNAROUSABLE) == 4
    assert grade(ice=0, consciousness=Consciousness.VOICE) == 3
    assert why(ice=5, motor=Motor.DEEP_FOCAL_WEAKNESS) == "deep focal weakness: grade 4"


def test_awake_but_unable_is_a_score_of_0_while_awake() -> None:
    assert grade(ice=np.nan, consciousness=-1, awake_but_unable=1) == 3
    assert why(ice=np.nan, awake_but_unable=1) == "awake but unable to do ICE: grade 3"
    assert grade(ice=np.nan, consciousness=-1) == -1


def test_what_does_not_count() -> None:
    assert why(motor=Motor.TREMOR_OR_MYOCLONUS) == "tremor and myoclonus do not count: grade 0"
    assert why(pressure=Pressure.HAEMORRHAGE) == "intracranial haemorrhage does not count: grade 0"
    worst = {"ice": 0, "consciousness": 4, "seizure": 4, "motor": 2, "pressure": 7}
    assert why(attributable=0, **worst) == "signs of another cause: grade 0"
    assert grade(attributable=-1, **worst) == -1
    assert grade(attributable=-1) == 0


def test_under_sedation_consciousness_does_not_count_and_the_score_is_not_known() -> None:
    deep = {"ice": 0, "consciousness": Consciousness.UNAROUSABLE, "sedated": 1}
    assert (grade(**deep), why(**deep)) == (-1, "no grade: ICE score without sedation is missing")
    assert grade(**deep, seizure=Seizure.RESOLVING) == 3  # no score is worse than 3
    assert grade(**deep, motor=Motor.DEEP_FOCAL_WEAKNESS) == 4
    assert grade(instrument="CAPD", capd=5, consciousness=4, sedated=1) == -1
    assert grade(consciousness=4, sedated=-1) == -1
    assert grade(sedated=-1) == -1  # with a sedated patient it would have been


@pytest.mark.parametrize("score", [11, -2, 3.5, np.inf])
def test_an_impossible_score_gives_no_grade(score: float) -> None:
    told = "no grade: ICE score without sedation is impossible, it must be a whole number from 0 to 10"
    assert why(ice=score) == told
    assert grade(ice=score, consciousness=4) == -1
    assert grade(ice=score, sedated=1) == -1


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        ({"ice": np.nan}, -1),
        ({"ice": -1}, -1),
        ({"ice": np.nan, "consciousness": 3}, 3),
        ({"ice": np.nan, "consciousness": 2}, -1),
        ({"consciousness": -1, "ice": 0}, -1),
        ({"consciousness": -1, "seizure": 3}, 4),
        ({"seizure": -1}, -1),
        ({"seizure": np.nan, "motor": 2}, 4),
        ({"motor": -1}, -1),
        ({"pressure": -1, "ice": 0}, -1),
        ({"pressure": -1, "consciousness": 4}, 4),
        ({"died_of_icans": 1, "ice": np.nan}, 5),
        ({"died_of_icans": -1}, -1),
    ],
)
def test_a_missing_sign_leaves_a_grade_only_if_it_is_certain(signs: dict[str, Any], expected: int) -> None:
    assert grade(**signs) == expected


def test_by_age_children_under_12_have_capd() -> None:
    signs = IcansSigns(**(USUAL | {"ice": 5, "capd": 10, "age_years": [11.99, 12.0, 60.0, np.nan, -3.0, 131.0]}))
    found = grade_icans(signs, instrument="by age")
    assert found.grade.tolist() == [3, 2, 2, -1, -1, -1]
    assert found.because[[0, 1, 3]].tolist() == [
        "CAPD 9 or more: grade 3", "ICE 3 to 6: grade 2", "no grade: the age is missing or impossible",
    ]  # fmt: skip


def test_ice_score_adds_up_its_parts() -> None:
    assert ice_score(4, 3, 1, 1, 1) == 10
    assert ice_score([0, 4, 2], [0, 3, 1], [0, 0, 1], [0, 1, 0], [0, 1, 1]).tolist() == [0, 9, 5]
    for place, most in enumerate((4, 3, 1, 1, 1)):
        for wrong in (most + 1, -1, 0.5, np.nan):
            parts: list[float] = [4, 3, 1, 1, 1]
            parts[place] = wrong
            assert np.isnan(ice_score(*parts)), (place, wrong)


def test_words() -> None:
    assert consciousness_code(["Awake", "awakens to voice", "tactile", "stupor", "", "tired"]).tolist() == [
        0, 2, 3, 4, -1, -1,
    ]  # fmt: skip
    assert seizure_code([["none", "rapid-resolving"], ["> 5 min", "status"]]).tolist() == [[0, 1], [3, -1]]
    assert motor_code(["none", "Tremor", "hemiparesis", "mild weakness"]).tolist() == [0, 1, 2, -1]
    assert pressure_code(["focal oedema", "FOCAL_EDEMA", "papilloedema", "papilledema", "CN VI palsy"]).tolist() == [
        2, 2, 6, 6, 5,
    ]  # fmt: skip
    assert pressure_code(["Cushing's triad", "haemorrhage", "hemorrhage", "nan", "decorticate"]).tolist() == [
        7, 1, 1, -1, 4,
    ]  # fmt: skip


def test_unknown_instrument() -> None:
    with pytest.raises(StudyError, match=r"unknown instrument.*value: MMSE; allowed: ICE, CAPD, by age"):
        grade(instrument="MMSE")
    assert grade(instrument="by_age", age_years=40.0, ice=8) == 1


@pytest.mark.parametrize(
    ("codes", "read"),
    [
        (Consciousness, consciousness_code),
        (Seizure, seizure_code),
        (Motor, motor_code),
        (Pressure, pressure_code),
    ],
)
def test_the_names_of_the_codes_are_known_words(codes: Any, read: Any) -> None:
    assert read([code.name for code in codes]).tolist() == list(codes)


def test_no_word_means_two_things() -> None:
    listed = tomllib.loads((Path(words.__file__).parent / "words.toml").read_text("utf-8"))
    assert set(listed) == {"oxygen", "consciousness", "seizure", "motor", "pressure"}
    for sign, codes in listed.items():
        keys = [(words.key_of(word), code) for code, some in codes.items() for word in some]
        meanings = {key: {code for other, code in keys if other == key} for key, _ in keys}
        assert {key: found for key, found in meanings.items() if len(found) > 1} == {}, sign


def test_a_score_does_not_count_where_sedation_is_not_known() -> None:
    assert (grade(ice=10), grade(ice=10, sedated=1), grade(ice=10, sedated=np.nan)) == (0, -1, -1)
    assert why(ice=4, sedated=-1) == "no grade: ICE score without sedation is missing"
    assert grade(ice=4, sedated=-1, motor=Motor.DEEP_FOCAL_WEAKNESS) == 4
    assert grade(instrument="CAPD", capd=3, sedated=-1) == -1


def test_what_is_masked_is_missing() -> None:
    masked = np.ma.MaskedArray([10, 10], mask=[False, True])
    graded = grade_icans(IcansSigns(**(USUAL | {"ice": masked})))
    assert graded.grade.tolist() == [0, -1]
