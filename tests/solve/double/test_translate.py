"""The loop's translator against Python itself: the same text, run by both, gives the same numbers."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pytest

from adoptive.errors import SolveError
from adoptive.solve.lanes import ENTRIES, SPECIAL, Doubles, Integers, Lanes, make_table, open_lanes
from adoptive.solve.native import NativeCode, to_object_code
from adoptive.solve.translate import translate

LIMIT = 3.5
MOST = 7


def halves(x: float, n: int) -> tuple[float, int]:
    count, value = 0, x
    for k in range(n):
        if k == 2:
            continue
        value = 0.5 * value + k
        count += 1
        if value > 1e3 or not np.isfinite(value):
            break
    return value, count


def exercise(numbers: Doubles, places: Integers, n: int) -> None:
    """Touch every piece of the language once."""
    total: float = 0
    k = 0
    while k < n and places[k] >= 0:
        x = numbers[places[k]]
        bounded = max(min(x, LIMIT), -LIMIT)
        value, count = halves(x * x - 1.0 / (abs(x) + 1.0), places[k] + 2)
        total += bounded if x != 0.0 or count == MOST else -1.0
        if 0.0 <= x < 1.0:
            numbers[k] = value**1.5 if value > 0.0 else -value
        elif x >= 1.0:
            numbers[k] += count
        else:
            numbers[k] = np.inf if x < -3.0 else 2.0
        places[k] = count - MOST
        k += 1
    numbers[n] = total
    for j in range(1, n):
        numbers[n + 1] = min(numbers[n + 1], numbers[j] - 2.0, 5.0)


def nameless(x: float) -> float:
    return sum([x, x])


def listing(x: float) -> float:
    y = [x]
    return y[0]


def muddled(x: float) -> float:
    k = 1
    k = x
    return k


def powers(x: float) -> float:
    return x // 2.0


def unknown(lanes: Lanes) -> int:
    return lanes.nowhere


def first_width(address: int, out: Integers) -> None:
    lanes = open_lanes(address)
    out[0] = lanes.width + lanes.book[0]


def compiled(function: Any, arguments: int) -> Any:
    text = translate(function, ENTRIES, SPECIAL)
    code = NativeCode([to_object_code(text, simplify=True)], (function.__name__,))
    call = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * arguments)(code.addresses[0])
    return lambda *values, _alive=code: call(*values)


@pytest.mark.parametrize("seed", range(5))
def test_the_translation_computes_what_python_computes(seed: int) -> None:
    rng, n = np.random.default_rng(seed), 12
    numbers = np.concatenate([rng.normal(0.0, 3.0, n), [0.0, 9.0]])
    numbers[3], numbers[5] = np.nan, 0.0
    places = rng.integers(0, n, n)
    places[-2] = -1 if seed % 2 else places[-2]
    ours, theirs = numbers.copy(), numbers.copy()
    our_places, their_places = places.copy(), places.copy()
    with np.errstate(all="ignore"):
        exercise(theirs, their_places, n)
    compiled(exercise, 3)(ours.ctypes.data, our_places.ctypes.data, n)
    np.testing.assert_array_equal(our_places, their_places)
    np.testing.assert_allclose(ours, theirs, rtol=1e-14)


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (nameless, "unknown"),
        (listing, "unknown expression"),
        (muddled, "double where i64 belongs"),
        (powers, "unknown operation"),
        (unknown, "unknown field"),
    ],
)
def test_what_the_loop_cannot_say_is_refused_by_name(function: Any, why: str) -> None:
    with pytest.raises(SolveError, match=why) as caught:
        translate(function, ENTRIES, SPECIAL)
    assert function.__name__ in str(caught.value)


def test_fields_are_read_from_the_table() -> None:
    sizes = dict.fromkeys((name for name, kind in ENTRIES.items() if kind == "int"), 1) | {"width": 4}
    arrays = {name: np.zeros(1) for name in ENTRIES if name not in sizes}
    arrays = {name: array for name, array in arrays.items() if list(ENTRIES).index(name) < list(ENTRIES).index("y")}
    table, memory = make_table(sizes, arrays)
    out = np.zeros(1, np.int64)
    compiled(first_width, 2)(table.ctypes.data, out.ctypes.data)
    assert memory.size > 0
    assert out[0] == 4 - 1  # every lane is free: patient -1
