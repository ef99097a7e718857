"""Leukapheresis: how many T cells one or two collections bring, and what goes wrong at them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.facility.types import Process
from adoptive.parameters import Kinds, Typical, draw_patients
from adoptive.streams import Streams

__all__ = ["Collection", "collect", "collect_cells", "litres_processed"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Collection:
    """Hold what was collected of some patients, ``(patients,)``: T cells, runs, days from the first run to the last."""

    cells: Floats
    runs: NDArray[np.int64]
    days: Floats
    complication: Flags
    enough: Flags


def litres_processed(process: Process, cohort: Cohort, typical: Typical) -> Floats:
    """Give the blood volume processed, L: as planned, at most some of the patient's own blood volumes (children)."""
    blood = typical.at("facility.blood_litres_per_kg", cohort.keys) * cohort.weight_kg
    return np.minimum(process.litres_processed, typical.at("facility.blood_volumes_most", cohort.keys) * blood)


def collect_cells(process: Process, cohort: Cohort, typical: Typical, streams: Streams) -> Floats:
    """Give the T cells that one whole run collects, ``(patients,)``: ``efficiency x CD3 per litre x litres processed``.

    Efficiency is 0.6 in the mean and above 0.4 in nine of ten runs.
    """
    share = draw_patients(typical, streams, name="facility.cd3_share", keys=cohort.keys)
    efficiency = draw_patients(typical, streams, name="facility.collection_efficiency", keys=cohort.keys)
    return efficiency * share * cohort.lymphocytes_per_ul * 1e6 * litres_processed(process, cohort, typical)


def collect(process: Process, cohort: Cohort, kinds: Kinds, typical: Typical, streams: Streams) -> Collection:
    """Collect from everybody; who has fewer cells than a culture needs is collected from once more.

    A complication ends some runs early, at a share of the volume drawn at random. Blood holds fewer cells at the second
    run. From a tumour there is one operation.
    """
    keys = cohort.keys
    least = typical.at("facility.minimum_collection_cells", keys, kinds=kinds)
    if process.starting_cells == "tumour":
        grown = draw_patients(typical, streams, name="facility.tumour_lymphocytes", keys=keys)
        nobody = np.zeros(len(keys), bool)
        return Collection(grown, np.ones(len(keys), np.int64), np.zeros(len(keys)), nobody, grown >= least)
    complication, done = _volume_done(cohort, typical, streams, run=1)
    cells = done * collect_cells(process, cohort, typical, streams)
    short = cells < least
    again = _second_run(process, cohort, typical, streams)
    trouble, share_done = _volume_done(cohort, typical, streams, run=2)
    cells = np.where(short, cells + share_done * again, cells)
    return Collection(
        cells=cells,
        runs=np.where(short, 2, 1),
        days=np.where(short, typical.at("facility.second_collection_days", keys), 0.0),
        complication=complication | (short & trouble),
        enough=cells >= least,
    )


def _second_run(process: Process, cohort: Cohort, typical: Typical, streams: Streams) -> Floats:
    """Give the T cells of a second run: an efficiency of its own, and fewer cells in blood."""
    row = typical.book["facility.collection_efficiency"]
    scatter = row.between * np.clip(streams.normal("facility.collection efficiency, run 2", cohort.keys), -3.0, 3.0)
    efficiency = row.shift(typical.at(row.name, cohort.keys), scatter)
    share = draw_patients(typical, streams, name="facility.cd3_share", keys=cohort.keys)
    left = typical.at("facility.second_collection_share", cohort.keys) * cohort.lymphocytes_per_ul * 1e6
    return efficiency * share * left * litres_processed(process, cohort, typical)


def _volume_done(cohort: Cohort, typical: Typical, streams: Streams, *, run: int) -> tuple[Flags, Floats]:
    """Say who has a complication, and what share of the planned volume was processed."""
    lots = streams.uniform(f"facility.apheresis complication, run {run}", cohort.keys, 3)
    complication = lots[:, 0] < typical.at("facility.apheresis_complication", cohort.keys)
    stopped = complication & (lots[:, 1] < typical.at("facility.apheresis_stopped", cohort.keys))
    return complication, np.where(stopped, lots[:, 2], 1.0)
