"""The posterior as the package carries it: a small Parquet file with its provenance."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adoptive import __version__
from adoptive.parameters import load_book
from adoptive.posterior import METADATA
from adoptive.workbench.calibrate.evidence import fitted_rows
from adoptive.workbench.calibrate.free import moves_of, settled
from adoptive.workbench.calibrate.types import Fit

__all__ = ["KEPT", "book_hash", "evidence_hash", "write_posterior"]

KEPT: Final = 1000
"""Draws that the package carries."""

_TRIALS: Final = "between trials "


def write_posterior(path: Path, fit: Fit, *, provenance: Mapping[str, Any]) -> None:
    """Write a fit's draws as the artefact that :func:`adoptive.posterior.load_posterior` reads.

    ``provenance`` is kept with what the draws rest on: version, rows and published numbers by their hashes, studies,
    diagnostics.
    """
    chosen = np.linspace(0, len(fit.draws) - 1, min(KEPT, len(fit.draws))).round().astype(np.int64)
    columns = {one.name: fit.draws[chosen, at].astype(np.float32) for at, one in enumerate(fit.free)}
    groups = [one for one in fit.free if one.trials]
    columns |= {
        f"{_TRIALS}{group}": fit.scales[f"trials {group}"][chosen].astype(np.float32)
        for group in dict.fromkeys(one.trials for one in groups)
    }
    said = {
        "free": [one.name for one in fit.free], "moves": moves_of(fit.free), "settles": sorted(settled(fit.free)),
        "trial_spread": {one.name: f"{_TRIALS}{one.trials}" for one in groups},
        "provenance": {
            "version": __version__, "python": platform.python_version(), "rows_sha256": book_hash(),
            "evidence_sha256": evidence_hash(fit.studies), "studies": list(fit.studies), "without": list(fit.without),
            "diagnostics": dict(fit.diagnostics), **provenance,
        },
    }  # fmt: skip
    table = pa.table(columns).replace_schema_metadata({METADATA: json.dumps(said, sort_keys=True).encode()})
    half = path.with_suffix(".part")
    pq.write_table(table, half, compression="zstd")
    half.replace(path)


def book_hash() -> str:
    """Hash the rows as they stand before the fit."""
    text = "\n".join(map(repr, load_book(calibrated=False).values()))
    return hashlib.sha256(text.encode()).hexdigest()


def evidence_hash(studies: tuple[str, ...]) -> str:
    """Hash the published rows that the fit used."""
    text = "\n".join(repr(row) for name in studies for row in fitted_rows(name))
    return hashlib.sha256(text.encode()).hexdigest()
