"""Models that several tests share, and a private kernel cache."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adoptive.solve import Engine, Jump, Model, Values, compile_model, exp, log, maximum, positive, where_positive

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session", autouse=True)
def _private_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("kernels")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADOPTIVE_CACHE_DIR", str(folder))
        yield folder


def dosed(y: Values, p: Values) -> dict[str, Any]:
    """A drug with first-order uptake and saturable loss, and a cytokine that it drives."""
    taken = p.ka * y.depot
    lost = p.vmax * y.drug / (p.km + y.drug)
    return {
        "depot": -taken,
        "drug": taken - lost,
        "cytokine": p.kin * y.drug**p.hill / (1.0 + y.drug**p.hill) - p.kout * y.cytokine * (1.0 + y.block),
        "block": -0.3 * y.block,
    }


DOSED = Model(
    name="dosed",
    states=("depot", "drug", "cytokine", "block"),
    parameters=("ka", "vmax", "km", "kin", "kout", "hill", "bio"),
    rhs=dosed,
    watch=lambda y, p: {"cytokine": y.cytokine},
    jumps=(Jump("dose", {"depot": "bio"}), Jump("rescue", {"block": 5.0})),
)


def dosed_patients(count: int, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """Return parameters and initial values of random patients."""
    draw = np.random.default_rng(seed).standard_normal((count, 7))
    medians = np.array([2.0, 1.5, 0.8, 30.0, 6.0, 1.6, 0.7])
    return medians * np.exp(0.3 * np.clip(draw, -2, 2)), np.tile([0.0, 0.0, 0.1, 0.0], (count, 1))


def mixture(y: Values, p: Values) -> dict[str, Any]:
    """Every operation that a model text may use."""
    a, b, c, d = y.a, y.b, y.c, y.d
    return {
        "a": -p.k * a + exp(-b) * log(1.0 + c * c) - 2.0**d + abs(a - b) * 0.25,
        "b": positive(a - 0.5) ** p.n - b / (p.m + c**2) + maximum(a, c) * 0.1 + p.k / p.m,
        "c": where_positive(b - 0.3, a * d, -c) - c**3 / (1.0 + a**4) + 1.0 / (p.m + d),
        "d": -d + (a * b * c) ** 2 - log(p.m) * exp(-p.k) + (2.5 + b) ** (p.n - 1.0) - (-a) * (-c),
    }


MIXTURE = Model("mixture", ("a", "b", "c", "d"), ("k", "m", "n"), mixture)


@pytest.fixture(scope="session")
def dosed_engine(_private_cache: Path) -> Engine:
    return compile_model(DOSED)


@pytest.fixture(scope="session")
def patients() -> Any:
    return dosed_patients


@pytest.fixture(scope="session")
def mixture_model() -> Model:
    return MIXTURE
