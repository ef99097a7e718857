"""Germline of the T-cell receptor: leader, V, J and C of every allele, as shipped in this folder's ``data``.

Two sources that were made independently: IMGT/GENE-DB by allele, and the reference of 10x Genomics by gene, from the
genome. IMGT is the one to stitch with; the other one says where the two disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from typing import Final, Literal

from adoptive.construct.bases import ConstructError, translate

__all__ = ["Germline", "Joining", "Region", "RegionKind", "Source", "Species", "Variable"]

Source = Literal["imgt", "10x"]
Species = Literal["human", "mouse"]
RegionKind = Literal["leader", "variable", "joining", "constant"]

_KINDS: Final[Mapping[str, RegionKind]] = {
    "LEADER": "leader", "VARIABLE": "variable", "JOINING": "joining", "CONSTANT": "constant",
    "J-REGION": "joining", "C-REGION": "constant",
}  # fmt: skip
_CYSTEINE_WITHIN: Final = 8
"""The conserved cysteine stands in the last residues of V, one or two after an aromatic one."""
_J_MOTIF: Final = re.compile(r"[FWLC]G.G")
_NEAR: Final = 3


@dataclass(frozen=True)
class Region:
    """Hold one region of one allele: its bases and what the source says of its function (F, ORF or P)."""

    allele: str
    kind: RegionKind
    nt: str
    function: str = "F"

    @property
    def gene(self) -> str:
        """Give the gene, without the allele."""
        return self.allele.partition("*")[0]


@dataclass(frozen=True)
class Variable:
    """Hold a V ready to stitch: leader and V as whole codons, and where the conserved cysteine (104) stands in it."""

    allele: str
    leader_nt: str
    nt: str
    leader: str
    protein: str
    cysteine: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Joining:
    """Hold a J ready to stitch: whole codons, the place of its conserved residue (118), the base left over."""

    allele: str
    nt: str
    protein: str
    conserved: int
    tail_nt: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Germline:
    """Hold one species' germline from one source.

    ``motifs`` maps a J allele to its conserved motif and to the motif's place from the end of J, in residues.
    """

    source: Source
    species: Species
    regions: Mapping[tuple[RegionKind, str], Region]
    motifs: Mapping[str, tuple[str, int]]

    @classmethod
    def load(cls, source: Source = "imgt", species: Species = "human") -> Germline:
        """Read a germline of the package's data; read once.

        Parameters
        ----------
        source
            ``"imgt"`` (every allele of IMGT/GENE-DB release 20268-7) or ``"10x"`` (one sequence a gene, Ensembl 94).
        species
            ``"human"`` or ``"mouse"``.

        Examples
        --------
        >>> Germline.load().choose("TRAV12-2", "variable")[0]
        'TRAV12-2*01'
        """
        return _load(source, species)

    def alleles(self, gene: str, kind: RegionKind) -> tuple[str, ...]:
        """List a gene's alleles that have this region, in the source's order.

        >>> Germline.load().alleles("TRAJ24", "joining")
        ('TRAJ24*01', 'TRAJ24*02', 'TRAJ24*03')
        """
        return _alleles(self).get((kind, gene), ())

    def choose(self, name: str, kind: RegionKind) -> tuple[str, tuple[str, ...]]:
        """Choose the allele that a name means, and say what was doubtful.

        A name without an allele means ``*01``, or the first functional allele if ``*01`` is absent or not functional.
        Old and foreign spellings (``TRAV14DV4``) are standardised by tidytcells.

        Raises
        ------
        ConstructError
            No such gene or allele; the message names the nearest ones.
        """
        return _choose(self, name.strip(), kind)

    def variable(self, name: str) -> Variable:
        """Give leader and V of a gene or allele, ready to stitch.

        >>> v = Germline.load().variable("TRBV6-4")
        >>> v.leader, v.protein[v.cysteine :]
        ('MRIRLLCCVAFSLLWAGPV', 'CASSD')

        Raises
        ------
        ConstructError
            No such gene, no leader of it, or a pseudogene without the conserved cysteine.
        """
        return _variable(self, name)

    def joining(self, name: str) -> Joining:
        """Give a J gene or allele, ready to stitch; its last base begins the constant region's first codon.

        >>> j = Germline.load().joining("TRAJ23")
        >>> j.protein[: j.conserved + 1], j.protein[j.conserved :], j.tail_nt
        ('IYNQGGKLIF', 'FGQGTELSVKP', 'A')

        Raises
        ------
        ConstructError
            No such gene, or a J without its conserved motif.
        """
        return _joining(self, name)


def _lines(folder: str, file: str) -> list[str]:
    return resources.files("adoptive.construct").joinpath("data", folder, file).read_text("utf-8").splitlines()


def _fasta(lines: list[str]) -> Iterator[tuple[list[str], str]]:
    """Give each record's header fields and its bases."""
    head, bases = "", list[str]()
    for line in [*lines, ">"]:
        if line.startswith(">"):
            if head:
                yield head.split("|"), "".join(bases).upper()
            head, bases = line[1:].strip(), []
        else:
            bases.append(line.strip())


@lru_cache(maxsize=4)
def _load(source: Source, species: Species) -> Germline:
    if source not in ("imgt", "10x") or species not in ("human", "mouse"):
        raise ConstructError(
            "no such germline", where="germline", value=f"{source}, {species}", allowed="imgt or 10x; human or mouse"
        )
    read = _read_imgt if source == "imgt" else _read_10x
    return Germline(source, species, read(species), _motifs(species))


def _read_imgt(species: Species) -> dict[tuple[RegionKind, str], Region]:
    found: dict[tuple[RegionKind, str], Region] = {}
    for chain in ("TRA", "TRB"):
        for fields, nt in _fasta(_lines(f"germline_imgt/{species.upper()}", f"{chain}.fasta")):
            kind = _KINDS[fields[-1].lstrip("~")]
            found[kind, fields[1]] = Region(fields[1], kind, nt, fields[3].strip("()[]"))
    return found


def _read_10x(species: Species) -> dict[tuple[RegionKind, str], Region]:
    """Read every sequence of every gene, under the name of IMGT's allele if it equals one; leader and V are parted."""
    imgt, found = _load("imgt", species), dict[tuple[RegionKind, str], Region]()
    for fields, nt in _fasta(_lines("germline_10x", f"regions_{species}_TRA_TRB.fa")):
        gene = _standard(fields[2], species) or fields[2]
        if fields[3] == "L-REGION+V-REGION":
            cut = _leader_bases(imgt, gene, nt)
            region = _named(imgt, gene, "variable", nt[cut:])
            if found.setdefault(("variable", region.allele), region) is region:
                found["leader", region.allele] = replace(region, kind="leader", nt=nt[:cut])
        elif fields[3] in _KINDS:
            region = _named(imgt, gene, _KINDS[fields[3]], nt)
            found.setdefault((region.kind, region.allele), region)
    return found


def _named(imgt: Germline, gene: str, kind: RegionKind, nt: str) -> Region:
    """Name a sequence by the allele of IMGT that it equals; ``gene*10x`` if it equals none."""
    for allele in imgt.alleles(gene, kind):
        known = imgt.regions[kind, allele]
        if known.nt == nt:
            return known
    return Region(f"{gene}*10x", kind, nt)


def _leader_bases(imgt: Germline, gene: str, nt: str) -> int:
    """Find where V begins in leader and V: there where the start of IMGT's V matches best, whole codons only."""
    start = next((imgt.regions["variable", name].nt[:30] for name in imgt.alleles(gene, "variable")), "")
    places = range(36, 109, 3)
    return max(places, key=lambda at: sum(a == b for a, b in zip(nt[at : at + 30], start, strict=False)))


def _motifs(species: Species) -> dict[str, tuple[str, int]]:
    rows = (line.split("\t") for line in _lines(f"germline_imgt/{species.upper()}", "J-region-motifs.tsv")[1:])
    return {row[0]: (row[3], int(row[4])) for row in rows if len(row) == 5}


@lru_cache(maxsize=4)
def _alleles(germline: Germline) -> dict[tuple[RegionKind, str], tuple[str, ...]]:
    found: dict[tuple[RegionKind, str], tuple[str, ...]] = {}
    for kind, allele in germline.regions:
        key = kind, allele.partition("*")[0]
        found[key] = (*found.get(key, ()), allele)
    return found


@lru_cache(maxsize=4096)
def _standard(name: str, species: Species) -> str:
    """Give IMGT's spelling of a name, "" if tidytcells does not know it."""
    import tidytcells

    kind = {"human": "homosapiens", "mouse": "musmusculus"}[species]
    known = tidytcells.tr.standardize(name, species=kind, enforce_functional=False, log_failures=False)
    return str(known.symbol or "") if hasattr(known, "symbol") else str(known or "")


@lru_cache(maxsize=4096)
def _choose(germline: Germline, name: str, kind: RegionKind) -> tuple[str, tuple[str, ...]]:
    warnings: list[str] = []
    gene, _, number = name.partition("*")
    if not germline.alleles(gene, kind):
        spelt = _standard(name, germline.species) if re.fullmatch(r"[\w*/.()-]{4,30}", name) else ""
        gene, _, number = spelt.partition("*")
        if not germline.alleles(gene, kind):
            raise _unknown(germline, name, kind)
        warnings.append(f"{name} was read as {spelt}")
    known = germline.alleles(gene, kind)
    allele = f"{gene}*{number}" if number else _default(germline, known, kind)
    if allele not in known:
        raise ConstructError(
            f"no such allele in the {germline.source} germline", where=kind, value=name, allowed=", ".join(known),
            next_step="name one of these, or the gene alone",
        )  # fmt: skip
    if not number and not allele.endswith("*01") and germline.source == "imgt":
        warnings.append(f"{gene} has no functional allele *01; {allele} is used")
    function = germline.regions[kind, allele].function
    if function != "F":
        what = {"P": "a pseudogene", "ORF": "an open reading frame of unknown function"}.get(function, function)
        warnings.append(f"{allele} is {what}")
    return allele, tuple(warnings)


def _default(germline: Germline, known: tuple[str, ...], kind: RegionKind) -> str:
    working = [allele for allele in known if germline.regions[kind, allele].function == "F"]
    first = [allele for allele in working or known if allele.endswith("*01")]
    return (first or working or list(known))[0]


def _unknown(germline: Germline, name: str, kind: RegionKind) -> ConstructError:
    genes = sorted({allele.partition("*")[0] for found, allele in germline.regions if found == kind})
    near = get_close_matches(name.upper().partition("*")[0], genes, n=_NEAR, cutoff=0.6)
    return ConstructError(
        f"no such gene in the {germline.species} {germline.source} germline", where=kind, value=name[:40],
        allowed=f"{len(genes)} genes, as {', '.join(near or genes[:_NEAR])}",
        next_step=f"is it {near[0]}?" if near else "correct the name",
    )  # fmt: skip


@lru_cache(maxsize=2048)
def _variable(germline: Germline, name: str) -> Variable:
    allele, warnings = germline.choose(name, "variable")
    leader, doubts = _leader(germline, allele)
    nt = germline.regions["variable", allele].nt
    nt = nt[: len(nt) // 3 * 3]
    protein = translate(nt)
    cysteine = _conserved_cysteine(protein)
    if cysteine < 0 or "*" in protein[:cysteine]:
        what = "the V has no conserved cysteine" if cysteine < 0 else "the V has a stop codon"
        raise ConstructError(
            f"{what}: no receptor is made of it", where="variable", value=allele, next_step="correct the V gene"
        )
    return Variable(allele, leader, nt, translate(leader), protein, cysteine, (*warnings, *doubts))


def _leader(germline: Germline, allele: str) -> tuple[str, tuple[str, ...]]:
    """Give the allele's leader; without a usable one that of another allele or of the other source, with a warning."""
    gene, other = allele.partition("*")[0], _load("10x" if germline.source == "imgt" else "imgt", germline.species)
    for source in (germline, other):
        for name in dict.fromkeys([allele, *source.alleles(gene, "leader")]):
            region = source.regions.get(("leader", name))
            if region and _reads(region.nt):
                own = name == allele and source is germline
                said = f"{allele} has no leader of its own; that of {name} ({source.source}) is used"
                return region.nt, () if own else (said,)
    raise ConstructError("no leader of this gene is known", where="leader", value=allele, next_step="name another gene")


def _reads(nt: str) -> bool:
    return len(nt) % 3 == 0 and nt.startswith("ATG") and "*" not in translate(nt)


def _conserved_cysteine(protein: str) -> int:
    """Find cysteine 104: of the last cysteines the first that follows an aromatic residue, else the last; -1: none."""
    start = max(0, len(protein) - _CYSTEINE_WITHIN)
    places = [at for at in range(start, len(protein)) if protein[at] == "C"]
    after = [at for at in places if set(protein[at - 2 : at]) & set("YF")]
    return (after or places[-1:] or [-1])[0]


@lru_cache(maxsize=1024)
def _joining(germline: Germline, name: str) -> Joining:
    allele, warnings = germline.choose(name, "joining")
    nt = germline.regions["joining", allele].nt
    for frame in ((len(nt) - 1) % 3, len(nt) % 3, (len(nt) - 2) % 3):
        whole = frame + (len(nt) - frame) // 3 * 3
        protein = translate(nt[frame:whole])
        at = _conserved_residue(germline, allele, protein)
        if at >= 0:
            found = Joining(allele, nt[frame:whole], protein, at, nt[whole:], warnings)
            return found if len(found.tail_nt) == 1 else _with_tail(germline, found)
    raise ConstructError(
        "the J has no conserved motif: no receptor is made of it", where="joining", value=allele,
        next_step="correct the J gene",
    )  # fmt: skip


def _conserved_residue(germline: Germline, allele: str, protein: str) -> int:
    """Find residue 118 of a J read in one frame; -1: not in this frame. A stop before the motif does not matter."""
    motif, place = germline.motifs.get(allele, ("", -11))
    at = len(protein) + place
    if at >= 0 and motif and protein.startswith(motif, at):
        return at
    near = [at + step for step in (0, 1, -1) if at + step >= 0 and _J_MOTIF.match(protein, at + step)]
    return near[0] if near else -1


def _with_tail(germline: Germline, found: Joining) -> Joining:
    """Give a J that the source cut short the base that begins the constant region, from the gene's first allele."""
    first = germline.alleles(found.allele.partition("*")[0], "joining")[0]
    if first == found.allele:
        raise ConstructError("the J does not end in the constant region's first codon", where="joining", value=first)
    tail = germline.joining(first).tail_nt
    said = f"{found.allele} is known in part; its last base is that of {first}"
    return replace(found, tail_nt=tail, warnings=(*found.warnings, said))
