"""Philox4x32-10 against its published answers and against a second, plain-integer implementation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adoptive.streams import philox4x32

WORD = st.integers(0, 2**32 - 1)

# Salmon et al. 2011 (10.1145/2063384.2063405), known-answer vectors that accompany the paper: counter, key, answer.
ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def _plain(counter: list[int], key: list[int]) -> list[int]:
    """Compute one block with Python's own integers, straight from the paper's round function."""
    a, b, c, d = counter
    low, high = key
    for _ in range(10):
        left, right = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (right >> 32) ^ b ^ low, right % 2**32, (left >> 32) ^ d ^ high, left % 2**32
        low, high = (low + 0x9E3779B9) % 2**32, (high + 0xBB67AE85) % 2**32
    return [a, b, c, d]


def _ours(counter: list[int], key: list[int]) -> list[int]:
    a, b, c, d = (np.array([word], dtype=np.uint64) for word in counter)
    return [int(word[0]) for word in philox4x32((a, b, c, d), key[0] | key[1] << 32)]


@pytest.mark.parametrize(("counter", "key", "answer"), ANSWERS)
def test_published_answers(counter: str, key: str, answer: str) -> None:
    words = [[int(word, 16) for word in text.split()] for text in (counter, key, answer)]
    assert _ours(words[0], words[1]) == words[2]


@given(st.lists(WORD, min_size=4, max_size=4), st.lists(WORD, min_size=2, max_size=2))
def test_agrees_with_plain_integers(counter: list[int], key: list[int]) -> None:
    assert _ours(counter, key) == _plain(counter, key)
