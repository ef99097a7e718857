"""Make the cells: collect, select, transduce, grow, test, release, ship; say when they are ready or why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.cohort.types import Cohort
from adoptive.facility.batch import Batch, make_batch, put
from adoptive.facility.leukapheresis import Collection, collect
from adoptive.facility.release import Calendar, calendar
from adoptive.facility.types import Failure, Process, Product
from adoptive.parameters import Kinds, Typical
from adoptive.streams import Streams

__all__ = ["doses_available", "make_products"]

Floats = NDArray[np.float64]


def make_products(
    process: Process,
    cohort: Cohort,
    *,
    dose_cells: ArrayLike,
    decided_day: Floats,
    typical: Typical,
    streams: Streams,
    minimum_dose_share: ArrayLike = 1.0,
) -> Product:
    """Make everybody's product; an attempt that fails is repeated from stored cells while attempts and cells are left.

    Arguments: ``dose_cells`` CAR-positive cells of one dose, for all or ``(patients,)``; ``decided_day``
    ``(patients,)`` the day on which the cells were ordered; ``minimum_dose_share`` the smallest share of the dose that
    is still given.
    A failure is a value, named by :class:`Failure`; a batch given by exception is not repeated.
    """
    patients = len(cohort)
    dose = np.broadcast_to(np.asarray(dose_cells, float), (patients,))
    least = np.broadcast_to(dose * np.asarray(minimum_dose_share, float), (patients,))
    kinds = kinds_of(process, patients)
    collection = collect(process, cohort, kinds, typical, streams)
    lasting = _Lasting.draw(process, cohort, typical, streams)
    batch, attempts, spent = _make(process, cohort, collection, dose, least, lasting, kinds, typical, streams)
    apheresis = decided_day + lasting.delay
    started = apheresis + collection.days
    return _product(
        batch,
        failure=np.where(collection.enough, batch.failure, int(Failure.COLLECTION)),
        attempts=attempts,
        collections=collection.runs,
        complication=collection.complication,
        apheresis_day=apheresis,
        collected_cells=collection.cells,
        known=np.where(collection.enough, started + lasting.way / 2.0 + lasting.preparation + spent, started),
        lasting=lasting,
    )


def doses_available(product: Product, *, dose_cells: ArrayLike, overfill: Floats) -> NDArray[np.int64]:
    """Give how many doses each product holds: ``floor(cells / (overfill x dose))``."""
    each = np.maximum(overfill * np.asarray(dose_cells, float), 1.0)
    return np.where(product.released, np.floor(product.car_positive_cells / each), 0.0).astype(np.int64)


def kinds_of(process: Process, patients: int) -> Kinds:
    """Say by which rows ``name@kind`` the cells are made: from a tumour, in which culture, or the general ones."""
    culture = {"closed system": (), "perfused fibres": ("perfused",), "rapid expansion": ("rapid",)}[process.culture]
    return Kinds.one(patients, *(("tumour", "rapid") if process.starting_cells == "tumour" else culture))


@dataclass(frozen=True)
class _Lasting:
    """Hold how long each step takes, ``(patients,)`` in days; means as planned."""

    delay: Floats
    culture: Floats
    testing: Floats
    way: Floats
    preparation: Floats
    calendar: Calendar

    @classmethod
    def draw(cls, process: Process, cohort: Cohort, typical: Typical, streams: Streams) -> _Lasting:
        """Draw the days: ``planned x exp(sd z - sd^2 / 2)``; culture and tests scatter less than the waits do."""
        spread = typical.at("facility.delay_spread", cohort.keys)
        days = calendar(process, typical=typical)
        scatter = np.clip(streams.normal("facility.durations", cohort.keys, 4), -3.0, 3.0).T
        parts = [typical.at(f"facility.{step}_delay_part", cohort.keys) for step in ("culture", "testing")]
        sd = np.stack([spread, parts[0] * spread, parts[1] * spread, spread])
        planned = (process.apheresis_delay_days, process.culture_days, days.release, process.shipping_days)
        drawn = np.array(planned)[:, None] * np.exp(sd * scatter - 0.5 * sd**2)
        search = np.clip(streams.normal("facility.preparation", cohort.keys), -3.0, 3.0)
        preparation = process.preparation_days * np.exp(spread * search - 0.5 * spread**2)
        return cls(drawn[0], drawn[1], drawn[2], drawn[3], preparation, days)

    def spent(self, batch: Batch) -> Floats:
        """Give the days from the start of a batch until its fate is known: too few cells are known at harvest."""
        unfit = batch.failure == Failure.GROWTH
        return batch.culture_days + np.where(unfit, 0.0, self.testing)

    def recalled(self, ready: Floats) -> Floats:
        """Give the day of a late result for products that are ready on a day."""
        return ready - self.way / 2.0 + self.calendar.late - self.calendar.release


def _make(
    process: Process,
    cohort: Cohort,
    collection: Collection,
    dose: Floats,
    least: Floats,
    lasting: _Lasting,
    kinds: Kinds,
    typical: Typical,
    streams: Streams,
) -> tuple[Batch, NDArray[np.int64], Floats]:
    """Make batch after batch of what is stored; give the last ones, the attempts and the days spent on them all."""
    stored = np.where(collection.enough, collection.cells, 0.0)
    worth = typical.at("facility.minimum_collection_cells", cohort.keys, kinds=kinds)

    def attempt(number: int, rows: NDArray[np.int64]) -> Batch:
        return make_batch(
            process,
            stored[rows],
            number=number,
            dose_cells=dose[rows],
            least_cells=least[rows],
            culture_days=lasting.culture[rows],
            fitness=cohort.donor_fitness[rows],
            kinds=kinds.take(rows),
            keys=cohort.keys.take(rows),
            typical=typical,
            streams=streams,
        )

    batch = attempt(1, np.arange(len(cohort)))
    attempts, spent = np.ones(len(cohort), np.int64), lasting.spent(batch)
    for number in range(2, process.attempts + 1):
        stored = stored - np.where(attempts == number - 1, batch.used_cells, 0.0)
        redo = np.flatnonzero(collection.enough & (batch.failure != Failure.NONE) & (stored >= worth))
        if not len(redo):
            break
        batch = put(batch, redo, attempt(number, redo))
        spent[redo] += lasting.spent(batch)[redo]
        attempts[redo] = number
    return batch, attempts, spent


def _product(batch: Batch, *, failure: NDArray[np.int64], known: Floats, lasting: _Lasting, **rest: Any) -> Product:
    """Add the last way, and what a late result does: before the product is there it is a failure, later a recall."""
    ready = known + np.where(failure == Failure.NONE, lasting.way / 2.0, 0.0)
    late = lasting.recalled(ready)
    failure = np.where(batch.recalled & (late <= ready), batch.late_failure, failure)
    good = failure == Failure.NONE
    conditional = good & np.full(len(ready), lasting.calendar.late > lasting.calendar.release) & (late > ready)
    kept = batch.cells() | {"out_of_specification": batch.out_of_specification & good}
    return Product(
        failure=failure,
        ready_day=ready,
        recall_day=np.where(batch.recalled & good, late, np.inf),
        conditional=conditional,
        **kept,
        **rest,
    )
