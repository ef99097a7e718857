"""Transgene copies by digital PCR: few copies are a Poisson chance, many fill every partition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv
from scipy.stats import binom

from adoptive.kinetics.observe.rows import observed
from adoptive.kinetics.observe.truth import GENOMES_PER_UG
from adoptive.kinetics.observe.types import Code, Reading, refuse_unless, truth_of, uniforms
from adoptive.streams import Keys, Streams

__all__ = ["DigitalPcr", "dna_in_reaction_ug"]

Floats = NDArray[np.float64]


def dna_in_reaction_ug(
    blood_ml: ArrayLike, *, leukocytes_per_ul: ArrayLike, recovery: float | None = None, most_ug: float | None = None
) -> Floats:
    """Give the DNA that a blood sample brings into a reaction (ug): what its leukocytes hold, up to what it takes.

    ``min(most, 1000 mL blood (leukocytes / genomes per ug) recovery)``; after lymphodepletion the sample limits it.
    """
    share = observed("dpcr_recovery") if recovery is None else recovery
    most = observed("dpcr_dna_ug") if most_ug is None else most_ug
    cells = 1e3 * truth_of(blood_ml, "digital PCR") * truth_of(leukocytes_per_ul, "digital PCR")
    return np.asarray(np.minimum(cells / GENOMES_PER_UG * share, most))


@dataclass(frozen=True)
class DigitalPcr:
    """Count positive partitions of a reaction.

    Of the copies in a reaction the share in accepted partitions is seen (the rest is dead volume). With ``m`` expected
    copies there, ``k ~ Binomial(n, 1 - exp(-m / n))`` partitions are positive, and ``-n ln(1 - k / n)`` copies are
    reported. Fewer positives than needed are below the limit; with every partition positive it is saturated.
    """

    partitions: int
    partition_nl: float
    reaction_ul: float
    positives_needed: int = 1

    def __post_init__(self) -> None:
        holds = self.partition_nl > 0 and 0 < self.seen_share <= 1 and 1 <= self.positives_needed < self.partitions
        refuse_unless(
            holds,
            "the partitions do not fit into the reaction",
            where="digital PCR",
            value=(self.partitions, self.partition_nl, self.reaction_ul, self.positives_needed),
            allowed="partitions * partition_nl <= 1000 reaction_ul; 1 <= positives_needed < partitions",
        )

    @classmethod
    def published(cls) -> DigitalPcr:
        """Give the assay of the published rows."""
        partitions, needed = (int(observed(name)) for name in ("dpcr_partitions", "dpcr_positives"))
        return cls(partitions, observed("dpcr_partition_nl"), observed("dpcr_reaction_ul"), needed)

    @property
    def seen_share(self) -> float:
        """Give the share of the reaction that lies in accepted partitions; the rest is dead volume."""
        return self.partitions * self.partition_nl * 1e-3 / self.reaction_ul

    def copies_seen(self, copies_per_ug: ArrayLike, dna_ug: ArrayLike) -> Floats:
        """Give the expected copies in accepted partitions."""
        copies, dna = truth_of(copies_per_ug, "digital PCR"), truth_of(dna_ug, "digital PCR")
        return np.asarray(self.seen_share * copies * dna)

    def detection_probability(self, copies_per_ug: ArrayLike, *, dna_ug: ArrayLike) -> Floats:
        """Give the probability that enough partitions are positive; ``1 - exp(-m)`` where one is enough."""
        seen = self.copies_seen(copies_per_ug, dna_ug)
        return np.asarray(binom.sf(self.positives_needed - 1, self.partitions, self._positive(seen)))

    def limit_of_detection(self, *, dna_ug: ArrayLike, probability: float = 0.95) -> Floats:
        """Give the copies per ug that are detected with a probability; inf where there is no DNA.

        With one positive partition needed the expected copies are ``-ln(1 - probability)``: 3.0 at 95 %.

        >>> assay = DigitalPcr(partitions=20000, partition_nl=0.85, reaction_ul=17.0)
        >>> round(float(assay.limit_of_detection(dna_ug=1.0)), 3)
        2.996
        """
        needed, rest = self.positives_needed, self.partitions - self.positives_needed + 1
        copies = -self.partitions * np.log1p(-betaincinv(needed, rest, probability))
        dna = truth_of(dna_ug, "digital PCR")
        return np.asarray(np.where(dna > 0, copies / np.maximum(self.seen_share * dna, 1e-300), np.inf))

    def read(
        self,
        copies_per_ug: ArrayLike,
        *,
        dna_ug: ArrayLike,
        keys: Keys,
        streams: Streams,
        taken: NDArray[np.bool_] | None = None,
    ) -> Reading:
        """Read copies per ug ``(patients, ...)`` from so much DNA; a sample without DNA is missing."""
        seen = self.copies_seen(copies_per_ug, dna_ug)
        dna = np.broadcast_to(np.asarray(dna_ug, float), seen.shape)
        lot = uniforms(streams, "observe.digital PCR", keys, seen)
        count = binom.ppf(lot, self.partitions, self._positive(seen))
        full = count >= self.partitions
        some = dna > 0 if taken is None else (dna > 0) & taken
        safe = np.where(dna > 0, dna, 1.0)
        value, low, high = (
            self._copies(number) / (self.seen_share * safe)
            for number in (np.where(full, 0.0, count), self._all(safe, self.positives_needed), self._all(safe, -1))
        )
        return Reading.of(
            value,
            below=np.asarray(count < self.positives_needed),
            above=np.asarray(full),
            low=low,
            high=high,
            taken=some,
        )

    def log_likelihood(self, reading: Reading, copies_per_ug: ArrayLike, *, dna_ug: ArrayLike) -> Floats:
        """Give each reading's log-probability: of its positives, of too few, or of all; 0 where it is missing."""
        seen = self.copies_seen(copies_per_ug, dna_ug)
        dna = np.broadcast_to(np.asarray(dna_ug, float), seen.shape)
        positive = self._positive(seen)
        count = np.rint(-self.partitions * np.expm1(-reading.value * self.seen_share * dna / self.partitions))
        exact = binom.logpmf(count, self.partitions, positive)
        fewer = binom.logcdf(self.positives_needed - 1, self.partitions, positive)
        every = binom.logpmf(self.partitions, self.partitions, positive)
        chosen = [reading.is_(code) for code in (Code.MEASURED, Code.BELOW_LIMIT, Code.ABOVE_LIMIT)]
        return np.asarray(np.select(chosen, [exact, fewer, every], 0.0))

    def _positive(self, seen: Floats) -> Floats:
        """Give the probability that a partition holds a copy."""
        return np.asarray(-np.expm1(-seen / self.partitions))

    def _copies(self, count: Floats) -> Floats:
        """Give the copies that so many positive partitions stand for."""
        return np.asarray(-self.partitions * np.log1p(-count / self.partitions))

    def _all(self, like: Floats, count: int) -> Floats:
        """Give one number of positives for every sample; a negative one counts from full."""
        return np.full(like.shape, float(count if count > 0 else self.partitions + count))
