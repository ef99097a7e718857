"""Constant regions of the receptor's chains: human, murine, and both with an added pair of cysteines.

All are made from the germline. Residues are counted from the one that J's last base begins, so that 1 is the junction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from adoptive.construct.bases import ConstructError, translate
from adoptive.construct.germline import Germline, Species

__all__ = ["CONSTANTS", "Constant", "ConstantSet", "constant_of"]

ConstantSet = Literal["murine cysteine", "murine cysteine LVL", "murine", "human", "human TRBC2", "human cysteine"]
ChainName = Literal["TRA", "TRB"]

_CODON: Final = {"C": "TGC", "L": "CTG", "V": "GTG"}


@dataclass(frozen=True)
class _Recipe:
    """Say how one set is made: species, gene and changes of each chain, the codon of the junction if it is not J's."""

    species: Species
    genes: Mapping[ChainName, str]
    changes: Mapping[ChainName, tuple[str, ...]]
    junction: Mapping[ChainName, str]
    source: str


_MURINE_GENES: Final[Mapping[ChainName, str]] = {"TRA": "TRAC*01", "TRB": "TRBC2*01"}
_MURINE_JUNCTION: Final[Mapping[ChainName, str]] = {"TRA": "GAC", "TRB": "GAG"}
_CYSTEINES: Final[Mapping[ChainName, tuple[str, ...]]] = {"TRA": ("T48C",), "TRB": ("S57C",)}
_NONE: Final[Mapping[ChainName, tuple[str, ...]]] = {"TRA": (), "TRB": ()}
_PAIR: Final = "added pair of cysteines, Kuball J et al. 2007, doi:10.1182/blood-2006-05-023069"

_RECIPES: Final[Mapping[str, _Recipe]] = {
    "murine cysteine": _Recipe("mouse", _MURINE_GENES, _CYSTEINES, _MURINE_JUNCTION, _PAIR),
    "murine cysteine LVL": _Recipe(
        "mouse", _MURINE_GENES, {"TRA": ("T48C", "S112L", "M114V", "G115L"), "TRB": ("S57C",)}, _MURINE_JUNCTION,
        f"{_PAIR}; hydrophobic residues in alpha's membrane part [unconfirmed: no source was read]",
    ),
    "murine": _Recipe("mouse", _MURINE_GENES, _NONE, _MURINE_JUNCTION, "germline"),
    "human": _Recipe("human", {"TRA": "TRAC*01", "TRB": "TRBC1*01"}, _NONE, {}, "germline"),
    "human TRBC2": _Recipe("human", {"TRA": "TRAC*01", "TRB": "TRBC2*01"}, _NONE, {}, "germline"),
    "human cysteine": _Recipe("human", {"TRA": "TRAC*01", "TRB": "TRBC1*01"}, _CYSTEINES, {}, _PAIR),
}  # fmt: skip

CONSTANTS: Final[tuple[str, ...]] = tuple(_RECIPES)
"""The sets that can be asked for."""


@dataclass(frozen=True)
class Constant:
    """Hold one chain's constant region.

    ``nt`` are its whole codons after the junction, without a stop. ``start`` are the two bases that complete J's last
    base to the junction's codon; ``junction`` is that whole codon if the set fixes it. ``changes`` are the residues
    that differ from germline.
    """

    name: str
    gene: str
    start: str
    nt: str
    junction: str
    changes: tuple[str, ...]
    source: str

    def after(self, tail_nt: str, *, own: bool = False) -> str:
        """Give the bases after a J that left ``tail_nt`` over: the junction's codon, then the region.

        ``own``: V, J and C are of one species, so that the junction is theirs and none is fixed.

        >>> from adoptive.construct.bases import translate
        >>> translate(constant_of("human", "TRB").after("G"))[:8]
        'EDLNKVFP'
        """
        return (tail_nt + self.start if own or not self.junction else self.junction) + self.nt


@lru_cache(maxsize=16)
def constant_of(name: ConstantSet, chain: ChainName) -> Constant:
    """Make one chain's constant region from the germline.

    Human sets have TRAC and TRBC1 (or TRBC2); murine sets TRAC and TRBC2. The cysteine pair is alpha T48C with beta
    S57C, in both species. The junction's codon is J's last base with the region's first two; behind human J, murine
    sets fix it to D (alpha) and E (beta), as the public murine cassettes have it.

    Raises
    ------
    ConstructError
        No such set.

    Examples
    --------
    >>> constant_of("murine cysteine", "TRA").changes
    ('T48C',)
    """
    if name not in _RECIPES:
        raise ConstructError(
            "no such set of constant regions", where="constants", value=name, allowed=", ".join(CONSTANTS)
        )
    recipe = _RECIPES[name]
    gene, changes = recipe.genes[chain], recipe.changes[chain]
    nt = Germline.load("imgt", recipe.species).regions["constant", gene].nt
    body = _before_stop(nt[2:])
    for change in changes:
        body = _changed(body, change, gene)
    return Constant(name, gene, nt[:2], body, recipe.junction.get(chain, ""), changes, recipe.source)


def _before_stop(nt: str) -> str:
    protein = translate(nt[: len(nt) // 3 * 3])
    return nt[: 3 * len(protein.partition("*")[0])]


def _changed(nt: str, change: str, gene: str) -> str:
    """Exchange one residue, as ``T48C``, counted with the junction as 1."""
    match = re.fullmatch(r"([A-Z])(\d+)([A-Z])", change)
    if match is None:
        raise ConstructError("this is no change of a residue", where=gene, value=change, allowed="as T48C")
    at = 3 * (int(match[2]) - 2)
    if translate(nt[at : at + 3]) != match[1]:
        raise ConstructError("germline has another residue there", where=gene, value=change)
    return nt[:at] + _CODON[match[3]] + nt[at + 3 :]
