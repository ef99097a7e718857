"""What the published trials say about the rows: joint draws of the free quantities that the fit moved.

A free quantity is a standardised deviation that moves one or several rows on their own scale. The draws are kept
together, so that what the evidence leaves undecided between two rows stays undecided in every prediction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import ParameterError
from adoptive.streams import Keys, Streams

__all__ = ["ARTEFACT", "METADATA", "Posterior", "load_posterior"]

Floats = NDArray[np.float64]

ARTEFACT: Final = ("kinetics", "posterior.parquet")
"""Where the fit's draws lie, below the package."""

METADATA: Final = b"adoptive"
"""Key of the Parquet schema's metadata under which the moves and the provenance stand as JSON."""


@dataclass(frozen=True)
class Posterior:
    """Hold joint draws of the free quantities and what they move.

    ``draws`` ``(draws,)`` each, by free quantity; ``moves`` says by row how far one unit of each free quantity shifts
    it on the row's scale; ``trial_spread`` is the standard deviation between trials of a free quantity, ``(draws,)``;
    ``settles`` are the rows whose own ``uncertainty`` the draws replace. ``numbered`` gives trial ``t`` the draw ``t``,
    for a designed simulation; otherwise each trial draws one at random.
    """

    draws: Mapping[str, Floats]
    moves: Mapping[str, Mapping[str, float]]
    trial_spread: Mapping[str, Floats] = field(default_factory=dict)
    settles: frozenset[str] = frozenset()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    numbered: bool = False

    def __len__(self) -> int:
        return len(next(iter(self.draws.values()), ()))

    def __post_init__(self) -> None:
        unknown = {free for moved in self.moves.values() for free in moved} - set(self.draws)
        if unknown or set(self.trial_spread) - set(self.draws):
            raise ParameterError(
                "rows are moved by quantities without draws", where="posterior", value=", ".join(sorted(unknown)),
                next_step="write the posterior again: `adoptive calibrate run`",
            )  # fmt: skip

    @property
    def centre(self) -> dict[str, float]:
        """Give the median of each free quantity."""
        return {free: float(np.median(drawn)) for free, drawn in self.draws.items()}

    def shift_of(self, row: str) -> float:
        """Give a row's shift at the centre, on the row's scale."""
        centre = self.centre
        return sum(by * centre[free] for free, by in self.moves.get(row, {}).items())

    def doubt_of(self, row: str) -> float:
        """Give the standard deviation of a row's shift over the draws, on the row's scale."""
        moved = self.moves.get(row)
        return float(np.std(sum(by * self.draws[free] for free, by in moved.items()))) if moved else 0.0

    def chosen(self, trials: NDArray[np.int64], streams: Streams) -> NDArray[np.int64]:
        """Choose the draw of each trial, ``(trials,)``."""
        if self.numbered:
            return np.asarray(trials % len(self), np.int64)
        lot = streams.uniform("posterior draw", Keys.of(trials, 0))
        return np.minimum((lot * len(self)).astype(np.int64), len(self) - 1)

    def deviations(self, trials: NDArray[np.int64], streams: Streams) -> dict[str, Floats]:
        """Draw each free quantity for each trial, over its centre: the joint draw, and what differs between trials."""
        at, keys, centre = self.chosen(trials, streams), Keys.of(trials, 0), self.centre
        drawn = {free: values[at] - (0.0 if self.numbered else centre[free]) for free, values in self.draws.items()}
        for free, spread in self.trial_spread.items():
            drawn[free] = drawn[free] + spread[at] * streams.normal(f"between trials:{free}", keys)
        return drawn

    def of_draws(self, places: NDArray[np.int64]) -> Posterior:
        """Keep some draws."""
        kept = {free: values[places] for free, values in self.draws.items()}
        spread = {free: values[places] for free, values in self.trial_spread.items()}
        return replace(self, draws=kept, trial_spread=spread)


@cache
def load_posterior() -> Posterior | None:
    """Read the draws that the package carries; ``None`` if it carries none.

    Raises
    ------
    ParameterError
        The file is there and cannot be used.
    """
    file = resources.files("adoptive").joinpath(*ARTEFACT)
    if not file.is_file():
        return None
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(file.read_bytes()))
        said = json.loads(table.schema.metadata[METADATA])
        columns = {name: np.asarray(table[name], float) for name in table.column_names}
        return Posterior(
            draws={name: columns[name] for name in said["free"]},
            moves=said["moves"],
            trial_spread={free: columns[name] for free, name in said["trial_spread"].items()},
            settles=frozenset(said["settles"]),
            provenance=said["provenance"],
        )
    except (OSError, KeyError, TypeError, ValueError) as problem:
        raise ParameterError(
            "the posterior cannot be read", where="/".join(ARTEFACT), value=repr(problem),
            next_step="install the package again, or write it again: `adoptive calibrate run`",
        ) from None  # fmt: skip
