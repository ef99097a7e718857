"""Read what was given: a check's JSON, a record of tests in JUnit's form."""

from __future__ import annotations

import hashlib
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from adoptive.errors import StudyError

__all__ = ["KINDS", "count_tests", "digest", "load_checks"]

KINDS: Final = ("laws", "exact", "double", "statistical", "replication", "e2e", "doctest", "other")
OUTCOMES: Final = ("passed", "failed", "skipped")
MOST_BYTES: Final = 200_000_000


def load_checks(path: Path) -> Mapping[str, Any]:
    """Read what ``adoptive check --json`` wrote.

    Raises
    ------
    StudyError
        No such file, no JSON, or JSON of something else.
    """
    text = _text(path, "--checks")
    try:
        found = json.loads(text)
        studies = found["studies"]
        rows = [(row["name"], row["inside"], float(row["weight"])) for one in studies for row in one["endpoints"]]
        names = [str(one["study"]) for one in studies]
    except (ValueError, KeyError, TypeError) as problem:
        raise StudyError(
            "this is not the result of a check", where="--checks",
            value=f"{path.name}: {type(problem).__name__} {problem}",
            allowed='{"studies": [{"study", "endpoints": [...]}]}', next_step="adoptive check --json > checks.json",
        ) from None  # fmt: skip
    if not rows or len(set(names)) != len(names):
        raise StudyError(
            "a check without endpoints, or with a study twice", where="--checks", value=path.name,
            next_step="adoptive check --json > checks.json",
        )  # fmt: skip
    return dict(found)


def count_tests(path: Path) -> dict[str, dict[str, int]]:
    """Count the tests of a JUnit file by kind and outcome; the kind is the folder below ``tests`` that names one.

    Raises
    ------
    StudyError
        No such file, no JUnit file, or one without tests.
    """
    text = _text(path, "--tests")
    try:
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise ValueError("a document type has no place here")
        root = ET.fromstring(text)
    except (ET.ParseError, ValueError) as problem:
        raise _no_tests(path, str(problem)) from None
    counts = {kind: dict.fromkeys(OUTCOMES, 0) for kind in KINDS}
    for kind, outcome in _cases(root):
        counts[kind][outcome] += 1
    if not sum(sum(row.values()) for row in counts.values()):
        raise _no_tests(path, "no test in it")
    return counts


def digest(path: Path) -> str:
    """Give the SHA-256 of a file, or of all files of a folder in the order of their names."""
    whole = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            whole.update(f"{file.relative_to(path) if path.is_dir() else file.name}\n".encode())
            whole.update(file.read_bytes())
    return whole.hexdigest()


def _cases(root: ET.Element) -> Iterator[tuple[str, str]]:
    for case in root.iter("testcase"):
        parts = case.get("classname", "").replace("/", ".").split(".")
        kind = next((part for part in parts if part in KINDS), "other" if parts[0] == "tests" else "doctest")
        failed = case.find("failure") is not None or case.find("error") is not None
        yield kind, "failed" if failed else "skipped" if case.find("skipped") is not None else "passed"


def _text(path: Path, where: str) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise StudyError("the file is too large", where=where, value=path, allowed=f"{MOST_BYTES:,} bytes")
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "not UTF-8 text"
        raise StudyError("cannot be read", where=where, value=f"{path}: {reason}", next_step="give a file") from None


def _no_tests(path: Path, why: str) -> StudyError:
    return StudyError(
        "this is no record of tests", where="--tests", value=f"{path.name}: {why}", allowed="a JUnit file",
        next_step="pytest --junitxml=tests.xml",
    )  # fmt: skip
