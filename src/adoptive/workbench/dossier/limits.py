"""Applicability and limits: how near the studies behind the model are to the one in question, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adoptive.errors import AdoptiveError
from adoptive.trial.types import Study
from adoptive.workbench.dossier.types import Item, Section
from adoptive.workbench.figures.charts import DataTable
from adoptive.workbench.published import load_notes, load_published
from adoptive.workbench.study import list_studies, load_study

__all__ = ["applicability", "notes_item", "relevance_item"]

ALIKE: tuple[tuple[str, Callable[[Study], frozenset[str]]], ...] = (
    ("target", lambda study: frozenset({study.antigen.target}) if _cells(study) else frozenset()),
    ("tumour type", lambda study: frozenset(name for name, _ in study.cohort.tumours)),
    ("armour", lambda study: frozenset({study.construct.armour}) if _cells(study) else frozenset()),
    ("kind of arms", lambda study: frozenset(arm.treatment for arm in study.trial.arms)),
)
"""In what a study may be like the one in question."""


def applicability(study: Study, learned_from: Sequence[str]) -> Section:
    """Put the section together; ``learned_from`` names the studies of the fit, empty if none is known."""
    return Section(
        "applicability", "Applicability and limits", (relevance_item(study, learned_from), notes_item(study))
    )


def relevance_item(study: Study, learned_from: Sequence[str]) -> Item:
    """Count the studies with published numbers, and those of the fit, that share something with the one in question."""
    others = {name: load_study(name) for name in list_studies() if name != study.name}
    with_numbers = [name for name in others if any(row.confirmed for row in load_published(name))]
    rows = []
    for what, of in ALIKE:
        mine = of(study)
        alike = [name for name in with_numbers if of(others[name]) & mine]
        fitted = [name for name in alike if name in learned_from]
        rows.append((what, ", ".join(sorted(mine)) or "none", str(len(alike)), ", ".join(alike) or "none",
                     str(len(fitted)) if learned_from else "unknown"))  # fmt: skip
    said = (
        f"{study.name} against the {len(with_numbers)} other bundled studies that have confirmed published numbers. "
        "What no study shares is extrapolated."
    )
    columns = ("shared", "here", "studies", "which", "of these in the fit")
    fewest = min(int(row[2]) for row in rows)
    return Item(
        "relevance", "How near the evidence is", "computed", (said,), DataTable(columns, rows),
        result=f"other studies with the rarest feature: {fewest}",
    )  # fmt: skip


def notes_item(study: Study) -> Item:
    """Show every study's own notes, the one in question first."""
    names = [study.name, *(name for name in list_studies() if name != study.name)]
    found = [(f"{name}: {title[0].lower()}{title[1:]}", text) for name in names for title, text in _notes(name).items()]
    silent = [name for name in names if not _notes(name)]
    said = f"{len(names) - len(silent)} of {len(names)} studies say why they may miss, or what is not modelled."
    return Item(
        "notes", "What each study says of itself", "stated", (said,), notes=tuple(found),
        result=f"{len(found)} notes",
    )  # fmt: skip


def _notes(name: str) -> dict[str, str]:
    try:
        return {title: text for title, text in load_notes(name).items() if text}
    except AdoptiveError:  # a study of the user's own that is no longer where it was
        return {}


def _cells(study: Any) -> bool:
    return any(arm.treatment == "cells" for arm in study.trial.arms)
