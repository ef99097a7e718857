"""How every ``adoptive antigen`` command takes its folder and ends what it prints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adoptive.workbench.discover.label import NO_ADVICE

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Json", "Out", "number", "print_document", "say_end"]

Out = Annotated[Path, typer.Option(metavar="DIR", help="New folder for the tables.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def print_document(document: Mapping[str, Any], out: Path) -> None:
    """Print a command's summary as one JSON document, with the folder (``out``) and the line on advice (``label``)."""
    from adoptive.workbench.engine.document import as_json

    typer.echo(as_json({**document, "label": NO_ADVICE, "out": str(out)}), nl=False)


def say_end(to: Console, out: Path) -> None:
    """End what is printed for people: the line on advice, then where the tables are."""
    to.print(NO_ADVICE)
    to.print(f"tables: {out}/", soft_wrap=True)


def number(value: float | None) -> str:
    """Write a number for people with three digits, "–" if there is none.

    >>> number(None), number(0.01234), number(2.5e-9), number(45_678.0)
    ('–', '0.0123', '2.5e-09', '45,678')
    """
    return "–" if value is None else f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
