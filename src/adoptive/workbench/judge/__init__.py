"""A user's table of survival times, judged: ``adoptive judge``.

Enters: a file with time, event and arm. Leaves: curves, tests, hazard ratios, as one value, one document, or tables.
"""

from __future__ import annotations

from adoptive.workbench.judge.analyses import Judgement, Settings, judge_table
from adoptive.workbench.judge.columns import COLUMNS, SurvivalTable, read_survival_table
from adoptive.workbench.judge.document import judge_document

__all__ = [
    "COLUMNS",
    "Judgement",
    "Settings",
    "SurvivalTable",
    "judge_document",
    "judge_table",
    "read_survival_table",
]
