"""All estimates of one trial side by side, from the patients' table of a trial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.tables import TableError
from adoptive.verdict.estimands.columns import switch_rows
from adoptive.verdict.estimands.effects import hazard_effect
from adoptive.verdict.estimands.ipcw import ipcw
from adoptive.verdict.estimands.populations import population_effects, populations
from adoptive.verdict.estimands.rpsft import rpsft
from adoptive.verdict.estimands.two_stage import two_stage
from adoptive.verdict.estimands.types import Effect, SwitchRows

__all__ = ["of_patients", "of_rows", "rows_of_patients"]

Table = Mapping[str, NDArray[Any]]
BASELINE: Final = ("ecog", "baseline_sld_mm")
"""Columns that the models of switching adjust for; the diameters enter as a log."""


def of_patients(
    patients: Table,
    *,
    trial: int | None = None,
    doses: Table | None = None,
    endpoint: str = "os",
    baseline: tuple[str, ...] = BASELINE,
    bootstrap: int = 0,
    level: float = 0.95,
) -> tuple[Effect, ...]:
    """Give the hazard ratio of cells over control under every estimand, for one trial of a table.

    Parameters
    ----------
    patients
        Columns of :data:`adoptive.tables.PATIENT_COLUMNS`, ``(trials, patients)`` or flat with a column ``trial``.
    trial
        Which trial: its row, or its number in the column ``trial``; default the first.
    doses
        Columns of :data:`adoptive.tables.DOSE_COLUMNS`: the day at which controls received the cells. Without them the
        switch is taken to be at progression, which favours nobody only if it followed at once.
    endpoint
        "os" or "pfs".
    baseline
        Columns for the models of switching (IPCW, two-stage).
    bootstrap
        Resamples for the interval of the two-stage estimate.
    level
        Confidence level.

    Returns
    -------
    ITT, infused, as treated (two ways), and for overall survival with switches: censored at the switch, RPSFT, IPCW,
    two-stage.
    """
    one, number = _one_trial(patients, trial)
    rows = rows_of_patients(one, doses=doses, trial=number, endpoint=endpoint, baseline=baseline)
    crossover = np.where(rows.switched, rows.start, np.inf)
    who = populations(rows.experimental, one["treated"], infusion_day=one["infusion_day"], crossover_day=crossover)
    effects = population_effects(rows.time, rows.event, who, level=level)
    if endpoint != "os" or not rows.switched.any():
        return effects
    return (*effects, *of_rows(rows, bootstrap=bootstrap, level=level))


def of_rows(rows: SwitchRows, *, bootstrap: int = 0, level: float = 0.95) -> tuple[Effect, Effect, Effect, Effect]:
    """Give four estimates of the effect without the switch: censored at it (naive), RPSFT, IPCW, two-stage."""
    stayed = ~rows.switched
    naive = hazard_effect(
        "censored at switch", np.where(stayed, rows.time, rows.start), rows.event & stayed, rows.experimental,
        level=level, note="controls censored at the switch as if it were by chance: biased if the sick switch",
    )  # fmt: skip
    known = bool(np.isfinite(rows.follow_up).all())
    structural = rpsft(rows, recensor=known, level=level).effect
    staged = two_stage(rows, recensor=known, bootstrap=bootstrap, level=level).effect
    return naive, structural, ipcw(rows, level=level).effect, staged


def rows_of_patients(
    patients: Table,
    *,
    doses: Table | None = None,
    trial: int = 0,
    endpoint: str = "os",
    baseline: tuple[str, ...] = BASELINE,
) -> SwitchRows:
    """Give one trial's flat patients' table as rows with switches.

    Cells begin at the first infusion (inf: never infused). Progression is an event of progression-free survival
    before the end of follow-up of survival. The data cut is the last calendar day seen of anybody in the trial.
    """
    for name in (f"{endpoint}_days", f"{endpoint}_event", "arm", "treated", "infusion_day", "crossed_over", *baseline):
        if name not in patients:
            raise TableError("the table lacks a column", where="estimands", value=name, next_step="add the column")
    cells = np.asarray(patients.get("assigned_cells", np.asarray(patients["arm"]) == 0), np.bool_)
    days = np.asarray(patients[f"{endpoint}_days"], np.float64)
    enrolled = np.asarray(patients.get("randomised_day", np.zeros(days.size)), np.float64)
    progressed = np.asarray(patients["pfs_event"], np.bool_) & (patients["pfs_days"] < np.asarray(patients["os_days"]))
    progression = np.where(progressed, patients["pfs_days"], np.inf)
    treated = np.asarray(patients["treated"], np.bool_)
    start = np.where(
        cells, np.where(treated, patients["infusion_day"], np.inf), _switch(patients, progression, doses, trial)
    )
    columns = {name: np.asarray(patients[name], np.float64) for name in baseline}
    if "baseline_sld_mm" in columns:
        columns["baseline_sld_mm"] = np.log(np.maximum(columns["baseline_sld_mm"], 1.0))
    return switch_rows(
        days, patients[f"{endpoint}_event"], cells, start=start, progression=progression,
        follow_up=np.max(enrolled + np.asarray(patients["os_days"])) - enrolled, covariates=columns,
    )  # fmt: skip


def _switch(patients: Table, progression: NDArray[np.float64], doses: Table | None, trial: int) -> NDArray[np.float64]:
    """Give the day of each control's first infusion, inf for who did not cross over; without doses, progression."""
    crossed = np.asarray(patients["crossed_over"], np.bool_)
    if doses is None:
        return np.where(crossed, progression, np.inf)
    mine = (np.asarray(doses["trial"]) == trial) & (np.asarray(doses["number"]) == 1)
    first = np.full(crossed.size, np.inf)
    whose, when = np.asarray(doses["patient"])[mine], np.asarray(doses["day"])[mine]
    inside = whose < crossed.size
    np.minimum.at(first, whose[inside], when[inside])
    return np.where(crossed, first, np.inf)


def _one_trial(patients: Table, trial: int | None) -> tuple[dict[str, NDArray[Any]], int]:
    """Give the flat columns of one trial's enrolled patients, by place, and the trial's number."""
    table = {name: np.asarray(column) for name, column in patients.items()}
    shape = next(iter(table.values())).shape
    if len(shape) == 2:
        number = 0 if trial is None else trial
        if not 0 <= number < shape[0]:
            raise TableError("no such trial", where="trial", value=number, allowed=f"0 to {shape[0] - 1}")
        return {name: column[number] for name, column in table.items()}, number
    numbers = table.get("trial", np.zeros(shape, np.int64))
    number = int(numbers[0]) if trial is None else trial
    if not (numbers == number).any():
        raise TableError("no such trial", where="trial", value=number, allowed=str(np.unique(numbers)[:20].tolist()))
    return {name: column[numbers == number] for name, column in table.items()}, number
