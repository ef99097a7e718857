"""What a fit without a study says of that study: made from fit and emulator, kept beside the posterior, read back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.special import ndtr

from adoptive.errors import ParameterError
from adoptive.streams import Keys, Streams
from adoptive.verdict import ENDPOINTS
from adoptive.workbench.calibrate.evidence import kind_of
from adoptive.workbench.calibrate.scales import back
from adoptive.workbench.calibrate.types import Emulator, Fit, Observation
from adoptive.workbench.validate.coverage import ALL, STATED, cover
from adoptive.workbench.validate.scores import crps_normal
from adoptive.workbench.validate.types import Coverage, Floats, LeftOut

__all__ = [
    "ARTEFACT",
    "crps_of",
    "left_out_coverage",
    "left_out_of",
    "left_out_rows",
    "load_left_out",
    "mean_crps_of_times",
    "place_of",
    "read_left_out",
    "write_left_out",
]

ARTEFACT: Final = ("kinetics", "leave_one_out.parquet")
"""Where the package keeps what each fit without a study says of it."""

METADATA: Final = b"adoptive"
_TIMES: Final = ("progression", "survival")
"""Kinds of endpoints of the fit that are about time."""

DRAWS: Final = 200
"""Draws of each endpoint's expected value that are kept."""

COLUMNS: Final = (
    "study", "endpoint", "arm", "set", "at_months", "unit", "scale", "value", "n", "weight", "y", "mean", "sd", "draws",
)  # fmt: skip


def left_out_of(fit: Fit, emulator: Emulator, *, seed: int = 1, draws: int = DRAWS) -> tuple[LeftOut, ...]:
    """Say what a fit without a study expects of that study's endpoints.

    ``draws`` are expected values at draws of the posterior, with what differs between trials (scales ``trials GROUP``
    of the fit) and what the model misses (``missed KIND, SCALE``), back in the endpoint's unit; ``mean`` and ``sd`` add
    the sampling of one trial. A published number's weight does not widen them.

    Parameters
    ----------
    fit
        The fit that had the study in ``without``.
    emulator
        The study's emulator.
    draws
        How many draws of the posterior are kept, evenly over its draws.

    Raises
    ------
    ParameterError
        The study had a say in the fit.
    """
    if emulator.study not in fit.without:
        raise ParameterError(
            "this study had a say in the fit", where="leave one out", value=emulator.study,
            allowed=", ".join(fit.without) or "none was left out", next_step="fit without it",
        )  # fmt: skip
    chosen = np.linspace(0, len(fit.draws) - 1, min(draws, len(fit.draws))).round().astype(np.int64)
    keys, streams = Keys.of(chosen, 0), Streams(seed)

    def noise(scale: str, of: str) -> Floats:
        if scale not in fit.scales:
            raise ParameterError("the fit lacks a spread", where="leave one out", value=scale)
        return np.asarray(fit.scales[scale][chosen] * streams.normal(f"left out:{emulator.study}:{of}", keys))

    phi = fit.draws[chosen].copy()
    for at, free in enumerate(fit.free):
        phi[:, at] += noise(f"trials {free.trials}", free.name) if free.trials else 0.0
    expected = emulator.mean(_of_emulator(fit, emulator, phi))
    for at, one in enumerate(emulator.observations):
        expected[:, at] += noise(f"missed {kind_of(one.endpoint)}, {one.scale}", f"{at}:missed")
    sampled = np.diag(emulator.covariance)
    return tuple(_row(one, expected[:, at], float(sampled[at])) for at, one in enumerate(emulator.observations))


def left_out_rows(emulators: Mapping[str, Emulator], without: Mapping[str, Fit]) -> tuple[LeftOut, ...]:
    """Say what the fit without each study expects of it, study by study: what :func:`write_left_out` takes."""
    return tuple(row for name, fit in without.items() for row in left_out_of(fit, emulators[name]))


def _of_emulator(fit: Fit, emulator: Emulator, phi: Floats) -> Floats:
    """Bring the columns of a fit into the emulator's order."""
    names = [one.name for one in fit.free]
    return np.asarray(phi[:, [names.index(name) for name in emulator.free]])


def _row(one: Observation, expected: Floats, noise: float) -> LeftOut:
    return LeftOut(
        study=one.study, endpoint=one.endpoint, arm=one.arm, set=one.set, at_months=one.at_months,
        unit=ENDPOINTS[one.endpoint].unit, scale=one.scale, value=one.value, n=one.n or 0, weight=one.weight, y=one.y,
        mean=float(expected.mean()), sd=math.sqrt(float(expected.var()) + noise),
        draws=back(expected, one.scale, n=one.n),
    )  # fmt: skip


def write_left_out(path: Path, rows: Sequence[LeftOut], *, provenance: Mapping[str, Any] | None = None) -> None:
    """Write what fits without a study say of it, a row an endpoint; the provenance stands in the schema's metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: [getattr(row, name) for row in rows] for name in COLUMNS if name != "draws"}
    draws = pa.array([row.draws.astype(np.float32) for row in rows], pa.list_(pa.float32()))
    table = pa.table({**columns, "draws": draws})
    text = json.dumps(dict(provenance or {}), sort_keys=True)
    pq.write_table(table.replace_schema_metadata({METADATA: text}), path, compression="zstd")


def load_left_out() -> tuple[tuple[LeftOut, ...], Mapping[str, Any]]:
    """Read what the package carries; nothing if it carries none."""
    file = resources.files("adoptive").joinpath(*ARTEFACT)
    return read_left_out(file.read_bytes()) if file.is_file() else ((), {})


def read_left_out(content: bytes) -> tuple[tuple[LeftOut, ...], Mapping[str, Any]]:
    """Read rows and provenance that :func:`write_left_out` wrote.

    Raises
    ------
    ParameterError
        The content cannot be used.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(content))
        said = json.loads((table.schema.metadata or {}).get(METADATA, b"{}"))
        rows = table.select(list(COLUMNS)).to_pylist()
        return tuple(LeftOut(**{**row, "draws": np.asarray(row["draws"], float)}) for row in rows), said
    except (pa.ArrowException, KeyError, TypeError, ValueError) as problem:
        raise ParameterError(
            "what was left out cannot be read", where="/".join(ARTEFACT), value=repr(problem)[:100],
            next_step="install the package again, or write it again: `adoptive calibrate run`",
        ) from None  # fmt: skip


def place_of(row: LeftOut) -> float:
    """Give the place of a published number in its normal prediction, in (0, 1)."""
    return float(ndtr((row.y - row.mean) / row.sd))


def crps_of(row: LeftOut) -> float:
    """Give the continuous ranked probability score of a left-out endpoint, on its scale."""
    return float(crps_normal(row.mean, row.sd, row.y))


def mean_crps_of_times(rows: Sequence[LeftOut]) -> float | None:
    """Average the scores of left-out times and hazard ratios that weigh, on the log scale; ``None`` without any."""
    times = [crps_of(row) for row in rows if row.weight > 0 and row.scale == "log" and kind_of(row.endpoint) in _TIMES]
    return sum(times) / len(times) if times else None


def left_out_coverage(rows: Sequence[LeftOut]) -> tuple[Coverage, ...]:
    """Give the coverage, over endpoints that weigh, of the normal predictions on the endpoints' scales."""
    counted = [row for row in rows if row.weight > 0 and row.sd > 0]
    if not counted:
        return ()
    places = [place_of(row) for row in counted]
    return tuple(
        cover(
            ALL, level, [abs(2.0 * at - 1.0) <= level / 100.0 for at in places], places, [row.study for row in counted],
            weights=[row.weight for row in counted], expected=[level / 100.0] * len(counted),
        )
        for level in STATED
    )  # fmt: skip
