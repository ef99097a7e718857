"""Exchange models with other tools: SBML out and in, Antimony text, equations for documents.

Enters: a `Model` and one patient's numbers, or a file. Leaves: text that other tools read, or an `Imported` model. Know
:func:`write_sbml`, :func:`read_sbml`, :func:`write_antimony` and :func:`equations_latex`.
"""

from __future__ import annotations

from adoptive.solve.exchange.antimony_out import write_antimony
from adoptive.solve.exchange.imported import Imported, read_sbml
from adoptive.solve.exchange.latex import Equation, equations_latex
from adoptive.solve.exchange.sbml_out import write_sbml

__all__ = ["Equation", "Imported", "equations_latex", "read_sbml", "write_antimony", "write_sbml"]
