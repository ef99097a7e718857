"""The labelled set: criteria in our own words, in the forms that are typical of eligibility texts, and what they mean.

The labels follow the conventions of the language of eligibility and were written without the reader. Hard items must
stay unread, wholly or in part.
"""

from __future__ import annotations

from benchmarks.matching.labelled.condition import CONDITION
from benchmarks.matching.labelled.disease import DISEASE
from benchmarks.matching.labelled.general import GENERAL
from benchmarks.matching.labelled.hard import HARD
from benchmarks.matching.labelled.laboratory import LABORATORY
from benchmarks.matching.labelled.marker import MARKER
from benchmarks.matching.labelled.second import SECOND
from benchmarks.matching.labelled.trap import TRAP
from benchmarks.matching.labelled.treatment import TREATMENT
from benchmarks.matching.labelled.types import Labelled
from benchmarks.matching.labelled.typical import TYPICAL

__all__ = ["LABELLED", "Labelled"]

LABELLED: tuple[Labelled, ...] = (
    *(*GENERAL, *DISEASE, *TREATMENT, *MARKER, *LABORATORY, *CONDITION),
    *(*TYPICAL, *HARD, *TRAP, *SECOND),
)
