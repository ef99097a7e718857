"""``adoptive follow``, ``studies`` and ``show``: what is told rather than computed."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adoptive.parameters import load_book
from adoptive.trial.types import Study
from adoptive.workbench.cli.say import console
from adoptive.workbench.engine.document import as_json as to_json
from adoptive.workbench.fields import fields_of
from adoptive.workbench.shelf import study_groups
from adoptive.workbench.study import load_study
from adoptive.workbench.wording import LABEL, sparkline

__all__ = ["follow_patient", "list_all", "show_study"]


def follow_patient(name: str, *, patient: int, seed: int, product: Path | None = None) -> None:
    """Print one patient's journey: what happened on which day, and three small curves."""
    study = load_study(name, product=product)
    from adoptive.trial.story import tell

    story, to = tell(study, seed=seed, patient=patient), console()
    to.print(f"{study.title}\npatient {patient}, seed {seed}\n")
    for key, value in story.summary.items():
        to.print(f"  {key}: {value}")
    to.print()
    for day, happened in story.lines:
        to.print(f"  day {day:6.0f}  {happened}")
    to.print()
    width = max((len(series) for series in story.series), default=0)
    for series, (days, levels) in story.series.items():
        values = [float(level) for level in levels]
        if values:
            span = f"{min(values):.3g} to {max(values):.3g}, day {float(days[0]):.0f} to {float(days[-1]):.0f}"
            to.print(f"  {series:<{width}}  {sparkline(values)}  {span}")
    to.print(f"\n{LABEL}")


def list_all(*, as_json: bool) -> None:
    """Print the bundled studies by group, with their titles and questions."""
    found = [(group.title, [load_study(name) for name in group.studies]) for group in study_groups()]
    if as_json:
        rows = [
            {"name": study.name, "group": title, "title": study.title, "question": study.question}
            for title, studies in found
            for study in studies
        ]
        sys.stdout.write(to_json(rows))
        return
    to = console()
    for number, (title, studies) in enumerate(found):
        to.print("\n" * (number > 0) + title, style="bold")
        for study in studies:
            to.print(f"{study.name}\n  {study.title}\n  {study.question}")


def show_study(name: str) -> None:
    """Print every field of a study and every parameter, with unit, meaning and source."""
    study, to = load_study(name), console()
    to.print(f"{study.title}\n{study.question}\n")
    _say_fields(study, to)
    for folder, rows in groupby(load_book().values(), key=lambda row: row.name.partition(".")[0]):
        table = _table(
            f"parameters: {folder}/", ("name", "value", "unit", "between", "uncertainty", "status", "source")
        )
        for row in rows:
            spreads = (f"{row.between:g}" if row.between else "", f"{row.uncertainty:g}" if row.uncertainty else "")
            short = row.name.partition(".")[2]
            table.add_row(short, f"{row.value:.4g}", row.unit, *spreads, row.status, f"{row.meaning}. {row.source}")
        to.print(table)
    to.print("between: spread between patients; uncertainty: of the typical value; both on the row's scale.")
    to.print(LABEL)


def _say_fields(study: Study, to: Console) -> None:
    for section, fields in groupby(fields_of(study), key=lambda field: field.name.split(".")[0].split("[")[0]):
        rows = list(fields)
        if section in ("name", "title", "question"):
            continue
        table = _table(f"[{section}]", ("field", "value", "unit", "meaning", "source"))
        for field in rows:
            value = ", ".join(map(str, field.value)) if isinstance(field.value, tuple) else _text(field.value)
            table.add_row(field.name.partition(".")[2], value, field.unit, field.meaning, field.source)
        to.print(table)


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
