"""Run patients one at a time: on processor cores, on a graphics processor, or as plain Python."""

from __future__ import annotations

import importlib
import pickle
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from types import ModuleType
from typing import Any, Final, cast, get_args

import numpy as np
from numba import from_dtype, njit

from adoptive.errors import SolveError
from adoptive.solve.engine import Engine
from adoptive.solve.lanes import BOOK_ROWS, CLOCK_ROWS
from adoptive.solve.solo.blank import Case, Work
from adoptive.solve.solo.module import TILE, Target, load_module, write_module
from adoptive.solve.solo.source import DataType, Sections, make_plan, make_sections
from adoptive.solve.trace import trace
from adoptive.solve.types import Model

__all__ = ["BACKENDS", "SoloEngine", "write_ptx"]

BACKENDS: Final = get_args(Target)
TIGHTEST_SINGLE: Final = 1e-6
THREADS_PER_BLOCK: Final = 64
LARGEST_LAUNCH: Final = 1 << 17
MEMORY_SHARE: Final = 0.6

_SCALAR_OPTIONS: Final[dict[str, Any]] = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract"},
    "no_cfunc_wrapper": True,
    "_nrt": False,
}
_DAYS = frozenset("visits start stop event_day delay lockout draws fired_day last_fired".split())
_WHOLE = frozenset(
    "record event_kind jump_first jump_state jump_parameter trigger_signal trigger_jump trigger_most clone_state "
    "clone_birth clone_death most_steps failure steps fired extinct".split()
)
_TWO = frozenset(
    "parameters initial event_day event_kind event_amount threshold trigger_amount delay lockout draws final fired "
    "last_fired extinct".split()
)
_THREE = frozenset({"at_visits", "fired_day"})
_LEAVING = ("at_visits", "final", "failure", "steps", "fired_day", "fired", "last_fired", "extinct")


class SoloEngine(Engine):
    """Integrate ensembles patient by patient; `run` is that of `Engine`.

    Arguments: `backend` is "scalar" (compiled, a thread per block of patients), "cuda" (a graphics thread per patient)
    or "plain" (not compiled: slow, to look into). `dtype` "f4" computes the model in single precision; days and step
    lengths stay in double. `launch` limits how many patients a graphics processor holds at once.
    """

    def __init__(self, model: Model, *, backend: str, dtype: str = "f8", launch: int | None = None) -> None:
        if backend not in BACKENDS:
            raise SolveError("no such backend", value=backend, allowed=", ".join(("lanes", *BACKENDS)))
        if dtype not in get_args(DataType):
            raise SolveError("no such number type", value=dtype, allowed=", ".join(get_args(DataType)))
        if launch is not None and launch < 1:
            raise SolveError("launch must be at least 1 patient", value=launch)
        if backend == "cuda":
            _import_cuda()
        self.model, self.width, self.launch = model, 1, launch
        self.backend, self.dtype = cast(Target, backend), cast(DataType, dtype)
        traced = trace(model)
        self._signals, self._rates = tuple(traced.signals), tuple(traced.rates)
        self.text, self._rows = _write(model, self.backend, self.dtype)

    @cached_property
    def module(self) -> ModuleType:
        """Return the model's module, loaded."""
        return self._loaded[0]

    @cached_property
    def _loaded(self) -> tuple[ModuleType, bool]:
        return load_module(self.text, target=self.backend)

    @cached_property
    def compiled(self) -> Any:
        """Return the loop over patients, compiled as the backend says."""
        module, kept = self._loaded
        if self.backend == "plain":
            return module.integrate
        if self.backend == "cuda":
            return _import_cuda().jit(module.integrate, cache=kept)
        signature, options = _signature(self.dtype, self.backend), _SCALAR_OPTIONS
        try:
            return cast(Any, njit)(signature, cache=kept, **options)(module.integrate)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):  # what was kept is damaged
            return cast(Any, njit)(signature, **options)(module.integrate)

    def _integrate(self, arrays: dict[str, Any], *, most_steps: int, threads: int) -> None:
        """Integrate everybody; results are written into `arrays`."""
        if self.dtype == "f4" and arrays["relative"][0] < TIGHTEST_SINGLE:
            raise SolveError(
                "single precision cannot reach this tolerance",
                value=float(arrays["relative"][0]),
                allowed=f"rtol of at least {TIGHTEST_SINGLE:g}",
                next_step='use dtype="f8"',
            )
        if threads < 1:
            raise SolveError("threads must be at least 1", value=threads)
        if len(arrays["initial"]) == 0:
            return
        case = _columns(arrays | {"most_steps": np.array([most_steps])}, self.dtype)
        if self.backend == "cuda":
            self._on_graphics(case)
        else:
            self._on_cores(case, threads if self.backend == "scalar" else 1)
        for name in _LEAVING:
            arrays[name][...] = np.moveaxis(getattr(case, name), -1, 0)

    def _work(self, slots: int, triggers: int, make: Any = np.zeros) -> Work:
        """Return the working numbers of `slots` patients (whole tiles of them), sized exactly."""
        tile = TILE[self.backend]
        whole = -(-slots // tile) * tile
        return Work(
            make(self._rows.end * whole, np.dtype(self.dtype)),
            make((CLOCK_ROWS + 2 * triggers) * whole, np.dtype("f8")),
            make(BOOK_ROWS * whole, np.dtype("i8")),
        )

    def _on_cores(self, case: Case, threads: int) -> None:
        patients, triggers = len(case.start), len(case.trigger_signal)
        edges = np.linspace(0, patients, min(threads, patients) + 1).astype(int).tolist()
        integrate = self.compiled

        def block(first: int, beyond: int) -> None:
            with np.errstate(all="ignore"):
                integrate(case, self._work(1, triggers), first, beyond)

        if len(edges) == 2:
            block(*edges)
            return
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(block, edges[:-1], edges[1:]))

    def _on_graphics(self, case: Case) -> None:
        cuda = _import_cuda()
        _check_device(cuda)
        patients, triggers = len(case.start), len(case.trigger_signal)
        slots = min(patients, self.launch or self._room(cuda, triggers))
        there = Case(*(cuda.to_device(values) for values in case))
        work = self._work(slots, triggers, cuda.device_array)
        blocks = -(-slots // THREADS_PER_BLOCK)
        with np.errstate(all="ignore"):
            for first in range(0, patients, slots):
                self.compiled[blocks, min(slots, THREADS_PER_BLOCK)](there, work, slots, first, patients)
        for name in _LEAVING:
            if getattr(case, name).size:
                getattr(there, name).copy_to_host(getattr(case, name))

    def _room(self, cuda: Any, triggers: int) -> int:
        """Return how many patients the device's free memory holds, at most `LARGEST_LAUNCH`."""
        if cuda.config.ENABLE_CUDASIM:
            return LARGEST_LAUNCH
        one = sum(section.nbytes for section in self._work(TILE[self.backend], triggers)) // TILE[self.backend]
        free, _ = cuda.current_context().get_memory_info()
        return max(1, min(LARGEST_LAUNCH, int(MEMORY_SHARE * int(free) / one)))


def write_ptx(model: Model, *, dtype: str = "f8", capability: tuple[int, int] = (8, 0)) -> str:
    """Compile a model for a graphics processor of a compute capability, to PTX text; no such processor is needed.

    Raises SolveError where numba-cuda or its compiler libraries are missing.
    """
    from adoptive.solve.solo.ptx import compile_to_ptx

    _import_cuda()
    text, _ = _write(model, "cuda", cast(DataType, dtype))
    module, _ = load_module(text, target="cuda")
    return compile_to_ptx(module.integrate, _signature(dtype, "cuda"), capability)


def _write(model: Model, target: Target, dtype: DataType) -> tuple[str, Sections]:
    plan = make_plan(trace(model))
    clones = len(model.clones)
    sections = make_sections(plan, clones)
    return write_module(plan, sections, target=target, dtype=dtype, clones=clones), sections


def _kind(name: str, dtype: str) -> np.dtype[Any]:
    return np.dtype("f8" if name in _DAYS else "i8" if name in _WHOLE else dtype)


def _columns(arrays: dict[str, Any], dtype: str) -> Case:
    """Return the arrays with one column per patient, in the kernels' number types; all are copies."""
    return Case(
        *(np.array(np.moveaxis(arrays[f], 0, -1), dtype=_kind(f, dtype), order="C", copy=True) for f in Case._fields)
    )


def _signature(dtype: str, target: Target) -> Any:
    types: Any = importlib.import_module("numba.types")

    def array(kind: Any, dimensions: int) -> Any:
        return types.Array(cast(Any, from_dtype)(kind), dimensions, "C")

    sizes = {name: 3 if name in _THREE else 2 if name in _TWO else 1 for name in Case._fields}
    case = types.NamedTuple([array(_kind(name, dtype), size) for name, size in sizes.items()], Case)
    numbers = [array(np.dtype(kind), 1) for kind in (dtype, "f8", "i8")]
    return types.void(case, types.NamedTuple(numbers, Work), *[types.int64] * (3 if target == "cuda" else 2))


def _import_cuda() -> Any:
    """Return numba-cuda, or say how to get it."""
    try:
        importlib.import_module("numba_cuda")
        return importlib.import_module("numba.cuda")
    except ImportError:
        raise SolveError(
            'backend "cuda" needs the package numba-cuda',
            next_step='install "numba-cuda[cu13]" (or [cu12]), or use backend="lanes"',
        ) from None


def _check_device(cuda: Any) -> None:
    if not cuda.is_available():
        raise SolveError(
            "no graphics processor that CUDA can use was found",
            next_step='use backend="lanes", or look at the output of nvidia-smi',
        )
