"""Exchange models with other tools: SBML out and in, Antimony text, equations for documents.

Know :func:`write_sbml`, :func:`write_antimony` and :func:`equations_latex`.
"""

from __future__ import annotations

from adoptive.solve.exchange.sbml_out import write_sbml

__all__ = ["write_sbml"]
