"""A calibration's folder: emulators and fits written and read, so that reports need no second fit.

``banks/`` holds the simulated trials, ``emulators.npz`` what was learned of them, ``fit.parquet`` the posterior and
``stages/<stage>.parquet`` those after each stage and ``without/<study>.parquet`` those without one study.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adoptive.errors import StudyError
from adoptive.workbench.calibrate.types import Emulator, Fit, FreeQuantity, Observation

__all__ = [
    "EMULATORS",
    "FIT",
    "STAGES",
    "WITHOUT",
    "load_emulators",
    "load_fit",
    "load_without",
    "save_emulators",
    "save_fit",
]

EMULATORS: Final = "emulators.npz"
FIT: Final = "fit.parquet"
WITHOUT: Final = "without"
STAGES: Final = "stages"

_METADATA: Final = b"adoptive"
_ARRAYS: Final = ("levers", "centre", "constant", "linear", "quadratic", "covariance", "explained")


def save_emulators(folder: Path, emulators: Mapping[str, Emulator]) -> None:
    """Write emulators into a calibration's folder."""
    arrays: dict[str, Any] = {}
    for name, one in emulators.items():
        arrays |= {f"{name}|{key}": getattr(one, key) for key in _ARRAYS}
        said = {"free": one.free, "observations": [dataclasses.asdict(seen) for seen in one.observations]}
        arrays[f"{name}|said"] = np.frombuffer(json.dumps(said).encode(), np.uint8)
    half = folder / f"{EMULATORS}.part.npz"
    np.savez_compressed(half, **arrays)
    half.replace(folder / EMULATORS)


def load_emulators(folder: Path) -> dict[str, Emulator]:
    """Read the emulators of a calibration's folder.

    Raises
    ------
    StudyError
        There are none, or they cannot be read.
    """
    try:
        with np.load(folder / EMULATORS) as kept:
            names = [key.removesuffix("|said") for key in kept.files if key.endswith("|said")]
            return {name: _emulator(name, kept) for name in names}
    except (OSError, KeyError, ValueError) as problem:
        raise _unreadable(folder / EMULATORS, problem) from None


def _emulator(name: str, kept: Any) -> Emulator:
    said = json.loads(bytes(kept[f"{name}|said"]))
    return Emulator(
        study=name, free=tuple(said["free"]), observations=tuple(Observation(**one) for one in said["observations"]),
        **{key: kept[f"{name}|{key}"] for key in _ARRAYS},
    )  # fmt: skip


def save_fit(path: Path, fit: Fit) -> None:
    """Write a fit: free quantities, common spreads and each study's log-likelihood as columns."""
    columns = {f"free {one.name}": fit.draws[:, at] for at, one in enumerate(fit.free)}
    columns |= {f"scale {name}": values for name, values in fit.scales.items()}
    columns |= {f"log_lik {name}": fit.log_lik[:, at] for at, name in enumerate(fit.studies)}
    said = {
        "free": [dataclasses.asdict(one) for one in fit.free], "studies": fit.studies, "without": fit.without,
        "diagnostics": dict(fit.diagnostics), "provenance": dict(fit.provenance),
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table(columns).replace_schema_metadata({_METADATA: json.dumps(said).encode()})
    half = path.with_suffix(".part")
    pq.write_table(table, half, compression="zstd")
    half.replace(path)


def load_fit(path: Path) -> Fit:
    """Read a fit from its file, or from a calibration's folder.

    Raises
    ------
    StudyError
        There is none, or it cannot be read.
    """
    file = path / FIT if path.is_dir() else path
    try:
        table = pq.read_table(file)
        said = json.loads(table.schema.metadata[_METADATA])
        free = tuple(FreeQuantity(**one) for one in said["free"])
        scales = [name for name in table.column_names if name.startswith("scale ")]
        return Fit(
            free=free, studies=tuple(said["studies"]), without=tuple(said["without"]),
            draws=np.stack([np.asarray(table[f"free {one.name}"], float) for one in free], axis=1),
            scales={name.removeprefix("scale "): np.asarray(table[name], float) for name in scales},
            log_lik=np.stack([np.asarray(table[f"log_lik {name}"], float) for name in said["studies"]], axis=1),
            diagnostics=said["diagnostics"], provenance=said["provenance"],
        )  # fmt: skip
    except (OSError, KeyError, TypeError, ValueError) as problem:
        raise _unreadable(file, problem) from None


def load_without(folder: Path) -> dict[str, Fit]:
    """Read the fits that left one study out, by study."""
    return {file.stem: load_fit(file) for file in sorted((folder / WITHOUT).glob("*.parquet"))}


def _unreadable(file: Path, problem: Exception) -> StudyError:
    return StudyError(
        "this is no file of a calibration", where=str(file), value=f"{type(problem).__name__}: {problem}",
        next_step="give the folder that `adoptive calibrate run --out` wrote",
    )  # fmt: skip
