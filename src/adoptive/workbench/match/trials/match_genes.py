"""Genomic nodes of CTML: which alteration of which gene.

What the language of criteria has no word for (an exon, a class of variant, its effect, a partner of fusion) is joined
as text: a tumour without the altered gene surely fails, one with it stays unknown until somebody looks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from adoptive.trial.eligibility.statements import All, AnyOf, Gene, Not, Statement, Unread

__all__ = ["gene_statement"]

Asked = Mapping[str, tuple[str, ...]]

SILENT: Final = ("display_name", "matching_examples", "no_hugo_symbol", "no_annotated_variant")
"""Keys that ask for nothing."""

STABILITY: Final[Mapping[str, tuple[bool, str]]] = {
    "mmr-deficient": (True, ""),
    "msi-h": (True, ""),
    "mmr-proficient": (False, ""),
    "mss": (False, ""),
    "msi-l": (False, "MSI-L"),
}
"""Words of mismatch repair and microsatellites: whether unstable, and what they say beyond that."""

UNSTABLE: Final = Gene("MSI-H", (), "signature")

COPIES: Final[Mapping[str, tuple[str, str]]] = {
    "high amplification": ("amplification", ""),
    "high level amplification": ("amplification", ""),
    "amplification": ("amplification", ""),
    "homozygous deletion": ("deletion", ""),
    "deletion": ("deletion", ""),
    "heterozygous deletion": ("deletion", "heterozygous"),
}
"""Calls of copy number: category, and what they say beyond that; a low gain is not understood."""

CATEGORIES: Final[Mapping[str, tuple[str, ...]]] = {
    "mutation": ("mutation",),
    "copy number variation": ("amplification", "deletion"),
    "cnv": ("amplification", "deletion"),
    "structural variation": ("fusion",),
    "sv": ("fusion",),
    "any variation": ("mutation", "amplification", "deletion"),
}
"""Categories of variant; "any variation" is a mutation or a changed copy number."""

ANNOTATED: Final[Mapping[str, str]] = {
    "amplification": "amplification", "deletion": "deletion", "fusion": "fusion", "fusions": "fusion",
}  # fmt: skip

READ: Final = {"hugo_symbol", "variant_category", "protein_change", "wildcard_protein_change", "cnv_call", "wildtype",
               "annotated_variant", *SILENT}  # fmt: skip

LETTERS: Final[Mapping[str, str]] = {
    "ala": "A", "cys": "C", "asp": "D", "glu": "E", "phe": "F", "gly": "G", "his": "H", "ile": "I", "lys": "K",
    "leu": "L", "met": "M", "asn": "N", "pro": "P", "gln": "Q", "arg": "R", "ser": "S", "thr": "T", "val": "V",
    "trp": "W", "tyr": "Y", "ter": "*",
}  # fmt: skip
_THREE: Final = re.compile("|".join(LETTERS), re.IGNORECASE)
_SYMBOL: Final = re.compile(r"[A-Z][A-Za-z0-9_.-]{0,20}")
_CHANGE: Final = re.compile(r"[A-Z*]\d{1,5}[A-Za-z0-9_*?>+-]{0,40}")
_PLACE: Final = re.compile(r"[A-Z]\d{1,5}")


def gene_statement(asked: Asked) -> Statement:
    """Read what a genomic node describes, its signs of denial taken off.

    >>> gene_statement({"hugo_symbol": ("EGFR",), "variant_category": ("Mutation",), "exon": ("19",)})
    All(parts=(Gene(gene='EGFR', changes=(), category='mutation'), Unread(text='EGFR exon: 19')))
    >>> gene_statement({"mmr_status": ("MMR-Deficient",)})
    Gene(gene='MSI-H', changes=(), category='signature')
    """
    if "match_all" in asked:
        return All(())
    signature = [key for key in ("mmr_status", "ms_status") if key in asked]
    if signature:
        left = {key for key in asked if key not in (*signature, "hugo_symbol", "variant_category", *SILENT)}
        return _all((*(_any(tuple(map(_stability, asked[key]))) for key in signature), *_unread(asked, left, "")))
    genes = asked.get("hugo_symbol", ())
    if not genes or not all(_SYMBOL.fullmatch(gene) for gene in genes):
        return _all(_unread(asked, set(asked) - {*SILENT}, "") or (Unread("a genomic node without a gene"),))
    return _any(tuple(_gene(gene, asked) for gene in genes))


def _stability(value: str) -> Statement:
    unstable, beyond = STABILITY.get(value.lower(), (None, value))
    if unstable is None:
        return Unread(f"microsatellites: {value}")
    known: Statement = UNSTABLE if unstable else Not(UNSTABLE)
    return All((known, Unread(f"microsatellites: {beyond}"))) if beyond else known


def _gene(gene: str, asked: Asked) -> Statement:
    """Read what is asked of one gene: its categories and changes, and what is left as text."""
    left = {key for key in asked if key not in READ}
    wild = {value.lower() for value in asked.get("wildtype", ())}
    if wild == {"true"}:
        left |= {"protein_change", "wildcard_protein_change", "cnv_call", "annotated_variant"}
        return _all((Not(Gene(gene, (), "mutation")), *_unread(asked, left, gene)))
    if wild - {"false"}:
        left.add("wildtype")
    categories, beyond = _categories(asked)
    changes = _changes(asked)
    if categories is None or changes is None:
        unclear = {key for key in READ - {"hugo_symbol", "wildtype", *SILENT} if key in asked}
        return _all(_unread(asked, left | unclear, gene))
    found = _any(tuple(Gene(gene, changes, category) for category in categories))
    more = tuple(Unread(f"{gene} {text}") for text in beyond)
    return _all((_with_partner(found, gene, asked), *more, *_unread(asked, left, gene)))


def _with_partner(found: Statement, gene: str, asked: Asked) -> Statement:
    """Let a fusion be known by either partner; that both are partners of each other stays as text."""
    partners = asked.get("fusion_partner_hugo_symbol", ())
    if len(partners) == 1 and found == Gene(gene, (), "fusion") and _SYMBOL.fullmatch(partners[0]):
        return AnyOf((found, Gene(partners[0], (), "fusion")))
    return found


def _categories(asked: Asked) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Give the categories that are asked for (None: not understood), and what the call says beyond them."""
    named: tuple[str, ...] = ()
    for value in asked.get("variant_category", ()):
        if value.lower() not in CATEGORIES:
            return None, ()
        named += CATEGORIES[value.lower()]
    for value in asked.get("annotated_variant", ()):
        named += (ANNOTATED[value.lower()],) if value.lower() in ANNOTATED else ()
    if "cnv_call" not in asked:
        return tuple(dict.fromkeys(named)) or ("",), ()
    calls = [COPIES.get(value.lower()) for value in asked["cnv_call"]]
    if None in calls or (named and not {"amplification", "deletion"} & set(named)):
        return None, ()
    read = [call for call in calls if call]
    return tuple(dict.fromkeys(call for call, _ in read)), tuple(f"copies: {more}" for _, more in read if more)


def _changes(asked: Asked) -> tuple[str, ...] | None:
    """Give the changes of protein that are asked for, in one letter an amino acid; None: not understood.

    A wildcard is its codon alone ("V600"), which stands for any change there.
    """
    changes: list[str] = []
    for value in asked.get("protein_change", ()):
        changes.append(_short(value))
    for value in asked.get("annotated_variant", ()):
        if value.lower() not in ANNOTATED:
            changes.append(_short(value))
    if not all(_CHANGE.fullmatch(change) for change in changes):
        return None
    for value in asked.get("wildcard_protein_change", ()):
        place = _short(value)
        if not _PLACE.fullmatch(place):
            return None
        changes.append(place)
    return tuple(dict.fromkeys(changes))


def _short(change: str) -> str:
    """Write a change in one letter an amino acid, without "p.".

    >>> _short("p.Gly12Asp")
    'G12D'
    """
    plain = change.strip().removeprefix("p.").strip("()")
    if not re.match(r"[A-Z][a-z]{2}\d", plain):
        return plain
    return _THREE.sub(lambda found: LETTERS[found[0].lower()], plain)


def _unread(asked: Asked, keys: set[str], gene: str) -> tuple[Statement, ...]:
    return tuple(Unread(f"{gene} {key}: {', '.join(values)}".strip()) for key, values in asked.items() if key in keys)


def _all(parts: tuple[Statement, ...]) -> Statement:
    return parts[0] if len(parts) == 1 else All(parts)


def _any(parts: tuple[Statement, ...]) -> Statement:
    return parts[0] if len(parts) == 1 else AnyOf(parts)
