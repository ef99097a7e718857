"""Tumour drugs beside the cells: bridging while the cells are made, and the drugs of a physician's-choice arm."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.facility.types import Product
from adoptive.infusion.drugs import plan_courses
from adoptive.infusion.plan import give, join
from adoptive.infusion.types import ChoiceDrug, Infusions, Regimen
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["Choice", "choose_drugs", "plan_bridging", "plan_waiting", "who_is_bridged"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Choice:
    """Hold the physician's choice of each patient, ``(patients,)``: drug, start, kill, its loss, scan interval."""

    drug: NDArray[np.int64]
    start_day: Floats
    kill_per_day: Floats
    resistance_per_day: Floats
    scan_interval_days: Floats

    def plan(self) -> Infusions:
        """Give the drug's effect from its first day on; it fades by resistance."""
        return give("chemotherapy", day=self.start_day, amount=self.kill_per_day)

    def plan_until(self, stop_day: Floats) -> Infusions:
        """Give the drug's effect until a day, on which what is left of it is taken away."""
        left = self.kill_per_day * np.exp(-self.resistance_per_day * np.maximum(stop_day - self.start_day, 0.0))
        on = np.isfinite(self.start_day) & (stop_day > self.start_day)
        start, stop = np.where(on, self.start_day, np.inf), np.where(on, stop_day, np.inf)
        return join(
            give("chemotherapy", day=start, amount=self.kill_per_day),
            give("chemotherapy", day=stop, amount=np.where(on, -left, 0.0)),
        )

    def withhold(self, rows: NDArray[np.bool_]) -> Choice:
        """Give the same choices, but some patients never start."""
        return dataclasses.replace(self, start_day=np.where(rows, np.inf, self.start_day))

    def take(self, rows: NDArray[Any]) -> Choice:
        """Keep some patients."""
        return Choice(*(values[rows] for values in self.__dict__.values()))


def choose_drugs(drugs: Sequence[ChoiceDrug], cohort: Cohort, *, typical: Typical, streams: Streams) -> Choice:
    """Choose a drug for each patient by the arm's shares and draw its effect on him."""
    keys = cohort.keys
    edges = np.cumsum([drug.share for drug in drugs])
    picked = np.minimum(
        np.searchsorted(edges, streams.uniform("infusion.choice", keys), side="right"), len(drugs) - 1
    ).astype(np.int64)
    kills = np.stack([_kill(drug, cohort, typical, streams) for drug in drugs])
    fading = np.stack([_resistance(drug, cohort, typical, streams) for drug in drugs])
    here = (picked, np.arange(len(keys)))
    return Choice(
        drug=picked,
        start_day=draw_patients(typical, streams, name="infusion.start_delay_days", keys=keys),
        kill_per_day=np.minimum(kills[here], typical.at("infusion.kill_limit", keys)),
        resistance_per_day=fading[here],
        scan_interval_days=np.array([d.scan_interval_days for d in drugs])[picked],
    )


def _kill(drug: ChoiceDrug, cohort: Cohort, typical: Typical, streams: Streams) -> Floats:
    """Draw a drug's kill in each patient: around the drug's row, or around what the study says."""
    if drug.kill_per_day is None:
        return draw_patients(typical, streams, name=f"infusion.kill_{drug.drug}", keys=cohort.keys, kinds=cohort.kinds)
    effect = draw_patients(typical, streams, name="infusion.own_drug_effect", keys=cohort.keys)
    return np.asarray(drug.kill_per_day * effect)


def _resistance(drug: ChoiceDrug, cohort: Cohort, typical: Typical, streams: Streams) -> Floats:
    """Draw the loss of a drug's effect in each patient: the study's, the drug's row, or that of chemotherapy."""
    if drug.resistance_per_day is not None:
        return np.full(len(cohort), drug.resistance_per_day)
    own = f"infusion.resistance_{drug.drug}"
    name = own if own in typical.book else "infusion.resistance_chemotherapy"
    return draw_patients(typical, streams, name=name, keys=cohort.keys)


def plan_bridging(
    regimen: Regimen, cohort: Cohort, *, start_day: Floats, end_day: Floats, typical: Typical, streams: Streams
) -> Infusions:
    """Give one cycle of bridging chemotherapy: a kill in proportion to the tumour's growth, from start to end.

    The effect stops after the planned days or at ``end_day`` (lymphodepletion), whichever comes first. Of the patients
    ``bridging_share`` get it.
    """
    lesions = np.maximum((cohort.lesion_diameter_mm > 0).sum(axis=1), 1)
    growth = np.where(cohort.lesion_diameter_mm > 0, cohort.growth_per_day, 0.0).sum(axis=1) / lesions
    effect = draw_patients(typical, streams, name="infusion.bridging_effect", keys=cohort.keys)
    kill = regimen.bridging_kill_ratio * effect * growth
    stop = np.minimum(start_day + regimen.bridging_days, np.maximum(end_day - 1e-3, start_day))
    started = np.isfinite(start_day) & who_is_bridged(regimen, cohort.keys, streams=streams)
    begin, end = np.where(started, start_day, np.inf), np.where(started, stop, np.inf)
    return join(give("chemotherapy", day=begin, amount=kill), give("chemotherapy", day=end, amount=-kill))


def who_is_bridged(regimen: Regimen, keys: Keys, *, streams: Streams) -> NDArray[np.bool_]:
    """Draw who gets bridging chemotherapy, ``(patients,)``: ``bridging_share`` of all."""
    bridged = streams.uniform("infusion.bridging", keys) < regimen.bridging_share
    return np.asarray(bridged & (regimen.bridging_days > 0))


def plan_waiting(
    regimen: Regimen,
    cohort: Cohort,
    product: Product,
    choice: Choice | None,
    *,
    ordered_day: Floats,
    ready_day: Floats,
    typical: Typical,
    streams: Streams,
) -> Infusions:
    """Give what comes before the cells: bridging after leukapheresis, or an earlier drug until they are ordered.

    And the drugs of the study that count from enrolment (for who crosses over, from the order of the cells) or from
    leukapheresis.
    """
    enrolled = np.zeros(len(cohort)) if choice is None else ordered_day
    fading = np.zeros(len(cohort)) if choice is None else choice.resistance_per_day
    beside: dict[str, Any] = {"stop_day": ready_day, "typical": typical, "fading_per_day": fading}
    drugs = [
        plan_courses(regimen, cohort, counted_from=(moment,), day=day, **beside)
        for moment, day in (("enrolment", enrolled), ("leukapheresis", product.apheresis_day))
    ]
    if choice is not None:
        return join(choice.plan_until(ordered_day), *drugs)
    bridging = plan_bridging(
        regimen, cohort, start_day=product.apheresis_day, end_day=ready_day, typical=typical, streams=streams
    )
    return join(bridging, *drugs)
