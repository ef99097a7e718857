"""Who is treated: a population enters, a :class:`Cohort` of arrays leaves.

The functions to know: :func:`screen`, :func:`draw_cohort`, :func:`draw_lesions`, :func:`read_patients`.
"""

from adoptive.cohort.columns import COLUMNS, Column
from adoptive.cohort.copula import TRAITS, draw_scores, score_correlation
from adoptive.cohort.given import read_patients
from adoptive.cohort.lesions import LESION_PLACES, draw_lesions
from adoptive.cohort.population import draw_cohort, plain_traits, screen
from adoptive.cohort.types import (
    ANCESTRIES,
    SITES,
    TUMOUR_TYPES,
    Cohort,
    Population,
    Screened,
    TumourShare,
    body_surface_m2,
)

__all__ = [
    "ANCESTRIES",
    "COLUMNS",
    "LESION_PLACES",
    "SITES",
    "TRAITS",
    "TUMOUR_TYPES",
    "Cohort",
    "Column",
    "Population",
    "Screened",
    "TumourShare",
    "body_surface_m2",
    "draw_cohort",
    "draw_lesions",
    "draw_scores",
    "plain_traits",
    "read_patients",
    "score_correlation",
    "screen",
]
