"""From V, J and CDR3 to a whole receptor chain: leader, variable domain and the start of the constant region."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from adoptive.construct.bases import AMINO_ACIDS, ConstructError, translate
from adoptive.construct.germline import Germline, Joining, RegionKind, Species, Variable
from adoptive.construct.types import Chain

__all__ = ["LONGEST_CDR3", "USUAL_CODON", "disagreement", "stitch"]

LONGEST_CDR3: Final = 60
SHORTEST_CDR3: Final = 4

USUAL_CODON: Final = dict(
    zip(
        "ACDEFGHIKLMNPQRSTVWY",
        "GCC TGC GAC GAG TTC GGC CAC ATC AAG CTG ATG AAC CCC CAG AGA AGC ACC GTG TGG TAC".split(),
        strict=True,
    )
)
"""The most frequent human codon of each residue: Nakamura Y et al. 2000, doi:10.1093/nar/28.1.292."""


def stitch(
    v: str,
    j: str,
    cdr3: str,
    *,
    cdr3_nt: str = "",
    germline: Germline | None = None,
    species: Species = "human",
) -> Chain:
    """Stitch one chain: leader + V up to the CDR3 + CDR3 + J after the CDR3.

    Residues of the CDR3 that equal V (from its start) or J (from its end) keep germline's bases; those between have the
    most frequent human codon. Given bases of the CDR3 are always preferred.

    Parameters
    ----------
    v, j
        Gene or allele of V and of J, of one chain.
    cdr3
        Amino acids from the conserved cysteine (104) to the conserved F or W (118).
    cdr3_nt
        Its bases as sequenced; "" if they are not known.
    germline
        Where V and J are looked up; by default IMGT's of the ``species``.

    Returns
    -------
    Chain
        Leader to the last whole codon of J, with what was doubtful as warnings.

    Raises
    ------
    ConstructError
        Unknown gene, V and J of two chains, a CDR3 without its conserved ends, bases that are not the CDR3's.

    Examples
    --------
    >>> dmf5 = stitch("TRAV12-2", "TRAJ23", "CAVNFGGGKLIF")
    >>> dmf5.templated, len(dmf5.nt), dmf5.tail_nt
    ((4, 6), 393, 'A')
    """
    source = germline or Germline.load("imgt", species)
    variable, joining = source.variable(v), source.joining(j)
    chain = _chain_of(variable.allele, joining.allele)
    cdr3, bases = cdr3.strip().upper(), cdr3_nt.strip().upper().replace("U", "T")
    _check_cdr3(cdr3, joining)
    _check_bases(cdr3, bases)
    from_v, from_j = _templated(cdr3, variable, joining)
    before, after = 3 * variable.cysteine, 3 * (joining.conserved + 1)
    middle = bases or _coded(cdr3, variable, joining, from_v, from_j)
    return Chain(
        chain=chain,  # type: ignore[arg-type]
        v=variable.allele,
        j=joining.allele,
        cdr3=cdr3,
        leader=variable.leader,
        nt=variable.leader_nt + variable.nt[:before] + middle + joining.nt[after:],
        tail_nt=joining.tail_nt,
        templated=(from_v, from_j),
        warnings=(
            *variable.warnings, *joining.warnings,
            *disagreement(source, variable.allele, "variable", given="*" in v),
            *disagreement(source, joining.allele, "joining", given="*" in j),
            *_unlike_germline(cdr3, variable, joining, from_v, from_j),
        ),
        species=source.species,
    )  # fmt: skip


def _chain_of(v: str, j: str) -> str:
    """Name the chain; a delta V may stand in an alpha chain, and some V serve both."""
    names = {"TRAV": "TRA", "TRDV": "TRA", "TRAJ": "TRA", "TRBV": "TRB", "TRBJ": "TRB"}
    if names.get(v[:4]) != names.get(j[:4]) or v[:4] not in names:
        raise ConstructError(
            "V and J are not of one chain", where="V, J", value=f"{v}, {j}", allowed="both alpha or both beta",
            next_step="correct one of them",
        )  # fmt: skip
    return names[v[:4]]


def _check_cdr3(cdr3: str, joining: Joining) -> None:
    wrong = sorted(set(cdr3) - set(AMINO_ACIDS))
    if wrong:
        raise ConstructError(
            f"not the letter of an amino acid: {', '.join(wrong[:5])}", where="CDR3", value=cdr3[:60],
            allowed=AMINO_ACIDS, next_step="give the productive CDR3 in one-letter code",
        )  # fmt: skip
    if not SHORTEST_CDR3 <= len(cdr3) <= LONGEST_CDR3:
        raise ConstructError(
            "this is no CDR3", where="CDR3", value=f"{len(cdr3)} residues", allowed=f"{SHORTEST_CDR3} to {LONGEST_CDR3}"
        )
    own = joining.protein[joining.conserved]
    if not cdr3.startswith("C") or cdr3[-1] not in {"F", "W", own}:
        end = "F or W" if own in "FW" else f"F, W or {own} ({joining.allele})"
        raise ConstructError(
            "the CDR3 lacks a conserved end", where="CDR3", value=cdr3, allowed=f"from the cysteine C to {end}",
            next_step="give the whole CDR3 with both ends (the IMGT junction)",
        )  # fmt: skip


def _check_bases(cdr3: str, bases: str) -> None:
    if not bases:
        return
    if set(bases) - set("ACGT"):
        raise ConstructError("not the letters of bases", where="CDR3 bases", value=bases[:60], allowed="A, C, G, T")
    found = translate(bases) if len(bases) % 3 == 0 else f"{len(bases)} bases"
    if found != cdr3:
        raise ConstructError(
            "the bases do not code for the CDR3", where="CDR3 bases", value=found, allowed=cdr3,
            next_step="correct either, or leave out the bases",
        )  # fmt: skip


def _same(first: str, second: str) -> int:
    """Count the residues from the start that are the same."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


def _templated(cdr3: str, variable: Variable, joining: Joining) -> tuple[int, int]:
    """Count the CDR3's residues from V and from J; where both would do, V has them."""
    from_v = _same(cdr3, variable.protein[variable.cysteine :])
    from_j = _same(cdr3[::-1], joining.protein[joining.conserved :: -1])
    return from_v, min(from_j, len(cdr3) - from_v)


def _coded(cdr3: str, variable: Variable, joining: Joining, from_v: int, from_j: int) -> str:
    start, end = 3 * variable.cysteine, 3 * (joining.conserved + 1)
    middle = "".join(USUAL_CODON[residue] for residue in cdr3[from_v : len(cdr3) - from_j])
    return variable.nt[start : start + 3 * from_v] + middle + joining.nt[end - 3 * from_j : end]


def _unlike_germline(cdr3: str, variable: Variable, joining: Joining, from_v: int, from_j: int) -> tuple[str, ...]:
    """Say where the CDR3's ends are unlike germline, as a wrong gene or a misread residue makes them."""
    said = []
    own = joining.protein[joining.conserved]
    if from_v < 2:
        begins = variable.protein[variable.cysteine :][:4]
        said.append(f"the CDR3 {cdr3} begins unlike {variable.allele} ({begins}): is the V right?")
    if cdr3[-1] != own:
        said.append(f"the CDR3 ends in {cdr3[-1]}, {joining.allele} has {own}")
    elif from_j < 2:
        ends = joining.protein[max(0, joining.conserved - 3) : joining.conserved + 1]
        said.append(f"the CDR3 {cdr3} ends unlike {joining.allele} ({ends}): is the J right?")
    if own not in "FW":
        said.append(f"{joining.allele} has {own} in place of the conserved F or W")
    return tuple(said)


@lru_cache(maxsize=4096)
def disagreement(germline: Germline, allele: str, kind: RegionKind, *, given: bool) -> tuple[str, ...]:
    """Say where the genome's reference (10x) and IMGT disagree on an allele, leader included.

    An allele that was ``given`` may well differ from the genome if the genome carries another known allele.

    >>> disagreement(Germline.load(), "TRAV12-2*01", "variable", given=False)
    ()
    """
    if germline.source != "imgt":
        return ()
    genome = Germline.load("10x", germline.species)
    others = genome.alleles(allele.partition("*")[0], kind)
    own = _bases(germline, allele, kind)
    if not own or not others or any(_bases(genome, name, kind) == own for name in others):
        return ()
    if allele in others:
        return (f"{allele} and the genome's reference (10x) disagree: {_differing(own, _bases(genome, allele, kind))}",)
    if not others[0].endswith("*10x"):
        return () if given else (f"{allele} was taken; the genome's reference (10x) carries {', '.join(others)}",)
    return (f"{allele} and the genome's reference (10x) disagree: {_differing(own, _bases(genome, others[0], kind))}",)


def _bases(germline: Germline, allele: str, kind: RegionKind) -> tuple[str, ...]:
    parts: tuple[RegionKind, ...] = ("leader", "variable") if kind == "variable" else (kind,)
    found = [germline.regions.get((part, allele)) for part in parts]
    return tuple(region.nt for region in found if region) if all(found) else ()


def _differing(own: tuple[str, ...], other: tuple[str, ...]) -> str:
    names = ("leader", "V") if len(own) == 2 else ("J",)
    return "; ".join(
        f"{name} by {sum(a != b for a, b in zip(one, two, strict=True))} bases"
        if len(one) == len(two)
        else f"{name} of {len(one)} and {len(two)} bases"
        for name, one, two in zip(names, own, other, strict=False)
        if one != two
    )
