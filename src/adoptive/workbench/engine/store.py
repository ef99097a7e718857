"""The run folder: written beside its place and moved there when whole, so that nothing partial is ever left.

``<out>/<study>-<seed>-<hash>/`` holds ``study.toml``, ``summary.json``, ``tables/*.parquet`` and ``*.csv``,
``provenance.json`` and ``report.html``. Same inputs give the same bytes, ``provenance.json`` aside.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray

from adoptive import __version__
from adoptive.errors import RunError, StudyError
from adoptive.parameters import load_book
from adoptive.tables import write_table
from adoptive.trial.types import Study
from adoptive.workbench.engine.document import as_document, as_json
from adoptive.workbench.engine.provenance import provenance
from adoptive.workbench.engine.tables import table_makers, trial_values
from adoptive.workbench.engine.types import RunResult
from adoptive.workbench.study import dump_study

__all__ = [
    "check_writable",
    "folder_name",
    "make_folders",
    "no_place",
    "run_folder",
    "write_in_turns",
    "write_run",
    "write_tables",
]

AT_ONCE: Final = 1_000
"""Trials whose values are in memory at once when their table is written."""


def folder_name(study: Study, *, trials: int, seed: int) -> str:
    """Name a run's folder ``<study>-<seed>-<hash>``.

    The hash is of the resolved study, the parameter rows, the trials and the version.
    """
    rows = "\n".join(map(repr, load_book().values()))
    digest = hashlib.sha256(f"{dump_study(study)}\n{rows}\n{trials}\n{__version__}".encode()).hexdigest()
    return f"{study.name}-{seed}-{digest[:10]}"


@contextmanager
def run_folder(out: Path, name: str, *, inside: Path | None = None) -> Iterator[Path]:
    """Give a hidden folder beside ``out/name`` to write in; move it there at the end, remove it if anything goes wrong.

    Arguments: ``inside`` a folder of the same disk in which it stands until then, in the place of ``out``.

    Made before anything is computed, so that a place without permission is refused at once. A folder already there
    under that name is replaced.

    Raises
    ------
    StudyError
        Nothing can be written in ``out``.
    """
    made: list[Path] = []
    try:
        try:
            made = make_folders(out)
            hidden = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=inside or out))
        except OSError as problem:
            raise no_place(out, problem.strerror or str(problem)) from None
        try:
            yield hidden
            _install(hidden, out / name)
        finally:
            _surely(_remove, hidden)
    except BaseException:
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise


def check_writable(out: Path, name: str) -> None:
    """Refuse a folder in which none of that name can be made, before anything is computed; nothing stays there.

    Raises
    ------
    StudyError
        It, or the nearest folder above it that is there, takes no folder.
    """
    try:
        there = next(folder for folder in (out.absolute(), *out.absolute().parents) if folder.exists())
        Path(tempfile.mkdtemp(prefix=f".{name}.", dir=there)).rmdir()
    except OSError as problem:
        raise no_place(out, problem.strerror or str(problem)) from None


def no_place(out: Path, why: str) -> StudyError:
    """Say that nothing can be written in a folder, and why."""
    return StudyError(
        "no run folder can be made there", where="--out", value=f"{out} ({why})",
        next_step="give a folder in which you may write",
    )  # fmt: skip


def make_folders(out: Path) -> list[Path]:
    """Make a folder and those above it; give the ones that were not there."""
    missing = [folder for folder in (out, *out.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
    return list(reversed(missing))


def _install(hidden: Path, place: Path) -> None:
    """Move a finished folder to its place; one already there steps aside first and comes back if the move fails."""
    umask = os.umask(0)
    os.umask(umask)
    aside = hidden.with_name(f"{hidden.name}.old")
    try:
        hidden.chmod(0o777 & ~umask)
        try:
            if place.exists():
                place.rename(aside)
            hidden.rename(place)
        finally:
            _surely(_settle, aside, place)
    except OSError as problem:
        raise RunError(
            "the run folder could not be moved to its place", where=str(place), value=problem.strerror or problem,
            next_step="remove what stands there, or give another --out",
        ) from None  # fmt: skip


def _settle(aside: Path, place: Path) -> None:
    """Put what stepped aside back if its place is empty; remove it if the new run stands there."""
    if not aside.exists():
        return
    if not place.exists():
        aside.rename(place)
    elif aside.is_dir():
        shutil.rmtree(aside, ignore_errors=True)
    else:
        aside.unlink()


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _surely(tidy: Callable[..., None], *paths: Path) -> None:
    """Tidy up, and once more if interrupted meanwhile."""
    try:
        tidy(*paths)
    except BaseException:
        tidy(*paths)
        raise


def write_run(folder: Path, result: RunResult, *, wall_s: float) -> None:
    """Write everything that a run leaves into a folder, the report last.

    Raises
    ------
    RunError
        The disk is full, or the folder was taken away.
    """
    from adoptive.workbench.report import render_report

    try:
        (folder / "study.toml").write_text(dump_study(result.study), "utf-8")
        summary = as_document(result) | {"notes": dict(result.notes or {})}
        (folder / "summary.json").write_text(as_json(summary), "utf-8")
        (folder / "provenance.json").write_text(as_json(provenance(result, wall_s=wall_s)), "utf-8")
        write_tables(folder, result)
        (folder / "report.html").write_text(render_report(folder), "utf-8")
    except OSError as problem:
        raise RunError(
            "the run folder could not be written", where=str(folder), value=problem.strerror or problem,
            next_step="make room, or give another --out",
        ) from None  # fmt: skip


def write_tables(folder: Path, result: RunResult) -> None:
    """Write a run's tables into ``tables/`` of a folder, one by one; the one that grows with trials in turns."""
    place = folder / "tables"
    place.mkdir()
    for name, make in table_makers(result).items():
        if name == "trial_values" and result.trials > AT_ONCE:
            turns = range(0, result.trials, AT_ONCE)
            write_in_turns(place / name, (trial_values(result, first=at, last=at + AT_ONCE) for at in turns))
        elif table := make():
            write_table(place / name, table)


def write_in_turns(base: Path, tables: Iterable[Mapping[str, NDArray[Any]]]) -> None:
    """Write one flat table of which only a part is in memory at a time, as :func:`adoptive.tables.write_table` would.

    The Parquet file has a row group for each part.
    """
    from pyarrow import parquet

    as_parquet, as_csv = base.with_name(f"{base.name}.parquet"), base.with_name(f"{base.name}.csv")
    part = base.with_name(f".{base.name}.part")
    with ExitStack() as open_files:
        writer = None
        for number, table in enumerate(tables):
            flat_file, text_file = write_table(part, table)
            flat = parquet.ParquetFile(flat_file).read()
            if writer is None:
                writer = open_files.enter_context(
                    parquet.ParquetWriter(as_parquet, flat.schema, compression="zstd", version="2.6")
                )
                text = open_files.enter_context(as_csv.open("wb"))
            writer.write_table(flat)
            text.write(text_file.read_bytes() if number == 0 else text_file.read_bytes().partition(b"\n")[2])
            flat_file.unlink()
            text_file.unlink()
