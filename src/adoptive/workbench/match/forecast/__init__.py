"""What to expect of a trial: the simulator's answer for a patient like this one, or a plain sentence why there is none.

Enters: a trial and what is known of a patient. Leaves: :class:`~adoptive.workbench.match.types.Forecast` or
:class:`~adoptive.workbench.match.types.Refused`.
"""

from __future__ import annotations

from adoptive.trial.eligibility.facts import Facts
from adoptive.workbench.match.types import Forecast, Refused, Trial

__all__ = ["forecast"]


def forecast(trial: Trial, facts: Facts, *, patients: int = 200, trials: int = 40, seed: int = 1) -> Forecast | Refused:
    """Forecast what happens to a patient like this one in a trial like this one."""
    raise NotImplementedError
