"""Of a patient of whom nothing is known the forecast is the study's own run."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from adoptive.parameters import draw_typical, load_book
from adoptive.streams import Streams
from adoptive.trial.eligibility.facts import Facts
from adoptive.trial.run import run_trial
from adoptive.workbench.match.forecast.copies import draw_copies
from adoptive.workbench.match.forecast.follow import alone, follow_copies
from adoptive.workbench.match.forecast.known import known_of
from adoptive.workbench.match.types import Refused, Trial

TRIALS, COPIES = 24, 10


def test_with_nothing_known_the_forecast_is_the_plain_study(nobody: Facts, own: Callable[[str], Trial]) -> None:
    """Four two-sided z tests at 0.001 each, paired by the trials' parameters: 0.4 % in all; the seed is fixed."""
    study = alone(own("satri-cel").study, 0, copies=COPIES)
    streams, trials = Streams(11), np.arange(TRIALS)
    typical = draw_typical(load_book(), streams, trials=trials)
    cohort = draw_copies(study, known_of(nobody, study), trials=trials, copies=COPIES, typical=typical, streams=streams)
    assert not isinstance(cohort, Refused)
    found = follow_copies(study, cohort, trials=trials, typical=typical, streams=streams)
    plain = run_trial(study, seed=11, trials=range(TRIALS)).patients
    for name in ("treated", "responder", "disease_control", "pfs_event"):
        apart = found[name].mean(axis=1) - plain[name].mean(axis=1)
        error = apart.std(ddof=1) / math.sqrt(TRIALS)
        assert abs(apart.mean()) <= 3.29 * error + 1e-12, name
        assert error < 0.06, name
