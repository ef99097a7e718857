"""The whole identifiability report of one calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from adoptive.errors import StudyError
from adoptive.workbench.calibrate.identify.contraction import (
    contractions,
    directions,
    prior_sds,
    spectrum,
    strongest_pairs,
)
from adoptive.workbench.calibrate.identify.information import information_by_study
from adoptive.workbench.calibrate.identify.likelihood import Evidence, evidence_of, fitted_emulators
from adoptive.workbench.calibrate.identify.profile import best_point, profiles
from adoptive.workbench.calibrate.identify.sensitivity import sensitivities, variances
from adoptive.workbench.calibrate.identify.types import Floats, Identifiability, Profile
from adoptive.workbench.calibrate.types import Emulator, Fit

__all__ = ["identify", "identify_folder", "load_calibration"]

Said = Callable[[str, int, int], None]
LEAST_DRAWS = 20


def identify(
    emulators: Mapping[str, Emulator],
    fit: Fit,
    *,
    studies: Sequence[str] = (),
    seed: int = 1,
    said: Said | None = None,
) -> Identifiability:
    """Say what a fit learned: contraction, entanglement, profiles, information by study, sensitivity of predictions.

    Arguments: ``emulators`` by study, ``studies`` whose predictions are looked at (default: all), ``said`` is told of
    progress ``(what, done, total)``. Same input and seed give the same numbers.

    Raises
    ------
    StudyError
        Fit and emulators do not belong together, or SALib is not installed.
    """
    _check(emulators, fit, studies)
    mean, prior_sd = fit.draws.mean(axis=0), prior_sds(fit)
    evidence = evidence_of(fitted_emulators(emulators, fit), fit, at=mean)
    wanted = [emulators[name] for name in studies or emulators]
    open_ones, held_ones = (_profiled(evidence, mean, prior_sd, held, said) for held in (False, True))
    return Identifiability(
        contractions=contractions(fit), pairs=strongest_pairs(fit), directions=directions(fit), profiles=open_ones,
        held_profiles=held_ones, information=information_by_study(evidence, at=mean, prior_sd=prior_sd),
        spectrum=spectrum(evidence.fisher(mean)),
        sensitivities=tuple(row for each in wanted for row in sensitivities(each, fit, seed=seed)),
        variances=tuple(row for each in wanted for row in variances(each, fit)),
        provenance=dict(fit.provenance) | {"seed": seed, "draws": len(fit.draws), "without": list(fit.without)},
    )  # fmt: skip


def identify_folder(
    folder: Path, *, studies: Sequence[str] = (), seed: int = 1, said: Said | None = None
) -> Identifiability:
    """Say what the fit in a calibration folder learned; see :func:`identify`."""
    emulators, fit = load_calibration(folder)
    return identify(emulators, fit, studies=studies, seed=seed, said=said)


def load_calibration(folder: Path) -> tuple[dict[str, Emulator], Fit]:
    """Read emulators and fit of a calibration folder.

    Raises
    ------
    StudyError
        There is no such folder, or it lacks a file.
    """
    from adoptive.workbench.calibrate.store import load_emulators, load_fit

    if not folder.is_dir():
        raise StudyError(
            "no such calibration folder", where="DIR", value=folder, next_step="write one: `adoptive calibrate run`"
        )
    return dict(load_emulators(folder)), load_fit(folder)


def _profiled(evidence: Evidence, mean: Floats, prior_sd: Floats, held: bool, said: Said | None) -> tuple[Profile, ...]:
    """Profile all quantities from the most likely point; if a profile finds a better one, all count from there."""
    _, start = best_point(evidence, start=mean, prior_sd=prior_sd, held=held)
    words = "profiles, others held by their priors" if held else "profiles"
    told = None if said is None else lambda done, total: said(words, done, total)
    return profiles(evidence, start=start, prior_sd=prior_sd, held=held, said=told)


def _check(emulators: Mapping[str, Emulator], fit: Fit, studies: Sequence[str]) -> None:
    unknown = [name for name in studies if name not in emulators]
    if unknown:
        raise StudyError(
            "no emulator of this study", where="--study", value=", ".join(unknown), allowed=", ".join(emulators),
            next_step="name one of these",
        )  # fmt: skip
    if fit.draws.ndim != 2 or fit.draws.shape[1] != len(fit.free):
        raise StudyError(
            "draws and free quantities do not agree", where="calibration: fit", value=fit.draws.shape,
            allowed=f"(draws, {len(fit.free)})", next_step="write the calibration again: `adoptive calibrate run`",
        )  # fmt: skip
    if len(fit.draws) < LEAST_DRAWS or not np.isfinite(fit.draws).all():
        raise StudyError(
            "too few draws, or draws that are not numbers", where="calibration: fit", value=len(fit.draws),
            allowed=f"at least {LEAST_DRAWS} finite draws", next_step="fit again with more draws",
        )  # fmt: skip
    free = {one.name for one in fit.free}
    for emulator in emulators.values():
        if not set(emulator.free) <= free:
            raise StudyError(
                "an emulator knows quantities that the fit does not", where=f"calibration: {emulator.study}",
                value=", ".join(sorted(set(emulator.free) - free)),
                next_step="write the calibration again: `adoptive calibrate run`",
            )  # fmt: skip
