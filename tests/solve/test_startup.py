"""The first patient: what a fresh process does before it, with the cache and without; and that Ctrl-C gets through."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SOURCE = str(Path(__file__).parents[2] / "src")
FIRST = """
import sys, time, resource
import numpy as np
from adoptive.kinetics.equations import build_model
from adoptive.kinetics.physiology import parameter_names
import adoptive.solve
model = build_model(parameter_names())
print("start", flush=True)
engine = adoptive.solve.compile_model(model)
half, one = np.full((1, len(model.parameters)), 0.5), np.ones((1, len(model.states)))
run = engine.run(half, one, start=0.0, stop=1.0, visits=[1.0])
used = resource.getrusage(resource.RUSAGE_SELF)
print(run.final.tobytes().hex(), used.ru_utime + used.ru_stime, "numba" in sys.modules)
"""
SMALL = FIRST.replace(
    "build_model(parameter_names())", "adoptive.solve.Model('m', ('x',), (), lambda y, p: {'x': -y.x})"
)


def begin(folder: Path, code: str = FIRST) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": SOURCE, "ADOPTIVE_CACHE_DIR": str(folder)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", code], env=environment, text=True, **pipes)


def answer(folder: Path, code: str) -> tuple[str, float, str]:
    out, err = begin(folder, code).communicate(timeout=300)
    final, seconds, numba = out.splitlines()[-1].split()
    assert not err
    return final, float(seconds), numba


@pytest.mark.parametrize(
    "code", [pytest.param(SMALL, id="small model"), pytest.param(FIRST, id="full model", marks=pytest.mark.slow)]
)
def test_a_warm_start_gives_the_cold_starts_bits_and_compiles_nothing(tmp_path: Path, code: str) -> None:
    cold, cold_seconds, _ = answer(tmp_path, code)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert sorted(path.suffix for path in kept) == [".kernels", ".loop"]
    warm, warm_seconds, numba = answer(tmp_path, code)
    print(f"processor seconds to the first patient: cold {cold_seconds:.1f}, warm {warm_seconds:.2f}")
    assert warm == cold
    assert numba == "False"
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == kept


def final(folder: Path) -> str:
    """Compile a small model in a fresh process and follow one patient."""
    environment = os.environ | {"PYTHONPATH": SOURCE, "ADOPTIVE_CACHE_DIR": str(folder)}
    done = subprocess.run([sys.executable, "-c", SMALL], env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()[-1].split()[0]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Give a folder of sound machine code, and what a patient comes to with it."""
    folder = tmp_path_factory.mktemp("sound")
    return folder, final(folder)


@pytest.mark.parametrize(
    ("suffix", "damage"),
    [
        (".kernels", "cut"),
        (".loop", "flip"),
        pytest.param(".kernels", "flip", marks=pytest.mark.slow),
        pytest.param(".loop", "cut", marks=pytest.mark.slow),
    ],
)
def test_damaged_machine_code_is_made_again_without_a_word(
    sound: tuple[Path, str], tmp_path: Path, suffix: str, damage: str
) -> None:
    folder = shutil.copytree(sound[0], tmp_path / "kernels")
    (path,) = folder.glob(f"*{suffix}")
    good = path.read_bytes()
    bad = bytearray(good)
    bad[len(bad) // 2] ^= 0xFF
    path.write_bytes(bytes(bad) if damage == "flip" else good[: len(good) // 2])
    assert final(folder) == sound[1]
    assert path.read_bytes() == good


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("wait", [0.6, *(pytest.param(wait, marks=pytest.mark.slow) for wait in (0.1, 1.5))])
def test_an_interrupt_during_compilation_is_raised(tmp_path: Path, wait: float) -> None:
    process = begin(tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "start\n"
    time.sleep(wait)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode != 0 or len(out.split()) == 3  # it may have been ready before
    assert "KeyboardInterrupt" in err or len(out.split()) == 3
    assert not list(tmp_path.glob(".*"))  # no half-written file stays


LONG = """
import numpy as np
from adoptive.solve import Model, compile_model
engine = compile_model(Model("swing", ("x", "v"), ("w",), lambda y, p: {"x": y.v, "v": -p.w * p.w * y.x}))
engine.run([[1.0]], [[1.0, 0.0]], start=0.0, stop=1.0, visits=[1.0])
print("start", flush=True)
count = 200_000
options = {"start": 0.0, "stop": 50.0, "visits": [50.0], "rtol": 1e-8, "threads": THREADS}
engine.run(np.full((count, 1), 50.0), np.ones((count, 2)), **options)
print("end", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("threads", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_an_interrupt_during_a_long_run_closes_the_queue(tmp_path: Path, threads: int) -> None:
    environment = os.environ | {"PYTHONPATH": SOURCE, "ADOPTIVE_CACHE_DIR": str(tmp_path)}
    code = LONG.replace("THREADS", str(threads))
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment, text=True, **pipes)
    assert process.stdout is not None
    assert process.stdout.readline() == "start\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)  # the whole run would take several minutes
    assert "end" not in out
    assert "KeyboardInterrupt" in err
