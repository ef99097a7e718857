"""Our own study files as trials: the entry rules that screen virtual patients, said of a real one."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final, cast

from adoptive.cohort.names import TumourType
from adoptive.trial.eligibility.bridge import statement_of
from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    AnyOf,
    Compare,
    Disease,
    HlaAllele,
    Quantity,
    Statement,
    Unread,
)
from adoptive.trial.types import Criterion, Study
from adoptive.workbench.match.types import Item, Level, Trial, Understood
from adoptive.workbench.study import load_study

__all__ = ["study_trial", "trial_of"]

DISEASES: Final[dict[TumourType, str]] = {
    "gastric": "oesophagogastric cancer",
    "pancreatic": "pancreatic cancer",
    "biliary": "biliary tract cancer",
    "colorectal": "colorectal cancer",
    "hepatocellular": "hepatocellular carcinoma",
    "ovarian": "ovarian cancer",
    "mesothelioma": "mesothelioma",
    "melanoma": "melanoma",
    "osteosarcoma": "osteosarcoma",
    "synovial sarcoma": "synovial sarcoma",
    "myxoid liposarcoma": "myxoid/round cell liposarcoma",
    "sarcoma": "sarcoma",
    "neuroblastoma": "neuroblastoma",
    "germ cell": "germ cell tumour",
    "glioma": "glioma",
    "B-ALL": "B-cell acute lymphoblastic leukaemia",
    "large B-cell lymphoma": "large B-cell lymphoma",
    "multiple myeloma": "multiple myeloma",
    "solid tumour": "solid tumour",
}
"""The vocabulary's disease of each tumour type of a study."""

_REGISTRY: Final = re.compile(r"\bNCT\d{8}\b")


def study_trial(name_or_path: str | Path) -> Trial:
    """Read a study, bundled or a file, as a trial.

    Raises
    ------
    StudyError
        As :func:`adoptive.workbench.study.load_study`.
    """
    return trial_of(load_study(name_or_path), source=str(name_or_path))


def trial_of(study: Study, *, source: str = "") -> Trial:
    """Say a study's entry rules item by item: tumour type, age, antigen, HLA, receptors, and its own criteria.

    Cohorts that differ in whom they admit are levels with their own rules. A study file has no recruitment status and
    no sites: both stay unknown.
    """
    cohorts = [list(_admission(study.of_arm(number))) for number in study.trial.cell_arms or (0,)]
    alike = all(rows == cohorts[0] for rows in cohorts)
    rows = [*(cohorts[0] if alike else ()), *_criteria(study)]
    return Trial(
        id=study.name, title=study.title, source=source or study.name, format="study", summary=study.question,
        conditions=tuple(dict.fromkeys(disease for arm in study.trial.cell_arms or (0,)
                                       for disease in _diseases(study.of_arm(arm)))),
        interventions=(f"{study.construct.product} ({study.construct.modality}, {study.antigen.target})",),
        keywords=tuple(_REGISTRY.findall(study.title)), study=study,
        items=tuple(dataclasses.replace(item, number=number) for number, item in enumerate(rows, 1)),
        levels=() if alike else tuple(map(partial(_level, study), study.trial.cell_arms, cohorts)),
        notes=() if study.trial.cell_arms else ("no arm of this study gets engineered cells",),
    )  # fmt: skip


def _level(study: Study, arm: int, rows: list[Item]) -> Level:
    return Level("", study.trial.arms[arm].name, "", All(tuple(item.statement for item in rows)), suspended=False)


def _item(text: str, statement: Statement, origin: str, understood: Understood = "whole") -> Item:
    return Item(0, "inclusion", text, statement, understood, origin=origin)


def _diseases(study: Study) -> tuple[str, ...]:
    return tuple(dict.fromkeys(DISEASES[tumour] for tumour, _ in study.cohort.tumours))


def _admission(study: Study) -> Iterator[Item]:
    """Give whom an arm admits: tumour types, ages, antigen and HLA."""
    tumours = _diseases(study)
    yield _item(f"Tumour type: {' or '.join(tumours)}", Disease(tumours), "cohort.tumour_type")
    yield from _ages(study)
    yield from _antigen(study)


def _criteria(study: Study) -> Iterator[Item]:
    for criterion in study.trial.eligibility:
        statement = statement_of(criterion)
        yield Item(
            0, criterion.kind, criterion.text or _said(criterion), statement,
            "not" if isinstance(statement, Unread) else "whole", gate=criterion.gate,
            origin=f"trial.eligibility: {criterion.id}", recoverable=criterion.recoverable,
        )  # fmt: skip
    if not study.trial.eligibility:
        text = "The protocol's other criteria, which the study file does not hold"
        yield _item(text, Unread(text), "trial.eligibility", "not")


def _ages(study: Study) -> Iterator[Item]:
    """Give the age limits; the ages of the virtual patients speak for who is inside them, never against who is not."""
    cohort = study.cohort
    if cohort.age_group == "adults":
        yield _item("Adults", Quantity("age_years", ">=", 18.0), "cohort.age_group")
    elif cohort.age_group == "children":
        some = All((Quantity("age_years", "<", 40.0), Unread("young adults, where the protocol admits them")))
        young = AnyOf((Quantity("age_years", "<", 18.0), some))
        yield _item("Children", young, "cohort.age_group", "part")
    limits = {">=": cohort.age_minimum_years, "<=": cohort.age_maximum_years}
    for compare, age in limits.items():
        if age is not None:
            end = "youngest" if compare == ">=" else "oldest"
            text = f"The {end} patient of this study is {age:g} years old"
            inside = Quantity("age_years", cast("Compare", compare), age)
            unclear = Unread("whether that is a rule of entry is not said")
            yield _item(
                text, AnyOf((inside, unclear)), f"cohort.age_{'minimum' if compare == '>=' else 'maximum'}", "part"
            )


def _antigen(study: Study) -> Iterator[Item]:
    plan = study.antigen
    if plan.private:
        text = "A receptor against a neoantigen of the patient's own tumour was found"
        yield _item(text, Unread(text), "antigen.private", "not")
    elif plan.entry_fraction > 0:
        level = AntigenLevel(
            plan.target, "IHC", intensity_at_least=float(plan.entry_intensity), share_at_least=plan.entry_fraction
        )
        text = f"{plan.target} {plan.entry_intensity}+ or more in at least {100 * plan.entry_fraction:g} % of cells"
        yield _item(text, level, "antigen.entry_fraction")
    if plan.hla:
        allele = plan.hla if plan.hla.startswith("HLA-") else f"HLA-{plan.hla}"
        yield _item(f"{allele} present", HlaAllele((allele,)), "antigen.hla")


def _said(criterion: Criterion) -> str:
    value = criterion.value
    words = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"{criterion.field} {criterion.operator} {words} {criterion.unit}".strip()
