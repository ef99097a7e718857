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
from adoptive.solve.declared import jump_arrays, text_arrays
from adoptive.solve.engine import Engine
from adoptive.solve.lanes import ENTRIES, PATIENT, VECTORS, vector_rows
from adoptive.solve.methods import METHODS
from adoptive.solve.solo.blank import Lanes
from adoptive.solve.solo.loop import array_of
from adoptive.solve.solo.module import TILE, Target, load_module, write_module
from adoptive.solve.solo.source import DataType, make_plan
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
_LEAVING = ("at_visits", "final", "failure", "steps", "fired_day", "fired", "last_fired", "diary")
_WORKING = ("vectors", "clock", "book")


class SoloEngine(Engine):
    """Integrate ensembles patient by patient; `run` is that of `Engine`.

    Arguments: `backend` is "scalar" (compiled, a thread per block of patients), "cuda" (a graphics thread per patient)
    or "plain" (not compiled: slow, to look into). `dtype` "f4" computes the model in single precision; days and step
    lengths stay in double. `launch` limits how many patients a graphics processor holds at once.
    """

    def __init__(
        self, model: Model, *, backend: str, dtype: str = "f8", solver: str = "rodas5p", launch: int | None = None
    ) -> None:
        _check(backend, dtype, solver, launch)
        self.model, self.width, self.launch, self.solver = model, TILE[cast(Target, backend)], launch, solver
        self.backend, self.dtype, self._method = cast(Target, backend), cast(DataType, dtype), METHODS[solver]
        traced = trace(model)
        plan = make_plan(traced)
        self._signals, self._rates = tuple(traced.signals), tuple(traced.rates)
        self._jumps = {**jump_arrays(model), **text_arrays(model, traced, 0)}
        self._rows, self._entries = len(traced.parameters) + len(plan.steady), len(plan.negative_jacobian)
        self.text = write_module(plan, self._method, target=self.backend, dtype=self.dtype)

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
            return module.block
        if self.backend == "cuda":
            return _import_cuda().jit(module.block, cache=kept)
        signature, options = _signature(self.dtype, self.backend), _SCALAR_OPTIONS
        try:
            return cast(Any, njit)(signature, cache=kept, **options)(module.block)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):  # what was kept is damaged
            return cast(Any, njit)(signature, **options)(module.block)

    def _integrate(self, sizes: dict[str, int], arrays: dict[str, Any], threads: int) -> None:
        """Integrate everybody; results are written into the arrays."""
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
        store = _Store(sizes | {"at_once": 1}, arrays, np.dtype(self.dtype))
        with np.errstate(all="ignore"):
            if self.backend == "cuda":
                self._on_graphics(store, len(arrays["initial"]))
            else:
                self._on_cores(store, len(arrays["initial"]), threads if self.backend == "scalar" else 1)
        store.give_back(arrays)

    def _on_cores(self, store: _Store, patients: int, threads: int) -> None:
        edges = np.linspace(0, patients, min(threads, patients) + 1).astype(int).tolist()
        compiled = self.compiled

        def block(first: int, beyond: int) -> None:
            compiled(store.lanes(1), first, beyond)

        if len(edges) == 2:
            block(*edges)
            return
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(block, edges[:-1], edges[1:]))

    def _on_graphics(self, store: _Store, patients: int) -> None:
        cuda = _import_cuda()
        _check_device(cuda)
        slots = min(patients, self.launch or _room(cuda, store.bytes_per_patient))
        there = Lanes(*(cuda.to_device(array) for array in store.lanes(slots)))
        blocks = -(-slots // THREADS_PER_BLOCK)
        for first in range(0, patients, slots):
            self.compiled[blocks, min(slots, THREADS_PER_BLOCK)](there, slots, first, patients)
        there.numbers.copy_to_host(store.numbers)
        there.places.copy_to_host(store.places)


class _Store:
    """Hold the patients' arrays end to end, as the written loop reads them."""

    def __init__(self, sizes: dict[str, int], arrays: dict[str, Any], dtype: np.dtype[Any]) -> None:
        self.dtype, tile = dtype, sizes["width"]
        self.start = dict(sizes)
        ends = {"numbers": 0, "places": 0, **dict.fromkeys(_WORKING, 0)}
        given: dict[str, list[Any]] = {"numbers": [], "places": []}
        for field, rows in zip(VECTORS, vector_rows(sizes), strict=True):
            self.start[field] = ends[array_of(field)]
            ends[array_of(field)] += rows * tile
        for field in ENTRIES:
            if field in arrays:
                self.start[field] = ends[array_of(field)]
                ends[array_of(field)] += arrays[field].size
                given[array_of(field)].append(arrays[field].reshape(-1))
        self.start["queue"] = ends["book"]
        ends["book"] += tile
        self.start["kernels"] = 0  # called by name here
        self.tile, self.lengths = tile, tuple(ends[name] for name in _WORKING)
        self.numbers = np.concatenate([np.zeros(0), *given["numbers"]])
        self.places = np.concatenate([np.zeros(0, np.int64), *given["places"]])
        self.table = np.array([*(self.start[field] for field in ENTRIES), *self.lengths], np.int64)

    @property
    def bytes_per_patient(self) -> float:
        """Return the size of one patient's work area."""
        sizes = (self.dtype.itemsize, 8, 8)
        return sum(length * size for length, size in zip(self.lengths, sizes, strict=True)) / self.tile

    def lanes(self, slots: int) -> Lanes:
        """Return the memory of as many patients at once, a work area of whole tiles included."""
        tiles = -(-slots // self.tile)
        vectors, clock, book = self.lengths
        free = np.zeros((tiles, book), np.int64)
        first = self.start["book"] + PATIENT * self.tile
        free[:, first : first + self.tile] = -1
        work = (np.zeros(tiles * vectors, self.dtype), np.zeros(tiles * clock), free.reshape(-1))
        return Lanes(self.table, self.numbers, self.places, *work)

    def give_back(self, arrays: dict[str, Any]) -> None:
        """Copy the results into the caller's arrays."""
        for field in _LEAVING:
            array, start = arrays[field], self.start[field]
            array[...] = getattr(self, array_of(field))[start : start + array.size].reshape(array.shape)


def write_ptx(model: Model, *, dtype: str = "f8", solver: str = "rodas5p", capability: tuple[int, int] = (8, 0)) -> str:
    """Compile a model for a graphics processor of a compute capability, to PTX text; no such processor is needed.

    Raises SolveError where numba-cuda or its compiler libraries are missing.
    """
    from adoptive.solve.solo.ptx import compile_to_ptx

    engine = SoloEngine(model, backend="cuda", dtype=dtype, solver=solver)
    return compile_to_ptx(engine.module.block, _signature(engine.dtype, "cuda"), capability)


def _check(backend: str, dtype: str, solver: str, launch: int | None) -> None:
    if backend not in BACKENDS:
        raise SolveError("no such backend", value=backend, allowed=", ".join(("lanes", *BACKENDS)))
    if dtype not in get_args(DataType):
        raise SolveError("no such number type", value=dtype, allowed=", ".join(get_args(DataType)))
    if solver not in METHODS or not METHODS[solver].implicit:
        stiff = ", ".join(name for name, method in METHODS.items() if method.implicit)
        raise SolveError(
            "this backend has no such solver", value=solver, allowed=stiff, next_step='use backend="lanes"'
        )
    if launch is not None and launch < 1:
        raise SolveError("launch must be at least 1 patient", value=launch)
    if backend == "cuda":
        _import_cuda()


def _signature(dtype: str, target: Target) -> Any:
    types: Any = importlib.import_module("numba.types")
    kinds = ("i8", "f8", "i8", dtype, "f8", "i8")
    arrays = [types.Array(cast(Any, from_dtype)(np.dtype(kind)), 1, "C") for kind in kinds]
    return types.void(types.NamedTuple(arrays, Lanes), *[types.int64] * (3 if target == "cuda" else 2))


def _room(cuda: Any, one: float) -> int:
    """Return how many patients the device's free memory holds, at most `LARGEST_LAUNCH`."""
    if cuda.config.ENABLE_CUDASIM:
        return LARGEST_LAUNCH
    free, _ = cuda.current_context().get_memory_info()
    return max(1, min(LARGEST_LAUNCH, int(MEMORY_SHARE * int(free) / one)))


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
