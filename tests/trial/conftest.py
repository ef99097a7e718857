"""Small trials of every shape, written as study files and run once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest

from adoptive.trial import run_trial
from adoptive.trial.types import Study, TrialRecord
from adoptive.workbench.study import parse_study

SMALL = (Path(__file__).parents[1] / "workbench" / "small.toml").read_text("utf-8")
THIRD_ARM = """[[trial.arms]]
name = "fewer cells"
treatment = "cells"
infusion = {dose_cells = 1e8}
[verdict]"""


def _written(*changes: tuple[str, str], third_arm: bool = False) -> str:
    text = SMALL.replace("[verdict]", THIRD_ARM) if third_arm else SMALL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


@pytest.fixture(scope="session")
def small() -> Callable[..., Study]:
    """Give the small study, some of its text changed, perhaps with a third arm."""

    def give(*changes: tuple[str, str], third_arm: bool = False) -> Study:
        return parse_study(_written(*changes, third_arm=third_arm))

    return give


@lru_cache(maxsize=40)
def _run(text: str, trials: tuple[int, ...], detail: bool) -> TrialRecord:
    return run_trial(parse_study(text), seed=2, trials=trials, detail=detail)


@pytest.fixture(scope="session")
def ran() -> Callable[..., TrialRecord]:
    """Run the small study under changes of its text, once for all tests that ask for the same."""

    def give(
        *changes: tuple[str, str], third_arm: bool = False, trials: tuple[int, ...] = (0,), detail: bool = False
    ) -> TrialRecord:
        return _run(_written(*changes, third_arm=third_arm), trials, detail)

    return give
