"""The 28-state problem: an invented solid tumour under CAR-T cells, stiff, with five doses and 169 visits in 737 days.

Shaped after the memory, effector and exhausted cells with an antigen-sensing toggle of Kirouac et al. 2023
(10.1038/s41587-023-01687-x): blood cells, effectors inside three lesions, three clones per lesion (antigen high, low,
negative), interleukins 15 and 6, interferon gamma, macrophages, the patient's own lymphocytes, neutrophils after
Friberg et al. 2002 (10.1200/JCO.2002.02.140), and three drugs. Rates run from 1e-5 to 60 per day. T cells count in
1e6, tumour cells in 1e9, cytokines in pg/mL, neutrophils and lymphocytes in 1e9/L, time in days. Nothing was measured:
the numbers give an engine what such models give it. Growth ends below one cell by a smooth factor B / (B + 1 cell);
without it a cleared clone is solver noise and may regrow.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adoptive.solve import Jump, Model, Values
from adoptive.streams import Keys, Streams
from benchmarks.engine.problem import Floats, Problem

LESIONS, CLONES = range(3), range(3)
STATES = (
    *("M", "E", "X"),
    *(f"I{j}" for j in LESIONS),
    *(f"B{j}{c}" for j in LESIONS for c in CLONES),
    *("IL15", "IL6", "IFN", "MAC", "L"),
    *("P", "T1", "T2", "T3", "N"),
    *("CY", "FLU", "TOC"),
)
MEDIAN_AND_SPREAD = {
    **{"muM": (0.25, 0.3), "kdif": (0.9, 0.3), "kreg": (0.05, 0.4), "dM": (0.004, 0.4)},  # memory
    **{"muE": (1.7, 0.25), "dE": (0.18, 0.3), "kex": (0.06, 0.5), "dX": (0.08, 0.3)},  # effectors, exhausted
    **{"KT": (6.0e4, 0.5), "KA": (4.0, 0.6), "hA": (1.3, 0.1), "K15": (25.0, 0.3)},  # room, antigen, niche
    **{"ktr": (0.12, 0.5), "kout": (0.12, 0.3), "Kb": (2.0, 0.5), "muI": (0.9, 0.3), "sup": (0.15, 0.6)},  # lesions
    **{"kexI": (0.10, 0.5), "kk": (0.09, 0.8), "Kk": (6.0, 0.5), "aglow": (0.25, 0.5)},  # killing
    **{"g0": (0.012, 0.5), "g1": (0.012, 0.5), "g2": (0.010, 0.5), "Kl": (150.0, 0.3)},  # growth
    **{"mut": (1e-5, 1.0), "kby": (2e-4, 1.0), "kcyB": (0.015, 0.5)},  # escape, bystanders, drug
    **{"ks15": (40.0, 0.3), "cl15": (6.0, 0.3), "u15": (8.0, 0.3)},
    **{"k6": (2.0e4, 0.7), "cl6": (28.0, 0.3), "kifn": (25.0, 0.7), "clifn": (45.0, 0.2)},
    **{"kmac": (2.0, 0.4), "KIFN": (300.0, 0.5), "dmac": (0.7, 0.3)},
    **{"kL": (0.12, 0.3), "Lmax": (1.6, 0.25), "slC": (0.45, 0.4), "slF": (0.55, 0.4)},
    **{"MTT": (5.2, 0.15), "gam": (0.17, 0.1)},
}
PARAMETERS = tuple(MEDIAN_AND_SPREAD)
CLEARANCE = {"CY": 2.8, "FLU": 0.85, "TOC": 0.12}
CLONE_GROWTH = (1.0, 0.95, 0.85)
NEUTROPHILS_0 = 4.5
ONE_CELL = 1e-9
JUMPS = (Jump("lymphodepletion", {"CY": 3.0, "FLU": 1.2}), Jump("infusion", {"M": 0.35, "E": 0.65}))
DOSE_DAY = np.array([2.0, 3.0, 4.0, 7.0, 35.0])
DOSE_KIND = np.array([0, 0, 0, 1, 1])
HORIZON_DAYS = 737.0
SEED = 28


def derivatives(y: Values, p: Values) -> dict[str, Any]:
    """Give every state's rate of change per day."""
    antigen = [y[f"B{j}0"] + p.aglow * y[f"B{j}1"] for j in LESIONS]
    seen = 1.0 / (1.0 + (p.KA / (sum(antigen) + 1e-12)) ** p.hA)
    depletion = p.slC * y.CY + p.slF * y.FLU
    room = 1.0 - (y.M + y.E + y.X) / p.KT
    lesions = [_lesion(y, p, j, antigen[j], room, depletion) for j in LESIONS]
    engaged: Any = sum(lesion["engaged"] for lesion in lesions)
    slopes = _blood(y, p, seen, room, depletion)
    for j, lesion in enumerate(lesions):
        slopes["E"] = slopes["E"] - lesion["entering"] + p.kout * y[f"I{j}"]
        slopes["X"] = slopes["X"] + lesion["tiring"]
        slopes |= {name: lesion[name] for name in (f"I{j}", *(f"B{j}{c}" for c in CLONES))}
    drugs = {drug: -rate * y[drug] for drug, rate in CLEARANCE.items()}
    return slopes | _messengers(y, p, engaged, seen, depletion) | _marrow(y, p) | drugs


def _blood(y: Values, p: Values, seen: Any, room: Any, depletion: Any) -> dict[str, Any]:
    """Give memory, effector and exhausted cells in blood, and the patient's own lymphocytes."""
    niche, unseen = y.IL15 / (p.K15 + y.IL15), 1.0 - seen
    memory = p.muM * unseen * niche * y.M * room - p.kdif * seen * y.M + p.kreg * unseen * y.E
    grown = 2.0 * p.kdif * seen * y.M + p.muE * seen * niche * y.E * room
    return {
        "M": memory - (p.dM + depletion) * y.M,
        "E": grown - (p.dE + p.kex * seen + p.kreg * unseen + depletion) * y.E,
        "X": p.kex * seen * y.E - (p.dX + depletion) * y.X,
        "L": p.kL * niche * (y.L + 0.002) * (1.0 - y.L / p.Lmax) - depletion * y.L,
    }


def _lesion(y: Values, p: Values, j: int, antigen: Any, room: Any, depletion: Any) -> dict[str, Any]:
    """Give one lesion: effectors inside, the three clones, and what it takes from and gives to the blood."""
    inside, clones = y[f"I{j}"], [y[f"B{j}{c}"] for c in CLONES]
    total = sum(clones)
    share = antigen / (antigen + p.KA)
    entering = p.ktr * y.E * total / (total + p.Kb)
    growth = p.muI * share / (1.0 + p.sup * total / p.Kb) * room
    kill = p.kk * inside / (p.Kk + total + 0.01 * inside)
    beside = p.kby * y.IFN + p.kcyB * y.CY
    alive = [clone / (clone + ONE_CELL) for clone in clones]
    net = [CLONE_GROWTH[c] * p[f"g{j}"] * (1.0 - total / p.Kl) * alive[c] for c in CLONES]
    return {
        f"I{j}": entering + (growth - p.kexI * share - p.dE - p.kout - depletion) * inside,
        f"B{j}0": (net[0] - kill - beside - p.mut) * clones[0],
        f"B{j}1": (net[1] - kill * p.aglow - beside - p.mut) * clones[1] + p.mut * clones[0] * alive[0],
        f"B{j}2": (net[2] - beside) * clones[2] + p.mut * clones[1] * alive[1],
        "entering": entering,
        "tiring": p.kexI * share * inside,
        "engaged": share * inside,
    }


def _messengers(y: Values, p: Values, engaged: Any, seen: Any, depletion: Any) -> dict[str, Any]:
    """Give interleukins 15 and 6, interferon gamma and the share of activated macrophages."""
    free = 1.0 / (1.0 + y.TOC / 3.0)
    driven = p.kmac * y.IFN / (p.KIFN + y.IFN) * (1.0 + 3.0 * free * y.IL6 / (y.IL6 + 800.0))
    return {
        "IL15": p.ks15 * (1.0 + 0.2 * depletion) - p.cl15 * y.IL15 - p.u15 * y.L * y.IL15,
        "IL6": 5.0 * p.cl6 + p.k6 * y.MAC - p.cl6 * (0.35 + 0.65 * free) * y.IL6,
        "IFN": p.kifn * (engaged + 0.2 * seen * y.E) - p.clifn * y.IFN,
        "MAC": driven * (1.0 - y.MAC) - p.dmac * y.MAC,
    }


def _marrow(y: Values, p: Values) -> dict[str, Any]:
    """Give the neutrophils: dividing, three in transit, in blood."""
    pace = 4.0 / p.MTT
    harm = 0.25 * p.slC * y.CY + 0.2 * p.slF * y.FLU + 0.05 * y.IFN / (p.KIFN + y.IFN)
    call = (NEUTROPHILS_0 / (y.N + 1e-6)) ** p.gam
    chain = zip(("T1", "T2", "T3", "N"), ("P", "T1", "T2", "T3"), strict=True)
    return {"P": pace * y.P * ((1.0 - harm) * call - 1.0)} | {at: pace * (y[fro] - y[at]) for at, fro in chain}


def build_model() -> Model:
    """Write the equations as the engine's model."""
    return Model("28 states", STATES, PARAMETERS, derivatives, jumps=JUMPS)


def visit_days() -> Floats:
    """Return the 169 days: daily, twice daily from day 7 to 63, then every two weeks."""
    stretches: list[Any] = [
        np.arange(0.0, 7.0),
        np.arange(7.0, 63.0, 0.5),
        np.arange(63.0, HORIZON_DAYS, 14.0),
        [HORIZON_DAYS],
    ]
    return np.unique(np.concatenate(stretches))


def problem(patients: int) -> Problem:
    """Draw the patients: parameters log-normal around their medians, burden, clones, lymphocytes and dose too."""
    keys, streams = Keys.of(0, np.arange(patients)), Streams(SEED)
    medians, spreads = np.array(list(MEDIAN_AND_SPREAD.values())).T
    drawn = np.clip(streams.normal("benchmark.parameters", keys, len(PARAMETERS)), -3.0, 3.0)
    parameters = medians * np.exp(spreads * drawn)
    start = streams.normal("benchmark.start", keys, 7)
    initial = _starting_state(Values(PARAMETERS, parameters), start)
    amount = np.ones((patients, len(DOSE_DAY)))
    amount[:, DOSE_KIND == 1] = (250.0 * np.exp(0.4 * start[:, 6]))[:, None]
    return Problem(
        "28 states", build_model(), parameters, initial, DOSE_DAY, DOSE_KIND, amount, visit_days(), absolute=1e-3
    )


def _starting_state(p: Values, drawn: Floats) -> Floats:
    """Give burden by lesion and clone, lymphocytes and what is in balance with them."""
    initial = np.zeros((len(drawn), len(STATES)))
    low = np.minimum(0.08 * np.exp(0.8 * drawn[:, 3]), 0.6)
    negative = np.minimum(0.002 * np.exp(drawn[:, 4]), 0.2)
    burden = 8.0 * np.exp(0.9 * np.clip(drawn[:, :3], -2.5, 2.5))
    for j in LESIONS:
        for c, share in enumerate((1.0 - low - negative, low, negative)):
            initial[:, STATES.index(f"B{j}{c}")] = burden[:, j] * share
    own = np.minimum(p.Lmax, np.exp(0.3 * drawn[:, 5]))
    balanced = {"L": own, "IL15": p.ks15 / (p.cl15 + p.u15 * own), "IL6": 5.0}
    for name, value in (balanced | dict.fromkeys(("P", "T1", "T2", "T3", "N"), NEUTROPHILS_0)).items():
        initial[:, STATES.index(name)] = value
    return initial
