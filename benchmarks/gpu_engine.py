"""How many patients per second does a graphics processor integrate, and are they the processor's patients?

Two problems: the 24-state benchmark of `engine_vs_scipy.py` and the full kinetics model for a year. Both are first run
on one processor core by the lanes; a graphics processor's states must agree to 1e-6 of each state's largest value in
time. Prints one JSON document. Where no graphics processor is, it says {"gpu": null} and ends without error; with
NUMBA_ENABLE_CUDASIM=1 the same lines run in numba's simulator (slow: use --patients 2 --days 30).

    python benchmarks/gpu_engine.py [--patients 65536] [--rounds 3] [--days 365] [--dtype f8] [--problem all]
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from adoptive.solve import Engine, Events, Model, compile_model

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "tests" / "kinetics")]
ALLOWED = {"f8": 1e-6, "f4": 1e-3}
PROBLEMS = ("states-24", "kinetics")


def device() -> str | None:
    """Name the graphics processor, or None."""
    try:
        import numba_cuda  # noqa: F401
        from numba import cuda
    except ImportError:
        return None
    if not cuda.is_available():
        return None
    if cuda.config.ENABLE_CUDASIM:
        return "simulator"
    name = cuda.get_current_device().name
    return name.decode() if isinstance(name, bytes) else str(name)


def many_rates(patients: int, days: float) -> tuple[Model, Any, Any, dict[str, Any]]:
    """Return the invented stiff system with five doses."""
    import engine_vs_scipy as other

    parameters, initial = other.population(patients)
    day, kind = np.tile(other.DOSE_DAYS, (patients, 1)), np.tile(other.DOSE_KINDS, (patients, 1))
    events, visits = Events(day, kind, np.ones(day.shape)), other.VISITS[other.VISITS <= days]
    return other.model(), parameters, initial, {"visits": visits, "events": events, "rtol": 1e-6, "atol": 1e-9}


def kinetics(patients: int, days: float) -> tuple[Model, Any, Any, dict[str, Any]]:
    """Return the full model: a mixed crowd under lymphodepletion and one infusion."""
    from typical_patient import body_of, cohort_of, treatment

    from adoptive.kinetics.equations import build_model
    from adoptive.kinetics.physiology import parameter_names

    draw = np.random.default_rng(3)
    diameters = np.exp(0.4 * draw.standard_normal((patients, 5))) * [30.0, 25.0, 18.0, 15.0, 0.0]
    body, plan = body_of(cohort_of(patients, diameters_mm=diameters)), treatment(patients)
    body = body.replace(**{n: body.of(n) * np.exp(0.33 * draw.standard_normal(patients)) for n in ("pE", "kc", "k6")})
    options = {"survival_draws": body.survival_draws, "rtol": 1e-5, "atol": 1e-7}
    events, visits = Events(plan.day, plan.kind, plan.amount), np.arange(0.0, days + 1.0, 7.0)
    return build_model(parameter_names()), body.values, body.initial, {"visits": visits, "events": events, **options}


def timed(engine: Engine, problem: tuple[Any, ...], days: float) -> tuple[float, Any]:
    """Return wall seconds and the patients."""
    _, parameters, initial, options = problem
    begun = time.perf_counter()
    run = engine.run(parameters, initial, start=0.0, stop=days, **options)
    return time.perf_counter() - begun, run


def measure(name: str, *, patients: int, rounds: int, days: float, dtype: str) -> dict[str, Any]:
    """Run one problem on both, the rounds interleaved, and compare."""
    problem = {"states-24": many_rates, "kinetics": kinetics}[name](patients, days)
    lanes, graphics = compile_model(problem[0]), compile_model(problem[0], backend="cuda", dtype=dtype)
    first, there = timed(graphics, problem, days)
    _, here = timed(lanes, problem, days)
    seconds = [(timed(lanes, problem, days)[0], timed(graphics, problem, days)[0]) for _ in range(rounds)]
    size = np.abs(here.states).max(axis=1, keepdims=True) + problem[3]["atol"]
    worst = float((np.abs(there.states - here.states) / size).max())
    core, card = np.median(np.array(seconds), axis=0)
    return {
        "states": len(problem[0].states),
        "rtol": problem[3]["rtol"],
        "first_run_with_compilation_s": round(first, 3),
        "patients_per_s": patients / card,
        "patients_per_s_one_core": patients / core,
        "ratio_to_one_core": core / card,
        "difference_from_cpu": worst,
        "agrees": bool(worst <= ALLOWED[dtype] and not there.failure.any()),
    }


def main() -> None:
    """Print one JSON document; exit 1 where the results disagree."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--patients", type=int, default=65536)
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--days", type=float, default=365.0)
    reader.add_argument("--dtype", choices=sorted(ALLOWED), default="f8")
    reader.add_argument("--problem", choices=("all", *PROBLEMS), default="all")
    asked = reader.parse_args()
    found = device()
    if found is None:
        print(json.dumps({"gpu": None}))
        return
    options = {"patients": asked.patients, "rounds": asked.rounds, "days": asked.days, "dtype": asked.dtype}
    chosen = PROBLEMS if asked.problem == "all" else (asked.problem,)
    results = {name: measure(name, **options) for name in chosen}
    print(
        json.dumps(
            {"gpu": found, "machine": platform.processor() or platform.machine(), **options, **results}, indent=1
        )
    )
    sys.exit(0 if all(result["agrees"] for result in results.values()) else 1)


if __name__ == "__main__":
    main()
