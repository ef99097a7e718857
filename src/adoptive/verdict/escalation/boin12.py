"""BOIN12: the dose with the best trade of response against toxicity.

Lin, Zhou, Yan, Li and Yuan 2020, 10.1200/PO.20.00257: a utility for each of the four outcomes, the posterior
probability that a dose's mean utility exceeds a benchmark (its desirability), admissible doses only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from adoptive.errors import StudyError
from adoptive.verdict.escalation.types import check_counts, check_share

__all__ = ["DesirabilityTable", "Utility", "admissible", "desirability", "desirability_table", "utility_sum"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Utility:
    """Hold what the four outcomes are worth, 0 to 100, and which rates are still acceptable.

    A response without a DLT is worth 100, a DLT without response 0; ``neither`` and ``both`` lie between. A dose whose
    DLT rate is above ``highest_toxicity`` or whose response rate is below ``lowest_response`` is not admissible, if
    one is ``toxicity_cutoff`` or ``response_cutoff`` sure of it.
    """

    highest_toxicity: float = 0.35
    lowest_response: float = 0.25
    neither: float = 40.0
    both: float = 60.0
    toxicity_cutoff: float = 0.95
    response_cutoff: float = 0.90

    def __post_init__(self) -> None:
        for name in ("highest_toxicity", "lowest_response", "toxicity_cutoff", "response_cutoff"):
            check_share(name, getattr(self, name))
        for name in ("neither", "both"):
            if not 0.0 <= getattr(self, name) <= 100.0:
                raise StudyError("a utility", where=name, value=getattr(self, name), allowed="0 to 100")

    @property
    def benchmark(self) -> float:
        """Give the utility that a dose should exceed: half way from the worst acceptable dose to 100.

        >>> Utility().benchmark
        70.5
        """
        toxic, active = self.highest_toxicity, self.lowest_response
        worst = 100 * active * (1 - toxic) + self.neither * (1 - toxic) * (1 - active) + self.both * toxic * active
        return worst + (100.0 - worst) / 2.0


@dataclass(frozen=True)
class DesirabilityTable:
    """Hold the ranks of all outcomes, ``(rows,)`` each; rank nan: the dose is not admissible."""

    patients: Counts
    dlt: Counts
    responses: Counts
    rank: Floats


def utility_sum(dlt: ArrayLike, responses: ArrayLike, both: ArrayLike, patients: ArrayLike, *, rule: Utility) -> Floats:
    """Give the sum of the patients' utilities over 100: the number of successes in the quasi-binomial likelihood.

    Parameters
    ----------
    dlt, responses, both, patients
        Patients with a DLT, with a response, with both, and treated; any shape.
    rule
        The utilities.

    Examples
    --------
    >>> float(utility_sum(1, 1, 0, 3, rule=Utility()))
    1.4
    """
    toxic, active, twice, treated = (np.asarray(given, np.float64) for given in (dlt, responses, both, patients))
    neither = treated - toxic - active + twice
    return np.asarray(active - twice + (rule.neither * neither + rule.both * twice) / 100.0)


def desirability(successes: ArrayLike, patients: ArrayLike, *, rule: Utility) -> Floats:
    """Give the posterior probability that a dose's mean utility exceeds the benchmark, prior Beta(1, 1).

    Parameters
    ----------
    successes, patients
        :func:`utility_sum` and patients treated, any shape.
    rule
        The utilities.

    Examples
    --------
    >>> float(desirability(0.0, 0, rule=Utility()).round(3))
    0.295
    """
    good, treated = np.asarray(successes, np.float64), np.asarray(patients, np.float64)
    return np.asarray(special.betaincc(1.0 + good, 1.0 + treated - good, rule.benchmark / 100.0))


def admissible(dlt: ArrayLike, responses: ArrayLike, patients: ArrayLike, *, rule: Utility) -> Bools:
    """Say which doses are neither too toxic nor too weak, for all one knows.

    Parameters
    ----------
    dlt, responses, patients
        Patients with a DLT, with a response, and treated, any shape.
    rule
        The limits.

    Examples
    --------
    >>> admissible([0, 2, 3], [3, 0, 3], 3, rule=Utility()).tolist()
    [True, True, False]
    """
    toxic, treated = check_counts(dlt, patients)
    active, treated = check_counts(responses, treated)
    too_toxic = special.betaincc(1.0 + toxic, 1.0 + treated - toxic, rule.highest_toxicity) >= rule.toxicity_cutoff
    too_weak = special.betainc(1.0 + active, 1.0 + treated - active, rule.lowest_response) >= rule.response_cutoff
    return np.asarray(~too_toxic & ~too_weak)


def desirability_table(patients: ArrayLike, *, rule: Utility) -> DesirabilityTable:
    """Rank every outcome at every number of patients, 1 the least desirable; ties share their mean rank.

    A response and a DLT are counted apart, so that the rank does not depend on how many patients had both: their
    utilities are taken as ``both responses + neither (patients - dlt)`` (with ``neither + both = 100`` this is exact).

    Parameters
    ----------
    patients
        Numbers of patients that may stand at a dose ``(sizes,)``, 0 included.
    rule
        The utilities.

    Examples
    --------
    >>> table = desirability_table([0, 3, 6, 9], rule=Utility())
    >>> float(table.rank[0]), len(table.rank)
    (60.0, 166)
    """
    sizes = np.unique(np.asarray(patients, np.int64))
    if sizes.size and sizes[0] < 0:
        raise StudyError("patients are counted", where="patients", value=sizes[0], allowed=">= 0")
    rows = [(n, toxic, active) for n in sizes.tolist() for toxic in range(n + 1) for active in range(n + 1)]
    treated, toxic, active = np.array(rows, np.int64).reshape(-1, 3).T
    worth = (rule.both * active + rule.neither * (treated - toxic)) / 100.0
    score = desirability(worth, treated, rule=rule)
    allowed = admissible(toxic, active, treated, rule=rule)
    # Equal utilities come from different sums: round before ranking, or round-off parts a tie.
    rank = np.full(score.size, np.nan)
    rank[allowed] = stats.rankdata(score[allowed].round(12))
    return DesirabilityTable(treated, toxic, active, rank)
