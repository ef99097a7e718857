"""What the cell is to see: an expression plan enters, an :class:`Antigen` per patient leaves.

The functions to know: :func:`draw_positive_share`, :func:`read_by_ihc`, :func:`draw_lesion_share`,
:func:`draw_antigen`.
"""

from adoptive.antigen.expression import draw_antigen, draw_lesion_share, draw_positive_share, read_by_ihc
from adoptive.antigen.types import Antigen, AntigenPlan

__all__ = ["Antigen", "AntigenPlan", "draw_antigen", "draw_lesion_share", "draw_positive_share", "read_by_ihc"]
