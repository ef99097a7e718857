"""Integrate one patient at a time: the same graph and the same rules as the lanes, written as plain Python.

Enters: a `Model`. Leaves: an engine with the `run` of `solve.Engine`. One text (`driver`, `interrupts`, `arithmetic`
and the model's own routines by `source`) runs compiled for a processor core, compiled for a graphics processor with one
thread per patient, and uncompiled. Start at `backends`.
"""

from __future__ import annotations

from adoptive.solve.solo.backends import BACKENDS, SoloEngine, write_ptx

__all__ = ["BACKENDS", "SoloEngine", "write_ptx"]
