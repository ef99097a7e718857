"""Compile for a graphics processor that is not there."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from adoptive.errors import SolveError

__all__ = ["compile_to_ptx"]


def compile_to_ptx(kernel: Callable[..., None], signature: Any, capability: tuple[int, int]) -> str:
    """Return the PTX text of a kernel whose device functions are already decorated."""
    cuda: Any = importlib.import_module("numba.cuda")
    with _pretended(capability):
        try:
            text, _ = cuda.compile_ptx(kernel, signature, cc=capability)
        except (OSError, ImportError, RuntimeError) as problem:
            raise SolveError(
                "the CUDA compiler libraries are missing or refused",
                value=str(problem).splitlines()[0] if str(problem) else type(problem).__name__,
                next_step="install nvidia-nvvm and nvidia-cuda-nvrtc",
            ) from problem
    return str(text)


@contextmanager
def _pretended(capability: tuple[int, int]) -> Iterator[None]:
    """Answer for the device while device functions are compiled: numba asks the present one for its capability."""
    dispatcher: Any = importlib.import_module("numba.cuda.dispatcher")
    known = dispatcher.get_current_device
    dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=capability)
    try:
        yield
    finally:
        dispatcher.get_current_device = known
