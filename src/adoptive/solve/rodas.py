"""Name the default method's coefficients one by one."""

from __future__ import annotations

from adoptive.solve.methods import RODAS5P

__all__ = ["GAMMA", "ORDER", "STAGES", "A", "C", "H"]

GAMMA, ORDER, STAGES, A, C, H = RODAS5P.gamma, RODAS5P.order, RODAS5P.stages, RODAS5P.a, RODAS5P.c, RODAS5P.h
