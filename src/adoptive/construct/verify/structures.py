"""Receptor chains of structures in the Protein Data Bank, stitched and compared with what was observed (T6, T7)."""

from __future__ import annotations

from collections import Counter
from typing import Final

from adoptive.construct.bases import ConstructError
from adoptive.construct.germline import Germline, RegionKind, Source, Species
from adoptive.construct.stitch import stitch
from adoptive.construct.verify.case import Case, Outcome, read_rows

__all__ = ["STRUCTURES", "STRUCTURE_CASES", "compare_structures", "observed_differences"]

STRUCTURES: Final = "pdb_tcr_chains_tcrdock.tsv"
_PINNED: Final = "pdb_differences.tsv"
_MANY: Final = 3
_LEAST_IDENTICAL: Final = 0.78
_LEAST_OVERLAP: Final = 60


def observed_differences(observed: str, variable: str) -> int:
    """Count the residues by which an observed chain differs from a V domain where the two overlap best, without gaps.

    A structure may lack residues at its ends or carry others; those do not count. Neither does the last residue of J:
    it is the seam to the constant region, where constructs for crystals are often changed.

    >>> observed_differences("MKEVEQNSGPLSVPEGAIASLNC" * 3, "KEVEQNSGPLSVPEGAIASLNCM" * 3)
    0
    """
    own = variable[:-1]
    best = len(observed)
    for shift in range(_LEAST_OVERLAP - len(observed), len(own) - _LEAST_OVERLAP + 1):
        first = observed[max(0, -shift) :]
        best = min(best, sum(a != b for a, b in zip(first, own[max(0, shift) :], strict=False)))
    return best


def compare_structures(
    species: Species, source: Source = "imgt", *, pdb: str = ""
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], str]]:
    """Stitch a species' chains: how many residues differ, by structure and chain, and why some are not stitched.

    All structures, or the one named ``pdb``. An allele that the genome's reference lacks is looked up by its gene.
    """
    germline = Germline.load(source, species)
    differ: dict[tuple[str, str], int] = {}
    refused: dict[tuple[str, str], str] = {}
    for row in read_rows(STRUCTURES):
        if row["organism"] != species or pdb not in ("", row["pdbid"]):
            continue
        key = row["pdbid"], row["ab"]
        v, j = _known(germline, row["v_gene"], "variable"), _known(germline, row["j_gene"], "joining")
        try:
            differ[key] = observed_differences(row["chainseq"], stitch(v, j, row["cdr3"], germline=germline).variable)
        except ConstructError as problem:
            refused[key] = f"{row['v_gene']}: {problem.what}"
    return differ, refused


def _known(germline: Germline, allele: str, kind: RegionKind) -> str:
    return allele if germline.source == "imgt" or (kind, allele) in germline.regions else allele.partition("*")[0]


def _in_classes(differ: dict[tuple[str, str], int]) -> tuple[int, int, int]:
    """Count chains that are identical, that differ in one or two residues, and in more."""
    few = sum(0 < n < _MANY for n in differ.values())
    many = sum(n >= _MANY for n in differ.values())
    return len(differ) - few - many, few, many


def _human() -> Outcome:
    """Compare all human chains: those with three or more differences must be exactly the listed ones."""
    differ, refused = compare_structures("human")
    same, few, many = _in_classes(differ)
    listed = {(row["pdbid"], row["chain"]): int(row["differences"]) for row in read_rows(_PINNED)}
    odd = {key: n for key, n in differ.items() if n >= _MANY}
    share = same / max(1, len(differ))
    unlike = sorted({"".join(key) for key, _ in set(odd.items()) ^ set(listed.items())})
    passed = not refused and len(differ) == 565 and share >= _LEAST_IDENTICAL and not unlike
    return passed, (
        f"{len(differ)} of {len(differ) + len(refused)} stitched; {same} identical ({100 * share:.1f} %), {few} differ "
        f"in one or two residues, {many} in more; "
        + (f"unlike the list: {', '.join(unlike[:10])}" if unlike else f"exactly the {len(listed)} listed ones")
    )


def _human_10x() -> Outcome:
    """Compare with the genome's reference, which has one or a few alleles a gene; its TRAV35 has a stop codon."""
    differ, refused = compare_structures("human", "10x")
    same, few, many = _in_classes(differ)
    why = Counter(refused.values())
    stopped = all(what.startswith("TRAV35*01: the V has a stop codon") for what in why)
    return (len(differ), same) == (560, 405) and stopped, (
        f"{len(differ)} of {len(differ) + len(refused)} stitched; {same} identical, {few} differ in one or two "
        f"residues, {many} in more; refused: {'; '.join(f'{n} x {what}' for what, n in why.items()) or 'none'}"
    )


def _mouse() -> Outcome:
    """Stitch the murine chains; genes of mice are less well known, so only the stitching is asked for."""
    differ, refused = compare_structures("mouse")
    same, few, many = _in_classes(differ)
    why = "; ".join(f"{''.join(key)} {what}" for key, what in refused.items())
    return len(differ) >= 259, (
        f"{len(differ)} of {len(differ) + len(refused)} stitched; {same} identical, {few} differ in one or two "
        f"residues, {many} in more; refused: {why or 'none'}"
    )


def _matured() -> Outcome:
    """Report the matured alpha chain of 5brz as unlike germline, and its beta chain as germline."""
    differ, _ = compare_structures("human", pdb="5brz")
    alpha, beta = differ[("5brz", "A")], differ[("5brz", "B")]
    return (alpha, beta) == (6, 0), f"5brz: alpha differs from germline in {alpha} residues, beta in {beta}"


STRUCTURE_CASES: Final = (
    Case("T6 human chains of structures", _human),
    Case("T6 human chains of structures, germline of the genome", _human_10x),
    Case("T6 murine chains of structures", _mouse),
    Case("T7 a matured receptor is told from germline", _matured),
)
