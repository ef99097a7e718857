"""Private neoantigens: the receptors that are found for each patient, and the cells that they can see.

They are drawn, or they are those of one patient's product, as a study file or a product specification lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv
from scipy.stats import poisson

from adoptive.antigen.types import MOST_RECEPTORS, AntigenPlan, PlannedReceptor
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams

__all__ = ["MOST_RECEPTORS", "FoundReceptors", "find_receptors"]

Floats = NDArray[np.float64]

_BOTH = 0
"""Code of a receptor whose allele stands on both chromosomes: no loss of one haplotype hides it."""


@dataclass(frozen=True)
class FoundReceptors:
    """Hold what the search for receptors gave each patient, all ``(patients,)``.

    ``number`` of receptors in the product, 0 if none was found; ``covered`` share of tumour cells with at least one of
    their neoantigens; ``potency`` of the product over that of a receptor against a shared target; ``seen_by`` share of
    the product's cells that see a covered tumour cell; ``hla_escape`` share of covered cells that losing one HLA
    haplotype hides, summed over both haplotypes: 1 if all receptors depend on one, 0 if each cell is seen through both.
    """

    number: Floats
    covered: Floats
    potency: Floats
    seen_by: Floats
    hla_escape: Floats


@dataclass(frozen=True)
class _Product:
    """Hold a product before it is summed up: receptors ``(patients, receptors)``, what they see.

    ``weight`` share of the product's cells; ``seen`` ``(patients, receptors, clones)`` share of a clone's cells that a
    receptor sees; ``clone`` ``(clones,)`` shares of the tumour; ``haplotype`` 1, 2 or ``_BOTH``.
    """

    number: Floats
    weight: Floats
    seen: Floats
    clone: Floats
    haplotype: NDArray[np.int64]
    potency: Floats


def find_receptors(
    keys: Keys, *, typical: Typical, streams: Streams, plan: AntigenPlan | None = None
) -> FoundReceptors:
    """Draw the search for receptors against each patient's own neoantigens, or take those that the plan lists.

    The number found is a Poisson number, of which the product takes ``private_used`` at most. A neoantigen is truncal,
    in ``private_truncal_share`` of cells, or subclonal, in a Beta-distributed share; neoantigens fall independently, so
    that ``covered = 1 - prod(1 - share)``; each is presented from one of two HLA haplotypes. Each receptor's potency is
    lognormal; the product's is their mean, weighted by cells and by the share of the tumour that each sees. Of a plan's
    receptors only what it leaves open is drawn: whether one is real, an unknown potency, antigen or haplotype.
    """
    listed = plan is not None and bool(plan.receptors)
    product = _listed(plan, keys, typical, streams) if plan is not None and listed else _drawn(keys, typical, streams)
    covered = _covered(product, np.ones_like(product.haplotype, bool))
    hidden = [covered - _covered(product, product.haplotype != lost) for lost in (1, 2)]
    safe = np.where(covered > 0, covered, 1.0)
    seeing = (product.weight[:, :, None] * product.seen).sum(axis=1) @ product.clone
    sees = product.weight * (product.seen @ product.clone)
    mean = (sees * product.potency).sum(axis=1) / np.where(sees.any(axis=1), sees.sum(axis=1), 1.0)
    return FoundReceptors(
        number=product.number,
        covered=covered,
        potency=np.where(sees.any(axis=1), mean, 1.0),
        seen_by=np.where(covered > 0, np.minimum(seeing / safe, 1.0), 1.0),
        hla_escape=np.where(covered > 0, np.minimum(sum(hidden) / safe, 1.0), 1.0),
    )


def _covered(product: _Product, kept: NDArray[np.bool_]) -> Floats:
    """Give the share of tumour cells that at least one of the receptors kept sees: ``sum f (1 - prod(1 - seen))``."""
    missed = np.where(kept[:, :, None], 1.0 - product.seen, 1.0).prod(axis=1)
    return np.asarray((1.0 - missed) @ product.clone)


def _drawn(keys: Keys, typical: Typical, streams: Streams) -> _Product:
    """Draw a product: how many receptors, which share of cells each sees, through which haplotype, how well."""
    found = poisson.ppf(streams.uniform("antigen.receptors", keys), _row("receptors", keys, typical))
    number = np.clip(np.minimum(found, _row("used", keys, typical)), 0.0, MOST_RECEPTORS)
    taken = np.arange(MOST_RECEPTORS) < number[:, None]
    share = _drawn_share(keys, typical, streams, MOST_RECEPTORS)
    return _Product(
        number=number,
        weight=taken / np.maximum(number, 1.0)[:, None],
        seen=np.where(taken, share, 0.0)[:, :, None],
        clone=np.ones(1),
        haplotype=_coin(keys, streams, MOST_RECEPTORS),
        potency=_drawn_potency(keys, typical, streams, MOST_RECEPTORS),
    )


def _row(name: str, keys: Keys, typical: Typical) -> Floats:
    return typical.at(f"antigen.private_{name}", keys)


def _drawn_share(keys: Keys, typical: Typical, streams: Streams, number: int) -> Floats:
    """Draw the share of tumour cells that carry each neoantigen: truncal or subclonal."""
    lots = {name: streams.uniform(f"antigen.private {name}", keys, MOST_RECEPTORS) for name in ("truncal", "share")}
    alpha, beta = (_row(f"subclonal_{name}", keys, typical)[:, None] for name in ("alpha", "beta"))
    truncal = lots["truncal"] < _row("truncal", keys, typical)[:, None]
    share = np.where(truncal, _row("truncal_share", keys, typical)[:, None], betaincinv(alpha, beta, lots["share"]))
    return np.asarray(share[:, :number])


def _drawn_potency(keys: Keys, typical: Typical, streams: Streams, number: int) -> Floats:
    deviation = np.clip(streams.normal("antigen.private potency", keys, MOST_RECEPTORS), -3.0, 3.0)[:, :number]
    each = _row("potency", keys, typical)[:, None] * np.exp(_row("potency_sd", keys, typical)[:, None] * deviation)
    return np.asarray(each)


def _coin(keys: Keys, streams: Streams, number: int) -> NDArray[np.int64]:
    """Draw the haplotype, 1 or 2, that presents each neoantigen."""
    lots = streams.uniform("antigen.private haplotype", keys, MOST_RECEPTORS)[:, :number]
    return np.where(lots < 0.5, 1, 2).astype(np.int64)


def _listed(plan: AntigenPlan, keys: Keys, typical: Typical, streams: Streams) -> _Product:
    """Take the product of a plan; what it does not know is drawn for each virtual patient."""
    receptors, clones = plan.receptors, plan.clones
    real = streams.uniform("antigen.receptor real", keys, MOST_RECEPTORS)[:, : len(receptors)]
    unknown = _drawn_share(keys, typical, streams, len(receptors))
    seen = np.empty((len(keys), len(receptors), len(clones)))
    for at, receptor in enumerate(receptors):
        for place, clone in enumerate(clones):
            carried = receptor.antigen in clone.antigens if receptor.antigen else unknown[:, at]
            seen[:, at, place] = carried * (receptor.hla not in clone.hla_lost)
    seen *= (real < [receptor.p_real for receptor in receptors])[:, :, None]
    share = np.array([receptor.share for receptor in receptors])
    shares = np.array([clone.share for clone in clones])
    return _Product(
        number=np.full(len(keys), float(len(receptors))),
        weight=np.broadcast_to(share / share.sum(), real.shape),
        seen=seen,
        clone=shares / shares.sum(),
        haplotype=_haplotypes(receptors, _coin(keys, streams, len(receptors))),
        potency=_listed_potency(receptors, keys, typical, streams),
    )


def _haplotypes(receptors: tuple[PlannedReceptor, ...], coin: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the haplotype of each receptor; receptors on one unphased allele share its coin, two of a gene differ."""
    given = {"1": 1, "2": 2, "both": _BOTH}
    columns: list[Any] = []
    seen: dict[str, Any] = {
        one.hla: np.full(len(coin), given[one.haplotype]) for one in receptors if one.haplotype in ("1", "2")
    }
    for at, receptor in enumerate(receptors):
        gene = receptor.hla.split("*")[0]
        column: Any = np.full(len(coin), given.get(receptor.haplotype, _BOTH))
        if receptor.haplotype == "unknown":
            other = next((one for name, one in seen.items() if gene and name.split("*")[0] == gene), None)
            column = seen.get(receptor.hla, coin[:, at] if other is None else 3 - other)
            if receptor.hla:
                seen[receptor.hla] = column
        columns.append(column)
    return np.stack(columns, axis=1)


def _listed_potency(receptors: tuple[PlannedReceptor, ...], keys: Keys, typical: Typical, streams: Streams) -> Floats:
    """Give each receptor's potency ``surface (reference / EC50)^slope``; without a measured EC50 it is drawn.

    An EC50 has its own standard error on the log scale; its numbers are the same patient's as the drawn ones'.
    """
    potency = _drawn_potency(keys, typical, streams, len(receptors))
    deviation = streams.normal("antigen.private EC50", keys, MOST_RECEPTORS)
    reference, slope = _row("ec50_reference", keys, typical), _row("ec50_slope", keys, typical)
    for at, receptor in enumerate(receptors):
        if receptor.ec50_m is not None:
            measured = receptor.ec50_m * 10.0 ** (receptor.ec50_log10_sd * np.clip(deviation[:, at], -3.0, 3.0))
            potency[:, at] = (reference / measured) ** slope
        potency[:, at] *= receptor.surface
    return potency
