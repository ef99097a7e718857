"""Hold the methods of integration as data: Rodas5P (the default), the cheaper Rodas4, the explicit Tsit5."""

from __future__ import annotations

from collections.abc import Mapping

from adoptive.solve.methods.method import INTERPOLANT_ROWS, NO_ERROR, Method
from adoptive.solve.methods.rodas4 import RODAS4
from adoptive.solve.methods.rodas5p import RODAS5P
from adoptive.solve.methods.tsit5 import TSIT5

__all__ = ["INTERPOLANT_ROWS", "METHODS", "NO_ERROR", "RODAS4", "RODAS5P", "TSIT5", "Method"]

METHODS: Mapping[str, Method] = {method.name: method for method in (RODAS5P, RODAS4, TSIT5)}
