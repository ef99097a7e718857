"""A new folder for the page, figures and tables of one command, there when whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from markupsafe import Markup

from adoptive import __version__
from adoptive.errors import RunError, StudyError
from adoptive.workbench.engine.store import check_writable, run_folder
from adoptive.workbench.figures.charts import Figure
from adoptive.workbench.figures.page import page_environment
from adoptive.workbench.wording import LABEL

__all__ = ["check_folder", "new_folder", "page_of", "write_figures"]


def check_folder(out: Path) -> None:
    """Refuse a folder that is there already: nothing is ever overwritten.

    Raises
    ------
    StudyError
        It exists, it is no name, or nothing can be written beside it.
    """
    if os.path.lexists(out):
        raise StudyError("this exists already", where="--out", value=out, next_step="name a new folder")
    if not out.name or out.name == "..":
        raise StudyError("not the name of a new folder", where="--out", value=out, next_step="name a new folder")
    check_writable(out.parent, out.name)


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Give a hidden folder to write in, which becomes ``out`` at the end.

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
            yield folder
        except OSError as problem:
            raise RunError(
                "the folder could not be written", where=str(out), value=problem.strerror or problem,
                next_step="make room, or give another --out",
            ) from None  # fmt: skip


def write_figures(folder: Path, figures: tuple[Figure, ...]) -> None:
    """Write each figure's wide drawing as an SVG file of its own."""
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    for figure in figures:
        wide = dict(figure.drawings)["wide"]
        (folder / f"{figure.name}.svg").write_text(wide.replace("<svg ", f"<svg {spaces} ", 1), "utf-8")


def page_of(room: str, *, label: str = LABEL, **said: Any) -> str:
    """Print the page ``page.html.j2`` of a folder of the workbench with the report's style, under its label."""
    here = resources.files("adoptive.workbench")
    template = page_environment().from_string(here.joinpath(room, "page.html.j2").read_text("utf-8"))
    style = Markup(here.joinpath("report", "page.css").read_text("utf-8"))
    return template.render(label=label, version=__version__, style=style, **said)
