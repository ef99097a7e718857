"""How the cells are made, and whether they arrive: a process and a cohort enter, a :class:`Product` per patient leaves.

The three functions to know: :func:`collect_cells`, :func:`make_products`, :func:`doses_available`. The steps, one file
each: leukapheresis, selection, transduction, expansion, phenotype, release, shipping; ``batch`` puts them together.
"""

from adoptive.facility.leukapheresis import collect_cells
from adoptive.facility.manufacture import doses_available, make_products
from adoptive.facility.types import Failure, Process, Product, ReleaseTest, Slots

__all__ = [
    "Failure",
    "Process",
    "Product",
    "ReleaseTest",
    "Slots",
    "collect_cells",
    "doses_available",
    "make_products",
]
