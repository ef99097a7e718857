"""What to expect of a trial: the simulator's answer for a patient like this one, or a plain sentence why there is none.

Enters: a trial and what is known of a patient. Leaves: :class:`~adoptive.workbench.match.types.Forecast` or
:class:`~adoptive.workbench.match.types.Refused`. Know :func:`forecast`.
"""

from __future__ import annotations

from adoptive.trial.eligibility.facts import Facts
from adoptive.workbench.match.types import Forecast, Refused, Trial

__all__ = ["forecast"]


def forecast(trial: Trial, facts: Facts, *, patients: int = 20, trials: int = 64, seed: int = 1) -> Forecast | Refused:
    """Forecast what happens to a patient like this one in a trial like this one, or say why there is no forecast.

    Each virtual trial draws the model's parameters once, and once all that could be found out of the patient but is
    not known; its copies of him differ only in what nobody can know before. So the 90 % interval of a chance, taken
    over the trials, holds both kinds of not knowing; "days_to_infusion" and "days_from_apheresis" have the interval
    that holds 90 of 100 patients. The same arguments give the same bytes.

    Arguments: ``patients`` copies in each of ``trials`` virtual trials, both 2 to 400 and 40,000 in all.

    Raises
    ------
    StudyError
        ``patients`` or ``trials`` out of range.
    """
    from adoptive.workbench.match.forecast.expect import expect

    return expect(trial, facts, patients=patients, trials=trials, seed=seed)
