"""K: what the cells do in the typical patient's blood, with other doses, less lymphodepletion, another target."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from adoptive.workbench.check.followed import at, crest, decline, follow, peak
from adoptive.workbench.check.patient import DOSE, INFUSION_DAY
from adoptive.workbench.check.setting import Setting

__all__ = ["doses", "niche", "one_infusion"]

Found = Iterator[tuple[str, float]]


def one_infusion(by: Setting) -> Found:
    """K1, K3, K4, K5, K8: the course after one infusion."""
    one = follow(by.typical(), by.treatment(), until=INFUSION_DAY + 260.0)
    height, day = peak(one)
    given = DOSE * float(1.0 - one.body.of("fclr")[0]) / float(one.body.of("Vb")[0])
    yield "K1.fall", given / at(one, one.cells_per_ul, 0.5)[0]
    yield "K3.peak", height[0]
    yield "K4.half_life", np.log(2) / decline(one, day + 3, day + 14)[0]
    yield "K4.day_28", (at(one, one.cells_per_ul, 28.0) / height)[0]
    yield "K4.day_90", (at(one, one.cells_per_ul, 90.0) / height)[0]
    yield "K5.decline", decline(one, 120.0, 240.0)[0]
    yield "K8.il15_day", crest(one, "I")[1][0]
    yield "K8.lymphocytes_14", at(one, one.of("L"), 14.0)[0]
    yield "K8.lymphocytes_28", at(one, one.of("L"), 28.0)[0]


def doses(by: Setting) -> Found:
    """K2, K6: another dose, another peak on another day."""
    _, days = peak(follow(by.typical(3), by.treatment(3, dose=[1e8, DOSE, 5e8])))
    for name, day in zip(("day_1e8", "day_2p5e8", "day_5e8"), days, strict=True):
        yield f"K2.{name}", day
    height, day = peak(follow(by.typical(6), by.treatment(6, dose=[1e6, 1e7, 1e8, 2.5e8, 1e9, 5e9])))
    yield "K6.exponent", np.log10(height[4] / height[2])
    yield "K6.day", np.diff(day).max()


def niche(by: Setting) -> Found:
    """K7: all, half and none of the lymphodepletion."""
    ran = follow(by.typical(3), by.treatment(3, amount=[1.0, 0.5, 0.0]))
    height, _ = peak(ran)
    late = ran.cells_per_ul[2, ran.day >= INFUSION_DAY + 2.0]
    yield "K7.without", height[2] / height[0]
    yield "K7.rise", late.max() / late[0]
    yield "K7.half", height[1] / height[0]
