"""RECIST 1.1, rule by rule, on cases small enough to judge by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome.response.best import Best, best_response
from adoptive.outcome.response.recist import _RESPONSE_OF, REASONS, _Why, assess
from adoptive.outcome.types import NonTarget, Response, Scans

CR, PR, SD, PD, NE = Response.CR, Response.PR, Response.SD, Response.PD, Response.NE
NON, DONE_NOT = Response.NON_CR_NON_PD, Response.NOT_DONE


def scans(baseline: list[float], visits: list[list[float]], *, nodal: list[bool] | None = None) -> Scans:
    """One patient; a size of -1 was not measured."""
    size = np.array(visits, np.float64)[None]
    shape = size.shape[:2]
    return Scans(
        day=np.arange(1.0, shape[1] + 1)[None] * 42,
        done=np.ones(shape, np.bool_),
        diameter_mm=np.maximum(size, 0.0),
        measured=size >= 0,
        baseline_mm=np.array([baseline], np.float64),
        nodal=np.array([nodal or [False] * len(baseline)]),
        non_target=np.full(shape, NonTarget.NONE, np.int64),
        new_lesion=np.zeros(shape, np.bool_),
    )


@pytest.mark.parametrize(
    ("baseline", "sums", "expected"),
    [
        (100, [70, 80, 83.9, 84], [PR, SD, SD, PD]),  # nadir 70: 80 is +14 %, 84 is +20 % and +14 mm
        (100, [70.0000001], [SD]),
        (90, [63], [PR]),  # 0.7 * 90 in binary arithmetic is below 63
        (50, [60, 59.9], [PD, SD]),
        (20, [24.9, 25], [SD, PD]),  # +20 % needs 5 mm too
        (30, [0, 4.9], [CR, PR]),  # too little for a progression
        (30, [0, 5], [CR, PD]),  # from nothing, 5 mm progress
        (100, [120, 120], [PD, PD]),
        (100, [119, 90, 108], [SD, SD, PD]),
    ],
)
def test_sum_of_diameters(baseline: float, sums: list[float], expected: list[Response]) -> None:
    found = assess(scans([baseline], [[total] for total in sums]))
    assert found.response[0].tolist() == expected
    first = expected.index(PD) if PD in expected else -1
    assert found.progression_visit.tolist() == [first]
    assert found.change[0] == pytest.approx([total / baseline - 1 for total in sums])


def test_nodes_are_normal_below_10_mm() -> None:
    found = assess(scans([40, 20], [[0, 9.9], [0, 10.0], [1, 9.0]], nodal=[False, True]))
    assert found.response[0].tolist() == [CR, PR, PR]
    assert found.sum_mm[0].tolist() == [9.9, 10.0, 10.0]


def test_normal_nodes_that_grow_stay_complete() -> None:
    assert assess(scans([20], [[2], [9]], nodal=[True])).response[0].tolist() == [CR, CR]


def test_incomplete_set_is_not_evaluable_unless_it_progressed() -> None:
    found = assess(scans([30, 30], [[10, -1], [72, -1], [-1, -1], [20, 20]]))
    assert found.response[0].tolist() == [NE, PD, NE, PR]
    assert found.change[0, :3].tolist() == [0.0, 0.0, 0.0]
    # an incomplete set is no nadir: 40 mm are judged against the baseline's 60, not against 10
    assert found.nadir_mm[0].tolist() == [60, 60, 60, 60]


@pytest.mark.parametrize(
    ("sizes", "other", "new", "expected"),
    [
        ([0, 0], NonTarget.CR, False, CR),
        ([0, 0], NonTarget.NONE, False, CR),
        ([0, 0], NonTarget.NON_CR_NON_PD, False, PR),
        ([0, 0], NonTarget.NE, False, PR),
        ([10, 10], NonTarget.NE, False, PR),
        ([30, 30], NonTarget.NON_CR_NON_PD, False, SD),
        ([30, -1], NonTarget.NON_CR_NON_PD, False, NE),
        ([60, 60], NonTarget.CR, False, PD),
        ([0, 0], NonTarget.PD, False, PD),
        ([10, -1], NonTarget.PD, False, PD),
        ([0, 0], NonTarget.CR, True, PD),
        ([-1, -1], NonTarget.NE, True, PD),
    ],
)
def test_overall_response_table(sizes: list[float], other: NonTarget, new: bool, expected: Response) -> None:
    case = scans([30, 30], [sizes])
    case = replace(case, non_target=np.array([[other]]), new_lesion=np.array([[new]]))
    assert assess(case).response.tolist() == [[expected]]


@pytest.mark.parametrize(
    ("other", "new", "expected"),
    [
        (NonTarget.CR, False, CR),
        (NonTarget.NON_CR_NON_PD, False, NON),
        (NonTarget.NE, False, NE),
        (NonTarget.PD, False, PD),
        (NonTarget.CR, True, PD),
        (NonTarget.NONE, False, NE),  # neither target nor non-target disease
    ],
)
def test_non_target_disease_only(other: NonTarget, new: bool, expected: Response) -> None:
    case = replace(scans([0], [[0]]), non_target=np.array([[other]]), new_lesion=np.array([[new]]))
    found = assess(case)
    assert found.response.tolist() == [[expected]]
    assert found.target.tolist() == [[DONE_NOT]]
    assert not np.isnan(found.change).any()


def test_a_visit_that_did_not_take_place_is_not_done_and_no_nadir() -> None:
    case = scans([50], [[10], [50], [61]])
    case = replace(case, done=np.array([[False, True, True]]), new_lesion=np.array([[True, False, False]]))
    found = assess(case)
    assert found.response[0].tolist() == [DONE_NOT, SD, PD]
    assert found.nadir_mm[0].tolist() == [50, 50, 50]


def best(codes: list[Response], days: list[float] | None = None, **options: Any) -> Best:
    when = [42.0 * (k + 1) for k in range(len(codes))] if days is None else days
    settings: dict[str, Any] = {"confirm_days": 28.0, "minimum_stable_days": 35.0} | options
    return best_response(np.array([codes]), np.array([when]), **settings)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([CR, CR], CR),
        ([CR, SD], SD),
        ([CR, PD], SD),
        ([CR, NE], SD),
        ([PR, CR], PR),
        ([PR, PR], PR),
        ([PR, SD], SD),
        ([PR, PD], SD),
        ([PR, NE], SD),
        ([NE, NE], NE),
        ([PD, CR], PD),
        ([NON, NON], NON),
        ([NON, PD], NON),
        ([NE, PD], PD),
        ([DONE_NOT, DONE_NOT], DONE_NOT),
        ([PR, CR, CR], CR),
        ([CR, PR, PR], PR),
        ([PR, DONE_NOT, PR], PR),  # a missed visit is no assessment
    ],
)
def test_confirmation_table(codes: list[Response], expected: Response) -> None:
    assert best(codes).response.tolist() == [expected]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [([CR, SD], PD), ([CR, PR], PD), ([CR, PD], PD), ([CR, NE], NE), ([PR, PD], PD), ([PR, NE], NE), ([PR, SD], NE)],
)
def test_confirmation_table_before_the_minimum(codes: list[Response], expected: Response) -> None:
    assert best(codes, minimum_stable_days=100.0).response.tolist() == [expected]


def test_confirmation_needs_its_time() -> None:
    assert best([PR, PR], [42.0, 69.9]).response.tolist() == [SD]
    assert best([PR, PR], [42.0, 70.0]).response.tolist() == [PR]
    assert best([PR, PR, PR], [42.0, 60.0, 70.0]).response_start_day.tolist() == [42.0]
    assert best([PR], confirm_days=0.0).response.tolist() == [PR]


def test_options_let_one_visit_stand_between() -> None:
    assert best([PR, NE, PR]).response.tolist() == [SD]
    assert best([PR, NE, PR], not_evaluable_allowed=1).response.tolist() == [PR]
    assert best([PR, NE, NE, PR], not_evaluable_allowed=1).response.tolist() == [SD]
    assert best([PR, SD, PR]).response.tolist() == [SD]
    assert best([PR, SD, PR], stable_allowed=True).response.tolist() == [PR]
    assert best([PR, SD, SD, PR], stable_allowed=True).response.tolist() == [SD]
    assert best([CR, SD, CR], stable_allowed=True).response.tolist() == [SD]


def test_partial_response_after_complete_breaks_the_confirmation() -> None:
    # the PR of day 10 meets a CR too early, then a PR: only the later pair counts
    found = best([PR, CR, PR, PR], [10.0, 20.0, 42.0, 84.0])
    assert (found.response.tolist(), found.response_start_day.tolist()) == ([PR], [42.0])


def test_response_starts_at_the_first_of_a_confirmed_response() -> None:
    found = best([SD, PR, CR, CR, PD])
    assert found.response.tolist() == [CR]
    assert found.response_start_day.tolist() == [84.0]
    assert found.confirmed.tolist() == [True]


def test_unconfirmed_response_is_kept_apart() -> None:
    found = best([SD, PR, PD])
    assert (found.response.tolist(), found.confirmed.tolist()) == ([SD], [False])
    assert found.response_start_day.tolist() == [np.inf]
    assert (found.unconfirmed.tolist(), found.unconfirmed_start_day.tolist()) == ([PR], [84.0])


def test_visits_after_progression_or_cut_are_ignored() -> None:
    assert best([SD, PD, CR, CR]).unconfirmed.tolist() == [SD]
    assert best([PR, PR], cut=83.0).response.tolist() == [SD]
    assert best([PR, PR], cut=84.0).response.tolist() == [PR]
    assert best([PR, PR], cut=10.0).response.tolist() == [DONE_NOT]


def test_stable_disease_counts_from_the_baseline_day() -> None:
    assert best([SD], minimum_stable_days=42.0).response.tolist() == [SD]
    assert best([SD], minimum_stable_days=42.0, baseline_day=np.array([1.0])).response.tolist() == [NE]


def test_no_visits_and_no_patients() -> None:
    empty = best_response(np.empty((2, 0), np.int64), np.empty((2, 0)), confirm_days=28.0, minimum_stable_days=35.0)
    assert empty.response.tolist() == [DONE_NOT, DONE_NOT]
    nobody = best_response(np.empty((0, 3), np.int64), np.empty((0, 3)), confirm_days=28.0, minimum_stable_days=35.0)
    assert nobody.response.shape == (0,)


def test_unplanned_visits_with_infinite_days_do_no_harm() -> None:
    assert best([PR, PR, DONE_NOT], [42.0, 84.0, np.inf]).response.tolist() == [PR]


def days(case: Scans, when: list[float]) -> Scans:
    return replace(case, day=np.array([when]))


@pytest.mark.parametrize(
    ("sums", "when", "kept", "expected"),
    [
        # the working group's answer: 70, 70 confirmed, then 80 stays a partial response, 84 progresses
        ([70, 70, 80, 80, 84], [42, 84, 126, 168, 210], "confirmed", [PR, PR, PR, PR, PD]),
        ([70, 70, 80, 80, 84], [42, 84, 126, 168, 210], "never", [PR, PR, SD, SD, PD]),
        ([70, 80, 80], [42, 84, 126], "confirmed", [PR, SD, SD]),
        ([70, 80, 80], [42, 84, 126], "always", [PR, PR, PR]),
        ([70, 70, 80], [42, 69, 126], "confirmed", [PR, PR, SD]),  # 27 days do not confirm
        ([70, 70, 80], [42, 70, 126], "confirmed", [PR, PR, PR]),
        ([70, 70, 80], [np.nan, np.nan, np.nan], "confirmed", [PR, PR, SD]),
        ([70, 84, 80, 80], [42, 84, 126, 168], "always", [PR, PD, SD, SD]),  # after progression nothing is kept
        ([80, 70, 80, 70, 80], [42, 84, 126, 168, 210], "confirmed", [SD, PR, SD, PR, SD]),  # SD breaks the two
    ],
)
def test_partial_response_is_kept(sums: list[float], when: list[float], kept: Any, expected: list[Response]) -> None:
    case = days(scans([100], [[total] for total in sums]), when)
    found = assess(case, partial_kept=kept)
    assert found.response[0].tolist() == expected
    plain = assess(case, partial_kept="never")
    assert (found.progression_visit == plain.progression_visit).all()
    assert (found.nadir_mm == plain.nadir_mm).all()


def test_a_partial_response_after_a_complete_one_starts_anew() -> None:
    # two nodes, so that a complete response leaves 66 % of the baseline
    case = scans([15, 15], [[10, 10.5], [9.9, 9.9], [10.5, 9.9], [12, 10]], nodal=[True, True])
    assert assess(days(case, [10, 20, 45, 72])).response[0].tolist() == [PR, CR, PR, SD]
    assert assess(days(case, [10, 40, 75, 102])).response[0].tolist() == [PR, CR, PR, PR]  # the CR confirmed the PR


def test_165_63_65_of_the_working_groups_answer() -> None:
    assert assess(scans([165], [[63], [65]])).response[0].tolist() == [PR, PR]


def test_disease_after_a_complete_response() -> None:
    case = scans([30], [[0], [4.9], [4.9]])
    assert assess(case).response[0].tolist() == [CR, PR, PR]
    assert assess(case, relapse_is_progression=True).response[0].tolist() == [CR, PD, PD]
    assert "came back" in assess(case, relapse_is_progression=True).because[0, 1]


def test_nan_is_not_measured() -> None:
    case = scans([30, 30], [[10, -1], [10, 10]])
    gap = replace(case, diameter_mm=np.array([[[10, np.nan], [10, 10]]]), measured=np.ones((1, 2, 2), np.bool_))
    assert assess(gap).response.tolist() == assess(case).response.tolist() == [[NE, PR]]
    assert not np.isnan(assess(gap).sum_mm).any()


def test_missing_baseline_leaves_what_is_certain() -> None:
    case = scans([30, 30], [[10, 10], [10, 16], [0, 0]])
    case = replace(case, baseline_mm=np.array([[30.0, np.nan]]))
    found = assess(case)
    assert found.response[0].tolist() == [NE, PD, CR]  # 26 is 6 mm and 30 % above 20, whatever the baseline was
    assert found.because[0, 0] == "the baseline of a target lesion is missing: NE"
    assert np.isfinite(found.change).all()
    assert found.nadir_mm[0].tolist() == [np.inf, 20.0, 20.0]


@pytest.mark.parametrize(
    ("state", "expected", "reason"),
    [
        ([0, 0, 0], [SD, SD, SD], "neither down"),
        ([1, 1, 1], [SD, SD, SD], "neither down"),  # equivocal: treatment goes on
        ([1, 1, 2], [PD, PD, PD], "equivocal new lesion that a later scan confirmed"),
        ([1, 0, 2], [SD, SD, PD], "neither down"),  # it went away in between
        ([1, -1, 2], [PD, SD, PD], "equivocal"),  # not looked at in between
        ([2, 0, 0], [PD, SD, SD], "new lesion: PD"),
    ],
)
def test_equivocal_new_lesions(state: list[int], expected: list[Response], reason: str) -> None:
    found = assess(scans([30], [[30], [30], [30]]), new_lesion=np.array([state]))
    assert found.response[0].tolist() == expected
    assert reason in found.because[0, 0]


def test_two_equivocal_lesions_are_judged_apart() -> None:
    state = np.array([[[1, 0], [0, 2]]])
    assert assess(scans([30], [[30], [30]]), new_lesion=state).response[0].tolist() == [SD, PD]


@pytest.mark.parametrize(
    ("sizes", "other", "new", "reason"),
    [
        ([0, 0], NonTarget.CR, False, "all target lesions gone"),
        ([0, 0], NonTarget.NON_CR_NON_PD, False, "non-target disease remains"),
        ([0, 0], NonTarget.NE, False, "non-target disease not evaluated"),
        ([10, 10], NonTarget.NONE, False, "at most 70 %"),
        ([30, 30], NonTarget.NONE, False, "neither down"),
        ([60, 60], NonTarget.PD, True, "sum at least 20 %"),
        ([72, -1], NonTarget.NONE, False, "incomplete set already"),
        ([30, 30], NonTarget.PD, True, "unequivocal progression of non-target"),
        ([30, 30], NonTarget.CR, True, "new lesion"),
        ([30, -1], NonTarget.NONE, False, "not measured"),
    ],
)
def test_reason(sizes: list[float], other: NonTarget, new: bool, reason: str) -> None:
    case = replace(scans([30, 30], [sizes]), non_target=np.array([[other]]), new_lesion=np.array([[new]]))
    found = assess(case)
    assert reason in found.because[0, 0]
    name = Response(found.response[0, 0]).name
    assert found.because[0, 0].endswith(name)


def test_every_reason_names_its_response() -> None:
    texts = [text for text in REASONS if text != "no visit took place"]
    names = {text.rpartition(": ")[2].split(" ")[0] for text in texts}
    assert names == {"CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD"}


def test_mistakes_are_named() -> None:
    case = scans([30], [[30]])
    with pytest.raises(StudyError, match=r"partial_kept.*never, confirmed, always"):
        assess(case, partial_kept="perhaps")  # type: ignore[arg-type]
    with pytest.raises(StudyError, match="negative"):
        assess(replace(case, diameter_mm=-case.diameter_mm))
    with pytest.raises(StudyError, match=r"scans.non_target.*fit"):
        assess(replace(case, non_target=np.zeros((1, 2), np.int64)))
    with pytest.raises(StudyError, match=r"scans.baseline_mm"):
        assess(replace(case, baseline_mm=np.ones((1, 2))))
    with pytest.raises(StudyError, match="three axes"):
        assess(replace(case, diameter_mm=np.ones((1, 1))))


def test_every_reason_ends_with_the_response_that_it_stands_for() -> None:
    assert [int(why) for why in _Why] == list(range(len(REASONS)))
    for text, code in zip(REASONS[1:], _RESPONSE_OF[1:].tolist(), strict=True):
        name = text.rpartition(": ")[2].partition(" ")[0]
        assert name.replace("-", "_").replace("/", "_") == Response(code).name
