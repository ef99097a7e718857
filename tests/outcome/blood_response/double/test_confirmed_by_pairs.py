"""Confirmed response of myeloma by pairs of visits, as the article on IMWG of the R package admiralonco tabulates it.

A visit's confirmed response is the worse of it and the next visit that could be judged, if both are minor responses or
better; else stable disease. The best of them is the confirmed best response.
"""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.outcome import LADDERS, Response, best_on_ladder

ORDER = ["SCR", "CR", "VGPR", "PR", "MR", "SD", "NE"]


def by_pairs(names: list[str]) -> str:
    judged = [name for name in names if name != "NE"]
    found = ["NE"] * (not judged)
    for place, name in enumerate(judged):
        later = judged[place + 1] if place + 1 < len(judged) else "SD"
        found.append("SD" if "SD" in (name, later) else max(name, later, key=ORDER.index))
    return min(found, key=ORDER.index)


def by_ladder(names: list[str]) -> str:
    day = np.arange(1.0, len(names) + 1.0)[None]
    best = best_on_ladder(
        [[Response[name] for name in names]], day, LADDERS["IMWG 2016"], confirm_days=1.0, minimum_stable_days=0.0
    )
    return Response(best.response[0]).name


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("SCR SCR", "SCR"),
        ("CR SCR", "CR"),
        ("VGPR CR", "VGPR"),
        ("PR VGPR", "PR"),
        ("MR PR", "MR"),
        ("SCR CR", "CR"),
        ("CR VGPR", "VGPR"),
        ("VGPR PR", "PR"),
        ("PR MR", "MR"),
        ("SCR SD", "SD"),
        ("PR NE", "SD"),
    ],
)
def test_the_table(names: str, expected: str) -> None:
    assert by_ladder(names.split()) == by_pairs(names.split()) == expected


def test_random_courses_agree() -> None:
    rng = np.random.default_rng(8)
    for _ in range(2000):
        names = [ORDER[place] for place in rng.integers(0, len(ORDER), rng.integers(1, 8))]
        assert by_ladder(names) == by_pairs(names), names
