"""How much memory a run takes with more trials, and how much faster two workers are than one.

``python benchmarks/scale_out.py memory`` runs a stand-in for the clinic, whose blocks cost milliseconds, so that what
is measured is the engine: the peak memory of the process that asks, for 100, 1,000 and 10,000 trials of a small study.
``python benchmarks/scale_out.py throughput [STUDY]`` simulates the real clinic with one and with two workers in turn,
three times, warm, and gives the ratio of trials per second, the start of the processes included.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
COUNTS = (100, 1_000, 10_000)
ROUNDS = 3
TRIALS = 42


def memory_of(trials: int) -> str:
    """Run that many trials in a fresh process and give its peak memory in MB and its time."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests' / 'workbench'}"}
    command = [sys.executable, __file__, "peak", str(trials)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def peak(trials: int) -> None:
    """Run and write a whole run folder, the report aside; print the peak memory after each step."""
    from synthetic_clinic import PUBLISHED_TEXT, SyntheticClinic, small_study

    from adoptive.workbench.engine import run_study, store
    from adoptive.workbench.engine.working import working_folder
    from adoptive.workbench.published import parse_published

    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as place, working_folder(Path(place), "memory", {}) as working:
        result = run_study(
            small_study(), trials=trials, simulate=SyntheticClinic(), published=parse_published(PUBLISHED_TEXT),
            working=working,
        )  # fmt: skip
        simulated = _peak_mb()
        store.write_tables(working.folder, result)
        print(
            f"{trials:>7,} trials: {simulated:.0f} MB when simulated, {_peak_mb():.0f} MB with its tables written, "
            f"{time.perf_counter() - began:.1f} s"
        )


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024.0 if sys.platform != "darwin" else 1024.0**2)


def throughput(name: str) -> None:
    """Print the time of the same run with one and two workers, in turn, and the ratio."""
    from adoptive.workbench.engine import run_study
    from adoptive.workbench.study import load_study

    study, ratios = load_study(name), []
    run_study(study, trials=1, workers=1)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for _ in range(ROUNDS):
        seconds = []
        for workers in (1, 2):
            began = time.perf_counter()
            run_study(study, trials=TRIALS, workers=workers)
            seconds.append(time.perf_counter() - began)
        ratios.append(seconds[0] / seconds[1])
        print(f"one worker {seconds[0]:.1f} s, two {seconds[1]:.1f} s, ratio {ratios[-1]:.2f}")
    print(f"median ratio {median(ratios):.2f}, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["memory"]:
            for count in COUNTS:
                print(memory_of(count), flush=True)
        case ["throughput", *study]:
            throughput(*(study or ["satri-cel"]))
        case ["peak", count]:
            peak(int(count))
        case _:
            sys.exit(__doc__)
