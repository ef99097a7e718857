"""The figures of one trial's record: survival over its table, best change, toxicity."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.types import Response
from adoptive.trial.types import TrialRecord
from adoptive.units import months
from adoptive.verdict.rows import SurvivalRows, survival_rows
from adoptive.verdict.survival import survival_curves
from adoptive.workbench.engine.reduce import TOXICITIES
from adoptive.workbench.figures.charts import Figure, Rows, draw
from adoptive.workbench.figures.colours import RESPONSE_WORDS
from adoptive.workbench.figures.survival import survival_chart
from adoptive.workbench.figures.toxicity import toxicity_chart
from adoptive.workbench.figures.waterfall import waterfall_chart
from adoptive.workbench.figures.words import contrast_in_words, medians_in_words
from adoptive.workbench.shape import (
    CRITERIA_WITH_LESIONS,
    arm_names,
    assessed,
    cells_arms,
    compares,
    curves_of,
    drawn_set,
)

__all__ = ["judged_figures", "record_rows"]

TITLES: Final = {
    "pfs": "Progression-free survival", "os": "Overall survival", "efs": "Event-free survival",
    "dor": "Duration of response",
}  # fmt: skip


def judged_figures(record: TrialRecord) -> list[Figure]:
    """Draw the first trial of a record: each time to an event, best change of the lesions, toxicity by grade."""
    study = record.study
    drawn = [_survival(record, event) for event in curves_of(study)]
    lesions = [
        arm for arm in range(len(arm_names(study))) if assessed(study, arm).response_criteria in CRITERIA_WITH_LESIONS
    ]
    bars = _bars(record, lesions)
    if bars:
        drawn.append(draw(
            "waterfall", "Best change of the target lesions", caption="Best change of the target lesions.",
            finding=_shrunk(bars), chart=lambda size: waterfall_chart(bars, size=size),
        ))  # fmt: skip
    grades = _grades(record)
    if grades:
        drawn.append(draw(
            "toxicity", "Toxicity by grade", caption="Worst grade (G) of the infused who could be assessed.",
            finding=_severe(grades),
            chart=lambda size: toxicity_chart(grades, size=size, title="% of infused patients"),
        ))  # fmt: skip
    return drawn


def record_rows(record: TrialRecord, event: str, *, trial: int = 0) -> SurvivalRows:
    """Give one trial's times to an event in months, arms as groups, of the patients whose curve is drawn."""
    patients = {name: column[trial] for name, column in record.patients.items()}
    keep = patients["enrolled"].copy()
    extra = {"infused": "treated", "responders": "responder"}.get(drawn_set(record.study, event))
    keep &= patients[extra] if extra else True
    names = arm_names(record.study)
    if not keep.any():
        return survival_rows([0.0], [False], group=[names[0]])
    group = np.array(names)[patients["arm"][keep]]
    return survival_rows(months(patients[f"{event}_days"][keep]), patients[f"{event}_event"][keep], group=group)


def _survival(record: TrialRecord, event: str) -> Figure:
    rows, names = record_rows(record, event), arm_names(record.study)
    found = {of.name: of for of in survival_curves(rows, interval="log-log")}
    curves = tuple(found[name] for name in names if name in found)
    told = [medians_in_words(curves)]
    if compares(record.study):
        told += [contrast_in_words(rows, one=of.name, reference=curves[-1].name) for of in curves[:-1]]
    caption = f"{TITLES[event]}, trial {int(record.trials[0])}; bands: pointwise 95 % intervals (log-log)."
    return draw(
        event, TITLES[event], caption=caption, finding=" ".join(told),
        chart=lambda size: survival_chart(curves, size=size),
    )  # fmt: skip


def _bars(record: TrialRecord, arms: list[int]) -> Rows:
    patients = {name: column[0] for name, column in record.patients.items()}
    keep = patients["enrolled"] & patients["evaluable"] & np.isin(patients["arm"], arms)
    columns: tuple[NDArray[Any], ...] = tuple(patients[name][keep] for name in ("arm", "best_change", "best_response"))
    names = arm_names(record.study)
    rows = [
        {"group": names[arm], "change": 100 * change, "response": RESPONSE_WORDS[Response(code)]}
        for arm, change, code in zip(*(column.tolist() for column in columns), strict=True)
    ]
    return sorted(rows, key=lambda row: names.index(str(row["group"])))


def _shrunk(bars: Rows) -> str:
    groups = dict.fromkeys(row["group"] for row in bars)
    counts = {name: [row["change"] <= -30 for row in bars if row["group"] == name] for name in groups}
    told = "; ".join(f"{sum(few)} of {len(few)} in {name}" for name, few in counts.items())
    return f"Shrunk by 30 % or more: {told}."


def _grades(record: TrialRecord) -> Rows:
    """Give the share of each worst grade of the infused who could be assessed, arm by arm."""
    patients = {name: column[0] for name, column in record.patients.items()}
    cells, names = cells_arms(record.study), arm_names(record.study)
    rows: Rows = []
    for arm in cells:
        mine = (patients["arm"] == arm) & patients["enrolled"] & patients["treated"]
        for term, column in TOXICITIES.items():
            grades = patients[column][mine & (patients[column] >= 0)]
            shares = np.bincount(grades, minlength=6) / max(len(grades), 1)
            who = {
                "term": term.replace("cytokine release syndrome", "CRS"),
                "group": names[arm] if len(cells) > 1 else "",
            }
            rows += [who | {"grade": grade, "share": float(share)} for grade, share in enumerate(shares)]
    return rows


def _severe(rows: Rows) -> str:
    severe: dict[str, float] = {}
    for row in rows:
        severe[row["term"]] = severe.get(row["term"], 0.0) + (row["share"] if row["grade"] >= 3 else 0.0)
    return "Grade 3 or more: " + ", ".join(f"{term} {100 * share:.0f} %" for term, share in severe.items()) + "."
