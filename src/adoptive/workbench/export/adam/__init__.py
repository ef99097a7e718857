"""The analysis data sets (ADaM) of one trial: enters a :class:`Source`, leaves a :class:`Standard`."""

from __future__ import annotations

from adoptive.workbench.export.adam.daily import laboratory, signs
from adoptive.workbench.export.adam.exposure import exposures
from adoptive.workbench.export.adam.levels import levels, parameters
from adoptive.workbench.export.adam.response import responses, tumours
from adoptive.workbench.export.adam.safety import adverse_events, assessments
from adoptive.workbench.export.adam.subject import subjects
from adoptive.workbench.export.adam.times import times_to_events
from adoptive.workbench.export.source import Source
from adoptive.workbench.export.specs import load_spec
from adoptive.workbench.export.types import Columns, Standard, made

__all__ = ["analysis_data"]


def analysis_data(source: Source) -> Standard:
    """Make every analysis data set that has a row."""
    adsl = subjects(source)
    adpc = levels(source, adsl)
    columns: dict[str, Columns] = {
        "ADSL": adsl, "ADTTE": times_to_events(source, adsl), "ADRS": responses(source, adsl),
        "ADTR": tumours(source, adsl), "ADAE": adverse_events(source, adsl), "ADTOX": assessments(source, adsl),
        "ADLB": laboratory(source, adsl), "ADVS": signs(source, adsl), "ADEX": exposures(source, adsl),
        "ADPC": adpc, "ADPP": parameters(source, adsl, adpc),
    }  # fmt: skip
    spec = load_spec("adam")
    filled = {
        name: made(spec.datasets[name], table) for name, table in columns.items() if table and len(table["USUBJID"])
    }
    return Standard(spec, source.study_id, source.study.title, source.comment, filled)
