"""Fixtures of the tests of many designs: a small grid simulated once by the synthetic clinic."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # worker processes import the synthetic clinic by name

from synthetic_clinic import SyntheticClinic

from adoptive.trial.types import Study
from adoptive.workbench.design import Asked, Precision, Varied, combinations, designs_of, read_factor, vary

VARIED = ("infusion.dose=0,2.5e8", "trial.n=30:60:30")


@pytest.fixture(scope="session")
def compare(small_study: Study, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Varied]:
    """Compare designs of the small study; a new folder unless one is given."""

    def run(
        *varied: str, folder: Path | None = None, workers: int = 1, clinic: Any = None, base: int = 0, **asked: Any
    ) -> Varied:
        factors = [read_factor(text, small_study) for text in varied or VARIED]
        designs = designs_of(small_study, factors, combinations(factors, paired=False, most=20))
        return vary(
            small_study, factors, designs, Asked(**asked), folder=folder or tmp_path_factory.mktemp("designs"),
            workers=workers, simulate=clinic or SyntheticClinic(), base=base,
        )  # fmt: skip

    return run


@pytest.fixture(scope="session")
def varied(compare: Callable[..., Varied]) -> Varied:
    """Give two doses, of which one is none, and two sizes, to a standard error of 0.04 of power."""
    return compare(most_trials=300, precision=(Precision("power", 0.04),), endpoints=("os_rate@12:2",))
