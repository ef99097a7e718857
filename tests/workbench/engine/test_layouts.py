"""Every home of the work gives the same bytes, and a killed worker of the pool loses nothing."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import pytest
from slow_jobs import Slow, slow_square

from adoptive.errors import StudyError
from adoptive.workbench.cli.pace import Pace, work_bar
from adoptive.workbench.engine.layout import open_layout
from adoptive.workbench.engine.pool import Processes, open_team


def test_a_killed_worker_of_the_pool_loses_nothing(tmp_path: Path) -> None:
    """Fast witness of the kill tests: ``kill -9`` of a worker in mid-run."""
    jobs = [Slow(number, tmp_path) for number in range(30)]
    found, killed = {}, False
    with open_layout(workers=2) as layout:
        assert isinstance(layout, Processes)
        for number, result in layout.results(slow_square, jobs):
            found[number] = result
            if not killed:
                killed = True
                os.kill(multiprocessing.active_children()[0].pid or 0, signal.SIGKILL)
    assert found == {number: number**2 for number in range(30)}
    workers = {name.name.partition("-")[2] for name in tmp_path.iterdir()}
    assert len(workers) >= 2
    assert str(os.getpid()) not in workers


def test_team_gives_results_in_order_and_tells_each_end() -> None:
    told: list[tuple[int, int]] = []
    with open_team(1) as team:
        assert team.work(abs, [-3, 2, -1], done=lambda number, result: told.append((number, result))) == [3, 2, 1]
    assert told == [(0, 3), (1, 2), (2, 1)]


def test_one_home_only() -> None:
    with pytest.raises(StudyError, match="one home"), open_layout(workers=2, scheduler="tcp://localhost:1"):
        pass


def test_time_left_counts_only_what_was_done_now() -> None:
    clock = iter([100.0, 110.0, 120.0, 130.0]).__next__
    pace = Pace(clock)
    assert [pace.left(done, 1000) for done in (900, 900, 920, 1000)] == ["", "", "1 min 20 s left", "0 s left"]


def test_plain_lines_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 0.0, 0.0, 61.0, 61.0, 62.0, 62.0, 200.0, 200.0])
    monkeypatch.setattr("adoptive.workbench.cli.pace.time.monotonic", lambda: next(clock))
    monkeypatch.setattr("adoptive.workbench.cli.pace.Pace", lambda: Pace(lambda: next(clock)))
    with work_bar() as report:
        assert report is not None
        for done in (0, 500, 600, 1000):
            report(done, 1000)
    assert capsys.readouterr().err == "500 of 1,000 virtual trials, 1 min 1 s left\n"
    with work_bar(quiet=True) as report:
        assert report is None
