"""One way to NUTS: a model is compiled once and takes its data as arguments, so that many data sets share it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from adoptive.errors import RunError
from adoptive.workbench.calibrate.methods.types import Floats

__all__ = ["Sampled", "need", "sampler"]


@dataclass(frozen=True)
class Sampled:
    """Hold draws by name, chains one after the other, and what the sampler says of itself."""

    samples: Mapping[str, Floats]
    diagnostics: Mapping[str, float]


def need(module: str, *, extra: str) -> Any:
    """Import an optional library, or say in one sentence how to get it.

    Raises
    ------
    RunError
        It is not installed.
    """
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as problem:
        raise RunError(f"{module} is not installed", value=str(problem), next_step=f"pip install {extra}") from None


def sampler(
    model: Callable[..., None], *, warmup: int, draws: int, chains: int = 1, accept: float = 0.8, depth: int = 8
) -> Callable[..., Sampled]:
    """Give ``run(seed, *data)`` for a numpyro model; it is compiled at the first call for data of one shape.

    Hoffman and Gelman 2014 (JMLR 15:1593); numpyro's implementation. ``chains`` run one after the other.
    """
    numpyro = need("numpyro", extra="'adoptive[calibrate]'")
    import jax

    jax.config.update("jax_enable_x64", True)
    kernel = numpyro.infer.NUTS(model, target_accept_prob=accept, max_tree_depth=depth)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mcmc = numpyro.infer.MCMC(
            kernel, num_warmup=warmup, num_samples=draws, num_chains=chains, chain_method="sequential",
            progress_bar=False, jit_model_args=True,
        )  # fmt: skip

    def run(seed: int, *data: Any) -> Sampled:
        mcmc.run(jax.random.PRNGKey(seed), *(jax.numpy.asarray(each) for each in data), extra_fields=("diverging",))
        by_chain = mcmc.get_samples(group_by_chain=True)
        samples = {name: np.asarray(value, float) for name, value in mcmc.get_samples().items()}
        worst = 1.0
        if chains > 1:
            split = numpyro.diagnostics.split_gelman_rubin
            worst = max(float(np.max(split(np.asarray(value)))) for value in by_chain.values() if value.std() > 0.0)
        diverged = int(np.sum(mcmc.get_extra_fields()["diverging"]))
        return Sampled(samples, {"rhat": worst, "divergences": float(diverged)})

    return run
