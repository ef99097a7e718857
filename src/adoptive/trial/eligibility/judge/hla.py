"""HLA alleles of the patient."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.judge import phrasing
from adoptive.trial.eligibility.judge.known import Known
from adoptive.trial.eligibility.judge.seen import Seen
from adoptive.trial.eligibility.statements import HlaAllele, Truth

__all__ = ["say_hla", "see_hla"]

_ALLELE: Final = re.compile(r"(?:HLA-)?([A-Z]{1,4}[0-9]{0,2})\*([0-9]{2,4})((?::[0-9]{2,4}){0,3})([A-Z]?)")


class _Allele(NamedTuple):
    gene: str
    fields: tuple[str, ...]
    suffix: str


@cache
def _allele(name: str) -> _Allele | None:
    found = _ALLELE.fullmatch(name.strip().upper())
    if not found:
        return None
    fields = (found[2], *(part for part in found[3].split(":") if part))
    return _Allele(found[1], fields, found[4])


def _carried(mine: str, asked: str) -> Truth:
    """Say whether an allele on record is the one asked: A*02:01:01 is an A*02:01; A*02 may be; A*02:07 is not.

    Alleles with a suffix (N: not expressed; G, P: groups) are taken for the one asked only if they are written alike.
    """
    own, wanted = _allele(mine), _allele(asked)
    if own is None or wanted is None:
        return True if mine.strip().upper() == asked.strip().upper() else None
    if own.gene != wanted.gene:
        return False
    shared = min(len(own.fields), len(wanted.fields))
    if own.fields[:shared] != wanted.fields[:shared]:
        return False
    if own.suffix or wanted.suffix:
        return True if own == wanted else None
    return True if len(own.fields) >= len(wanted.fields) else None


def see_hla(asked: HlaAllele, known: Known) -> Seen:
    """See whether the patient carries one of some alleles; who is typed for the gene and lacks it does not."""
    found: dict[Truth, list[str]] = {True: [], None: []}
    for mine in known.facts.hla:
        for wanted in asked.alleles:
            truth = _carried(mine, wanted)
            if truth is not False:
                found[truth].append(mine)
    if found[True]:
        clash = any(_too_many(allele.gene, known) for name in found[True] if (allele := _allele(name)))
        return Seen(None, "conflict", known.facts.hla) if clash else Seen(True, "", tuple(found[True]))
    if found[None]:
        return Seen(None, "resolution", tuple(found[None]))
    genes = [allele.gene if (allele := _allele(name)) else "" for name in asked.alleles]
    if all(gene and _typed(gene, known) for gene in genes):
        return Seen(False, "typed", tuple(it for it in known.facts.hla if (own := _allele(it)) and own.gene in genes))
    return Seen(None, "missing")


def _of_gene(gene: str, known: Known) -> list[_Allele]:
    return [allele for name in known.facts.hla if (allele := _allele(name)) and allele.gene == gene]


def _too_many(gene: str, known: Known) -> bool:
    """Say whether more than two different alleles of a gene are on record: nobody has three."""
    different: list[_Allele] = []
    for allele in _of_gene(gene, known):
        if all(_unlike(allele, other) for other in different):
            different.append(allele)
    return len(different) > 2


def _typed(gene: str, known: Known) -> bool:
    """Say whether both alleles of a gene are known: by the record, or as two different ones are on it."""
    if any(name.strip().upper().removeprefix("HLA-").rstrip("*") == gene for name in known.facts.hla_typed):
        return True
    own = _of_gene(gene, known)
    unlike = [(one, two) for one in own for two in own if _unlike(one, two)]
    return bool(unlike) and all(any(not _unlike(it, one) for one in unlike[0]) for it in own)


def _unlike(one: _Allele, two: _Allele) -> bool:
    shared = min(len(one.fields), len(two.fields))
    return one.fields[:shared] != two.fields[:shared]


def say_hla(asked: HlaAllele, known: Known, seen: Seen) -> Finding:
    """Say what was found of the HLA type."""
    mine = phrasing.listed(seen.used, join="and")
    because = (f"HLA type: {mine}",) if mine else ()
    if seen.why == "typed":
        because = (*because, f"both alleles of the gene are known, and none is {phrasing.listed(asked.alleles)}")
    if seen.truth is not None:
        return Finding(seen.truth, because)
    finer = {"resolution": " at a higher resolution", "conflict": ", as more than two alleles of a gene are on record"}
    more = finer.get(seen.why, "")
    return Finding(None, because, (f"HLA typing{more} ({phrasing.listed(asked.alleles)})",))
