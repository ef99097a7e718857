"""Run every check on every data set that it is about."""

from __future__ import annotations

from typing import Final

import numpy as np

from adoptive.workbench.export.checks import findings, shape, times
from adoptive.workbench.export.checks.types import Checked, Rule, Tables
from adoptive.workbench.export.types import StandardSpec

__all__ = ["RULES", "check_data", "checked"]

EVERY: Final = ()
CHANGING: Final = ("ADTR", "ADLB", "ADVS")

RULES: Final[tuple[tuple[str, Rule, tuple[str, ...]], ...]] = (
    ("keys are unique", shape.key_twice, EVERY),
    ("sequence numbers are unique within a subject", shape.sequence_twice, EVERY),
    ("every subject is in ADSL", shape.not_in_adsl, EVERY),
    ("study, subject and parameter are there", shape.identifier_missing, EVERY),
    ("treatment and populations are ADSL's", shape.not_as_adsl, EVERY),
    ("PARAM and PARAMCD stand one to one", shape.parameter_ambiguous, EVERY),
    ("AVAL and AVALC stand one to one", shape.value_ambiguous, ("ADRS",)),
    ("values belong to their codelists", shape.codelist_left, EVERY),
    ("flags are Y, N or empty", shape.flag_unknown, EVERY),
    ("dates follow each other; deaths are dated", times.dates_disordered, ("ADSL",)),
    ("infusions agree with ADEX", times.doses_differ, ("ADSL",)),
    (
        "records lie within the trial",
        times.outside_trial,
        ("ADTTE", "ADRS", "ADTR", "ADAE", "ADLB", "ADVS", "ADEX", "ADPC"),
    ),
    ("AVAL = ADT - STARTDT + 1", times.days_differ, ("ADTTE",)),
    ("unrounded days agree with whole days", times.elapsed_differ, ("ADTTE",)),
    ("CNSR, EVNTDESC and CNSDTDSC agree", times.censoring_unexplained, ("ADTTE",)),
    ("deaths are ADSL's", times.death_differs, ("ADTTE",)),
    ("progressions are assessments with PD", times.progression_not_seen, ("ADTTE",)),
    ("one baseline per subject and parameter", findings.baselines_not_one, CHANGING),
    ("BASE is the baseline record's AVAL", findings.baseline_differs, CHANGING),
    ("CHG = AVAL - BASE", findings.change_differs, CHANGING),
    ("PCHG = 100 x CHG / BASE", findings.percent_differs, CHANGING),
    ("NADIR is the smallest earlier sum", findings.nadir_differs, ("ADTR",)),
    ("grades and dates of events agree", findings.grade_differs, ("ADAE",)),
    ("one worst occurrence per subject and term", findings.not_the_worst, ("ADAE",)),
    ("worst grades are ADAE's", findings.without_assessment, ("ADTOX",)),
    ("levels below the limit are marked", findings.below_limit_unmarked, ("ADPC",)),
    ("peaks are levels of ADPC", findings.peak_differs, ("ADPP",)),
)
"""Every check: its words, the rule, and the data sets that it is about (none named: all)."""


def check_data(tables: Tables, spec: StandardSpec) -> tuple[Checked, ...]:
    """Check analysis data sets; a data set that is not there is not checked."""
    found = []
    for words, rule, about in RULES:
        for name in about or tuple(tables):
            if name in tables:
                found.append(checked(words, rule, name, tables, spec))
    return tuple(found)


def checked(words: str, rule: Rule, name: str, tables: Tables, spec: StandardSpec) -> Checked:
    """Apply one rule to one data set."""
    marks = np.asarray(rule(tables, name, spec), bool)
    first = int(marks.argmax()) if marks.any() else -1
    table = tables[name]
    said = "" if first < 0 else ", ".join(
        f"{column} {table[column][first]}" for column in ("USUBJID", "PARAMCD", "AEDECOD", "AVISITN") if column in table
    )  # fmt: skip
    return Checked(words, name, len(marks), int(marks.sum()), said)
