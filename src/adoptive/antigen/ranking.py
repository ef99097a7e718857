"""Which receptors to build: evidence in tiers, a stated chance each, and a choice that covers the tumour.

Nothing here predicts what a receptor recognises: tiers come from experiments, chances from published yields.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from adoptive.antigen.discovered import Allele, Clonotype, Hit, Neoantigen, Receptor, TumourClone
from adoptive.units import In

__all__ = ["PRIORS", "Covered", "Prior", "Ranking", "RankingRules", "rank_receptors"]


@dataclass(frozen=True)
class Prior:
    """Hold the chance that a receptor of a tier is real, and where it is from."""

    tier: str
    p: float
    source: str
    least_cells: int = 1


PRIORS = (
    Prior("A", 20.0 / 21.0, "19 of 19 seen in two or more cells (Lu 2021, doi:10.1136/jitc-2021-002595), (19+1)/(19+2)", 2),
    Prior("A", 0.9, "assumed: a screen hit seen in one cell"),
    Prior("B", 0.8, "assumed: a screen hit whose antigen was not found"),
    Prior("C", 0.5, "half of 73 predicted clonotypes (Lowery 2022, doi:10.1126/science.abl5447)"),
)  # fmt: skip


@dataclass(frozen=True)
class RankingRules:
    """Hold the rules of the ranking; every default is stated with its source."""

    choose: int = 5
    priors: tuple[Prior, ...] = PRIORS
    least_probability: float = 0.5
    least_top_share: float = 0.05
    least_reactivity: float = 0.5
    excluding_flags: tuple[str, ...] = ("bystander", "MAIT", "iNKT", "doublet")
    least_wild_type_fold: float = 10.0
    wild_type: str = "exclude"
    screened_negative: str = "exclude"
    predicted_hla: bool = False
    none_weight: float = 1.0 / 3.0
    chance: float = 0.95


@dataclass(frozen=True)
class Covered:
    """Hold the covered share in one scenario after so many receptors: a row of ``coverage.tsv``."""

    receptors: Annotated[int, In("count", "receptors in the product")]
    added: Annotated[str, In("name", "receptor that was added last; empty: none yet")]
    scenario: Annotated[str, In("name", "what the tumour lost")]
    lost: Annotated[tuple[str, ...], In("alleles", "HLA alleles that all its cells lost")]
    weight: Annotated[float, In("fraction", "weight of the scenario in the mean; 0: reported only")]
    covered: Annotated[float, In("fraction", "expected share of the tumour's cells that a real receptor sees")]


@dataclass(frozen=True)
class Ranking:
    """Hold the receptors in order, the covered shares, the clones that were used, the yield and what was assumed."""

    receptors: tuple[Receptor, ...]
    coverage: tuple[Covered, ...]
    clones: tuple[TumourClone, ...]
    expected_real: float
    at_least_one: float
    mean_covered: float
    least_covered: float
    notes: tuple[str, ...] = ()


def rank_receptors(
    clonotypes: Sequence[Clonotype],
    *,
    hits: Sequence[Hit] = (),
    neoantigens: Sequence[Neoantigen] = (),
    alleles: Sequence[Allele] = (),
    clones: Sequence[TumourClone] = (),
    rules: RankingRules | None = None,
) -> Ranking:
    """Rank receptors and choose those to build."""
    raise NotImplementedError
