"""What screening and conduct of a trial are recorded as: one row per trial, with columns for arms, criteria and looks.

Every trial has the columns of :data:`adoptive.tables.SCREENING_COLUMNS`. A study with cohorts that screen for
themselves, with criteria or with looks has more of them: :func:`screening_columns` says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.tables import SCREENING_COLUMNS, Column
from adoptive.trial.enrol import screening_reasons
from adoptive.trial.looks import planned_events
from adoptive.trial.types import Followed, Study

__all__ = ["record_screening", "screening_columns"]

_TOTALS = {
    "antigen": "antigen_failures",
    "hla": "hla_failures",
    "receptor": "receptor_failures",
    "other": "other_failures",
    "run-in": "run_in_failures",
}


def screening_columns(study: Study) -> Mapping[str, Column]:
    """Give the screening columns of a study, in order, with unit and meaning.

    ``failed_CRITERION`` per criterion at screening; ``armK_screened`` and ``armK_REASON_failures`` (``armK_failed_...``
    for criteria) per cohort that screens for itself; ``lookK_z``, ``lookK_day`` per look; K counts from 1.
    """
    columns = dict(SCREENING_COLUMNS)
    for name, meaning in _criteria(study).items():
        columns[name] = Column(name, "int", "patients", f"failed entry for criterion {meaning}")
    for number in _cohorts(study):
        arm = study.trial.arms[number - 1].name
        columns[f"arm{number}_screened"] = Column(f"arm{number}_screened", "int", "patients", f"screened for {arm}")
        for reason in screening_reasons(study):
            name = f"arm{number}_{_column(reason)}"
            columns[name] = Column(name, "int", "patients", f"failed entry to {arm}: {reason}")
    for number in range(1, len(planned_events(study)) + 1):
        z, day = f"look{number}_z", f"look{number}_day"
        columns[z] = Column(z, "float", "-", f"log-rank z at look {number}, above 0 favours the first arm; 0 = no look")
        columns[day] = Column(day, "float", "day", f"calendar day of look {number}; inf = did not take place")
    return MappingProxyType(columns)


def record_screening(study: Study, followed: Followed) -> dict[str, NDArray[Any]]:
    """Write down how many were screened and why others did not enter, when the data were cut, and what looks showed."""
    funnel, looks = followed.enrolment.funnel, followed.looks
    criteria = {name: counts for name, counts in funnel.items() if name.startswith("criterion ")}
    nobody = np.zeros(followed.trials, np.int64)
    columns: dict[str, NDArray[Any]] = {"screened": funnel["screened"].sum(axis=1)}
    columns |= {column: funnel[reason].sum(axis=1) for reason, column in _TOTALS.items()}
    columns["criteria_failures"] = sum((counts.sum(axis=1) for counts in criteria.values()), start=nobody)
    columns["cut_day"] = followed.cut_day
    columns["stopped_look"] = nobody if looks is None else looks.stopped_look
    columns["stopped_for"] = nobody if looks is None else looks.stopped_for
    columns |= {_column(name): counts.sum(axis=1) for name, counts in criteria.items()}
    for number in _cohorts(study):
        columns |= {f"arm{number}_{_column(name)}": counts[:, number - 1] for name, counts in funnel.items()}
    if looks is not None:
        for number in range(looks.z.shape[1]):
            columns |= {f"look{number + 1}_z": looks.z[:, number], f"look{number + 1}_day": looks.day[:, number]}
    return {name: columns[name] for name in screening_columns(study)}


def _criteria(study: Study) -> dict[str, str]:
    return {f"failed_{item.id}": item.id for item in study.trial.eligibility if item.gate == "procurement"}


def _cohorts(study: Study) -> range:
    """Give the numbers of the cohorts that screen for themselves, from 1."""
    return range(1, 1 if study.trial.allocation == "randomised" else len(study.trial.arms) + 1)


def _column(reason: str) -> str:
    """Name the column of a reason."""
    if reason.startswith("criterion "):
        return f"failed_{reason.removeprefix('criterion ')}"
    return _TOTALS.get(reason, reason)
