"""Release: what is tested, when the results are there, what a miss means, and what is recalled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.facility.types import Failure, Process
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams

__all__ = ["TESTS", "Attributes", "Calendar", "Decision", "Specification", "calendar", "decide"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Specification:
    """Describe a release test: the failure it names, and whether a miss may be excepted, or be known late.

    ``limit`` names the row of the published limit; a test without one is negative or positive, and ``chance`` names the
    row of its misses. ``largest`` says that the limit is an upper one.
    """

    failure: Failure
    limit: str = ""
    chance: str = ""
    largest: bool = False
    excepted: bool = False
    late: bool = False


TESTS: Final[dict[str, Specification]] = {
    "viability": Specification(Failure.VIABILITY, excepted=True),
    "CD3": Specification(Failure.PURITY, limit="minimum_cd3", excepted=True),
    "CAR-positive cells": Specification(Failure.TRANSDUCTION, excepted=True),
    "vector copies": Specification(Failure.COPIES, largest=True),
    "potency": Specification(Failure.POTENCY, limit="minimum_potency", excepted=True),
    "endotoxin": Specification(Failure.ENDOTOXIN, chance="endotoxin"),
    "sterility": Specification(Failure.STERILITY, chance="contamination", late=True),
    "mycoplasma": Specification(Failure.MYCOPLASMA, chance="mycoplasma", late=True),
    "replication-competent virus": Specification(Failure.VIRUS, chance="competent_virus"),
    "residual beads": Specification(Failure.BEADS, limit="maximum_beads", largest=True),
}
"""Every test, in the order in which a failure is named; a miss that is excepted needs ``out_of_specification``."""


@dataclass(frozen=True)
class Attributes:
    """Hold what the tests measure of some batches, ``(patients,)``."""

    viability: Floats
    cd3_share: Floats
    car_positive_share: Floats
    vector_copies: Floats
    potency_pg_ml: Floats
    beads_per_3e6: Floats


@dataclass(frozen=True)
class Calendar:
    """Hold days from harvest: to the release, and to the last result of the tests that may come after it."""

    release: float
    late: float


@dataclass(frozen=True)
class Decision:
    """Hold what was decided of some batches; ``recalled`` ones were released before ``late_failure`` was found."""

    failure: NDArray[np.int64]
    late_failure: NDArray[np.int64]
    out_of_specification: Flags
    recalled: Flags


def calendar(process: Process, *, typical: Typical) -> Calendar:
    """Give the days from harvest to release: the slowest of the listed tests, or ``release_days`` if none is listed.

    With conditional release sterility and mycoplasma are not waited for; not listed, their last result comes with the
    classic culture's 14 days.
    """
    own: dict[str, float] = {item.test: item.days for item in process.tests}
    late = {name for name, test in TESTS.items() if test.late} if process.conditional_release else set()
    awaited = [days for name, days in own.items() if name not in late]
    release = max(awaited, default=0.0) if own else process.release_days
    classic = typical.book["facility.sterility_days"].value
    final = max((own.get(name, classic) for name in late), default=release)
    return Calendar(release, max(final, release))


def decide(
    process: Process,
    seen: Attributes,
    *,
    enough: Flags,
    number: int,
    keys: Keys,
    typical: Typical,
    streams: Streams,
) -> Decision:
    """Decide what becomes of the batches of one attempt.

    ``enough`` ``(patients,)``: the batch holds the dose. A batch that misses some limits only, each of which may be
    excepted, is given by exception if the process allows it and its viability reaches the exception's own limit.
    """
    missed = {name: _missed(name, process, seen, number, keys, typical, streams) for name in TESTS}
    lost = streams.uniform(f"facility.lost batch, attempt {number}", keys) < typical.at("facility.lost_batches", keys)
    failure = np.where(lost, int(Failure.LOST), int(Failure.NONE))
    for name in reversed(TESTS):
        failure = np.where(missed[name], int(TESTS[name].failure), failure)
    failure = np.where(enough, failure, int(Failure.GROWTH))
    late = {name for name, test in TESTS.items() if test.late and process.conditional_release}
    soft = np.any([missed[name] for name, test in TESTS.items() if test.excepted], axis=0)
    hard = np.any([missed[name] for name, test in TESTS.items() if not test.excepted and name not in late], axis=0)
    tolerable = (seen.viability >= process.exception_viability) & (process.out_of_specification == "exception")
    released = enough & ~lost & ~hard & (~soft | tolerable)
    suspect = np.where(missed["sterility"], int(Failure.STERILITY), int(Failure.MYCOPLASMA))
    return Decision(
        failure=np.where(released, int(Failure.NONE), failure),
        late_failure=suspect,
        out_of_specification=released & soft,
        recalled=released & np.any([missed[name] & (name in late) for name in TESTS], axis=0),
    )


def _missed(
    name: str, process: Process, seen: Attributes, number: int, keys: Keys, typical: Typical, streams: Streams
) -> Flags:
    """Say which batches miss one test."""
    test = TESTS[name]
    if test.chance:
        lot = streams.uniform(f"facility.{name}, attempt {number}", keys)
        return np.asarray(lot < typical.at(f"facility.{test.chance}", keys))
    value = _measured(name, seen)
    limit = _limit(name, process, keys, typical)
    return np.asarray(value > limit if test.largest else value < limit)


def _measured(name: str, seen: Attributes) -> Floats:
    """Give what a test measures."""
    return {
        "viability": seen.viability,
        "CD3": seen.cd3_share,
        "CAR-positive cells": seen.car_positive_share,
        "vector copies": seen.vector_copies,
        "potency": seen.potency_pg_ml,
        "residual beads": seen.beads_per_3e6,
    }[name]


def _limit(name: str, process: Process, keys: Keys, typical: Typical) -> Floats:
    """Give a test's limit: its own in the list of tests, the process's, or the published one."""
    own = next((item.limit for item in process.tests if item.test == name and item.limit is not None), None)
    of_process = {
        "viability": process.minimum_viability,
        "CAR-positive cells": process.minimum_car_positive,
        "vector copies": process.copies_limit,
    }
    number = own if own is not None else of_process.get(name)
    return typical.at(f"facility.{TESTS[name].limit}", keys) if number is None else np.full(len(keys), number)
