"""A table written in turns holds what it holds written at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from synthetic_clinic import SyntheticClinic

from adoptive.tables import read_table, write_table
from adoptive.trial.types import Study
from adoptive.workbench.engine import run_study, store
from adoptive.workbench.engine.tables import trial_values
from adoptive.workbench.engine.types import RunResult


def test_in_turns_is_as_at_once(result: RunResult, tmp_path: Path) -> None:
    write_table(tmp_path / "once", trial_values(result))
    store.write_in_turns(tmp_path / "turns", (trial_values(result, first=at, last=at + 30) for at in (0, 30, 60)))
    assert (tmp_path / "once.csv").read_bytes() == (tmp_path / "turns.csv").read_bytes()
    once, turns = read_table(tmp_path / "once"), read_table(tmp_path / "turns")
    assert list(once) == list(turns)
    assert all(np.array_equal(once[name], turns[name]) for name in once)
    assert len(list(tmp_path.iterdir())) == 4


def test_many_trials_are_written_in_turns(small_study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = run_study(small_study, trials=20, simulate=SyntheticClinic())
    store.write_tables(tmp_path, few)
    (tmp_path / "tables").rename(tmp_path / "once")
    monkeypatch.setattr(store, "AT_ONCE", 7)
    store.write_tables(tmp_path, few)
    once, turns = ({file.name: file for file in (tmp_path / name).iterdir()} for name in ("once", "tables"))
    assert set(once) == set(turns)
    assert [name for name in once if once[name].read_bytes() != turns[name].read_bytes()] == ["trial_values.parquet"]
