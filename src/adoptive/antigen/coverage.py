"""Which share of a tumour's cells chosen receptors see, today and after the tumour has lost HLA.

A receptor sees a clone of tumour cells if its cells carry the antigen and still have the HLA allele that presents it.
All receptors on one allele go together when it is lost (Tran 2016, doi:10.1056/NEJMoa1609279).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adoptive.antigen.discovered import Allele, Neoantigen, Receptor, TumourClone

__all__ = ["NONE_LOST", "Scenario", "covered", "gene_of", "losses_of_alleles", "nested_clones", "scenarios", "visible"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Scenario:
    """Hold one course that the tumour may take: the alleles that all its cells lose.

    ``unknown_hit`` is the chance that the allele of a receptor whose allele is not known is among the lost.
    """

    name: str
    lost: tuple[str, ...] = ()
    weight: float = 1.0
    unknown_hit: float = 0.0


NONE_LOST = Scenario("none lost")


def gene_of(allele: str) -> str:
    """Name an allele's gene."""
    raise NotImplementedError


def scenarios(alleles: Sequence[Allele], *, none_weight: float = 1.0 / 3.0) -> tuple[Scenario, ...]:
    """List what the tumour may lose."""
    raise NotImplementedError


def losses_of_alleles(alleles: Sequence[str]) -> tuple[Scenario, ...]:
    """List the loss of each single allele."""
    raise NotImplementedError


def nested_clones(neoantigens: Sequence[Neoantigen], alleles: Sequence[Allele] = ()) -> tuple[TumourClone, ...]:
    """Build clones from cancer cell fractions."""
    raise NotImplementedError


def visible(clones: Sequence[TumourClone], receptors: Sequence[Receptor], scenario: Scenario) -> FloatArray:
    """Give the chance that a real receptor sees a clone, ``(clones, receptors)``."""
    raise NotImplementedError


def covered(clones: Sequence[TumourClone], receptors: Sequence[Receptor], scenario: Scenario = NONE_LOST) -> float:
    """Give the expected share of the tumour's cells that at least one real receptor sees."""
    raise NotImplementedError
