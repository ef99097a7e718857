"""Who is analysed, and as what: intention to treat, the infused, as treated.

Only the first keeps what randomisation gave. The infused are chosen by what happened after it (they lived and stayed
fit until the infusion), and so are the treated: their waiting time is immortal (:mod:`.immortal_time`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from adoptive.tables import TableError
from adoptive.verdict.estimands.effects import hazard_effect, pieces_of
from adoptive.verdict.estimands.types import Effect, Populations

__all__ = ["population_effects", "populations"]


def populations(
    assigned: ArrayLike,
    treated: ArrayLike,
    *,
    infusion_day: ArrayLike | None = None,
    crossover_day: ArrayLike | None = None,
) -> Populations:
    """Tell the analysis populations of a trial of cells against something else.

    Parameters
    ----------
    assigned
        ``(patients,)``: assigned to the cells.
    treated
        ``(patients,)``: received the therapy of the own arm.
    infusion_day
        Day of the first infusion of those assigned to cells, read where they were treated; default 0.
    crossover_day
        Day at which a control received the cells, inf = never; default never.

    >>> who = populations([1, 1, 0, 0], [1, 0, 1, 1], infusion_day=[30, 0, 0, 0], crossover_day=[np.inf] * 3 + [90.0])
    >>> who.as_treated.tolist(), who.start.tolist()
    ([True, False, False, True], [30.0, inf, inf, 90.0])
    """
    cells, given = np.asarray(assigned, np.bool_), np.asarray(treated, np.bool_)
    shape = cells.shape
    infusion = np.zeros(shape) if infusion_day is None else np.asarray(infusion_day, np.float64)
    crossover = np.full(shape, np.inf) if crossover_day is None else np.asarray(crossover_day, np.float64)
    for name, column in (("treated", given), ("infusion_day", infusion), ("crossover_day", crossover)):
        if column.shape != shape:
            raise TableError("length unlike that of assigned", where=name, value=column.shape, allowed=str(shape))
    start = np.where(cells, np.where(given, infusion, np.inf), crossover)
    return Populations(assigned=cells, infused=given, as_treated=np.isfinite(start), start=start)


def population_effects(
    time: ArrayLike, event: ArrayLike, who: Populations, *, level: float = 0.95
) -> tuple[Effect, Effect, Effect, Effect]:
    """Compare the arms by intention to treat, among the infused, and as treated.

    Parameters
    ----------
    time, event
        ``(patients,)`` from randomisation.
    who
        The populations.
    level
        Confidence level.

    Returns
    -------
    Hazard ratios: ITT; infused set (those who received the therapy of their arm, from randomisation); as treated, ever
    against never (biased by immortal time); as treated from the day of treatment on (time-dependent).
    """
    times, seen = np.asarray(time, np.float64), np.asarray(event, np.bool_)
    set_ = who.infused
    itt = hazard_effect("ITT", times, seen, who.assigned, level=level, note="all patients, by assigned arm")
    infused = hazard_effect(
        "infused", times[set_], seen[set_], who.assigned[set_], level=level,
        note="those who received their arm's therapy, from randomisation; the wait is immortal time",
    )  # fmt: skip
    began = who.start < times
    ever = hazard_effect(
        "as treated, ever", times, seen, began, level=level,
        note="ever against never treated with the cells: biased by immortal time",
    )  # fmt: skip
    end, happened, treated, entry, whose = pieces_of(times, seen, who.start)
    since = hazard_effect(
        "as treated, in time", end, happened, treated, entry=entry, patient=whose, level=level,
        note="treated with the cells from the day of treatment on; not randomised",
    )  # fmt: skip
    return itt, infused, ever, since
