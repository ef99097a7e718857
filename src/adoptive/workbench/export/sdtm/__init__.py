"""The tabulation data sets (SDTM) of one trial, from the same rows as the analysis data sets."""

from __future__ import annotations

from adoptive.workbench.export.adam import analysis_data
from adoptive.workbench.export.sdtm import design, findings, subjects
from adoptive.workbench.export.source import Source
from adoptive.workbench.export.specs import load_spec
from adoptive.workbench.export.types import Columns, Standard, made

__all__ = ["tabulation_data"]


def tabulation_data(source: Source) -> Standard:
    """Make every tabulation data set that has a row."""
    adam = {name: dict(dataset.columns) for name, dataset in analysis_data(source).datasets.items()}
    adsl, adex, signs = adam["ADSL"], adam.get("ADEX", {}), adam.get("ADVS", {})
    columns: dict[str, Columns] = {
        "DM": subjects.demographics(source, adsl), "DS": subjects.disposition(source, adsl),
        "EX": subjects.infusions(adex), "CM": subjects.medication(adex),
        "AE": subjects.adverse_events(adam.get("ADAE", {})),
        "LB": findings.daily("LB", adam.get("ADLB", {}), ice=False),
        "VS": findings.daily("VS", signs, ice=False), "QS": findings.daily("QS", signs, ice=True),
        **_tumours(source, adam), "PC": findings.levels(adsl, adam.get("ADPC", {})),
        "PP": findings.level_parameters(adsl, adam.get("ADPP", {})),
        "TA": design.arms(source), "TE": design.elements(source), "TV": design.visits(source),
        "TS": design.summary(source, adsl),
    }  # fmt: skip
    spec = load_spec("sdtm")
    filled = {
        name: made(spec.datasets[name], table) for name, table in columns.items() if table and len(table["STUDYID"])
    }
    return Standard(spec, source.study_id, source.study.title, source.comment, filled)


def _tumours(source: Source, adam: dict[str, Columns]) -> dict[str, Columns]:
    found: dict[str, Columns] = {"RS": findings.responses(source, adam["ADSL"], adam["ADRS"])}
    if "ADTR" in adam:
        found = {
            "TU": findings.identified_lesions(adam["ADSL"], adam["ADTR"]), "TR": findings.sums(adam["ADTR"]), **found,
        }  # fmt: skip
    return found
