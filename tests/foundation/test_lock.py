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
PEERS = ROOT / "requirements-bench.lock"
PINS = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; (.+?))?(?: \\)?$", re.MULTILINE)


def _locked(lock: Path) -> dict[str, list[Version]]:
    found: dict[str, list[Version]] = {}
    for name, version, _ in PINS.findall(lock.read_text()):
        found.setdefault(canonicalize_name(name), []).append(Version(version))
    return found


def _named() -> list[tuple[Requirement, Path]]:
    """Give every named dependency and its lock: the engines to race against have one of their own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = dict(project["project"].get("optional-dependencies", {}))
    peers = extras.pop("bench")
    lists = [project["project"]["dependencies"], project["build-system"]["requires"], *extras.values()]
    lists += project["dependency-groups"].values()
    named = [(Requirement(line), LOCK) for lines in lists for line in lines]
    return named + [(Requirement(line), PEERS) for line in peers]


@pytest.mark.parametrize(("requirement", "lock"), _named(), ids=str)
def test_named_dependency_is_locked_at_an_allowed_version(requirement: Requirement, lock: Path) -> None:
    versions = _locked(lock).get(canonicalize_name(requirement.name), [])
    assert versions, f"{requirement.name} is not in the lock: make lock"
    refused = [str(version) for version in versions if version not in requirement.specifier]
    assert not refused, f"{requirement} refuses the locked {refused}: make lock"


@pytest.mark.parametrize(("lock", "fewest"), [(LOCK, 50), (PEERS, 20)], ids=["requirements", "bench"])
def test_lock_has_a_hash_for_every_pin(lock: Path, fewest: int) -> None:
    blocks = re.split(r"\n(?=\S)", lock.read_text().strip())
    assert len(blocks) > fewest
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert [block.splitlines()[0] for block in blocks if not PINS.match(block.splitlines()[0])] == []


@pytest.mark.parametrize("lock", [LOCK, PEERS], ids=["requirements", "bench"])
def test_lock_names_no_address(lock: Path) -> None:
    for word in ("://", "--index", "--find-links", "--trusted-host", "file:", " @ "):
        assert word not in lock.read_text(), f"the lock must name no address: {word}"


def test_locks_agree() -> None:
    ours, peers = _locked(LOCK), _locked(PEERS)
    assert {name for name in ours.keys() & peers.keys() if not set(peers[name]) <= set(ours[name])} == set()
