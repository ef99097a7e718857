"""``adoptive facility``: a study's patients through its facility; numbers on stdout, a folder if one is named."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adoptive.workbench.cli.say import console
from adoptive.workbench.cli.surroundings import StoppedError
from adoptive.workbench.engine.document import as_json as to_json
from adoptive.workbench.facility import Asked, FacilityResult, run_facility
from adoptive.workbench.facility.document import facility_document
from adoptive.workbench.facility.words import answer, cost_rows, loss_rows, number_rows
from adoptive.workbench.facility.writing import price_sentence, write_facility
from adoptive.workbench.new_folder import check_folder
from adoptive.workbench.study import load_study
from adoptive.workbench.wording import LABEL

__all__ = ["Request", "facility_command"]

_BAR = 40


@dataclass(frozen=True)
class Request:
    """Hold what ``adoptive facility`` was asked."""

    study: str
    asked: Asked
    out: Path | None
    as_json: bool


def facility_command(request: Request) -> int:
    """Run the facility as asked, write its folder and print; give the exit code."""
    study = load_study(request.study)
    if request.out is not None:
        check_folder(request.out)
    try:
        result = run_facility(study, request.asked)
        if request.out is not None:
            write_facility(result, request.out)
    except KeyboardInterrupt:
        if request.out is None:
            raise
        raise StoppedError from None
    if request.as_json:
        sys.stdout.write(to_json(facility_document(result)))
    else:
        _say(result, request.out, console())
    return 0


def _say(result: FacilityResult, out: Path | None, to: Console) -> None:
    """Print a facility for people."""
    to.print(f"\n{result.study.title}\n{answer(result)}\n")
    title = f"Facility, {result.bill.region}, seed {result.asked.seed}"
    numbers = Table(title=title, title_justify="left", show_header=False)
    for name, said in number_rows(result):
        numbers.add_row(name, said)
    to.print(numbers)
    losses = Table(title="How it ended", title_justify="left")
    for name in ("ending", "patients", "% of all", ""):
        losses.add_column(name, justify="right" if name in ("patients", "% of all") else "left", no_wrap=True)
    for ending, patients, share in loss_rows(result):
        losses.add_row(ending, f"{patients:,}", f"{share:.1f}", "█" * round(_BAR * share / 100.0))
    to.print(losses)
    bill = Table(title="Cost per treated patient, US dollars, failures included", title_justify="left")
    for name in ("step", "one", "count", "per treated", "90 %"):
        bill.add_column(name, justify="left" if name == "step" else "right")
    for step, one, count, each, ends, _ in cost_rows(result):
        bill.add_row(step, one, count, each, ends)
    to.print(bill)
    to.print(f"Unit costs are uncertain and of different years. {price_sentence(result)}")
    to.print(f"{LABEL}\n")
    if out is None:
        to.print("--out DIR writes page, figures, tables and the identity log.")
    else:
        to.print(f"page: {out}/facility.html", soft_wrap=True)
