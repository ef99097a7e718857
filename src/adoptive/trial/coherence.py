"""What the parts of a trial must agree on: mistakes that no single field shows."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final

from adoptive.errors import StudyError
from adoptive.trial.eligibility import CRITERION_FIELDS, CriterionField
from adoptive.verdict.judge import ENDPOINTS

if TYPE_CHECKING:
    from adoptive.construct.types import ConstructPlan
    from adoptive.facility.types import Process
    from adoptive.infusion.types import Regimen
    from adoptive.trial.types import Criterion, Protocol, Sequential, Study, VerdictPlan

__all__ = ["check_criterion", "check_looks", "check_primary", "check_protocol", "check_study"]

_ID: Final = re.compile(r"[a-z][a-z0-9_]*")
_OPERATORS: Final = {
    "number": ("=", "in", ">=", "<=", "between"),
    "yes/no": ("=",),
    "name": ("=", "in"),
}


def check_criterion(criterion: Criterion) -> None:
    """Check a criterion's name, field, gate, operator, value and unit.

    Raises :class:`StudyError` for the first that does not fit.
    """
    where = f"criterion {criterion.id}"
    if not _ID.fullmatch(criterion.id):
        raise StudyError("not a short name", where=where, value=criterion.id, allowed="a-z 0-9 _, a letter first")
    about = CRITERION_FIELDS.get(criterion.field)
    if about is None:
        near = difflib.get_close_matches(criterion.field, CRITERION_FIELDS, n=1)
        step = f"write {near[0]}" if near else "choose one of them"
        fields = ", ".join(CRITERION_FIELDS)
        raise StudyError("no such field", where=where, value=criterion.field, allowed=fields, next_step=step)
    screening = criterion.gate == "procurement"
    if about.known == ("after screening" if screening else "at screening"):
        raise StudyError(
            "this is not known at screening" if screening else "this is not looked at again after screening",
            where=where,
            value=criterion.field,
            allowed="treatment, infusion day" if screening else "procurement",
            next_step="check it at a later gate" if screening else 'write gate = "procurement"',
        )
    if criterion.operator not in _OPERATORS[about.sort]:
        allowed = ", ".join(_OPERATORS[about.sort])
        raise StudyError(
            f"an operator that does not fit {criterion.field}", where=where, value=criterion.operator, allowed=allowed
        )
    _check_value(criterion, about, where)
    if criterion.unit not in ("", about.unit):
        raise StudyError("another unit than the field's", where=where, value=criterion.unit, allowed=about.unit)


def _check_value(criterion: Criterion, about: CriterionField, where: str) -> None:
    """Check that a criterion's value is what its field and operator ask for."""
    several = criterion.operator in ("in", "between")
    values = criterion.value if isinstance(criterion.value, tuple) else (criterion.value,)
    sorts: dict[str, tuple[type, ...]] = {"number": (int, float), "yes/no": (bool,), "name": (str,)}
    fits = [
        isinstance(item, sorts[about.sort]) and (about.sort == "yes/no") == isinstance(item, bool) for item in values
    ]
    word = {"number": "number", "yes/no": "true or false", "name": "name"}[about.sort]
    if several != isinstance(criterion.value, tuple) or not values or not all(fits):
        wanted = {"between": "two numbers, [low, high]", "in": f"a list of {word}s"}.get(
            criterion.operator, f"a {word}"
        )
        wanted = wanted.replace("a true", "true")
        raise StudyError("a value that does not fit", where=where, value=criterion.value, allowed=wanted)
    if criterion.operator == "between" and (len(values) != 2 or not values[0] <= values[1]):  # type: ignore[operator]
        raise StudyError("not two ends in order", where=where, value=criterion.value, allowed="[low, high]")


def check_protocol(trial: Protocol) -> None:
    """Check that arms, ratio, size, accrual, cut and criteria of a trial fit together.

    Raises :class:`StudyError` for the first that does not.
    """
    _check_arms(trial)
    _check_size(trial)
    _check_accrual(trial)
    _check_time(trial)
    names = [criterion.id for criterion in trial.eligibility]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise StudyError(
            "two criteria share an id", where="trial.eligibility", value=twice, next_step="name them apart"
        )


def _check_arms(trial: Protocol) -> None:
    names, ratio = [arm.name for arm in trial.arms], ":".join(str(arm.ratio) for arm in trial.arms)
    if min(arm.ratio for arm in trial.arms) == 0:
        raise StudyError(
            "nobody would be randomised to an arm",
            where="trial.arms",
            value=f"ratio {ratio}",
            allowed="at least 1 part for each arm",
            next_step="write for instance 2 and 1",
        )
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise StudyError("two arms share a name", where="trial.arms", value=twice, next_step="name them apart")
    treatments = {arm.treatment for arm in trial.arms}
    if trial.crossover.allowed and len(treatments) < 2:
        raise StudyError(
            "nobody could cross over",
            where="trial.crossover.allowed",
            value="true",
            allowed="false, unless one arm gets the cells and another a physician's choice",
            next_step="write allowed = false",
        )
    cells = [arm.name for arm in trial.arms if arm.treatment == "cells"]
    if trial.crossover.to not in ("", *cells):
        raise StudyError(
            "no arm of that name gets the cells",
            where="trial.crossover.to",
            value=trial.crossover.to,
            allowed=", ".join(cells) or "none",
            next_step="name one of these arms",
        )


def _check_size(trial: Protocol) -> None:
    parts = [arm.ratio for arm in trial.arms]
    ratio = ":".join(map(str, parts))
    if trial.allocation == "randomised":
        if trial.randomised < sum(parts):
            raise StudyError(
                "fewer patients than one block of the ratio",
                where="trial.randomised",
                value=trial.randomised,
                allowed=f"at least {sum(parts)} for {ratio}",
                next_step="randomise more patients",
            )
        own = next((arm.name for arm in trial.arms if arm.cohort is not None), "")
        if own:
            raise StudyError(
                "randomised arms share their patients",
                where="trial.arms: cohort",
                value=own,
                allowed='an own cohort where allocation is "parallel cohorts" or "one after the other"',
                next_step="remove the arm's cohort or change trial.allocation",
            )
        return
    if trial.randomised != sum(parts):
        raise StudyError(
            "the arms' patients do not add up to the trial's",
            where="trial.randomised",
            value=f"{trial.randomised}, arms {ratio}",
            allowed=str(sum(parts)),
            next_step="write each arm's patients as its ratio",
        )
    if trial.stratify:
        raise StudyError(
            "strata without randomisation",
            where="trial.stratify",
            value=", ".join(trial.stratify),
            allowed='none unless allocation = "randomised"',
            next_step="remove it",
        )


def _check_time(trial: Protocol) -> None:
    needed: dict[str, tuple[str, float]] = {
        "events": ("trial.events", trial.events),
        "calendar": ("trial.calendar_months", trial.calendar_months),
    }
    where, value = needed.get(trial.data_cut, ("", 1.0))
    if value <= 0:
        raise StudyError(
            f'data_cut = "{trial.data_cut}" needs a number here',
            where=where,
            value=value,
            allowed="more than 0",
            next_step="give it, or cut by follow-up",
        )
    if trial.events > trial.randomised:
        raise StudyError(
            "more events than patients",
            where="trial.events",
            value=trial.events,
            allowed=f"at most {trial.randomised}",
            next_step="plan fewer events or more patients",
        )
    most = trial.accrual_months + trial.follow_up_months
    if trial.data_cut == "calendar" and trial.calendar_months > most:
        raise StudyError(
            "the cut comes after the end of the trial",
            where="trial.calendar_months",
            value=trial.calendar_months,
            allowed=f"at most {most:g} (accrual and follow-up together)",
            next_step="lengthen follow_up_months",
        )


def _check_accrual(trial: Protocol) -> None:
    ramp, allowed = trial.accrual == "ramp", f'more than 0 and at most {trial.accrual_months:g} with accrual = "ramp"'
    if ramp != (trial.ramp_months > 0) or trial.ramp_months > trial.accrual_months:
        raise StudyError(
            "a ramp that does not fit the accrual",
            where="trial.ramp_months",
            value=trial.ramp_months,
            allowed=f"{allowed}, else 0",
            next_step="correct accrual or ramp_months",
        )


def check_looks(looks: Sequential) -> None:
    """Check that the looks' fractions rise to 1 and that the spending functions have sensible parameters.

    Raises :class:`StudyError` for the first that does not fit.
    """
    steps = zip((0.0, *looks.fractions), looks.fractions, strict=False)
    if any(later <= earlier for earlier, later in steps) or abs(looks.fractions[-1] - 1.0) > 1e-9:
        raise StudyError(
            "the looks' fractions must rise to 1",
            where="verdict.looks.fractions",
            value=", ".join(f"{fraction:g}" for fraction in looks.fractions),
            allowed="for instance 0.5, 1.0",
            next_step="put them in order and end with 1.0",
        )
    for name, family in (("parameter", looks.spending), ("futility_parameter", looks.futility)):
        value = getattr(looks, name)
        if family == "power" and value <= 0:
            raise StudyError(
                "the power family needs an exponent above 0",
                where=f"verdict.looks.{name}",
                value=value,
                allowed="more than 0",
                next_step="write for instance 3",
            )


def check_primary(verdict: VerdictPlan) -> None:
    """Check that the primary endpoint exists and has its time if it is a rate; raises :class:`StudyError`."""
    endpoint = ENDPOINTS.get(verdict.primary)
    if endpoint is None:
        near = difflib.get_close_matches(verdict.primary, ENDPOINTS, n=1)
        raise StudyError(
            "unknown endpoint",
            where="verdict.primary",
            value=verdict.primary,
            allowed=", ".join(ENDPOINTS),
            next_step=f"write {near[0]}" if near else "choose one of them",
        )
    if endpoint.needs_time != (verdict.at_months is not None):
        raise StudyError(
            "the rate lacks its time" if endpoint.needs_time else "a time for an endpoint that has none",
            where="verdict.at_months",
            value=verdict.at_months,
            next_step="give at_months" if endpoint.needs_time else "remove at_months",
        )


def check_study(study: Study) -> None:
    """Check what trial and verdict ask of each other; raises :class:`StudyError`."""
    _check_run_in(study)
    _check_cells(study)
    primary, arms, looks = study.verdict.primary, study.trial.arms, study.verdict.looks
    alone = len(arms) < 2
    if primary.endswith("_hazard_ratio") and alone:
        raise StudyError(
            "a hazard ratio needs two arms",
            where="verdict.primary",
            value=primary,
            allowed="an endpoint of one arm",
            next_step="write for instance orr, or add an arm",
        )
    if looks is not None and (alone or study.trial.allocation != "randomised" or study.trial.events == 0):
        raise StudyError(
            "looks need two randomised arms and the planned number of events",
            where="verdict.looks",
            value=f"{len(arms)} arms, {study.trial.allocation}, trial.events = {study.trial.events}",
            next_step="set trial.events, or remove verdict.looks",
        )


def _check_run_in(study: Study) -> None:
    own = [arm.outcome for arm in study.trial.arms if arm.outcome is not None]
    criteria = {section.response_criteria for section in (study.outcome, *own)}
    if study.trial.run_in_days > 0 and criteria != {"RECIST 1.1"}:
        raise StudyError(
            "a run-in is judged on a scan by RECIST; an untreated wait means nothing else",
            where="trial.run_in_days",
            value=study.trial.run_in_days,
            allowed="0 under " + ", ".join(sorted(criteria - {"RECIST 1.1"})),
            next_step="remove it",
        )


def _check_cells(study: Study) -> None:
    """Check what construct, facility and infusion of each arm with cells ask of each other."""
    for arm in study.trial.arms:
        if arm.treatment == "cells":
            construct, regimen = arm.construct or study.construct, arm.infusion or study.infusion
            _check_starting_cells(construct, arm.facility or study.facility, arm.name)
            _check_switch(construct, regimen, arm.name)
            _check_bridging(regimen, arm.name)


def _check_starting_cells(construct: ConstructPlan, facility: Process, arm: str) -> None:
    wanted = "tumour" if construct.modality == "TIL" else "blood"
    if facility.starting_cells != wanted:
        raise StudyError(
            "tumour-infiltrating lymphocytes grow out of a resected tumour, all other cells out of blood",
            where=f"facility.starting_cells, arm {arm}",
            value=f'{facility.starting_cells} with modality = "{construct.modality}"',
            allowed=wanted,
            next_step=f'write starting_cells = "{wanted}", or correct construct.modality',
        )


def _check_switch(construct: ConstructPlan, regimen: Regimen, arm: str) -> None:
    drugs = {course.drug for course in regimen.drugs} | {rule.drug for rule in regimen.care.in_force()}
    if "rimiducid" in drugs and construct.safety_switch != "iCasp9":
        raise StudyError(
            "rimiducid does nothing to cells without the switch iCasp9",
            where=f"construct.safety_switch, arm {arm}",
            value=construct.safety_switch,
            allowed="iCasp9 where rimiducid is among the drugs or the rules of care",
            next_step="add the switch or remove the drug",
        )


def _check_bridging(regimen: Regimen, arm: str) -> None:
    if regimen.bridging_share < 1 and regimen.bridging_days == regimen.bridging_kill_ratio == 0:
        raise StudyError(
            "a share of patients is bridged with nothing",
            where=f"infusion.bridging_share, arm {arm}",
            value=regimen.bridging_share,
            allowed="none, unless bridging_days and bridging_kill_ratio are above 0",
            next_step="give both, or remove bridging_share",
        )
