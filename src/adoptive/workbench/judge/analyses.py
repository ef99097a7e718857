"""What a table of survival times is asked, and the answers of the verdict, group by group and between the groups."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.tables import TableError
from adoptive.verdict.comparison import (
    GrayTest,
    MaxCombo,
    RankTest,
    Weights,
    gray_test,
    log_rank_test,
    max_combo,
)
from adoptive.verdict.comparison.weights import as_weights
from adoptive.verdict.regression import (
    CoxFit,
    FineGrayFit,
    Proportionality,
    cox,
    cox_groups,
    fine_gray,
    proportionality,
)
from adoptive.verdict.regression.types import Ties
from adoptive.verdict.rows import SurvivalRows
from adoptive.verdict.survival import (
    cumulative_incidence,
    milestone_contrast,
    milestones,
    quantiles,
    restricted_mean_contrast,
    restricted_means,
    survival_curves,
)
from adoptive.verdict.survival.types import (
    Incidence,
    IntervalKind,
    Milestone,
    MilestoneContrast,
    Quantiles,
    RestrictedMean,
    RestrictedMeanContrast,
    SurvivalCurve,
)
from adoptive.workbench.judge.columns import SurvivalTable

__all__ = ["Between", "Competing", "Judgement", "Settings", "check_settings", "judge_table"]

TESTS: Final = "fh(RHO,GAMMA), mb(DELAY), gehan, tarone-ware, peto"


@dataclass(frozen=True)
class Settings:
    """Hold how a table is judged; ``at`` are times of milestones, ``horizon`` ends the restricted mean (None: its own).

    ``tests`` name weighted log-rank tests beside the plain one, as in ``fh(0,1)``; ``interest`` is the cause judged.
    """

    level: float = 0.95
    interval: IntervalKind = "log"
    ties: Ties = "efron"
    reference: str | None = None
    quantiles: tuple[float, ...] = (0.25, 0.5, 0.75)
    at: tuple[float, ...] = ()
    horizon: float | None = None
    tests: tuple[str, ...] = ()
    robust: bool = False
    interest: int = 1


@dataclass(frozen=True)
class Between:
    """Hold what is asked of two or more groups; ``None`` where groups, events or exact ties allow no answer.

    ``unstratified`` is the log-rank test without the strata, where there are strata; ``no_cox`` says why there are no
    hazard ratios.
    """

    log_rank: RankTest
    unstratified: RankTest | None
    weighted: tuple[RankTest, ...]
    max_combo: MaxCombo | None
    cox: CoxFit | None
    proportionality: Proportionality | None
    means: tuple[RestrictedMeanContrast, ...]
    milestones: tuple[MilestoneContrast, ...]
    no_cox: str = ""


@dataclass(frozen=True)
class Competing:
    """Hold what is asked where other causes compete with the one of interest."""

    incidence: tuple[Incidence, ...]
    gray: GrayTest | None
    fine_gray: FineGrayFit | None


@dataclass(frozen=True)
class Judgement:
    """Hold a judged table: per group its curve, quantiles, restricted mean and milestones; between groups the rest.

    There are no means where everybody of a group leaves at time 0.
    """

    table: SurvivalTable
    settings: Settings
    curves: tuple[SurvivalCurve, ...]
    quantiles: tuple[Quantiles, ...]
    means: tuple[RestrictedMean, ...]
    milestones: tuple[Milestone, ...]
    between: Between | None
    adjusted: CoxFit | None
    competing: Competing | None

    @property
    def reference(self) -> str:
        """Give the group with which the others are compared."""
        return self.settings.reference or self.table.rows.groups[0]


def judge_table(table: SurvivalTable, settings: Settings) -> Judgement:
    """Judge a table.

    With competing causes the curves are cause-specific (other causes censor), and the incidences are given beside them.

    Raises
    ------
    StudyError
        A reference that is no group, a test that is unknown, a time beyond what can be judged.
    """
    rows = table.rows
    check_settings(settings)
    _check(rows, settings)
    level, several = settings.level, len(rows.groups) > 1
    curves = survival_curves(rows, level=level, interval=settings.interval)
    return Judgement(
        table=table,
        settings=settings,
        curves=curves,
        quantiles=tuple(quantiles(curve, settings.quantiles) for curve in curves),
        means=restricted_means(rows, horizon=settings.horizon, level=level) if _has_mean(rows, settings) else (),
        milestones=tuple(
            found for at in settings.at for found in milestones(rows, at=at, level=level, interval=settings.interval)
        ),
        between=_between(table, settings) if several else None,
        adjusted=_adjusted(table, settings) if table.covariates else None,
        competing=_competing(table, settings) if table.cause is not None else None,
    )


def check_settings(settings: Settings) -> None:
    """Refuse, by the names of their options, settings that no table can be judged by.

    Raises
    ------
    StudyError
        A number outside its limits, or a test that is unknown.
    """
    horizon = () if settings.horizon is None else (settings.horizon,)
    for option, values, what, low, high, allowed in (
        ("--level", (settings.level,), "not a confidence level", 0.0, 1.0, "between 0 and 1, as in 0.95"),
        ("--quantiles", settings.quantiles, "not a probability", 0.0, np.nextafter(1, 2), "above 0, at most 1"),
        ("--at", settings.at, "not a time of the curve", -np.nextafter(0, 1), np.inf, "finite, 0 or more, as in 6,12"),
        ("--horizon", horizon, "not an end of the mean", 0.0, np.inf, "a finite time above 0"),
    ):
        for value in values:
            if not low < value < high:
                raise StudyError(what, where=option, value=value, allowed=allowed)
    for test in settings.tests:
        _weights(test)


def _check(rows: SurvivalRows, settings: Settings) -> None:
    if settings.reference is not None and settings.reference not in rows.groups:
        raise StudyError(
            "no such arm", where="--reference", value=settings.reference, allowed=", ".join(rows.groups)[:160]
        )
    if empty := [name for place, name in enumerate(rows.groups) if not (rows.group == place).any()]:
        raise StudyError(
            "nobody of this arm has a weight", where="column weight", value=", ".join(empty), allowed="above 0",
            next_step="leave the arm's rows out",
        )  # fmt: skip


def _between(table: SurvivalTable, settings: Settings) -> Between:
    """Compare the groups."""
    rows, two = table.rows, len(table.rows.groups) == 2
    plain = replace(rows, stratum=np.zeros(len(rows), np.int64), strata=("all",))
    fit, why = _fit(table, settings)
    known = settings.reference or rows.groups[0]
    others = [name for name in rows.groups if name != known]
    return Between(
        log_rank=log_rank_test(rows),
        unstratified=log_rank_test(plain) if len(rows.strata) > 1 else None,
        weighted=tuple(log_rank_test(rows, weights=_weights(test)) for test in settings.tests),
        max_combo=max_combo(rows) if two and rows.event.any() else None,
        cox=fit,
        proportionality=None if fit is None else _proportionality(fit),
        means=tuple(
            restricted_mean_contrast(rows, horizon=settings.horizon, level=settings.level, reference=known, other=other)
            for other in others
            if _has_mean(rows, settings)
        ),
        milestones=tuple(
            milestone_contrast(rows, at=at, level=settings.level, reference=known, other=other)
            for at in settings.at
            for other in others
        ),
        no_cox=why,
    )


def _proportionality(fit: CoxFit) -> Proportionality | None:
    """Test a fit for effects that change with time; None where its events cannot tell."""
    if any(fit.separated) or fit.ties == "exact":
        return None
    try:
        return proportionality(fit)
    except TableError:
        return None


def _has_mean(rows: SurvivalRows, settings: Settings) -> bool:
    """Say whether there is a time to average over: not where everybody of a group leaves at time 0."""
    return settings.horizon is not None or all(group.time.max() > 0 for _, group in rows.by_group())


def _robust(table: SurvivalTable, settings: Settings) -> bool:
    """Say whether errors are sandwich errors: if asked, or, as R's coxph does by itself, if weights are fractions."""
    return settings.robust or bool((table.rows.weight % 1 != 0).any())


def _fit(table: SurvivalTable, settings: Settings) -> tuple[CoxFit | None, str]:
    """Fit the hazard ratios of the groups; else say why the table has none."""
    if not table.rows.event.any():
        return None, "no event"
    robust = _robust(table, settings)
    if settings.ties == "exact" and (robust or table.cluster is not None or (table.rows.weight != 1).any()):
        raise StudyError(
            "exact ties allow no weights and no robust errors, which --robust or several rows of a patient ask for",
            where="--ties", value="exact", allowed="efron, breslow", next_step="choose one of these",
        )  # fmt: skip
    try:
        return cox_groups(
            table.rows, reference=settings.reference, ties=settings.ties, level=settings.level, cluster=table.cluster,
            robust=robust,
        ), ""  # fmt: skip
    except TableError as problem:  # strata or entries that leave nobody to compare: the rest is still told
        return None, f"{problem.where}: {problem.what}"


def _adjusted(table: SurvivalTable, settings: Settings) -> CoxFit:
    """Fit the hazard ratios of the groups and of the covariates together."""
    rows = table.rows
    reference = settings.reference or rows.groups[0]
    groups: dict[str, NDArray[np.float64]] = {
        name: (rows.group == place).astype(np.float64) for place, name in enumerate(rows.groups) if name != reference
    }
    return cox(
        rows, groups | dict(table.covariates), ties=settings.ties, level=settings.level, cluster=table.cluster,
        robust=_robust(table, settings),
    )  # fmt: skip


def _competing(table: SurvivalTable, settings: Settings) -> Competing:
    """Judge the cause of interest with the others as competitors."""
    rows, cause = table.rows, table.cause
    assert cause is not None
    entry = rows.entry if rows.delayed else None
    weight = rows.weight if (rows.weight != 1).any() else None
    names = np.array(rows.groups)[rows.group]
    incidence = cumulative_incidence(
        rows.time, cause, group=names, entry=entry, weight=weight, level=settings.level
    )  # fmt: skip
    if len(rows.groups) < 2 or rows.delayed or weight is not None:
        return Competing(incidence, None, None)
    reference = settings.reference or rows.groups[0]
    groups = {name: (names == name).astype(np.float64) for name in rows.groups if name != reference}
    return Competing(
        incidence,
        gray_test(rows.time, cause, names, interest=settings.interest),
        fine_gray(rows.time, cause, groups, interest=settings.interest, level=settings.level),
    )


def _weights(text: str) -> Weights:
    """Read a weighted test's name."""
    plain = text.strip().casefold().replace(" ", "")
    found = re.fullmatch(r"fh\(([\d.]+),([\d.]+)\)|mb\(([\d.]+)\)", plain)
    try:
        if found is None:
            return as_weights(plain)
        if found[3]:
            return Weights.magirr_burman(delay=float(found[3]))
        return Weights.fleming_harrington(float(found[1]), float(found[2]))
    except (ValueError, TableError):
        pass
    raise StudyError("no such test", where="--test", value=text, allowed=TESTS)
