"""What of a patient's record may limit the dose: daily grades over the first hundred days, from signs and samples."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.clinic.bedside_record import Bedside, WatchDays
from adoptive.outcome.clinic.laboratory_record import LIMITING_TERMS, daily_chemistry, daily_counts
from adoptive.outcome.clinic.laboratory_values import LaboratoryPanel
from adoptive.outcome.clinic.off_tumour import daily_off_tumour
from adoptive.outcome.laboratory.clinical_terms import grade_ejection_fraction
from adoptive.outcome.toxicity.dlt import ToxicityDays
from adoptive.outcome.types import UNGRADED
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams

__all__ = ["LIMITING", "daily_toxicity"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

FOLLOWED_DAYS: Final = 101
"""Days from the infusion on of which toxicity is laid out: 0 to 100."""

_ORGANS: Final = ("nausea", "vomiting", "gastritis", "lung")

LIMITING: Final = (*LIMITING_TERMS, *_ORGANS, "ejection fraction", "neutropenia", "thrombocytopenia")
"""Toxicities beside CRS and ICANS that may limit a dose: what a protocol can exempt by name."""


def daily_toxicity(
    watch: WatchDays,
    bedside: Bedside,
    panel: LaboratoryPanel,
    *,
    tissue: Floats,
    target: str,
    first_day: Floats,
    known_until: Floats,
    keys: Keys,
    typical: Typical,
    streams: Streams,
) -> ToxicityDays:
    """Lay a record out on the days 0 to 100 after the first infusion, for :func:`~..toxicity.dlt.find_dlt`.

    Cytokine release and neurotoxicity are 0 on days out of watch. Laboratory grades stand on the days of samples,
    organs' grades on the days of watch. Deaths of the model are deaths of the disease. Infections are not counted: they
    follow the lack of white cells, which is.

    Parameters
    ----------
    watch, bedside, panel
        Of the infused patients: days of watch, daily grades, printed laboratory values.
    tissue
        What is left of the normal tissue with the antigen, ``(patients, days of watch)``.
    target
        The antigen.
    first_day, known_until
        Day of the first infusion, and the last day on which anything is known, ``(patients,)``.
    """
    followed = known_until - first_day
    day = np.arange(float(FOLLOWED_DAYS))
    open_days = day <= followed[:, None]
    organs, fraction, before = daily_off_tumour(tissue, target, keys=keys, typical=typical, streams=streams)
    heart = grade_ejection_fraction(fraction, baseline_percent=before[:, None]).grade
    worn = {name: organs[f"{name}_grade"] for name in _ORGANS} | {"ejection fraction": heart}
    offset = np.floor(watch.day - first_day[:, None]).astype(np.int64)

    def of_watch(grade: Codes, otherwise: int) -> Codes:
        row, at = np.nonzero(watch.watched & (offset >= 0) & (offset < FOLLOWED_DAYS))
        table = np.full((len(keys), FOLLOWED_DAYS), UNGRADED, np.int64)
        np.maximum.at(table, (row, offset[row, at]), grade[row, at])
        return np.where(open_days, np.where(table == UNGRADED, otherwise, table), UNGRADED)

    def of_samples(grade: Codes) -> Codes:
        sampled = np.flatnonzero(panel.after_infusion >= 0)
        table = np.full((len(keys), FOLLOWED_DAYS), UNGRADED, np.int64)
        table[:, panel.after_infusion[sampled].astype(np.int64)] = grade[:, sampled]
        return table

    other = {name: of_samples(grade) for name, grade in daily_chemistry(panel, typical.book).items()}
    return ToxicityDays(
        day=day,
        crs=of_watch(bedside.crs_grade, 0),
        icans=of_watch(bedside.icans_grade, 0),
        other=other | {name: of_watch(grade, UNGRADED) for name, grade in worn.items()},
        cytopenias={name: of_samples(grade) for name, grade in daily_counts(panel, typical.book).items()},
        followed_day=np.floor(followed),
    )
