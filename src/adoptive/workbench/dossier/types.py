"""What a dossier is made of: given results, and sections of sentences, tables and figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from adoptive.workbench.figures.charts import DataTable, Figure

__all__ = ["Asked", "Dossier", "Item", "Section", "State"]

State = Literal["given", "computed", "stated", "missing"]
"""Where a part comes from: a file that was given, this very run, a statement of its authors, or nowhere."""


@dataclass(frozen=True)
class Asked:
    """Hold what ``adoptive dossier`` was asked: results that exist already, the study in question, a seed.

    ``compute`` is false where nothing may be computed: what is not given is then missing.
    """

    calibration: Path | None = None
    checks: Path | None = None
    tests: Path | None = None
    run: Path | None = None
    study: str = ""
    seed: int = 1
    compute: bool = True


@dataclass(frozen=True)
class Item:
    """Hold one part of a section: sentences, then a figure or a table.

    ``goal`` and ``result`` are set where the part is judged; ``holds`` says whether the result meets the goal, ``None``
    where nothing was judged. ``notes`` are texts in Markdown, by title, that are shown folded up.
    """

    name: str
    title: str
    state: State
    sentences: tuple[str, ...] = ()
    table: DataTable | None = None
    figure: Figure | None = None
    goal: str = ""
    result: str = ""
    holds: bool | None = None
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Section:
    """Hold one section: its name in links, its title and its parts."""

    name: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Dossier:
    """Hold a whole dossier; ``data`` are numbers behind it that no table shows whole."""

    title: str
    question: str
    answer: str
    sections: tuple[Section, ...]
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def items(self) -> tuple[Item, ...]:
        """Give the parts of all sections."""
        return tuple(item for section in self.sections for item in section.items)
