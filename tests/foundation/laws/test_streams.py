"""Laws of keyed randomness: nothing that is added, split or reordered moves a number."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from adoptive.errors import AdoptiveError
from adoptive.streams import Keys, Streams

SEEDS = st.integers(0, 2**64 - 1)
NUMBERS = st.integers(0, 2**32 - 1)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=20, unique=True)
PURPOSES = st.text(min_size=1, max_size=20)
KINDS = ("uniform", "normal", "exponential")

Draw = Callable[..., NDArray[np.float64]]


def _keys(pairs: list[tuple[int, int]]) -> Keys:
    trial, patient = zip(*pairs, strict=True)
    return Keys.of(trial, patient)


def _draw(kind: str, seed: int) -> Draw:
    method: Draw = getattr(Streams(seed), kind)
    return method


@pytest.mark.parametrize("kind", KINDS)
@given(seed=SEEDS, pairs=PAIRS, purpose=PURPOSES, data=st.data())
def test_adding_patients_or_trials_moves_nothing(
    kind: str, seed: int, pairs: list[tuple[int, int]], purpose: str, data: st.DataObject
) -> None:
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs))))
    keys = _keys(pairs)
    np.testing.assert_array_equal(_draw(kind, seed)(purpose, keys)[kept], _draw(kind, seed)(purpose, keys.take(kept)))


@pytest.mark.parametrize("kind", KINDS)
@given(seed=SEEDS, pairs=PAIRS, fewer=st.integers(1, 9), more=st.integers(1, 9))
def test_adding_draws_moves_nothing(kind: str, seed: int, pairs: list[tuple[int, int]], fewer: int, more: int) -> None:
    few, many = sorted((fewer, more))
    short = _draw(kind, seed)("wait", _keys(pairs), few).reshape(len(pairs), few)
    long = _draw(kind, seed)("wait", _keys(pairs), many).reshape(len(pairs), many)
    np.testing.assert_array_equal(short, long[:, :few])


@given(seed=SEEDS, pairs=PAIRS, cut=st.integers(0, 20), order=st.randoms())
def test_chunks_and_order_change_no_byte(seed: int, pairs: list[tuple[int, int]], cut: int, order: object) -> None:
    streams, keys = Streams(seed), _keys(pairs)
    whole = streams.normal("growth", keys, 3)
    rows = np.arange(len(pairs))
    parts = [streams.normal("growth", keys.take(part), 3) for part in (rows[:cut], rows[cut:])]
    assert np.concatenate(parts).tobytes() == whole.tobytes()
    shuffled = rows.copy()
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(streams.normal("growth", keys.take(shuffled), 3), whole[shuffled])


@given(seed=SEEDS, pairs=PAIRS, others=st.lists(PURPOSES, max_size=5))
def test_other_draws_and_arms_move_nothing(seed: int, pairs: list[tuple[int, int]], others: list[str]) -> None:
    streams, keys = Streams(seed), _keys(pairs)
    before = streams.uniform("scan", keys)
    for other in others:
        streams.uniform(other, keys, 2)
    np.testing.assert_array_equal(streams.uniform("scan", keys), before)


@given(seed=SEEDS, pairs=PAIRS, draws=st.integers(1, 5))
def test_every_number_has_its_range(seed: int, pairs: list[tuple[int, int]], draws: int) -> None:
    streams, keys = Streams(seed), _keys(pairs)
    uniform = streams.uniform("any", keys, draws)
    assert uniform.shape == ((len(pairs),) if draws == 1 else (len(pairs), draws))
    assert ((uniform > 0) & (uniform < 1)).all()
    assert np.isfinite(streams.normal("any", keys, draws)).all()
    assert (streams.exponential("any", keys, draws) > 0).all()


@given(seed=SEEDS, pairs=PAIRS)
def test_seed_trial_patient_and_purpose_each_matter(seed: int, pairs: list[tuple[int, int]]) -> None:
    keys = _keys(pairs)
    base = Streams(seed).uniform("a", keys)
    assert (Streams(seed ^ 1).uniform("a", keys) != base).all()
    assert (Streams(seed ^ (1 << 63)).uniform("a", keys) != base).all()
    assert (Streams(seed).uniform("b", keys) != base).all()
    assert (Streams(seed).uniform("a", Keys(keys.trial ^ 1, keys.patient)) != base).all()
    assert (Streams(seed).uniform("a", Keys(keys.trial, keys.patient ^ 1)) != base).all()


def test_another_process_draws_the_same_bytes() -> None:
    code = "from adoptive.streams import *; print(Streams(7).normal('x', Keys.of(3, range(5)), 2).tobytes().hex())"
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert answers == {Streams(7).normal("x", Keys.of(3, range(5)), 2).tobytes().hex()}


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_refused(seed: int) -> None:
    with pytest.raises(AdoptiveError, match=r"seed out of range.*allowed: 0 to 2\*\*64 - 1"):
        Streams(seed)
