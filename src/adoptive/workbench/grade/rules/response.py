"""Tumour response: RECIST 1.1 and iRECIST from lesion rows, visits or responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from adoptive.outcome.response.best import Best, best_response
from adoptive.outcome.response.recist import assess
from adoptive.outcome.types import Graded, NonTarget, Response
from adoptive.workbench.grade.rules.answers import because, grades, names, numbers, reason_of
from adoptive.workbench.grade.rules.lesions import LESION_LAYOUTS, Lesions, join_tumour, read_lesions
from adoptive.workbench.grade.rules.visits import DATE, REFERENCE, Series, days_of, lay_out
from adoptive.workbench.grade.rules.common import DAY, PATIENT, PATIENT_NEEDED, READER, VISIT, flag
from adoptive.workbench.grade.types import Column, Judged, Layout, Option, Rule, Signs

__all__ = ["BEST_OPTIONS", "RULES", "WORDS"]
