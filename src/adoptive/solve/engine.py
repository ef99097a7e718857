"""Compile a model and run patients through it: the engine's front door."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from adoptive.errors import SolveError
from adoptive.solve.blocks import in_blocks
from adoptive.solve.cache import recall, source_fingerprint
from adoptive.solve.declared import (
    clone_arrays,
    jump_arrays,
    regimen_arrays,
    scan_arrays,
    scan_sizes,
    text_arrays,
    trigger_arrays,
)
from adoptive.solve.diary import Diary, lay_out, open_page, read_diary
from adoptive.solve.driver import load_loop
from adoptive.solve.kernels import ROUTINES, routine_names, write_kernels
from adoptive.solve.lanes import make_table
from adoptive.solve.methods import METHODS, Method
from adoptive.solve.native import NativeCode, host, lane_width, to_object_code
from adoptive.solve.regimens import Regimen
from adoptive.solve.scans import Scans
from adoptive.solve.shapes import as_array, places, spread
from adoptive.solve.trace import Traced, trace
from adoptive.solve.types import Ensemble, Events, Floats, Model, Trigger

__all__ = ["Engine", "compile_model"]

T = TypeVar("T")
_SIZES = struct.Struct("<qqq")
_BAD_INPUT = 4
_SOON_DONE = 500  # patients for whom no thread is started


def compile_model(
    model: Model, *, width: int | None = None, solver: str = "rodas5p", backend: str = "lanes", dtype: str = "f8"
) -> Engine:
    """Compile a model for this machine, or fetch it from the cache if its equations were compiled before.

    Arguments: `width` is the number of patients per vector (2, 4 or 8; default: what the processor's registers hold);
    `solver` is rodas5p (stiff, order 5), rodas4 (stiff, order 4, fewer stages: for tolerances of 1e-4 and above) or
    tsit5 (explicit, order 5: for models without fast rates).
    `backend` is "lanes", or patient by patient "scalar", "cuda" or "plain" (see `solve.solo`); these also offer `dtype`
    "f4", single precision.
    Raises SolveError where the model's names or equations do not fit together, or where the backend does not offer what
    is asked.
    """
    if backend != "lanes":
        if width is not None:
            raise SolveError("only the lanes have a width", value=backend, next_step="leave width out")
        from adoptive.solve.solo import SoloEngine

        return SoloEngine(model, backend=backend, dtype=dtype, solver=solver)
    if dtype != "f8":
        raise SolveError("the lanes compute in double precision", value=dtype, next_step='use backend="scalar"')
    return Engine(model, width=width, solver=solver)


class Engine:
    """Integrate ensembles of one compiled model."""

    def __init__(self, model: Model, *, width: int | None = None, solver: str = "rodas5p") -> None:
        self.model, self.width, self.solver = model, width or lane_width(), solver
        if solver not in METHODS:
            raise SolveError("no such solver", value=solver, allowed=", ".join(METHODS))
        self._method = METHODS[solver]
        if self.width not in (2, 4, 8):
            raise SolveError("no such vector width", value=width, allowed="2, 4 or 8")
        traced = trace(model)
        self._signals, self._rates = tuple(traced.signals), tuple(traced.rates)
        self._jumps = {**jump_arrays(model), **text_arrays(model, traced, len(ROUTINES))}
        kept = recall(
            f"{_key(model, traced, self.width, solver)}.kernels", lambda: _compile(traced, self.width, self._method)
        )
        self._rows, self._entries, first = _SIZES.unpack_from(kept)
        objects = kept[_SIZES.size :]
        self._code = NativeCode([objects[:first], objects[first:]], routine_names(traced))

    def run(
        self,
        parameters: ArrayLike,
        initial: ArrayLike,
        *,
        start: ArrayLike,
        stop: ArrayLike,
        visits: ArrayLike,
        record: Sequence[str] | None = None,
        events: Events | None = None,
        triggers: Sequence[Trigger] = (),
        regimens: Sequence[Regimen] = (),
        scans: Scans | None = None,
        survival_draws: ArrayLike | None = None,
        rtol: float = 1e-5,
        atol: float = 1e-8,
        threads: int = 1,
        fired_before: ArrayLike | None = None,
        last_fired: ArrayLike | None = None,
        carry: ArrayLike | None = None,
        most_steps: int = 100_000,
        fixed_step: float | None = None,
    ) -> Ensemble:
        """Integrate every patient from start to stop, own step size each.

        Parameters
        ----------
        parameters, initial
            ``(patients, parameters)`` and ``(patients, states)`` in the model's order.
        start, stop
            Days, one or ``(patients,)``. Events on `stop` itself are left to the leg that starts there.
        visits
            ``(visits,)`` ascending days shared by all. A visit shows the value before jumps of the same moment.
        record
            States to write at visits (default all).
        events, triggers
            Scheduled jumps, and jumps that a signal sets off.
        regimens, scans
            Treatment that reacts to the patient's state, and the scans that it may react to.
        survival_draws
            ``(patients, clones)`` uniforms in model.clones order: a clone or population that falls below one cell dies
            where the draw is under death/birth. Later falls use hashes of the draw. Default 0: it always dies.
        rtol, atol
            Relative tolerance; absolute tolerance in units of each state's scale.
        fired_before, last_fired
            `Ensemble.fired` and `Ensemble.last_fired` of the leg before, where no more than triggers must go on.
        carry
            `Ensemble.carry` of the leg before, with which everything goes on: splitting a run changes nothing.
        fixed_step
            Days: take all steps alike, without error control (for checks of the method itself).

        Raises SolveError on shapes, names or numbers that do not fit. A patient who cannot be integrated is no error:
        see `Ensemble.failure`.
        """
        y = as_array("initial", initial, (None, len(self.model.states)))
        patients = len(y)
        when = _times(start, stop, visits, patients)
        told: dict[str, Any] = {
            "parameters": as_array("parameters", parameters, (patients, len(self.model.parameters))),
            "initial": y,
            **when,
            "record": places(self.model.states if record is None else record, self.model.states, "record"),
            **_event_arrays(Events.none(patients) if events is None else events, patients, len(self.model.jumps)),
            **self._jumps,
            **trigger_arrays(triggers, self.model, self._signals, patients),
            **regimen_arrays(regimens, self.model, self._signals, patients),
            **scan_arrays(scans, patients),
            **clone_arrays(self.model, self._rates, survival_draws, patients),
            **self._tolerances(rtol, atol),
            "fixed": np.array([fixed_step or 0.0]),
        }
        plan = lay_out(len(triggers), len(self.model.clones), regimens, scans)
        told["regimen_column"] = np.array(plan.regimen_column, np.int64)
        page = open_page(plan, told, regimens, scans, carry=carry, fired_before=fired_before, last_fired=last_fired)
        result = _blank(told) | page
        sizes = self._sizes(told, plan, scan_sizes(scans, self.model, self._signals), most_steps)
        self._integrate(sizes, told | result, threads)
        return _as_ensemble(result, plan)

    def _integrate(self, sizes: dict[str, int], arrays: dict[str, Any], threads: int) -> None:
        """Integrate everybody; results are written into the arrays."""
        _integrate(sizes, arrays | {"kernels": np.array(self._code.addresses, np.int64)}, threads)

    def run_reduced(
        self,
        reduce: Callable[[slice, Ensemble], T],
        parameters: ArrayLike,
        initial: ArrayLike,
        *,
        block: int | None = None,
        **options: Any,
    ) -> list[T]:
        """Integrate block after block and return what `reduce(rows, ensemble)` makes of each, in the patients' order.

        Memory holds one block's visits at a time; a patient's numbers are those of `run`, whatever the block.
        Arguments: `rows` are the block's places among all patients; `block` is the number of patients in one (default:
        as many as write 64 MB of visits, at most 4096); `options` as in `run`.
        """
        return in_blocks(self.run, reduce, {"parameters": parameters, "initial": initial, **options}, block=block)

    def _sizes(self, told: dict[str, Any], plan: Diary, scans: dict[str, int], most_steps: int) -> dict[str, int]:
        return {
            "width": self.width,
            "at_once": self.width,
            "states": len(self.model.states),
            "given": len(self.model.parameters),
            "rows": self._rows,
            "entries": self._entries,
            "stage_count": self._method.stages,
            "ahead": 0 if self._method.implicit else len(self.model.states),
            "signals": len(self._signals),
            "rate_rows": len(self._rates),
            "visit_count": len(told["visits"]),
            "recorded": len(told["record"]),
            "events": told["event_day"].shape[1],
            "triggers": len(told["trigger_signal"]),
            "clones": len(self.model.clones),
            "most_fired": int(told["trigger_most"].max(initial=0)),
            "most_steps": most_steps,
            "columns": plan.columns,
            "clone_column": plan.clone_column,
            "scan_column": plan.scan_column,
            **scans,
            "regimens": len(plan.regimen_column),
            "doses": len(told["dose_jump"]),
            "gates": len(told["gate_signal"]),
            "widest_text": int(np.diff(told["text_first"]).max(initial=0)),
        }

    def _tolerances(self, rtol: float, atol: float) -> dict[str, Any]:
        scale = np.array([float(self.model.scale.get(s, 1.0)) for s in self.model.states])
        if not (rtol > 0.0 and atol > 0.0 and (scale > 0.0).all()):
            raise SolveError("tolerances and scales must be above zero", value=(rtol, atol, scale.min()))
        return {"absolute": atol * scale, "relative": np.array([float(rtol)])}


def _key(model: Model, traced: Traced, width: int, solver: str) -> str:
    jumps = [(jump.name, sorted(jump.effect.items(), key=str)) for jump in model.jumps]
    parts = (traced.fingerprint(), repr(jumps), source_fingerprint(), str(width), solver, *host())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _compile(traced: Traced, width: int, method: Method) -> bytes:
    """Compile the model's modules, and the loop if it is not there yet, on two processors."""
    listing = write_kernels(traced, width, method)
    with ThreadPoolExecutor(2) as pool:  # the compiler works without the interpreter's lock
        loop = pool.submit(load_loop)
        objects = list(pool.map(to_object_code, listing.texts))
        loop.result()
    sizes = _SIZES.pack(listing.parameter_rows, listing.matrix_entries, len(objects[0]))
    return sizes + b"".join(objects)


def _times(start: ArrayLike, stop: ArrayLike, visits: ArrayLike, patients: int) -> dict[str, Floats]:
    start, stop = spread("start", start, patients), spread("stop", stop, patients)
    visits = as_array("visits", visits, (None,))
    if not (np.isfinite(start).all() and np.isfinite(stop).all() and (stop >= start).all()):
        raise SolveError("every patient needs finite days with start <= stop")
    if not (np.isfinite(visits).all() and (np.diff(visits) > 0.0).all()):
        raise SolveError("visits must be finite and strictly ascending")
    return {"start": start, "stop": stop, "visits": visits}


def _event_arrays(events: Events, patients: int, jumps: int) -> dict[str, Any]:
    day = as_array("event days", events.day, (patients, None))
    amount = as_array("event amounts", events.amount, day.shape)
    kind = np.ascontiguousarray(events.kind, np.int64)
    real = np.isfinite(day)
    if kind.shape != day.shape or (real & ((kind < 0) | (kind >= jumps))).any():
        raise SolveError("event kinds must be places in the model's jumps", allowed=f"0 to {jumps - 1}")
    if np.isnan(day).any() or (day[:, 1:] < day[:, :-1]).any():
        raise SolveError("event days must ascend within each patient, inf last")
    return {"event_day": day, "event_kind": kind, "event_amount": amount}


def _blank(told: dict[str, Any]) -> dict[str, Any]:
    """Return the arrays that the driver fills, the diary and the triggers' counts aside."""
    initial, patients, triggers = told["initial"], len(told["initial"]), told["trigger_most"]
    bad = ~np.isfinite(initial).all(axis=1) | np.isnan(told["parameters"]).any(axis=1)
    return {
        "at_visits": np.empty((patients, len(told["visits"]), len(told["record"]))),
        "final": np.nan_to_num(initial, posinf=0.0, neginf=0.0),
        "failure": np.where(bad, _BAD_INPUT, 0),
        "steps": np.zeros(patients, np.int64),
        "fired_day": np.full((patients, len(triggers), int(triggers.max(initial=0))), np.inf),
    }


def _as_ensemble(result: dict[str, Any], plan: Diary) -> Ensemble:
    named = ("final", "failure", "steps", "fired_day", "fired", "last_fired")
    return Ensemble(
        states=result["at_visits"],
        **{name: result[name] for name in named},
        **read_diary(plan, result["diary"]),
        carry=np.concatenate([result["diary"], result["fired"], result["last_fired"]], axis=1),
    )


def _integrate(sizes: dict[str, int], arrays: dict[str, Any], threads: int) -> None:
    """Let each thread take patients from one queue; an interrupt closes the queue."""
    patients, loop = len(arrays["initial"]), load_loop()
    if threads < 1:
        raise SolveError("threads must be at least 1", value=threads)
    queue = np.zeros(1, np.int64)

    def work(_: int) -> None:
        table, _memory = make_table(sizes, arrays | {"queue": queue})
        loop(table.ctypes.data, patients)

    threads = min(threads, max(-(-patients // sizes["width"]), 1))
    if threads == 1 and patients <= _SOON_DONE:
        return work(0)
    with ThreadPoolExecutor(threads) as pool:
        try:
            list(pool.map(work, range(threads)))
        except BaseException:
            queue[0] = patients
            raise
