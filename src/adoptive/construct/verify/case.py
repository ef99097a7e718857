"""A known answer, what came out, and how cases are run: one that raises has failed, the others go on."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

__all__ = ["Case", "Cases", "Outcome", "Verdict", "read_json", "read_rows", "run_cases"]

Outcome = tuple[bool, str]
"""Whether the case holds, and what was found."""

_LONGEST_DETAIL = 600


@dataclass(frozen=True)
class Verdict:
    """Hold what one case found."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True)
class Case:
    """Hold one case: its name, and the function that runs it."""

    name: str
    run: Callable[[], Outcome]

    def verdicts(self) -> tuple[Verdict, ...]:
        """Run it."""
        passed, detail = self.run()
        return (Verdict(self.name, bool(passed), detail),)


@dataclass(frozen=True)
class Cases:
    """Hold cases that another folder knows: one function gives ``(name, passed, detail)`` of each."""

    name: str
    run: Callable[[], Sequence[tuple[str, bool, str]]]

    def verdicts(self) -> tuple[Verdict, ...]:
        """Run them; none at all is a failure."""
        found = tuple(Verdict(name, bool(passed), detail) for name, passed, detail in self.run())
        return found or (Verdict(self.name, False, "no case was run"),)


def run_cases(cases: Sequence[Case | Cases]) -> Iterator[Verdict]:
    """Run every case in turn; what one raises is its detail."""
    for case in cases:
        try:
            yield from case.verdicts()
        except Exception as problem:  # a broken case must not hide the others
            yield Verdict(case.name, False, f"{type(problem).__name__}: {problem}"[:_LONGEST_DETAIL])


def read_json(file: str) -> Any:
    """Read a JSON file of the shipped cases."""
    return json.loads(_text(file))


def read_rows(file: str) -> tuple[dict[str, str], ...]:
    """Read a tab-separated table of the shipped cases."""
    return tuple(csv.DictReader(_text(file).splitlines(), delimiter="\t"))


def _text(file: str) -> str:
    return resources.files("adoptive.construct").joinpath("data", "cases", file).read_text("utf-8")
