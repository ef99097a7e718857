"""Times to events as the columns of an ADaM time-to-event table (ADTTE).

CDISC, The ADaM Basic Data Structure for Time-to-Event Analyses, version 1.0 (2012): one row per patient and parameter,
CNSR 0 for an event and 1 for a censoring, with a text for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.events.time_to_event import competing_status
from adoptive.outcome.events.types import Endpoint

__all__ = ["ADTTE_VARIABLES", "adtte_columns"]

ADTTE_VARIABLES: Final = (
    ("STUDYID", "Study Identifier", "text"),
    ("USUBJID", "Unique Subject Identifier", "text"),
    ("ASEQ", "Analysis Sequence Number", "integer"),
    ("ADT", "Analysis Date", "integer"),
    ("PARAM", "Parameter", "text"),
    ("PARAMCD", "Parameter Code", "text"),
    ("AVAL", "Analysis Value", "integer"),
    ("STARTDT", "Time-to-Event Origin Date for Subject", "integer"),
    ("CNSR", "Censor", "integer"),
    ("EVNTDESC", "Event or Censoring Description", "text"),
    ("CNSDTDSC", "Censor Date Description", "text"),
)
"""Name, label and type of every column, in order; ADT and STARTDT only with dates."""

PARAMETERS: Final = {
    "OS": "Overall Survival",
    "PFS": "Progression Free Survival",
    "RSD": "Duration of Response",
    "TTP": "Time to Progression",
    "TTR": "Time to Response",
    "EFS": "Event Free Survival",
}
CENSOR_DATES: Final = {
    "OS": "Last Date Known Alive",
    "EFS": "Last Date of Follow-up",
}


def adtte_columns(
    endpoints: Sequence[Endpoint],
    *,
    subject: Sequence[str] | NDArray[np.str_],
    study: str,
    start_date: ArrayLike | None = None,
    add_one: bool = False,
) -> dict[str, NDArray[np.generic]]:
    """Give endpoints as columns of ADTTE, patient by patient; who is not counted has no row.

    ``AVAL = ADT - STARTDT`` in whole days (the model's fractions are rounded), plus 1 with ``add_one``.

    Parameters
    ----------
    endpoints
        Endpoints of the same patients, each parameter once.
    subject, study
        Identifiers ``(patients,)`` and of the study.
    start_date
        Calendar dates of time zero ``(patients,)`` or ``(endpoints, patients)``, datetime64; dates in the table are
        days since 1 January 1970. Without them ADT and STARTDT are left out.
    add_one
        Whether the day of time zero is day 1.

    Raises
    ------
    StudyError
        Endpoints of different numbers of patients, or a parameter twice.

    Examples
    --------
    >>> from adoptive.outcome.events import overall_survival
    >>> table = adtte_columns([overall_survival([100.0], cut_day=365.0)], subject=["01-001"], study="SIM-1")
    >>> int(table["AVAL"][0]), int(table["CNSR"][0]), str(table["EVNTDESC"][0])
    (100, 0, 'Death')
    """
    patients = len(subject)
    _check(endpoints, patients)
    shape = (len(endpoints), patients)
    days = np.rint([endpoint.days for endpoint in endpoints]).astype(np.int64).reshape(shape)
    event = np.array([endpoint.event for endpoint in endpoints], np.bool_).reshape(shape)
    reason = [[text[:1].upper() + text[1:] for text in endpoint.because.tolist()] for endpoint in endpoints]
    place = [np.where(endpoint.event, "", _censor_dates(endpoint)).tolist() for endpoint in endpoints]
    counted = np.array([endpoint.counted for endpoint in endpoints], np.bool_).reshape(shape).T
    codes = [endpoint.parameter for endpoint in endpoints]
    names = [PARAMETERS.get(code, code) for code in codes]
    full: dict[str, NDArray[np.generic]] = {
        "STUDYID": np.full(shape, study),
        "USUBJID": np.broadcast_to(np.asarray(subject, np.str_), shape),
        "PARAM": np.repeat(np.array(names, np.str_), patients).reshape(shape),
        "PARAMCD": np.repeat(np.array(codes, np.str_), patients).reshape(shape),
        "AVAL": days + int(add_one),
        "CNSR": np.where(event, 0, 1),
        "EVNTDESC": np.array(reason, np.str_).reshape(shape),
        "CNSDTDSC": np.array(place, np.str_).reshape(shape),
    }
    full["ASEQ"] = (np.cumsum(counted, axis=1) * counted).T
    if start_date is not None:
        start = np.broadcast_to(np.asarray(start_date, "datetime64[D]").astype(np.int64), shape)
        full |= {"STARTDT": start, "ADT": start + days}
    return {name: full[name].T[counted] for name, _, _ in ADTTE_VARIABLES if name in full}


def _censor_dates(endpoint: Endpoint) -> NDArray[np.str_]:
    """Name the date at which each patient was censored."""
    usual = CENSOR_DATES.get(endpoint.parameter, "Last Adequate Assessment")
    competing = (competing_status(endpoint) == 2) & (endpoint.days > endpoint.assessed_day)
    names = [f"Date of {text[:1].upper()}{text[1:]}" for text in endpoint.reasons]
    other = np.array(names, np.str_)[endpoint.reason]
    return np.where(endpoint.days <= 0, "Time Zero", np.where(competing, other, usual))


def _check(endpoints: Sequence[Endpoint], patients: int) -> None:
    if any(len(endpoint.days) != patients for endpoint in endpoints):
        raise StudyError(
            "every endpoint needs one row per patient",
            where="endpoints",
            value=[len(endpoint.days) for endpoint in endpoints],
            allowed=f"{patients} patients, as in subject",
        )
    codes = [endpoint.parameter for endpoint in endpoints]
    if len(set(codes)) < len(codes):
        raise StudyError("a parameter stands twice", where="endpoints", value=codes, allowed="each parameter once")
