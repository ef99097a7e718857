"""Put a dossier together: read what is given, compute what is cheap, say what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from adoptive.errors import StudyError
from adoptive.trial.types import Study
from adoptive.workbench.calibrate.identify import document
from adoptive.workbench.calibrate.identify.report import identify, load_calibration
from adoptive.workbench.calibrate.identify.types import Identifiability
from adoptive.workbench.dossier.frame import MARKS, assessment_item, factor_item, sign_off_item
from adoptive.workbench.dossier.given import load_checks
from adoptive.workbench.dossier.learned import sensitivity, uncertainty
from adoptive.workbench.dossier.limits import applicability
from adoptive.workbench.dossier.origin import provenance
from adoptive.workbench.dossier.types import Asked, Dossier, Item, Section
from adoptive.workbench.dossier.validation import validation
from adoptive.workbench.dossier.verification import verification
from adoptive.workbench.figures.charts import DataTable
from adoptive.workbench.shape import cells_arms
from adoptive.workbench.shelf import reference_study
from adoptive.workbench.study import load_study

__all__ = ["as_document", "build_dossier"]

Said = Callable[[str], None]


class Fitted(NamedTuple):
    """Hold what a calibration's folder gave: the report, the studies of the fit, what the fit says of itself."""

    report: Identifiability | None = None
    studies: tuple[str, ...] = ()
    said: Mapping[str, Any] = {}


def build_dossier(asked: Asked, *, said: Said | None = None) -> Dossier:
    """Build the dossier; ``said`` is told what is being done. Same files and seed give the same dossier.

    Raises
    ------
    StudyError
        A file or folder that was given cannot be used; nothing is left out silently.
    """
    told = said or (lambda _: None)
    run = _run(asked)
    study = run.study if run is not None else load_study(asked.study or reference_study())
    checks = load_checks(asked.checks) if asked.checks is not None else None
    told("what the fit learned")
    fitted = _fitted(asked, study.name)
    told("verification")
    verified = verification(asked, study.name if not run else reference_study())
    told("ordering of the levers")
    levers, source = _levers(asked, study, run, checks)
    parts = (
        verified, validation(asked, run), uncertainty(fitted.report), sensitivity(fitted.report, levers, source),
        applicability(study, fitted.studies), provenance(asked, dict(fitted.said)),
    )  # fmt: skip
    items = [item for part in parts for item in part.items]
    frame_ = Section(
        "assessment", "Question, use and risk", (assessment_item(study.question, items), factor_item(items))
    )
    first = Section("first", "What fails and what is missing", (_failures(items), _missing(items)))
    signed = Section("sign-off", "Sign-off", (sign_off_item(),))
    sections = (first, frame_, *parts, signed)
    data = {"identifiability": document.as_document(fitted.report)} if fitted.report is not None else {}
    return Dossier(f"{study.name}: credibility dossier", study.question, _answer(items), sections, data)


def as_document(dossier: Dossier) -> dict[str, Any]:
    """Give a dossier as one document."""
    return {
        "title": dossier.title, "question": dossier.question, "answer": dossier.answer,
        "sections": [
            {"name": section.name, "title": section.title, "items": [_item(item) for item in section.items]}
            for section in dossier.sections
        ],
        **dossier.data, "simulated": True,
    }  # fmt: skip


def _item(item: Item) -> dict[str, Any]:
    table = item.table or (item.figure.table if item.figure is not None else None)
    said = list(item.sentences)
    if item.figure is not None:
        said += [item.figure.caption, item.figure.finding]
    return {
        "name": item.name, "title": item.title, "state": item.state, "goal": item.goal or None,
        "result": item.result or None, "holds": item.holds, "sentences": [one for one in said if one],
        "table": None if table is None else {"columns": list(table.columns), "rows": [list(row) for row in table.rows]},
        "notes": dict(item.notes),
    }  # fmt: skip


def _run(asked: Asked) -> Any:
    if asked.run is None:
        return None
    if asked.study:
        raise StudyError(
            "a run and a study were given", where="--study", value=asked.study, next_step="the run names its study"
        )
    from adoptive.workbench.report.data import load_run

    return load_run(asked.run)


def _fitted(asked: Asked, study: str) -> Fitted:
    """Read the calibration and report on it, with the predictions of the study in question or of all studies."""
    if asked.calibration is None:
        return Fitted()
    emulators, fit = load_calibration(asked.calibration)
    wanted = (study,) if study in emulators else ()
    report = identify(emulators, fit, studies=wanted, seed=asked.seed)
    studies = tuple(name for name in fit.studies if name not in fit.without)
    said = {**fit.provenance, **{f"diagnostic {name}": value for name, value in fit.diagnostics.items()}}
    return Fitted(report, studies, said | {"draws": len(fit.draws), "studies": len(studies)})


def _levers(
    asked: Asked, study: Study, run: Any, checks: Mapping[str, Any] | None
) -> tuple[Sequence[Any] | None, str]:  # fmt: skip
    """Take the ordering check from the run or from the check, else compute it."""
    if run is not None and run.summary.get("checks"):
        return run.summary["checks"], "given by the run"
    for one in (checks or {}).get("studies", ()):
        if one["study"] == study.name and one.get("checks"):
            return one["checks"], "given by the check"
    if not cells_arms(study):
        return None, f"{study.name} has no arm with engineered cells: there is no lever to pull."
    if not asked.compute:
        return None, "Not computed: this dossier was asked for what is given alone."
    from adoptive.trial.ordering import check_ordering
    from adoptive.workbench.engine.document import rows_document

    return rows_document(check_ordering(study, seed=asked.seed)), f"computed on {study.name}, seed {asked.seed}"


def _failures(items: Sequence[Item]) -> Item:
    rows = [(item.title, item.goal, item.result) for item in items if item.holds is False]
    said = f"{len(rows)} goals are not met." if rows else "No goal that was judged is missed."
    return Item("failures", "Goals that are not met", "computed", (said,),
                DataTable(("part", "goal", "result"), rows) if rows else None)  # fmt: skip


def _missing(items: Sequence[Item]) -> Item:
    rows = [(item.title, " ".join(item.sentences)) for item in items if item.state == "missing"]
    said = f"{len(rows)} parts have no result." if rows else "Every part has a result."
    return Item("missing", "Parts without a result", "computed", (said,),
                DataTable(("part", "why"), rows) if rows else None)  # fmt: skip


def _answer(items: Sequence[Item]) -> str:
    judged = [item for item in items if item.goal]
    counts = {mark: sum(MARKS[item.holds] == mark for item in judged) for mark in MARKS.values()}
    failed = ", ".join(item.title.lower() for item in judged if item.holds is False)
    told = f"{counts['met']} of {len(judged)} credibility goals met, {counts['not met']} not met"
    return f"{told}{f' ({failed})' if failed else ''}, {counts['not judged']} could not be judged."
