"""How much faster is the ensemble engine than one patient after the other, at the error each really reaches?

The model is an invented stiff cell, cytokine and drug system of 24 states (rates from 1e-3 to 60 a day) with five doses
over two years. Peers restart at each dose: scipy LSODA with a numba-compiled right-hand side, and numbalsoda where
it is installed.
Rounds are interleaved, so that other load meets all alike; ratios are medians over rounds of peer time / engine time.

    python benchmarks/engine_vs_scipy.py [--patients 512] [--peer-patients 16] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from scipy.integrate import solve_ivp

from adoptive.solve import Events, Jump, Model, compile_model

LESIONS = 4
STATES = (
    *("M", "E", "X", "IL15", "IL6", "IFN", "drug", "depot"),
    *(f"{kind}{j}" for j in range(LESIONS) for kind in ("I", "H", "L", "D")),
)
MEDIANS = {
    "grow": 1.4,
    "differ": 0.6,
    "rest": 0.05,
    "die": 0.2,
    "tire": 0.06,
    "enter": 0.15,
    "leave": 0.1,
    "kill": 0.12,
    "half": 4.0,
    "hill": 1.3,
    "tumour": 0.012,
    "room": 150.0,
    "clear6": 28.0,
    "clear_ifn": 45.0,
    "make6": 900.0,
    "make_ifn": 60.0,
    "uptake": 2.0,
    "wash": 0.85,
}
DOSE_DAYS = np.array([2.0, 3.0, 4.0, 7.0, 35.0])
DOSE_KINDS = np.array([0, 0, 0, 1, 1])
VISITS = np.concatenate([np.arange(0.0, 63.0, 0.5), np.arange(63.0, 731.0, 14.0)])


def slopes(y: Any, p: Any) -> Any:
    """Return the derivatives as a tuple; y and p are sequences in the order of STATES and MEDIANS."""
    M, E, X, il15, il6, ifn, drug, depot = y[0], y[1], y[2], y[3], y[4], y[5], y[6], y[7]
    seen = 1e-9 + y[9] + 0.3 * y[10] + y[13] + 0.3 * y[14] + y[17] + 0.3 * y[18] + y[21] + 0.3 * y[22]
    signal = 1.0 / (1.0 + (p[8] / seen) ** p[9])
    niche, crowd = il15 / (25.0 + il15), 1.0 - (M + E + X) / 6e4
    inside = y[8] + y[12] + y[16] + y[20]
    out = (
        p[0] * 0.1 * (1.0 - signal) * niche * M * crowd
        - p[1] * signal * M
        + p[2] * (1.0 - signal) * E
        - 0.5 * drug * M,
        2.0 * p[1] * signal * M + p[0] * signal * niche * E * crowd - (p[3] + p[4] + p[2] + 0.5 * drug) * E,
        p[4] * signal * E - (0.1 + 0.5 * drug) * X,
        240.0 * (1.0 + 0.3 * drug) - (6.0 + 2e-3 * (M + E)) * il15,
        p[14] * ifn / (300.0 + ifn) + 5.0 * p[12] - p[12] * il6,
        p[15] * (inside * signal + 0.1 * E * signal) - p[13] * ifn,
        p[16] * depot - p[17] * drug,
        -p[16] * depot,
        *lesion(y[8], y[9], y[10], y[11], E, drug, crowd, p),
        *lesion(y[12], y[13], y[14], y[15], E, drug, crowd, p),
        *lesion(y[16], y[17], y[18], y[19], E, drug, crowd, p),
        *lesion(y[20], y[21], y[22], y[23], E, drug, crowd, p),
    )
    return out


def lesion(inside: Any, high: Any, low: Any, dead: Any, effectors: Any, drug: Any, crowd: Any, p: Any) -> Any:
    """Return the derivatives of one lesion: cells inside, tumour of high and low antigen, debris."""
    total = high + low
    engaged = (high + 0.3 * low) / (high + 0.3 * low + p[8])
    kill = p[7] * inside / (p[8] + total + 0.01 * inside)
    room = p[10] * (1.0 - total / p[11])
    return (
        p[5] * effectors * total / (total + p[8]) + (0.8 * engaged * crowd - p[6] - p[3] - 0.1 * engaged) * inside,
        (room - kill - 0.02 * drug) * high,
        (0.95 * room - 0.3 * kill - 0.02 * drug) * low,
        kill * (high + 0.3 * low) - 0.09 * dead,
    )


fast_lesion = numba.njit(lesion)


def compiled_slopes() -> Callable[[float, Any, Any], Any]:
    """Compile the same text with numba for scipy."""
    space = dict(globals()) | {"lesion": fast_lesion}
    text = numba.njit(type(slopes)(slopes.__code__, space, "slopes"))

    @numba.njit
    def right_hand_side(_: float, y: Any, p: Any) -> Any:
        return np.array(text(y, p))

    return right_hand_side


def model() -> Model:
    """Write the same text as the engine's model."""
    names = tuple(MEDIANS)

    def rhs(y: Any, p: Any) -> dict[str, Any]:
        return dict(zip(STATES, slopes([y[s] for s in STATES], [p[n] for n in names]), strict=True))

    return Model(
        "benchmark", STATES, names, rhs, jumps=(Jump("drug", {"depot": 3.0}), Jump("cells", {"M": 80.0, "E": 150.0}))
    )


def population(count: int) -> tuple[Any, Any]:
    """Draw log-normal parameters and initial values."""
    rng = np.random.default_rng(2)
    parameters = np.array(list(MEDIANS.values())) * np.exp(
        0.25 * np.clip(rng.standard_normal((count, len(MEDIANS))), -2, 2)
    )
    initial = np.zeros((count, len(STATES)))
    initial[:, 3], initial[:, 4] = 40.0, 5.0
    for j in range(LESIONS):
        burden = 8.0 * np.exp(0.7 * rng.standard_normal(count))
        initial[:, 9 + 4 * j], initial[:, 10 + 4 * j] = 0.92 * burden, 0.08 * burden
    return parameters, initial


def with_scipy(rhs: Any, parameters: Any, initial: Any, method: str, rtol: float, atol: float) -> Any:
    """Integrate one patient after the other, restarting at each dose."""
    out = np.zeros((len(initial), len(VISITS), len(STATES)))
    for i, start in enumerate(initial):
        y, day = start.copy(), 0.0
        out[i, 0] = y
        for until, kind in [*zip(DOSE_DAYS, DOSE_KINDS, strict=True), (VISITS[-1], -1)]:
            here = (VISITS > day) & (VISITS <= until)
            at = np.unique(np.append(VISITS[here], until))
            part = solve_ivp(rhs, (day, until), y, method, t_eval=at, rtol=rtol, atol=atol, args=(parameters[i],))
            out[i, here] = part.y.T[np.searchsorted(at, VISITS[here])]
            y, day = part.y[:, -1].copy(), until
            y[7] += 3.0 * (kind == 0)
            y[:2] += np.array([80.0, 150.0]) * (kind == 1)
    return out


def with_numbalsoda(parameters: Any, initial: Any, rtol: float, atol: float) -> Callable[[], Any] | None:
    """Prepare the same with numbalsoda, or None where it is not installed."""
    try:
        import numbalsoda
    except ImportError:
        return None
    text = numba.njit(type(slopes)(slopes.__code__, dict(globals()) | {"lesion": fast_lesion}, "slopes"))
    states, count = len(STATES), len(MEDIANS)

    @numba.cfunc(numbalsoda.lsoda_sig)
    def rhs(_: float, y: Any, dy: Any, p: Any) -> None:
        result = np.array(text(numba.carray(y, (states,)), numba.carray(p, (count,))))
        for k in range(states):
            dy[k] = result[k]

    def run() -> Any:
        out = np.zeros((len(initial), len(VISITS), states))
        for i, start in enumerate(initial):
            y, day = start.copy(), 0.0
            out[i, 0] = y
            for until, kind in [*zip(DOSE_DAYS, DOSE_KINDS, strict=True), (VISITS[-1], -1)]:
                here = (VISITS > day) & (VISITS <= until)
                at = np.unique(np.concatenate([[day], VISITS[here], [until]]))
                part, _ = numbalsoda.lsoda(rhs.address, y, at, parameters[i], rtol=rtol, atol=atol)
                out[i, here] = part[np.searchsorted(at, VISITS[here])]
                y, day = part[-1].copy(), until
                y[7] += 3.0 * (kind == 0)
                y[:2] += np.array([80.0, 150.0]) * (kind == 1)
        return out

    return run


def timed(work: Callable[[], Any], patients: int) -> tuple[float, Any]:
    """Return processor milliseconds per patient and the result."""
    begun = time.process_time()
    result = work()
    return (time.process_time() - begun) / patients * 1e3, result


def main() -> None:
    """Run the rounds and print one JSON document."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("--patients", 512), ("--peer-patients", 16), ("--rounds", 3)):
        reader.add_argument(name, type=int, default=default)
    asked = reader.parse_args()
    parameters, initial = population(asked.patients)
    few_p, few_y = parameters[: asked.peer_patients], initial[: asked.peer_patients]
    engine, rhs = compile_model(model()), compiled_slopes()
    schedule = Events(*(np.tile(x, (asked.patients, 1)) for x in (DOSE_DAYS, DOSE_KINDS, np.ones(5))))

    def with_engine(rtol: float) -> Callable[[], Any]:
        options: dict[str, Any] = {"start": 0.0, "stop": VISITS[-1], "visits": VISITS, "events": schedule}
        return lambda: engine.run(parameters, initial, rtol=rtol, atol=rtol * 1e-3, **options).states

    work: dict[str, tuple[Callable[[], Any], int]] = {
        "engine 1e-6": (with_engine(1e-6), asked.patients),
        "engine 1e-5": (with_engine(1e-5), asked.patients),
        "scipy LSODA 1e-6, numba rhs": (lambda: with_scipy(rhs, few_p, few_y, "LSODA", 1e-6, 1e-9), len(few_y)),
    }
    if peer := with_numbalsoda(few_p, few_y, 1e-6, 1e-9):
        work["numbalsoda 1e-6"] = (peer, len(few_y))
    reference = with_scipy(rhs, few_p, few_y, "LSODA", 1e-11, 1e-14)
    size = np.abs(reference) + 1e-3 * np.abs(reference).max(axis=1, keepdims=True) + 1e-12
    for do, _ in work.values():
        do()
    times: dict[str, list[float]] = {name: [] for name in work}
    errors: dict[str, float] = {}
    for _ in range(asked.rounds):
        for name, (do, count) in work.items():
            spent, states = timed(do, count)
            times[name].append(spent)
            worst = (np.abs(states[: len(few_y)] - reference) / size).max(axis=(1, 2))
            errors[name] = float(np.median(worst))
    own = np.array(times["engine 1e-6"])
    report = {
        "machine": f"{platform.machine()} {platform.processor()}, vectors of {engine.width}, numba {numba.__version__}",
        "rounds": asked.rounds,
        "ms_per_patient": {name: float(np.median(t)) for name, t in times.items()},
        "median_error": errors,
        "ratio_to_engine_1e-6": {name: float(np.median(np.array(t) / own)) for name, t in times.items()},
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
