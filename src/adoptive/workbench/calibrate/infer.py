"""The joint posterior of the free quantities: emulated trials, hierarchical effects, no-U-turn sampling.

Each study has one multivariate normal term on its endpoints' scales (a synthetic likelihood: Wood 2010,
10.1038/nature09319): the emulator's mean; the sampling covariance of one trial of its own size, calendar and censoring,
divided by the endpoints' weights; what differs from trial to trial, through the emulator's slopes; and what the model
misses, one spread for shares and one for what is on the log scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from adoptive.workbench.calibrate.evidence import kind_of
from adoptive.workbench.calibrate.types import Emulator, Fit, Floats, FreeQuantity, Observation

__all__ = ["CHAINS", "DRAWS", "WARMUP", "Packed", "infer", "model_of", "pack", "sampler"]

WARMUP: Final = 600
DRAWS: Final = 1000
CHAINS: Final = 2

TRIAL_SPREAD: Final = 0.5
"""Scale of the half-normal belief in what differs between trials, in units of a free quantity's own doubt."""

_EXTRA: Final = ("diverging",)

MISSED: Final = {"arcsine": 0.05, "log": 0.15, "identity": 0.15}
"""Scale of the half-normal belief in what the model misses of one kind of endpoint, by the endpoint's scale."""

REFIT_WARMUP: Final = 200
REFIT_DRAWS: Final = 300
"""Warm-up and draws of a fit that begins where another ended."""


@dataclass(frozen=True)
class Packed:
    """Hold all studies' emulators as arrays of one shape, filled up with endpoints and levers that say nothing."""

    studies: tuple[str, ...]
    free: tuple[FreeQuantity, ...]
    arrays: Mapping[str, Floats]
    kinds: tuple[tuple[str, str], ...]


def pack(emulators: Mapping[str, Emulator], free: Sequence[FreeQuantity]) -> Packed:
    """Bring emulators to one shape."""
    studies = tuple(emulators)
    most_e = max(len(one.observations) for one in emulators.values())
    most_l = max(len(one.levers) for one in emulators.values())
    kinds = tuple(sorted({_kind(seen) for one in emulators.values() for seen in one.observations}))
    shape = {
        "levers": (most_l, len(free)), "centre": (most_l,), "constant": (most_e,), "linear": (most_e, most_l),
        "quadratic": (most_e, most_l, most_l), "covariance": (most_e, most_e), "y": (most_e,), "weight": (most_e,),
        "kind": (most_e, len(kinds)), "used": (most_e,),
    }  # fmt: skip
    arrays = {name: np.zeros((len(studies), *size)) for name, size in shape.items()}
    arrays["weight"] += 1.0
    arrays["covariance"] += np.eye(most_e)
    for at, name in enumerate(studies):
        _fill({key: array[at] for key, array in arrays.items()}, emulators[name], kinds)
    return Packed(studies, tuple(free), arrays, kinds)


def _kind(seen: Observation) -> tuple[str, str]:
    return kind_of(seen.endpoint), seen.scale


def _fill(into: Mapping[str, Floats], one: Emulator, kinds: Sequence[tuple[str, str]]) -> None:
    e, levers = len(one.observations), len(one.levers)
    into["levers"][:levers] = one.levers
    into["centre"][:levers] = one.centre
    into["constant"][:e], into["y"][:e], into["weight"][:e], into["used"][:e] = one.constant, one.y, one.weight, 1.0
    into["linear"][:e, :levers] = one.linear
    into["quadratic"][:e, :levers, :levers] = one.quadratic
    into["covariance"][:e, :e] = one.covariance
    for at, seen in enumerate(one.observations):
        into["kind"][at, kinds.index(_kind(seen))] = 1.0


@dataclass
class Sampler:
    """Run the posterior again and again: published values and the studies with a say are its arguments.

    ``short`` begins where the whole run ended and needs a third of its draws.
    """

    whole: Any
    short: Any

    def __call__(self, y: Floats, used: Floats, seed: int, *, again: bool = False) -> Any:
        """Sample; ``y`` ``(studies, endpoints)``, ``used`` ``(studies,)`` 1 for those with a say."""
        import jax

        again = again and self.whole.last_state is not None
        mcmc = self.short if again else self.whole
        data = (jax.numpy.asarray(y), jax.numpy.asarray(used))
        start = self.whole.last_state.z if again and self.whole.last_state is not None else None
        mcmc.run(jax.random.PRNGKey(seed), *data, extra_fields=_EXTRA, init_params=start)
        return mcmc


def sampler(packed: Packed, *, warmup: int = WARMUP, draws: int = DRAWS, chains: int = CHAINS) -> Sampler:
    """Give a sampler of these emulators, compiled at its first run."""
    import numpyro
    from numpyro.infer import MCMC, NUTS

    numpyro.enable_x64()
    model = model_of(packed)

    def kernel() -> Any:  # each sampler its own: a kernel keeps the shapes of the sampler that it began with
        return NUTS(model, target_accept_prob=0.8, max_tree_depth=6)

    how: dict[str, Any] = {
        "jit_model_args": True, "num_chains": chains, "progress_bar": False,
        "chain_method": "sequential" if chains == 1 else "vectorized",
    }  # fmt: skip
    whole = MCMC(kernel(), num_warmup=warmup, num_samples=draws, **how)
    return Sampler(whole, MCMC(kernel(), num_warmup=REFIT_WARMUP, num_samples=min(draws, REFIT_DRAWS), **how))


def infer(
    emulators: Mapping[str, Emulator], free: Sequence[FreeQuantity], *, seed: int, without: Sequence[str] = (),
    run: Sampler | None = None, again: bool = False, y: Mapping[str, Floats] | None = None, **settings: int,
) -> Fit:  # fmt: skip
    """Sample the posterior of the free quantities.

    ``without`` names studies that have no say; ``run`` is a sampler that was compiled for these emulators already, and
    ``again`` lets it begin where it ended the last whole run; ``y`` stands in the place of the published values, for
    data that were simulated.
    """
    packed = pack(emulators, free)
    go = run or sampler(packed, **settings)
    data = packed.arrays["y"].copy()
    for at, name in enumerate(packed.studies):
        if y is not None:
            data[at, : len(y[name])] = y[name]
    used = np.array([float(name not in without) for name in packed.studies])
    return _fit_of(go(data, used, seed, again=again), packed, tuple(without))


def _fit_of(mcmc: Any, packed: Packed, without: tuple[str, ...]) -> Fit:
    from numpyro.diagnostics import summary

    grouped = {name: np.asarray(values) for name, values in mcmc.get_samples(group_by_chain=True).items()}
    flat = {name: np.concatenate(list(values)) for name, values in grouped.items()}
    sampled = {name: values for name, values in grouped.items() if name not in ("log_lik", "phi") and values.size}
    told = summary(sampled)
    rhat = np.concatenate([np.ravel(one["r_hat"]) for one in told.values()])
    ess = np.concatenate([np.ravel(one["n_eff"]) for one in told.values()])
    families, groups = _families(packed.free), _groups(packed.free)
    scales = {f"family {name}": flat["tau"][:, at] for at, name in enumerate(families)}
    scales |= {f"trials {name}": flat["sigma"][:, at] for at, name in enumerate(groups)}
    scales |= {f"missed {kind}, {scale}": flat["missed"][:, at] for at, (kind, scale) in enumerate(packed.kinds)}
    return Fit(
        free=packed.free, studies=packed.studies, draws=flat["phi"], scales=scales, log_lik=flat["log_lik"],
        diagnostics={
            "rhat_max": float(np.max(rhat)), "ess_min": float(np.min(ess)),
            "divergences": float(np.sum(mcmc.get_extra_fields()["diverging"])), "draws": float(len(flat["phi"])),
        },
        without=without,
    )  # fmt: skip


def _families(free: Sequence[FreeQuantity]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.family for one in free if one.kind == "effect"))


def _groups(free: Sequence[FreeQuantity]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.trials for one in free if one.trials))


def _one_hot(names: Sequence[str], of: Sequence[str]) -> Floats:
    return np.array([[float(name == one) for name in names] for one in of]).reshape(len(of), len(names))


def model_of(packed: Packed) -> Any:
    """Write the posterior down for numpyro."""
    import jax.numpy as jnp
    import numpyro
    import numpyro.distributions as dist

    families, groups = _families(packed.free), _groups(packed.free)
    in_family = jnp.asarray(_one_hot(families, [one.family if one.kind == "effect" else "" for one in packed.free]))
    in_group = jnp.asarray(_one_hot(groups, [one.trials for one in packed.free]))
    population = jnp.asarray([float(one.kind == "population") for one in packed.free])
    differ = np.flatnonzero([bool(one.trials) for one in packed.free])
    sizes = jnp.asarray([MISSED[scale] for _, scale in packed.kinds])
    a = {name: jnp.asarray(array) for name, array in packed.arrays.items()}

    def model(y: Any, used: Any) -> None:
        raw = numpyro.sample("raw", dist.Normal(0.0, 1.0).expand([len(packed.free)]).to_event(1))
        tau = numpyro.sample("tau", dist.HalfNormal(1.0).expand([len(families)]).to_event(1))
        sigma = numpyro.sample("sigma", dist.HalfNormal(TRIAL_SPREAD).expand([len(groups)]).to_event(1))
        missed = numpyro.sample("missed", dist.HalfNormal(sizes).to_event(1))
        phi = numpyro.deterministic("phi", raw * (population + in_family @ tau))
        z = a["levers"] @ phi - a["centre"]
        bent = jnp.einsum("seij,sj->sei", a["quadratic"], z)
        mean = a["constant"] + jnp.einsum("sei,si->se", a["linear"] + bent, z)
        slope = jnp.einsum("sei,sik->sek", a["linear"] + 2.0 * bent, a["levers"][:, :, differ])
        apart = slope * (in_group @ sigma)[differ]
        root = 1.0 / jnp.sqrt(a["weight"])
        noise = a["covariance"] * root[:, :, None] * root[:, None, :]
        left = a["kind"] @ missed**2
        whole = noise + jnp.einsum("sek,sfk->sef", apart, apart) + jnp.eye(left.shape[1]) * left[:, :, None]
        residual = jnp.where(a["used"] > 0, y - mean, 0.0)
        normal = dist.MultivariateNormal(jnp.zeros_like(residual), covariance_matrix=whole)
        each = numpyro.deterministic("log_lik", normal.log_prob(residual))
        numpyro.factor("published", jnp.sum(used * each))

    return model
