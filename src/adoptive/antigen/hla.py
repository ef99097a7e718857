"""Who carries the HLA allele that must present the antigen: frequency by ancestry."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.parameters import Kinds, Typical, load_book
from adoptive.streams import Keys, Streams

__all__ = ["draw_carriers", "known_alleles"]

_ROW: Final = "antigen.hla_frequency"


@lru_cache(maxsize=1)
def known_alleles() -> tuple[str, ...]:
    """List the alleles whose frequency has rows.

    >>> "A*02:01" in known_alleles()
    True
    """
    rows = (name.removeprefix(f"{_ROW}@") for name in load_book() if name.startswith(f"{_ROW}@"))
    return tuple(dict.fromkeys(row.split(", ")[0] for row in rows))


def draw_carriers(
    allele: str,
    ancestry: NDArray[np.int64],
    ancestries: Sequence[str],
    *,
    keys: Keys,
    typical: Typical,
    streams: Streams,
) -> NDArray[np.bool_]:
    """Say who carries an allele on at least one chromosome, ``(patients,)``: ``1 - (1 - frequency)^2``.

    ``ancestry`` holds places in ``ancestries``. One draw serves all alleles, so that the carriers of a rarer allele are
    among those of a more frequent one. An empty ``allele`` is carried by everybody.
    """
    if not allele:
        return np.ones(len(keys), bool)
    kinds = Kinds(ancestry, tuple((f"{allele}, {name}",) for name in ancestries))
    frequency = typical.at(_ROW, keys, kinds=kinds)
    return np.asarray(streams.uniform("antigen.hla", keys) < 1.0 - (1.0 - frequency) ** 2)
