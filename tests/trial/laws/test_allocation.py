"""Permuted blocks within strata: exact in every whole block, random in the last."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from adoptive.cohort import draw_cohort
from adoptive.parameters import draw_typical, load_book
from adoptive.streams import Streams
from adoptive.trial import enrol
from adoptive.trial.allocation import strata_of
from adoptive.trial.types import Study

TRIALS = np.arange(5)


def stratified(study: Study, *names: Any, parts: tuple[int, ...] = (2, 1), patients: int = 156) -> tuple[Any, Any]:
    """Enrol a study stratified by some factors; give arm and stratum, both ``(trials, patients)``."""
    arms = tuple(dataclasses.replace(arm, ratio=part) for arm, part in zip(study.trial.arms, parts, strict=True))
    trial = dataclasses.replace(study.trial, stratify=names, arms=arms, randomised=patients)
    study, streams = dataclasses.replace(study, trial=trial), Streams(4)
    typical = draw_typical(load_book(), streams, trials=TRIALS)
    entered = enrol(study, trials=TRIALS, typical=typical, streams=streams)
    cohort = draw_cohort(study.cohort, study.antigen, keys=entered.keys, typical=typical, streams=streams)
    shape = (len(TRIALS), -1)
    return entered.arm.reshape(shape), strata_of(trial, cohort).reshape(shape)


@pytest.mark.parametrize(
    "names", [("peritoneal",), ("peritoneal", "third line"), ("ECOG", "peritoneal", "tumour type")]
)
@pytest.mark.parametrize("parts", [(2, 1), (1, 1), (3, 2)])
def test_every_whole_block_of_a_stratum_holds_the_ratio(study: Study, names: Any, parts: tuple[int, int]) -> None:
    arm, stratum = stratified(study, *names, parts=parts)
    block = sum(parts)
    seen = 0
    for row in range(len(TRIALS)):
        for level in np.unique(stratum[row]):
            mine = arm[row][stratum[row] == level]
            whole = mine[: len(mine) // block * block].reshape(-1, block)
            assert (whole.sum(axis=1) == parts[1]).all()
            assert mine[len(whole) * block :].sum() <= parts[1], "a broken block holds no more than a whole one"
            seen += len(whole)
    assert seen > 100


def test_strata_are_the_combinations(study: Study) -> None:
    _, stratum = stratified(study, "peritoneal", "third line")
    assert sorted(np.unique(stratum)) == [0, 1, 2, 3]


def test_without_strata_it_is_one_stratum(study: Study) -> None:
    _, stratum = stratified(study)
    assert not stratum.any()


def test_stratification_balances_what_it_names(study: Study) -> None:
    """The share of peritoneal disease differs between arms by less than a block per stratum allows."""
    arm, stratum = stratified(study, "peritoneal", parts=(1, 1))
    for row in range(len(TRIALS)):
        with_peritoneum = [int(((arm[row] == number) & (stratum[row] == 1)).sum()) for number in (0, 1)]
        assert abs(with_peritoneum[0] - with_peritoneum[1]) <= 1


def test_a_trial_is_allocated_the_same_alone(study: Study) -> None:
    trial = dataclasses.replace(study.trial, stratify=("peritoneal", "ECOG"))
    study, streams = dataclasses.replace(study, trial=trial), Streams(4)

    def arm_of(trials: np.ndarray) -> np.ndarray:
        typical = draw_typical(load_book(), streams, trials=trials)
        return enrol(study, trials=trials, typical=typical, streams=streams).arm.reshape(len(trials), -1)

    assert arm_of(TRIALS)[3].tolist() == arm_of(TRIALS[[3]])[0].tolist()
