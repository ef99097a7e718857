"""Laws of the rules of blood cancers: more disease is never a better response, units and order do not matter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from adoptive.errors import StudyError
from adoptive.outcome import (
    LADDERS,
    LeukaemiaVisits,
    LymphomaVisits,
    MyelomaVisits,
    Response,
    ToxicityDays,
    assess_leukaemia,
    assess_lymphoma,
    assess_myeloma,
    best_on_ladder,
    find_dlt,
    is_mrd_negative,
)

RANK = {
    Response.SCR: 0, Response.CR: 1, Response.CRI: 2, Response.VGPR: 3, Response.PR: 4, Response.MR: 5, Response.SD: 6,
    Response.NR: 7, Response.PD: 8, Response.NE: 9, Response.NOT_DONE: 9,
}  # fmt: skip


def rank(codes: np.ndarray) -> np.ndarray:
    return np.vectorize(lambda code: RANK[Response(code)])(codes)


def shares(visits: int) -> st.SearchStrategy[np.ndarray]:
    return arrays(np.float64, (3, visits), elements=st.floats(0, 100, width=32))


@settings(deadline=None, max_examples=60)
@given(shares(1), shares(1))
def test_more_blasts_are_never_a_better_response(first: np.ndarray, second: np.ndarray) -> None:
    low, high = np.minimum(first, second), np.maximum(first, second)
    few, many = (
        assess_leukaemia(LeukaemiaVisits(1, x, 2.0, 200.0, baseline_percent=50.0)).response for x in (low, high)
    )
    assert (rank(few) <= rank(many)).all()


@settings(deadline=None, max_examples=60)
@given(shares(1), shares(1), st.sampled_from([0.0, 40.0]))
def test_more_m_protein_is_never_a_better_response(first: np.ndarray, second: np.ndarray, chains: float) -> None:
    low, high = np.minimum(first, second), np.maximum(first, second)
    start = {"baseline_serum_g_l": 0.0 if chains else 40.0, "baseline_chains_mg_l": 400.0 if chains else 0.0}

    def judged(x: np.ndarray) -> np.ndarray:
        serum = np.zeros(x.shape) if chains else x
        visits = MyelomaVisits(1, serum, immunofixation=(x > 0.2).astype(int), chains_mg_l=10.0 * x, **start)  # type: ignore[arg-type]
        return rank(assess_myeloma(visits).response)

    assert (judged(low) <= judged(high)).all()


@settings(deadline=None, max_examples=60)
@given(arrays(np.float64, (2, 4, 3), elements=st.floats(0, 80, width=32)), st.permutations(range(3)))
def test_the_order_of_lesions_and_patients_does_not_matter(size: np.ndarray, order: list[int]) -> None:
    first = np.full((2, 3), 50.0)

    def judged(longest: np.ndarray) -> np.ndarray:
        return assess_lymphoma(LymphomaVisits(1, longest, 0.8 * longest, first, 0.8 * first)).response

    np.testing.assert_array_equal(judged(size), judged(size[:, :, order]))
    np.testing.assert_array_equal(judged(size)[::-1], judged(size[::-1]))


@settings(deadline=None, max_examples=60)
@given(arrays(np.float64, (2, 1, 2), elements=st.floats(0, 80, width=32)), st.floats(1.0, 3.0))
def test_larger_lesions_are_never_a_better_response(size: np.ndarray, factor: float) -> None:
    first = np.full((2, 2), 50.0)
    small, large = (
        rank(assess_lymphoma(LymphomaVisits(1, x, 0.8 * x, first, 0.8 * first)).response) for x in (size, factor * size)
    )
    assert (small <= large).all()


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(["Lugano 2014", "B-ALL remission", "IMWG 2016"]), st.data())
def test_confirmation_never_improves_and_a_later_visit_never_worsens_the_best(
    criteria: str, data: st.DataObject
) -> None:
    ladder = LADDERS[criteria]
    codes = np.array([data.draw(st.lists(st.sampled_from(ladder.order), min_size=5, max_size=5)) for _ in range(4)])
    day = np.tile(np.arange(1.0, 6.0) * 60.0, (4, 1))
    rule = {"minimum_stable_days": 35.0}
    strict, loose = (best_on_ladder(codes, day, ladder, confirm_days=days, **rule) for days in (28.0, 0.0))
    order = [Response.NOT_DONE, *reversed(ladder.order)]
    place = np.vectorize(order.index)
    assert (place(strict.response) <= place(loose.response)).all()
    np.testing.assert_array_equal(strict.unconfirmed, loose.response)
    assert (loose.confirmed | ~strict.confirmed).all()
    fewer = best_on_ladder(codes[:, :4], day[:, :4], ladder, confirm_days=28.0, **rule)
    assert (place(fewer.response) <= place(strict.response)).all()
    assert (strict.response_start_day[strict.confirmed] >= 60.0).all()


def test_masked_empty_and_one_dimensional_values_are_read() -> None:
    masked = np.ma.MaskedArray([[2.0, 80.0]], mask=[[False, True]])
    assert assess_leukaemia(LeukaemiaVisits(1, masked, 2.0, 200.0)).response.tolist() == [[Response.CR, Response.NE]]
    assert assess_leukaemia(LeukaemiaVisits(1, [2.0, 80.0], 2.0, 200.0)).response.shape == (1, 2)
    none = assess_leukaemia(LeukaemiaVisits(1, np.zeros((3, 0)), 2.0, 200.0))
    assert none.progression_visit.tolist() == [-1, -1, -1]
    assert assess_myeloma(MyelomaVisits(1, np.zeros((0, 4)), 40.0)).response.shape == (0, 4)


NO_NUMBERS = {"text": ["x"], "complex": [1j], "dates": np.array(["2024-01-01"], "M8[D]"), "ragged": [[1.0], [1.0, 2.0]]}
RULES: dict[str, Callable[[Any], Any]] = {
    "leukaemia": lambda x: assess_leukaemia(LeukaemiaVisits(1, x, 2.0, 200.0)).response,
    "counts": lambda x: assess_leukaemia(LeukaemiaVisits(1, [[1.0]], x, 200.0)).response,
    "residual disease": lambda x: is_mrd_negative(x).grade,
    "myeloma": lambda x: assess_myeloma(MyelomaVisits(1, x, 40.0, immunofixation=1)).response,
    "lymphoma": lambda x: assess_lymphoma(LymphomaVisits(1, x, x, [[1.0]], [[1.0]])).response,
    "CRS": lambda x: find_dlt(ToxicityDays([0.0], x, [[0]])).limiting,
    "ladder": lambda x: best_on_ladder(x, [[1.0]], LADDERS["IMWG 2016"], confirm_days=0, minimum_stable_days=0),
}


@pytest.mark.parametrize("kind", NO_NUMBERS)
@pytest.mark.parametrize("rule", RULES)
def test_what_is_no_number_is_refused(rule: str, kind: str) -> None:
    with pytest.raises(StudyError, match="number"):
        RULES[rule](NO_NUMBERS[kind])


@pytest.mark.parametrize("rule", ["leukaemia", "residual disease", "myeloma"])
def test_masked_object_and_read_only_arrays_are_read(rule: str) -> None:
    plain = np.array([[5.0, np.nan, 2.0, 9.0]])
    frozen = plain.copy()
    frozen.setflags(write=False)
    masked = np.ma.MaskedArray([[5, 7, 2, 9]], mask=[[0, 1, 0, 0]])
    for other in (masked, plain.astype(np.float32), np.array([[5, None, 2, 9]], object), frozen):
        np.testing.assert_array_equal(RULES[rule](other), RULES[rule](plain))
