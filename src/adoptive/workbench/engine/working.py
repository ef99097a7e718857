"""The working folder of a run that is not finished: its parts are kept there, and go on being used after a kill.

``<out>/<study>-<seed>-<hash>.unfinished/`` holds ``run.json``, which says of what run it is, and ``parts/``, a Parquet
file per finished piece. The hash is of all that makes the run's numbers, not of how many trials there are to be, so
that more trials go on with the parts of fewer. It goes when the run folder stands.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adoptive.errors import RunError, StudyError
from adoptive.workbench.engine.parts import read_part, write_part
from adoptive.workbench.engine.store import make_folders, no_place
from adoptive.workbench.engine.stream import Columns, Piece

__all__ = ["SUFFIX", "PartFolder", "Working", "working_folder"]

SUFFIX: Final = ".unfinished"
_TOLD: Final = "run.json"
_LOCK: Final = "lock"


@dataclass(frozen=True)
class PartFolder:
    """Keep pieces as Parquet files of a folder; see :class:`adoptive.workbench.engine.stream.Store`."""

    folder: Path

    def place(self, piece: Piece) -> Path:
        """Give a piece's file."""
        return self.folder / f"{piece.name}.parquet"

    def find(self, piece: Piece) -> bool:
        """Say whether the piece is kept, whole and of the same numbers.

        Raises
        ------
        RunError
            It is damaged, or of another version or question.
        """
        return read_part(self.place(piece), digest=piece.digest) is not None

    def keep(self, piece: Piece, columns: Columns) -> None:
        """Write a piece's part; it is there when whole or not at all."""
        write_part(self.place(piece), columns, digest=piece.digest)

    def read(self, piece: Piece) -> Columns:
        """Give a kept piece's columns.

        Raises
        ------
        RunError
            It is not there, damaged, or of another version or question.
        """
        found = read_part(self.place(piece), digest=piece.digest)
        if found is None:
            raise RunError(
                "a finished block is gone", where=str(self.place(piece)), next_step="run the same command again"
            )
        return found[0]


@dataclass(frozen=True)
class Working:
    """Hold a working folder: where it is, and the store of its parts."""

    folder: Path
    store: PartFolder

    @property
    def columns(self) -> Path:
        """Give the file in which columns stand while they are used."""
        return self.folder / "columns"

    @property
    def parts(self) -> int:
        """Count what is kept."""
        with suppress(OSError):
            return sum(1 for entry in os.scandir(self.store.folder) if entry.name.endswith(".parquet"))
        return 0


@contextmanager
def working_folder(
    out: Path, name: str, told: Mapping[str, object], *, resume: Path | None = None
) -> Iterator[Working]:
    """Open the working folder of a run in ``out``, new or with what an ended run left; nobody else may have it open.

    It is removed at the end. If anything goes wrong it stays, unless no piece is finished.

    Arguments: ``name`` what it is called, without the suffix; ``told`` what the run is of, by name: written into
    ``run.json``, and compared if ``resume`` asks for a certain working folder.

    Raises
    ------
    StudyError
        Nothing can be written there, another run is at work there, or it is of another run.
    """
    folder = out / f"{name}{SUFFIX}" if resume is None else resume
    _refuse_other_runs(out, folder, told, resume)
    try:
        made = make_folders(folder / "parts")
    except OSError as problem:
        raise no_place(out, problem.strerror or str(problem)) from None
    working = Working(folder, PartFolder(folder / "parts"))
    try:
        with _alone(folder):
            try:
                _tidy(folder, told)
                yield working
            except BaseException:
                if working.parts == 0:
                    shutil.rmtree(folder, ignore_errors=True)
                raise
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        for above in reversed(made):
            with suppress(OSError):
                above.rmdir()


def _tidy(folder: Path, told: Mapping[str, object]) -> None:
    """Remove what was being written when somebody was killed, and say of what run the folder is."""
    for entry in [*folder.iterdir(), *(folder / "parts").glob(".*")]:
        if entry.is_dir() and entry.name != "parts":
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.is_file() and entry.name not in (_LOCK, _TOLD):
            entry.unlink()
    (folder / _TOLD).write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _refuse_other_runs(out: Path, folder: Path, told: Mapping[str, object], resume: Path | None) -> None:
    """Refuse to write into what another run has made.

    Raises
    ------
    StudyError
        ``--out`` is a run folder or a working folder; the folder to resume is none, or one of another run.
    """
    if (out / "summary.json").is_file() and (out / "study.toml").is_file():
        raise StudyError(
            "this is the run folder of another run", where="--out", value=out,
            next_step="give the folder in which run folders are made, such as the one above it",
        )  # fmt: skip
    if out.name.endswith(SUFFIX) and (out / _TOLD).is_file():
        raise StudyError(
            "this is the working folder of a run that is not finished", where="--out", value=out,
            next_step="go on with it by --resume, or give the folder above it",
        )  # fmt: skip
    if resume is None:
        return
    try:
        there = json.loads((folder / _TOLD).read_text("utf-8"))
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "its run.json cannot be read"
        raise StudyError(
            "no working folder of an unfinished run", where="--resume", value=f"{folder} ({why})",
            next_step=f"give a folder that ends in {SUFFIX}, or leave --resume out",
        ) from None  # fmt: skip
    other = [key for key in told if not isinstance(there, dict) or there.get(key) != told[key]]
    if other:
        raise StudyError(
            f"this working folder is of another run ({', '.join(other)})", where="--resume", value=folder,
            next_step="repeat the command that began it, with the same version, or leave --resume out",
        )  # fmt: skip


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system gives back even if this process is killed."""
    try:
        import fcntl
    except ImportError:  # no such locks here
        yield
        return
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StudyError(
                "the same run is under way there", where="--out", value=folder,
                next_step="wait for it, or give another --out",
            ) from None  # fmt: skip
        yield
