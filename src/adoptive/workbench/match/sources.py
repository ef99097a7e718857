"""Where trials come from on the command line: bundled studies, study files, registry records, CTML, folders of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from adoptive.errors import StudyError
from adoptive.workbench.match.trials.load import load_trials
from adoptive.workbench.match.trials.own import study_trial
from adoptive.workbench.match.types import Trial
from adoptive.workbench.mistakes import Mistake
from adoptive.workbench.study import list_studies

__all__ = ["BUNDLED", "one_trial", "trials_from"]

BUNDLED = "bundled"
"""The name that stands for all bundled studies with an arm of cells."""


def trials_from(names: Iterable[str]) -> Iterator[Trial | Mistake]:
    """Read trials one by one; what cannot be read is a mistake in its place, never the end.

    Arguments: ``names`` of bundled studies ("bundled": all that give cells), of files and of folders, in which
    study files (``.toml``) are read as well.

    Raises
    ------
    StudyError
        A name is neither a bundled study nor there.
    """
    for name in names:
        if name == BUNDLED:
            everything = (study_trial(study) for study in list_studies())
            yield from (trial for trial in everything if trial.study.trial.cell_arms)
        elif name in list_studies():
            yield study_trial(name)
        elif not os.path.lexists(name):
            raise StudyError(
                "there is no such trial file, folder or bundled study", where="--trials", value=name,
                next_step=f"name a file or a folder, {BUNDLED!r}, or one of `adoptive studies`",
            )  # fmt: skip
        else:
            yield from _from_path(Path(name))


def one_trial(name: str) -> Trial:
    """Read one trial.

    Raises
    ------
    StudyError
        There is none, more than one, or it cannot be read.
    """
    if name in list_studies() or name.endswith(".toml"):
        return study_trial(name)
    found = trials_from([name])
    first, second = next(found, None), next(found, None)
    if isinstance(first, Mistake):
        raise StudyError(
            first.what, where=first.where, value=first.value or None, allowed=first.allowed, next_step=first.next_step
        )
    if first is None or second is not None:
        raise StudyError(
            "no trial was found" if first is None else "more than one trial is here", where=name,
            allowed="one trial", next_step="name the file of one trial",
        )  # fmt: skip
    return first


def _from_path(path: Path) -> Iterator[Trial | Mistake]:
    if path.suffix == ".toml":
        yield _own(path)
        return
    if path.is_dir():
        yield from (_own(file) for file in sorted(path.rglob("*.toml")) if not _hidden(file, path))
    yield from load_trials([path])


def _hidden(file: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(root).parts)


def _own(path: Path) -> Trial | Mistake:
    try:
        return study_trial(path)
    except StudyError as problem:
        value = "" if problem.value is None else str(problem.value)
        return Mistake(str(path), problem.what, value, problem.allowed, problem.next_step)
