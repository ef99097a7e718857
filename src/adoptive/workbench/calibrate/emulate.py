"""What a study's trial is expected to give at any value of the free quantities: a quadratic learned from its bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import AdoptiveError
from adoptive.parameters import load_book
from adoptive.workbench.calibrate.free import levers
from adoptive.workbench.calibrate.types import Bank, Emulator, Floats, FreeQuantity, Observation
from adoptive.workbench.study import load_study

__all__ = ["FEWEST_DRAWS", "emulate", "emulate_all", "joined", "told"]

FEWEST_DRAWS: Final = 40
"""Virtual trials in which an endpoint must be estimable for it to be emulated."""

_BENT: Final = 0.5
"""Scale of squares, and of products, over that of the shifts themselves: curvature is taken to be the smaller part."""

_PENALTIES: Final = np.logspace(-1.0, 3.5, 19)


def emulate_all(
    banks: Mapping[str, Bank],
    free: Sequence[FreeQuantity],
    *,
    rows: NDArray[np.bool_] | None = None,
    near: Mapping[str, int] | None = None,
) -> dict[str, Emulator]:
    """Learn an emulator of each study from its bank; ``rows`` ``(draws,)`` marks the draws that may be used.

    ``near`` says how many draws at the end of each bank are of a second wave: the covariance is that of the residuals
    there.
    """
    book, found = load_book(calibrated=False), {}
    for name, bank in banks.items():
        usable = None if rows is None else rows[: len(bank.design)]
        by = levers(load_study(name), free, book)
        found[name] = emulate(told(bank), by, rows=usable, near=near[name] if near else 0)
    return found


def joined(first: Mapping[str, Bank], second: Mapping[str, Bank]) -> dict[str, Bank]:
    """Give the banks of two waves as one each, the second wave's draws last."""
    return {
        name: replace(
            one, design=np.concatenate([one.design, second[name].design]),
            values=np.concatenate([one.values, second[name].values]),
            estimable=np.concatenate([one.estimable, second[name].estimable]),
        )
        for name, one in first.items()
    }  # fmt: skip


def told(bank: Bank) -> Bank:
    """Give a bank without the endpoints that too few virtual trials could estimate: they tell nothing."""
    keep = bank.estimable.sum(axis=0) >= FEWEST_DRAWS
    return replace(
        bank, observations=tuple(one for one, told_ in zip(bank.observations, keep, strict=True) if told_),
        values=bank.values[:, keep], estimable=bank.estimable[:, keep],
    )  # fmt: skip


def emulate(bank: Bank, by: Floats, *, rows: NDArray[np.bool_] | None = None, near: int = 0) -> Emulator:
    """Learn one study's emulator from its bank by ridge regression on shifts, squares and products of its levers.

    The penalty of each endpoint is the one with the least leave-one-out error; the residuals left out give the
    covariance, shrunk after Ledoit and Wolf (2004, 10.1016/S0047-259X(03)00096-4). ``by`` ``(levers, free)``.

    Raises
    ------
    AdoptiveError
        An endpoint that too few virtual trials could estimate.
    """
    keep = np.ones(len(bank.design), bool) if rows is None else rows
    shifts = bank.design[keep] @ by.T
    centre, size = shifts.mean(axis=0), np.maximum(shifts.std(axis=0), 1e-9)
    features = _features((shifts - centre) / size)
    values, usable = bank.values[keep], bank.estimable[keep]
    fitted = [_ridge(features, values[:, at], usable[:, at], bank, at) for at in range(values.shape[1])]
    coefficients = np.stack([one[0] for one in fitted])
    residuals = np.stack([one[1] for one in fitted], axis=1)
    linear, quadratic = _unfold(coefficients[:, 1:], size)
    spread = np.array([values[usable[:, at], at].var() for at in range(values.shape[1])])
    at_last = slice(len(values) - near, None) if near else slice(None)
    covariance = _covariance(
        residuals[at_last], usable[at_last], np.array([_least_variance(one) for one in bank.observations])
    )
    return Emulator(
        study=bank.study, free=bank.free, observations=bank.observations, levers=by, centre=centre,
        constant=coefficients[:, 0], linear=linear, quadratic=quadratic, covariance=covariance,
        explained=np.maximum(1.0 - np.diag(covariance) / np.maximum(spread, 1e-12), 0.0),
    )  # fmt: skip


def _features(z: Floats) -> Floats:
    """Give shifts, then squares and products, of standardised levers."""
    at, other = np.triu_indices(z.shape[1])
    bent = z[:, at] * z[:, other] - (at == other)
    return np.asarray(np.concatenate([z, _BENT * bent], axis=1))


def _unfold(coefficients: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Give linear ``(endpoints, levers)`` and quadratic ``(endpoints, levers, levers)`` terms in the levers' unit."""
    levers_ = len(size)
    at, other = np.triu_indices(levers_)
    quadratic = np.zeros((len(coefficients), levers_, levers_))
    bent = _BENT * coefficients[:, levers_:]
    quadratic[:, at, other] += bent / 2.0
    quadratic[:, other, at] += bent / 2.0
    return coefficients[:, :levers_] / size, quadratic / (size[:, None] * size)


def _ridge(features: Floats, values: Floats, usable: NDArray[np.bool_], bank: Bank, at: int) -> tuple[Floats, Floats]:
    """Give an endpoint's coefficients, constant first, and its residuals left out, 0 where it was not estimable."""
    from sklearn.linear_model import RidgeCV

    if usable.sum() < FEWEST_DRAWS:
        raise AdoptiveError(
            "too few virtual trials give this endpoint", where=f"{bank.study}: {bank.observations[at].endpoint}",
            value=int(usable.sum()), allowed=f"{FEWEST_DRAWS} or more", next_step="simulate more draws",
        )  # fmt: skip
    x, y = features[usable], values[usable]
    if np.ptp(y) < 1e-12:
        return np.concatenate([y[:1], np.zeros(features.shape[1])]), np.zeros(len(values))
    model = RidgeCV(alphas=_PENALTIES, store_cv_results=True).fit(x, y)
    best = int(np.argmin(np.abs(_PENALTIES - model.alpha_)))
    left_out = np.sqrt(model.cv_results_[:, best])
    residuals = np.zeros(len(values))
    residuals[usable] = np.sign(y - model.predict(x)) * left_out
    levers_ = _levers_of(features.shape[1])
    constant = model.intercept_ - _BENT * _diagonal(model.coef_[levers_:], levers_).sum()
    return np.concatenate([[constant], model.coef_]), residuals


def _levers_of(features: int) -> int:
    return round((float(np.sqrt(9.0 + 8.0 * features)) - 3.0) / 2.0)


def _diagonal(bent: Floats, levers_: int) -> Floats:
    at, other = np.triu_indices(levers_)
    return np.asarray(bent[at == other])


def _least_variance(one: Observation) -> float:
    """Give the variance below which no sampling noise can lie: a share that is always 0 in the bank may be 1 of n."""
    return 1.0 / (4.0 * (one.n or 50) + 2.0) if one.scale == "arcsine" else 1e-4


def _covariance(residuals: Floats, usable: NDArray[np.bool_], least: Floats) -> Floats:
    """Give the residuals' covariance: each endpoint's own variance, correlations shrunk towards none."""
    from sklearn.covariance import ledoit_wolf

    share = usable.mean(axis=0)
    sd = np.sqrt(np.maximum((residuals**2).mean(axis=0) / share, least))
    shrunk, _ = ledoit_wolf(residuals / sd, assume_centered=True)
    scale = np.sqrt(np.diag(shrunk))
    correlation = shrunk / np.outer(scale, scale)
    return np.asarray(correlation * np.outer(sd, sd))
