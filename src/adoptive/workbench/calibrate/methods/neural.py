"""A rival: neural posterior estimation, from ``sbi`` (an option; it needs PyTorch and is not part of any test).

Greenberg, Nonnenmacher and Macke 2019 (10.48550/arXiv.1905.07488); a masked autoregressive flow trained on the budget.
"""

from __future__ import annotations

import time
from typing import Final

import numpy as np

from adoptive.workbench.calibrate.methods.nuts import need
from adoptive.workbench.calibrate.methods.types import Inference, Problem
from adoptive.workbench.calibrate.methods.white import whitened

__all__ = ["by_neural_posterior"]

KEPT: Final = 1000


def by_neural_posterior(problem: Problem, *, seed: int, budget: int) -> Inference:
    """Infer by a normalising flow that is trained on the whole budget in one round."""
    start = time.process_time()
    torch, library = need("torch", extra="sbi"), need("sbi.inference", extra="sbi")
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    space = whitened(problem)
    x = space.prior(budget, seed)
    y = problem.simulate(space.drawn(x), seed=seed)
    size = space.size
    prior = torch.distributions.MultivariateNormal(torch.zeros(size), torch.eye(size))
    trainer = library.NPE(prior=prior, show_progress_bars=False)
    trainer.append_simulations(torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32))
    trainer.train()
    told = torch.tensor(problem.y, dtype=torch.float32)
    found = trainer.build_posterior().sample((KEPT,), x=told, show_progress_bars=False)
    draws = space.phi(np.asarray(found.numpy(), float))
    return Inference("neural posterior", draws, budget, time.process_time() - start)
