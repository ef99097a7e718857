"""E: what becomes of tumours: antigen, relapse, repeats, mixed responses, PD-1, exhaustion, immunity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from adoptive.infusion import join
from adoptive.workbench.check.followed import Followed, at, best_change, decline, follow, peak
from adoptive.workbench.check.patient import INFUSION_DAY, PERMISSIVE, body_of, cohort_of, everywhere, once
from adoptive.workbench.check.setting import Setting

__all__ = ["antigen", "exhaustion", "mixed", "pd1", "relapse", "repeats"]

Found = Iterator[tuple[str, float]]


def antigen(by: Setting) -> Found:
    """E2, E4: the antigen's density."""
    density = np.array([3e2, 1e3, 3e3, 1e4, 3e4, 1e5, 3e5])
    body = by.altered(body_of(cohort_of(len(density), density_factor=density / 5e4), **PERMISSIVE))
    ran = follow(body, by.treatment(len(density)), until=200.0)
    best, (height, _), il6 = best_change(ran), peak(ran), ran.of("IL6").max(axis=1)
    yield "E2.low", best[1]
    yield "E2.plateau", best[6] - best[4]
    yield "E2.peak", np.diff(height).min()
    yield "E2.il6", np.diff(il6).min()
    shares: dict[str, ArrayLike] = {"high": 0.73, "low": 0.25, "negative": 0.02}
    little = cohort_of(shares=shares, density_factor=0.06)
    failing = follow(by.altered(body_of(little, **PERMISSIVE)), by.treatment(), until=550.0, step=1.0)
    yield "E4.failure_56", at(failing, failing.negative_share, 56.0)[0]
    yield "E4.failure_540", at(failing, failing.negative_share, 540.0)[0]


def relapse(by: Setting) -> Found:
    """E3: negative cells bring the tumour back; without them it stays away."""
    courses = []
    for negative in (0.02, 1e-4):
        shares: dict[str, ArrayLike] = {"high": 0.75 - negative, "low": 0.25, "negative": negative}
        body = by.altered(body_of(cohort_of(shares=shares), **PERMISSIVE))
        courses.append(follow(body, by.treatment(), until=380.0, step=1.0))
    yield "E3.negative", at(courses[0], courses[0].negative_share, 360.0)[0]
    lowest = [float(ran.day[ran.sld_mm[0].argmin()]) for ran in courses]
    yield "E3.delay", lowest[1] - lowest[0]
    clean = follow(by.typical(2, **PERMISSIVE, muN=[1e-9, 0.0]), by.treatment(2), until=735.0, step=1.0)
    change = clean.sld_mm[:, -1] / at(clean, clean.sld_mm, 0.0) - 1.0
    yield "E3.mutation", change[0]
    yield "E3.clean", change[1]


def repeats(by: Setting) -> Found:
    """E5: three infusions eight weeks apart, depleted each time or once; the third patient's tumour resists."""
    amounts = [[1.0, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 1.0, 1.0]]
    body = by.typical(3, **everywhere("supp", [0.45, 0.45, 0.7]))
    ran = follow(body, by.repeated(3, amounts=amounts), until=260.0)
    days = [INFUSION_DAY + 56.0 * k for k in range(3)]
    windows = [(ran.day >= day + 1.0) & (ran.day < day + 50.0) for day in days]
    tops = np.stack([ran.cells_per_ul[:, window].max(axis=1) for window in windows], axis=1)
    gain = tops / np.stack([at(ran, ran.cells_per_ul, day + 1.0 - INFUSION_DAY) for day in days], axis=1)
    yield "E5.persisting", gain[2, 1]
    yield "E5.cleared", gain[0, 1]
    yield "E5.once_2nd", gain[1, 1]
    yield "E5.once_3rd", gain[1, 2]


def mixed(by: Setting) -> Found:
    """E6: one patient with an antigen-high lesion, an antigen-low one, and one that cells hardly reach."""
    shares: dict[str, ArrayLike] = {"high": [0.97, 0.02, 0.97], "low": [0.02, 0.97, 0.02], "negative": 0.01}
    far: dict[str, Any] = {"acc3": 0.15, "supp3": 0.6}
    body = by.altered(body_of(cohort_of(shares=shares, low_density=1e3), **(PERMISSIVE | far)))
    ran = follow(body, by.treatment(), until=180.0)

    def change(lesion: int, day: float) -> float:
        size = ran.lesion_mm[:, :, lesion]
        return float(at(ran, size, day)[0] / at(ran, size, 0.0)[0] - 1.0)

    yield "E6.high", change(0, 56.0)
    yield "E6.low", change(1, 56.0)
    yield "E6.far", change(2, 28.0)
    yield "E6.far_84", change(2, 84.0)
    yield "E6.regrown", change(1, 168.0) - change(0, 168.0)
    yield "E6.sld", at(ran, ran.sld_mm, 56.0)[0] / at(ran, ran.sld_mm, 0.0)[0] - 1.0


def pd1(by: Setting) -> Found:
    """E7: pembrolizumab every three weeks where PD-1 holds cells back, and where it does not."""
    doses = [once("pembrolizumab", 2, day=INFUSION_DAY + day, amount=[200.0, 0.0]) for day in (0.0, 21.0, 42.0)]
    plan = join(by.treatment(2), *doses)

    def pair(hold: float) -> Followed:
        return follow(by.typical(2, **(PERMISSIVE | {"iPD": hold})), plan, until=200.0)

    much, little = pair(0.6), pair(0.1)
    inside = much.each_lesion("e").sum(axis=-1).max(axis=1)
    change = at(much, much.sld_mm, 28.0) / at(much, much.sld_mm, 0.0)
    height = peak(much)[0]
    yield "E7.inside", inside[0] / inside[1]
    yield "E7.change", change[0] - change[1]
    yield "E7.peak", height[0] / height[1]
    yield "E7.low", best_change(little)[0] - best_change(little)[1]


def exhaustion(by: Setting) -> Found:
    """E8, E9: exhaustion without antigen, and immunity against the receptor."""
    tonic = follow(by.typical(4, kT=[0.006, 0.06, 0.126, 0.25]), by.treatment(4), until=200.0)
    height, day = peak(tonic)
    inside = tonic.each_lesion("e").sum(axis=-1).max(axis=1)
    yield "E8.peak", np.diff(np.log(height)).max()
    yield "E8.inside", np.diff(np.log(inside)).max()
    yield "E8.change", np.diff(best_change(tonic)).min()
    yield "E8.contraction", np.diff(decline(tonic, day + 3.0, day + 14.0)).min()
    immune = follow(by.typical(3, kR=[0.0, 0.005, 0.05]), by.treatment(3))
    height, late = peak(immune)[0], at(immune, immune.cells_per_ul, 90.0)
    yield "E9.peak", height[2] / height[0]
    yield "E9.day_90", late[2] / late[0]
