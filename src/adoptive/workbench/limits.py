"""How large a run may be, and how it is cut into blocks. Importing this costs nothing; the command line does."""

from __future__ import annotations

import errno
from typing import Final

from adoptive.errors import StudyError

__all__ = [
    "BLOCK_PATIENTS",
    "BLOCK_PATIENTS_LONG",
    "DEFAULT_TRIALS",
    "MOST_DOSES",
    "MOST_FITTED",
    "MOST_PATIENTS",
    "MOST_REPORTED",
    "MOST_SIMULATED",
    "MOST_TRIALS",
    "MOST_VISITS",
    "MOST_WORKERS",
    "NO_ROOM",
    "RULE_TRIALS",
    "block_trials",
    "check_size",
]

DEFAULT_TRIALS: Final = 200
"""Virtual trials unless asked otherwise: the median of 200 trials is known to a sixth of the spread between trials
(half its 95 % interval, ``1.96 * 1.25 / sqrt(200) = 0.17`` standard deviations; each endpoint's own Monte Carlo error
stands beside it), the 5th and 95th percentile rest on ten trials each, and the run ends within a minute on two
cores."""

RULE_TRIALS: Final = 20
"""First trials of a run that are repeated under each other setting of the assessment rule: enough to tell a hazard
ratio of 0.5 from one of 1, for a third of the default run's time."""

MOST_TRIALS: Final = 100_000
MOST_WORKERS: Final = 256

MOST_PATIENTS: Final = 5_000_000
"""Randomised patients in one run; more is a slip of the keyboard far oftener than a question."""

MOST_SIMULATED: Final = 1_000_000
"""Patients of a model that the user brings."""

MOST_VISITS: Final = 100_000
"""Days that one simulation of such a model may report."""

MOST_REPORTED: Final = 20_000_000
"""Numbers that it may hold (patients x days x the larger of states and quantities): a few hundred megabytes."""

MOST_DOSES: Final = 10_000
"""Doses that a patient may get in it."""

MOST_FITTED: Final = 20_000
"""Individuals of one fit of a published model: some minutes with the default number of starts."""

NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What the system says when a file has no room left: the run failed (exit code 3), the request was good."""

BLOCK_PATIENTS: Final = 1_000
"""Smallest number of patients that are simulated together: enough to fill the ensemble engine's vectors."""


LONG_MONTHS: Final = 36.0
BLOCK_PATIENTS_LONG: Final = 500
"""As many where patients are followed for longer than three years: their recorded days fill half a gigabyte then."""


def block_trials(randomised: int, *, months: float = 0.0) -> int:
    """Give the number of trials in a block; it depends on the study alone, never on the number of workers.

    Arguments: ``randomised`` patients of a trial, ``months`` from the first patient to the data cut.

    >>> block_trials(156), block_trials(156, months=84.0)
    (7, 4)
    """
    patients = BLOCK_PATIENTS if months <= LONG_MONTHS else BLOCK_PATIENTS_LONG
    return max(1, -(-patients // randomised))


def check_size(trials: int, randomised: int) -> None:
    """Refuse sizes that cannot be meant.

    Raises
    ------
    StudyError
        Fewer than 1 or more than 100,000 trials, or more than 5,000,000 patients in all.
    """
    if not 1 <= trials <= MOST_TRIALS:
        raise StudyError(
            "cannot run so many trials", where="--trials", value=f"{trials:,}", allowed=f"1 to {MOST_TRIALS:,}",
            next_step="the default gives stable medians",
        )  # fmt: skip
    if trials * randomised > MOST_PATIENTS:
        raise StudyError(
            f"{trials:,} trials of {randomised:,} patients are {trials * randomised:,} patients", where="--trials",
            allowed=f"at most {MOST_PATIENTS:,} patients in one run",
            next_step=f"ask for at most {MOST_PATIENTS // randomised:,} trials",
        )  # fmt: skip
