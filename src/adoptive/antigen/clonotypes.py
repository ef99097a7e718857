"""From receptor chains of single cells to clones: quality control, grouping, counts in tumour and blood."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from adoptive.antigen.chains import Contig

__all__ = ["Cell", "Clone", "CloneRules", "Repertoire", "cells_of", "clones_of", "count_elsewhere"]

MOST_ALPHAS: Final = 2
"""Alpha chains of one cell: the second chromosome may be rearranged too; a third is another cell's."""

Key = tuple[str, str, str]


@dataclass(frozen=True)
class CloneRules:
    """Hold how cells become clones.

    ``least_alpha_share``: an alpha seen in a smaller share of a clone's cells is taken for another cell's, leaked into
    the droplet, and is no candidate. ``fewest_umis``: a chain never seen with so many molecules in one cell is flagged.
    """

    keep_doublets: bool = False
    least_alpha_share: float = 0.1
    fewest_umis: int = 2
    by: Literal["auto", "bases", "amino acids"] = "auto"


@dataclass(frozen=True)
class Cell:
    """Hold one cell with its usable chains, most molecules first."""

    barcode: str
    alphas: tuple[Contig, ...]
    betas: tuple[Contig, ...]

    @property
    def paired(self) -> bool:
        """Say whether it has at least one alpha and one beta."""
        return bool(self.alphas and self.betas)

    @property
    def doublet(self) -> bool:
        """Say whether its chains are those of two cells: two betas, or three alphas."""
        return len(self.betas) > 1 or len(self.alphas) > MOST_ALPHAS


@dataclass(frozen=True)
class Clone:
    """Hold one clone: its beta, its candidate alphas (most cells first), its cells' barcodes and what to know of it.

    What is to know of one chain only, as ``low UMI``, is among that chain's flags.
    """

    id: str
    beta: Contig
    alphas: tuple[Contig, ...]
    cells: tuple[str, ...]
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Repertoire:
    """Hold all cells and clones of one sample; ``by`` says what tells CDR3s apart."""

    cells: tuple[Cell, ...]
    clones: tuple[Clone, ...]
    by: Literal["bases", "amino acids"]

    @property
    def paired(self) -> int:
        """Count the cells with at least one alpha and one beta, doublets too."""
        return sum(cell.paired for cell in self.cells)

    @property
    def doublets(self) -> int:
        """Count the paired cells whose chains are those of two cells."""
        return sum(cell.paired and cell.doublet for cell in self.cells)

    @property
    def clone_of(self) -> Mapping[str, str]:
        """Map each cell of a clone to the clone's name."""
        return {barcode: clone.id for clone in self.clones for barcode in clone.cells}


def _key(chain: Contig, by: str) -> Key:
    """Tell chains apart by V, J (genes, not alleles) and CDR3."""
    return chain.v.split("*")[0], chain.j.split("*")[0], chain.cdr3_nt if by == "bases" else chain.cdr3


def _way(chains: Iterable[Contig], asked: str = "auto") -> Literal["bases", "amino acids"]:
    if asked == "amino acids" or not all(chain.cdr3_nt for chain in chains):
        return "amino acids"
    return "bases"


def cells_of(chains: Sequence[Contig], *, by: Literal["bases", "amino acids"] = "bases") -> tuple[Cell, ...]:
    """Gather the chains of each cell; two contigs of one chain are one, their molecules added. Cells are sorted.

    >>> one = Contig("c", "TRB", "TRBV6-4", "TRBJ1-2", "CASSF", "TGTGCCAGCAGCTTC", umis=2)
    >>> cells_of([one, one])[0].betas[0].umis
    4
    """
    found: dict[str, dict[tuple[str, Key], Contig]] = defaultdict(dict)
    for chain in sorted(chains, key=_order):
        place = (chain.locus, _key(chain, by))
        same = found[chain.cell].get(place)
        found[chain.cell][place] = chain if same is None else _added(same, chain)
    return tuple(_cell(barcode, tuple(found[barcode].values())) for barcode in sorted(found))


def _order(chain: Contig) -> tuple[int, str, str, str, str]:
    return -(chain.umis or 0), chain.v, chain.j, chain.cdr3_nt, chain.cdr3


def _added(one: Contig, other: Contig) -> Contig:
    umis = None if one.umis is None and other.umis is None else (one.umis or 0) + (other.umis or 0)
    flags = tuple(dict.fromkeys((*one.flags, *other.flags)))
    return replace(one, umis=umis, line=min(one.line, other.line), flags=flags)


def _cell(barcode: str, chains: tuple[Contig, ...]) -> Cell:
    ordered = sorted(chains, key=_order)
    alphas, betas = ([chain for chain in ordered if chain.locus == locus] for locus in ("TRA", "TRB"))
    return Cell(barcode, tuple(alphas), tuple(betas))


def clones_of(chains: Sequence[Contig], rules: CloneRules | None = None) -> Repertoire:
    """Group cells into clones: same V, J and CDR3 of beta, and an alpha in common.

    CDR3s are told apart by their bases, or by amino acids if a chain lacks its bases. Cells of one beta whose alphas
    were seen together in one cell are one clone with two candidate alphas. Doublets (two betas, or three alphas) are
    left out unless ``keep_doublets``: then their beta and alphas with most molecules count, and the clone is flagged.
    Clones are named by size; neither order of rows nor of cells matters.

    >>> beta = Contig("c", "TRB", "TRBV6-4", "TRBJ1-2", "CASSF", umis=5)
    >>> alpha = Contig("c", "TRA", "TRAV4", "TRAJ15", "CLVF", umis=3)
    >>> [(clone.id, clone.cells) for clone in clones_of([beta, alpha]).clones]
    [('clone1', ('c',))]
    """
    asked = rules or CloneRules()
    by = _way(chains, asked.by)
    cells = cells_of(chains, by=by)
    groups: dict[Key, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.paired and (asked.keep_doublets or not cell.doublet):
            groups[_key(cell.betas[0], by)].append(cell)
    parts = [part for members in groups.values() for part in _connected(members, by)]
    parts.sort(key=lambda part: (-len(part), _key(part[0].betas[0], by), _alpha_keys(part, by)))
    clones = tuple(_clone(f"clone{number}", part, by, asked) for number, part in enumerate(parts, 1))
    return Repertoire(cells, clones, by)


def _alpha_keys(members: Sequence[Cell], by: str) -> tuple[Key, ...]:
    return tuple(sorted({_key(alpha, by) for cell in members for alpha in cell.alphas[:MOST_ALPHAS]}))


def _connected(members: Sequence[Cell], by: str) -> list[list[Cell]]:
    """Part the cells of one beta into those that share an alpha, through other cells if need be."""
    root: dict[Key, Key] = {}

    def head(key: Key) -> Key:
        while root.setdefault(key, key) != key:
            key = root[key]
        return key

    for cell in members:
        keys = [_key(alpha, by) for alpha in cell.alphas[:MOST_ALPHAS]]
        for key in keys[1:]:
            root[head(key)] = head(keys[0])
    parts: dict[Key, list[Cell]] = defaultdict(list)
    for cell in members:
        parts[head(_key(cell.alphas[0], by))].append(cell)
    return list(parts.values())


def _clone(name: str, members: Sequence[Cell], by: str, rules: CloneRules) -> Clone:
    counted = Counter(_key(alpha, by) for cell in members for alpha in cell.alphas[:MOST_ALPHAS])
    order = sorted(counted, key=lambda key: (-counted[key], key))
    kept = [key for key in order if counted[key] >= rules.least_alpha_share * len(members)][:MOST_ALPHAS] or order[:1]
    said = {
        "one cell": len(members) == 1,
        "doublet": any(cell.doublet for cell in members),
        "more alphas": len(order) > len(kept),
    }
    return Clone(
        name,
        _best([beta for cell in members for beta in cell.betas], _key(members[0].betas[0], by), by, rules),
        tuple(_best([alpha for cell in members for alpha in cell.alphas], key, by, rules) for key in kept),
        tuple(cell.barcode for cell in members),
        tuple(flag for flag, holds in said.items() if holds),
    )


def _best(chains: Sequence[Contig], key: Key, by: str, rules: CloneRules) -> Contig:
    """Give a clone's chain as its best cell saw it; an allele is named only if all cells agree."""
    seen = [chain for chain in chains if _key(chain, by) == key]
    best = min(seen, key=lambda chain: (*_order(chain), chain.cell))
    flags = {flag for chain in seen for flag in chain.flags}
    if best.umis is not None and best.umis < rules.fewest_umis:
        flags.add("low UMI")
    v, j = ({getattr(chain, part) for chain in seen} for part in ("v", "j"))
    return replace(
        best,
        v=best.v if len(v) == 1 else best.v.split("*")[0],
        j=best.j if len(j) == 1 else best.j.split("*")[0],
        line=min(chain.line for chain in seen),
        flags=tuple(sorted(flags)),
    )


def count_elsewhere(repertoire: Repertoire, chains: Sequence[Contig]) -> dict[str, int]:
    """Count each clone's cells in another sample (blood, normal tissue) by beta and an alpha in common.

    By bases if both samples give them all, else by amino acids. Doublets there are left out.
    """
    own = [chain for cell in repertoire.cells for chain in (*cell.alphas, *cell.betas)]
    by = _way([*own, *chains], repertoire.by)
    cells = [cell for cell in cells_of(chains, by=by) if cell.paired and not cell.doublet]
    lines = {cell.barcode: cell for cell in repertoire.cells}
    counts: dict[str, int] = {clone.id: 0 for clone in repertoire.clones}
    owner: dict[tuple[Key, Key], set[str]] = defaultdict(set)
    for clone in repertoire.clones:
        for barcode in clone.cells:
            for alpha in lines[barcode].alphas[:MOST_ALPHAS]:
                owner[(_key(lines[barcode].betas[0], by), _key(alpha, by))].add(clone.id)
    for cell in cells:
        keys = [(_key(cell.betas[0], by), _key(alpha, by)) for alpha in cell.alphas]
        for name in set().union(*(owner.get(key, set()) for key in keys)):
            counts[name] += 1
    return counts
