"""Private neoantigens: the receptors that are found for each patient, and the cells that they can see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv
from scipy.stats import poisson

from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams

__all__ = ["MOST_RECEPTORS", "FoundReceptors", "find_receptors"]

Floats = NDArray[np.float64]

MOST_RECEPTORS: Final = 12
"""More receptors than this are never drawn for one patient."""


@dataclass(frozen=True)
class FoundReceptors:
    """Hold what the search for receptors gave each patient, all ``(patients,)``.

    ``number`` of receptors in the product, 0 if none was found; ``covered`` share of tumour cells with at least one of
    their neoantigens; ``potency`` of the product over that of a receptor against a shared target.
    """

    number: Floats
    covered: Floats
    potency: Floats


def find_receptors(keys: Keys, *, typical: Typical, streams: Streams) -> FoundReceptors:
    """Draw the search for receptors against each patient's own neoantigens.

    The number found is a Poisson number, of which the product takes ``private_used`` at most. A neoantigen is truncal,
    in ``private_truncal_share`` of cells, or subclonal, in a Beta-distributed share; neoantigens fall independently, so
    that ``covered = 1 - prod(1 - share)``. Each receptor's potency is lognormal; the product's is their mean, for its
    cells are shared out among them.
    """

    def row(name: str) -> Floats:
        return typical.at(f"antigen.private_{name}", keys)

    found = poisson.ppf(streams.uniform("antigen.receptors", keys), row("receptors"))
    number = np.clip(np.minimum(found, row("used")), 0.0, MOST_RECEPTORS)
    lots = {name: streams.uniform(f"antigen.private {name}", keys, MOST_RECEPTORS) for name in ("truncal", "share")}
    alpha, beta = row("subclonal_alpha")[:, None], row("subclonal_beta")[:, None]
    subclonal = betaincinv(alpha, beta, lots["share"])
    share = np.where(lots["truncal"] < row("truncal")[:, None], row("truncal_share")[:, None], subclonal)
    deviation = np.clip(streams.normal("antigen.private potency", keys, MOST_RECEPTORS), -3.0, 3.0)
    potency = row("potency")[:, None] * np.exp(row("potency_sd")[:, None] * deviation)
    taken = np.arange(MOST_RECEPTORS) < number[:, None]
    mean = np.where(taken, potency, 0.0).sum(axis=1) / np.maximum(number, 1.0)
    return FoundReceptors(
        number=number,
        covered=1.0 - np.where(taken, 1.0 - share, 1.0).prod(axis=1),
        potency=np.where(number > 0, mean, 1.0),
    )
