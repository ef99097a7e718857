"""The folder of a facility: page, tables, summary and identity log, there when whole or not at all."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from adoptive import __version__
from adoptive.errors import RunError, StudyError
from adoptive.facility.identity import write_log
from adoptive.tables import write_table
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.engine.store import check_writable, run_folder
from adoptive.workbench.facility import words
from adoptive.workbench.facility.document import cost_table, facility_document, patient_table
from adoptive.workbench.facility.figures import timeline_figure, waiting_figure
from adoptive.workbench.facility.types import Asked, FacilityResult
from adoptive.workbench.report.charts import Figure
from adoptive.workbench.study import dump_study
from adoptive.workbench.wording import LABEL

__all__ = ["check_folder", "command_of", "price_sentence", "write_facility"]


def check_folder(out: Path) -> None:
    """Refuse a folder that is there already: a log is never overwritten.

    Raises
    ------
    StudyError
        It exists, or nothing can be written beside it.
    """
    if os.path.lexists(out):
        raise StudyError("this exists already", where="--out", value=out, next_step="name a new folder")
    if not out.name or out.name == "..":
        raise StudyError("not the name of a new folder", where="--out", value=out, next_step="name a new folder")
    check_writable(out.parent, out.name)


def write_facility(result: FacilityResult, out: Path) -> Path:
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
            figures = (timeline_figure(result), waiting_figure(result))
            (folder / "study.toml").write_text(dump_study(result.study), "utf-8")
            (folder / "summary.json").write_text(as_json(facility_document(result)), "utf-8")
            write_table(folder / "patients", patient_table(result))
            write_table(folder / "cost", cost_table(result))
            write_log(folder / "identity.jsonl", result.log)
            for figure in figures:
                (folder / f"{figure.name}.svg").write_text(_alone(figure), "utf-8")
            (folder / "facility.html").write_text(_page(result, figures), "utf-8")
        except OSError as problem:
            raise RunError(
                "the folder could not be written", where=str(out), value=problem.strerror or problem,
                next_step="make room, or give another --out",
            ) from None  # fmt: skip
    return out


def command_of(study: str, asked: Asked) -> str:
    """Give the command that makes the same numbers again."""
    given = {
        "patients": asked.patients, "slots-per-month": asked.slots_per_month, "places": asked.places,
        "priority": asked.priority and f'"{asked.priority}"', "target-days": asked.target_days,
    }  # fmt: skip
    options = "".join(f" --{name} {value}" for name, value in given.items() if value is not None)
    return f"adoptive facility {study} --seed {asked.seed}{options}"


def price_sentence(result: FacilityResult) -> str:
    """Say what the product is sold for, if that is known."""
    bill = result.bill
    if bill.list_price_usd is None:
        return "No list price is on file for this product and region."
    price = f"List price of the product: {bill.list_price_usd:,.0f} ({bill.list_price_source})."
    return f"{price} It is paid in the place of materials, quality control, rooms and transport."


def _alone(figure: Figure) -> str:
    """Give a figure's wide drawing as an SVG file of its own."""
    wide = dict(figure.drawings)["wide"]
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return wide.replace("<svg ", f"<svg {spaces} ", 1)


def _page(result: FacilityResult, figures: tuple[Figure, ...]) -> str:
    here = resources.files("adoptive.workbench")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(here.joinpath("facility", "page.html.j2").read_text("utf-8"))
    return template.render(
        study=result.study, label=LABEL, version=__version__, answer=words.answer(result), figures=figures,
        numbers=words.number_rows(result), losses=words.loss_rows(result), costs=words.cost_rows(result),
        region=result.bill.region, price=price_sentence(result), rerun=command_of(result.study.name, result.asked),
        style=Markup(here.joinpath("report", "page.css").read_text("utf-8")), svg=Markup,
    )  # fmt: skip
