"""How well the simulator meets what each bundled study published: one sentence for people."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from adoptive.trial.types import Study

__all__ = ["check_sentence", "checked_studies", "is_bundled"]

MOST_NAMED = 4
"""Numbers outside that a sentence names."""


@lru_cache(maxsize=1)
def checked_studies() -> Mapping[str, Mapping[str, Any]]:
    """Give what the last check of the bundled studies found, by study: ``inside``, ``of``, ``outside``."""
    return tomllib.loads(resources.files(__package__).joinpath("checked.toml").read_text("utf-8"))


def is_bundled(study: Study) -> bool:
    """Say whether a study is a bundled one as it stands, not another of its name."""
    from adoptive.workbench.study import list_studies, load_study

    return study.name in list_studies() and load_study(study.name) == study


def check_sentence(study: Study) -> str:
    """Say in one sentence what of the study was compared with published results, and how it came out."""
    if not is_bundled(study):
        return "No published result was compared with this study file, so how good the forecast is, is not known."
    found = checked_studies().get(study.name)
    if found is None or not found["of"]:
        return f"No published result of {study.name} could be compared with the simulation."
    outside = found["outside"]
    named = "; ".join(outside[:MOST_NAMED]) + (f" and {len(outside) - MOST_NAMED} more" * (len(outside) > MOST_NAMED))
    said = (
        f"{found['inside']} of {found['of']} published results of {study.name} lie within the simulated 90 % intervals"
    )
    tail = f"; outside: {named}" if outside else ""
    return f"{said}{tail} (most of these trials were used to fit the model)."
