"""The page: figures and sentences put into one self-contained HTML file."""

from __future__ import annotations

from contextlib import suppress
from importlib import resources
from pathlib import Path

from markupsafe import Markup

from adoptive.errors import RunError
from adoptive.workbench.figures.charts import Figure
from adoptive.workbench.figures.page import page_environment
from adoptive.workbench.report import words
from adoptive.workbench.report.cells import kinetics_figure, onset_figure, toxicity_figure
from adoptive.workbench.report.data import Run, load_run
from adoptive.workbench.report.estimands import estimand_figure
from adoptive.workbench.report.flow import flow_figure
from adoptive.workbench.report.incidence import incidence_figure, infusion_figure
from adoptive.workbench.report.plan import plan_rows
from adoptive.workbench.report.response import bars_figure, has_lesions, spider_figure, waterfall_figure
from adoptive.workbench.report.subgroups import subgroup_figure
from adoptive.workbench.report.survival import EVENT_NAMES, survival_figure
from adoptive.workbench.report.swimmer import swimmer_figure
from adoptive.workbench.rules import RULE_COLUMNS, RULE_TITLE, rule_cells, rule_note, rule_sentence
from adoptive.workbench.shape import compares, curves_of, drawn_set, has_rules
from adoptive.workbench.wording import CHANCE_NOTE, CHANCE_TITLE, COUNT_NOTE, LABEL, PREDICTION

__all__ = ["render_report", "rewrite_report"]

NO_CELLS = "No arm of this trial has engineered cells."


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
    template = page_environment().from_string(here.joinpath("page.html.j2").read_text("utf-8"))
    rules = words.ruled(run)
    return template.render(
        run=run, study=run.study, label=LABEL, figures=_figures(run), answer=words.answer(run),
        prediction=PREDICTION if run.summary["prediction"] else "", chances=words.chances(run),
        survival_titles=_survival_titles(run), no_cells=NO_CELLS, chance_title=CHANCE_TITLE, chance_note=CHANCE_NOTE,
        rows=words.comparison_rows(run), missed=words.missed(run), checks=words.check_rows(run),
        parameters=list(words.parameter_groups(run)), fields=list(words.field_groups(run)),
        why=Markup(words.noted(run, "Why it may miss")), left_out=Markup(words.noted(run, "What is not modelled")),
        rules=[rule_cells(row) for row in rules], rule_title=RULE_TITLE, rule_columns=RULE_COLUMNS,
        rule_note=rule_note(rules), rule_sentence=rule_sentence(rules, run.study), rule_absent=_rule_absent(run),
        counts=words.counted(run), count_note=COUNT_NOTE,
        style=Markup(here.joinpath("page.css").read_text("utf-8")), plan=plan_rows(run),
    )  # fmt: skip


def _figures(run: Run) -> dict[str, Figure]:
    """Draw the figures that a study of this shape has, by name."""
    drawn = {"flow": flow_figure(run)}
    drawn |= {event: survival_figure(run, event) for event in curves_of(run.study)}
    drawn["incidence"] = incidence_figure(run)
    for name, figure in (
        ("infused", infusion_figure(run)),
        ("estimands", estimand_figure(run)),
        ("subgroups", subgroup_figure(run)),
    ):
        if figure is not None:
            drawn[name] = figure
    drawn["bars"] = bars_figure(run)
    if has_lesions(run):
        drawn["waterfall"] = waterfall_figure(run)
    drawn["swimmer"] = swimmer_figure(run)
    if has_lesions(run):
        drawn["spider"] = spider_figure(run)
    if run.cells:
        drawn |= {"kinetics": kinetics_figure(run), "toxicity": toxicity_figure(run)}
        if (onset := onset_figure(run)) is not None:
            drawn["onset"] = onset
    return drawn


def _survival_titles(run: Run) -> dict[str, str]:
    """Head each curve with its name and the patients whom it is about."""
    alone = "all patients" if not compares(run.study) else "intention to treat"
    sets = {"ITT": alone, "infused": "infused patients", "responders": "responders"}
    return {event: f"{EVENT_NAMES[event]}, {sets[drawn_set(run.study, event)]}" for event in curves_of(run.study)}


def _rule_absent(run: Run) -> str:
    """Say why there is no table of the assessment rule's settings."""
    if has_rules(run.study):
        return "The settings of the assessment rule were not part of this run."
    return "They are varied only where cells are randomised against drugs, in two arms, under RECIST 1.1."
