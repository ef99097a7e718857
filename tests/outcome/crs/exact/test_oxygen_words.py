"""Oxygen devices as charts write them."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.outcome.toxicity.oxygen import oxygen_code
from adoptive.outcome.toxicity.types import Oxygen


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, ["none", "Room air", "RA", "no oxygen", "nasal_cannula_0L"]),
        (1, ["nasal_cannula_2L", "nasal_cannula_6L", "NC 4 L/min", "2L NC", "nasal cannula 2,5 l/min", "blow-by"]),
        (1, ["nasal cannula up to 6 L/min", "NC <=6L", "low-flow nasal cannula", "nasal cannula 3 lpm", "NC2L"]),
        (2, ["nasal_cannula_7L", "nasal cannula 6.5 L", "NC > 6 L/min", "HFNC", "high-flow nasal cannula 40 L/min"]),
        (2, ["facemask", "face mask 5 L", "non-rebreather", "nonrebreather", "NRB 15L", "venturi_40%", "Venturi mask"]),
        (3, ["cpap", "BiPAP", "mechanical_ventilation", "ventilator", "intubated"]),
        (
            -1,
            ["", "nan", "nasal cannula", "oxygen", "mask", "nasal cannula 2", "nasal_cannula_2-4L", "NC >4L", "NC <8L"],
        ),
        (-1, ["nasal_cannula_-2L", "HFNC 5 L/min", "low flow 8 L", "NC 2 mL", "NC >=6 L", "-1"]),
    ],
)
def test_words(code: int, words: list[str]) -> None:
    found = dict(zip(words, oxygen_code(words).tolist(), strict=True))
    assert found == dict.fromkeys(words, code)


def test_the_flow_may_stand_beside_the_words() -> None:
    flow = [0.0, 6.0, np.nextafter(6.0, 7), 15.0, np.nan, -2.0]
    assert oxygen_code("nasal cannula", flow).tolist() == [0, 1, 2, 2, -1, -1]
    assert oxygen_code(["NC 2L", "NC 2L", "room air", "room air", "cpap", "HFNC", "low flow"], [2, 3, 0, 2, 30, 5, 7])\
        .tolist() == [1, -1, 0, -1, 3, -1, -1]  # fmt: skip


def test_any_shape() -> None:
    assert oxygen_code("cpap").shape == ()
    assert oxygen_code([["NC"], ["cpap"]], [[2.0, 8.0]]).tolist() == [[1, 2], [3, 3]]
    assert oxygen_code(np.array([], dtype=str)).shape == (0,)


def test_the_names_of_the_codes_are_known_words() -> None:
    assert oxygen_code([code.name for code in Oxygen]).tolist() == list(Oxygen)
