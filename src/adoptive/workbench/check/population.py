"""Population lines of K, E and S: patients enrolled as in the reference study, all of whom receive the cells."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import draw_cohort
from adoptive.facility import make_products
from adoptive.infusion import join
from adoptive.kinetics import Physiology, describe_patients
from adoptive.kinetics.observe import GENOMES_PER_UG
from adoptive.parameters import draw_typical, load_book
from adoptive.streams import Streams
from adoptive.trial.enrol import enrol
from adoptive.workbench.check.followed import SCAN_DAYS, Followed, best_change, follow, peak, rank_correlation
from adoptive.workbench.check.patient import DOSE, INFUSION_DAY, once
from adoptive.workbench.check.setting import Setting
from adoptive.workbench.shelf import reference_study
from adoptive.workbench.study import load_study

__all__ = ["Crowd", "blood", "enrolled", "expansion", "responses"]

Floats = NDArray[np.float64]
Found = Iterator[tuple[str, float]]

RESPONSE = -0.3


@dataclass(frozen=True)
class Crowd:
    """Hold the population: its body, its products' vector copies, other leukocytes (cells/uL)."""

    body: Physiology
    vector_copies: Floats
    other_leukocytes_per_ul: Floats


def enrolled(by: Setting) -> Crowd:
    """Enrol patients as the study does and make everybody's product."""
    study = load_study(reference_study())
    study = dataclasses.replace(study, trial=dataclasses.replace(study.trial, randomised=by.patients))
    streams = Streams(by.seed)
    typical = draw_typical(load_book(), streams, trials=[0], fixed=True)
    common: dict[str, Any] = {"typical": typical, "streams": streams}
    keys = enrol(study, trials=np.array([0]), **common).keys
    cohort = draw_cohort(study.cohort, study.antigen, keys=keys, **common)
    ordered = np.zeros(by.patients)
    product = make_products(study.facility, cohort, dose_cells=DOSE, decided_day=ordered, **common)
    body = by.altered(describe_patients(cohort, study.construct, product=product, **common))
    return Crowd(body, product.vector_copies, 1e3 * typical.at("outcome.leukocytes_other_e9_l", keys))


def single(by: Setting, crowd: Crowd) -> Followed:
    """Give everybody the cells once."""
    return follow(crowd.body, by.treatment(by.patients), until=120.0)


def expansion(by: Setting) -> Found:
    """K2, K3, K9, S1, S5: one infusion."""
    crowd = enrolled(by)
    ran = single(by, crowd)
    height, day = peak(ran)
    grew = day[day > 1.0]
    yield "K2.median", float(np.median(day))
    yield "K2.p05", float(np.quantile(grew, 0.05)) if len(grew) else 0.0
    yield "K2.p95", float(np.quantile(grew, 0.95)) if len(grew) else 0.0
    yield "K3.lower_quartile", float(np.quantile(height, 0.25))
    yield "K3.upper_quartile", float(np.quantile(height, 0.75))
    copies = _peak_copies(ran, crowd)
    yield "K3.copies_p05", float(np.quantile(copies, 0.05))
    yield "K3.copies_p95", float(np.quantile(copies, 0.95))
    cells, il6 = ran.tumour_cells[:, 0], ran.of("IL6").max(axis=1)
    yield "K9.peak", rank_correlation(cells, height)
    yield "K9.il6", rank_correlation(cells, il6)
    for name, share in (("median", 0.5), ("p05", 0.05), ("p95", 0.95)):
        yield f"S1.{name}", float(np.quantile(il6, share))
    yield from blood(ran)


def blood(ran: Followed) -> Found:
    """S5: nadirs of the population, and how long neutrophils stay low."""
    low = (ran.of("ANC") < 1.0) & (ran.day > INFUSION_DAY)
    yield "S5.anc_days", float(np.median(np.where(low, ran.day - INFUSION_DAY, 0.0).max(axis=1)))
    for name in ("ANC", "PLT"):
        nadir = ran.of(name).min(axis=1)
        yield f"S5.{name.lower()}_p05", float(np.quantile(nadir, 0.05))
        yield f"S5.{name.lower()}_p95", float(np.quantile(nadir, 0.95))


def _peak_copies(ran: Followed, crowd: Crowd) -> Floats:
    """Give the highest transgene copies per ug DNA from a day after the infusion on."""
    others = ran.of("L") + 1e3 * ran.of("ANC") + crowd.other_leukocytes_per_ul[:, None]
    copies = GENOMES_PER_UG * crowd.vector_copies[:, None] * ran.cells_per_ul / (ran.cells_per_ul + others)
    return np.asarray(copies[:, ran.day >= INFUSION_DAY + 1.0].max(axis=1))


def responses(by: Setting) -> Found:
    """K10, E7, E10: three infusions; best change at scans every six weeks, unconfirmed."""
    crowd = enrolled(by)
    last = INFUSION_DAY + float(SCAN_DAYS[-1])

    def three(*, dose: float = DOSE, anti_pd1_mg: float = 0.0) -> Floats:
        days = INFUSION_DAY + np.arange(0.0, 168.0, 21.0)
        drugs = [once("pembrolizumab", by.patients, day=day, amount=anti_pd1_mg) for day in days if anti_pd1_mg > 0]
        ran = follow(crowd.body, join(by.repeated(by.patients, dose=dose), *drugs), until=last, step=1.0)
        return best_change(ran)

    best, height = three(), peak(single(by, crowd))[0]
    for name in ("pE", "dE", "kX"):
        yield f"K10.{name}", rank_correlation(crowd.body.of(name), best)
    yield "K10.peak", rank_correlation(height, best)
    rate = float(np.mean(best <= RESPONSE))
    yield "E10.orr", float(np.mean(three(dose=1e9) <= RESPONSE)) - rate
    yield "E7.orr", float(np.mean(three(anti_pd1_mg=200.0) <= RESPONSE)) - rate
