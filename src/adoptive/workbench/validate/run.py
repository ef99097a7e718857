"""The whole check: simulate the studies, judge their endpoints, score what was left out, put the answer together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from adoptive.trial.types import Study
from adoptive.workbench.engine.asked import specs_for, with_units
from adoptive.workbench.engine.types import Progress, Simulator
from adoptive.workbench.limits import check_size
from adoptive.workbench.published import Published, load_published
from adoptive.workbench.shelf import study_groups
from adoptive.workbench.study import load_study
from adoptive.workbench.validate.class_rates import RIVALS, contests, rounds
from adoptive.workbench.validate.coverage import ALL, calibration, coverage_tables
from adoptive.workbench.validate.judged import judge_study
from adoptive.workbench.validate.kinds import group_of
from adoptive.workbench.validate.leave_one_out import left_out_coverage, load_left_out
from adoptive.workbench.validate.origin import origin
from adoptive.workbench.validate.simulate import Asked, simulate_all
from adoptive.workbench.validate.types import CheckResult, Contest, Coverage, Judgement, LeftOut, Stated, StudyCheck

__all__ = ["CHECK_TRIALS", "COVERAGE_RANGE", "check_studies", "reported_studies", "stated_checks"]

CHECK_TRIALS: Final = 100
"""Virtual trials of each study unless asked otherwise: all bundled studies end well within ten minutes on two cores."""

COVERAGE_RANGE: Final = (80.0, 97.0)
"""Coverage of 90 % intervals over all endpoints that is asked for, per cent."""

STATED_RIVALS: Final = ("published_rate", "without_own")

Ordering = Callable[[Study], Sequence[Any]]


def reported_studies() -> tuple[str, ...]:
    """Name the bundled studies that have published something, in the order of the shelf."""
    return tuple(name for group in study_groups() for name in group.studies if load_published(name))


def check_studies(
    names: Sequence[str] = (), *, trials: int = CHECK_TRIALS, seed: int = 1, workers: int | None = None,
    progress: Progress | None = None, ordering: Ordering | None = None, simulate: Simulator | None = None,
) -> CheckResult:  # fmt: skip
    """Set studies against what they published: every virtual trial takes its own draw of the package's posterior.

    Without ``names`` all bundled studies take part, and coverage and leave-one-out scores are stated checks; of named
    studies they are told only. ``ordering`` checks the levers of each named study first.

    Raises
    ------
    StudyError
        No such study, mistakes in one, or a size that is refused.
    RunError
        A worker process was lost.
    """
    started = time.perf_counter()
    loaded = [_load(name, trials) for name in names or reported_studies()]
    levers = [tuple(ordering(study)) if ordering is not None else () for study, _, _ in loaded]
    asked = [Asked(study, specs) for study, rows, specs in loaded if rows]
    found = iter(simulate_all(asked, trials=trials, seed=seed, workers=workers, progress=progress, simulate=simulate))
    checked = tuple(
        _checked(study, rows, next(found) if rows else None, pulled, seed)
        for (study, rows, _), pulled in zip(loaded, levers, strict=True)
    )
    return _result(checked, trials=trials, seed=seed, whole=not names, started=started)


def _load(name: str, trials: int) -> tuple[Study, tuple[Published, ...], Any]:
    """Read a study, refuse what cannot be run, and name what is judged."""
    study, rows = load_study(name), with_units(load_published(name))
    check_size(trials, study.trial.randomised)
    return study, rows, specs_for(study, rows)[: len(rows)]


def _checked(
    study: Study, rows: Sequence[Published], found: Judgement | None, levers: tuple[Any, ...], seed: int
) -> StudyCheck:
    judged = () if found is None else judge_study(study, rows, found, seed=seed)
    return StudyCheck(study, group_of(study.name), judged, levers)


def _result(studies: tuple[StudyCheck, ...], *, trials: int, seed: int, whole: bool, started: float) -> CheckResult:
    judged = [row for study in studies for row in study.endpoints]
    coverage = coverage_tables(judged)
    left_out, said = _left_out(studies)
    played = rounds(left_out)
    against = contests(played)
    return CheckResult(
        studies=studies, trials=trials, seed=seed, whole=whole, coverage=coverage, calibration=calibration(judged),
        left_out=left_out, left_out_coverage=left_out_coverage(left_out), rounds=played, contests=against,
        stated=stated_checks(coverage, against) if whole else (),
        provenance={**origin(), "left_out": dict(said), "wall_s": round(time.perf_counter() - started, 3)},
    )  # fmt: skip


def _left_out(studies: Sequence[StudyCheck]) -> tuple[tuple[LeftOut, ...], Any]:
    """Give what the package carries of the studies that are checked."""
    rows, said = load_left_out()
    names = {study.name for study in studies}
    return tuple(row for row in rows if row.study in names), said


def stated_checks(coverage: Sequence[Coverage], against: Sequence[Contest]) -> tuple[Stated, ...]:
    """State what is asked of the whole shelf: coverage of 90 % intervals, and a better mean log score than class rates.

    The pooled rates that hold the trial itself know what they are asked, those without it may have nothing left; so
    both are asked.
    """
    low, high = COVERAGE_RANGE
    asked = f"coverage of 90 % intervals over all endpoints between {low:g} and {high:g} %"
    whole = next((row for row in coverage if (row.what, row.nominal) == (ALL, 90)), None)
    told = [Stated(asked, "nothing could be compared", None)]
    if whole is not None:
        found = f"{whole.share:.1f} % ({whole.inside} of {whole.endpoints})"
        told = [Stated(asked, found, low <= whole.share <= high)]
    for rival in STATED_RIVALS:
        played = next((row for row in against if row.rival == rival), None)
        what = f"mean log score of left-out trials better than the {RIVALS[rival]}"
        if played is None:
            told.append(Stated(what, "this package carries no fit without single trials", None))
        else:
            said = f"{played.model:.2f} against {played.baseline:.2f} over {played.trials} trials"
            told.append(Stated(what, said, played.difference > 0))
    return tuple(told)
