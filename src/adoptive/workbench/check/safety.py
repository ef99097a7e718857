"""S: cytokines and the drugs against them, blood counts, lysis of tumours, a product against CD19."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from adoptive.infusion import join
from adoptive.workbench.check.followed import Followed, at, best_change, crest, decline, follow, peak
from adoptive.workbench.check.patient import DOSE, INFUSION_DAY, PERMISSIVE, body_of, cohort_of, once
from adoptive.workbench.check.setting import Setting

__all__ = ["blood_counts", "burden", "cd19", "dexamethasone", "inflammation", "lysis"]

Found = Iterator[tuple[str, float]]


def inflammation(by: Setting) -> Found:
    """S1, S2, S9: interleukin 6 and what follows it, without and with tocilizumab on day 6, before the peak."""
    one = follow(by.typical(), by.treatment())
    (_, top), (il6, day) = peak(one), crest(one, "IL6")
    yield "S1.after_peak", day[0] - top[0]
    yield "S1.day", day[0]
    yield "S1.crp", crest(one, "CRP")[1][0] - day[0]
    yield "S1.ferritin", crest(one, "FER")[1][0] - day[0]
    dose = once("tocilizumab", 1, day=INFUSION_DAY + 6.0, amount=560.0)
    helped = follow(by.typical(), join(by.treatment(), dose))
    yield "S2.total", (crest(helped, "IL6")[0] / il6)[0]
    yield "S2.effective", helped.il6_effective.max() / one.il6_effective.max()
    yield "S2.crp", helped.of("CRP").max() / one.of("CRP").max()
    yield "S2.cells", (peak(helped)[0] / peak(one)[0])[0]
    level = helped.of("Toc_c")[0] / float(one.body.of("V1_toc")[0])
    occupied = helped.day[level / (level + float(one.body.of("KD_toc")[0])) > 0.9]
    yield "S2.occupied", float(np.ptp(occupied)) if len(occupied) else 0.0
    leak, later = crest(one, "BBB")
    yield "S9.lag", later[0] - day[0]
    yield "S9.tocilizumab", (crest(helped, "BBB")[0] / leak)[0]


def dexamethasone(by: Setting) -> Found:
    """S3: three daily doses of 10 mg, from day 2 or from two days after the peak."""
    plain = follow(by.typical(), by.treatment(), until=260.0)
    height, top = peak(plain)

    def treated(first: float) -> Followed:
        doses = (once("dexamethasone", 1, day=INFUSION_DAY + first + k, amount=10.0) for k in range(3))
        return follow(by.typical(), join(by.treatment(), *doses), until=260.0)

    late = treated(float(top[0]) + 2.0)
    yield "S3.il6", (at(late, late.of("IL6"), top + 4.5) / at(plain, plain.of("IL6"), top + 4.5))[0]
    yield "S3.change", (best_change(late) - best_change(plain))[0]
    yield "S3.early", (peak(treated(2.0))[0] / height)[0]


def burden(by: Setting) -> Found:
    """S4: interleukin 6 with more tumour or more cells."""
    sizes = cohort_of(3, diameters_mm=np.outer([0.7, 1.0, 1.4], [31.3, 24.8, 17.9]))
    level = follow(by.altered(body_of(sizes)), by.treatment(3)).of("IL6").max(axis=1)
    yield "S4.burden", level[2] / level[1]
    tenfold = follow(by.typical(2), by.treatment(2, dose=[1e8, 1e9])).of("IL6").max(axis=1)
    yield "S4.dose", tenfold[1] / tenfold[0]


def blood_counts(by: Setting) -> Found:
    """S5: neutrophils and platelets after lymphodepletion, under inflammation, after a second lymphodepletion."""
    one = follow(by.typical(), by.treatment())
    for name in ("ANC", "PLT"):
        yield f"S5.{name.lower()}_nadir", one.of(name).min()
        yield f"S5.{name.lower()}_day", one.day[one.of(name)[0].argmin()] - INFUSION_DAY
    low_days = one.day[(one.of("ANC")[0] < 1.0) & (one.day > INFUSION_DAY)]
    yield "S5.anc_back", low_days.max() - INFUSION_DAY if len(low_days) else 0.0
    hot = follow(by.typical(2, eInf_ANC=[0.0, 0.7], k6=1e-5), by.treatment(2))
    back = [hot.day[(hot.of("ANC")[k] < 2.0)] for k in range(2)]
    last = [float(days.max()) if len(days) else 0.0 for days in back]
    yield "S5.inflamed", last[1] - last[0]
    again = join(by.treatment(), by.lymphodepletion(infusion_day=61.0), once("infusion", 1, day=61.0, amount=DOSE))
    twice = follow(by.typical(), again)
    yield "S5.again", twice.of("ANC")[0, twice.day > 56.0].min() / twice.of("ANC").min()


def cd19(by: Setting) -> Found:
    """K2, K4, K5, S6, S7, S8: a product against CD19 and 4e10 target cells."""
    ran = follow(by.cd19(), by.treatment(), until=INFUSION_DAY + 365.0, step=0.5)
    height, day = peak(ran)
    yield "K2.cd19", day[0]
    yield "K4.cd19_day_28", (at(ran, ran.cells_per_ul, 28.0) / height)[0]
    yield "K4.cd19_day_90", (at(ran, ran.cells_per_ul, 90.0) / height)[0]
    yield "K5.cd19", decline(ran, 120.0, 240.0)[0]
    yield "S6.b_cells", at(ran, ran.of("B"), 14.0)[0]
    year = (ran.day >= INFUSION_DAY + 182.0) & (ran.day <= INFUSION_DAY + 365.0)
    yield "S6.igg", ran.of("IgG")[0, year].min()
    for name, state in (("S7.ldh", "LDH"), ("S7.uric_acid", "UA"), ("S8.lysed_k", "K")):
        yield name, ran.of(state).max() - ran.of(state)[0, 0]
    plans = (by.treatment(), by.lymphodepletion())
    both = [follow(by.typical(), plan, until=INFUSION_DAY + 365.0, step=0.5) for plan in plans]
    with_cells, without = (at(course, course.of("B"), 60.0)[0] for course in both)
    yield "S6.solid", with_cells / without
    yield "S6.solid_igg", both[0].of("IgG").min()


def lysis(by: Setting) -> Found:
    """S7, S8: a solid tumour that responds gives nobody a lysis syndrome."""
    ran = follow(by.typical(**PERMISSIVE), by.treatment())
    yield "S7.solid", ran.of("UA").max() - ran.of("UA")[0, 0]
    yield "S8.solid_k", np.abs(ran.of("K")[0] - ran.of("K")[0, 0]).max()
