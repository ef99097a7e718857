"""What ``adoptive zoo list`` prints, and how the zoo's options of the form NAME=VALUE are read."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable

from rich.table import Table

from adoptive.errors import ParameterError
from adoptive.kinetics.zoo import MODELS, find_model
from adoptive.workbench.cli.say import NARROW, console
from adoptive.workbench.engine.document import as_json as to_json

__all__ = ["number", "pairs", "say_models"]

_COLUMNS = ("model", "parameter sets", "quantities", "captures", "misses")
_WIDE_ONLY = ("parameter sets", "quantities")


def say_models(*, as_json: bool) -> None:
    """Print the models of the zoo."""
    found = [find_model(name) for name in MODELS]
    if as_json:
        rows = [
            {
                "name": model.name, "title": model.title, "doi": model.doi, "sets": list(model.sets),
                "quantities": {quantity.name: quantity.unit for quantity in model.quantities},
                "states": len(model.model.states), "fitted": list(model.fitted), "captures": model.captures,
                "misses": model.misses,
            }
            for model in found
        ]  # fmt: skip
        sys.stdout.write(to_json(rows))
        return
    to = console()
    table = Table()
    kept = [title for title in _COLUMNS if not (to.width < NARROW and title in _WIDE_ONLY)]
    for title in kept:
        table.add_column(title, overflow="fold", no_wrap=title == "model")
    for model in found:
        measured = ", ".join(quantity.name for quantity in model.quantities)
        cells = (model.name, ", ".join(model.sets), measured, model.captures, model.misses)
        table.add_row(*(cell for title, cell in zip(_COLUMNS, cells, strict=True) if title in kept))
    to.print(table)


def pairs(texts: Iterable[str], option: str, *, form: str = "NAME=VALUE") -> dict[str, str]:
    """Read NAME=VALUE texts; a name may come once.

    >>> pairs(["Tmax=8"], "--set")
    {'Tmax': '8'}
    """
    read: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not (sign and name.strip() and value.strip()):
            raise ParameterError(f"not of the form {form}", where=option, value=text)
        if name.strip() in read:
            raise ParameterError("given twice", where=option, value=name.strip())
        read[name.strip()] = value.strip()
    return read


def number(text: str, where: str, *, endless: bool = False) -> float:
    """Read a number; infinity only where it means something.

    >>> number("2e3", "--set")
    2000.0
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value) or (math.isinf(value) and not endless):
        raise ParameterError("not a number", where=where, value=text, allowed="a finite number such as 2.5e8")
    return value
