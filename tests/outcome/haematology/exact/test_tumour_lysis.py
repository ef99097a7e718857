"""Tumour lysis at every threshold: both definitions, both units, children, baseline, window, clinical grades."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome.haematology.clinical_lysis import grade_clinical_tls, has_howard_clinical_tls
from adoptive.outcome.haematology.tumour_lysis import (
    Chemistry,
    corrected_calcium_mg_dl,
    grade_laboratory_tls,
    grade_laboratory_tls_course,
)

NAN = float("nan")
CALM = {"uric_acid_mg_dl": 5.0, "potassium_mmol_l": 4.0, "phosphate_mg_dl": 3.5, "corrected_calcium_mg_dl": 9.5}
CALM_SI = {
    "uric_acid_umol_l": 300.0,
    "potassium_mmol_l": 4.0,
    "phosphate_mmol_l": 1.1,
    "corrected_calcium_mmol_l": 2.4,
}


@pytest.mark.parametrize(
    ("calm", "field", "under", "limit", "over"),
    [
        (CALM, "uric_acid_mg_dl", 7.9, 8.0, 8.1),
        (CALM, "phosphate_mg_dl", 4.4, 4.5, 4.6),
        (CALM, "corrected_calcium_mg_dl", 7.1, 7.0, 6.9),
        (CALM_SI, "corrected_calcium_mmol_l", 1.76, 1.75, 1.74),
    ],
)
def test_limits(calm: dict[str, float], field: str, under: float, limit: float, over: float) -> None:
    values = Chemistry(**{**calm, "potassium_mmol_l": 7.0, field: [under, limit, over]})  # type: ignore[arg-type]
    assert grade_laboratory_tls(values).grade.tolist() == [0, 1, 1]
    assert grade_laboratory_tls(values, definition="Howard").grade.tolist() == [0, 0, 1]
    assert grade_laboratory_tls(values, at_limit=False).grade.tolist() == [0, 0, 1]
    assert grade_laboratory_tls(values, definition="Howard", at_limit=True).grade.tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("field", "values", "cairo_bishop", "howard"),
    [
        ("uric_acid_umol_l", [475.0, 475.8, 475.9, 476.0], [0, 0, 0, 1], [0, 0, 1, 1]),
        ("phosphate_mmol_l", [1.44, 1.45, 1.5, 1.51], [0, 1, 1, 1], [0, 0, 0, 1]),
    ],
)
def test_limits_in_si_units_are_printed_differently(
    field: str, values: list[float], cairo_bishop: list[int], howard: list[int]
) -> None:
    draws = Chemistry(**{**CALM_SI, "potassium_mmol_l": 7.0, field: values})  # type: ignore[arg-type]
    assert grade_laboratory_tls(draws).grade.tolist() == cairo_bishop
    assert grade_laboratory_tls(draws, definition="Howard").grade.tolist() == howard


def test_limit_of_potassium_and_of_children() -> None:
    high = {**CALM, "uric_acid_mg_dl": 9.0}
    values = Chemistry(**{**high, "potassium_mmol_l": [5.9, 6.0]})  # type: ignore[arg-type]
    assert grade_laboratory_tls(values).grade.tolist() == [0, 1]
    values = Chemistry(**{**high, "phosphate_mg_dl": [4.5, 6.4, 6.5]})  # type: ignore[arg-type]
    assert grade_laboratory_tls(values, child=True).grade.tolist() == [0, 0, 1]
    assert grade_laboratory_tls(values, child=[False, True, True]).grade.tolist() == [1, 0, 1]
    values = Chemistry(**{**CALM_SI, "uric_acid_umol_l": 500.0, "phosphate_mmol_l": [2.0, 2.1]})  # type: ignore[arg-type]
    assert grade_laboratory_tls(values, child=True).grade.tolist() == [0, 1]


def test_every_pair_is_named() -> None:
    changed = {
        "uric_acid_mg_dl": (9.0, "uric acid"),
        "potassium_mmol_l": (7.0, "potassium"),
        "phosphate_mg_dl": (5.0, "phosphate"),
        "corrected_calcium_mg_dl": (6.0, "calcium"),
    }
    names = list(changed)
    for bits in range(16):
        picked = [name for k, name in enumerate(names) if bits >> k & 1]
        found = grade_laboratory_tls(Chemistry(**{**CALM, **{name: changed[name][0] for name in picked}}))
        assert found.grade == (len(picked) >= 2)
        if len(picked) < 2:
            assert str(found.because).startswith("fewer than two of")
        if len(picked) == 2:
            first, second = (changed[name][1] for name in picked)
            assert found.because == f"{first} and {second} changed: laboratory tumour lysis"
        if len(picked) == 3:
            assert str(found.because).startswith("three of")


def test_a_change_by_a_quarter_counts_by_cairo_and_bishop_only() -> None:
    baseline = Chemistry(**CALM)
    risen = Chemistry(
        uric_acid_mg_dl=[6.25, 6.24, 6.25],
        potassium_mmol_l=[5.0, 5.0, 4.0],
        phosphate_mg_dl=3.5,
        corrected_calcium_mg_dl=[9.5, 9.5, 7.125],
    )
    assert grade_laboratory_tls(risen).grade.tolist() == [0, 0, 0]
    assert grade_laboratory_tls(risen, baseline=baseline).grade.tolist() == [1, 0, 1]
    assert grade_laboratory_tls(risen, baseline=baseline, definition="Howard").grade.tolist() == [0, 0, 0]


def test_an_unknown_baseline_leaves_the_change_unknown() -> None:
    calm, unknown = Chemistry(**CALM), Chemistry()
    assert grade_laboratory_tls(calm, baseline=unknown).grade == -1
    over = Chemistry(**{**CALM, "uric_acid_mg_dl": 9.0, "potassium_mmol_l": 7.0})
    assert grade_laboratory_tls(over, baseline=unknown).grade == 1


@pytest.mark.parametrize(
    ("values", "grade"),
    [
        ((9.0, 7.0, NAN, NAN), 1),
        ((9.0, 4.0, 3.0, NAN), -1),
        ((5.0, 4.0, 3.0, NAN), 0),
        ((5.0, 4.0, NAN, NAN), -1),
        ((NAN, NAN, NAN, NAN), -1),
    ],
)
def test_missing_values(values: tuple[float, ...], grade: int) -> None:
    assert grade_laboratory_tls(Chemistry(**dict(zip(CALM, values, strict=True)))).grade == grade


def week(**changes: list[float]) -> Chemistry:
    """Make one calm patient over the days of the lists."""
    days = len(next(iter(changes.values())))
    return Chemistry(**{name: np.array([changes.get(name, [value] * days)]) for name, value in CALM.items()})


def test_the_window_of_days() -> None:
    day = [-4, -3, 7, 8]
    high = 9.0, 7.0
    for column, grade in enumerate([0, 1, 1, 0]):
        uric, potassium = (
            [value if k == column else calm for k in range(4)] for value, calm in zip(high, (5, 4), strict=True)
        )
        values = week(uric_acid_mg_dl=uric, potassium_mmol_l=potassium)
        for definition in ("Cairo-Bishop", "Howard"):
            assert grade_laboratory_tls_course(day, values, definition=definition).grade.tolist() == [grade]  # type: ignore[arg-type]
    everything = week(uric_acid_mg_dl=[9.0, 5, 5, 5], potassium_mmol_l=[7.0, 4, 4, 4])
    assert grade_laboratory_tls_course(day, everything, first_day=-4).grade.tolist() == [1]


def test_howard_asks_for_one_day() -> None:
    apart = week(uric_acid_mg_dl=[9.0, 5.0, 5.0], potassium_mmol_l=[4.0, 7.0, 4.0])
    assert grade_laboratory_tls_course([0, 1, 2], apart).grade.tolist() == [1]
    assert grade_laboratory_tls_course([0, 1, 2], apart, definition="Howard").grade.tolist() == [0]
    # the partner of a change was not drawn that day: nothing is certain
    alone = week(
        uric_acid_mg_dl=[9.0, 5.0],
        potassium_mmol_l=[NAN, 4.0],
        phosphate_mg_dl=[NAN, 3.0],
        corrected_calcium_mg_dl=[NAN, 9.0],
    )
    assert grade_laboratory_tls_course([0, 1], alone, definition="Howard").grade.tolist() == [-1]
    assert grade_laboratory_tls_course([0, 1], alone).grade.tolist() == [0]


def test_a_value_never_drawn_in_the_window_is_unknown() -> None:
    values = week(uric_acid_mg_dl=[9.0, 9.0], potassium_mmol_l=[NAN, NAN])
    assert grade_laboratory_tls_course([0, 1], values).grade.tolist() == [-1]
    assert grade_laboratory_tls_course([10, 11], week(uric_acid_mg_dl=[9.0, 9.0])).grade.tolist() == [-1]


def test_baseline_and_child_go_by_patient() -> None:
    values = Chemistry(**{name: np.full((2, 3), value) for name, value in {**CALM, "phosphate_mg_dl": 5.0}.items()})
    baseline = Chemistry(**{**CALM, "potassium_mmol_l": [3.2, 4.0], "phosphate_mg_dl": 4.5})  # type: ignore[arg-type]
    found = grade_laboratory_tls_course([0, 1, 2], values, baseline=baseline, child=[False, False])
    assert found.grade.tolist() == [1, 0]
    found = grade_laboratory_tls_course([0, 1, 2], values, baseline=baseline, child=[True, True])
    assert found.grade.tolist() == [0, 0]


def test_calcium_is_corrected_for_albumin() -> None:
    assert corrected_calcium_mg_dl(8.0, albumin_g_dl=4.0) == 8.0
    assert corrected_calcium_mg_dl(8.0, albumin_g_dl=2.0) == pytest.approx(9.6)


def test_unknown_definitions_and_values_are_refused() -> None:
    with pytest.raises(StudyError, match="Cairo-Bishop, Howard"):
        grade_laboratory_tls(Chemistry(**CALM), definition="Hande-Garrow")  # type: ignore[arg-type]
    with pytest.raises(StudyError, match="uric acid is out of range"):
        grade_laboratory_tls(Chemistry(**{**CALM, "uric_acid_mg_dl": -1.0}))


@pytest.mark.parametrize(
    ("creatinine", "grade"),
    [(1.0, 0), (1.49, 0), (1.5, 1), (1.51, 2), (3.0, 2), (3.01, 3), (6.0, 3), (6.01, 4)],
)
def test_creatinine(creatinine: float, grade: int) -> None:
    assert grade_clinical_tls(1, creatinine_x_uln=creatinine, arrhythmia=0, seizure=0).grade == grade
    assert grade_clinical_tls(0, creatinine_x_uln=creatinine, arrhythmia=0, seizure=0).grade == 0


def test_dust_of_arithmetic_does_not_decide_at_a_limit() -> None:
    assert 1.65 / 1.1 < 1.5
    assert 1.2 - 0.9 < 0.3
    assert 0.75 * 9.6 < 7.2
    assert grade_clinical_tls(1, creatinine_x_uln=1.65 / 1.1, arrhythmia=0, seizure=0).grade == 1
    signs = dict.fromkeys(["oliguria", "arrhythmia", "seizure", "symptomatic_hypocalcaemia"], 0)
    assert has_howard_clinical_tls(1, creatinine_rise_mg_dl=1.2 - 0.9, creatinine_x_uln=1.0, **signs).grade == 1
    quarter = Chemistry(**{**CALM, "uric_acid_mg_dl": 5.75, "corrected_calcium_mg_dl": 7.2})
    before = Chemistry(**{**CALM, "uric_acid_mg_dl": 4.6, "corrected_calcium_mg_dl": 9.6})
    assert grade_laboratory_tls(quarter, baseline=before).grade == 1


def test_the_worst_part_decides_and_is_named() -> None:
    found = grade_clinical_tls(1, creatinine_x_uln=[1.5, 2.0, 1.0, 1.0], arrhythmia=[3, 1, 1, 0], seizure=[2, 0, 4, 0])
    assert found.grade.tolist() == [3, 2, 4, 0]
    assert found.because.tolist() == [
        "symptomatic arrhythmia, incompletely controlled or with a device: grade 3",
        "creatinine above 1.5 to 3 times the upper limit: grade 2",
        "status epilepticus: grade 4",
        "no clinical sign: grade 0",
    ]
    assert grade_clinical_tls(1, creatinine_x_uln=1.0, arrhythmia=0, seizure=0, death=1).grade == 5
    for part, codes in (("arrhythmia", [0, 1, 2, 3, 4]), ("seizure", [0, 2, 3, 4])):
        signs = {"creatinine_x_uln": 1.0, "arrhythmia": 0, "seizure": 0, part: codes}
        found = grade_clinical_tls(1, **signs)  # type: ignore[arg-type]
        assert found.grade.tolist() == codes
        assert all(text.endswith(f"grade {code}") for text, code in zip(found.because, codes, strict=True))


@pytest.mark.parametrize(
    ("lysis", "creatinine", "arrhythmia", "seizure", "death", "grade"),
    [
        (-1, 1.0, 0, 0, 0, 0),  # no sign, so the laboratory does not matter
        (-1, 2.0, 0, 0, 0, -1),
        (0, NAN, -1, -1, -1, 0),
        (1, NAN, 0, 0, 0, -1),
        (1, NAN, 4, -1, 0, 4),  # nothing but death is worse
        (1, NAN, 4, -1, -1, -1),
        (1, 2.0, -1, 0, 0, -1),
        (1, NAN, -1, -1, 1, 5),
    ],
)
def test_missing_clinical_signs(
    lysis: int, creatinine: float, arrhythmia: int, seizure: int, death: int, grade: int
) -> None:
    found = grade_clinical_tls(lysis, creatinine_x_uln=creatinine, arrhythmia=arrhythmia, seizure=seizure, death=death)
    assert found.grade == grade
    with pytest.raises(StudyError, match="seizure has an unknown code"):
        grade_clinical_tls(1, creatinine_x_uln=1.0, arrhythmia=0, seizure=1)


@pytest.mark.parametrize(
    ("changes", "grade"),
    [
        ({}, 0),
        ({"creatinine_rise_mg_dl": 0.3}, 1),
        ({"creatinine_rise_mg_dl": 0.29, "creatinine_x_uln": 4.0}, 0),  # the baseline is known
        ({"creatinine_rise_mg_dl": NAN, "creatinine_x_uln": 1.5}, 0),
        ({"creatinine_rise_mg_dl": NAN, "creatinine_x_uln": 1.51}, 1),
        ({"creatinine_rise_mg_dl": NAN, "creatinine_x_uln": NAN}, -1),
        ({"creatinine_rise_mg_dl": -0.5}, 0),
        ({"oliguria": 1}, 1),
        ({"oliguria": -1}, -1),
        ({"oliguria": -1, "seizure": 1}, 1),
        ({"arrhythmia": 1}, 1),
        ({"symptomatic_hypocalcaemia": 1}, 1),
        ({"laboratory": 0, "seizure": 1}, 0),
        ({"laboratory": -1, "seizure": 1}, -1),
        ({"laboratory": -1}, 0),
    ],
)
def test_clinical_lysis_by_howard(changes: dict[str, float], grade: int) -> None:
    signs = dict.fromkeys(["oliguria", "arrhythmia", "seizure", "symptomatic_hypocalcaemia"], 0)
    given = {"laboratory": 1, "creatinine_rise_mg_dl": 0.0, "creatinine_x_uln": 1.0, **signs, **changes}
    assert has_howard_clinical_tls(**given).grade == grade  # type: ignore[arg-type]


def test_reasons_of_howard() -> None:
    found = has_howard_clinical_tls(
        [1, 1, 1, 1, 1, 1, 0, -1],
        creatinine_rise_mg_dl=[0.5, 0, 0, 0, 0, 0, 0.5, 0.5],
        creatinine_x_uln=1.0,
        oliguria=[1, 1, 0, 0, 0, 0, 1, 1],
        arrhythmia=[1, 1, 1, 0, 0, 0, 1, 1],
        seizure=[1, 1, 1, 1, 0, 0, 1, 1],
        symptomatic_hypocalcaemia=[1, 1, 1, 1, 1, 0, 1, 1],
    )
    assert found.because.tolist() == [
        "acute kidney injury by creatinine",
        "acute kidney injury by oliguria",
        "arrhythmia or sudden death",
        "seizure",
        "symptomatic hypocalcaemia",
        "laboratory tumour lysis without clinical signs",
        "no laboratory tumour lysis",
        "signs are missing that decide: not known",
    ]


def test_whether_a_child_may_not_be_known() -> None:
    values = CALM | {"uric_acid_mg_dl": 9.0, "phosphate_mg_dl": np.array([4.0, 5.0, 7.0])}
    for unknown in (NAN, -1):
        assert grade_laboratory_tls(Chemistry(**values), child=unknown).grade.tolist() == [0, -1, 1]
    assert grade_laboratory_tls(Chemistry(**values), child=True).grade.tolist() == [0, 0, 1]
    assert grade_laboratory_tls(Chemistry(**values), child=False).grade.tolist() == [0, 1, 1]
    with pytest.raises(StudyError, match="child"):
        grade_laboratory_tls(Chemistry(**values), child=7)


def test_what_is_masked_is_missing() -> None:
    uric = np.ma.MaskedArray([9.0, 9.0], mask=[False, True])
    values = Chemistry(**(CALM | {"uric_acid_mg_dl": uric, "potassium_mmol_l": 7.0}))
    assert grade_laboratory_tls(values).grade.tolist() == [1, -1]


def test_a_course_is_certain_only_if_it_is_so_for_child_and_adult() -> None:
    days = {name: [[value, value]] for name, value in CALM.items()}
    values = Chemistry(**(days | {"uric_acid_mg_dl": [[9.0, 5.0]], "phosphate_mg_dl": [[5.0, 4.0]]}))
    found = {
        child: grade_laboratory_tls_course([0, 1], values, child=child).grade.item() for child in (True, False, -1)
    }
    assert found == {True: 0, False: 1, -1: -1}
