"""Two small models that several areas of tests share."""

from __future__ import annotations

from typing import Any

from adoptive.solve import Jump, Model, Values, exp, log, maximum, positive, where_positive


def dosed(y: Values, p: Values) -> dict[str, Any]:
    """A drug with first-order uptake and saturable loss, and a cytokine that it drives."""
    taken = p.ka * y.depot
    lost = p.vmax * y.drug / (p.km + y.drug)
    return {
        "depot": -taken,
        "drug": taken - lost,
        "cytokine": p.kin * y.drug**p.hill / (1.0 + y.drug**p.hill) - p.kout * y.cytokine * (1.0 + y.block),
        "block": -0.3 * y.block,
    }


DOSED = Model(
    name="dosed",
    states=("depot", "drug", "cytokine", "block"),
    parameters=("ka", "vmax", "km", "kin", "kout", "hill", "bio"),
    rhs=dosed,
    watch=lambda y, p: {"cytokine": y.cytokine},
    jumps=(Jump("dose", {"depot": "bio"}), Jump("rescue", {"block": 5.0})),
)


def mixture(y: Values, p: Values) -> dict[str, Any]:
    """Every operation that a model text may use."""
    a, b, c, d = y.a, y.b, y.c, y.d
    return {
        "a": -p.k * a + exp(-b) * log(1.0 + c * c) - 2.0**d + abs(a - b) * 0.25,
        "b": positive(a - 0.5) ** p.n - b / (p.m + c**2) + maximum(a, c) * 0.1 + p.k / p.m,
        "c": where_positive(b - 0.3, a * d, -c) - c**3 / (1.0 + a**4) + 1.0 / (p.m + d),
        "d": -d + (a * b * c) ** 2 - log(p.m) * exp(-p.k) + (2.5 + b) ** (p.n - 1.0) - (-a) * (-c),
    }


MIXTURE = Model("mixture", ("a", "b", "c", "d"), ("k", "m", "n"), mixture)
