"""The folder of many designs: what was asked, finished parts, and at the end tables, summary and page."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from adoptive.errors import RunError, StudyError
from adoptive.tables import write_table
from adoptive.trial.types import Study
from adoptive.workbench.design import words
from adoptive.workbench.design.document import asked_text, characteristics_table, varied_document
from adoptive.workbench.design.figures import figures_of
from adoptive.workbench.design.types import Asked, Factor, Varied
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.engine.store import check_writable
from adoptive.workbench.figures.charts import Figure
from adoptive.workbench.new_folder import page_of
from adoptive.workbench.study import dump_study

__all__ = ["open_folder", "page_with", "put_files", "write_varied"]


def open_folder(
    out: Path, name: str, study: Study, factors: Sequence[Factor], asked: Asked, *, said: str, **more: Any
) -> Path:
    """Make the folder, or find it, and write down what is asked.

    Raises
    ------
    StudyError
        Nothing can be written there.
    """
    check_writable(out, name)
    folder = out / name
    try:
        (folder / "parts").mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise StudyError(
            "no folder can be made there", where="--out", value=f"{out} ({problem.strerror})",
            next_step="give a folder in which you may write",
        ) from None  # fmt: skip

    def write(place: Path) -> None:
        (place / "design.toml").write_text(asked_text(said, factors, asked, **more), "utf-8")
        (place / "study.toml").write_text(dump_study(study), "utf-8")

    put_files(folder, write)
    return folder


def write_varied(varied: Varied, folder: Path, *, command: str) -> None:
    """Write tables, summary and page; same study, seed and options give the same bytes, however it was interrupted.

    Raises
    ------
    RunError
        The disk is full, or the folder was taken away.
    """

    def write(place: Path) -> None:
        write_table(place / "characteristics", characteristics_table(varied))
        (place / "report.html").write_text(page_with(varied, figures_of(varied), command), "utf-8")
        (place / "summary.json").write_text(as_json(varied_document(varied)), "utf-8")

    put_files(folder, write)


def put_files(folder: Path, write: Callable[[Path], None]) -> None:
    """Let files be written beside their place and move each there when all are whole.

    Raises
    ------
    RunError
        The disk is full, or the folder was taken away.
    """
    try:
        hidden = Path(tempfile.mkdtemp(prefix=".writing.", dir=folder))
        try:
            write(hidden)
            for file in sorted(hidden.iterdir()):
                file.replace(folder / file.name)
        finally:
            shutil.rmtree(hidden, ignore_errors=True)
    except OSError as problem:
        raise RunError(
            "the folder could not be written", where=str(folder), value=problem.strerror or problem,
            next_step="make room and run the command again: finished parts are kept",
        ) from None  # fmt: skip


def page_with(varied: Varied, figures: tuple[Figure, ...], command: str, **other: Any) -> str:
    """Print the page; ``other`` takes the place of what is said of a comparison."""
    said: dict[str, Any] = {
        "answer": words.answer(varied), "titles": words.column_titles(varied),
        "rows": [row for _, row in words.design_rows(varied)], "power": words.power_words(varied),
        "gain": words.gain_sentence(varied), "stopping": words.stopping_note(varied),
        "refused": words.refused_rows(varied.designs), "closed": words.has_closed_form(varied), "best": None,
    }  # fmt: skip
    return page_of(
        "design", study=varied.study, figures=figures, rerun=command, seed=varied.asked.seed, **(said | other)
    )
