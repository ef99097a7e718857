"""The trial meets the facility's capacity: on which day of his own each patient's cells are begun."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import Cohort
from adoptive.course import Plan, make_cells
from adoptive.facility.queue import queue_for_slots
from adoptive.infusion import Choice, plan_waiting
from adoptive.kinetics import advance, begin, describe_patients
from adoptive.outcome import read_fate

__all__ = ["slot_days"]

Floats = NDArray[np.float64]


def slot_days(
    cohort: Cohort,
    plan: Plan,
    *,
    asked_day: Floats,
    entered_day: Floats,
    end_day: Floats,
    choice: Choice | None = None,
) -> Floats:
    """Give the day on which each patient's slot starts, in his own days ``(patients,)``; his last if he gets none.

    Without ``facility.slots`` that is the day of asking. Else the patients are followed without cells, to know until
    when each could be helped, and the patients of one trial who come together here queue on its calendar.

    Arguments: ``asked_day`` and ``end_day`` ``(patients,)`` in days of their own, ``entered_day`` the calendar day
    of their day 0; ``choice`` the drug that controls had until they asked.
    """
    if plan.facility.slots is None:
        return asked_day
    body = describe_patients(cohort, plan.construct, **plan.draws)
    if choice is not None:
        body = body.replace(kChemo=choice.resistance_per_day)
    nothing = make_cells(cohort, plan, np.full(len(cohort), np.inf))
    waiting = plan_waiting(
        plan.infusion, cohort, nothing, choice, ordered_day=asked_day, ready_day=end_day, **plan.draws
    )
    trajectory = advance(begin(body, horizon_days=plan.horizon_days), body, until=end_day, infusions=waiting)
    lost = np.minimum(read_fate(trajectory, body, cohort, **plan.draws).lost_day, end_day)
    asked = entered_day + asked_day
    start = queue_for_slots(plan.facility, cohort, asked, entered_day + lost, cohort.keys.trial)
    waited = np.minimum(start - entered_day, np.maximum(end_day, asked_day))
    return np.where(start == asked, asked_day, waited)  # the sum and the difference of days may miss a last digit
