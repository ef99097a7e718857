"""Calibration by simulation on the model itself: rows of a bank are the data, emulators learned without them infer.

No trial is simulated for it. The rows' design is the truth, drawn from the prior in which every effect is standard
normal, so the families' common spreads are known to be 1 here; the spreads between trials and of what the model misses
are drawn from their priors and added to the data as the posterior supposes. What is checked is the quadratic emulator,
the normal likelihood with its residual covariance, and the sampling; not the hierarchy, which the toy problem checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import AdoptiveError
from adoptive.workbench.calibrate.emulate import emulate_all, told
from adoptive.workbench.calibrate.infer import MISSED, TRIAL_SPREAD, Packed, pack
from adoptive.workbench.calibrate.methods.refit import refit
from adoptive.workbench.calibrate.methods.sbc import ranks_of
from adoptive.workbench.calibrate.methods.types import Floats, Integers, Ranks
from adoptive.workbench.calibrate.types import Bank, Emulator, FreeQuantity

__all__ = ["Learn", "sbc_of_banks"]

FOLDS: Final = 4

Learn = Callable[[Mapping[str, Bank], NDArray[np.bool_]], Mapping[str, Emulator]]
"""Learns emulators of banks from the marked draws."""


@dataclass(frozen=True)
class _Truth:
    """Hold the rows that are data ``(rows,)`` and spreads drawn for them, ``(rows, free)`` and ``(rows, kinds)``."""

    rows: Integers
    between: Floats
    missed: Floats


def sbc_of_banks(
    banks: Mapping[str, Bank], free: Sequence[FreeQuantity], *, learn: Learn | None = None, replicates: int = 100,
    folds: int = FOLDS, seed: int = 1, draws: int = 99,
) -> Ranks:  # fmt: skip
    """Rank a bank's designs among posterior draws, given the values that the same row simulated for all studies.

    ``banks`` by study are those of a first wave, whose designs are standard normal and the same row by row. The rows
    that are data are shared out among ``folds``; emulators are learned anew without each fold, whose posteriors are all
    sampled in step. ``learn`` stands in the place of the shipped emulators.

    Raises
    ------
    AdoptiveError
        Fewer common rows than replicates.
    """
    usable = {name: _weightless(told(bank)) for name, bank in banks.items()}
    common = min(len(bank.design) for bank in usable.values())
    if common < replicates or replicates < folds:
        raise AdoptiveError(
            "not enough draws that all studies share", where="banks", value=common,
            allowed=f"{replicates} or more", next_step="ask for fewer replicates",
        )  # fmt: skip
    random = np.random.default_rng(seed)
    chosen = np.sort(random.choice(common, replicates, replace=False))
    learned: Learn = learn or (lambda kept, rows: emulate_all(kept, free, rows=rows))
    longest = max(len(bank.design) for bank in usable.values())
    design = next(iter(usable.values())).design
    truths, found = [], []
    for number, rows in enumerate(np.array_split(random.permutation(chosen), folds)):
        mask = np.ones(longest, bool)
        mask[rows] = False
        emulators = learned(usable, mask)
        draws_ = _posteriors(usable, emulators, tuple(free), rows, seed=seed + number)
        truths.append(design[rows])
        found += list(draws_)
    names = tuple(one.name for one in free)
    return ranks_of(names, np.concatenate(truths), found, draws=draws, prior=np.ones(len(names)))


def _weightless(bank: Bank) -> Bank:
    """Give a bank whose endpoints all count in full: simulated data are as sure as they are."""
    return replace(bank, observations=tuple(replace(seen, weight=1.0) for seen in bank.observations))


def _posteriors(
    banks: Mapping[str, Bank], emulators: Mapping[str, Emulator], free: tuple[FreeQuantity, ...], rows: Integers, *,
    seed: int,
) -> Floats:  # fmt: skip
    """Give posterior draws for each row's data, ``(rows, draws, free)``."""
    packed = pack(emulators, free)
    truth = _spreads(packed, rows, seed)
    y = np.full((len(rows), *packed.arrays["y"].shape), np.nan)
    for at, name in enumerate(packed.studies):
        values = _data(banks[name], emulators[name], packed, truth, at, seed)
        y[:, at, : values.shape[1]] = values
    run = refit(packed, families_known=True)
    return run(y, np.ones((len(rows), len(packed.studies))), seed=seed)


def _spreads(packed: Packed, rows: Integers, seed: int) -> _Truth:
    random = np.random.default_rng([seed, 1])
    groups = tuple(dict.fromkeys(one.trials for one in packed.free if one.trials))
    between = TRIAL_SPREAD * np.abs(random.normal(size=(len(rows), len(groups))))
    by_group = np.zeros((len(rows), len(packed.free)))
    for at, one in enumerate(packed.free):
        if one.trials:
            by_group[:, at] = between[:, groups.index(one.trials)]
    sizes = np.array([MISSED[scale] for _, scale in packed.kinds])
    return _Truth(rows, by_group, sizes * np.abs(random.normal(size=(len(rows), len(sizes)))))


def _data(bank: Bank, emulator: Emulator, packed: Packed, truth: _Truth, at: int, seed: int) -> Floats:
    """Give one study's values as data, ``(rows, observations)``, NaN where a virtual trial could not estimate them.

    What differs between trials moves them along the emulator's slopes; what the model misses is normal noise.
    """
    random = np.random.default_rng([seed, 2, at])
    values = np.where(bank.estimable[truth.rows], bank.values[truth.rows], np.nan)
    moved = truth.between * random.normal(size=truth.between.shape)
    slopes = np.stack([emulator.jacobian(phi) for phi in bank.design[truth.rows]])
    spread = truth.missed @ packed.arrays["kind"][at, : values.shape[1]].T
    return np.asarray(
        values + np.einsum("rek,rk->re", slopes, moved) + spread * random.normal(size=values.shape)
    )  # fmt: skip
