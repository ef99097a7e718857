"""Parts of a FHIR resource as it stands in JSON: a part that is not there, or of another sort, is empty."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["Json", "extension", "has_profile", "number", "part", "parts", "source_of", "word"]

Json = Mapping[str, Any]


def part(element: Json, key: str) -> Json:
    """Give the table under a key."""
    found = element.get(key)
    return found if isinstance(found, dict) else {}


def parts(element: Json, key: str) -> tuple[Json, ...]:
    """Give the tables under a key."""
    found = element.get(key)
    return tuple(item for item in found if isinstance(item, dict)) if isinstance(found, list) else ()


def word(element: Json, key: str) -> str:
    """Give the text under a key."""
    found = element.get(key)
    return found.strip() if isinstance(found, str) else ""


def number(element: Json, key: str) -> float | None:
    """Give the number under a key."""
    found = element.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found) if math.isfinite(found) else None


def extension(element: Json, ending: str) -> Json:
    """Give the first extension whose address ends with a word."""
    return next(_extensions(element, ending), {})


def _extensions(element: Json, ending: str) -> Iterator[Json]:
    for item in parts(element, "extension"):
        if word(item, "url").rsplit("/", 1)[-1] == ending:
            yield item


def has_profile(resource: Json, ending: str) -> bool:
    """Say whether a resource claims a profile whose address ends so."""
    profiles = part(resource, "meta").get("profile")
    claimed = profiles if isinstance(profiles, list) else []
    return any(isinstance(item, str) and item.split("|")[0].endswith(ending) for item in claimed)


def source_of(resource: Json) -> str:
    """Name a resource: ``Observation/hb-3``."""
    return f"{word(resource, 'resourceType')}/{word(resource, 'id') or '-'}"
