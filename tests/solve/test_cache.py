"""The kernel cache: never stale, never fatal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from adoptive.solve import Engine, Jump, Model, compile_model, engine


def decay(rate: float, jump: float = 1.0) -> Model:
    return Model("decay", ("x",), (), lambda y, p: {"x": -rate * y.x}, jumps=(Jump("add", {"x": jump}),))


def after_one_day(compiled: Engine) -> float:
    run = compiled.run(np.empty((1, 0)), [[1.0]], start=0.0, stop=1.0, visits=[1.0], rtol=1e-8, atol=1e-10)
    return float(run.final[0, 0])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADOPTIVE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    made: list[str] = []
    original = engine.write_kernels
    monkeypatch.setattr(engine, "write_kernels", lambda *given: made.append("once") or original(*given))
    return made


def test_the_second_time_nothing_is_compiled(folder: Path, compilations: list[str]) -> None:
    first, second = after_one_day(compile_model(decay(1.0))), after_one_day(compile_model(decay(1.0)))
    assert len(compilations) == 1
    assert first == second == pytest.approx(np.exp(-1.0), rel=1e-7)
    assert len(list(folder.glob("*.kernels"))) == 1


def test_a_changed_equation_never_meets_an_old_kernel(folder: Path, compilations: list[str]) -> None:
    assert after_one_day(compile_model(decay(1.0))) == pytest.approx(np.exp(-1.0), rel=1e-7)
    assert after_one_day(compile_model(decay(1.25))) == pytest.approx(np.exp(-1.25), rel=1e-7)
    compile_model(decay(1.25), width=2)
    assert len(compilations) == 3


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_corrupted_file_is_compiled_again(folder: Path, compilations: list[str], damage: bytes | None) -> None:
    compile_model(decay(1.0))
    (kept,) = folder.glob("*.kernels")
    content = bytearray(kept.read_bytes())
    content[len(content) // 2] ^= 0xFF
    kept.write_bytes(bytes(content) if damage is None else damage)
    assert after_one_day(compile_model(decay(1.0))) == pytest.approx(np.exp(-1.0), rel=1e-7)
    assert len(compilations) == 2
    compile_model(decay(1.0))
    assert len(compilations) == 2


def test_a_folder_that_cannot_be_written_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compilations: list[str]
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("ADOPTIVE_CACHE_DIR", str(tmp_path / "file"))
    assert after_one_day(compile_model(decay(1.0))) == pytest.approx(np.exp(-1.0), rel=1e-7)
    assert len(compilations) == 1


SCRIPT = """
import numpy as np
from adoptive.solve import Model, compile_model
names = tuple(f"x{i}" for i in range(20))
model = Model("chain", names, ("k",), lambda y, p: {
    n: p.k * y[names[i - 1]] ** 1.1 - y[n] ** p.k for i, n in enumerate(names)})
run = compile_model(model).run([[1.2]], np.ones((1, 20)), start=0.0, stop=1.0, visits=[1.0])
print(run.final.tobytes().hex())
"""


def test_two_processes_may_compile_at_once(folder: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    running = [
        subprocess.Popen([sys.executable, "-c", SCRIPT], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = {process.communicate(timeout=120)[0] for process in running}
    assert all(process.returncode == 0 for process in running)
    assert len(answers) == 1
    assert len(list(folder.glob("*.kernels"))) == 1
    assert len(list(folder.glob("*.loop"))) == 1
    assert len(list(folder.iterdir())) == 2
