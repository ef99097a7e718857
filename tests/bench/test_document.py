"""The document of `make bench-engine`: its keys, its targets, and a small run without peers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks.engine import race, report, worker

ROOT = Path(__file__).parents[2]
RATIOS = ("libroadrunner", "numbalsoda", "scipy_lsoda", "diffrax")


def _row(ms: float, error: float, **ratios: float) -> dict[str, Any]:
    row = {"version": "1", "patients": 8, "ms_per_patient": ms, "patients_per_s_per_core": 1e3 / ms}
    return row | {"error_median": error, "error_max": error, "peak_mb": 1.0} | ratios


def _table() -> dict[str, Any]:
    engines = {name: _row(8.0, 1e-5, ratio_same_error=50.0, ratio_same_rtol=30.0) for name in worker.COMPETITORS}
    engines |= {"adoptive": _row(0.1, 1e-6), "numbalsoda": {"absent": "not installed: no such module"}}
    engines["diffrax_kvaerno5"] |= {"ratio_same_error": 20.0}
    return {"engines": engines, "work_precision": {}}


def test_ratios_have_the_agreed_keys() -> None:
    found = report.ratios(_table())
    assert {f"ratio_{name}" for name in RATIOS} <= set(found)
    assert {*RATIOS, "libroadrunner_by_name"} == set(found["same_rtol"])
    assert found["ratio_diffrax"] == 20.0  # the better of its methods
    assert found["ratio_numbalsoda"] is None
    assert found["absent"] == {"numbalsoda": "not installed: no such module"}


def test_targets_are_met_missed_or_not_measured() -> None:
    house = {"threads": {"speedup_2": 1.7}, "memory": {"absent": "no"}, "startup": {"cold_s": 6.0, "warm_s": 1.3}}
    conditions = {"rounds": 2, "rtol": 1e-6}
    told = report.document(conditions=conditions, small=_table(), full=_table(), **house)
    met = {row["target"].split(",")[0]: row["met"] for row in told["targets"]}
    assert met["libroadrunner"] is True
    assert met["numbalsoda"] is None
    assert met["scipy LSODA"] is False
    assert (met["two threads over one"], met["memory of 100"]) == (False, None)
    assert (met["cold start of the full model"], met["warm start of the full model"]) == (True, False)
    table = report.readme_table(told)
    assert "not installed" in table
    assert "**no**" in table
    json.dumps(told)


def test_readme_block_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"before\n{report.START}\nstale\n{report.END}\nafter\n")
    told = report.document(conditions={"rounds": 2, "rtol": 1e-6}, small=_table(), full=None)
    report.write_readme(page, told)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "stale" not in text
    assert "| target |" in text
    page.write_text("no marks")
    with pytest.raises(SystemExit, match="lacks the marks"):
        report.write_readme(page, told)
    committed = (ROOT / "benchmarks" / "README.md").read_text()
    assert committed.count(report.START) == committed.count(report.END) == 1


def test_time_at_an_error_is_read_from_our_own_line() -> None:
    ours = race.Runner("adoptive", None, 1, 1)  # type: ignore[arg-type]
    ours.cpu_ms = {1e-4: [1.0], 1e-6: [4.0]}
    ours.error = {1e-4: (1e-3, 1e-3), 1e-6: (1e-5, 1e-5)}
    assert race.own_time(ours, 0, 1e-4) == pytest.approx(2.0)
    assert race.own_time(ours, 0, 1.0) == pytest.approx(1.0)
    assert race.own_time(ours, 0, 1e-9) == pytest.approx(4.0)


def test_a_missing_peer_is_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(worker.COMPETITORS, "nobody", ("no_such_module", {}))
    with pytest.raises(ImportError):
        worker.prepare("nobody", worker.build_problem("problem28", 1))
    runner = race.start("nobody at all", problem="problem28", patients=1, copies=1, rtol=1e-4)
    assert "KeyError" in runner.hear()["absent"]
    runner.close()


@pytest.mark.slow
def test_a_tiny_run_prints_one_document(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.engine", "--quick", "--no-peers", "--no-full", "--no-house"]
    space = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]), "TMPDIR": str(tmp_path)}
    words = ["--patients", "2", "--rounds", "1"]
    done = subprocess.run([*command, *words], cwd=ROOT, env=space, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    line = {rtol: row["error_median"] for rtol, row in told["problem28"]["work_precision"].items()}
    print(line)
    assert list(line) == ["0.001", "0.0001", "1e-05", "1e-06", "1e-07", "1e-08"]
    assert sorted(line.values(), reverse=True) == list(line.values())
    assert told["achieved_error"]["adoptive"] == line["1e-06"] < 1e-5
    assert told["patients_per_s_per_core"] > 0.0
    assert {"machine", "versions", "rounds", "rtol", "targets", "same_rtol"} <= set(told)
    assert told["ratio_diffrax"] is None
