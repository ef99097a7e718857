"""The folder of a facility: page, tables, summary and identity log, there when whole or not at all."""

from __future__ import annotations

from pathlib import Path

from adoptive.facility.identity import write_log
from adoptive.tables import write_table
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.facility import words
from adoptive.workbench.facility.document import cost_table, facility_document, patient_table
from adoptive.workbench.facility.figures import losses_figure, timeline_figure, waiting_figure
from adoptive.workbench.facility.types import Asked, FacilityResult
from adoptive.workbench.figures.charts import Figure
from adoptive.workbench.new_folder import new_folder, page_of, write_figures
from adoptive.workbench.study import dump_study

__all__ = ["command_of", "price_sentence", "write_facility"]


def write_facility(result: FacilityResult, out: Path) -> Path:
    """Write everything into a new folder; same study, seed and options give the same bytes.

    Raises
    ------
    StudyError
        The folder exists, or cannot be made.
    RunError
        The disk is full, or the folder was taken away.
    """
    with new_folder(out) as folder:
        figures = (timeline_figure(result), losses_figure(result), waiting_figure(result))
        (folder / "study.toml").write_text(dump_study(result.study), "utf-8")
        (folder / "summary.json").write_text(as_json(facility_document(result)), "utf-8")
        write_table(folder / "patients", patient_table(result))
        write_table(folder / "cost", cost_table(result))
        write_log(folder / "identity.jsonl", result.log)
        write_figures(folder, figures)
        (folder / "facility.html").write_text(_page(result, figures), "utf-8")
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


def _page(result: FacilityResult, figures: tuple[Figure, ...]) -> str:
    return page_of(
        "facility", study=result.study, answer=words.answer(result), figures=figures,
        numbers=words.number_rows(result), losses=words.loss_rows(result), costs=words.cost_rows(result),
        region=result.bill.region, price=price_sentence(result), rerun=command_of(result.study.name, result.asked),
    )  # fmt: skip
