"""NONMEM-style records: doses and levels of the infused patients, numbers only, with a dictionary beside them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.workbench.export.adam import analysis_data
from adoptive.workbench.export.source import Source
from adoptive.workbench.export.types import Columns

__all__ = ["RECORD_COLUMNS", "records", "write_nonmem"]

Floats = NDArray[np.float64]

CELLS, LEVEL, TUMOUR = 1.0, 2.0, 3.0
"""Compartments: the cells' dose, transgene in blood, target lesions."""

MISSING: Final = -99.0

RECORD_COLUMNS: Final = {
    "ID": ("number", "patient's number in the trial, from 1"),
    "TIME": ("day", "days since the patient's first infusion; below 0 before it"),
    "AMT": ("cells", "CAR-positive cells of an infusion; 0 in observations"),
    "EVID": ("code", "1 infusion, 0 observation"),
    "CMT": ("code", "1 infusion, 2 transgene in blood, 3 sum of diameters"),
    "DVID": ("code", "1 transgene level, 2 sum of diameters, 0 infusion"),
    "DV": ("copies/ug DNA or mm", "the observation; below the limit (BLQ = 1) the limit itself; 0 in infusions"),
    "LNDV": ("log of DV", "natural logarithm of DV; 0 in infusions"),
    "MDV": ("code", "1 no observation, else 0"),
    "BLQ": ("code", "1 below the limit of quantification, else 0"),
    "LLOQ": ("copies/ug DNA", "limit of quantification; 0 where there is none"),
    "OCC": ("number", "infusions so far"),
    "ARM": ("number", "planned arm, from 1"),
    "AGE": ("year", "age"),
    "WT": ("kg", "body weight"),
    "BSA": ("m2", "body surface"),
    "ECOG": ("points", "ECOG performance status"),
    "SLDB": ("mm", "sum of diameters at the baseline"),
    "LINES": ("count", "prior lines of therapy"),
    "DOSE1": ("cells", "CAR-positive cells of the first infusion"),
    "V2V": ("day", "vein-to-vein time"),
}  # fmt: skip
"""Every column of the records: unit and meaning."""


def records(source: Source) -> dict[str, Floats]:
    """Make the records of the patients infused in their arm, by patient and time, the infusion first on its day.

    Raises
    ------
    StudyError
        Nobody was infused.
    """
    adam = {name: dict(dataset.columns) for name, dataset in analysis_data(source).datasets.items()}
    if "ADPC" not in adam:
        raise StudyError(
            "nobody of this trial has a level of the cells", where="--format nonmem", next_step="export another trial"
        )
    adsl = adam["ADSL"]
    place = {subject: at for at, subject in enumerate(adsl["USUBJID"].tolist())}
    parts = [_doses(adam["ADEX"], adsl, place), _levels(adam["ADPC"], place)]
    if "ADTR" in adam:
        parts.append(_sums(adam["ADTR"], adsl, place))
    rows = np.concatenate([part.pop("row") for part in parts]).astype(int)
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((found["DVID"], -found["EVID"], found["TIME"], rows))
    rows, found = rows[order], {name: values[order] for name, values in found.items()}
    return {name: _numbers(values) for name, values in _completed(source, adsl, rows, found).items()}


def _numbers(values: NDArray[Any]) -> Floats:
    """Give a column with the number for missing where there is none: the records know no gaps."""
    plain = np.asarray(values, np.float64)
    return np.where(np.isfinite(plain), plain, MISSING)


def _rows(table: Columns, keep: NDArray[np.int64], place: dict[str, int]) -> NDArray[np.int64]:
    return np.array([place[subject] for subject in table["USUBJID"][keep].tolist()], np.int64)


def _observed(row: NDArray[Any], time: Floats, value: Floats, *, kind: float, limit: Floats) -> dict[str, NDArray[Any]]:
    below = value < limit
    shown = np.where(below, limit, value)
    size = len(row)
    return {
        "row": row, "TIME": time, "AMT": np.zeros(size), "EVID": np.zeros(size), "CMT": np.full(size, kind),
        "DVID": np.full(size, kind - 1.0), "DV": shown, "LNDV": np.log(np.maximum(shown, 1e-12)), "MDV": np.zeros(size),
        "BLQ": below.astype(float), "LLOQ": limit,
    }  # fmt: skip


def _doses(adex: Columns, adsl: Columns, place: dict[str, int]) -> dict[str, NDArray[Any]]:
    keep = np.flatnonzero((adex["PARAMCD"] == "CELLS") & (adex["EPOCH"] == "TREATMENT"))
    row, size = _rows(adex, keep, place), len(keep)
    zero = np.zeros(size)
    return {
        "row": row, "TIME": adex["ADAYEX"][keep] - adsl["INFDAY"][row], "AMT": adex["EXDOSE"][keep], "EVID": zero + 1.0,
        "CMT": zero + CELLS, "DVID": zero, "DV": zero, "LNDV": zero, "MDV": zero + 1.0, "BLQ": zero, "LLOQ": zero,
    }  # fmt: skip


def _levels(adpc: Columns, place: dict[str, int]) -> dict[str, NDArray[Any]]:
    keep = np.flatnonzero(adpc["ANL01FL"] == "Y")
    return _observed(
        _rows(adpc, keep, place), adpc["AFRLT"][keep], adpc["AVAL"][keep], kind=LEVEL, limit=adpc["ALLOQ"][keep]
    )


def _sums(adtr: Columns, adsl: Columns, place: dict[str, int]) -> dict[str, NDArray[Any]]:
    keep = np.flatnonzero((adtr["PARAMCD"] == "SDIAM") & np.isfinite(adtr["ADAYEX"]))
    row = _rows(adtr, keep, place)
    infused = np.isfinite(adsl["INFDAY"][row])
    keep, row = keep[infused], row[infused]
    time = adtr["ADAYEX"][keep] - adsl["INFDAY"][row]
    return _observed(row, time, adtr["AVAL"][keep], kind=TUMOUR, limit=np.zeros(len(keep)))


def _completed(
    source: Source, adsl: Columns, rows: NDArray[np.int64], found: dict[str, Any]
) -> dict[str, NDArray[Any]]:
    """Add what stays the same for a patient, and how many infusions he has had."""
    doses = (found["EVID"] == 1).astype(float)
    first = np.searchsorted(rows, rows)
    so_far = np.cumsum(doses)
    covariates = {"AGE": "AGE", "WT": "WEIGHTBL", "BSA": "BSABL", "ECOG": "ECOGBL", "SLDB": "SLDBL",
                  "LINES": "PRIORLIN", "V2V": "V2VDAY", "ARM": "TRT01PN"}  # fmt: skip
    known = {name: np.asarray(adsl[old], float)[rows] for name, old in covariates.items()}
    initial = np.zeros(len(adsl["USUBJID"]))
    begun = np.flatnonzero((found["EVID"] == 1) & (found["TIME"] == 0))
    initial[rows[begun]] = found["AMT"][begun]
    known |= {
        "ID": np.asarray(source.patients["patient"], float)[rows] + 1.0, "OCC": so_far - so_far[first] + doses[first],
        "DOSE1": initial[rows],
    }  # fmt: skip
    return {name: (found | known)[name] for name in RECORD_COLUMNS}


def write_nonmem(source: Source, folder: Path) -> tuple[str, ...]:
    """Write ``records.csv`` and ``dictionary.csv``; give what there is to say of them."""
    found = records(source)
    with (folder / "records.csv").open("w", encoding="ascii", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(found)
        for row in zip(*(values.tolist() for values in found.values()), strict=True):
            writer.writerow([f"{value:.10g}" for value in row])
    with (folder / "dictionary.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["column", "unit", "meaning"])
        writer.writerows([name, unit, meaning] for name, (unit, meaning) in RECORD_COLUMNS.items())
    patients, doses = len(np.unique(found["ID"])), int((found["EVID"] == 1).sum())
    return (
        f"{len(found['ID']):,} records of {patients} infused patients: {doses} infusions, "
        f"{int((found['DVID'] == 1).sum()):,} levels ({int(found['BLQ'].sum()):,} below the limit), "
        f"{int((found['DVID'] == 2).sum()):,} sums of diameters; read with IGNORE=@, missing is {MISSING:g}",
    )  # fmt: skip
