"""Tidy tables: a dictionary of columns with unit and meaning, the check against it, and reading and writing.

A table is a mapping from a column's name to an array; all arrays have one shape. Patient tables are
``(trials, patients)``, screening tables ``(trials,)``, long tables ``(rows,)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import AdoptiveError

__all__ = [
    "CARE_COLUMNS",
    "DAILY_COLUMNS",
    "DOSE_COLUMNS",
    "PATIENT_COLUMNS",
    "SCREENING_COLUMNS",
    "VISIT_COLUMNS",
    "Column",
    "TableError",
    "check_table",
    "flatten",
    "read_table",
    "write_table",
]

Kind = Literal["int", "float", "bool"]
Columns = Mapping[str, "Column"]
Table = Mapping[str, NDArray[Any]]

_KINDS: Final[Mapping[Kind, str]] = {"int": "iu", "float": "f", "bool": "b"}


class TableError(AdoptiveError):
    """Report a table that does not follow its dictionary of columns, or cannot be read."""


@dataclass(frozen=True)
class Column:
    """Hold what a column means: its name, kind of number, unit and meaning."""

    name: str
    dtype: Kind
    unit: str
    meaning: str


def _columns(*rows: tuple[str, Kind, str, str]) -> Columns:
    """Make a dictionary of columns, in order, that cannot be changed."""
    return MappingProxyType({name: Column(name, dtype, unit, meaning) for name, dtype, unit, meaning in rows})


_LABORATORY: Final = {
    "anaemia": "anaemia",
    "alt": "raised ALT",
    "ast": "raised AST",
    "bilirubin": "raised bilirubin",
    "creatinine": "raised creatinine",
    "fibrinogen": "low fibrinogen",
    "hyperkalaemia": "high potassium",
    "hypokalaemia": "low potassium",
    "hypocalcaemia": "low calcium",
    "hyponatraemia": "low sodium",
    "hyperuricaemia": "high uric acid",
    "hypoalbuminaemia": "low albumin",
    "hypertriglyceridaemia": "high triglycerides",
}
"""The laboratory terms of the patients' table."""

PATIENT_COLUMNS: Final = _columns(
    ("arm", "int", "code", "place of the arm in the study, from 0"),
    ("assigned_cells", "bool", "yes/no", "was assigned to the cells"),
    ("enrolled", "bool", "yes/no", "had entered when the data were cut"),
    ("screening_number", "int", "number", "place among the screened patients of the trial, from 0"),
    ("randomised_day", "float", "day", "calendar day of randomisation since the first patient's"),
    ("tumour_type", "int", "code", "tumour type, place in adoptive.cohort.TUMOUR_TYPES"),
    ("age_years", "float", "year", "age at entry"),
    ("weight_kg", "float", "kg", "body weight at entry"),
    ("bsa_m2", "float", "m2", "body surface at entry"),
    ("ecog", "int", "points", "ECOG performance status at entry"),
    ("prior_lines", "int", "count", "lines of therapy before entry"),
    ("peritoneal", "bool", "yes/no", "has peritoneal metastases"),
    ("third_line_or_later", "bool", "yes/no", "had three or more prior lines of therapy"),
    ("baseline_sld_mm", "float", "mm", "sum of the target lesions' diameters at the RECIST baseline"),
    ("lesions", "int", "count", "target lesions"),
    ("treated", "bool", "yes/no", "received the assigned therapy"),
    ("infusions", "int", "count", "infusions of cells received"),
    ("infusion_day", "float", "day", "day of the first infusion of the assigned cells, from enrolment; 0 without one"),
    ("enrolment_to_infusion_days", "float", "day", "the same: how long the patient waited"),
    ("vein_to_vein_days", "float", "day", "leukapheresis to first infusion; 0 if there was none"),
    (
        "not_infused",
        "int",
        "code",
        "0 infused or not planned, 1 collection or manufacturing failure, 2 died waiting, 3 deteriorated waiting, "
        "4 withdrew, 5 no longer met the criteria or a rule forbade it, 6 still waiting at the data cut",
    ),
    ("crossed_over", "bool", "yes/no", "control patient who received the cells"),
    ("pfs_days", "float", "day", "time zero (enrolment or first infusion) to progression, death or censoring"),
    ("pfs_event", "bool", "yes/no", "progression or death was seen"),
    ("os_days", "float", "day", "time zero to death or censoring"),
    ("os_event", "bool", "yes/no", "death was seen"),
    (
        "efs_days",
        "float",
        "day",
        "time zero to progression, relapse, no remission in time (leukaemia), death or censoring",
    ),
    ("efs_event", "bool", "yes/no", "such an event was seen"),
    (
        "best_response",
        "int",
        "code",
        "best overall response by the study's criteria and confirmation, code of adoptive.outcome.types.Response",
    ),
    ("responder", "bool", "yes/no", "complete or partial response, confirmed if the study asks for it"),
    ("response_any", "bool", "yes/no", "complete or partial response at any visit before progression"),
    ("complete_response", "bool", "yes/no", "complete response (sCR, CR, CRi) as the best one"),
    (
        "mrd_negative",
        "int",
        "yes/no",
        "residual disease not found in a complete response: 1 yes, 0 no, -1 not looked for",
    ),
    ("disease_control", "bool", "yes/no", "response or stable disease of the required length"),
    ("evaluable", "bool", "yes/no", "has a scan after the baseline"),
    (
        "best_change",
        "float",
        "fraction",
        "smallest change from baseline of the disease's measure (solid tumours and lymphoma: sum of diameters); "
        "0 if not evaluable",
    ),
    ("any_shrinkage", "bool", "yes/no", "that change is below 0"),
    ("response_day", "float", "day", "time zero to first response; 0 if there was none"),
    ("dor_days", "float", "day", "first response to progression, death or censoring; 0 without response"),
    ("dor_event", "bool", "yes/no", "the response was seen to end"),
    ("rfs_days", "float", "day", "first complete response to relapse, death or censoring; 0 without one"),
    ("rfs_event", "bool", "yes/no", "relapse or death after a complete response was seen"),
    ("crs_grade", "int", "grade", "worst grade of cytokine release syndrome by the study's scale; -1 not assessed"),
    ("crs_onset_day", "float", "day", "infusion to onset of cytokine release syndrome; 0 without it"),
    ("crs_days", "float", "day", "length of cytokine release syndrome; 0 without it"),
    ("crs_episodes", "int", "count", "episodes of cytokine release syndrome"),
    ("icans_grade", "int", "grade", "worst ASTCT grade of neurotoxicity (ICANS); -1 not assessed"),
    ("icans_onset_day", "float", "day", "infusion to onset of neurotoxicity; 0 without it"),
    ("icans_days", "float", "day", "length of neurotoxicity; 0 without it"),
    ("icans_episodes", "int", "count", "episodes of neurotoxicity"),
    ("lowest_ice", "int", "points", "lowest ICE score, 0 to 10; -1 not assessed"),
    ("tocilizumab_doses", "int", "count", "doses of tocilizumab"),
    ("steroid_doses", "int", "count", "doses of dexamethasone or methylprednisolone against toxicity"),
    ("neutropenia_grade", "int", "grade", "worst CTCAE grade; -1 not assessed"),
    ("lymphopenia_grade", "int", "grade", "worst CTCAE grade; -1 not assessed"),
    ("leukopenia_grade", "int", "grade", "worst CTCAE grade; -1 not assessed"),
    ("thrombocytopenia_grade", "int", "grade", "worst CTCAE grade; -1 not assessed"),
    ("icaht_early_grade", "int", "grade", "worst grade of early ICAHT, neutrophils, days 0 to 30; -1 not assessed"),
    ("icaht_late_grade", "int", "grade", "worst grade of late ICAHT, neutrophils, days 31 to 100; -1 not assessed"),
    ("t_icaht_early_grade", "int", "grade", "worst grade of early ICAHT, platelets, days 0 to 30; -1 not assessed"),
    ("t_icaht_late_grade", "int", "grade", "worst grade of late ICAHT, platelets, days 31 to 100; -1 not assessed"),
    *(
        (f"{name}_grade", "int", "grade", f"worst CTCAE grade of {words}, infusion to day 100; -1 not assessed")
        for name, words in _LABORATORY.items()
    ),
    ("tls_grade", "int", "grade", "grade of tumour lysis by Cairo and Bishop; -1 not assessed"),
    ("infection_grade", "int", "grade", "worst grade of an infection to day 100; -1 not assessed"),
    ("nausea_grade", "int", "grade", "worst grade of nausea by cells in the stomach; -1 not assessed"),
    ("vomiting_grade", "int", "grade", "worst grade of vomiting by cells in the stomach; -1 not assessed"),
    ("gastritis_grade", "int", "grade", "worst grade of mucosal injury by cells in the stomach; -1 not assessed"),
    ("lung_grade", "int", "grade", "worst grade of damage to the lung; -1 not assessed"),
    (
        "ejection_fraction_grade",
        "int",
        "grade",
        "worst CTCAE grade of a fall of the ejection fraction by cells in the heart; -1 not assessed",
    ),
    ("severe_neutropenia_days", "int", "day", "longest run at or below 0.5e9/L neutrophils in days 0 to 30"),
    ("neutrophil_nadir_e9_l", "float", "1e9/L", "lowest neutrophils, infusion to day 100; 0 without infusion"),
    ("tls_laboratory", "int", "yes/no", "laboratory tumour lysis: 1 yes, 0 no, -1 not assessed"),
    ("b_cell_aplasia_days", "float", "day", "days below 20 B cells per uL to day 100"),
    ("b_cell_recovery_days", "float", "day", "infusion to the return of B cells by monthly samples, or censoring"),
    ("b_cell_recovery_event", "bool", "yes/no", "B cells were seen to be back, or were never lost"),
    ("igg_nadir_g_l", "float", "g/L", "lowest immunoglobulin G, infusion to day 100; 0 without infusion"),
    ("hypogammaglobulinaemia", "int", "yes/no", "immunoglobulin G below 4 g/L: 1 yes, 0 no, -1 not assessed"),
    ("neutropenia_day30_grade", "int", "grade", "CTCAE grade of neutrophils on day 30; -1 not assessed"),
    ("thrombocytopenia_day30_grade", "int", "grade", "CTCAE grade of platelets on day 30; -1 not assessed"),
    ("infections", "int", "count", "infections to day 100"),
    ("infection_onset_day", "float", "day", "infusion to the first infection; 0 without one"),
    ("car_hematotox", "int", "points", "CAR-HEMATOTOX before lymphodepletion, 0 to 7; -1 not assessed"),
    ("easix", "float", "-", "EASIX before lymphodepletion; 0 without infusion"),
    ("m_easix", "float", "-", "modified EASIX before lymphodepletion; 0 without infusion"),
    ("iec_hs", "int", "yes/no", "features of IEC-HS were seen: 1 yes, 0 no, -1 not assessed"),
    ("peak_car_copies", "float", "copies/ug DNA", "highest CAR transgene level in blood; 0 without infusion"),
    ("peak_car_day", "float", "day", "infusion to the highest CAR transgene level; 0 without infusion or transgene"),
    ("auc28", "float", "copies/ug DNA x day", "area under the CAR transgene level to day 28; 0 without infusion"),
    ("persistence_days", "float", "day", "infusion to the last day with 50 copies/ug DNA or more; 0 without"),
    ("expansion", "int", "yes/no", "transgene copies rose above their first level: 1 yes, 0 no, -1 without infusion"),
    ("peak_il6_pg_ml", "float", "pg/mL", "highest interleukin 6 in serum; 0 without infusion"),
    ("il6_rise", "int", "yes/no", "interleukin 6 rose clearly above its baseline: 1 yes, 0 no, -1 without infusion"),
    ("dlt", "int", "yes/no", "dose-limiting toxicity by the usual rule: 1 yes, 0 no, -1 not followed for 28 days"),
    ("dlt_day", "float", "day", "infusion to the dose-limiting toxicity; 0 without it"),
    ("founder_clone", "bool", "yes/no", "the tumour holds an antigen-negative clone from the start"),
    ("positive_share", "float", "fraction", "true share of antigen-positive tumour cells"),
)
"""What a trial records of each randomised patient, ``(trials, patients)``."""

SCREENING_COLUMNS: Final = _columns(
    ("screened", "int", "patients", "screened until the last patient was randomised"),
    ("antigen_failures", "int", "patients", "failed entry for the antigen"),
    ("hla_failures", "int", "patients", "failed entry for lack of the HLA allele"),
    ("receptor_failures", "int", "patients", "failed entry because no receptor was found"),
    ("criteria_failures", "int", "patients", "failed entry for a criterion of eligibility"),
    ("other_failures", "int", "patients", "failed entry for another reason"),
    ("run_in_failures", "int", "patients", "progressed or left in the run-in"),
    ("cut_day", "float", "day", "calendar day of the data cut"),
    ("stopped_look", "int", "number", "look at which the trial stopped; 0 = at none"),
    ("stopped_for", "int", "code", "0 not stopped, 1 efficacy, 2 futility"),
)
"""What a trial records of screening, ``(trials,)``."""

_WHO: Final[tuple[tuple[str, Kind, str, str], ...]] = (
    ("trial", "int", "number", "virtual trial"),
    ("patient", "int", "number", "place among the randomised patients of the trial, from 0"),
)

VISIT_COLUMNS: Final = _columns(
    *_WHO,
    ("day", "float", "day", "randomisation to the scan"),
    ("sld_mm", "float", "mm", "sum of the target lesions' measured diameters"),
    ("change", "float", "fraction", "change of the sum of diameters from baseline"),
    ("response", "int", "code", "overall response at the visit, code of adoptive.outcome.types.Response"),
)
"""One row per scan, ``(rows,)``."""

DOSE_COLUMNS: Final = _columns(
    *_WHO,
    ("number", "int", "count", "infusion, from 1"),
    ("day", "float", "day", "randomisation to the infusion"),
    ("cells", "float", "cells", "CAR-positive cells infused"),
)
"""One row per infusion of cells, ``(rows,)``."""

CARE_COLUMNS: Final = _columns(
    *_WHO,
    ("day", "float", "day", "randomisation to the dose"),
    (
        "drug",
        "int",
        "code",
        "0 antipyretic (counted), 1 tocilizumab (mg), 2 dexamethasone (mg), 3 methylprednisolone (mg), "
        "4 anakinra (mg), 5 vasopressor (day), 6 filgrastim (ug/kg), 7 rasburicase (mg/kg), 8 immunoglobulin (g/kg), "
        "9 rimiducid (mg/kg)",
    ),
    ("dose", "float", "by drug", "amount of the dose, in the drug's unit"),
)
"""One row per dose that the ward gave against toxicity while the patient was seen, ``(rows,)``."""

DAILY_COLUMNS: Final = _columns(
    *_WHO,
    ("day", "float", "day", "day since randomisation"),
    ("car_copies", "float", "copies/ug DNA", "CAR transgene level in blood"),
    ("il6_pg_ml", "float", "pg/mL", "interleukin 6 in serum"),
    ("neutrophils_e9_l", "float", "1e9/L", "neutrophils in blood"),
    ("platelets_e9_l", "float", "1e9/L", "platelets in blood"),
    ("lymphocytes_e9_l", "float", "1e9/L", "lymphocytes in blood"),
    ("sld_mm", "float", "mm", "true sum of the target lesions' diameters"),
    ("temperature_c", "float", "degC", "measured temperature, at the day's worst"),
    ("systolic_mmhg", "float", "mmHg", "systolic blood pressure before vasopressors, at the day's worst"),
    ("saturation_percent", "float", "%", "oxygen saturation in room air, at the day's worst"),
    ("ice_score", "int", "points", "ICE score, 0 to 10, at the day's worst"),
)
"""One row per patient and day of those patients who are followed closely, ``(rows,)``."""


def check_table(table: Table, columns: Columns, *, where: str) -> None:
    """Check that a table has exactly the columns of its dictionary, each of its kind, all of one shape, none with NaN.

    Raises
    ------
    TableError
        For the first column that is missing, unknown, of another kind or shape, or holds NaN.
    """
    missing, unknown = [name for name in columns if name not in table], [name for name in table if name not in columns]
    if missing or unknown:
        raise TableError(
            f"missing columns {missing}, unknown columns {unknown}", where=where, allowed=", ".join(columns)
        )
    shape = np.shape(table[next(iter(columns))])
    for column in columns.values():
        _check_column(np.asarray(table[column.name]), column, shape=shape, where=f"{where}: {column.name}")


def _check_column(values: NDArray[Any], column: Column, *, shape: tuple[int, ...], where: str) -> None:
    """Check one column's kind, shape and values."""
    if values.dtype.kind not in _KINDS[column.dtype]:
        raise TableError("wrong kind of number", where=where, value=values.dtype, allowed=column.dtype)
    if values.shape != shape:
        raise TableError("shape unlike the first column's", where=where, value=values.shape, allowed=str(shape))
    if column.dtype == "float" and np.isnan(values).any():
        raise TableError("holds NaN", where=where, allowed="numbers; inf where the meaning says so")


def flatten(patients: Table, *, trials: ArrayLike | None = None) -> dict[str, NDArray[Any]]:
    """Lay ``(trials, patients)`` columns out as flat rows, with ``trial`` and ``patient`` in front.

    Arguments: ``trials`` ``(trials,)`` numbers of the trials, default 0, 1, 2, ...

    >>> flat = flatten({"lesions": np.array([[1, 2], [3, 4]])}, trials=[7, 9])
    >>> [(name, column.tolist()) for name, column in flat.items()]
    [('trial', [7, 7, 9, 9]), ('patient', [0, 1, 0, 1]), ('lesions', [1, 2, 3, 4])]
    """
    shapes = {np.shape(column) for column in patients.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 2:
        raise TableError("columns must share one shape (trials, patients)", where="flatten", value=sorted(shapes))
    rows, size = next(iter(shapes))
    ids = np.arange(rows) if trials is None else np.asarray(trials, np.int64)
    if ids.shape != (rows,):
        raise TableError("give one number per trial", where="flatten: trials", value=ids.shape, allowed=f"({rows},)")
    who = {"trial": np.repeat(ids, size), "patient": np.tile(np.arange(size), rows)}
    return who | {name: np.asarray(column).ravel() for name, column in patients.items()}


def write_table(path: Path | str, table: Table) -> tuple[Path, Path]:
    """Write a flat table as ``path.parquet`` and ``path.csv``; identical input gives identical bytes.

    Arguments: ``path`` without suffix; ``table`` columns ``(rows,)``. Units and meanings of known columns travel in the
    Parquet file's field metadata. Returns both paths.
    """
    import pyarrow as pa
    from pyarrow import csv, parquet

    base = Path(path)
    if any(np.ndim(column) != 1 for column in table.values()):
        raise TableError("only flat columns can be written", where=base.name, next_step="call flatten first")
    if len({len(column) for column in table.values()}) > 1:
        raise TableError("columns differ in length", where=base.name, value=[len(column) for column in table.values()])
    arrays = [pa.array(np.asarray(column)) for column in table.values()]
    fields = [pa.field(name, array.type, metadata=_notes(name)) for name, array in zip(table, arrays, strict=True)]
    flat = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
    as_parquet, as_csv = base.with_name(f"{base.name}.parquet"), base.with_name(f"{base.name}.csv")
    parquet.write_table(flat, as_parquet, compression="zstd", version="2.6")
    csv.write_csv(flat, as_csv, csv.WriteOptions(quoting_style="needed"))
    return as_parquet, as_csv


def _known() -> dict[str, Column]:
    """Give the columns of every dictionary by name; a name means the same kind of number everywhere."""
    every = (PATIENT_COLUMNS, SCREENING_COLUMNS, VISIT_COLUMNS, DOSE_COLUMNS, CARE_COLUMNS, DAILY_COLUMNS)
    return {name: column for columns in every for name, column in columns.items()}


def _notes(name: str) -> dict[str, str] | None:
    """Give a known column's unit and meaning."""
    column = _known().get(name)
    return None if column is None else {"unit": column.unit, "meaning": column.meaning}


def _kinds() -> dict[str, str]:
    """Give the storage type of known columns: a CSV file alone cannot tell 1.0 from 1."""
    storage = {"int": "int64", "float": "float64", "bool": "bool"}
    return {name: storage[column.dtype] for name, column in _known().items()}


def read_table(path: Path | str, *, only: Iterable[str] | None = None) -> dict[str, NDArray[Any]]:
    """Read a table that :func:`write_table` wrote, from ``.parquet``, ``.csv`` or (without suffix) the Parquet file.

    Arguments: ``only`` the columns wanted, default all.
    """
    from pyarrow import ArrowException, csv, parquet

    file = Path(path)
    if file.suffix not in (".parquet", ".csv"):
        file = file.with_name(f"{file.name}.parquet")
    wanted = None if only is None else list(only)
    try:
        if file.suffix == ".csv":
            flat = csv.read_csv(file, convert_options=csv.ConvertOptions(column_types=_kinds()))
        else:
            flat = parquet.ParquetFile(file).read()
        flat = flat if wanted is None else flat.select(wanted)
    except (OSError, ArrowException, KeyError) as error:
        raise TableError(f"cannot be read ({error})", where=str(file), next_step="run the study again") from error
    return {name: flat.column(name).to_numpy() for name in flat.column_names}
