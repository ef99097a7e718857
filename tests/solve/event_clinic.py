"""A small clinic for tests: a drug, a tumour in two places, a cytokine, a blood count, and every kind of jump."""

from __future__ import annotations

from typing import Any

import numpy as np

from adoptive.solve import Jump, Model, Values

MEDIANS = {
    "ke": 0.35,
    "grow": 0.12,
    "kill": 0.45,
    "half": 2.0,
    "shed": 0.02,
    "home": 0.3,
    "kin": 6.0,
    "kout": 2.0,
    "wane": 0.4,
    "renew": 0.15,
    "harm": 0.12,
    "bio": 0.8,
}


def equations(y: Values, p: Values) -> dict[str, Any]:
    """The drug kills cells of the tumour and of the blood, and sets a cytokine free."""
    killed = kill(y, p)
    return {
        "drug": -p.ke * y.drug,
        "mass": (p.grow - killed - p.shed) * y.mass + p.home * y.shed,
        "shed": p.shed * y.mass + (p.grow - killed - p.home) * y.shed,
        "cytokine": p.kin * y.drug / (1.0 + y.block) - p.kout * y.cytokine,
        "block": -p.wane * y.block,
        "count": p.renew * (1.0 - y.count) - p.harm * y.drug * y.count,
    }


def kill(y: Values, p: Values) -> Any:
    return p.kill * y.drug / (p.half + y.drug)


CLINIC = Model(
    name="clinic",
    states=("drug", "mass", "shed", "cytokine", "block", "count"),
    parameters=tuple(MEDIANS),
    rhs=equations,
    scale={"mass": 1e3, "shed": 1e3},
    watch=lambda y, p: {"diameters": 0.1 * (y.mass + 1.0) ** (1.0 / 3.0), "cytokine": y.cytokine, "count": y.count},
    jumps=(
        Jump("dose", {"drug": "bio"}),
        Jump("rescue", {"block": 3.0}, lambda y, p, amount: {"cytokine": y.cytokine / (1.0 + amount)}),
        Jump(
            "surgery",
            text=lambda y, p, amount: {
                "mass": (1.0 - amount) * (y.mass + 0.5 * y.shed),
                "shed": 0.5 * (1.0 - amount) * y.shed,
            },
        ),
        Jump("transfusion", {"count": 0.2}),
    ),
    clones={"tumour": ("births", "deaths")},
    clone_rates=lambda y, p: {"births": p.grow, "deaths": kill(y, p)},
    populations={"tumour": ("mass", "shed")},
)


def clinic_patients(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return random parameters and initial values."""
    rng = np.random.default_rng(seed)
    parameters = np.array(list(MEDIANS.values())) * np.exp(0.25 * np.clip(rng.standard_normal((count, 12)), -2, 2))
    initial = np.zeros((count, 6))
    initial[:, 1] = 10.0 ** rng.uniform(7.0, 9.0, count)
    initial[:, 5] = 1.0
    return parameters, initial
