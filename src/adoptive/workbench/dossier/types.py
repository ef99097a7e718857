"""What a dossier is made of: given results, and sections of sentences, tables and figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from adoptive.workbench.figures.charts import DataTable, Figure

__all__ = ["Asked", "Dossier", "Item", "Section", "State"]

State = Literal["given", "computed", "missing"]
"""Where a part's numbers come from: a file that was given, this very run, or nowhere."""


@dataclass(frozen=True)
class Asked:
    """Hold what ``adoptive dossier`` was asked: results that exist already, and the seed of what is computed."""

    calibration: Path | None = None
    checks: Path | None = None
    tests: Path | None = None
    run: Path | None = None
    study: str = ""
    seed: int = 1


@dataclass(frozen=True)
class Item:
    """Hold one part of a section: sentences, then a table or a figure; ``holds`` where it is a check."""

    title: str
    state: State
    sentences: tuple[str, ...] = ()
    table: DataTable | None = None
    figure: Figure | None = None
    holds: bool | None = None


@dataclass(frozen=True)
class Section:
    """Hold one section: its name in links, its title and its parts."""

    name: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Dossier:
    """Hold a whole dossier; ``data`` are the numbers behind it as one document."""

    title: str
    answer: str
    sections: tuple[Section, ...]
    failures: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
