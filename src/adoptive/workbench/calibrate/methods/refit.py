"""The shipped posterior for many data sets: the density of :mod:`..infer`, cheap enough for hundreds of them.

Written for repeated refits: only quantities that differ between trials enter the spread between trials, and all data
sets are sampled in step (:mod:`.lockstep`). A test holds the density equal to the one that is shipped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from adoptive.workbench.calibrate.infer import MISSED, TRIAL_SPREAD, Packed
from adoptive.workbench.calibrate.methods.lockstep import Lockstep, lockstep
from adoptive.workbench.calibrate.methods.nuts import need
from adoptive.workbench.calibrate.methods.types import Floats
from adoptive.workbench.calibrate.types import FreeQuantity

__all__ = ["Density", "Refit", "density", "refit"]

WARMUP: Final = 60
DRAWS: Final = 198


@dataclass(frozen=True)
class Density:
    """Hold the log posterior of ``theta`` ``(size,)``: ``free`` quantities, then logarithms of the common spreads.

    ``log_density(theta, y, used)`` is up to a constant, and a value that is NaN tells nothing; ``phi(theta)`` gives
    the free quantities themselves.
    """

    size: int
    free: int
    log_density: Callable[[Any, Any, Any], Any]
    phi: Callable[[Any], Any]


def density(packed: Packed, *, families_known: bool = False) -> Density:
    """Write the shipped posterior down for repeated use.

    ``families_known`` sets the common spread of each family of effects to 1, as it is in a bank's design.
    """
    jnp = need("jax.numpy", extra="'adoptive[calibrate]'")
    free = packed.free
    families = () if families_known else _names(free, "family")
    groups = _names(free, "trials")
    member = _members(free, "family", families)
    alone = 1.0 - member.sum(axis=1)
    moving = np.flatnonzero([bool(one.trials) for one in free])
    in_group = _members(free, "trials", groups)[moving]
    sizes = [MISSED[scale] for _, scale in packed.kinds]
    limits = np.concatenate([np.ones(len(families)), np.full(len(groups), TRIAL_SPREAD), sizes])
    ends = np.cumsum([len(free), len(families), len(groups)])
    likelihood = _likelihood(packed, moving)

    def phi(theta: Any) -> Any:
        return theta[: ends[0]] * (alone + member @ jnp.exp(theta[ends[0] : ends[1]]))

    def log_density(theta: Any, y: Any, used: Any) -> Any:
        spreads = jnp.exp(theta[ends[0] :])
        prior = (
            -0.5 * jnp.sum(theta[: ends[0]] ** 2) - 0.5 * jnp.sum((spreads / limits) ** 2) + jnp.sum(theta[ends[0] :])
        )
        between = in_group @ jnp.exp(theta[ends[1] : ends[2]])
        return prior + likelihood(phi(theta), between, jnp.exp(theta[ends[2] :]), y, used)

    return Density(int(ends[2]) + len(sizes), len(free), log_density, phi)


def _names(free: Sequence[FreeQuantity], what: str) -> tuple[str, ...]:
    named = (getattr(one, what) for one in free if what != "family" or one.kind == "effect")
    return tuple(dict.fromkeys(name for name in named if name))


def _members(free: Sequence[FreeQuantity], what: str, names: Sequence[str]) -> Floats:
    """Give 1 where a quantity belongs to a family or group, ``(free, names)``."""
    found = np.zeros((len(free), len(names)))
    for at, one in enumerate(free):
        if getattr(one, what) in names and (what != "family" or one.kind == "effect"):
            found[at, names.index(getattr(one, what))] = 1.0
    return found


def _likelihood(packed: Packed, moving: Any) -> Callable[..., Any]:
    """Give the sum of the studies' normal terms, as a function of quantities, spreads, data and who counts."""
    import jax.numpy as jnp
    from jax.scipy.linalg import solve_triangular

    a = packed.arrays
    root = 1.0 / np.sqrt(a["weight"])
    noise = a["covariance"] * root[:, :, None] * root[:, None, :]
    carried = a["levers"][:, :, moving]
    diagonal = np.eye(noise.shape[1])

    def likelihood(phi: Any, between: Any, missed: Any, y: Any, used: Any) -> Any:
        z = a["levers"] @ phi - a["centre"]
        bent = jnp.einsum("seij,sj->sei", a["quadratic"], z)
        mean = a["constant"] + jnp.einsum("sei,si->se", a["linear"] + bent, z)
        apart = jnp.einsum("sei,sik->sek", a["linear"] + 2.0 * bent, carried * between)
        whole = noise + jnp.einsum("sek,sfk->sef", apart, apart) + diagonal * (a["kind"] @ missed**2)[:, :, None]
        there = (a["used"] > 0) & jnp.isfinite(y)
        pairs = there[:, :, None] & there[:, None, :]
        factor = jnp.linalg.cholesky(jnp.where(pairs, whole, diagonal))
        left = jnp.where(there, jnp.where(there, y, 0.0) - mean, 0.0)
        scaled = solve_triangular(factor, left[:, :, None], lower=True)[:, :, 0]
        each = -0.5 * jnp.sum(scaled**2, axis=1) - jnp.sum(jnp.log(jnp.diagonal(factor, axis1=1, axis2=2)), axis=1)
        return jnp.sum(used * each)

    return likelihood


@dataclass(frozen=True)
class Refit:
    """Sample the shipped posterior for many data sets at once; compiled at the first use."""

    chains: Lockstep
    free: Callable[[Any], Any]

    def __call__(self, y: Floats, used: Floats, *, seed: int, warmup: int = WARMUP, draws: int = DRAWS) -> Floats:
        """Draw ``(data sets, draws, free)`` given data ``(data sets, studies, endpoints)`` of the ``used`` studies.

        ``used`` ``(data sets, studies)`` is 1 for the studies that have a say.
        """
        found = self.chains(y, used, seed=seed, warmup=warmup, draws=draws)
        return np.asarray(self.free(found.theta))


def refit(packed: Packed, *, families_known: bool = False) -> Refit:
    """Prepare repeated sampling of the shipped posterior."""
    built = density(packed, families_known=families_known)
    start = np.where(np.arange(built.size) < built.free, 0.0, -1.0)
    chains = lockstep(built.log_density, start)
    import jax

    return Refit(chains, jax.jit(jax.vmap(jax.vmap(built.phi))))
