"""Exchange models with other tools: SBML out and in, Antimony text, equations for documents.

Enters: a `Model` and one patient's numbers. Leaves: text that other tools read. Know :func:`write_sbml`,
:func:`write_antimony` and :func:`equations_latex`.
"""

from __future__ import annotations

from adoptive.solve.exchange.antimony_out import write_antimony
from adoptive.solve.exchange.latex import Equation, equations_latex
from adoptive.solve.exchange.sbml_out import write_sbml

__all__ = ["Equation", "equations_latex", "write_antimony", "write_sbml"]
