"""The shelf of bundled studies: their groups, and which ones the checks and the demonstration take."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from adoptive.workbench.study import list_studies

__all__ = ["Group", "own_receptors_study", "reference_study", "study_groups"]


@dataclass(frozen=True)
class Group:
    """Hold a group of studies: title and names, in the order in which they are listed."""

    title: str
    studies: tuple[str, ...]


@lru_cache(maxsize=1)
def _shelf() -> tuple[str, str, tuple[Group, ...]]:
    text = resources.files("adoptive").joinpath("studies", "shelf.toml").read_text("utf-8")
    content = tomllib.loads(text)
    return (
        content["reference"],
        content["own_receptors"],
        tuple(Group(row["title"], tuple(row["studies"])) for row in content["group"]),
    )


def reference_study() -> str:
    """Name the study from which the checks of the kinetics enrol their patients.

    >>> reference_study() in list_studies()
    True
    """
    return _shelf()[0]


def own_receptors_study() -> str:
    """Name the study whose patients get receptors for their own neoantigens, into which the demonstration leads.

    >>> own_receptors_study() in list_studies()
    True
    """
    return _shelf()[1]


def study_groups() -> tuple[Group, ...]:
    """Give the groups of the bundled studies; what no group names comes last, under "Others"."""
    groups = _shelf()[2]
    named = {name for group in groups for name in group.studies}
    others = tuple(name for name in list_studies() if name not in named)
    return (*groups, Group("Others", others)) if others else groups
