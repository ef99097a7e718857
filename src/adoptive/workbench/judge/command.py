"""``adoptive judge``, once its options are read: read the file, judge it, print."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adoptive.errors import StudyError
from adoptive.tables import TableError
from adoptive.workbench.cli.say import console
from adoptive.workbench.cli.surroundings import compiling_said
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.judge.analyses import Settings, check_settings, judge_table
from adoptive.workbench.judge.columns import read_survival_table
from adoptive.workbench.judge.document import judge_document
from adoptive.workbench.judge.words import say_judgement

__all__ = ["Asked", "judge_command"]


@dataclass(frozen=True)
class Asked:
    """Hold what ``adoptive judge`` was asked."""

    file: Path
    settings: Settings
    covariates: tuple[str, ...]
    parameter: str
    named: Mapping[str, str]
    merge_near_ties: bool
    as_json: bool


def judge_command(asked: Asked) -> None:
    """Judge a file as asked and print it.

    Raises
    ------
    StudyError
        Something in the file or the settings that cannot be judged.
    """
    check_settings(asked.settings)
    try:
        table = read_survival_table(
            asked.file, named=asked.named, covariates=asked.covariates, parameter=asked.parameter,
            interest=asked.settings.interest, merge_near_ties=asked.merge_near_ties,
        )  # fmt: skip
        with compiling_said():
            judged = judge_table(table, asked.settings)
    except TableError as problem:  # said by the verdict, which knows no file
        raise StudyError(
            problem.what, where=f"{asked.file}, {problem.where}".rstrip(", "), value=problem.value,
            allowed=problem.allowed, next_step=problem.next_step,
        ) from None  # fmt: skip
    if asked.as_json:
        sys.stdout.write(as_json(judge_document(judged)))
    else:
        say_judgement(judged, console())
