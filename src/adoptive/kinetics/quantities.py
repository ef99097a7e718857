"""Name the intermediate results of the model's text, so that what is printed or exchanged keeps their names."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from adoptive.kinetics.algebra import body, lesion
from adoptive.solve import Values

__all__ = ["named_quantities"]


def named_quantities(y: Values, p: Values, *, lesions: int) -> dict[str, Any]:
    """Give every intermediate result by name: the body's as it is, a lesion's with the lesion's number (``s_1``).

    For the `names` of :func:`adoptive.solve.exchange.write_sbml` and :func:`~adoptive.solve.exchange.equations_latex`.
    """
    whole = body(y, p, lesions)
    found = {field.name: getattr(whole, field.name) for field in fields(whole)}
    for j in range(lesions):
        one = lesion(y, p, whole, j)
        for field in fields(one):
            value = getattr(one, field.name)
            each = value if isinstance(value, dict) else {"": value}
            found |= {f"{field.name}{key and '_'}{key}_{j + 1}": part for key, part in each.items()}
    return found
