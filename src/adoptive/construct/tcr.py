"""A T-cell receptor as one open reading frame: two chains, their constant regions and what cleaves them apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from adoptive.construct.bases import ConstructError, translate
from adoptive.construct.constants import Constant, ConstantSet, constant_of
from adoptive.construct.types import Chain, Insert, Part, PartKind

__all__ = ["LINKERS", "ORDERS", "ChainOrder", "Linker", "tcr_insert"]

ChainOrder = Literal["beta alpha", "alpha beta"]
Linker = Literal["furin SGSG P2A", "furin RRKR SGSG P2A", "GSG P2A", "P2A"]

ORDERS: Final = ("beta alpha", "alpha beta")

_P2A: Final[tuple[str, PartKind, str, str]] = (
    "P2A", "2A", "ATNFSLLKQAGDVEENPGP", "porcine teschovirus-1 2A, Kim JH et al. 2011, doi:10.1371/journal.pone.0018556"
)  # fmt: skip
_FURIN: Final = "furin site and spacer before 2A, after Yang S et al. 2008, Gene Ther 15:1411; residues [unconfirmed]"
_LINKERS: Final[Mapping[str, tuple[tuple[str, PartKind, str, str], ...]]] = {
    "furin SGSG P2A": (("furin site", "cleavage", "RAKR", _FURIN), ("SGSG", "linker", "SGSG", _FURIN), _P2A),
    "furin RRKR SGSG P2A": (("furin site", "cleavage", "RRKR", _FURIN), ("SGSG", "linker", "SGSG", _FURIN), _P2A),
    "GSG P2A": (("GSG", "linker", "GSG", ""), _P2A),
    "P2A": (_P2A,),
}
LINKERS: Final[tuple[str, ...]] = tuple(_LINKERS)
"""What can stand between the two chains."""

_WORD: Final = {"TRA": "alpha", "TRB": "beta"}


def tcr_insert(
    id: str,
    alpha: Chain,
    beta: Chain,
    *,
    constants: ConstantSet = "murine cysteine",
    order: ChainOrder = "beta alpha",
    linker: Linker = "furin SGSG P2A",
) -> Insert:
    """Lay out a receptor in reading direction: leader, variable, constant; linker; leader, variable, constant.

    The first residue of a constant part is the junction, whose codon J's last base begins. The parts of the chains
    carry germline's bases, those of the linker none; both can be chosen anew by codon optimisation.

    Parameters
    ----------
    id
        Name of the receptor.
    alpha, beta
        Its chains, as :func:`~adoptive.construct.stitch.stitch` gives them.
    constants, order, linker
        See :data:`~adoptive.construct.constants.CONSTANTS`, :data:`ORDERS`, :data:`LINKERS`.

    Raises
    ------
    ConstructError
        The chains are not one alpha and one beta, or a choice is not known.

    Examples
    --------
    >>> from adoptive.construct.stitch import stitch
    >>> alpha, beta = stitch("TRAV12-2", "TRAJ23", "CAVNFGGGKLIF"), stitch("TRBV6-4", "TRBJ1-1", "CASSLSFGTEAFF")
    >>> dmf5 = tcr_insert("DMF5", alpha, beta)
    >>> [part.kind for part in dmf5.parts]
    ['leader', 'variable', 'constant', 'cleavage', 'linker', '2A', 'leader', 'variable', 'constant']
    """
    if (alpha.chain, beta.chain) != ("TRA", "TRB"):
        raise ConstructError(
            "a receptor has one alpha and one beta chain", where=id, value=f"{alpha.chain}, {beta.chain}",
            allowed="TRA, TRB", next_step="exchange or correct the chains",
        )  # fmt: skip
    for what, asked, known in (("order", order, ORDERS), ("linker", linker, LINKERS)):
        if asked not in known:
            raise ConstructError(f"no such {what}", where=id, value=asked, allowed=", ".join(known))
    chains = (beta, alpha) if order == "beta alpha" else (alpha, beta)
    between = [Part(name, kind, protein, source) for name, kind, protein, source in _LINKERS[linker]]
    return Insert(
        id=id,
        kind="TCR",
        parts=(*_parts(chains[0], constants), *between, *_parts(chains[1], constants)),
        chains=chains,
        notes=tuple(f"{_WORD[chain.chain]}: {said}" for chain in chains for said in _notes(chain, constants)),
        cdr3=tuple((chain.chain, chain.cdr3) for chain in chains),
    )


def _parts(chain: Chain, constants: ConstantSet) -> Iterator[Part]:
    word, cut = _WORD[chain.chain], 3 * len(chain.leader)
    constant = constant_of(constants, chain.chain)
    nt = constant.after(chain.tail_nt, own=chain.species == "mouse")
    yield Part(f"{word} leader", "leader", chain.leader, f"{chain.v} leader", chain.nt[:cut])
    yield Part(f"{word} variable", "variable", chain.variable, f"{chain.v}, {chain.j}, {chain.cdr3}", chain.nt[cut:])
    yield Part(f"{word} constant", "constant", translate(nt), _said(constant), nt)


def _said(constant: Constant) -> str:
    species = "murine" if constant.name.startswith("murine") else "human"
    return " ".join([species, constant.gene, *constant.changes]) + f"; {constant.source}"


def _notes(chain: Chain, constants: ConstantSet) -> Iterator[str]:
    yield from chain.warnings
    constant = constant_of(constants, chain.chain)
    own = translate(chain.tail_nt + constant.start)
    if chain.species == "human" and constant.junction and translate(constant.junction) != own:
        yield f"the junction is {translate(constant.junction)}, as in public murine cassettes; J and C give {own}"
