"""The problems that are sent out and simulated elsewhere: each a model, a patient, events and triggers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from adoptive.solve import Events, Jump, Model, Trigger, Values, compile_model
from model_texts import DOSED, MIXTURE


@dataclass(frozen=True)
class Problem:
    """Hold one patient's problem and the days on which it is compared (none of them the day of a jump)."""

    model: Model
    parameters: np.ndarray
    initial: np.ndarray
    days: np.ndarray
    events: Events | None = None
    triggers: tuple[Trigger, ...] = ()

    def ours(self, rtol: float = 1e-10, atol: float = 1e-11) -> Any:
        return compile_model(self.model).run(
            self.parameters[None, :],
            self.initial[None, :],
            start=0.0,
            stop=float(self.days[-1]),
            visits=self.days,
            events=self.events,
            triggers=self.triggers,
            rtol=rtol,
            atol=atol,
        )


def schedule(*rows: tuple[float, int, float]) -> Events:
    days, kinds, amounts = zip(*rows, strict=True)
    return Events(np.array([days]), np.array([kinds], np.int64), np.array([amounts]))


def dosed() -> Problem:
    """Doses, two on one day, and a trigger that is crossed more often than it may fire."""
    events = schedule((0.0, 0, 4.0), (1.3, 0, 5.0), (1.3, 0, 1.0), (3.05, 0, 6.0), (5.55, 0, 6.0), (7.7, 0, 6.0))
    trigger = Trigger("cytokine", "rescue", 2.4, 1.0, 0.25, 2.0, 2)
    values = np.array([2.0, 1.5, 0.8, 30.0, 6.0, 1.6, 0.7])
    days = np.arange(0.125, 12.0, 0.25)
    return Problem(DOSED, values, np.array([0.0, 0.0, 0.1, 0.0]), days, events, (trigger,))


def mixture() -> Problem:
    return Problem(MIXTURE, np.array([0.7, 1.9, 1.4]), np.array([0.4, 0.2, -0.3, 0.6]), np.arange(0.0, 3.01, 0.25))


LESIONS = 4
STIFF_STATES = (
    *("M", "E", "X", "IL15", "IL6", "IFN", "drug", "depot"),
    *(f"{kind}{j}" for j in range(LESIONS) for kind in ("I", "H", "L", "D")),
)
STIFF_MEDIANS = {
    **{"grow": 1.4, "differ": 0.6, "rest": 0.05, "die": 0.2, "tire": 0.06, "enter": 0.15, "leave": 0.1, "kill": 0.12},
    **{"half": 4.0, "hill": 1.3, "tumour": 0.012, "room": 150.0, "clear6": 28.0, "clear_ifn": 45.0, "make6": 900.0},
    **{"make_ifn": 60.0, "uptake": 2.0, "wash": 0.85},
}


def stiff_text(y: Values, p: Values) -> dict[str, Any]:
    """The invented cell, cytokine and drug system of the engine's benchmark: rates from 1e-3 to 60 a day."""
    seen = 1e-9 + sum(y[f"H{j}"] + 0.3 * y[f"L{j}"] for j in range(LESIONS))
    signal = 1.0 / (1.0 + (p.half / seen) ** p.hill)
    niche, crowd = y.IL15 / (25.0 + y.IL15), 1.0 - (y.M + y.E + y.X) / 6e4
    inside = sum(y[f"I{j}"] for j in range(LESIONS))
    out = {
        "M": p.grow * 0.1 * (1.0 - signal) * niche * y.M * crowd
        - p.differ * signal * y.M
        + p.rest * (1.0 - signal) * y.E
        - 0.5 * y.drug * y.M,
        "E": 2.0 * p.differ * signal * y.M
        + p.grow * signal * niche * y.E * crowd
        - (p.die + p.tire + p.rest + 0.5 * y.drug) * y.E,
        "X": p.tire * signal * y.E - (0.1 + 0.5 * y.drug) * y.X,
        "IL15": 240.0 * (1.0 + 0.3 * y.drug) - (6.0 + 2e-3 * (y.M + y.E)) * y.IL15,
        "IL6": p.make6 * y.IFN / (300.0 + y.IFN) + 5.0 * p.clear6 - p.clear6 * y.IL6,
        "IFN": p.make_ifn * (inside * signal + 0.1 * y.E * signal) - p.clear_ifn * y.IFN,
        "drug": p.uptake * y.depot - p.wash * y.drug,
        "depot": -p.uptake * y.depot,
    }
    for j in range(LESIONS):
        out |= stiff_lesion(y, p, crowd, j)
    return out


def stiff_lesion(y: Values, p: Values, crowd: Any, j: int) -> dict[str, Any]:
    cells, high, low = y[f"I{j}"], y[f"H{j}"], y[f"L{j}"]
    total = high + low
    engaged = (high + 0.3 * low) / (high + 0.3 * low + p.half)
    kill = p.kill * cells / (p.half + total + 0.01 * cells)
    room = p.tumour * (1.0 - total / p.room)
    return {
        f"I{j}": p.enter * y.E * total / (total + p.half) + (0.8 * engaged * crowd - p.leave - p.die) * cells,
        f"H{j}": (room - kill - 0.02 * y.drug) * high,
        f"L{j}": (0.95 * room - 0.3 * kill - 0.02 * y.drug) * low,
        f"D{j}": kill * (high + 0.3 * low) - 0.09 * y[f"D{j}"],
    }


STIFF = Model(
    "stiff",
    STIFF_STATES,
    tuple(STIFF_MEDIANS),
    stiff_text,
    jumps=(Jump("drug", {"depot": 3.0}), Jump("cells", {"M": 80.0, "E": 150.0})),
)


def stiff() -> Problem:
    initial = dict.fromkeys(STIFF_STATES, 0.0) | {"IL15": 40.0, "IL6": 5.0}
    for j, burden in enumerate((8.0, 5.0, 14.0, 9.0)):
        initial |= {f"H{j}": 0.92 * burden, f"L{j}": 0.08 * burden}
    events = schedule((2.0, 0, 1.0), (3.0, 0, 1.0), (4.0, 0, 1.0), (7.0, 1, 1.0), (35.0, 1, 1.0))
    values = np.array(list(STIFF_MEDIANS.values()))
    return Problem(STIFF, values, np.array(list(initial.values())), np.arange(0.25, 200.0, 3.5), events)


def whole() -> Problem:
    """The kinetics model of the product: one patient, lymphodepletion, cells, drugs, and the ward's reaction."""
    from adoptive.infusion.types import DRUGS

    plan = [
        *((float(d), "fludarabine", 1.0) for d in (1, 2, 3)),
        *((float(d), "cyclophosphamide", 1.0) for d in (2, 3)),
    ]
    plan += [(6.0, "infusion", 3e8), (9.0, "tocilizumab", 500.0), (10.0, "dexamethasone", 10.0)]
    plan += [(20.0, "pembrolizumab", 200.0), (41.0, "pembrolizumab", 200.0), (60.0, "infusion", 3e8)]
    plan += [(62.0, "interleukin 2", 1.0), (90.0, "chemotherapy", 0.02)]
    body, model = whole_patient()
    events = schedule(*((day, DRUGS.index(drug), amount) for day, drug, amount in sorted(plan)))
    ward = Trigger("il6_effective", "tocilizumab", 4.0, 560.0, 0.6, 1.1, 3)
    return Problem(model, body[0], body[1], np.arange(0.5, 150.0, 3.0), events, (ward,))


def whole_patient() -> tuple[tuple[np.ndarray, np.ndarray], Model]:
    """One patient of the bundled study and the model without its rule of extinction (which no other tool has)."""
    from dataclasses import replace

    from adoptive.cohort import draw_cohort
    from adoptive.kinetics import build_model, draw_physiology
    from adoptive.kinetics.physiology import parameter_names
    from adoptive.parameters import draw_typical, load_book
    from adoptive.streams import Keys, Streams
    from adoptive.workbench.study import load_study

    study, streams, keys = load_study("satri-cel"), Streams(11), Keys.of(0, np.arange(4))
    typical = draw_typical(load_book(), streams, trials=[0], fixed=True)
    cohort = draw_cohort(study.cohort, study.antigen, keys=keys, typical=typical, streams=streams)
    seen = {"wH": 1.0, "wL": 0.5, "wN": 0.0, "qH": 1.0, "qL": 0.3, "qN": 0.0}
    body = draw_physiology(
        cohort, typical, streams, visibility={k: np.full(4, v) for k, v in seen.items()}, tonic=np.ones(4)
    ).replace(k6=np.full(4, 2e-4), share_M=np.full(4, 0.5), share_E=np.full(4, 0.4), share_X=np.full(4, 0.1))
    model = replace(build_model(parameter_names()), clones={}, clone_rates=None, populations={})
    return (body.values[0], body.initial[0]), model
