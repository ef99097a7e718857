"""The folder of dose-finding trials: page, figures, tables and summary, there when whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from adoptive.tables import write_table
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.escalate import words
from adoptive.workbench.escalate.document import escalation_document, escalation_tables
from adoptive.workbench.escalate.figures import characteristics_figure, curve_figure, path_figure
from adoptive.workbench.escalate.run import EscalationResult
from adoptive.workbench.figures.charts import Figure
from adoptive.workbench.new_folder import new_folder, page_of, write_figures
from adoptive.workbench.study import dump_study

__all__ = ["command_of", "write_escalation"]


def write_escalation(result: EscalationResult, out: Path) -> Path:
    """Write everything into a new folder; same study, seed and options give the same bytes.

    Raises
    ------
    StudyError
        The folder exists, or cannot be made.
    RunError
        The disk is full, or the folder was taken away.
    """
    with new_folder(out) as folder:
        figures = (curve_figure(result), characteristics_figure(result), path_figure(result))
        (folder / "study.toml").write_text(dump_study(result.study), "utf-8")
        (folder / "summary.json").write_text(as_json(escalation_document(result)), "utf-8")
        (folder / "tables").mkdir()
        for name, table in escalation_tables(result).items():
            write_table(folder / "tables" / name, table)
        write_figures(folder, figures)
        (folder / "escalation.html").write_text(_page(result, figures), "utf-8")
    return out


def command_of(result: EscalationResult) -> str:
    """Give the command that makes the same numbers again."""
    asked = result.asked
    doses = f" --doses {','.join(f'{dose:g}' for dose in asked.doses)}" if asked.doses else ""
    others = f" --compare {','.join(asked.designs[1:])}" if asked.designs[1:] else ""
    fixed = " --fixed-parameters" if asked.fixed_parameters else ""
    return (
        f"adoptive escalate {result.study.name} --design {asked.designs[0]}{others}{doses} --trials {asked.trials} "
        f"--seed {asked.seed}{fixed}"
    )


def _page(result: EscalationResult, figures: tuple[Figure, ...]) -> str:
    designs: list[dict[str, Any]] = [
        {
            "name": each.name,
            "decisions": words.decision_rows(result, each),
            "numbers": tuple(words.characteristic_rows(each)),
            "path": words.path_text(result, each),
        }
        for each in result.designs
    ]
    return page_of(
        "escalate", study=result.study, answer=words.answer(result), figures=figures,
        levels=tuple(words.curve_rows(result)), reasons=tuple(words.reason_rows(result)),
        names=words.level_names(result), designs=designs, letters=words.LETTER_NOTE, losses=words.loss_sentence(result),
        plan=result.plan, rerun=command_of(result),
    )  # fmt: skip
