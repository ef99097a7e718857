"""``adoptive zoo run``: run one published model, print a table and its regression check."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adoptive.errors import RunError
from adoptive.kinetics.zoo import Checked, ZooModel, ZooRun, check_regressions, find_model, run_zoo
from adoptive.solve import FAILURES
from adoptive.workbench.cli.say import console
from adoptive.workbench.cli.surroundings import interrupts_kept
from adoptive.workbench.cli.written import check_place, whole_file
from adoptive.workbench.cli.zoo_tables import number, pairs
from adoptive.workbench.engine.document import as_json as to_json
from adoptive.workbench.wording import LABEL

__all__ = ["Asked", "run_model"]

CHECK_FAILED = 1
_SHOWN = (0, 1, 3, 7, 10, 14, 21, 28, 42, 60, 90, 120, 180, 270, 365, 730, 1825, 3650)
_DAILY = 1.0


@dataclass(frozen=True)
class Asked:
    """Hold the options of ``adoptive zoo run``."""

    model: str
    changes: tuple[str, ...]
    parameters: str | None
    until: float | None
    as_json: bool
    out: Path | None


def run_model(asked: Asked) -> int:
    """Run, print or write, and give the exit code: 1 where a regression value is missed."""
    zoo = find_model(asked.model)
    changes = {name: number(text, f"--set {name}") for name, text in pairs(asked.changes, "--set").items()}
    if asked.out is not None:
        check_place(asked.out, where="--out", kinds=(".csv", ".json"))
    until = zoo.horizon_days if asked.until is None else asked.until
    with interrupts_kept():
        result = run_zoo(zoo, days=_days(until), parameter_set=asked.parameters, changes=changes)
        checked = () if changes else check_regressions(zoo, parameter_set=asked.parameters or zoo.sets[0])
    if result.failure[0]:
        why = FAILURES[int(result.failure[0])]
        raise RunError(why, where=zoo.name, next_step="change the parameters or a smaller --until")
    document = _document(zoo, result, asked, changes, checked)
    if asked.out is not None:
        _write(asked.out, result, document)
    if asked.as_json:
        sys.stdout.write(to_json(document))
    else:
        _say(zoo, result, checked, asked, console())
    return 0 if all(one.holds for one in checked) else CHECK_FAILED


def _days(until: float) -> Any:
    whole = np.arange(0.0, until, max(_DAILY, until / 5000.0))
    return np.append(whole[whole < until], until)


def _document(
    zoo: ZooModel, result: ZooRun, asked: Asked, changes: dict[str, float], checked: Sequence[Checked]
) -> dict[str, Any]:
    return {
        "model": zoo.name, "title": zoo.title, "doi": zoo.doi, "set": asked.parameters or zoo.sets[0],
        "changes": changes, "days": result.days.tolist(),
        "quantities": {
            quantity.name: {"unit": quantity.unit, "values": result.of(quantity.name)[0].tolist()}
            for quantity in zoo.quantities
        },
        "regressions": [
            {
                "name": one.regression.label, "set": one.regression.set, "stated": one.regression.value,
                "found": one.found, "difference": one.difference, "tolerance": one.regression.tolerance,
                "holds": one.holds, "kind": one.regression.kind, "source": one.regression.source,
            }
            for one in checked
        ],
        "simulated": True,
    }  # fmt: skip


def _write(out: Path, result: ZooRun, document: dict[str, Any]) -> None:
    if out.suffix.lower() == ".json":
        text = to_json(document)
    else:
        page = io.StringIO()
        writer = csv.writer(page, lineterminator="\n")
        writer.writerow(["day", *result.quantities])
        writer.writerows([day, *row] for day, row in zip(result.days.tolist(), result.values[0].tolist(), strict=True))
        text = page.getvalue()
    with whole_file(out, where="--out") as file:
        file.write(text.encode("utf-8"))


def _say(zoo: ZooModel, result: ZooRun, checked: Sequence[Checked], asked: Asked, to: Console) -> None:
    to.print(f"{zoo.title}, {asked.parameters or zoo.sets[0]} ({zoo.doi})\n")
    table = Table()
    for title in ("day", *(f"{quantity.name}, {quantity.unit}" for quantity in zoo.quantities)):
        table.add_column(title, justify="right", overflow="fold")
    shown = [day for day in _SHOWN if day < result.days[-1]]
    for at in np.unique([*np.searchsorted(result.days, shown), len(result.days) - 1]):
        table.add_row(f"{result.days[at]:g}", *(f"{value:.4g}" for value in result.values[0, at]))
    to.print(table)
    if checked:
        to.print(_check_table(checked))
    elif asked.changes:
        to.print("Parameters were changed: the regression values do not apply.")
    else:
        to.print("The publication implies no regression value for this set.")
    to.print(LABEL)
    if asked.out is not None:
        to.print(f"written: {asked.out}", soft_wrap=True)


def _check_table(checked: Sequence[Checked]) -> Table:
    table = Table(title="Regression values", title_justify="left")
    for title in ("value", "stated", "ours", "difference", "tolerance", "kind", "holds"):
        table.add_column(title, justify="left" if title in ("value", "kind") else "right", overflow="fold")
    for one in checked:
        table.add_row(
            one.regression.label, f"{one.regression.value:.4g}", f"{one.found:.4g}", f"{100 * one.difference:+.2f} %",
            f"{100 * one.regression.tolerance:.2g} %", one.regression.kind,
            Text("yes", "green") if one.holds else Text("NO", "bold red"),
        )  # fmt: skip
    return table
