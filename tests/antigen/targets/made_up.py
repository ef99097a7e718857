"""Made-up expression, named as such: the genes' symbols are real, every value is invented to show one thing."""

from __future__ import annotations

import numpy as np

from adoptive.antigen.targets import Expression, Tables

TISSUES = (
    "heart muscle", "lung", "liver", "kidney", "cerebral cortex", "bone marrow", "colon", "stomach 1", "skin 1",
    "pancreas", "urinary bladder", "testis",
)  # fmt: skip
CELLS = ("Proximal enterocytes", "Fibroblasts", "Alveolar cells type 2", "Cardiomyocytes", "T-cells")
SAMPLES = tuple(f"made-up tumour {number}" for number in range(1, 21))


def _row(places: tuple[str, ...], **levels: float) -> list[float]:
    named = {name.replace("_", " "): value for name, value in levels.items() if name != "rest"}
    rest = levels.get("rest", 0.1)
    return [next((value for name, value in named.items() if place.startswith(name)), rest) for place in places]


def tables() -> Tables:
    """Give twenty made-up tumours, twelve tissues, five cell types."""
    tumour = {
        "GOOD": [100.0] * 20, "CLDN18": [200.0] * 20, "ERBB2": [20.0] * 17 + [900.0] * 3, "NOTSEEN": [50.0] * 20,
        "COL1A1": [5000.0] * 20, "HEARTY": [300.0] * 20, "RARE": [0.5] * 20, "HALF": [100.0] * 10 + [0.0] * 10,
        "OTHER": [0.0] * 10 + [80.0] * 10, "GUARD": [0.0] * 20,
    }  # fmt: skip
    normal = {
        "GOOD": _row(TISSUES, colon=7), "CLDN18": _row(TISSUES, stomach=300, lung=60), "ERBB2": _row(TISSUES, rest=25),
        "NOTSEEN": _row(TISSUES, rest=0.0), "COL1A1": _row(TISSUES, rest=30),
        "HEARTY": _row(TISSUES, heart=200), "RARE": _row(TISSUES, testis=20),
        "HALF": _row(TISSUES, colon=31), "OTHER": _row(TISSUES, pancreas=31),
        "GUARD": _row(TISSUES, heart=100, colon=50),
    }  # fmt: skip
    cells = {
        "GOOD": _row(CELLS, Proximal=7), "CLDN18": _row(CELLS, Alveolar=60), "ERBB2": _row(CELLS, Proximal=30),
        "NOTSEEN": _row(CELLS, rest=0.0), "COL1A1": _row(CELLS, Fibroblasts=900),
        "HEARTY": _row(CELLS, Cardiomyocytes=200, Proximal=1), "RARE": _row(CELLS, Proximal=2),
        "HALF": _row(CELLS, Proximal=31), "OTHER": _row(CELLS, Alveolar=31), "GUARD": _row(CELLS, Cardiomyocytes=100),
    }  # fmt: skip
    made = [
        Expression(tuple(rows), places, np.array(list(rows.values()), float))
        for rows, places in ((tumour, SAMPLES), (normal, TISSUES), (cells, CELLS))
    ]
    return Tables(made[0], made[1], made[2], source="made up")
