"""Models that several tests share, and a private kernel cache."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adoptive.solve import Engine, Model, compile_model

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from model_texts import DOSED, MIXTURE  # noqa: E402


@pytest.fixture(scope="session")
def kernel_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kernels")


@pytest.fixture(scope="module", autouse=True)
def _private_cache(kernel_folder: Path) -> Iterator[None]:
    """Compile into a folder of this area's own, and leave the other areas' as it was."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADOPTIVE_CACHE_DIR", str(kernel_folder))
        yield


def dosed_patients(count: int, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """Return parameters and initial values of random patients."""
    draw = np.random.default_rng(seed).standard_normal((count, 7))
    medians = np.array([2.0, 1.5, 0.8, 30.0, 6.0, 1.6, 0.7])
    return medians * np.exp(0.3 * np.clip(draw, -2, 2)), np.tile([0.0, 0.0, 0.1, 0.0], (count, 1))


@pytest.fixture(scope="module")
def dosed_engine(_private_cache: None) -> Engine:
    return compile_model(DOSED)


@pytest.fixture(scope="session")
def patients() -> Any:
    return dosed_patients


@pytest.fixture(scope="session")
def mixture_model() -> Model:
    return MIXTURE
