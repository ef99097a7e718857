"""Make the cells: collect, select, transduce, grow, test, release; and say when they are ready or why not."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.facility.types import Failure, Process, Product
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Streams

__all__ = ["collect_cells", "doses_available", "make_products"]

Floats = NDArray[np.float64]


def collect_cells(process: Process, cohort: Cohort, typical: Typical, streams: Streams) -> Floats:
    """Give CD3 cells of a leukapheresis: ``efficiency x CD3 per litre x litres processed``, ``(patients,)``."""
    share = draw_patients(typical, streams, name="facility.cd3_share", keys=cohort.keys)
    efficiency = draw_patients(typical, streams, name="facility.collection_efficiency", keys=cohort.keys)
    return efficiency * share * cohort.lymphocytes_per_ul * 1e6 * process.litres_processed


def make_products(
    process: Process, cohort: Cohort, *, dose_cells: float, decided_day: Floats, typical: Typical, streams: Streams
) -> Product:
    """Make everybody's product; an attempt that fails is repeated from stored cells while attempts are left.

    ``decided_day`` ``(patients,)``: the day on which the cells were ordered. A batch fails by growth (less than one
    dose with overfill), viability, CAR-positive share or sterility; a collection fails below the least number of cells.
    """
    keys = cohort.keys
    collected = collect_cells(process, cohort, typical, streams)
    durations = _durations(process, cohort, typical, streams)
    apheresis = decided_day + durations[0]
    batch = _attempt(process, cohort, collected, typical, streams, number=1, dose_cells=dose_cells)
    ready = apheresis + durations[1] + durations[2] + durations[3]
    attempts = np.ones(len(keys), np.int64)
    for number in range(2, process.attempts + 1):
        again = _attempt(process, cohort, collected, typical, streams, number=number, dose_cells=dose_cells)
        redo = (batch["failure"] != Failure.NONE) & (batch["failure"] != Failure.COLLECTION)
        batch = {name: np.where(redo, again[name], values) for name, values in batch.items()}
        ready = np.where(redo, ready + durations[1] + durations[2], ready)
        attempts = np.where(redo, number, attempts)
    memory = draw_patients(typical, streams, name="facility.memory_share", keys=keys)
    exhausted = draw_patients(typical, streams, name="facility.exhausted_share", keys=keys)
    return Product(
        attempts=attempts,
        apheresis_day=apheresis,
        ready_day=ready,
        collected_cells=collected,
        memory_share=memory,
        exhausted_share=exhausted,
        effector_share=1.0 - memory - exhausted,
        vector_copies=draw_patients(typical, streams, name="facility.vector_copies", keys=keys),
        **batch,
    )


def doses_available(product: Product, *, dose_cells: float, overfill: Floats) -> NDArray[np.int64]:
    """Give how many doses each product holds: ``floor(cells / (overfill x dose))``."""
    each = np.maximum(overfill * dose_cells, 1.0)
    return np.where(product.released, np.floor(product.car_positive_cells / each), 0.0).astype(np.int64)


def _durations(process: Process, cohort: Cohort, typical: Typical, streams: Streams) -> Floats:
    """Draw days to collection, of culture, of release tests and of shipping, ``(4, patients)``; means as planned."""
    spread = typical.at("facility.delay_spread", cohort.keys)
    scatter = np.clip(streams.normal("facility.durations", cohort.keys, 4), -3.0, 3.0).T
    sd = np.stack([spread, 0.3 * spread, 0.5 * spread, spread])
    planned = (process.apheresis_delay_days, process.culture_days, process.release_days, process.shipping_days)
    return np.array(planned)[:, None] * np.exp(sd * scatter - 0.5 * sd**2)


def _attempt(
    process: Process,
    cohort: Cohort,
    collected: Floats,
    typical: Typical,
    streams: Streams,
    *,
    number: int,
    dose_cells: float,
) -> dict[str, Any]:
    """Make one batch for everybody and test it; the tests' order decides which failure is named."""
    keys = cohort.keys
    seeded = np.minimum(
        typical.at("facility.seeded_cells", keys), collected * typical.at("facility.selection_recovery", keys)
    )
    doublings = _doublings(process, cohort, typical, streams, number=number)
    positive = draw_patients(typical, streams, name="facility.car_positive", keys=keys)
    viability = _viability(cohort, typical, streams, number=number)
    cells = seeded * 2.0**doublings * positive * viability
    spoiled = streams.uniform(f"facility.sterility, attempt {number}", keys) < typical.at(
        "facility.contamination", keys
    )
    checks = (
        (collected < typical.at("facility.minimum_collection_cells", keys), Failure.COLLECTION),
        (cells < dose_cells * typical.at("facility.overfill", keys), Failure.GROWTH),
        (viability < process.minimum_viability, Failure.VIABILITY),
        (positive < process.minimum_car_positive, Failure.TRANSDUCTION),
        (spoiled, Failure.STERILITY),
    )
    failure = np.full(len(keys), int(Failure.NONE))
    for failed, reason in reversed(checks):
        failure = np.where(failed, int(reason), failure)
    longer = process.culture_days - typical.at("facility.reference_culture_days", keys)
    kept = np.exp(-typical.at("facility.fitness_per_culture_day", keys) * longer)
    return {
        "failure": failure,
        "car_positive_cells": cells,
        "car_positive_share": positive,
        "viability": viability,
        "fitness": cohort.donor_fitness * kept,
    }


def _doublings(process: Process, cohort: Cohort, typical: Typical, streams: Streams, *, number: int) -> Floats:
    """Give population doublings: the donor's fold expansion, in proportion to the length of the culture."""
    fold = draw_patients(typical, streams, name="facility.fold_per_reference_culture", keys=cohort.keys)
    sd = typical.at("facility.attempt_sd", cohort.keys)
    attempt = np.exp(sd * streams.normal(f"facility.growth, attempt {number}", cohort.keys))
    length = process.culture_days / typical.at("facility.reference_culture_days", cohort.keys)
    return np.log2(np.maximum(fold * attempt, 1.0)) * length


def _viability(cohort: Cohort, typical: Typical, streams: Streams, *, number: int) -> Floats:
    """Draw a batch's viability: partly the donor's, partly the attempt's."""
    row, keys = typical.book["facility.viability"], cohort.keys
    share = typical.at("facility.viability_donor_share", keys)
    donor = streams.normal("facility.viability, donor", keys)
    attempt = streams.normal(f"facility.viability, attempt {number}", keys)
    mixed = np.sqrt(share) * donor + np.sqrt(1.0 - share) * attempt
    return row.shift(typical.at(row.name, keys), row.between * mixed)
