"""Every rule reads any kind of array: masked, empty, 3-d, read-only; what is no number is refused in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from adoptive.errors import StudyError
from adoptive.outcome import (
    Chemistry,
    CrsSigns,
    IcansSigns,
    Response,
    Scans,
    assess,
    best_immune_response,
    best_response,
    episodes,
    find_b_cell_aplasia,
    grade_crs,
    grade_icaht_early,
    grade_icaht_late,
    grade_icans,
    grade_laboratory,
    grade_laboratory_tls,
    grade_t_icaht_early,
    grade_t_icaht_late,
    overall_survival,
    progression_free_survival,
    worst_grade,
)

Rule = Callable[[Any], Any]
NAN = float("nan")


def days(value: Any) -> Any:
    shape = np.shape(value) if isinstance(value, np.ndarray) or not isinstance(value[0], list) else (1, len(value[0]))
    return np.arange(31.0, 31.0 + shape[-1])


def lysis(value: Any) -> Any:
    return grade_laboratory_tls(Chemistry(uric_acid_mg_dl=value, potassium_mmol_l=7.0)).grade


MEASURED: dict[str, Rule] = {
    "CRS": lambda x: grade_crs(CrsSigns(x, 0, 0, 0)).grade,
    "ICANS": lambda x: grade_icans(IcansSigns(ice=x, consciousness=0, seizure=0, motor=0, pressure=0)).grade,
    "ICAHT early": lambda x: grade_icaht_early(x).grade,
    "ICAHT late": lambda x: grade_icaht_late(x, days(x)).grade,
    "T-ICAHT early": lambda x: grade_t_icaht_early(x).grade,
    "T-ICAHT late": lambda x: grade_t_icaht_late(x, days(x)).grade,
    "TLS": lysis,
    "ALT": lambda x: grade_laboratory(x, term="ALT", unit="U/L", upper_limit=4.0, baseline=3.0).grade,
    "aplasia": lambda x: find_b_cell_aplasia(x, days(x)).aplastic,
}
VISITS: dict[str, Rule] = {
    "BOR": lambda x: best_response(x, days(x), confirm_days=1, minimum_stable_days=1).response,
    "iBOR": best_immune_response,
    "PFS": lambda x: progression_free_survival(x, days(x), death_day=NAN, rule="FDA").days,
}
NO_NUMBERS = {"text": ["x"], "complex": [1j], "dates": np.array(["2024-01-01"], "M8[D]"), "ragged": [[1.0], [1.0, 2.0]]}


@pytest.mark.parametrize("kind", NO_NUMBERS)
@pytest.mark.parametrize("rule", [*MEASURED, "OS"])
def test_what_is_no_number_is_refused(rule: str, kind: str) -> None:
    call: Rule = MEASURED.get(rule, lambda x: overall_survival(x, cut_day=100.0))
    value = NO_NUMBERS[kind]
    with pytest.raises(StudyError, match="numbers"):
        call(value)


@pytest.mark.parametrize("rule", MEASURED)
def test_masked_object_and_float32_arrays_are_read_as_nan_and_numbers(rule: str) -> None:
    plain = np.array([[5.0, NAN, 2.0, 9.0]])
    expected = MEASURED[rule](plain)
    masked = np.ma.MaskedArray([[5, 7, 2, 9]], mask=[[0, 1, 0, 0]])
    frozen = np.repeat(plain, 2, axis=0)[::2]
    frozen.setflags(write=False)
    for other in (masked, plain.astype(np.float32), np.array([[5, None, 2, 9]], object), frozen):
        assert_array_equal(MEASURED[rule](other), expected)
    assert_array_equal(MEASURED[rule](np.broadcast_to(plain, (3, 1, 4)))[1], expected)


@pytest.mark.parametrize("rule", MEASURED)
@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0,)])
def test_nobody_and_no_days_are_no_error(rule: str, shape: tuple[int, ...]) -> None:
    if rule in ("ICAHT early", "T-ICAHT early") and shape[-1] == 0:
        with pytest.raises(StudyError, match="1 to 31 columns"):
            MEASURED[rule](np.zeros(shape))
        return
    grade = np.asarray(MEASURED[rule](np.zeros(shape)))
    assert grade.shape in (shape, shape[:-1])
    assert (grade == -1).all()


@pytest.mark.parametrize("rule", VISITS)
@pytest.mark.parametrize(
    "value", [[[NAN, 1.0]], [[1.5, 1.0]], np.ma.MaskedArray([[1, 2]], mask=[[0, 1]]), [["CR", "PR"]]]
)
def test_a_response_that_is_no_code_is_refused(rule: str, value: Any) -> None:
    with pytest.raises(StudyError):
        VISITS[rule](value)


def test_a_masked_diameter_was_not_measured() -> None:
    def judged(diameter_mm: Any) -> list[int]:
        yes, no = np.ones((1, 2), np.bool_), np.zeros((1, 2), np.bool_)
        scans = Scans(
            day=np.array([[42.0, 84.0]]), done=yes, diameter_mm=diameter_mm, measured=np.ones((1, 2, 2), np.bool_),
            baseline_mm=np.array([[20.0, 20.0]]), nodal=no, non_target=np.zeros((1, 2), np.int64), new_lesion=no,
        )  # fmt: skip
        return [int(code) for code in assess(scans, partial_kept="never").response[0]]

    assert judged(np.ma.MaskedArray([[[10.0, 10.0], [10.0, 10.0]]], mask=[[[0, 0], [0, 1]]])) == [
        Response.PR,
        Response.NE,
    ]


def test_masked_grades_are_missing_grades() -> None:
    masked = np.ma.MaskedArray([[2, 0, 0]], mask=[[0, 1, 0]])
    missing = np.array([[2, -1, 0]])
    assert_array_equal(episodes(masked, np.arange(3.0)).duration_days, episodes(missing, np.arange(3.0)).duration_days)
    assert worst_grade(np.ma.MaskedArray([[0, 0]], mask=[[1, 1]]), [0, 1]).tolist() == [-1]
