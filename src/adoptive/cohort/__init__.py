"""Who is treated: a population enters, a :class:`Cohort` of arrays leaves.

The three functions to know: :func:`screen_reads`, :func:`draw_cohort`, :func:`draw_lesions`.
"""

from adoptive.cohort.population import LESION_PLACES, draw_cohort, draw_lesions, plain_traits, screen_reads
from adoptive.cohort.types import ANCESTRIES, SITES, TUMOUR_TYPES, Cohort, Population, TumourShare, body_surface_m2

__all__ = [
    "ANCESTRIES",
    "LESION_PLACES",
    "SITES",
    "TUMOUR_TYPES",
    "Cohort",
    "Population",
    "TumourShare",
    "body_surface_m2",
    "draw_cohort",
    "draw_lesions",
    "plain_traits",
    "screen_reads",
]
