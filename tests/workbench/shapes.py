"""Small studies of every shape: one arm, cohorts, drugs alone, blood cancers, long follow-up."""

from __future__ import annotations

import pytest
from synthetic_clinic import STUDY_TEXT

from adoptive.trial.types import Study
from adoptive.workbench.study import parse_study

ALONE = """[[trial.arms]]
name = "cells"
treatment = "cells"
"""

COHORTS = """[[trial.arms]]
name = "cohort A, no lymphodepletion"
treatment = "cells"
ratio = 10
infusion = {lymphodepletion = []}
[[trial.arms]]
name = "cohort B"
treatment = "cells"
ratio = 10
[[trial.arms]]
name = "cohort C, with PD-1 antibody"
treatment = "cells"
ratio = 10
infusion = {pembrolizumab_mg = 200.0}
"""

DRUGS = """[[trial.arms]]
name = "nivolumab"
treatment = "physician's choice"
drugs = [{drug = "nivolumab", share = 1.0, scan_interval_days = 42}]
[[trial.arms]]
name = "placebo"
treatment = "physician's choice"
drugs = [{drug = "placebo", share = 1.0, scan_interval_days = 42, kill_per_day = 0.0, resistance_per_day = 0.0}]
"""

EIGHT = "".join(
    f"""[[trial.arms]]
name = "dose level {level}"
treatment = "cells"
infusion = {{dose_cells = {level}e8}}
"""
    for level in range(1, 9)
)

SHAPES = ("one arm", "cohorts", "drugs alone", "leukaemia", "myeloma", "eight arms")

FEW = [shape if shape in ("cohorts", "myeloma", "eight arms") else pytest.param(shape, marks=pytest.mark.slow)
       for shape in SHAPES]  # fmt: skip
"""All shapes; those whose features no other shape has are in the fast tests, a page takes seconds."""


def study_of(shape: str) -> Study:
    """Give a valid study of 30 patients (eight arms: 40) of a shape."""
    head, rest = STUDY_TEXT.split("[[trial.arms]]", maxsplit=1)
    tail = '[verdict]\nprimary = "orr"\n[sources]\n' + rest.split("[sources]")[1]
    head = head.replace("crossover = {allowed = true}\n", "").replace('name = "small"', f'name = "{shape.split()[0]}"')
    arms = {"cohorts": COHORTS, "drugs alone": DRUGS, "eight arms": EIGHT}.get(shape, ALONE)
    if shape == "cohorts":
        head = head.replace("[trial]\n", '[trial]\nallocation = "one after the other"\n')
    if shape == "eight arms":
        head = head.replace("randomised = 30", "randomised = 40")
    if shape in ("leukaemia", "myeloma"):
        head = _blood(head, shape)
    if shape == "drugs alone":
        tail = tail.replace('primary = "orr"', 'primary = "pfs_hazard_ratio"')
    return parse_study(head + arms + tail)


def _blood(head: str, shape: str) -> str:
    """Turn a study into one of leukaemia or myeloma, followed for five years from the infusion."""
    tumour, target, criteria = {
        "leukaemia": ("B-ALL", "CD19", "B-ALL remission"), "myeloma": ("multiple myeloma", "BCMA", "IMWG 2016"),
    }[shape]  # fmt: skip
    pairs = (
        ('tumour_type = "gastric"', f'tumour_type = "{tumour}"'), ('target = "CLDN18.2"', f'target = "{target}"'),
        ("[outcome]\n", f'[outcome]\nresponse_criteria = "{criteria}"\ntime_origin = "infusion"\n'),
        ("follow_up_months = 3", "follow_up_months = 60"),
    )  # fmt: skip
    for old, new in pairs:
        assert old in head, old
        head = head.replace(old, new)
    return head
