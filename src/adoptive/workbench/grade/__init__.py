"""Grade a user's own file by a published rule: CSV, Parquet or Dataset-JSON enters; grades with reasons leave.

The functions to know: :func:`grade_file`, :func:`write_result`, :func:`compare`; :data:`RULES` lists the rules.
"""

from __future__ import annotations

from adoptive.workbench.grade.compare import Compared, compare
from adoptive.workbench.grade.rules import RULES
from adoptive.workbench.grade.run import grade_file
from adoptive.workbench.grade.types import BadRow, Column, Layout, Option, Result, Rule
from adoptive.workbench.grade.writing import write_result

__all__ = [
    "RULES",
    "BadRow",
    "Column",
    "Compared",
    "Layout",
    "Option",
    "Result",
    "Rule",
    "compare",
    "grade_file",
    "write_result",
]
