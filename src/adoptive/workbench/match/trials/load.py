"""Trials from files and folders, one by one; what is broken is a mistake in the stream and ends nothing."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from adoptive.errors import AdoptiveError, StudyError
from adoptive.workbench.match.trials.ctgov import is_record, trial_of_record
from adoptive.workbench.match.trials.ctml import is_ctml, trial_of_ctml
from adoptive.workbench.match.trials.markup import LONGEST_YAML, yaml_documents
from adoptive.workbench.match.trials.parallel import in_order
from adoptive.workbench.match.trials.reading import READING_ERRORS, json_values, opened, text_of
from adoptive.workbench.match.trials.texts import line, shown_name
from adoptive.workbench.match.types import Trial
from adoptive.workbench.mistakes import Mistake

__all__ = ["KINDS", "load_trials"]

KINDS: Final = (".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz", ".yaml", ".yml")
"""Ends of the names of files that are read."""

MOST_MISTAKES: Final = 1000
"""Mistakes of one file that are listed."""


def load_trials(paths: str | Path | Iterable[str | Path], *, workers: int = 1) -> Iterator[Trial | Mistake]:
    """Yield the trials of files and folders in order, and a mistake for each file or record that cannot be used.

    A file holds a study record of ClinicalTrials.gov (API version 2), a page of them (``{"studies": [...]}``), a list,
    one record a line, or CTML as JSON or YAML. Folders are read with the folders in them, by name; hidden files are
    left out, and so is what a link would reach outside the folder. A trial that comes again is a mistake. Few records
    are in memory at a time.

    Arguments: ``paths`` a file, a folder, or several of them; ``workers`` processes that read criteria side by side (a
    program that asks for more than one must be guarded by ``if __name__ == "__main__"``).
    """
    seen: dict[tuple[str, str], str] = {}
    for trial in in_order(_records(paths), _trial, workers=workers):
        if isinstance(trial, Trial):
            key = (trial.format, trial.id)
            if key in seen:
                yield _again(trial, seen[key])
                continue
            seen[key] = trial.source
        yield trial


def _records(paths: str | Path | Iterable[str | Path]) -> Iterator[tuple[Any, str]]:
    """Yield every record with its place; what is no record is a mistake already."""
    for path in [paths] if isinstance(paths, str | Path) else paths:
        for file, name in _files(Path(path)):
            yield from ((name, ""),) if isinstance(name, Mistake) else _records_of(file, name)


def _again(trial: Trial, first: str) -> Mistake:
    return Mistake(trial.source, "this trial was read before", trial.id, next_step=f"the record of {first} is used")


def _files(path: Path) -> Iterator[tuple[Path, str | Mistake]]:
    """Find the files to read, each with the name that it is called by."""
    try:
        kind = path.stat().st_mode
    except (OSError, ValueError) as problem:
        yield path, Mistake(shown_name(str(path)), f"cannot be read: {_reason(problem)}", next_step="check the path")
        return
    if stat.S_ISDIR(kind):
        yield from _files_of_folder(path)
    elif not stat.S_ISREG(kind) or not path.name.lower().endswith(KINDS):
        allowed = f"a folder, or a file that ends in {', '.join(KINDS)}"
        yield path, Mistake(shown_name(path.name), "no file of trials", allowed=allowed)
    else:
        yield path, shown_name(path.name)


def _files_of_folder(folder: Path) -> Iterator[tuple[Path, str | Mistake]]:
    home = folder.resolve()
    unread: list[OSError] = []
    for place, inner, names in os.walk(folder, onerror=unread.append):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            file = Path(place, name)
            shown = shown_name(str(file.relative_to(folder)))
            if name.startswith(".") or not name.lower().endswith(KINDS):
                continue
            if file.is_symlink() and not (file.exists() and file.resolve().is_relative_to(home)):
                yield file, Mistake(shown, "a link that leads out of the folder, or nowhere", next_step="copy the file")
            elif file.is_file():
                yield file, shown
    for problem in unread:
        where = shown_name(str(problem.filename))
        yield folder, Mistake(where, f"this folder cannot be read: {_reason(problem)}", next_step="check its rights")


def _reason(problem: Exception) -> str:
    return str(problem.strerror if isinstance(problem, OSError) and problem.strerror else problem).lower()


def _records_of(file: Path, name: str) -> Iterator[tuple[Any, str]]:
    """Yield what a file holds; whatever goes wrong with it is a mistake."""
    strangers = 0
    try:
        for number, value in _values(file):
            where = f"{name}, record {number}" if number else name
            yield _mistake(value, where) if isinstance(value, StudyError) else value, where
            strangers += not isinstance(value, dict)
            if strangers >= MOST_MISTAKES:
                yield Mistake(name, "too many mistakes; the rest of this file is not read", str(strangers)), name
                return
    except AdoptiveError as problem:
        yield _mistake(problem, name), name
    except (RecursionError, MemoryError):
        yield Mistake(name, "too deep or too large to be read", next_step="check the file"), name


def _values(file: Path) -> Iterator[tuple[int, Any]]:
    ends = file.name.lower().removesuffix(".gz")
    if not ends.endswith((".yaml", ".yml")):
        yield from json_values(file, by_line=ends.endswith((".jsonl", ".ndjson")))
        return
    try:
        with opened(file) as content:
            data = content.read(LONGEST_YAML + 1)
    except READING_ERRORS as problem:
        raise StudyError(f"cannot be read: {_reason(problem)}", next_step="check the file") from None
    if len(data) > LONGEST_YAML:
        raise StudyError("too long to be read", allowed=f"{LONGEST_YAML // 1_000_000} MB of YAML")
    documents = list(yaml_documents(text_of(data)))
    whole = documents[0] if len(documents) == 1 else documents
    yield from enumerate(whole, 1) if isinstance(whole, list) else ((0, whole),)


def _trial(value: Any, where: str) -> Trial | Mistake:
    if isinstance(value, Mistake):
        return value
    try:
        if is_record(value):
            return trial_of_record(value, source=where)
        if is_ctml(value):
            return trial_of_ctml(value, source=where)
    except AdoptiveError as problem:
        return _mistake(problem, where)
    except RecursionError:
        return Mistake(where, "too deep to be read", next_step="check the record")
    keys = ", ".join(line(key, most=40) for key in list(value)[:5]) if isinstance(value, dict) else type(value).__name__
    return Mistake(
        where, "no trial", keys, "a record of ClinicalTrials.gov (version 2), or CTML", "download it again as JSON"
    )


def _mistake(problem: AdoptiveError, where: str) -> Mistake:
    place = problem.where if problem.where.startswith(where) else ": ".join(filter(None, (where, problem.where)))
    value = "" if problem.value is None else line(str(problem.value))
    return Mistake(place, line(problem.what), value, problem.allowed, problem.next_step)
