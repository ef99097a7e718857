"""Who gets what: permuted blocks within strata."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import Cohort
from adoptive.streams import Keys, Streams
from adoptive.trial.types import Protocol

__all__ = ["allocate", "strata_of"]

Whole = NDArray[np.int64]

_ECOG_LEVELS = 6
_MOST_PLACES = 100_000
"""Larger than any block: keeps the empty places of the strata apart."""


def strata_of(trial: Protocol, cohort: Cohort) -> Whole:
    """Give each patient's stratum: every combination of the trial's stratification factors is one, counted from 0."""
    levels = {
        "peritoneal": (cohort.peritoneal, 2),
        "third line": (cohort.third_line_or_later, 2),
        "tumour type": (cohort.tumour_type, len(cohort.tumour_names)),
        "ECOG": (cohort.ecog, _ECOG_LEVELS),
    }
    stratum = np.zeros(len(cohort), np.int64)
    for name in trial.stratify:
        level, many = levels[name]
        stratum = stratum * many + level.astype(np.int64)
    return stratum


def allocate(trial: Protocol, keys: Keys, stratum: Whole, *, trials: int, streams: Streams) -> Whole:
    """Give each patient's arm, ``(patients,)`` in trial order: permuted blocks of the ratio within each stratum.

    Patients fill the blocks of their stratum in the order of their places; each block's order is that of the places'
    own draws. A last block that is not filled draws lots for its empty places too, so that it is as random as the
    others.
    """
    parts = [arm.ratio for arm in trial.arms]
    block, order = sum(parts), np.repeat(np.arange(len(parts)), parts)
    lot = streams.uniform("trial.randomise", keys)
    row = np.repeat(np.arange(trials), len(lot) // trials)
    empty_row, empty_stratum, empty = _empty_places(row, keys, stratum, block=block, streams=streams)
    every_row, every_stratum = np.concatenate([row, empty_row]), np.concatenate([stratum, empty_stratum])
    number = _count(every_row, every_stratum) // block
    # With the empty places every stratum is whole blocks, so that ranks within blocks follow each other.
    sort = np.lexsort((np.concatenate([lot, empty]), number, every_stratum, every_row))
    arms = np.empty(len(sort), np.int64)
    arms[sort] = order[np.arange(len(sort)) % block]
    return arms[: len(lot)]


def _count(row: Whole, stratum: Whole) -> Whole:
    """Count the patients of each trial and stratum in their order, from 0."""
    sort = np.lexsort((np.arange(len(row)), stratum, row))
    new = np.ones(len(sort), bool)
    new[1:] = (np.diff(row[sort]) != 0) | (np.diff(stratum[sort]) != 0)
    first = np.flatnonzero(new)
    place = np.empty(len(sort), np.int64)
    place[sort] = np.arange(len(sort)) - np.repeat(first, np.diff(np.append(first, len(sort))))
    return place


def _empty_places(
    row: Whole, keys: Keys, stratum: Whole, *, block: int, streams: Streams
) -> tuple[Whole, Whole, NDArray[np.float64]]:
    """Give trial, stratum and lot of the places that the last block of each stratum lacks."""
    pairs, first, size = np.unique(np.stack([row, stratum]), axis=1, return_index=True, return_counts=True)
    missing = -size % block
    which = np.repeat(np.arange(len(size)), missing)
    number = np.arange(len(which)) - np.repeat(np.cumsum(missing) - missing, missing)
    places = Keys.of(keys.trial[first][which], pairs[1][which] * _MOST_PLACES + number)
    lot = streams.uniform("trial.randomise, empty places", places)
    return pairs[0][which], pairs[1][which], lot
