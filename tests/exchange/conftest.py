"""A private kernel cache, and the way to the shared problems."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]


@pytest.fixture(scope="session")
def kernel_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kernels")


@pytest.fixture(scope="module", autouse=True)
def _private_cache(kernel_folder: Path) -> Iterator[None]:
    """Compile into a folder of this area's own, and leave the other areas' as it was."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADOPTIVE_CACHE_DIR", str(kernel_folder))
        yield
