"""Orders: three optimised receptors as records (T16); faults planted in one, each for one check to find (T17)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Final

from adoptive.construct.bases import ConstructError, translate
from adoptive.construct.checks import check, is_ready
from adoptive.construct.codons import build
from adoptive.construct.record import features_of, genbank_text, read_record
from adoptive.construct.stitch import stitch
from adoptive.construct.tcr import tcr_insert
from adoptive.construct.types import Built, Insert, Part
from adoptive.construct.verify.case import Case, Outcome
from adoptive.construct.verify.receptors import known_chains

__all__ = ["ORDERED", "ORDERS", "PLANTED", "found_by", "optimised"]

ORDERED: Final = ("DMF5", "1G4", "KRAS_G12D_10")
_KMER: Final = 20
_ECORI: Final = "GAATTC"
_HOST, _GUEST = "DMF5", "KRAS_G12D_10"


@lru_cache(maxsize=8)
def optimised(name: str) -> Built:
    """Build a known receptor with chosen codons, always the same."""
    return build(tcr_insert(name, *known_chains(name)))


def _records() -> Outcome:
    """Write and read each record; look for stretches of 20 bases that stand twice."""
    said, passed = [], True
    for name in ORDERED:
        built = optimised(name)
        nt, features = read_record(genbank_text(built))
        same = nt == built.nt and features == features_of(built)
        exact = translate(nt) == f"{built.insert.protein}*"
        words = [nt[at : at + _KMER] for at in range(len(nt) - _KMER + 1)]
        twice = len(words) - len(set(words))
        others = tuple(tcr_insert(other, *known_chains(other)) for other in ORDERED if other != name)
        ready = is_ready(check(built, others=others))
        passed = passed and same and exact and not twice and ready
        said.append(
            f"{name}: {len(nt):,} nt, {len(features)} features read back {'the same' if same else 'otherwise'}, "
            f"{twice} repeated {_KMER}-mers, {'ready' if ready else 'not ready'}"
        )
    return passed, "; ".join(said)


def _host() -> tuple[Insert, tuple[Insert, ...]]:
    """Give the receptor in which faults are planted, and the other one of its product."""
    return optimised(_HOST).insert, (tcr_insert(_GUEST, *known_chains(_GUEST)),)


def _with_part(insert: Insert, name: str, protein: Callable[[str], str]) -> Built:
    """Change one part's protein in the design, and build it."""

    def changed(part: Part) -> Part:
        return replace(part, protein=protein(part.protein), nt="") if part.name == name else part

    return build(replace(insert, parts=tuple(map(changed, insert.parts))))


def _lost_base() -> Built:
    """Delete one base in the middle."""
    built = optimised(_HOST)
    at = len(built.nt) // 2
    return replace(built, nt=built.nt[:at] + built.nt[at + 1 :])


def _swapped() -> Built:
    """Build alpha with the CDR3 of the other receptor, while the row asks for its own."""
    alpha, beta = known_chains(_HOST)
    other, _ = known_chains(_GUEST)
    wrong = tcr_insert(_HOST, stitch(alpha.v, alpha.j, other.cdr3), beta)
    return build(replace(wrong, cdr3=(("TRA", alpha.cdr3), ("TRB", beta.cdr3))))


def _no_proline() -> Built:
    """Leave out the last proline of the 2A peptide."""
    return _with_part(optimised(_HOST).insert, "P2A", lambda protein: protein.removesuffix("P"))


def _added_site() -> Built:
    """Write the site of EcoRI at the first place where the protein stays the same."""
    built = optimised(_HOST)
    for at in range(len(built.nt) - len(_ECORI)):
        nt = built.nt[:at] + _ECORI + built.nt[at + len(_ECORI) :]
        if translate(nt) == translate(built.nt):
            return replace(built, nt=nt)
    raise ConstructError("no place takes the site without a change of the protein", where=_HOST, value=_ECORI)


def _lost_cysteine() -> Built:
    """Change C57 of beta back to S."""
    return _with_part(optimised(_HOST).insert, "beta constant", lambda protein: f"{protein[:56]}S{protein[57:]}")


PLANTED: Final[dict[str, tuple[str, Callable[[], Built]]]] = {
    "one base deleted": ("length", _lost_base),
    "alpha CDR3 of another receptor": ("identity", _swapped),
    "2A without its last proline": ("2a", _no_proline),
    "EcoRI site added": ("sites", _added_site),
    "C57 of beta changed back": ("cysteine_pair", _lost_cysteine),
}
"""A planted fault: the one check that must find it, and the construct that has it."""


def found_by(built: Built, *, others: tuple[Insert, ...] | None = None) -> tuple[str, ...]:
    """List the checks that a construct fails beside the others of its product; those that only report are left out."""
    beside = _host()[1] if others is None else others
    return tuple(one.id for one in check(built, others=beside) if one.judged and not one.passed and not one.reports)


def _planted(fault: str) -> Callable[[], Outcome]:
    def run() -> Outcome:
        wanted, plant = PLANTED[fault]
        before, after = found_by(optimised(_HOST)), found_by(plant())
        said = f"asked {wanted}, failed: {', '.join(after) or 'none'}"
        return before == () and after == (wanted,), said + (f"; before: {', '.join(before)}" if before else "")

    return run


ORDERS: Final = (
    Case("T16 three receptors as records, 20-mers unique", _records),
    *(Case(f"T17 {fault}", _planted(fault)) for fault in PLANTED),
)
