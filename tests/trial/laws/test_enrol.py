"""Who enters: the entry rule, the counts, exact blocks, and entry values that nothing else can move."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from scipy import stats

from adoptive.cohort import draw_cohort, screen
from adoptive.errors import StudyError
from adoptive.parameters import draw_typical, load_book
from adoptive.streams import Keys, Streams
from adoptive.trial import enrol
from adoptive.trial.types import Enrolment, Study
from adoptive.units import days

TRIALS = np.array([0, 1, 5])


def changed(study: Study, section: str, **fields: Any) -> Study:
    """Give a study with some fields of a section changed."""
    return dataclasses.replace(study, **{section: dataclasses.replace(getattr(study, section), **fields)})


def with_ratio(study: Study, *parts: int) -> Study:
    arms = tuple(dataclasses.replace(arm, ratio=part) for arm, part in zip(study.trial.arms, parts, strict=True))
    return changed(study, "trial", arms=arms)


def enrolled(study: Study, *, seed: int = 4, trials: np.ndarray = TRIALS) -> Enrolment:
    streams = Streams(seed)
    typical = draw_typical(load_book(), streams, trials=trials)
    return enrol(study, trials=trials, typical=typical, streams=streams)


def screened(study: Study, candidates: int, *, seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Screen a number of candidates of each trial by hand: read share and other failure, ``(trials, candidates)``."""
    streams = Streams(seed)
    keys = Keys.of(TRIALS[:, None], np.arange(candidates)[None, :])
    typical = draw_typical(load_book(), streams, trials=TRIALS)
    seen = screen(study.cohort, study.antigen, keys, typical, streams)
    read, other = seen.read_share, seen.hla_fails | seen.receptor_fails | seen.other_fails
    return read.reshape(3, -1), other.reshape(3, -1)


def test_the_first_eligible_candidates_enter_and_nobody_else(study: Study) -> None:
    entered = enrolled(study)
    read, other = screened(study, 600)
    eligible = (read >= 0.40) & ~other
    for row in range(3):
        expected = np.flatnonzero(eligible[row])[:156]
        assert entered.keys.patient.reshape(3, -1)[row].tolist() == expected.tolist()
        assert entered.screened[row] == expected[-1] + 1
        seen = np.arange(600) <= expected[-1]
        assert entered.funnel["antigen"].sum(axis=1)[row] == (seen & (read[row] < 0.40)).sum()
        assert entered.funnel["other"].sum(axis=1)[row] == (seen & other[row] & (read[row] >= 0.40)).sum()
    assert entered.keys.trial.reshape(3, -1).tolist() == [[trial] * 156 for trial in TRIALS]


def test_everybody_who_is_screened_enters_or_fails_once(study: Study) -> None:
    entered = enrolled(study)
    failures = entered.funnel["antigen"].sum(axis=1) + entered.funnel["other"].sum(axis=1)
    assert (entered.screened == 156 + failures).all()
    assert (failures > 0).all()


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.4, 0.7])
def test_a_stricter_threshold_screens_more(study: Study, threshold: float) -> None:
    lax, strict = (enrolled(changed(study, "antigen", entry_fraction=t)) for t in (threshold, threshold + 0.15))
    assert (strict.screened >= lax.screened).all()
    assert (strict.funnel["antigen"].sum(axis=1) > lax.funnel["antigen"].sum(axis=1)).all()
    if threshold == 0.0:
        assert (lax.funnel["antigen"].sum(axis=1) == 0).all()


def test_without_other_failures_none_are_counted(study: Study) -> None:
    entered = enrolled(changed(study, "cohort", other_failure_share=0.0))
    assert (entered.funnel["other"].sum(axis=1) == 0).all()
    assert (entered.screened == 156 + entered.funnel["antigen"].sum(axis=1)).all()


def test_a_threshold_that_nobody_passes_is_a_clear_mistake(study: Study) -> None:
    with pytest.raises(StudyError, match=r"antigen\.entry_fraction.*lower the threshold"):
        enrolled(changed(study, "antigen", entry_fraction=1.0))


@pytest.mark.parametrize(("parts", "size"), [((2, 1), 156), ((1, 1), 156), ((3, 2), 155), ((1, 3), 40)])
def test_every_block_holds_exactly_the_ratio(study: Study, parts: tuple[int, int], size: int) -> None:
    arm = enrolled(changed(with_ratio(study, *parts), "trial", randomised=size)).arm.reshape(3, -1)
    block = sum(parts)
    by_block = arm.reshape(3, -1, block)
    assert (by_block.sum(axis=2) == parts[1]).all()
    assert (arm == 0).sum(axis=1).tolist() == [size // block * parts[0]] * 3


def test_a_broken_last_block_is_off_by_less_than_a_block(study: Study) -> None:
    arm = enrolled(changed(study, "trial", randomised=157)).arm.reshape(3, -1)
    assert (arm[:, :156].sum(axis=1) == 52).all()


def test_places_in_the_block_are_random(study: Study) -> None:
    """Each of the three orders of a 2:1 block is as likely; chi-square at 1 in 1,000 over 2,080 blocks."""
    arm = enrolled(study, trials=np.arange(40)).arm.reshape(-1, 3)
    assert stats.chisquare(np.bincount(arm.argmax(axis=1), minlength=3)).pvalue > 1e-3


def test_randomisation_knows_nothing_of_the_patient(study: Study) -> None:
    """Read share by arm: Kolmogorov-Smirnov at 1 in 1,000."""
    trials = np.arange(20)
    entered = enrolled(study, trials=trials)
    streams = Streams(4)
    typical = draw_typical(load_book(), streams, trials=trials)
    read = screen(study.cohort, study.antigen, entered.keys, typical, streams).read_share
    assert stats.ks_2samp(read[entered.arm == 0], read[entered.arm == 1]).pvalue > 1e-3


def test_patients_enter_within_the_accrual_uniformly(study: Study) -> None:
    """Kolmogorov-Smirnov at 1 in 1,000."""
    day = enrolled(study, trials=np.arange(20)).randomised_day
    accrual = days(study.trial.accrual_months)
    assert ((day > 0) & (day < accrual)).all()
    assert stats.kstest(day / accrual, stats.uniform.cdf).pvalue > 1e-3


def test_a_longer_accrual_stretches_the_same_order(study: Study) -> None:
    short, long = (enrolled(changed(study, "trial", accrual_months=m)).randomised_day for m in (14.1, 28.2))
    np.testing.assert_allclose(long, 2.0 * short, rtol=1e-12)


def test_adding_patients_changes_nothing_of_those_already_in(study: Study) -> None:
    """From 156 to 160 randomised: entry values to the last bit, and the arm in every whole block."""
    small, large = enrolled(study), enrolled(changed(study, "trial", randomised=160))
    for name in ("arm", "randomised_day"):
        few, many = (getattr(entered, name).reshape(3, -1) for entered in (small, large))
        assert np.ascontiguousarray(many[:, :156]).tobytes() == few.tobytes(), name
    assert large.keys.patient.reshape(3, -1)[:, :156].tolist() == small.keys.patient.reshape(3, -1).tolist()
    assert (large.screened > small.screened).all()


def test_neither_ratio_nor_the_other_arm_changes_who_a_patient_is(study: Study) -> None:
    base = enrolled(study)
    control = study.trial.arms[1]
    single = dataclasses.replace(control, drugs=(dataclasses.replace(control.drugs[0], share=1.0),))
    others = {
        "ratio": enrolled(with_ratio(study, 1, 1)),
        "control arm": enrolled(changed(study, "trial", arms=(study.trial.arms[0], single))),
        "crossover": enrolled(
            changed(study, "trial", crossover=dataclasses.replace(study.trial.crossover, allowed=False))
        ),
        "dose": enrolled(changed(study, "infusion", dose_cells=1e8)),
    }
    streams = Streams(4)
    typical = draw_typical(load_book(), streams, trials=TRIALS)

    def cohort_of(entered: Enrolment) -> dict[str, np.ndarray]:
        drawn = draw_cohort(study.cohort, study.antigen, keys=entered.keys, typical=typical, streams=streams)
        values = drawn.__dict__ | drawn.antigen.__dict__
        return {n: v for n, v in values.items() if isinstance(v, np.ndarray)}

    expected = cohort_of(base)
    for what, entered in others.items():
        assert entered.randomised_day.tobytes() == base.randomised_day.tobytes(), what
        for name, values in cohort_of(entered).items():
            assert values.tobytes() == expected[name].tobytes(), f"{what}: {name}"
    assert (others["ratio"].arm != base.arm).any(), "the ratio does change the arms"


def test_trials_do_not_share_patients(study: Study) -> None:
    entered = enrolled(study)
    day = entered.randomised_day.reshape(3, -1)
    assert len(np.unique(day)) == day.size


def test_screening_does_not_depend_on_the_batch_of_trials(study: Study) -> None:
    together, alone = enrolled(study), enrolled(study, trials=np.array([5]))
    assert together.keys.patient.reshape(3, -1)[2].tolist() == alone.keys.patient.tolist()
    assert together.arm.reshape(3, -1)[2].tolist() == alone.arm.tolist()
    assert together.screened[2] == alone.screened[0]


@pytest.mark.parametrize(("randomised", "seats"), [(157, 1), (158, 2)])
def test_the_last_short_block_is_as_random_as_the_others(study: Study, randomised: int, seats: int) -> None:
    trial = dataclasses.replace(study.trial, randomised=randomised)
    streams, ids = Streams(11), np.arange(600)
    typical = draw_typical(load_book(), streams, trials=ids, fixed=True)
    enrolment = enrol(dataclasses.replace(study, trial=trial), trials=ids, typical=typical, streams=streams)
    last = enrolment.arm.reshape(len(ids), -1)[:, -seats:]
    # a third of the places are the control arm's; four standard errors of 600 trials
    np.testing.assert_allclose(last.mean(axis=0), 1 / 3, atol=4 * np.sqrt(2 / 9 / len(ids)))


def test_a_protocol_that_cannot_compare_is_refused(study: Study) -> None:
    cells, choice = study.trial.arms
    twins = (cells, dataclasses.replace(choice, name=cells.name))
    for arms, randomised, said in (
        (twins, 156, "share a name"),
        ((cells, dataclasses.replace(cells, name="again")), 156, "cross over"),
        ((choice,), 156, "cross over"),
        ((cells, choice), 2, "one block"),
    ):
        with pytest.raises(StudyError, match=said):
            dataclasses.replace(study.trial, arms=arms, randomised=randomised)
