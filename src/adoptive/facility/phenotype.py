"""Phenotype: every division may carry a cell one stage on, from naive-like to effector, and never back.

``dn1/dg = -a n1``, ``dn2/dg = a n1 - b n2``, ``dn3/dg = b n2 - c n3``, the rest effectors; ``g`` counts divisions. So a
longer culture never holds a larger share of early cells. A product's stage acts on what its cells can do: early cells
grow more and exhaust less (a day-3 product controlled leukaemia in mice at a six-fold lower dose than day 9, Ghassemi
2018, 10.1158/2326-6066.CIR-17-0405).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.parameters import Kinds, Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["STAGES", "Phenotype", "differentiate", "starting_shares"]

Floats = NDArray[np.float64]

STAGES: Final = ("naive-like", "central memory", "effector memory", "effector")
"""Stages in the order of differentiation; naive-like cells include stem-cell memory."""


@dataclass(frozen=True)
class Phenotype:
    """Hold the shares of the four stages, ``(patients, 4)``, in the order of :data:`STAGES`."""

    shares: Floats

    @property
    def stage(self) -> Floats:
        """Give the mean stage, 0 all naive-like to 1 all effectors."""
        # not by a matrix product, whose last digit depends on how many patients there are
        return np.asarray((self.shares * np.arange(4.0)).sum(axis=-1) / 3.0)

    def of(self, stage: str) -> Floats:
        """Give the share of one stage."""
        return np.asarray(self.shares[:, STAGES.index(stage)])


def starting_shares(kinds: Kinds, *, keys: Keys, typical: Typical, streams: Streams | None = None) -> Phenotype:
    """Give the stages of the cells that enter the culture: each donor's own, or the typical donor's."""
    name = "facility.naive_share"
    if streams is None:
        naive = typical.at(name, keys, kinds=kinds)
    else:
        naive = draw_patients(typical, streams, name=name, keys=keys, kinds=kinds)
    parts = [typical.at(f"facility.{part}_part", keys, kinds=kinds) for part in ("central", "effector_memory")]
    rest = 1.0 - naive
    return Phenotype(np.stack([naive, rest * parts[0], rest * parts[1], rest * (1.0 - parts[0] - parts[1])], axis=1))


def differentiate(start: Phenotype, divisions: Floats, *, keys: Keys, typical: Typical) -> Phenotype:
    """Give the stages after a number of divisions, ``(patients,)``: the closed form of the chain above.

    >>> from adoptive.parameters import draw_typical, load_book
    >>> typical = draw_typical(load_book(), Streams(1), trials=[0], fixed=True)
    >>> one = Phenotype(np.array([[1.0, 0.0, 0.0, 0.0]]))
    >>> later = differentiate(one, np.array([5.0]), keys=Keys.of(0, [0]), typical=typical)
    >>> float(later.of("naive-like")[0].round(3)), float(later.shares.sum())
    (0.368, 1.0)
    """
    a, b, c = (typical.at(f"facility.drift_{name}", keys) for name in ("naive", "central", "effector_memory"))
    n1, n2, n3, _ = start.shares.T
    first = n1 * np.exp(-a * divisions)
    second = n2 * np.exp(-b * divisions) + n1 * a * _passed(a, b, divisions)
    # Equal first and third rates make the closed form 0 / 0; a ten-millionth between them changes no share.
    third = np.where(np.abs(c - a) < 1e-7, a + 1e-7, c)
    through = (_passed(a, b, divisions) - _passed(b, third, divisions)) / (third - a)
    more = n3 * np.exp(-third * divisions) + n2 * b * _passed(b, third, divisions) + n1 * a * b * through
    shares = np.stack([first, second, more], axis=1)
    return Phenotype(np.column_stack([shares, np.maximum(1.0 - shares.sum(axis=1), 0.0)]))


def _passed(a: Floats, b: Floats, divisions: Floats) -> Floats:
    """Give ``(exp(-a g) - exp(-b g)) / (b - a)``, also where both rates are equal."""
    x = (b - a) * divisions
    small = np.abs(x) < 1e-4
    safe = np.where(small, 1.0, x)
    ratio = np.where(small, 1.0 - x / 2.0 + x**2 / 6.0, -np.expm1(-safe) / safe)
    return np.asarray(divisions * np.exp(-a * divisions) * ratio)
