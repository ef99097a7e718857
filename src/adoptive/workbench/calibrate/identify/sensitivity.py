"""Whose doubt a prediction inherits: Sobol's indices over the posterior, and the parts of the predictive variance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from adoptive.errors import StudyError
from adoptive.workbench.calibrate.identify.likelihood import between_trials, missed
from adoptive.workbench.calibrate.identify.types import Floats, Sensitivity, Variance
from adoptive.workbench.calibrate.types import Emulator, Fit, Observation

__all__ = ["MAIN", "main_predictions", "sensitivities", "sobol_indices", "variances"]

MAIN: Final = (
    "pfs_hazard_ratio", "pfs_median", "os_hazard_ratio", "os_median", "orr", "dcr", "cr", "crs_any", "crs_grade3",
    "crs_grade_ge3", "icans_any", "infused_fraction",
)  # fmt: skip
"""Endpoints that a reader asks for first."""
MOST: Final = 10
POINTS: Final = 512
"""Base sample of the Sobol sequence; the emulator is asked at ``(free + 2)`` times as many points."""


def main_predictions(emulator: Emulator, *, most: int = MOST) -> tuple[int, ...]:
    """Choose the observations of a study that are looked at: its main endpoints in their order, else its first ones."""
    names = [one.endpoint for one in emulator.observations]
    main = sorted((MAIN.index(name), at) for at, name in enumerate(names) if name in MAIN)
    return tuple(at for _, at in main[:most]) or tuple(range(min(most, len(names))))


def sobol_indices(
    emulator: Emulator, chosen: Sequence[int], *, mean: Floats, sd: Floats, seed: int = 1, points: int = POINTS
) -> list[dict[str, Floats]]:
    """Give first-order and total indices of some observations, inputs independent normal ``(mean, sd)``, by SALib.

    Arguments: ``mean`` and ``sd`` ``(free of the emulator,)``; quantities without spread or without any effect have
    index 0. Returns one mapping per observation: ``S1``, ``S1_conf``, ``ST``, ``ST_conf``, ``(free,)``.
    Sobol 2001, 10.1016/S0378-4754(00)00270-6; Saltelli 2010, 10.1016/j.cpc.2009.09.018.

    Raises
    ------
    StudyError
        SALib is not installed.
    """
    places = list(chosen)
    felt = np.any([emulator.jacobian(mean + step * sd)[places] != 0 for step in (-1.0, 0.0, 1.0)], axis=(0, 1))
    active = np.flatnonzero((sd > 0) & felt)
    nothing = {name: np.zeros(len(mean)) for name in ("S1", "S1_conf", "ST", "ST_conf")}
    if not len(active):
        return [nothing for _ in places]
    sample, analyse = _salib()
    problem = {
        "num_vars": len(active), "names": [emulator.free[at] for at in active], "dists": ["norm"] * len(active),
        "bounds": [[float(mean[at]), float(sd[at])] for at in active],
    }  # fmt: skip
    asked = np.tile(mean, (points * (len(active) + 2), 1))
    asked[:, active] = sample(problem, points, calc_second_order=False, seed=seed)
    values = emulator.mean(asked)[:, places]
    return [_indices(analyse, problem, values[:, at], active, nothing, seed) for at in range(len(places))]


def sensitivities(
    emulator: Emulator, fit: Fit, *, chosen: Sequence[int] | None = None, seed: int = 1, points: int = POINTS
) -> tuple[Sensitivity, ...]:
    """Give Sobol's indices of a study's main predictions over the posterior, beside what its correlations change."""
    places = main_predictions(emulator) if chosen is None else tuple(chosen)
    draws = _columns(fit, emulator)
    mean, sd = draws.mean(axis=0), draws.std(axis=0, ddof=1)
    found = sobol_indices(emulator, places, mean=mean, sd=sd, seed=seed, points=points)
    shuffled = np.random.default_rng(seed).permuted(draws, axis=0)
    joint, apart = (emulator.mean(values)[:, list(places)].std(axis=0, ddof=1) for values in (draws, shuffled))
    return tuple(
        Sensitivity(
            emulator.study, *_named(emulator.observations[place]), emulator.free,
            one["S1"], one["S1_conf"], one["ST"], one["ST_conf"], float(apart[at]), float(joint[at]),
        )
        for at, (place, one) in enumerate(zip(places, found, strict=True))
    )  # fmt: skip


def variances(emulator: Emulator, fit: Fit) -> tuple[Variance, ...]:
    """Part the predictive variance of each of a study's endpoints, on the endpoint's scale.

    ``V = Var_draws(mean(phi)) + J diag(spread^2) J' + missed^2 + S``, ``J`` at the posterior's mean.
    """
    draws = _columns(fit, emulator)
    known = {one.name: at for at, one in enumerate(fit.free)}
    spread = between_trials(fit)[[known[name] for name in emulator.free]]
    parameters = emulator.mean(draws).var(axis=0, ddof=1)
    trials = ((emulator.jacobian(draws.mean(axis=0)) * spread) ** 2).sum(axis=1)
    sampling = np.diag(emulator.covariance)
    left = missed(fit, emulator.observations) ** 2
    return tuple(
        Variance(
            emulator.study, *_named(one), one.scale, *(float(part[at]) for part in (parameters, trials, left, sampling))
        )
        for at, one in enumerate(emulator.observations)
    )


def _named(one: Observation) -> tuple[str, str, str]:
    timed = one.at_months is not None and np.isfinite(one.at_months)
    return f"{one.endpoint}@{one.at_months:g}" if timed else one.endpoint, one.arm, one.set


def _columns(fit: Fit, emulator: Emulator) -> Floats:
    """Give the posterior draws of an emulator's own quantities, in its order."""
    known = {one.name: at for at, one in enumerate(fit.free)}
    return np.asarray(fit.draws[:, [known[name] for name in emulator.free]])


def _indices(
    analyse: Any, problem: Mapping[str, Any], values: Floats, active: Any, nothing: Mapping[str, Floats], seed: int
) -> dict[str, Floats]:
    """Analyse one observation; one that does not vary has no indices."""
    found = {name: zeros.copy() for name, zeros in nothing.items()}
    if np.ptp(values) <= 1e-12 * max(1.0, float(np.abs(values).max())):
        return found
    answer = analyse(problem, values, calc_second_order=False, seed=seed)
    for name, whole in found.items():
        whole[active] = np.nan_to_num(np.asarray(answer[name], float))
    return found


def _salib() -> tuple[Any, Any]:
    try:
        from SALib.analyze.sobol import analyze  # type: ignore[import-untyped]
        from SALib.sample.sobol import sample  # type: ignore[import-untyped]
    except ImportError:
        raise StudyError(
            "Sobol's indices need the package SALib, which is not installed", where="calibrate identify",
            next_step='install it: pip install "adoptive[calibrate]"',
        ) from None  # fmt: skip
    return sample, analyze
