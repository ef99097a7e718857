"""TA, TE, TV, TS: the design of the trial, from the study file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adoptive.workbench.export.sdtm.subjects import arm_codes
from adoptive.workbench.export.source import ANCHOR, Source
from adoptive.workbench.export.types import Columns
from adoptive.workbench.shape import assessed

__all__ = ["arms", "elements", "summary", "visits"]

ELEMENTS = {
    "WAIT": ("Waiting for the Cells", "Randomisation or enrolment", "The cells are released and the patient is fit"),
    "CELLS": (
        "Lymphodepletion and Infusions of Cells",
        "First day of lymphodepletion",
        "28 days after the last infusion",
    ),
    "THERAPY": (
        "Therapy without Engineered Cells",
        "Randomisation or enrolment",
        "Progression or another reason to stop",
    ),
    "FOLLOW": ("Follow-up", "End of the element before", "Death, loss to follow-up or the data cut"),
}


def _columns(rows: Sequence[dict[str, Any]], source: Source, domain: str) -> Columns:
    """Lay rows out as columns: texts as they are, numbers as floats."""
    rows = [{"STUDYID": source.study_id, "DOMAIN": domain, **row} for row in rows]
    found: Columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        found[name] = np.array(values, dtype=object if isinstance(values[0], str) else np.float64)
    return found


def _plan(source: Source, arm: int) -> list[str]:
    return ["WAIT", "CELLS", "FOLLOW"] if arm in source.run.cells else ["THERAPY", "FOLLOW"]


def _cut(text: str) -> str:
    """Cut a text at 200 bytes, which is what a transport file holds."""
    return text.encode("utf-8")[:200].decode("utf-8", "ignore")


def arms(source: Source) -> Columns:
    """Give the columns of TA."""
    rows = []
    for arm, (code, name) in enumerate(zip(arm_codes(source), source.run.arms, strict=True)):
        for order, element in enumerate(_plan(source, arm), start=1):
            branch = f"{'Randomised' if source.randomised else 'Assigned'} to {name}" if order == 1 else ""
            crossing = source.study.trial.crossover.allowed and element == "THERAPY"
            rows.append({
                "ARMCD": code, "ARM": name, "TAETORD": float(order), "ETCD": element, "ELEMENT": ELEMENTS[element][0],
                "TABRANCH": branch, "TATRANS": "May cross over to the cells at progression" if crossing else "",
                "EPOCH": "FOLLOW-UP" if element == "FOLLOW" else "TREATMENT",
            })  # fmt: skip
    return _columns(rows, source, "TA")


def elements(source: Source) -> Columns:
    """Give the columns of TE."""
    used = dict.fromkeys(name for arm in range(len(source.run.arms)) for name in _plan(source, arm))
    rows = [dict(zip(("ETCD", "ELEMENT", "TESTRL", "TEENRL"), (name, *ELEMENTS[name]), strict=True)) for name in used]
    return _columns(rows, source, "TE")


def visits(source: Source) -> Columns:
    """Give the columns of TV: the baseline and the assessments that the protocol plans."""
    rows = []
    for arm, (code, name) in enumerate(zip(arm_codes(source), source.run.arms, strict=True)):
        rules = assessed(source.study, arm)
        start = rules.recist_baseline if arm in source.run.cells else "randomisation"
        every = f"every {rules.scan_interval_days:g} days, window {rules.scan_window_days:g} days"
        if arm not in source.run.cells:
            every = f"every {rules.scan_interval_days:g} days, or as the drug's own calendar says"
        for number, visit, rule in (
            (0.0, "Baseline", f"At {start}"),
            (1.0, "Assessment", f"From the baseline {every}"),
        ):
            rows.append({
                "VISITNUM": number, "VISIT": visit, "ARMCD": code, "ARM": name, "TVSTRL": rule,
                "TVENRL": "End of the assessment",
            })  # fmt: skip
    return _columns(rows, source, "TV")


def summary(source: Source, adsl: Columns) -> Columns:
    """Give the columns of TS; long texts are cut at 200 bytes."""
    study, size = source.study, len(adsl["USUBJID"])
    last = ANCHOR + int(np.floor((source.patients["randomised_day"] + source.last_day).max(initial=0.0)))
    said = {
        "SYNTHET": ("Synthetic Data", source.comment),
        "TITLE": ("Trial Title", f"SIMULATED: {study.title}"),
        "TRT": ("Investigational Therapy or Treatment", str(study.construct.product)),
        "INDIC": ("Trial Disease/Condition Indication", f"{study.cohort.tumour_type}, target {study.antigen.target}"),
        "PLANSUB": ("Planned Number of Subjects", f"{study.trial.randomised}"),
        "ACTSUB": ("Actual Number of Subjects", f"{size}"),
        "NARMS": ("Planned Number of Arms", f"{len(source.run.arms)}"),
        "RANDOM": ("Trial is Randomized", "Y" if source.randomised else "N"),
        "SSTDTC": ("Study Start Date", str(ANCHOR)), "DCUTDTC": ("Data Cutoff Date", str(last)),
        "DCUTDESC": ("Data Cutoff Description", "DATA CUT OF THE SIMULATED TRIAL"),
        "SEED": ("Seed and Virtual Trial", f"seed {source.run.summary['seed']}, trial {source.trial}"),
    }  # fmt: skip
    rows = [
        {"TSSEQ": 1.0, "TSPARMCD": code, "TSPARM": words, "TSVAL": _cut(value)} for code, (words, value) in said.items()
    ]
    return _columns(rows, source, "TS")
