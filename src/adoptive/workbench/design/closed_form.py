"""The power that a closed form would give at the effect and the events that the simulated trials show.

A check of order, not a target: the closed form knows one constant hazard ratio and one number of events, while the
simulated trials differ in both, and hazards need not be proportional.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from adoptive.trial.looks import bounds_of
from adoptive.trial.types import Study
from adoptive.verdict.design.events import drift_of
from adoptive.verdict.design.sequential import crossing_probabilities
from adoptive.workbench.design.characteristics import PrimaryTest
from adoptive.workbench.design.types import Characteristic, Measured

__all__ = ["closed_form_power", "schoenfeld_power"]


def schoenfeld_power(hazard_ratio: float, events: float, *, share: float, alpha: float) -> float:
    """Give the power of a one-sided log-rank test, ``Phi(-ln(HR) sqrt(d p (1 - p)) - z)``.

    Parameters
    ----------
    hazard_ratio
        Of the experimental arm over the control.
    events
        Events ``d`` of both arms together.
    share
        Share ``p`` of the patients in the experimental arm.
    alpha
        One-sided level; ``z`` is its upper quantile.

    Notes
    -----
    Schoenfeld 1981, 10.1093/biomet/68.1.316.

    >>> round(schoenfeld_power(0.5, 88, share=0.5, alpha=0.025), 2)
    0.9
    """
    return float(ndtr(_drift(hazard_ratio, events, share) + ndtri(alpha)))


def closed_form_power(
    study: Study, test: PrimaryTest, characteristics: Sequence[Characteristic], measured: Measured
) -> float | None:
    """Give the power by :func:`schoenfeld_power`, or over the study's looks, at the mean log hazard ratio.

    None where no arms are compared, where there are more than two, or where no trial gives a hazard ratio.
    """
    keys = [item.key for item in characteristics]
    name = f"{test.event}_hazard_ratio"
    if test.kind not in ("log-rank", "looks") or name not in keys or len(study.trial.arms) != 2:
        return None
    at = keys.index(name)
    ratios = measured.values[measured.estimable[:, at], at]
    ratios = ratios[np.isfinite(ratios) & (ratios > 0)]
    events = measured.values[:, keys.index("events")]
    if len(ratios) == 0 or events.mean() <= 0:
        return None
    effect = float(np.exp(np.log(ratios).mean()))
    parts = [arm.ratio for arm in study.trial.arms]
    share = parts[0] / sum(parts)
    if test.kind == "log-rank":
        return schoenfeld_power(effect, float(events.mean()), share=share, alpha=test.alpha)
    bounds = bounds_of(study)
    drift = _drift(effect, study.trial.events, share)
    above, _ = crossing_probabilities(bounds.fractions, bounds.efficacy, bounds.futility, drift=drift)
    return float(above.sum())


def _drift(hazard_ratio: float, events: float, share: float) -> float:
    return float(drift_of(hazard_ratio, events, allocation=share / (1.0 - share)))
