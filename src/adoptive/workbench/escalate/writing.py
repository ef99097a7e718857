"""The folder of dose-finding trials: page, figures, tables and summary, there when whole or not at all."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from adoptive import __version__
from adoptive.errors import RunError, StudyError
from adoptive.tables import write_table
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.engine.store import check_writable, run_folder
from adoptive.workbench.escalate import words
from adoptive.workbench.escalate.document import escalation_document, escalation_tables
from adoptive.workbench.escalate.figures import characteristics_figure, curve_figure, path_figure
from adoptive.workbench.escalate.run import EscalationResult
from adoptive.workbench.report.charts import Figure
from adoptive.workbench.study import dump_study
from adoptive.workbench.wording import LABEL

__all__ = ["check_folder", "command_of", "write_escalation"]


def check_folder(out: Path) -> None:
    """Refuse a folder that is there already.

    Raises
    ------
    StudyError
        It exists, it is no name, or nothing can be written beside it.
    """
    if os.path.lexists(out):
        raise StudyError("this exists already", where="--out", value=out, next_step="name a new folder")
    if not out.name or out.name == "..":
        raise StudyError("not the name of a new folder", where="--out", value=out, next_step="name a new folder")
    check_writable(out.parent, out.name)


def write_escalation(result: EscalationResult, out: Path) -> Path:
    """Write everything into a new folder; same study, seed and options give the same bytes.

    Raises
    ------
    StudyError
        The folder exists, or cannot be made.
    RunError
        The disk is full, or the folder was taken away.
    """
    check_folder(out)
    with run_folder(out.parent, out.name) as folder:
        try:
            figures = (curve_figure(result), characteristics_figure(result), path_figure(result))
            (folder / "study.toml").write_text(dump_study(result.study), "utf-8")
            (folder / "summary.json").write_text(as_json(escalation_document(result)), "utf-8")
            (folder / "tables").mkdir()
            for name, table in escalation_tables(result).items():
                write_table(folder / "tables" / name, table)
            for figure in figures:
                (folder / f"{figure.name}.svg").write_text(_alone(figure), "utf-8")
            (folder / "escalation.html").write_text(_page(result, figures), "utf-8")
        except OSError as problem:
            raise RunError(
                "the folder could not be written", where=str(out), value=problem.strerror or problem,
                next_step="make room, or give another --out",
            ) from None  # fmt: skip
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


def _alone(figure: Figure) -> str:
    """Give a figure's wide drawing as an SVG file of its own."""
    wide = dict(figure.drawings)["wide"]
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return wide.replace("<svg ", f"<svg {spaces} ", 1)


def _page(result: EscalationResult, figures: tuple[Figure, ...]) -> str:
    here = resources.files("adoptive.workbench")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(here.joinpath("escalate", "page.html.j2").read_text("utf-8"))
    designs: list[dict[str, Any]] = [
        {
            "name": each.name,
            "decisions": words.decision_rows(result, each),
            "numbers": tuple(words.characteristic_rows(each)),
            "path": words.path_text(result, each),
        }
        for each in result.designs
    ]
    return template.render(
        study=result.study, label=LABEL, version=__version__, answer=words.answer(result), figures=figures,
        levels=tuple(words.curve_rows(result)), reasons=tuple(words.reason_rows(result)),
        names=words.level_names(result), designs=designs, letters=words.LETTER_NOTE, losses=words.loss_sentence(result),
        plan=result.plan, rerun=command_of(result),
        style=Markup(here.joinpath("report", "page.css").read_text("utf-8")), svg=Markup,
    )  # fmt: skip
