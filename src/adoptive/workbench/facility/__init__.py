"""``adoptive facility``: a study's demand through its facility, from the order to the infusion.

A :class:`~adoptive.trial.types.Study` enters, a :class:`FacilityResult` leaves. The function to know is
:func:`run_facility`.
"""

from adoptive.workbench.facility.run import run_facility
from adoptive.workbench.facility.types import Asked, Ending, FacilityResult, Journeys, Summary

__all__ = ["Asked", "Ending", "FacilityResult", "Journeys", "Summary", "run_facility"]
