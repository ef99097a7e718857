"""The codes of ``codes.toml``: antigens, staining, HLA genes, stages, tests, answers, vaccines."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["code_table"]


@cache
def code_table() -> Mapping[str, Any]:
    """Give the tables of codes."""
    return tomllib.loads((files(__package__) / "codes.toml").read_text("utf-8"))
