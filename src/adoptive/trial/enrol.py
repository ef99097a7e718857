"""Who enters: screening until the planned number is eligible, randomisation in blocks, the day of entry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import screen_reads
from adoptive.errors import StudyError
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams
from adoptive.trial.types import Enrolment, Study
from adoptive.units import days

__all__ = ["enrol"]

Floats = NDArray[np.float64]
_POOL = 4
_LARGEST_POOL = 256


def enrol(study: Study, *, trials: NDArray[np.int64], typical: Typical, streams: Streams) -> Enrolment:
    """Screen candidates one after the other until every trial has its number, then randomise.

    A candidate enters if the read share of positive cells reaches the threshold and nothing else fails. Raises
    :class:`StudyError` if fewer than one candidate in 256 would be eligible.
    """
    wanted, pool = study.trial.randomised, _POOL
    while True:
        enough = _screen(study, trials, wanted * pool, typical, streams)
        if enough is not None:
            break
        pool *= 4
        if pool > _LARGEST_POOL:
            raise StudyError(
                f"screening {wanted * pool // 4} candidates does not fill {wanted} places",
                where="antigen.entry_fraction",
                value=study.antigen.entry_fraction,
                allowed="a threshold that at least one candidate in 256 passes",
                next_step="lower the threshold or other_failure_share",
            )
    keys, screened, antigen_failures, other_failures = enough
    accrual = days(study.trial.accrual_months)
    return Enrolment(
        keys=keys,
        arm=_randomise(study, keys, len(trials), streams),
        randomised_day=accrual * streams.uniform("trial.entry day", keys),
        screened=screened,
        antigen_failures=antigen_failures,
        other_failures=other_failures,
    )


def _screen(
    study: Study, trials: NDArray[np.int64], candidates: int, typical: Typical, streams: Streams
) -> tuple[Keys, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]] | None:
    """Screen a number of candidates per trial; None if a trial is not filled."""
    shape = (len(trials), candidates)
    keys = Keys.of(trials[:, None], np.arange(candidates)[None, :])
    read, other = screen_reads(study.cohort, study.antigen, keys, typical, streams)
    negative = (read < study.antigen.entry_fraction).reshape(shape)
    fails = other.reshape(shape)
    eligible = ~negative & ~fails
    rank = np.cumsum(eligible, axis=1)
    wanted = study.trial.randomised
    if (rank[:, -1] < wanted).any():
        return None
    entered = eligible & (rank <= wanted)
    last = (rank < wanted).sum(axis=1)
    seen = np.arange(candidates)[None, :] <= last[:, None]
    counts = (last + 1, (negative & seen).sum(axis=1), (fails & ~negative & seen).sum(axis=1))
    return keys.take(entered.ravel()), *counts


def _randomise(study: Study, keys: Keys, trials: int, streams: Streams) -> NDArray[np.int64]:
    """Give each patient's arm: permuted blocks of the ratio, ordered by each place's own draw within the block.

    The last block may be cut short; its empty places draw lots of their own, so that it is as random as the others.
    """
    parts = [arm.ratio for arm in study.trial.arms]
    block, order = sum(parts), np.repeat(np.arange(len(parts)), parts)
    lot = streams.uniform("trial.randomise", keys).reshape(trials, -1)
    missing = -lot.shape[1] % block
    places = Keys.of(np.repeat(keys.trial.reshape(trials, -1)[:, 0], missing), np.tile(np.arange(missing), trials))
    empty = streams.uniform("trial.randomise, empty places", places).reshape(trials, missing)
    whole = np.concatenate([lot, empty], axis=1).reshape(trials, -1, block)
    arms = order[whole.argsort(axis=2).argsort(axis=2)].reshape(trials, -1)
    return np.asarray(arms[:, : lot.shape[1]].ravel())
