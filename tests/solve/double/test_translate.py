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


def chained(x: float) -> float:
    a = b = x
    return a + b


def searching(x: float) -> float:
    while x > 1.0:
        x = 0.5 * x
        if x == 3.0:
            break
    else:
        x = -1.0
    return x


def counting(x: float) -> float:
    for k in range(3):
        x += k
    else:
        x = -1.0
    return x


def striding(x: float) -> float:
    for k in range(0, 6, 2):
        x += k
    return x


def whole_division(n: int) -> float:
    return n / 2


def remainders(n: int) -> int:
    return n % 3


def whole_power(n: int) -> int:
    return n**2


def bits(n: int) -> int:
    return n & 3


def one_kind(n: int) -> float:
    x = 1 if n > 0 else 2.0
    return x


def either(n: int, m: int) -> int:
    return n or m


def unknown(lanes: Lanes) -> int:
    return lanes.nowhere


SPECIAL_VALUES = (np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 1e308)


def ordering(x: float, y: float, out: Doubles) -> None:
    """Compare, choose and combine: every answer is noted as a number."""
    out[0] = min(x, y)
    out[1] = max(x, y)
    out[2] = min(x, y, 0.5)
    out[3] = max(0.5, x, y)
    out[4] = abs(x)
    out[5] = 1.0 if x < y else 0.0
    out[6] = 1.0 if x != y else 0.0
    out[7] = 1.0 if x == y else 0.0
    out[8] = 1.0 if not x >= y else 0.0
    out[9] = 1.0 if -1.0 <= x < y <= 2.5 else 0.0
    out[10] = 1.0 if x else 0.0
    out[11] = 1.0 if not x else 0.0
    out[12] = 1.0 if x and y else 0.0
    out[13] = 1.0 if x or y else 0.0
    out[14] = 1.0 if (np.isfinite(x) and x > y) or y == 0.0 else 0.0
    out[15] = -x
    out[16] = x - y


def wholes(n: int, m: int, out: Integers) -> None:
    """Whole numbers of both signs, and ranges that end before they begin."""
    out[0] = n * m - n
    out[1] = -n + m
    out[2] = min(n, m)
    out[3] = max(n, m, 0)
    out[4] = 1 if n and not m else 0
    out[5] = 1 if n <= m < 3 else 0
    total, last = 0, -7
    for k in range(n, m):
        total += k
        last = k
        if total > 20:
            break
    out[6], out[7] = total, last
    a, b = n, m
    a, b = b, a + b
    out[8], out[9] = a, b
    while (n < m and out[10] < 4) or out[10] < 1:
        out[10] += 1


def guarded(numbers: Doubles, n: int, out: Integers) -> None:
    """What stands behind `and` and `or` is not read where the answer is known."""
    out[0] = 1 if n < 1 and numbers[n] > 0.0 else 0
    out[1] = 1 if n >= 1 or numbers[n] > 0.0 else 0
    out[2] = 1 if n < 1 and (n > 5 or numbers[n] > 0.0) else 0


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
        (chained, "one target"),
        (searching, "no else"),
        (counting, "no else"),
        (striding, "step one"),
        (whole_division, "unknown operation"),
        (remainders, "unknown operation"),
        (whole_power, "unknown operation"),
        (bits, "unknown operation"),
        (one_kind, "two kinds"),
        (either, "i1 where i64 belongs"),
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


def test_comparisons_and_choices_are_pythons_for_every_special_number() -> None:
    text = translate(ordering, ENTRIES, SPECIAL)
    code = NativeCode([to_object_code(text, simplify=True)], (ordering.__name__,))
    call = ctypes.CFUNCTYPE(None, ctypes.c_double, ctypes.c_double, ctypes.c_int64)(code.addresses[0])
    for x in SPECIAL_VALUES:
        for y in SPECIAL_VALUES:
            ours, theirs = np.full(17, -9.0), np.full(17, -9.0)
            call(x, y, ours.ctypes.data)
            ordering(x, y, theirs)
            np.testing.assert_array_equal(ours, theirs, err_msg=f"{x}, {y}")


def test_whole_numbers_and_loops_are_pythons() -> None:
    call = compiled(wholes, 3)
    for n in range(-4, 5):
        for m in range(-4, 5):
            ours, theirs = np.zeros(11, np.int64), np.zeros(11, np.int64)
            call(n, m, ours.ctypes.data)
            wholes(n, m, theirs)
            np.testing.assert_array_equal(ours, theirs, err_msg=f"{n}, {m}")


def test_what_stands_behind_and_and_or_is_not_read_where_the_answer_is_known() -> None:
    numbers, out = np.ones(1), np.full(3, -1, np.int64)
    compiled(guarded, 3)(numbers.ctypes.data, 1 << 50, out.ctypes.data)  # that address does not exist
    assert out.tolist() == [0, 1, 0]
