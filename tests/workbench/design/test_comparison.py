"""Designs side by side: the same patients, errors that are true, rounds that stop, parts that are kept."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synthetic_clinic import SyntheticClinic

from adoptive.errors import RunError, StudyError
from adoptive.parameters import draw_typical, load_book
from adoptive.streams import Streams
from adoptive.trial.enrol import enrol
from adoptive.trial.types import Study, TrialRecord
from adoptive.workbench.design import Asked, Precision, Varied
from adoptive.workbench.design.designs import study_with
from adoptive.workbench.design.document import varied_document
from adoptive.workbench.design.run import FIRST_TRIALS, Bench, _decide
from adoptive.workbench.design.summary import averages, paired_error, share_error
from adoptive.workbench.design.types import Characteristic, Measured
from adoptive.workbench.design.words import parts_sentence, refused_rows
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.engine.pool import Team

Compare = Callable[..., Varied]


def digests(folder: Path) -> dict[str, str]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_every_design_meets_the_same_patients(compare: Compare) -> None:
    """The lever that this clinic does not know changes nothing, trial by trial; a larger trial keeps the first ones."""
    varied = compare("infusion.doses=1,3", most_trials=40)
    first, second = varied.measured
    keep = [at for at, item in enumerate(varied.characteristics)]
    assert np.array_equal(first.values[:, keep], second.values[:, keep])
    assert np.array_equal(first.trials, np.arange(40))


def test_a_larger_trial_begins_with_the_same_patients(small_study: Study) -> None:
    """The clinic itself: who enters, when, and in which arm does not depend on how many are to follow."""
    streams, trials = Streams(9), np.arange(3)
    typical = draw_typical(load_book(), streams, trials=trials)
    few, many = (
        enrol(study_with(small_study, {("trial", "randomised"): n}), trials=trials, typical=typical, streams=streams)
        for n in (30, 75)
    )
    for name in ("arm", "randomised_day"):
        first, all_ = getattr(few, name).reshape(3, 30), getattr(many, name).reshape(3, 75)
        assert np.array_equal(first, all_[:, :30]), name
    assert np.array_equal(few.keys.patient.reshape(3, 30), many.keys.patient.reshape(3, 75)[:, :30])


def test_differences_are_known_better_than_the_designs(varied: Varied) -> None:
    """With the same patients the variance of a difference in responders is under 0.8 of that of other patients."""
    for each in varied.designs[1:]:
        gap = each.differences["orr"]
        assert gap.estimable
        assert gap.error < np.sqrt(0.8) * gap.independent_error
        assert gap.gain == pytest.approx((gap.independent_error / gap.error) ** 2 if gap.error else np.inf)


def test_numbers_by_hand(varied: Varied) -> None:
    keys = [item.key for item in varied.characteristics]
    each, measured, base = varied.designs[3], varied.measured[3], varied.measured[0]
    power, orr = measured.values[:, keys.index("power")], measured.values[:, keys.index("orr")]
    assert each.numbers["power"].value == power.mean()
    assert each.numbers["orr"].value == pytest.approx(orr.mean())
    assert each.numbers["orr"].error == pytest.approx(orr.std(ddof=1) / np.sqrt(len(orr)))
    assert each.numbers["orr"].median == np.quantile(orr, 0.5, method="inverted_cdf")
    ratio = measured.values[:, keys.index("pfs_hazard_ratio")]
    assert each.numbers["pfs_hazard_ratio"].value == pytest.approx(np.median(ratio))
    both = min(len(orr), len(base.trials))
    gap = orr[:both] - base.values[:both, keys.index("orr")]
    assert each.differences["orr"].estimate == pytest.approx(gap.mean())
    assert each.differences["orr"].error == pytest.approx(gap.std(ddof=1) / np.sqrt(both))


def test_simulation_stops_when_precise_and_the_base_has_all_trials(varied: Varied) -> None:
    for each in varied.designs:
        assert each.ended == "precise"
        assert each.numbers["power"].error <= 0.04
        assert each.trials >= FIRST_TRIALS
    assert varied.designs[varied.base].trials == max(each.trials for each in varied.designs)
    assert min(each.trials for each in varied.designs) < 300


def test_most_trials_end_a_design(compare: Compare) -> None:
    varied = compare(most_trials=70, precision=(Precision("orr", 0.001, relative=True),))
    assert [(each.trials, each.ended) for each in varied.designs] == [(70, "most trials")] * 4
    with pytest.raises(StudyError, match="--precision"):
        compare(most_trials=70, precision=(Precision("orrr", 0.1),))


def test_dominated_designs_stop_only_if_asked(compare: Compare) -> None:
    """No cells against cells: a power of some 3 % against some 40 % is clear after the first rounds."""
    wish: dict[str, Any] = {"most_trials": 150, "precision": (Precision("power", 0.035),)}
    plain, dropped = compare(**wish), compare(**wish, drop_dominated=True)
    assert "dominated" not in [each.ended for each in plain.designs]
    ended = [each.ended for each in dropped.designs]
    assert ended[0] == "dominated" or ended[1] == "dominated"
    assert sum(each.trials for each in dropped.designs) <= sum(each.trials for each in plain.designs)


@dataclass(frozen=True)
class Picky:
    """A clinic that cannot fill a trial of 60."""

    def __call__(self, study: Study, *, seed: int, trials: Sequence[int], detail: bool = False) -> TrialRecord:
        if study.trial.randomised == 60:
            raise StudyError("screening does not fill 60 places")
        return SyntheticClinic()(study, seed=seed, trials=trials)


def test_a_design_that_cannot_be_filled_is_a_finding(compare: Compare) -> None:
    varied = compare("trial.n=30,60", most_trials=40, clinic=Picky())
    assert [each.ended for each in varied.designs] == ["most trials", "refused"]
    assert "does not fill" in varied.designs[1].refused
    assert refused_rows(varied.designs) == (("trial.n=60", varied.designs[1].refused),)
    with pytest.raises(StudyError, match="no design can be simulated"):
        compare("trial.n=60", most_trials=40, clinic=Picky())


@pytest.mark.slow
def test_workers_change_no_byte(compare: Compare, tmp_path: Path) -> None:
    wish: dict[str, Any] = {"most_trials": 120, "precision": (Precision("power", 0.06),)}
    one, two = (compare(folder=tmp_path / str(count), workers=count, **wish) for count in (1, 2))
    assert len(digests(tmp_path / "1")) > 4
    assert digests(tmp_path / "1") == digests(tmp_path / "2")
    assert varied_document(one) == varied_document(two)


def test_finished_parts_are_used_and_damaged_ones_made_again(compare: Compare, tmp_path: Path) -> None:
    first = compare(folder=tmp_path, most_trials=80)
    parts = sorted((tmp_path / "parts").iterdir())
    assert (first.found, first.made) == (0, len(parts))
    whole = digests(tmp_path)
    parts[0].write_bytes(parts[0].read_bytes()[:-20])
    parts[1].write_bytes(parts[2].read_bytes())
    parts[3].unlink()
    again = compare(folder=tmp_path, most_trials=80)
    assert (again.found, again.made, len(again.damaged)) == (len(parts) - 3, 3, 2)
    assert any("damaged" in said for said in again.damaged)
    assert any("of another version or question" in said for said in again.damaged)
    assert digests(tmp_path) == whole
    assert np.array_equal(again.measured[3].values, first.measured[3].values)


def test_more_precision_goes_on_with_what_is_there(compare: Compare, tmp_path: Path) -> None:
    few = compare(folder=tmp_path, most_trials=300, precision=(Precision("power", 0.06),))
    more = compare(folder=tmp_path, most_trials=300, precision=(Precision("power", 0.04),))
    alone = compare(most_trials=300, precision=(Precision("power", 0.04),))
    assert more.made < alone.made == few.made + more.made
    assert all(one.numbers == other.numbers for one, other in zip(more.designs, alone.designs, strict=True))


def test_another_seed_or_code_uses_no_part(compare: Compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compare("trial.n=30", folder=tmp_path, most_trials=34)
    assert compare("trial.n=30", folder=tmp_path, most_trials=34, seed=2).found == 0
    monkeypatch.setattr("adoptive.workbench.design.parts.code_digest", lambda: "newer")
    assert compare("trial.n=30", folder=tmp_path, most_trials=34).found == 0


class Crash(BaseException):
    """An end that nobody catches."""


@dataclass(frozen=True)
class Crashing:
    """A clinic that crashes once it has simulated so many blocks; its numbers are those of the other one."""

    left: list[int]

    def __call__(self, study: Study, *, seed: int, trials: Sequence[int], detail: bool = False) -> TrialRecord:
        self.left[0] -= 1
        if self.left[0] < 0:
            raise Crash
        return SyntheticClinic()(study, seed=seed, trials=trials)

    def __repr__(self) -> str:
        return repr(SyntheticClinic())


def test_a_crash_in_the_middle_changes_no_byte(compare: Compare, tmp_path: Path) -> None:
    """Small witness of the test with ``kill -9`` below."""
    broken, whole = tmp_path / "broken", tmp_path / "whole"
    wish: dict[str, Any] = {"most_trials": 120, "precision": (Precision("power", 0.06),)}
    for blocks in (2, 3):
        with pytest.raises(Crash):
            compare(folder=broken, clinic=Crashing([blocks]), **wish)
    assert len(digests(broken)) == 5
    resumed, once = compare(folder=broken, **wish), compare(folder=whole, **wish)
    assert (resumed.found, resumed.found + resumed.made) == (5, once.made)
    assert digests(broken) == digests(whole)
    assert as_json(varied_document(resumed)) == as_json(varied_document(once))
    assert "5 finished blocks were found and used" in parts_sentence(resumed)


SCRIPT = """
import sys
from pathlib import Path
from synthetic_clinic import SyntheticClinic, small_study
from adoptive.workbench.design import Asked, combinations, designs_of, read_factor, vary
if __name__ == "__main__":
    study = small_study()
    factors = [read_factor("trial.n=30:90:30", study)]
    designs = designs_of(study, factors, combinations(factors, paired=False, most=9))
    vary(study, factors, designs, Asked(most_trials=96), folder=Path(sys.argv[1]), workers=int(sys.argv[2]),
         simulate=SyntheticClinic(0.05))
"""


def _killed(tmp_path: Path, workers: int) -> tuple[Path, list[int]]:
    """Begin a comparison in another process and kill it as soon as it has two parts."""
    folder, script = tmp_path / "killed", tmp_path / "begin.py"
    script.write_text(SCRIPT)
    paths = [str(Path(__file__).parents[3] / "src"), str(Path(__file__).parents[1])]
    begun = subprocess.Popen(
        [sys.executable, str(script), str(folder), str(workers)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    end = time.monotonic() + 120.0
    while len(list(folder.glob("parts/*.parquet"))) < 2 and time.monotonic() < end and begun.poll() is None:
        time.sleep(0.01)
    children = Path(f"/proc/{begun.pid}/task/{begun.pid}/children")
    born = [int(word) for word in children.read_text().split()] if children.exists() else []
    begun.send_signal(signal.SIGKILL)
    begun.wait()
    assert begun.returncode == -signal.SIGKILL, "it ended before it could be killed"
    return folder, born


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_kill_in_the_middle_changes_no_byte(compare: Compare, tmp_path: Path, workers: int) -> None:
    """Who begins is killed, one worker goes on: the bytes are those of one worker from start to end."""
    folder, born = _killed(tmp_path, workers)
    resumed = compare("trial.n=30:90:30", folder=folder, most_trials=96, clinic=SyntheticClinic(0.05))
    assert resumed.found >= 2
    assert resumed.made >= 1
    whole = tmp_path / "whole"
    once = compare("trial.n=30:90:30", folder=whole, most_trials=96, clinic=SyntheticClinic(0.05))
    assert as_json(varied_document(resumed)) == as_json(varied_document(once))
    end = time.monotonic() + 30.0
    while any(_lives(number) for number in born) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(_lives(number) for number in born), "workers outlive the command that was killed"
    for hidden in (folder / "parts").glob(".*"):  # what was being written when it was killed
        hidden.unlink()
    assert digests(folder) == digests(whole)


def _lives(number: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return False


@pytest.mark.slow
def test_a_lost_worker_is_a_failed_run(compare: Compare) -> None:
    from synthetic_clinic import Interrupted

    with pytest.raises(RunError, match="--workers 1"):
        compare(workers=2, clinic=Interrupted("die"), most_trials=40)


def test_errors_of_power_are_true() -> None:
    """Of 4,000 pairs of 60 trials each, the spread of power and of its difference lies within 8 % of the mean error.

    The standard deviation of 4,000 numbers is known to 1.1 %; a false alarm has a chance below 1e-6.
    """
    rng = np.random.default_rng(7)
    common = rng.random((4_000, 60))
    one, other = common < 0.6, (common + 0.1 * rng.random((4_000, 60))) < 0.75
    more, less = (one & ~other).sum(axis=1), (other & ~one).sum(axis=1)
    errors = [paired_error(b, c, 60) for b, c in zip(more, less, strict=True)]
    assert np.mean(errors) == pytest.approx((one.mean(axis=1) - other.mean(axis=1)).std(), rel=0.08)
    alone = [share_error(hits, 60) for hits in one.sum(axis=1)]
    assert np.mean(alone) == pytest.approx(one.mean(axis=1).std(), rel=0.08)


def test_medians_of_samples(varied: Varied) -> None:
    item = dataclasses.replace(varied.characteristics[0], average="median", key="x")
    values, rows = np.array([3.0, 1.0, np.inf, 2.0]), np.array([[0, 1, 3, 3], [0, 0, 2, 2], [2, 2, 2, 0]])
    assert averages(item, values, rows).tolist() == [2.0, 3.0, np.inf]
    assert averages(dataclasses.replace(item, average="mean"), values[[0, 1, 3]], rows[:1] % 3).tolist() == [2.5]


def test_stopping_when_precise_costs_little(tmp_path: Path) -> None:
    """Of 400 designs of a true power of 0.8 the mean estimate is off by less than a third of the error asked for.

    The standard error of that mean is 0.0025, the bias some 0.005: a false alarm has a chance below 0.5 %; the seed
    is fixed.
    """
    items = (Characteristic("power", "Power", "fraction", "mean"),)
    bench = Bench(Asked(most_trials=800, precision=(Precision("power", 0.05),)), items, 7, tmp_path, Team(None), None)
    rng, estimates = np.random.default_rng(3), []
    for _ in range(400):
        success = (rng.random((800, 1)) < 0.8).astype(float)
        ended, target = "", 56
        while not ended:
            ended, target = _decide(bench, Measured(np.arange(target), success[:target], np.ones((target, 1), bool)))
        estimates.append(success[:target].mean())
    assert abs(np.mean(estimates) - 0.8) < 0.05 / 3
    assert np.std(estimates) == pytest.approx(0.05, rel=0.15)
