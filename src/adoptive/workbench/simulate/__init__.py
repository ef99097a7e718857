"""Simulate a model that the user brings: an SBML file, a table of patients, doses; a tidy table leaves.

Know :class:`Request` and :func:`simulate`.
"""

from __future__ import annotations

from adoptive.workbench.simulate.request import Request
from adoptive.workbench.simulate.run import Simulated, simulate

__all__ = ["Request", "Simulated", "simulate"]
