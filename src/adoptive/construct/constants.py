"""Constant regions of the receptor's chains: human, murine, with an added cysteine pair."""

from __future__ import annotations

from typing import Literal

__all__ = ["CONSTANTS", "ConstantSet"]

ConstantSet = Literal["human", "human TRBC2", "human cysteine", "murine", "murine cysteine", "murine cysteine LVL"]
CONSTANTS = ("human", "human TRBC2", "human cysteine", "murine", "murine cysteine", "murine cysteine LVL")
