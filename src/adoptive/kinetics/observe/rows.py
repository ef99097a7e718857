"""The numbers of the assays. No run draws them, so they stand apart from the book of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from adoptive.errors import ParameterError
from adoptive.parameters import Parameter, load_book, load_rows

__all__ = ["observation_rows", "observed"]

_READ_BY_THE_CLINIC = ("reader_sd", "too_small_mm", "invisible_mm")
"""Rows that the clinic's scans use; they stand in its folder, and once."""


@lru_cache(maxsize=1)
def observation_rows() -> Mapping[str, Parameter]:
    """Read the rows of the assays by name (``observe.qpcr_log_sd``)."""
    text = resources.files("adoptive.kinetics.observe").joinpath("published.toml").read_text("utf-8")
    rows = load_rows(text, prefix="observe.", where="kinetics/observe/published.toml")
    book = load_book()
    return MappingProxyType(rows | {f"observe.{name}": book[f"outcome.{name}"] for name in _READ_BY_THE_CLINIC})


def observed(name: str) -> float:
    """Give a row's value."""
    rows = observation_rows()
    if f"observe.{name}" not in rows:
        known = ", ".join(row.removeprefix("observe.") for row in rows)
        raise ParameterError("no such number of an assay", where="observe", value=name, allowed=known)
    return float(rows[f"observe.{name}"].value)
