"""The page: figures and sentences put into one self-contained HTML file."""

from __future__ import annotations

from contextlib import suppress
from importlib import resources
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from adoptive.errors import RunError
from adoptive.workbench.report import words
from adoptive.workbench.report.cells import kinetics_figure, toxicity_figure
from adoptive.workbench.report.data import Run, load_run
from adoptive.workbench.report.response import spider_figure, swimmer_figure, waterfall_figure
from adoptive.workbench.report.survival import risk_rows, survival_figure
from adoptive.workbench.rules import RULE_COLUMNS, RULE_TITLE, rule_cells, rule_note, rule_sentence
from adoptive.workbench.wording import COUNT_NOTE, LABEL

__all__ = ["render_report", "rewrite_report"]


def render_report(folder: Path) -> str:
    """Make the report of a run folder; the same folder gives the same text.

    Raises
    ------
    StudyError
        No run folder.
    """
    return _page(load_run(folder))


def rewrite_report(folder: Path) -> Path:
    """Write a run folder's report again and give its path.

    Raises
    ------
    StudyError
        No run folder.
    RunError
        The report cannot be written.
    """
    text, place = render_report(folder), folder / "report.html"
    hidden = place.with_name(".report.html")
    try:
        hidden.write_text(text, "utf-8")
        hidden.replace(place)
    except OSError as problem:
        raise RunError("the report cannot be written", where=str(place), value=problem.strerror) from None
    finally:
        with suppress(OSError):
            hidden.unlink(missing_ok=True)
    return place


def _page(run: Run) -> str:
    here = resources.files("adoptive.workbench.report")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(here.joinpath("page.html.j2").read_text("utf-8"))
    rules = words.ruled(run)
    figures = {
        "pfs": survival_figure(run, "pfs"),
        "os": survival_figure(run, "os"),
        "waterfall": waterfall_figure(run),
        "swimmer": swimmer_figure(run),
        "spider": spider_figure(run),
        "kinetics": kinetics_figure(run),
        "toxicity": toxicity_figure(run),
    }
    return template.render(
        run=run, study=run.study, label=LABEL, figures=figures, answer=words.answer(run), flow=words.flow(run),
        rows=words.comparison_rows(run), missed=words.missed(run), checks=words.check_rows(run),
        risk={event: risk_rows(run, event) for event in ("pfs", "os")},
        parameters=list(words.parameter_groups(run)), fields=list(words.field_groups(run)),
        why=Markup(words.noted(run, "Why it may miss")), left_out=Markup(words.noted(run, "What is not modelled")),
        rules=[rule_cells(row) for row in rules], rule_title=RULE_TITLE, rule_columns=RULE_COLUMNS,
        rule_note=rule_note(rules), rule_sentence=rule_sentence(rules, run.study),
        counts=words.counted(run), count_note=COUNT_NOTE,
        style=Markup(here.joinpath("page.css").read_text("utf-8")), svg=Markup,
    )  # fmt: skip
