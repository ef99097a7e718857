"""What tests of patients share: reading a record that was just written."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adoptive.trial.eligibility.facts import Facts
from adoptive.workbench.match.patients import read_patient

sys.path.append(str(Path(__file__).parent))  # for what these tests share: synthetic_records

AS_OF = datetime.date(2026, 6, 1)


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Facts]:
    """Give a reader of bundles (as tables) and of TOML (as text), on a fixed day."""

    def reader(content: Any, *, as_of: datetime.date | None = AS_OF) -> Facts:
        path = tmp_path / "patient"
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return read_patient(path, as_of=as_of)

    return reader
