"""What a dossier computes by itself, on the engine: slow, and within its two minutes."""

from __future__ import annotations

import time

import pytest

from adoptive.workbench.dossier.build import build_dossier
from adoptive.workbench.dossier.types import Asked

pytestmark = pytest.mark.slow


def test_everything_that_is_cheap_is_computed_and_holds() -> None:
    start = time.process_time()
    items = {item.name: item for item in build_dossier(Asked()).items}
    assert time.process_time() - start < 120.0
    for name in ("laws", "tolerance", "extinction", "same", "ordering"):
        assert items[name].state == "computed"
        assert items[name].holds is True, items[name].result
