"""Names between the vocabulary of eligibility and the simulator: tumour types, conditions."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from adoptive.trial.eligibility.vocabulary import Vocabulary, load_vocabulary

__all__ = ["is_solid", "known_names", "model_tumours", "peritoneal_names"]


@lru_cache(maxsize=1)
def known_names() -> Mapping[str, Any]:
    """Read the table of what the simulator knows, ``known.toml``."""
    return tomllib.loads(resources.files(__package__).joinpath("known.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def peritoneal_names() -> frozenset[str]:
    """Give the conditions that mean peritoneal metastases."""
    return frozenset(known_names()["conditions"]["peritoneal"])


@lru_cache(maxsize=1024)
def model_tumours(diagnosis: str) -> tuple[str, ...]:
    """Give the model's tumour types that a diagnosis may be, the special ones before the general ones they belong to.

    None for a diagnosis that the model does not know, or that is broader than its types; more than one only where a
    diagnosis is of two types at once.

    >>> model_tumours("gastric adenocarcinoma"), model_tumours("synovial sarcoma"), model_tumours("thymoma")
    (('gastric',), ('synovial sarcoma',), ())
    """
    words, table = load_vocabulary(), known_names()
    name = words.find("diseases", diagnosis) if diagnosis else None
    if name is None:
        return ()
    found = {
        tumour: own
        for tumour, names in table["tumours"].items()
        if (own := _within(words, name, names)) and not _within(words, name, table["not_tumours"].get(tumour, ()))
    }
    return tuple(
        tumour
        for tumour, own in found.items()
        if not any(other != own and words.is_a("diseases", other, own) for other in found.values())
    )


def _within(words: Vocabulary, name: str, broader: Any) -> str:
    return next((one for one in broader if words.is_a("diseases", name, one)), "")


@lru_cache(maxsize=1024)
def is_solid(diagnosis: str) -> bool:
    """Say whether a diagnosis is a solid tumour."""
    words = load_vocabulary()
    name = words.find("diseases", diagnosis) if diagnosis else None
    return name is not None and words.is_a("diseases", name, "solid tumour")
