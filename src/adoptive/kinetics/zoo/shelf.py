"""The shelf: every model of the zoo by name."""

from __future__ import annotations

from importlib import import_module

from adoptive.errors import ParameterError
from adoptive.kinetics.zoo.types import ZooModel

__all__ = ["MODELS", "find_model"]

MODELS: tuple[str, ...] = (
    "claret-2014",
    "stein-2019",
    "hardiansyah-2019",
    "chaudhury-2020-lotka-volterra",
    "chaudhury-2020-first-order",
    "chaudhury-2020-ec50",
    "leon-triana-2020",
    "sahoo-2020",
    "kimmel-2021",
    "owens-bozic-2021",
    "mueller-schoell-2021",
    "barros-2021",
    "leon-triana-2021",
    "leon-triana-2021-dual",
    "liu-2022",
)
"""In order of publication."""


def find_model(name: str) -> ZooModel:
    """Return a model by its name; raise ParameterError where there is none.

    >>> find_model("stein-2019").doi
    '10.1002/psp4.12388'
    """
    if name not in MODELS:
        raise ParameterError("no such model", where="zoo", value=name, allowed=", ".join(MODELS))
    module = import_module(f"adoptive.kinetics.zoo.{name.replace('-', '_')}")
    model: ZooModel = module.ZOO
    return model
