"""The typical patient: every spread between patients is zero, so that he is the published numbers and nothing else.

Three lesions of 8, 4 and 1.5 billion cells, the study's growth, no antigen-negative founder clone. Everything that the
checks compare is one of his variants: another dose, another parameter, another treatment.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.antigen import Antigen
from adoptive.cohort import Cohort
from adoptive.construct import ConstructPlan
from adoptive.infusion import Infusions, give, join
from adoptive.kinetics import describe_patients
from adoptive.kinetics.simulate import ATOL, RTOL, engine
from adoptive.kinetics.states import CLASSES, IN_BLOOD, LESIONS, lesion_state
from adoptive.kinetics.types import Physiology
from adoptive.parameters import Book, Typical, draw_typical, load_book
from adoptive.solve import Events, Trigger, Values
from adoptive.streams import Keys, Streams
from adoptive.units import diameter_mm

Floats = NDArray[np.float64]

DIAMETERS_MM = (31.3, 24.8, 17.9)
"""Diameters of lesions of 8, 4 and 1.5 billion cells at half a billion cells per mL."""
DOUBLING_DAYS = 32.0
SHARES = {"high": 0.75, "low": 0.25, "negative": 0.0}
DENSITIES = {"high": 5.0e4, "low": 4.0e3, "negative": 20.0}
PRODUCT = {"share_M": 0.10, "share_E": 0.85, "share_X": 0.05}
DOSE = 2.5e8
INFUSION_DAY = 5.0
FLUDARABINE_DAYS = (-5, -4)
SEED = 20


@lru_cache(maxsize=1)
def flat_typical() -> Typical:
    """Give the published values with no spread between patients."""
    rows = {name: dataclasses.replace(row, between=0.0) for name, row in load_book().items()}
    return draw_typical(Book(rows), Streams(SEED), trials=[0], fixed=True)


def cohort_of(
    patients: int = 1,
    *,
    diameters_mm: ArrayLike = DIAMETERS_MM,
    shares: dict[str, float] = SHARES,
    density_factor: ArrayLike = 1.0,
    target: str = "CLDN18.2",
    lesions: int = LESIONS,
) -> Cohort:
    """Write the typical patient's cohort by hand, a number of times."""
    each = np.atleast_2d(np.asarray(diameters_mm, float))
    each = np.pad(each, ((0, 0), (0, lesions - each.shape[1])))
    place = np.ones((patients, lesions))

    def all_patients(value: ArrayLike) -> Floats:
        return np.asarray(np.ones(patients) * np.asarray(value, float))

    antigen = Antigen(
        positive_share=all_patients(shares["high"]),
        read_share=all_patients(shares["high"]),
        founder_clone=np.zeros(patients, bool),
        target=target,
        **{f"{name}_share": place * shares[name] for name in SHARES},
        **{f"{name}_density": all_patients(DENSITIES[name]) * all_patients(density_factor) for name in SHARES},
    )
    return Cohort(
        keys=Keys.of(0, np.arange(patients)),
        peritoneal=np.zeros(patients, bool),
        third_line_or_later=np.zeros(patients, bool),
        lesion_diameter_mm=place * each,
        growth_per_day=place * np.log(2.0) / DOUBLING_DAYS,
        antigen=antigen,
        lymphocytes_per_ul=all_patients(1500.0),
        neutrophils_e9_l=all_patients(4.0),
        platelets_e9_l=all_patients(220.0),
        weight_kg=all_patients(58.0),
        donor_fitness=all_patients(1.0),
        frailty=all_patients(1.0),
    )


CAR = ConstructPlan(product="typical", modality="CAR-T", binder="scFv", costimulation="CD28")
TCR = ConstructPlan(product="typical", modality="TCR-T", binder="alpha and beta chain", costimulation="none")


def body_of(cohort: Cohort, plan: ConstructPlan = CAR, **changed: ArrayLike) -> Physiology:
    """Give the patients' parameters and starting state, with the product in them and some parameters changed."""
    body = describe_patients(cohort, plan, typical=flat_typical(), streams=Streams(SEED))
    engrafting = 1.0 - body.of("fclr")
    shares = {name: engrafting * share for name, share in PRODUCT.items()}
    return body.replace(**(shares | {name: np.ones(len(cohort)) * np.asarray(v, float) for name, v in changed.items()}))


def typical(patients: int = 1, **changed: ArrayLike) -> Physiology:
    """Give the typical patient's body a number of times, with some parameters changed."""
    return body_of(cohort_of(patients), **changed)


def spread(name: str, value: ArrayLike) -> dict[str, ArrayLike]:
    """Give a parameter of a lesion the same value in every lesion."""
    return {lesion_state(name, j): value for j in range(LESIONS)}


def lymphodepletion(
    patients: int,
    *,
    infusion_day: float = INFUSION_DAY,
    amount: ArrayLike = 1.0,
    fludarabine_days: tuple[int, ...] = FLUDARABINE_DAYS,
) -> Infusions:
    """Give fludarabine, and cyclophosphamide on days -5, -4 and -3 of an infusion."""
    given = np.ones(patients) * np.asarray(amount, float)
    plans = [
        give(drug, day=np.full(patients, infusion_day + relative), amount=given)
        for drug, days in (("fludarabine", fludarabine_days), ("cyclophosphamide", (-5, -4, -3)))
        for relative in days
    ]
    return join(*plans)


def once(drug: str, patients: int, *, day: ArrayLike, amount: ArrayLike) -> Infusions:
    """Give everybody one drug (or the cells, ``infusion``) once."""
    return give(drug, day=np.ones(patients) * np.asarray(day, float), amount=amount)


def treatment(
    patients: int = 1,
    *,
    dose: ArrayLike = DOSE,
    amount: ArrayLike = 1.0,
    fludarabine_days: tuple[int, ...] = FLUDARABINE_DAYS,
) -> Infusions:
    """Give lymphodepletion and one infusion."""
    cells = once("infusion", patients, day=INFUSION_DAY, amount=np.ones(patients) * np.asarray(dose, float))
    return join(lymphodepletion(patients, amount=amount, fludarabine_days=fludarabine_days), cells)


@dataclass(frozen=True)
class Followed:
    """Hold every state of some patients on every day asked for."""

    day: Floats
    names: tuple[str, ...]
    values: Floats
    final: Floats
    body: Physiology
    fired_day: Floats

    def of(self, name: str) -> Floats:
        """Give one state of everybody, ``(patients, days)``."""
        return np.asarray(self.values[:, :, self.names.index(name)])

    def each_lesion(self, *names: str) -> Floats:
        """Give the sum of some states of each lesion, ``(patients, days, lesions)``."""
        places = range(self.body.lesions)
        return np.stack([sum(self.of(lesion_state(name, j)) for name in names) for j in places], axis=-1)

    @property
    def cells_per_ul(self) -> Floats:
        """Give engineered cells in blood per uL, ``(patients, days)``."""
        return np.asarray(sum(self.of(name) for name in IN_BLOOD)) / self.body.of("Vb")[:, None]

    @property
    def volume_ml(self) -> Floats:
        """Give the volume of every lesion, ``(patients, days, lesions)``, without the floor of an empty one."""
        return self.each_lesion("T_H", "T_L", "T_N", "D") / self.body.of("rho")[:, None, None]

    @property
    def sld_mm(self) -> Floats:
        """Give the sum of diameters, ``(patients, days)``."""
        return np.asarray(diameter_mm(np.maximum(self.volume_ml, 0.0)).sum(axis=-1))

    @property
    def tumour_cells(self) -> Floats:
        """Give living tumour cells, ``(patients, days)``."""
        return np.asarray(self.each_lesion(*(f"T_{c}" for c in CLASSES)).sum(axis=-1))

    @property
    def il6_effective(self) -> Floats:
        """Give interleukin 6 above baseline that finds its receptor free, ``(patients, days)``."""
        level = self.of("Toc_c") / self.body.of("V1_toc")[:, None]
        blocked = self.body.of("toc_effect")[:, None] * level / (level + self.body.of("KD_toc")[:, None])
        return np.asarray(np.maximum(self.of("IL6") * (1.0 - blocked) - self.body.of("b6")[:, None], 0.0))


def follow(
    body: Physiology,
    plan: Infusions | None = None,
    *,
    until: float = 120.0,
    step: float = 0.25,
    initial: Floats | None = None,
    start: float = 0.0,
    rtol: float = RTOL,
    atol: float = ATOL,
    triggers: tuple[Trigger, ...] = (),
) -> Followed:
    """Follow patients with the package's one compiled engine and keep every state."""
    given = plan or Infusions.none(len(body.values))
    days = np.arange(start, until + 1e-9, step)
    compiled = engine(body.lesions)
    ran = compiled.run(
        body.values,
        body.initial if initial is None else initial,
        start=start,
        stop=until,
        visits=days,
        events=Events(given.day, given.kind, given.amount),
        triggers=triggers,
        survival_draws=body.survival_draws,
        rtol=rtol,
        atol=atol,
    )
    assert (ran.failure == 0).all(), ran.failure
    return Followed(days, compiled.model.states, ran.states, ran.final, body, ran.fired_day)


def read(body: Physiology, states: Floats) -> tuple[Values, Values]:
    """Give states and parameters by name, for the model's text on arrays."""
    return Values(engine().model.states, states), Values(body.names, body.values)
