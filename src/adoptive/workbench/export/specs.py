"""The specification of each standard's data sets, read once from its TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from adoptive.workbench.export.types import DataSetSpec, StandardSpec, Variable

__all__ = ["load_spec"]


@cache
def load_spec(standard: str) -> StandardSpec:
    """Read ``adam`` or ``sdtm``: data sets, variables, methods and codelists.

    >>> load_spec("adam").datasets["ADSL"].variables[1].name
    'USUBJID'
    """
    text = resources.files("adoptive.workbench.export").joinpath(f"{standard}.toml").read_text("utf-8")
    read = tomllib.loads(text)
    return StandardSpec(
        name=read["standard"], version=read["version"],
        datasets={name: _dataset(name, table, read["variables"]) for name, table in read["datasets"].items()},
        methods=read["methods"], codelists=read["codelists"],
    )  # fmt: skip


def _dataset(name: str, table: Mapping[str, Any], shared: Mapping[str, Any]) -> DataSetSpec:
    rows = {**shared, **table.get("own", {})}
    [(parameter, valued)] = table.get("values", {"": {}}).items()
    return DataSetSpec(
        name=name, label=table["label"], data_class=table["class"], structure=table["structure"],
        keys=tuple(table["keys"]), variables=tuple(Variable(each, *rows[each]) for each in table["order"].split()),
        subclass=table.get("subclass", ""), parameter=parameter, valued=valued,
    )  # fmt: skip
