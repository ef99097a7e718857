"""The lock: complete, hashed, and without addresses."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
PINS = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; (.+?))?(?: \\)?$", re.MULTILINE)


def _locked() -> dict[str, list[Version]]:
    found: dict[str, list[Version]] = {}
    for name, version, _ in PINS.findall(LOCK.read_text()):
        found.setdefault(canonicalize_name(name), []).append(Version(version))
    return found


def _named() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lists = [project["project"]["dependencies"], project["build-system"]["requires"]]
    lists += project["project"].get("optional-dependencies", {}).values()
    lists += project["dependency-groups"].values()
    return [Requirement(line) for lines in lists for line in lines]


@pytest.mark.parametrize("requirement", _named(), ids=str)
def test_named_dependency_is_locked_at_an_allowed_version(requirement: Requirement) -> None:
    versions = _locked().get(canonicalize_name(requirement.name), [])
    assert versions, f"{requirement.name} is not in the lock: make lock"
    refused = [str(version) for version in versions if version not in requirement.specifier]
    assert not refused, f"{requirement} refuses the locked {refused}: make lock"


def test_lock_has_a_hash_for_every_pin() -> None:
    blocks = re.split(r"\n(?=\S)", LOCK.read_text().strip())
    assert len(blocks) > 50
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert [block.splitlines()[0] for block in blocks if not PINS.match(block.splitlines()[0])] == []


def test_lock_names_no_address() -> None:
    for word in ("://", "--index", "--find-links", "--trusted-host", "file:", " @ "):
        assert word not in LOCK.read_text(), f"the lock must name no address: {word}"
