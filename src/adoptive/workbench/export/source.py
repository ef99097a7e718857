"""Where an export takes its rows from: one trial of a run, with identifiers and a fictitious calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.tables import flatten
from adoptive.trial.types import Study
from adoptive.workbench.limits import MOST_TRIALS
from adoptive.workbench.report.data import Run, load_run
from adoptive.workbench.shape import assessed, compares

__all__ = ["ANCHOR", "Source", "read_source"]

Floats = NDArray[np.float64]
Table = Mapping[str, NDArray[Any]]

SAS_EPOCH: Final = np.datetime64("1960-01-01")
ANCHOR: Final = np.datetime64("2000-01-01")
"""The fictitious date on which the first patient of a trial enters."""

A_MOMENT: Final = 1e-9
"""Days by which a day of the model may miss a whole number."""

DETAIL: Final = ("patients", "visits", "doses", "care", "daily")


@dataclass(frozen=True)
class Source:
    """Hold one trial of a run: its patients (those who had entered), and its long tables.

    ``place`` finds the row of a patient by number; ``run`` is the whole run folder.
    """

    run: Run
    trial: int
    patients: Table
    visits: Table
    doses: Table
    care: Table
    daily: Table

    @property
    def study(self) -> Study:
        """Give the study."""
        return self.run.study

    @property
    def study_id(self) -> str:
        """Give the identifier of the study, which says that it is simulated."""
        clean = "".join(sign if sign.isalnum() or sign == "-" else "-" for sign in self.study.name.upper())
        return f"SIM-{clean}"[:40]

    @property
    def subjects(self) -> NDArray[Any]:
        """Give the unique identifier of every patient, ``(patients,)``."""
        numbers = np.asarray(self.patients["patient"], np.int64)
        return np.array([f"{self.study_id}-T{self.trial:04d}-{number + 1:04d}" for number in numbers], dtype=object)

    def place(self, numbers: ArrayLike) -> NDArray[np.int64]:
        """Give the rows of patients by their numbers; every number must be there."""
        return np.searchsorted(self.patients["patient"], np.asarray(numbers, np.int64))

    def here(self, table: Table) -> dict[str, NDArray[Any]]:
        """Give the rows of a long table that belong to patients who had entered, in order of patient and day."""
        if not table:
            return {}
        keep = np.flatnonzero(np.isin(table["patient"], self.patients["patient"]))
        order = keep[np.lexsort((table["day"][keep], table["patient"][keep]))]
        return {name: column[order] for name, column in table.items()}

    def date(self, row: NDArray[np.int64], day: ArrayLike) -> Floats:
        """Give the date (SAS) of a day of the model of the patients in these rows; NaN where the day is NaN."""
        entered = np.floor(self.patients["randomised_day"][row] + A_MOMENT)
        return entered + np.floor(np.asarray(day, np.float64) + A_MOMENT) + float((ANCHOR - SAS_EPOCH).astype(int))

    @property
    def cells(self) -> NDArray[np.bool_]:
        """Mark the patients of arms with cells."""
        return np.asarray(self.patients["assigned_cells"], bool)

    @property
    def infused(self) -> NDArray[np.bool_]:
        """Mark the patients of arms with cells who had them."""
        return np.asarray(self.cells & self.patients["treated"], bool)

    @property
    def zero_day(self) -> Floats:
        """Give the day of time zero of survival since randomisation: 0, or the first infusion where that counts."""
        counts = np.array([assessed(self.study, int(arm)).time_origin == "infusion" for arm in self.patients["arm"]])
        return np.where(counts & self.cells, self.patients["infusion_day"], 0.0)

    @property
    def last_day(self) -> Floats:
        """Give the day of death or last contact since randomisation."""
        return self.zero_day + np.asarray(self.patients["os_days"], np.float64)

    @property
    def randomised(self) -> bool:
        """Say whether patients are randomised between arms."""
        return compares(self.study)

    @property
    def comment(self) -> str:
        """Say in one sentence what the files are."""
        return (
            f"SIMULATED DATA, no real patients: virtual trial {self.trial} of study {self.study.name}, seed "
            f"{self.run.summary['seed']}, adoptive {self.run.provenance['version']}. For research only; no medical "
            "advice. Dates are fictitious."
        )


def read_source(folder: Path, *, trial: int | None = None) -> Source:
    """Read a run folder's median trial; another ``trial`` is simulated again with the run's seed.

    Raises
    ------
    StudyError
        No run folder, a trial that the run has not, or a run without the median trial's detail.
    """
    run = load_run(folder)
    median, count = int(run.summary["median_trial"]), int(run.summary["trials"])
    if trial is not None and not 0 <= trial < min(count, MOST_TRIALS):
        raise StudyError("the run has no such trial", where="--trial", value=trial, allowed=f"0 to {count - 1}")
    if trial is None or trial == median:
        tables = {name: run.tables.get(name, {}) for name in DETAIL}
        return _source(run, median, tables | {"care": _care(folder)})
    return _source(run, trial, _again(run, trial))


def _care(folder: Path) -> Table:
    """Read the doses of the ward, which the report does not need."""
    from adoptive.tables import read_table

    place = folder / "tables" / "care.parquet"
    return read_table(place) if place.is_file() else {}


def _again(run: Run, trial: int) -> dict[str, Table]:
    """Simulate one trial of a run again, in detail."""
    from adoptive.trial.run import run_trial

    record = run_trial(run.study, seed=int(run.summary["seed"]), trials=(trial,), detail=True)
    patients = flatten(record.patients, trials=record.trials)
    entered = {name: column[patients["enrolled"]] for name, column in patients.items()}
    return {
        "patients": entered, "visits": record.visits, "doses": record.doses, "care": record.care, "daily": record.daily,
    }  # fmt: skip


def _source(run: Run, trial: int, tables: Mapping[str, Table]) -> Source:
    order = np.argsort(tables["patients"]["patient"], kind="stable")
    patients = {name: np.asarray(column)[order] for name, column in tables["patients"].items()}
    bare = Source(run, trial, patients, {}, {}, {}, {})
    long = {name: bare.here(tables[name]) for name in DETAIL[1:]}
    return Source(run, trial, patients, **long)
