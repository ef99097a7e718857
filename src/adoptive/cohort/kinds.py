"""Of what kind a patient is: tumour type, ancestry, sex, age group; each kind has rows of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.given import given_rows
from adoptive.cohort.types import ANCESTRIES, TUMOUR_TYPES, Population
from adoptive.parameters import Kinds, Typical
from adoptive.streams import Keys, Streams

__all__ = ["asked", "by_age_group", "by_body", "choose", "draw_ancestry", "draw_tumours", "shifted"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def draw_tumours(population: Population, keys: Keys, streams: Streams) -> Kinds:
    """Draw each patient's tumour type: the table's, the study's, or one of the basket."""
    if "tumour_type" in population.given:
        return Kinds(given_rows(population, keys)["tumour_type"].astype(np.int64), tuple((t,) for t in TUMOUR_TYPES))
    tumours = population.tumours
    lot = streams.uniform("cohort.tumour type", keys)
    code = choose(lot, np.broadcast_to(np.array([share for _, share in tumours]), (len(keys), len(tumours))))
    return Kinds(code, tuple((name,) for name, _ in tumours))


def draw_ancestry(population: Population, keys: Keys, typical: Typical, streams: Streams) -> Codes:
    """Draw each patient's ancestry, a place in ``ANCESTRIES``; in a mixed trial by the rows ``ancestry_share``."""
    if "ancestry" in population.given:
        return given_rows(population, keys)["ancestry"].astype(np.int64)
    if population.ancestry != "mixed":
        return np.full(len(keys), ANCESTRIES.index(population.ancestry))
    shares = [typical.at(f"cohort.ancestry_share@{name}", keys) for name in ANCESTRIES]
    return choose(streams.uniform("cohort.ancestry", keys), np.stack(shares, axis=1))


def choose(lot: Floats, weight: Floats) -> Codes:
    """Choose a place for each patient by weights ``(patients, places)``; ``lot`` is uniform.

    >>> choose(np.array([0.1, 0.9]), np.array([[1.0, 3.0], [1.0, 3.0]]))
    array([0, 1])
    """
    upper = np.cumsum(weight, axis=1)
    passed = (lot[:, None] * upper[:, -1:] >= upper).sum(axis=1)
    return np.asarray(np.minimum(passed, weight.shape[1] - 1), np.int64)


def by_age_group(tumours: Kinds, population: Population) -> Kinds:
    """Give the tumour types with their age group: adults have the tumour type's own rows."""
    group = population.age_group
    if group == "adults":
        return tumours
    return Kinds(tumours.code, tuple((f"{names[-1]}, {group}", group) for names in tumours.names))


def by_body(tumours: Kinds, ancestry: Codes, male: NDArray[np.bool_] | None = None) -> Kinds:
    """Give kinds of body size: a tumour type's own row, then ancestry and sex, then ancestry."""
    sexes = ("female", "male")
    places = [(names[-1], name, sex) for names in tumours.names for name in ANCESTRIES for sex in sexes]
    is_male = np.zeros(len(ancestry), np.int64) if male is None else male.astype(np.int64)
    code = (tumours.code * len(ANCESTRIES) + ancestry) * len(sexes) + is_male
    if male is None:
        return Kinds(code, tuple((tumour, name) for tumour, name, _ in places))
    return Kinds(code, tuple((f"{name}, {sex}",) for _, name, sex in places))


def asked(value: float | None, name: str, keys: Keys, *, kinds: Kinds, typical: Typical) -> Floats:
    """Give what the study asks for, or the row of each patient's kind, ``(patients,)``."""
    return typical.at(f"cohort.{name}", keys, kinds=kinds) if value is None else np.full(len(keys), float(value))


def shifted(name: str, score: Floats, keys: Keys, *, kinds: Kinds, typical: Typical) -> Floats:
    """Give a row's value at each patient's standard normal score, as ``draw_patients`` does with a score of its own."""
    book, z = typical.book, np.clip(score, -3.0, 3.0)
    rows = [book[kinds.row(book, name, kind)] for kind in range(len(kinds.names))]
    each = np.stack([row.shift(typical.at(row.name, keys), typical.between(row.name, keys) * z) for row in rows])
    return np.asarray(each[kinds.code, np.arange(len(keys))])
