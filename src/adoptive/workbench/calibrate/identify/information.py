"""Which study teaches which quantity: each study's part of the Fisher information, and what its loss would cost."""

from __future__ import annotations

import numpy as np

from adoptive.workbench.calibrate.identify.likelihood import Evidence
from adoptive.workbench.calibrate.identify.types import Floats, Information

__all__ = ["information_by_study"]


def information_by_study(evidence: Evidence, *, at: Floats, prior_sd: Floats) -> Information:
    """Share out the information on each free quantity among the studies, at one point ``(free,)``.

    ``share = I_s[k, k] / sum_s I_s[k, k]`` speaks of each quantity as if the others were known; ``loss`` does not:
    ``sqrt(V_without_s[k, k] / V[k, k]) - 1`` with ``V = (sum_s I_s + diag(1 / prior_sd^2))^-1``.
    """
    each = evidence.fisher(at)
    own = np.einsum("skk->sk", each)
    whole = own.sum(axis=0)
    shares = np.divide(own, whole, out=np.zeros_like(own), where=whole > 0)
    prior = np.diag(1.0 / prior_sd**2)
    together = np.diag(np.linalg.inv(each.sum(axis=0) + prior))
    without = [np.diag(np.linalg.inv(each.sum(axis=0) - one + prior)) for one in each]
    loss = np.sqrt(np.maximum(np.stack(without) / together, 1.0)) - 1.0
    return Information(evidence.studies, evidence.free, shares, loss)
