"""What the areas share: the bundled study, published parameters, many candidates, and one expensive run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from adoptive.cohort import Cohort, draw_cohort
from adoptive.course import Plan
from adoptive.parameters import Typical, draw_typical, load_book
from adoptive.streams import Keys, Streams
from adoptive.trial.record import record_trials
from adoptive.trial.run import Followed, follow_trials, plan_of
from adoptive.trial.types import Study, TrialRecord
from adoptive.workbench.cli import main
from adoptive.workbench.study import load_study

sys.path.append(str(Path(__file__).parent))  # for what areas share: r_reference, model_texts

SEED = 11
TRIALS = np.arange(6)


class Said(NamedTuple):
    """What a command said and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def study() -> Study:
    return load_study("satri-cel")


@pytest.fixture(scope="session")
def streams() -> Streams:
    return Streams(SEED)


@pytest.fixture(scope="session")
def published(streams: Streams) -> Callable[..., Typical]:
    """Give the published parameters of trial 0, some of them changed (``folder__name=value``)."""

    def give(**changes: float) -> Typical:
        return draw_typical(load_book().replace(**changes), streams, trials=[0], fixed=True)

    return give


@pytest.fixture(scope="session")
def typical(published: Callable[..., Typical]) -> Typical:
    return published()


@pytest.fixture(scope="session")
def keys() -> Keys:
    """Twenty thousand patients of trial 0."""
    return Keys.of(0, np.arange(20_000))


@pytest.fixture(scope="session")
def candidates(study: Study, keys: Keys, typical: Typical, streams: Streams) -> Cohort:
    """Everybody who might be screened, before any entry rule."""
    return draw_cohort(study.cohort, study.antigen, keys=keys, typical=typical, streams=streams)


@pytest.fixture(scope="session")
def entrants(study: Study, candidates: Cohort) -> Cohort:
    """Those candidates whose read share of positive cells reaches the threshold."""
    return candidates.take(candidates.antigen.read_share >= study.antigen.entry_fraction)


@pytest.fixture(scope="session")
def plan(study: Study, typical: Typical, streams: Streams) -> Plan:
    return plan_of(study, typical=typical, streams=streams)


@pytest.fixture(scope="session")
def followed(study: Study) -> Followed:
    """Follow six whole trials, arm by arm."""
    return follow_trials(study, seed=SEED, trials=TRIALS)


@pytest.fixture(scope="session")
def record(study: Study, followed: Followed) -> TrialRecord:
    """Record the six trials with all tables."""
    return record_trials(study, followed, trials=TRIALS, detail=True)


@pytest.fixture(scope="session")
def same_columns() -> Callable[..., None]:
    """Assert that two tables agree to the last bit, after picking rows of the first."""

    def check(whole: Any, part: Any, *, pick: Any = slice(None), but: tuple[str, ...] = ()) -> None:
        assert set(whole) == set(part)
        for name in whole:
            if name in but:
                continue
            mine: NDArray[Any] = np.ascontiguousarray(np.asarray(whole[name])[pick])
            assert mine.dtype == part[name].dtype, name
            assert mine.tobytes() == np.ascontiguousarray(part[name]).tobytes(), f"{name} differs"

    return check


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run the command line in this process."""

    def run(*arguments: str | os.PathLike[str]) -> Said:
        with pytest.raises(SystemExit) as leaving:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        assert isinstance(leaving.value.code, int)
        return Said(leaving.value.code, said.out, said.err)

    return run
