"""Of which kind an endpoint is, and to which group of the shelf a study belongs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from adoptive.errors import StudyError
from adoptive.workbench.shelf import study_groups

__all__ = ["OWN_GROUP", "group_of", "kind_of", "kinds"]

OWN_GROUP: Final = "Not bundled"
"""Group of a study that is no part of the package."""


@cache
def _table() -> Mapping[str, Any]:
    text = resources.files("adoptive.workbench.validate").joinpath("kinds.toml").read_text("utf-8")
    return tomllib.loads(text)


def kinds() -> tuple[str, ...]:
    """Name the kinds of endpoints, in the order in which they are listed."""
    return tuple(_table())


def kind_of(endpoint: str) -> str:
    """Say of which kind an endpoint is.

    Raises
    ------
    StudyError
        An endpoint that ``kinds.toml`` does not place.

    >>> kind_of("orr"), kind_of("crs_grade_ge3"), kind_of("pfs_follow_up_median")
    ('response', 'toxicity', 'attrition')
    """
    for kind, row in _table().items():
        if endpoint in row["names"]:
            return kind
    begun = [(len(start), kind) for kind, row in _table().items() for start in row.get("begins", ()) if
             endpoint.startswith(start)]  # fmt: skip
    if not begun:
        raise StudyError("an endpoint of no kind", where="kinds.toml", value=endpoint, allowed=", ".join(kinds()))
    return max(begun)[1]


def group_of(study: str) -> str:
    """Give the title of a bundled study's group on the shelf; :data:`OWN_GROUP` for any other.

    >>> first = study_groups()[0]
    >>> group_of(first.studies[0]) == first.title, group_of("nobody's")
    (True, 'Not bundled')
    """
    return next((group.title for group in study_groups() if study in group.studies), OWN_GROUP)
