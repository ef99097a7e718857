"""Fixtures of the checks' tests: one small whole table, a table written by hand, the command line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adoptive.workbench.check import CheckRun, Line, load_checks, run_checks


@pytest.fixture(scope="session")
def whole_table() -> CheckRun:
    """Every line, with few patients."""
    return run_checks(seed=1, patients=40)


@pytest.fixture(scope="session")
def by_hand() -> Callable[..., CheckRun]:
    """Write a table whose lines hold, but for those named."""

    def make(*failing: str) -> CheckRun:
        lines = []
        for check in load_checks():
            inside = check.low if check.low > -float("inf") else check.high
            found = inside if check.key not in failing else inside + (1.0 if inside == check.high else -1.0)
            lines.append(Line(check, found, found if check.code[0] != "A" else None))
        return CheckRun(7, 300, tuple(lines))

    return make
