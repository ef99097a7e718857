"""What the tests of trials share: small records of the registry's form, and a reader that knows no sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adoptive.trial.eligibility.statements import Unread
from adoptive.workbench.match.types import Item


def spelled_out(text: str) -> tuple[Item, ...]:
    """Make every bulleted line an item that is not understood (a stand-in for the reader of criteria)."""
    items, place, kind = [], 0, "inclusion"
    for line in text.splitlines(keepends=True):
        words = line.strip().removeprefix("*").strip()
        kind = "exclusion" if words.lower().startswith("exclusion") else kind
        if line.lstrip().startswith("*"):
            start = place + line.index(words) if words else place
            number = len(items) + 1
            items.append(Item(number, kind, words, Unread(words), "not", start=start, end=start + len(words)))  # type: ignore[arg-type]
        place += len(line)
    return tuple(items)


@pytest.fixture(autouse=True)
def quiet_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adoptive.workbench.match.read.items.read_criteria", spelled_out)


def record(number: int = 1, **modules: Any) -> dict[str, Any]:
    """Give a registry record, synthetic; modules by name take the place of its own."""
    protocol: dict[str, Any] = {
        "identificationModule": {"nctId": f"NCT{number:08d}", "briefTitle": f"Synthetic trial {number}"},
        "statusModule": {"overallStatus": "RECRUITING", "lastUpdatePostDateStruct": {"date": "2026-03-01"}},
        "eligibilityModule": {
            "eligibilityCriteria": "Inclusion Criteria:\n\n* Adults\n\nExclusion Criteria:\n\n* Pregnant women",
            "minimumAge": "18 Years",
            "sex": "ALL",
        },
    }
    return {"protocolSection": {**protocol, **modules}}


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, Any], Path]:
    def written(name: str, content: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return written
