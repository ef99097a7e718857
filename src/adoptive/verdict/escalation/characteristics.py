"""Operating characteristics of a dose-finding design, with the Monte Carlo error of each number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.verdict.escalation.seen import Ending
from adoptive.verdict.escalation.trials import DoseFindingTrials

__all__ = ["Characteristics", "Estimate", "characteristics", "right_level"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Estimate:
    """Hold a mean over trials and its Monte Carlo standard error, numbers or ``(levels,)``."""

    value: Floats
    error: Floats

    def __str__(self) -> str:
        pairs = zip(np.atleast_1d(self.value).tolist(), np.atleast_1d(self.error).tolist(), strict=True)
        return ", ".join(f"{value:.1f} ± {error:.1f}" for value, error in pairs)


@dataclass(frozen=True)
class Characteristics:
    """Hold what a design does, over trials: shares in per cent, per level ``(levels,)`` or one number.

    ``none_selected``: no dose recommended. ``correct`` and ``overdose_selected``: the recommended dose is the right
    one, or above the right one; ``patients_overdosed`` and ``patients_at_right`` in per cent of the patients treated;
    ``overdosing_60``, ``overdosing_80``: trials in which more than 60 % or 80 % of the largest number of patients were
    overdosed. nan where the truth was not given. ``stopped_toxic``: trials that ended because the lowest dose was too
    toxic. Days are nan without a calendar.
    """

    trials: int
    selected: Estimate
    none_selected: Estimate
    patients: Estimate
    dlt: Estimate
    responses: Estimate
    total_patients: Estimate
    total_dlt: Estimate
    duration_days: Estimate
    stopped_toxic: Estimate
    correct: Estimate
    overdose_selected: Estimate
    patients_overdosed: Estimate
    patients_at_right: Estimate
    overdosing_60: Estimate
    overdosing_80: Estimate


def right_level(dlt_probability: ArrayLike, *, target: float, tolerance: float = 0.0) -> Counts:
    """Give the level whose true DLT probability is nearest to the target, from 0; -1 if even the lowest is too toxic.

    Parameters
    ----------
    dlt_probability
        True probabilities ``(..., levels)``.
    target
        Wanted probability of a DLT.
    tolerance
        The lowest dose is too toxic if its probability exceeds the target by more than this and by more than a
        third of the target.

    Examples
    --------
    >>> int(right_level([0.05, 0.15, 0.30, 0.45], target=0.3)), int(right_level([0.5, 0.6], target=0.3))
    (2, -1)
    """
    curve = np.asarray(dlt_probability, np.float64)
    if not ((curve >= 0) & (curve <= 1)).all():
        raise StudyError("a probability", where="dlt_probability", value=curve, allowed="0 to 1")
    nearest = np.abs(curve - target).round(12).argmin(axis=-1)
    lost = curve[..., 0] > target + max(tolerance, target / 3.0)
    return np.where(lost, -1, nearest).astype(np.int64)


def characteristics(
    run: DoseFindingTrials, *, right: ArrayLike | None = None, most_patients: int | None = None
) -> Characteristics:
    """Summarise dose-finding trials.

    Parameters
    ----------
    run
        Finished trials.
    right
        The truly right level, from 0 (-1: none is), one number or one per trial ``(trials,)``.
    most_patients
        What overdosing is a share of (default: most patients of any trial here).

    Raises
    ------
    StudyError
        No trials.

    Examples
    --------
    >>> from adoptive.streams import Streams
    >>> from adoptive.verdict.escalation import Conduct, Curves, boin_design, run_dose_finding
    >>> curves = Curves.of([0.05, 0.15, 0.30, 0.45, 0.60])
    >>> run = run_dose_finding(boin_design(0.3, 30), Conduct(), curves, trials=400, streams=Streams(1))
    >>> found = characteristics(run, right=2)
    >>> f"{found.correct.value:.0f} +- {found.correct.error:.0f} %"
    '58 +- 2 %'
    """
    trials, levels = run.patients.shape
    if not trials:
        raise StudyError("no trials to summarise", where="run", value=0, allowed="at least 1")
    total = run.patients.sum(axis=1)
    most = int(total.max()) if most_patients is None else most_patients
    place = np.arange(levels)
    truth = np.full(trials, np.nan) if right is None else np.broadcast_to(np.asarray(right, np.float64), trials)
    known = ~np.isnan(truth)
    above = (run.patients * (place > truth[:, None])).sum(axis=1)
    at_right = (run.patients * (place == truth[:, None])).sum(axis=1)

    def share(true: NDArray[np.bool_]) -> Estimate:
        return _mean(np.where(known if true.ndim == 1 else known[:, None], 100.0 * true, np.nan))

    return Characteristics(
        trials=trials,
        selected=_mean(100.0 * (run.selected[:, None] == place)),
        none_selected=_mean(100.0 * (run.selected < 0)),
        patients=_mean(run.patients),
        dlt=_mean(run.dlt),
        responses=_mean(run.responses),
        total_patients=_mean(total),
        total_dlt=_mean(run.dlt.sum(axis=1)),
        duration_days=_mean(run.duration_days),
        stopped_toxic=_mean(100.0 * (run.ending == Ending.TOO_TOXIC)),
        correct=share(run.selected == truth),
        overdose_selected=share(run.selected > truth),
        patients_overdosed=_mean(np.where(known, 100.0 * above / total, np.nan)),
        patients_at_right=_mean(np.where(known, 100.0 * at_right / total, np.nan)),
        overdosing_60=share(above > 0.6 * most),
        overdosing_80=share(above > 0.8 * most),
    )


def _mean(values: NDArray[Any]) -> Estimate:
    """Give the mean over trials and its standard error."""
    rows = np.asarray(values, np.float64)
    spread = rows.std(axis=0, ddof=1) if len(rows) > 1 else np.full(rows.shape[1:], np.nan)
    return Estimate(rows.mean(axis=0), np.asarray(spread / np.sqrt(len(rows))))
