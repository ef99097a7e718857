"""``adoptive simulate``: a user's own model, patients and doses; a table on stdout or in a file."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import RunError
from adoptive.workbench.cli.surroundings import interrupts_kept
from adoptive.workbench.cli.written import check_place, whole_file
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.simulate import Request, Simulated, simulate
from adoptive.workbench.wording import LABEL

__all__ = ["simulate_model"]

_SUFFIXES = (".csv", ".parquet")
_FAILURES_TOLD = 5


def simulate_model(request: Request, *, out: Path | None, wide: bool, as_document: bool) -> None:
    """Simulate and print or write the table; failed patients are told on stderr and left out of the table."""
    if out is not None:
        check_place(out, where="--out", kinds=_SUFFIXES)
    result = simulate(request, around=interrupts_kept)
    _tell_failures(result)
    if out is not None:
        _write(result, out, wide=wide)
    if as_document:
        sys.stdout.write(as_json(_document(result, None if out is None else str(out))))
    elif out is None:
        _write_csv(result, sys.stdout.buffer, wide=wide)
    else:
        count = len(result.patients)
        print(f"{out}: {count:,} patients, {len(result.days):,} times in {result.time_unit}")
        print(LABEL)
    if not result.patients:
        raise RunError("no patient could be followed", value=next(iter(result.failures.values())))


def _tell_failures(result: Simulated) -> None:
    for name, reason in list(result.failures.items())[:_FAILURES_TOLD]:
        print(f"adoptive: patient {name} could not be followed: {reason}", file=sys.stderr)
    if (more := len(result.failures) - _FAILURES_TOLD) > 0:
        print(f"adoptive: {more} more patients could not be followed", file=sys.stderr)


def _write(result: Simulated, out: Path, *, wide: bool) -> None:
    with whole_file(out, where="--out") as file:
        if out.suffix.lower() == ".csv":
            _write_csv(result, file, wide=wide)
        else:
            _write_parquet(result, file, wide=wide)


def _write_csv(result: Simulated, file: Any, *, wide: bool) -> None:
    from pyarrow import csv

    for place, block in enumerate(result.tables(wide=wide)):
        csv.write_csv(_arrow(block), file, csv.WriteOptions(include_header=place == 0, quoting_style="needed"))


def _write_parquet(result: Simulated, file: Any, *, wide: bool) -> None:
    from pyarrow import parquet

    writer = None
    for block in result.tables(wide=wide):
        table = _arrow(block)
        writer = writer or parquet.ParquetWriter(file, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _arrow(block: Mapping[str, NDArray[Any]]) -> Any:
    import pyarrow as pa

    return pa.table({name: np.asarray(column) for name, column in block.items()})


def _document(result: Simulated, out: str | None) -> dict[str, Any]:
    """Give the result as one document; the numbers are left to the file if there is one."""
    document: dict[str, Any] = {
        "model": result.model,
        "time_unit": result.time_unit,
        "patients": len(result.patients),
        "failures": dict(result.failures),
        "units": dict(result.units),
        "simulated": True,
    }
    if out is not None:
        return document | {"file": out}
    each = [
        {"patient": name, "values": {quantity: _finite(values[at]) for quantity, values in result.values.items()}}
        for at, name in enumerate(result.patients)
    ]
    return document | {"time": result.days.tolist(), "results": each}


def _finite(values: NDArray[np.float64]) -> list[float | None]:
    """Give numbers for a document, which knows no infinity."""
    return [value if math.isfinite(value) else None for value in values.tolist()]
