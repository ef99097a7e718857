"""Reads patients from files, by what is in them: FHIR, our TOML, tables."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from adoptive.errors import StudyError
from adoptive.trial.eligibility.facts import Facts
from adoptive.workbench.match.patients.limits import (
    MOST_BYTES,
    MOST_PATIENTS,
    MOST_RESOURCES,
    MOST_TOML_BYTES,
    as_json,
    as_toml,
    json_lines,
    read_text,
)
from adoptive.workbench.mistakes import Mistake

__all__ = ["read_patient", "read_patients"]

Day = datetime.date
Found = Facts | Mistake

_READ: Final = (".json", ".toml", ".csv", ".tsv", ".ndjson", ".jsonl")


def read_patient(path: Path, *, as_of: Day | None = None) -> Facts:
    """Read one patient from a file: a FHIR R4 bundle or our TOML, told apart by what is in it.

    Arguments: ``as_of`` is the day for which facts hold; without it the file's own, else today.

    Raises
    ------
    StudyError
        The file cannot be read, holds several patients, or (TOML) has mistakes, which are all named.
    """
    text = read_text(path)
    if _is_json(text):
        if _is_lines(text):
            raise _several(path.name, "JSON lines")
        found = _of_json(as_json(text, where=path.name), path.name, as_of)
        first = next(found)
        if next(found, None) is not None:
            raise _several(path.name, "several patients")
        return first
    if path.suffix.lower() in (".csv", ".tsv"):
        raise _several(path.name, "a table")
    return _of_toml(text, path.name, as_of)


def _several(file: str, what: str) -> StudyError:
    return StudyError("one patient is needed here", where=file, value=what, next_step="screen several with --patients")


def read_patients(path: Path, *, as_of: Day | None = None) -> Iterator[Facts | Mistake]:
    """Read the patients of a folder, a table, JSON lines or bundles; what is broken is a mistake, the rest is read.

    A folder is read file by file in the order of names; resources that lie in its JSON lines one by one, as bulk
    exports give them, are put together by patient.

    Raises
    ------
    StudyError
        There is no such file or folder, or nothing in it that can be read.
    """
    if not path.is_dir():
        if not path.exists():
            raise StudyError("no such file or folder", where=path.name, next_step="check the path")
        yield from _of_files([path], as_of)
        return
    files = sorted(item for item in path.iterdir() if item.suffix.lower() in _READ and item.is_file())
    if not files:
        raise StudyError("no patients in the folder", where=path.name, allowed=", ".join(_READ), next_step="add files")
    if len(files) > MOST_PATIENTS:
        raise StudyError("too many files", where=path.name, value=f"{len(files):,}", allowed=f"{MOST_PATIENTS:,}")
    yield from _of_files(files, as_of)


def _of_files(files: Iterable[Path], as_of: Day | None) -> Iterator[Found]:
    """Read files one after the other; what one cannot give is a mistake."""
    loose: list[Any] = []
    for path in files:
        try:
            text = read_text(path)
            if not text.strip():
                yield Mistake(path.name, "the file is empty", next_step="remove it")
            elif _is_json(text) and (path.suffix.lower() in (".ndjson", ".jsonl") or _is_lines(text)):
                yield from _of_lines(text, path.name, as_of, loose)
            elif _is_json(text):
                yield from _of_json(as_json(text, where=path.name), path.name, as_of)
            elif path.suffix.lower() in (".csv", ".tsv"):
                from adoptive.workbench.match.patients.table import patients_in_table

                yield from patients_in_table(text, file=path.name, as_of=as_of)
            else:
                yield from _toml_or_mistakes(text, path.name, as_of)
        except StudyError as problem:
            yield _mistake(problem, path.name)
    yield from _loose(loose, as_of)


def _loose(loose: list[Any], as_of: Day | None) -> Iterator[Found]:
    """Put resources together that came one by one."""
    if not loose:
        return
    where = "resources in JSON lines"
    try:
        if len(loose) > MOST_RESOURCES:
            raise StudyError("too many resources", where=where, allowed=f"at most {MOST_RESOURCES:,}")
        yield from _charts(loose, where, as_of)
    except StudyError as problem:
        yield _mistake(problem, where)


def _mistake(problem: StudyError, file: str) -> Mistake:
    value = "" if problem.value is None else str(problem.value)
    return Mistake(problem.where or file, problem.what, value, problem.allowed, problem.next_step)


def _is_json(text: str) -> bool:
    start = text.lstrip()[:1]
    return start == "{" or (start == "[" and not _is_section(text))


def _is_section(text: str) -> bool:
    """Tell a section of TOML from a list of JSON by its first line."""
    line = text.lstrip().split("\n", 1)[0].split("#")[0].strip()
    return line.endswith("]") and line.strip("[] ").replace("_", "").replace(".", "").isalnum()


def _is_lines(text: str) -> bool:
    """Say whether every line is an object of its own."""
    lines = [line for line in text[:MOST_BYTES].lstrip().split("\n", 2)[:2] if line.strip()]
    return len(lines) == 2 and all(line.lstrip().startswith("{") and line.rstrip().endswith("}") for line in lines)


def _of_lines(text: str, file: str, as_of: Day | None, loose: list[Any]) -> Iterator[Found]:
    for number, content in json_lines(text, where=file):
        if isinstance(content, StudyError):
            yield _mistake(content, file)
        elif isinstance(content, dict) and content.get("resourceType") not in (None, "Bundle"):
            loose.append(content)
        else:
            try:
                yield from _of_json(content, f"{file}: line {number}", as_of)
            except StudyError as problem:
                yield _mistake(problem, file)


def _of_json(content: Any, where: str, as_of: Day | None) -> Iterator[Facts]:
    from adoptive.workbench.match.patients.fhir import facts_in
    from adoptive.workbench.match.patients.fhir.bundle import charts_in, resources_in

    day = as_of or Day.today()
    for chart in charts_in(resources_in(content, where=where), where=where):
        yield facts_in(chart, day)


def _charts(resources: list[Any], where: str, as_of: Day | None) -> Iterator[Facts]:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": resource} for resource in resources]}
    yield from _of_json(bundle, where, as_of)


def _of_toml(text: str, file: str, as_of: Day | None) -> Facts:
    from adoptive.workbench.match.patients.written import facts_written

    return facts_written(_toml(text, file), file=file, as_of=as_of, name=Path(file).stem)


def _toml(text: str, file: str) -> dict[str, Any]:
    if len(text) > MOST_TOML_BYTES:
        raise StudyError("the file is too large for one patient", where=file, allowed=f"{MOST_TOML_BYTES:,} characters")
    return as_toml(text, where=file)


def _toml_or_mistakes(text: str, file: str, as_of: Day | None) -> Iterator[Found]:
    from adoptive.workbench.match.patients.written import mistakes_written

    found = mistakes_written(_toml(text, file), file=file, as_of=as_of, name=Path(file).stem)
    if isinstance(found, Facts):
        yield found
    else:
        yield from found
