"""Figures of the cells and what they do to the patient: kinetics in blood, toxicity by grade, when it begins."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.kinetics.observe.rows import observed
from adoptive.workbench.figures.charts import DataTable, Figure, Rows, draw
from adoptive.workbench.figures.kinetics import band_rows, kinetics_chart
from adoptive.workbench.figures.toxicity import onset_chart, toxicity_chart
from adoptive.workbench.report.data import Run, rows_of

__all__ = ["kinetics_figure", "onset_figure", "toxicity_figure"]

Floats = NDArray[np.float64]

LAST_DAY: Final = 120
LAST_DAY_LONG: Final = 365
LONG_MONTHS: Final = 36.0
"""Follow-up from which a year of cells in blood is drawn instead of four months."""

TABLE_DAYS: Final = (0, 3, 7, 10, 14, 21, 28, 42, 56, 90, 120, 183, 274, 365)
FLOOR_COPIES: Final = 1.0
"""Lowest level drawn, copies per ug of DNA: far below what is measured."""

ONSETS: Final = (
    ("CRS", "crs_grade", "crs_onset_day", "crs_days"),
    ("ICANS", "icans_grade", "icans_onset_day", "icans_days"),
    ("infection", "infections", "infection_onset_day", ""),
)
FEWEST: Final = 3
"""Patients with a toxicity from which its onset is drawn."""


def kinetics_figure(run: Run) -> Figure:
    """Draw the transgene in blood from the first infusion, arm by arm."""
    rows = [row for arm in run.cells for row in _levels(run, arm)]
    counted = {arm: len({row["patient"] for row in rows if row["arm"] == arm}) for arm in run.cells}
    told = f"{counted[run.cells[0]]} infused patients"
    if len(counted) > 1:
        told = ", ".join(f"{run.arms[arm]} {number}" for arm, number in counted.items()) + " infused patients"
    lloq = observed("qpcr_lower")
    limit = f" Dashed: limit of quantification by qPCR ({lloq:g}); the simulated level is drawn below it, too."
    caption = (
        f"Trial {run.summary['median_trial']}, {told}, from each one's first infusion on, while "
        f"alive and followed. Line: median; band: 5th to 95th percentile of patients; thin: single patients. "
        f"Levels below {FLOOR_COPIES:g} copy are drawn at {FLOOR_COPIES:g}.{limit}"
    )
    finding = " ".join(_peak_in_words(run, arm) for arm in run.cells)
    return draw(
        "kinetics", "CAR copies in blood", caption=caption, finding=finding, table=_kinetics_table(rows),
        chart=lambda size: kinetics_chart(rows, size=size, lloq=lloq, floor=FLOOR_COPIES),
    )  # fmt: skip


def _kinetics_table(rows: Rows) -> DataTable:
    told = []
    for group in dict.fromkeys(row["group"] for row in rows):
        picked = [row for row in rows if row["group"] == group and row["day"] in TABLE_DAYS]
        for row in band_rows([row | {"level": max(row["level"], FLOOR_COPIES)} for row in picked], group):
            told.append(
                (f"{group or 'all'}, day {row['day']:g}", *(f"{row[name]:,.0f}" for name in ("middle", "low", "high")))
            )
    return DataTable(("arm, day", "median", "5th percentile", "95th percentile"), told, "Copies per µg DNA.")


def toxicity_figure(run: Run) -> Figure:
    """Draw the share of infused patients by worst grade, arm by arm."""
    scale = run.study.outcome.crs_scale
    by_astct = "Cytokine release syndrome (CRS) and neurotoxicity (ICANS): ASTCT"
    by_other = f"Cytokine release syndrome (CRS): {scale}; neurotoxicity (ICANS): ASTCT"
    caption = (
        f"Worst grade (G) of each infused patient who could be assessed, pooled over {run.summary['trials']:,} "
        f"simulated trials, the worst grade first. {by_astct if scale == 'ASTCT' else by_other}; counts, anaemia, ALT: "
        "CTCAE 5.0; early ICAHT (lack of neutrophils to day 30): EHA and EBMT; tumour lysis: Cairo and Bishop; "
        "infection and gastric mucosal injury: grades of the model. What is missing to 100 % had grade 0."
    )
    rows = [
        {"term": _shortly(row["toxicity"]), "grade": row["grade"], "share": row["share"],
         "group": run.arms[arm] if len(run.cells) > 1 else ""}
        for arm in run.cells
        for row in rows_of(run.tables["grades"], arm=arm)
    ]  # fmt: skip
    finding = " ".join(_severe_in_words(run, arm) for arm in run.cells)
    return draw(
        "toxicity", "Toxicity by grade", caption=caption, finding=finding, table=_grade_table(rows),
        chart=lambda size: toxicity_chart(rows, size=size, title="% of infused patients"),
    )  # fmt: skip


def _grade_table(rows: Rows) -> DataTable:
    lines: dict[tuple[str, str], dict[int, float]] = {}
    for row in rows:
        lines.setdefault((row["group"], row["term"]), {})[int(row["grade"])] = 100 * float(row["share"])
    told = [
        (f"{group}: {term}" if group else term, *(f"{shares.get(grade, 0.0):.1f}" for grade in range(6)))
        for (group, term), shares in lines.items()
    ]
    return DataTable(("toxicity", *(f"grade {grade}" for grade in range(6))), told, "% of infused patients.")


def onset_figure(run: Run) -> Figure | None:
    """Draw when toxicities began and how long they lasted in the median trial; none if hardly anybody had one."""
    rows = [row for arm in run.cells for row in _onsets(run, arm)]
    if not rows:
        return None
    told = [
        (f"{row['group']}: {row['term']}" if row["group"] else row["term"], str(row["patients"]), f"{row['onset']:.0f}",
         f"{row['onset_lower']:.0f} to {row['onset_upper']:.0f}", f"{row['days']:.0f}" if row["days"] else "–")
        for row in rows
    ]  # fmt: skip
    caption = (
        f"Trial {run.summary['median_trial']}, infused patients who had it. Dot: median onset; thin line: middle half "
        "of the patients; thick line: median length from the median onset on (not recorded for infections)."
    )
    finding = " ".join(f"{name}: {many} patients, from day {day} on." for name, many, day, *_ in told)
    columns = ("toxicity", "patients", "median onset, day", "middle half", "median length, days")
    return draw(
        "onset", "When toxicity begins and how long it lasts", caption=caption, finding=finding,
        chart=lambda size: onset_chart(rows, size=size), table=DataTable(columns, told),
    )  # fmt: skip


def _onsets(run: Run, arm: int) -> Rows:
    patients = run.tables["patients"]
    infused = (patients["arm"] == arm) & patients["treated"]
    rows: Rows = []
    for term, had, onset, length in ONSETS:
        mine = infused & (patients[had] > 0)
        if mine.sum() < FEWEST:
            continue
        low, middle, high = np.quantile(patients[onset][mine], [0.25, 0.5, 0.75]).tolist()
        days = float(np.median(patients[length][mine])) if length else 0.0
        rows.append({
            "term": term, "group": run.arms[arm] if len(run.cells) > 1 else "", "onset": middle, "onset_lower": low,
            "onset_upper": high, "end": middle + days, "days": days, "patients": int(mine.sum()),
        })  # fmt: skip
    return rows


def _severe_in_words(run: Run, arm: int) -> str:
    severe: dict[str, float] = {}
    for row in rows_of(run.tables["grades"], arm=arm):
        severe[row["toxicity"]] = severe.get(row["toxicity"], 0.0) + (row["share"] if row["grade"] >= 3 else 0.0)
    whom = f", {run.arms[arm]}" if len(run.cells) > 1 else ""
    return f"Grade 3 or more{whom}: " + ", ".join(f"{name} {100 * share:.0f} %" for name, share in severe.items()) + "."


def _levels(run: Run, arm: int) -> Rows:
    """Give the levels of an arm's infused patients by day since the first infusion."""
    of_arm = set(run.tables["patients"]["patient"][run.tables["patients"]["arm"] == arm].tolist())
    first: dict[int, float] = {}
    for dose in rows_of(run.tables["doses"]):
        if dose["patient"] in of_arm:
            first[dose["patient"]] = min(dose["day"], first.get(dose["patient"], np.inf))
    daily = run.tables["daily"]
    if not daily or not first:
        return []
    start = np.array([first.get(patient, np.inf) for patient in daily["patient"].tolist()])
    since = np.where(np.isfinite(start), np.round(daily["day"] - np.where(np.isfinite(start), start, 0.0)), -1.0)
    keep = (since >= 0) & (since <= _last_day(run))
    group = run.arms[arm] if len(run.cells) > 1 else ""
    columns: tuple[Any, ...] = (daily["patient"][keep], _grouped(since[keep]), daily["car_copies"][keep])
    return [
        {"arm": arm, "group": group, "patient": patient, "day": day, "level": level}
        for patient, day, level in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _grouped(day: Floats) -> Floats:
    """Take days by weeks once patients are no longer recorded daily."""
    weeks = np.floor((day - LAST_DAY) / 7.0) * 7.0 + LAST_DAY
    return np.where(day > LAST_DAY, weeks, day)


def _last_day(run: Run) -> int:
    trial = run.study.trial
    return LAST_DAY_LONG if trial.accrual_months + trial.follow_up_months > LONG_MONTHS else LAST_DAY


def _peak_in_words(run: Run, arm: int) -> str:
    spread = {row["name"]: row for row in rows_of(run.tables["medians"], arm=arm)}
    peak, day = spread["peak_car_copies"], spread["peak_car_day"]
    whom = f" of {run.arms[arm]}" if len(run.cells) > 1 else ""
    return (
        f"Over all trials the median peak{whom} was {peak['p50']:,.0f} copies per µg DNA (90 % of trials "
        f"{peak['p05']:,.0f} to {peak['p95']:,.0f}), on day {day['p50']:.0f} after infusion."
    )


def _shortly(toxicity: str) -> str:
    return toxicity.replace("cytokine release syndrome", "CRS")
