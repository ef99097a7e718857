"""Laws of kinds: a kind's own row stands for the general one, for its patients alone, with the same rank."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from adoptive.parameters import Book, Kinds, Parameter, Typical, draw_patients, draw_typical
from adoptive.streams import Keys, Streams

ROWS = {
    "a.x": Parameter("a.x", 2.0, "day", "a rate", "by hand", "assumed", between=0.5),
    "a.x@B-ALL": Parameter("a.x@B-ALL", 8.0, "day", "a rate", "by hand", "assumed", between=0.5),
    "a.x@CD19": Parameter("a.x@CD19", 5.0, "day", "a rate", "by hand", "assumed"),
}
KEYS = Keys.of(0, np.arange(50))
CODE = np.arange(50) % 3
KINDS = Kinds(CODE, (("gastric",), ("B-ALL", "CD19"), ("myeloma", "CD19")))


def _typical() -> Typical:
    return draw_typical(Book(ROWS), Streams(1), trials=[0])


def test_the_most_special_row_that_exists_stands_for_the_general_one() -> None:
    at = _typical().at("a.x", KEYS, kinds=KINDS)
    np.testing.assert_array_equal(at, np.array([2.0, 8.0, 5.0])[CODE])


def test_the_same_patient_has_the_same_rank_in_every_kind() -> None:
    streams, typical = Streams(1), _typical()
    general = draw_patients(typical, streams, name="a.x", keys=KEYS)
    special = draw_patients(typical, streams, name="a.x", keys=KEYS, kinds=Kinds.one(50, "B-ALL"))
    np.testing.assert_allclose(special, 4.0 * general)


def test_patients_of_other_kinds_keep_their_draws_to_the_bit() -> None:
    streams, typical = Streams(1), _typical()
    general = draw_patients(typical, streams, name="a.x", keys=KEYS)
    mixed = draw_patients(typical, streams, name="a.x", keys=KEYS, kinds=KINDS)
    np.testing.assert_array_equal(mixed[CODE == 0], general[CODE == 0])
    np.testing.assert_array_equal(mixed[CODE == 2], 5.0)


@pytest.mark.parametrize("rows", [slice(0, 10), CODE == 1])
def test_keeping_some_patients_keeps_their_kinds(rows: slice | NDArray[np.bool_]) -> None:
    kept = KINDS.take(rows)
    np.testing.assert_array_equal(kept.code, CODE[rows])
    assert kept.names == KINDS.names
