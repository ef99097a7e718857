"""Properties of every assay: keyed independence, monotone readings, values that their code explains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.kinetics.observe import (
    Code,
    DiameterReader,
    DigitalPcr,
    FlowCount,
    Reading,
    cytokine_assay,
    observation_rows,
    qpcr_assay,
)
from adoptive.parameters import load_book
from adoptive.streams import Keys, Streams

Read = Callable[[np.ndarray, Keys, Streams], Reading]

ASSAYS: dict[str, Read] = {
    "qPCR": lambda true, keys, streams: qpcr_assay().read(true, keys=keys, streams=streams),
    "interleukin 6": lambda true, keys, streams: cytokine_assay("il6").read(true, keys=keys, streams=streams),
    "flow": lambda true, keys, streams: FlowCount.published().read(
        true, leukocytes_per_ul=5e3, keys=keys, streams=streams
    ),
    "digital PCR": lambda true, keys, streams: DigitalPcr.published().read(
        true, dna_ug=0.2, keys=keys, streams=streams
    ),
    "diameter": lambda true, keys, streams: DiameterReader.published().read(true, keys=keys, streams=streams),
}
LEVELS = st.lists(st.floats(0.0, 4e3), min_size=2, max_size=6)


@pytest.mark.parametrize("name", ASSAYS)
@settings(max_examples=30, deadline=None)
@given(levels=LEVELS, seed=st.integers(0, 2**32))
def test_one_patient_or_one_visit_more_changes_no_other_reading(name: str, levels: list[float], seed: int) -> None:
    read, streams = ASSAYS[name], Streams(seed)
    many = len(levels)
    true = np.array(levels)[:, None] * np.ones(4)
    everybody = read(true, Keys.of(3, np.arange(many)), streams)
    fewer = read(true[1:, :3], Keys.of(3, np.arange(1, many)), streams)
    np.testing.assert_array_equal(fewer.value, everybody.value[1:, :3])
    np.testing.assert_array_equal(fewer.code, everybody.code[1:, :3])
    backwards = read(true[::-1], Keys.of(3, np.arange(many)[::-1]), streams)
    np.testing.assert_array_equal(backwards.value[::-1], everybody.value)


@pytest.mark.parametrize("name", ASSAYS)
@settings(max_examples=30, deadline=None)
@given(low=st.floats(0.0, 4e3), factor=st.floats(1.0, 50.0), seed=st.integers(0, 2**32))
def test_more_is_never_read_as_less(name: str, low: float, factor: float, seed: int) -> None:
    """The same chance on a larger truth gives no smaller reading."""
    keys, streams = Keys.of(0, np.arange(5)), Streams(seed)
    small, large = (ASSAYS[name](np.full(5, level), keys, streams) for level in (low, low * factor))
    rank = np.array([1, 0, 2, 0])
    assert (rank[large.code] >= rank[small.code]).all()
    assert (large.value >= small.value * (1.0 - 1e-12)).all()
    for reading in (small, large):
        assert np.isfinite(reading.value).all()
        assert (reading.value >= 0.0).all()


def test_different_seeds_and_assays_draw_apart() -> None:
    true, keys = np.full((200, 1), 500.0), Keys.of(0, np.arange(200))
    first, again = (ASSAYS["qPCR"](true, keys, Streams(seed)).value[:, 0] for seed in (1, 2))
    other = ASSAYS["interleukin 6"](true, keys, Streams(1)).value[:, 0]
    assert abs(np.corrcoef(np.log(first), np.log(again))[0, 1]) < 0.25
    assert abs(np.corrcoef(np.log(first), np.log(other))[0, 1]) < 0.25


def test_a_readers_own_error_is_shared_by_what_he_reads() -> None:
    """It cancels in the ratio of two of his readings and stays in the ratio of two readers'."""
    reader = DiameterReader(within_sd=1e-9, between_sd=0.1, rounding_mm=0.0, too_small_mm=5.0, invisible_mm=2.0)
    keys, streams = Keys.of(0, np.arange(3)), Streams(9)
    own = reader.offset(Keys.of(0, [0, 1]), streams=streams)
    true = np.full((3, 2), 40.0)
    alone = reader.read(true, keys=keys, streams=streams, offset=own[0]).value
    np.testing.assert_allclose(alone[:, 0] / alone[:, 1], 1.0, rtol=1e-6)
    two = reader.read(true, keys=keys, streams=streams, offset=own[None, :]).value
    np.testing.assert_allclose(np.log(two[:, 0] / two[:, 1]), own[0] - own[1], rtol=1e-4)
    assert abs(own[0] - own[1]) > 1e-3


def test_lesions_too_small_or_gone_are_told_apart() -> None:
    reader = DiameterReader.published()
    found = reader.read([[1.0, 3.0, 30.4]], keys=Keys.of(0, [0]), streams=Streams(1))
    assert found.code[0].tolist() == [Code.BELOW_LIMIT, Code.BELOW_LIMIT, Code.MEASURED]
    assert found.value[0, :2].tolist() == [0.0, 5.0]
    assert found.value[0, 2] == np.rint(found.value[0, 2])


def test_numbers_of_the_clinic_stand_once() -> None:
    """The reader's error is the clinic's row itself, and the assays' rows are not in the book that runs draw from."""
    rows, book = observation_rows(), load_book()
    assert rows["observe.reader_sd"] is book["outcome.reader_sd"]
    assert not [name for name in book if name.startswith("observe.")]
    assert all(row.source and row.unit for row in rows.values())
