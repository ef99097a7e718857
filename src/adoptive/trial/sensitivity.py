"""What the assessment rule does: the same trials under another RECIST baseline, and with inert cells under each.

When the clock of the scans starts and which scan is the baseline decides how much growth before the cells counts. Many
trials do not publish it, so a study declares it, and these settings show what the declaration is worth.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.trial.types import Study
from adoptive.verdict import EndpointSpec, Estimate

__all__ = [
    "AS_DECLARED",
    "INERT_CELLS",
    "RULE_SPECS",
    "SETTINGS",
    "RuleResult",
    "judge_rules",
    "setting_names",
    "vary_rules",
]

AS_DECLARED: Final = "as declared"
INERT_CELLS: Final = "inert cells under the declared rule"

RULE_SPECS: Final = (
    EndpointSpec("pfs_hazard_ratio", None, "ITT", "ratio"),
    EndpointSpec("pfs_hazard_ratio", None, "infused", "ratio"),
    EndpointSpec("pfs_median", 0, "ITT", "months"),
    EndpointSpec("pfs_median", 1, "ITT", "months"),
    EndpointSpec("orr", 0, "ITT", "%"),
)
"""What is judged of each setting, in the order that :func:`judge_rules` expects."""


@dataclass(frozen=True)
class RuleResult:
    """Hold what a setting shows: medians over its trials; ``p05`` and ``p95`` bound 90 % of the trials' hazard ratios.

    ``inf``: a median not reached, or nothing that could be estimated. Response is the cell arm's (ITT).
    """

    setting: str
    trials: int
    hazard_ratio: float
    hazard_ratio_p05: float
    hazard_ratio_p95: float
    hazard_ratio_infused: float
    median_cells_months: float
    median_control_months: float
    response_percent: float


def _as_declared(study: Study) -> tuple[str, Study]:
    return AS_DECLARED, study


def _other_baseline(study: Study) -> tuple[str, Study]:
    other: Literal["randomisation", "lymphodepletion"] = (
        "randomisation" if study.outcome.recist_baseline == "lymphodepletion" else "lymphodepletion"
    )
    return f"RECIST baseline at {other}", _everywhere(study, "outcome", recist_baseline=other)


def _inert_cells(study: Study) -> tuple[str, Study]:
    nothing: dict[str, Any] = {"lymphodepletion": (), "bridging_kill_ratio": 0.0, "pembrolizumab_mg": 0.0, "drugs": ()}
    return INERT_CELLS, _everywhere(study, "infusion", dose_cells=0.0, **nothing)


def _everywhere(study: Study, section: str, **fields: Any) -> Study:
    """Change fields of a section of the study and of every arm that has its own."""
    arms = tuple(
        arm
        if getattr(arm, section) is None
        else dataclasses.replace(arm, **{section: dataclasses.replace(getattr(arm, section), **fields)})
        for arm in study.trial.arms
    )
    changed = {section: dataclasses.replace(getattr(study, section), **fields)}
    return dataclasses.replace(study, trial=dataclasses.replace(study.trial, arms=arms), **changed)


def _inert_cells_other_baseline(study: Study) -> tuple[str, Study]:
    other, varied = _other_baseline(study)
    return f"inert cells, {other}", _inert_cells(varied)[1]


SETTINGS: Final[tuple[Callable[[Study], tuple[str, Study]], ...]] = (
    _as_declared, _other_baseline, _inert_cells, _inert_cells_other_baseline,
)  # fmt: skip
"""How a study is varied, in order: each gives a setting's name and the study under it."""


def setting_names(study: Study) -> tuple[str, ...]:
    """Name the settings of a study, in the order of :data:`SETTINGS`."""
    return tuple(vary(study)[0] for vary in SETTINGS)


def vary_rules(study: Study) -> dict[str, Study]:
    """Give the study as declared and under the other RECIST baseline, then with inert cells under each, by name.

    Inert cells come from the same process and wait, but nothing given to the cell arm acts: no cells in the bag, no
    lymphodepletion, no kill by bridging, no PD-1 blockade.
    """
    return dict(vary(study) for vary in SETTINGS)


def judge_rules(estimates: Mapping[str, Sequence[Estimate]]) -> tuple[RuleResult, ...]:
    """Reduce the estimates of :data:`RULE_SPECS`, by setting, to medians over the trials that could be estimated.

    Percentiles are those of the inverted distribution function, so that a median not reached stays ``inf``.

    Raises
    ------
    StudyError
        Estimates of other endpoints than :data:`RULE_SPECS`, in that order.
    """
    return tuple(_reduce(setting, judged) for setting, judged in estimates.items())


def _reduce(setting: str, judged: Sequence[Estimate]) -> RuleResult:
    if tuple(item.spec for item in judged) != RULE_SPECS:
        raise StudyError("other endpoints than RULE_SPECS", where="judge_rules", value=setting)
    low, ratio, high = _spread(judged[0])
    infused, cells, control, response = (_spread(item)[1] for item in judged[1:])
    return RuleResult(
        setting=setting, trials=len(judged[0].values), hazard_ratio=ratio, hazard_ratio_p05=low, hazard_ratio_p95=high,
        hazard_ratio_infused=infused, median_cells_months=cells, median_control_months=control,
        response_percent=response,
    )  # fmt: skip


def _spread(estimate: Estimate) -> tuple[float, float, float]:
    """Give the 5th, 50th and 95th percentile over the trials with an estimate, ``inf`` if there are none."""
    usable: NDArray[np.float64] = estimate.values[estimate.estimable]
    if len(usable) == 0:
        return np.inf, np.inf, np.inf
    low, middle, high = np.quantile(usable, (0.05, 0.5, 0.95), method="inverted_cdf")
    return float(low), float(middle), float(high)
