"""Who is treated: a population enters, a :class:`Cohort` of arrays leaves.

The three functions to know: :func:`screen_reads`, :func:`draw_cohort`, :func:`draw_lesions`.
"""

from adoptive.cohort.population import LESION_PLACES, draw_cohort, draw_lesions, screen_reads
from adoptive.cohort.types import Cohort, Population

__all__ = ["LESION_PLACES", "Cohort", "Population", "draw_cohort", "draw_lesions", "screen_reads"]
