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
from adoptive.solve.driver import load_loop
from adoptive.solve.kernels import ROUTINES, write_kernels
from adoptive.solve.lanes import make_table
from adoptive.solve.methods import METHODS, Method
from adoptive.solve.native import NativeCode, host, lane_width, to_object_code
from adoptive.solve.trace import Traced, trace
from adoptive.solve.types import Ensemble, Events, Floats, Ints, Model, Trigger

__all__ = ["Engine", "compile_model"]

T = TypeVar("T")
_SIZES = struct.Struct("<qqq")
_BAD_INPUT = 4
_SOON_DONE = 500  # patients for whom no thread is started


def compile_model(model: Model, *, width: int | None = None, solver: str = "rodas5p") -> Engine:
    """Compile a model for this machine, or fetch it from the cache if its equations were compiled before.

    Arguments: `width` is the number of patients per vector (2, 4 or 8; default: what the processor's registers hold);
    `solver` is rodas5p (stiff, order 5), rodas4 (stiff, order 4, fewer stages: for tolerances of 1e-4 and above) or
    tsit5 (explicit, order 5: for models without fast rates).
    Raises SolveError where the model's names or equations do not fit together.
    """
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
        kept = recall(
            f"{_key(model, traced, self.width, solver)}.kernels", lambda: _compile(traced, self.width, self._method)
        )
        self._rows, self._entries, first = _SIZES.unpack_from(kept)
        objects = kept[_SIZES.size :]
        self._code = NativeCode([objects[:first], objects[first:]], ROUTINES)

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
        survival_draws: ArrayLike | None = None,
        rtol: float = 1e-5,
        atol: float = 1e-8,
        threads: int = 1,
        fired_before: ArrayLike | None = None,
        last_fired: ArrayLike | None = None,
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
        survival_draws
            ``(patients, clones)`` uniforms in model.clones order: a clone that falls below one cell dies where the draw
            is under death/birth. Default 0: it always dies.
        rtol, atol
            Relative tolerance; absolute tolerance in units of each state's scale.
        fired_before, last_fired
            `Ensemble.fired` and `Ensemble.last_fired` of the leg before.
        fixed_step
            Days: take all steps alike, without error control (for checks of the method itself).

        Raises SolveError on shapes, names or numbers that do not fit. A patient who cannot be integrated is no error:
        see `Ensemble.failure`.
        """
        y = _array("initial", initial, (None, len(self.model.states)))
        patients = len(y)
        p = _array("parameters", parameters, (patients, len(self.model.parameters)))
        record = self.model.states if record is None else tuple(record)
        events = Events.none(patients) if events is None else events
        when = {
            "start": _spread("start", start, patients),
            "stop": _spread("stop", stop, patients),
            "visits": _array("visits", visits, (None,)),
            "record": _places(record, self.model.states, "record"),
        }
        _check_times(when)
        arrays = {
            "kernels": np.array(self._code.addresses, np.int64),
            "parameters": p,
            "initial": y,
            **when,
            **_event_arrays(events, patients, len(self.model.jumps)),
            **self._jump_arrays(),
            **self._trigger_arrays(triggers, patients),
            **self._clone_arrays(survival_draws, patients),
            **self._tolerances(rtol, atol),
            "control": np.array([-1.0 / self._method.error_order, fixed_step or 0.0]),
        }
        most = max((t.maximum for t in triggers), default=0)
        result = _blank(arrays, most, fired_before, last_fired)
        arrays |= result
        _integrate(self._sizes(arrays, most_steps), arrays, threads)
        return _as_ensemble(result)

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

    def _sizes(self, arrays: dict[str, Any], most_steps: int) -> dict[str, int]:
        return {
            "width": self.width,
            "states": len(self.model.states),
            "given": len(self.model.parameters),
            "rows": self._rows,
            "entries": self._entries,
            "stage_count": self._method.stages,
            "ahead": 0 if self._method.implicit else len(self.model.states),
            "signals": len(self._signals),
            "rate_rows": len(self._rates),
            "visit_count": len(arrays["visits"]),
            "recorded": len(arrays["record"]),
            "events": arrays["event_day"].shape[1],
            "triggers": len(arrays["trigger_signal"]),
            "clones": len(arrays["clone_state"]),
            "most_fired": arrays["fired_day"].shape[2],
            "most_steps": most_steps,
        }

    def _jump_arrays(self) -> dict[str, Any]:
        first, state, number, parameter = [0], [], [], []
        for jump in self.model.jumps:
            for name, factor in jump.effect.items():
                state.append(self.model.states.index(name))
                named = isinstance(factor, str)
                number.append(0.0 if named else float(factor))
                parameter.append(self.model.parameters.index(str(factor)) if named else -1)
            first.append(len(state))
        return {
            "jump_first": np.array(first, np.int64),
            "jump_state": np.array(state, np.int64),
            "jump_number": np.array(number, np.float64),
            "jump_parameter": np.array(parameter, np.int64),
        }

    def _trigger_arrays(self, triggers: Sequence[Trigger], patients: int) -> dict[str, Any]:
        names = tuple(jump.name for jump in self.model.jumps)

        def columns(name: str) -> Floats:
            each = [_spread(name, getattr(t, name), patients) for t in triggers]
            return np.ascontiguousarray(np.array(each).reshape(len(triggers), patients).T)

        return {
            "trigger_signal": _places([t.signal for t in triggers], self._signals, "trigger signal"),
            "trigger_jump": _places([t.jump for t in triggers], names, "trigger jump"),
            "trigger_most": np.array([t.maximum for t in triggers], np.int64),
            "threshold": columns("threshold"),
            "trigger_amount": columns("amount"),
            "delay": columns("delay_days"),
            "lockout": columns("lockout_days"),
        }

    def _clone_arrays(self, draws: ArrayLike | None, patients: int) -> dict[str, Any]:
        clones = self.model.clones
        drawn = np.zeros((patients, len(clones))) if draws is None else draws
        return {
            "clone_state": _places(clones, self.model.states, "clone"),
            "clone_birth": _places([b for b, _ in clones.values()], self._rates, "birth rate"),
            "clone_death": _places([d for _, d in clones.values()], self._rates, "death rate"),
            "draws": _array("survival_draws", drawn, (patients, len(clones))),
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


def _array(name: str, values: ArrayLike, shape: tuple[int | None, ...]) -> Floats:
    array = np.ascontiguousarray(values, np.float64)
    if array.ndim != len(shape) or any(want not in (None, got) for want, got in zip(shape, array.shape, strict=True)):
        words = ", ".join("any" if want is None else str(want) for want in shape)
        raise SolveError(f"{name} has the wrong shape", value=array.shape, allowed=f"({words})")
    return array


def _spread(name: str, values: ArrayLike, patients: int) -> Floats:
    array = np.asarray(values, np.float64)
    if array.shape not in ((), (patients,)):
        raise SolveError(f"{name} has the wrong shape", value=array.shape, allowed=f"() or ({patients},)")
    if np.isnan(array).any():
        raise SolveError(f"{name} is not a number", value=array)
    return np.ascontiguousarray(np.broadcast_to(array, (patients,)))


def _places(names: Any, known: Sequence[str], what: str) -> Ints:
    if unknown := [name for name in names if name not in known]:
        raise SolveError(f"unknown {what}", value=unknown, allowed=", ".join(known) or "none in this model")
    return np.array([known.index(name) for name in names], np.int64)


def _check_times(when: dict[str, Any]) -> None:
    start, stop, visits = when["start"], when["stop"], when["visits"]
    if not (np.isfinite(start).all() and np.isfinite(stop).all() and (stop >= start).all()):
        raise SolveError("every patient needs finite days with start <= stop")
    if not (np.isfinite(visits).all() and (np.diff(visits) > 0.0).all()):
        raise SolveError("visits must be finite and strictly ascending")


def _event_arrays(events: Events, patients: int, jumps: int) -> dict[str, Any]:
    day = _array("event days", events.day, (patients, None))
    amount = _array("event amounts", events.amount, day.shape)
    kind = np.ascontiguousarray(events.kind, np.int64)
    real = np.isfinite(day)
    if kind.shape != day.shape or (real & ((kind < 0) | (kind >= jumps))).any():
        raise SolveError("event kinds must be places in the model's jumps", allowed=f"0 to {jumps - 1}")
    if np.isnan(day).any() or (day[:, 1:] < day[:, :-1]).any():
        raise SolveError("event days must ascend within each patient, inf last")
    return {"event_day": day, "event_kind": kind, "event_amount": amount}


def _blank(
    arrays: dict[str, Any], most: int, fired_before: ArrayLike | None, last_fired: ArrayLike | None
) -> dict[str, Any]:
    """Return the arrays that the driver fills."""
    initial, patients, triggers = arrays["initial"], len(arrays["initial"]), len(arrays["trigger_signal"])
    before = np.zeros((patients, triggers)) if fired_before is None else fired_before
    last = np.full((patients, triggers), -np.inf) if last_fired is None else last_fired
    bad = ~np.isfinite(initial).all(axis=1) | np.isnan(arrays["parameters"]).any(axis=1)
    return {
        "at_visits": np.zeros((patients, len(arrays["visits"]), len(arrays["record"]))),
        "final": np.nan_to_num(initial, posinf=0.0, neginf=0.0),
        "failure": np.where(bad, _BAD_INPUT, 0),
        "steps": np.zeros(patients, np.int64),
        "fired_day": np.full((patients, triggers, most), np.inf),
        "fired": _array("fired_before", before, (patients, triggers)).astype(np.int64),
        "last_fired": _array("last_fired", last, (patients, triggers)).copy(),
        "extinct": np.zeros((patients, len(arrays["clone_state"])), np.int64),
    }


def _as_ensemble(result: dict[str, Any]) -> Ensemble:
    return Ensemble(
        states=result["at_visits"],
        final=result["final"],
        failure=result["failure"],
        steps=result["steps"],
        fired_day=result["fired_day"],
        fired=result["fired"],
        last_fired=result["last_fired"],
        extinct=result["extinct"].astype(np.bool_),
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
