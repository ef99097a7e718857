"""One batch for everybody: from stored cells to what the release decides."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.facility.expansion import Culture, Growth, donor_growth, expand, typical_growth
from adoptive.facility.phenotype import Phenotype, differentiate, starting_shares
from adoptive.facility.release import Attributes, decide
from adoptive.facility.selection import cd3_at_harvest, select_cells
from adoptive.facility.shipping import ship
from adoptive.facility.transduction import transduce
from adoptive.facility.types import Cells, Process
from adoptive.parameters import Kinds, Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["Batch", "harvest_day", "intrinsic_rates", "make_batch", "put", "viability_at_harvest"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Batch(Cells):
    """Hold the batches of one attempt, ``(patients,)``; ``recalled`` ones were released before a late test failed.

    ``failure`` and ``late_failure`` are codes of :class:`Failure`, the second one what the late test shows;
    ``used_cells`` were taken from the store.
    """

    failure: NDArray[np.int64]
    late_failure: NDArray[np.int64]
    recalled: Flags
    used_cells: Floats

    def cells(self) -> dict[str, Any]:
        """Give what the product keeps of it, by name."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(Cells)}


def put(batch: Batch, rows: NDArray[np.int64], again: Batch) -> Batch:
    """Give the batches with those of some patients replaced, ``rows`` their places."""
    whole = {field.name: getattr(batch, field.name).copy() for field in dataclasses.fields(Batch)}
    for name, values in whole.items():
        values[rows] = getattr(again, name)
    return Batch(**whole)


def make_batch(
    process: Process,
    stored: Floats,
    *,
    number: int,
    dose_cells: Floats,
    least_cells: Floats,
    culture_days: Floats,
    fitness: Floats,
    kinds: Kinds,
    keys: Keys,
    typical: Typical,
    streams: Streams,
) -> Batch:
    """Make one batch for everybody from ``stored`` cells and test it.

    ``dose_cells`` ``(patients,)``: CAR-positive cells of one dose, for which the culture is sized; ``least_cells``
    those below which the batch is too small; ``culture_days`` the planned length of each culture.
    """
    drawn: dict[str, Any] = {"keys": keys, "typical": typical, "streams": streams}
    seed = select_cells(process, stored, dose_cells=dose_cells, kinds=kinds, **drawn)
    positive, copies = transduce(process, number=number, **drawn)
    viability = viability_at_harvest(number=number, **drawn)
    growth = donor_growth(kinds, number=number, **drawn)
    culture = expand(seed.cells, growth, days=float(np.max(culture_days, initial=1.0)))
    arrived = ship(process, viability, **drawn)
    kept = positive * viability * arrived.share
    wanted = least_cells * typical.at("facility.overfill", keys)
    day = harvest_day(process, culture, planned=culture_days, wanted=wanted / kept)
    grown, divisions = culture.at(day)
    fold = np.where(seed.cells > 0, grown / np.maximum(seed.cells, 1e-300), 1.0)
    stages = differentiate(starting_shares(kinds, **drawn), divisions, keys=keys, typical=typical)
    seen = Attributes(
        viability=viability,
        cd3_share=cd3_at_harvest(seed.cd3_share, fold, keys=keys, typical=typical),
        car_positive_share=positive,
        vector_copies=copies,
        potency_pg_ml=draw_patients(typical, streams, name="facility.potency", keys=keys),
        beads_per_3e6=_beads(process, **drawn),
    )
    made = grown * kept
    decision = decide(process, seen, enough=made >= wanted, number=number, **drawn)
    return Batch(
        failure=decision.failure,
        late_failure=decision.late_failure,
        recalled=decision.recalled,
        out_of_specification=decision.out_of_specification,
        used_cells=seed.used,
        seeded_cells=seed.cells,
        culture_days=day,
        doublings=np.log2(fold),
        t_cells=grown * viability * arrived.share,
        car_positive_cells=made,
        thawed_viability=arrived.viability,
        fitness=fitness,
        **{name: getattr(seen, name) for name in ("viability", "cd3_share", "car_positive_share", "vector_copies")},
        **_composition(stages, **drawn),
        **intrinsic_rates(stages, growth, kinds=kinds, keys=keys, typical=typical),
    )


def harvest_day(process: Process, culture: Culture, *, planned: Floats, wanted: Floats) -> Floats:
    """Give the day of harvest: the planned one, or the first on which the culture holds the cells wanted.

    When the dose decides, the harvest is no earlier than ``culture_days_minimum`` and no later than planned.
    """
    if process.harvest == "fixed day":
        return planned
    earliest = np.minimum(process.culture_days_minimum, planned)
    full = (culture.cells >= wanted[:, None]) & (culture.day >= earliest[:, None])
    first = np.where(full.any(axis=1), culture.day[full.argmax(axis=1)], np.inf)
    return np.minimum(first, planned)


def intrinsic_rates(
    stages: Phenotype, growth: Growth, *, kinds: Kinds, keys: Keys, typical: Typical
) -> dict[str, Floats]:
    """Give the cells' own growth and exhaustion over those of the reference culture.

    ``exp(-b (stage - reference))`` and ``exp(c (stage - reference))``; cells that grew faster in culture than the
    typical donor's also grow faster in the patient, ``(rate / typical rate)^a``.
    """
    divisions = typical.at("facility.reference_divisions", keys)
    nobody = Kinds.one(len(keys))
    reference = differentiate(
        starting_shares(nobody, keys=keys, typical=typical), divisions, keys=keys, typical=typical
    )
    older = stages.stage - reference.stage
    faster = growth.rate / typical_growth(kinds, keys=keys, typical=typical).rate
    slowed = np.exp(-typical.at("facility.proliferation_by_stage", keys) * older)
    return {
        "proliferation": slowed * faster ** typical.at("facility.proliferation_by_growth", keys),
        "exhaustion": np.exp(typical.at("facility.exhaustion_by_stage", keys) * older),
    }


def viability_at_harvest(*, number: int, keys: Keys, typical: Typical, streams: Streams) -> Floats:
    """Draw a batch's viability: partly the donor's, partly the attempt's."""
    row = typical.book["facility.viability"]
    share = typical.at("facility.donor_share", keys)
    donor = streams.normal("facility.viability, donor", keys)
    attempt = streams.normal(f"facility.viability, attempt {number}", keys)
    mixed = np.clip(np.sqrt(share) * donor + np.sqrt(1.0 - share) * attempt, -3.5, 3.5)
    return row.shift(typical.at(row.name, keys), row.between * mixed)


def _composition(stages: Phenotype, *, keys: Keys, typical: Typical, streams: Streams) -> dict[str, Floats]:
    """Give the stages, and memory, effector and exhausted cells as the kinetics names them."""
    worn = draw_patients(typical, streams, name="facility.exhausted_part", keys=keys)
    naive, central, effector_memory, late = stages.shares.T
    return {
        "naive_share": naive,
        "central_memory_share": central,
        "effector_memory_share": effector_memory,
        "late_effector_share": late,
        "memory_share": naive,
        "effector_share": 1.0 - naive - worn * late,
        "exhausted_share": worn * late,
    }


def _beads(process: Process, *, keys: Keys, typical: Typical, streams: Streams) -> Floats:
    """Draw the beads left per 3 million cells; none where none were used."""
    if process.selection == "none" or process.starting_cells == "tumour":
        return np.zeros(len(keys))
    return draw_patients(typical, streams, name="facility.residual_beads", keys=keys)
