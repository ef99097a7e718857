"""Write a data set as a SAS version 5 transport file (XPT), and read one back; pyreadstat does both."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import RunError, StudyError
from adoptive.workbench.export.types import Columns, DataSet
from adoptive.workbench.export.write.dataset_json import longest
from adoptive.workbench.export.write.moment import stamp

__all__ = ["read_transport", "write_transport"]

NAME, LABEL, TEXT = 8, 40, 200
"""Most characters of a name, of a label, of a value."""

STAMPS: Final = (144, 160, 464, 480)
"""Where the four time stamps of a file with one data set stand, 16 bytes each."""

LARGEST: Final = 7.2e75
"""Largest number of the format (IBM floating point); below 5.4e-79 a number becomes 0."""


def write_transport(place: Path, dataset: DataSet) -> None:
    """Write one data set; its time stamps are fixed.

    Raises
    ------
    StudyError
        A text of more than 200 characters, or a number that the format cannot hold.
    RunError
        A name or label that is too long.
    """
    import pandas as pd
    import pyreadstat

    _check(dataset)
    table = pd.DataFrame({name: _held(dataset, name) for name in dataset.columns})
    labels: dict[str, str | None] = {variable.name: variable.label for variable in dataset.spec.variables}
    dates = {variable.name: "DATE9." for variable in dataset.spec.variables if variable.kind == "date"}
    pyreadstat.write_xport(
        table, place, file_label=dataset.spec.label, column_labels=labels, table_name=dataset.spec.name,
        file_format_version=5, variable_format=dates or None,
    )  # fmt: skip
    _stamped(place)


def _check(dataset: DataSet) -> None:
    spec = dataset.spec
    long = [one.name for one in spec.variables if len(one.name) > NAME or len(one.label) > LABEL]
    if long or len(spec.name) > NAME or len(spec.label) > LABEL:
        raise RunError("a name or label is too long for XPT", where=spec.name, value=", ".join(long) or spec.label)
    for variable in spec.variables:
        values = dataset.of(variable.name)
        where = f"{spec.name}.{variable.name}"
        if variable.is_text and longest(values) > TEXT:
            text = max(values.tolist(), key=lambda one: len(one.encode("utf-8")))
            raise StudyError(
                "a text is too long for XPT", where=where, value=text[:60], allowed=f"{TEXT} characters",
                next_step="shorten the name in the study, or read the Dataset-JSON of another format",
            )  # fmt: skip
        if not variable.is_text and np.nanmax(np.abs(values), initial=0.0) > LARGEST:
            raise StudyError("a number is too large for XPT", where=where, allowed=f"up to {LARGEST:g}")


def _held(dataset: DataSet, name: str) -> NDArray[Any]:
    """Give a column; a text column with nothing in it holds a blank, as XPT knows no width 0."""
    values = dataset.of(name)
    if values.dtype == object and not any(values.tolist()):
        return np.full(len(values), " ", dtype=object)
    return values


def _stamped(place: Path) -> None:
    with place.open("r+b") as file:
        for at in STAMPS:
            file.seek(at)
            file.write(stamp())


def read_transport(place: Path) -> Columns:
    """Read a data set back as columns: missing texts as "", missing numbers as NaN, dates as SAS days."""
    import pyreadstat

    table, _ = pyreadstat.read_xport(str(place), disable_datetime_conversion=True)
    return {
        name: table[name].to_numpy(object if table[name].dtype.kind not in "fiu" else np.float64)
        for name in table.columns
    }
