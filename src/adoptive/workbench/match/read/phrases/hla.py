"""Phrases of HLA alleles: in standard names, in the older four digits, and as serological types."""

from __future__ import annotations

import re
from typing import Final

from adoptive.trial.eligibility.statements import All, HlaAllele, Not, Statement
from adoptive.workbench.match.read.phrases.phrase import Phrase

__all__ = ["PHRASES"]

_LOCUS: Final = r"(?:DRB[1345]|DQ[AB]1|DP[AB]1|Cw|[ABCEG])"
_FIELDS: Final = r"(?:\d{2,3}(?::\d{2,3}){1,3}|\d{4}(?!\d)|\d{2,3}(?!\d))[PGNLSQ]?"
_FIRST: Final = rf"(?:HLA[- ]?{_LOCUS}(?: ?\* ?{_FIELDS}|[- ]?(?:{_FIELDS}|\d(?!\d)))|{_LOCUS}\*{_FIELDS})(?![\w:*])"
_NEXT: Final = rf"(?:{_FIRST}|-?{_LOCUS}\*?(?:{_FIELDS}|\d(?!\d))|-?\*{_FIELDS}|\d{{2,3}}:\d{{2,3}})(?![\w:*%])"
_JOIN: Final = r"(?: ?, ?(?:and/or |or |and )?| ?/ ?| and/or | or | and )"
_LIST: Final = rf"{_FIRST}(?:{_JOIN}(?:(?i:HLA type ))?{_NEXT}){{0,15}}"
_SORT: Final = (
    r"(?: (?i:alleles?|allele group|haplotypes?|genotypes?|serotypes?|types?|antigens?|molecules?|subtypes?))?"
)
_HEAD: Final = (
    r"(?i:(?:positive for|positivity for|carriers? of|carry|carries|carrying|express|expresses|expressing|"
    r"expression of|presence of|typed as|typed positive for|HLA (?:typing|"
    r"type|genotype)(?: (?:of|is|as|positive for))?|"
    r"genotype(?: of)?)\s)"
)
_COUNT: Final = (
    r"(?i:(?:at least one|at least 1|one or more|either|any|an?|the)"
    r"(?: of the following(?: HLA)?(?: alleles?| types?)?:?| (?:alleles?|copy|copies) of)? )"
)
_YES: Final = r"(?:[- ](?i:positive|positivity|carriers?|expression|expressing)|\+)"
_NO: Final = r"(?:[- ](?i:negative))"
_TYPED: Final = (
    r"(?i: (?:by|on|in|at) (?:(?:high[- ]resolution|molecular|local|"
    r"central|genomic|DNA|HLA) )*(?:typing|genotyping|testing|sequencing|assay)"
    r"| (?:in|on|at) either allele)?"
)
_BUT: Final = (
    r",? ?\(?(?i:except(?: for)?|excluding|other than|with the exception of|but not|not including)"
    r"(?: (?i:the|any|subtypes?|alleles?))? (?P<but>"
)
_PATTERN: Final = re.compile(
    rf"(?<![\w*-])(?:(?P<denied>(?i:negative for|lack of|lacking) )|{_HEAD})?{_COUNT}?(?P<list>{_LIST}){_SORT}"
    rf"(?:(?P<yes>{_YES})|(?P<no>{_NO}))?{_SORT}{_TYPED}(?:{_BUT}{_LIST}){_SORT}\)?)?(?![\w*:])"
)
_PARTS: Final = re.compile(
    rf"(?P<locus>{_LOCUS})?-?\s?\*?\s?(?P<fields>\d{{1,4}}(?::\d{{2,3}}){{0,3}})(?P<suffix>[PGNLSQ]?)"
)
_SEROTYPES: Final = frozenset(
    {f"A{n}" for n in (1, 2, 3, 11, 23, 24, 25, 26, 29, 30, 31, 32, 33, 34, 36, 43, 66, 68, 69, 74, 80)}
    | {f"B{n}" for n in (7, 8, 13, 18, 27, 35, 37, 38, 39, 41, 42, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 57, 58)}
)
"""Serological types that are one group of alleles; broad ones (A9, A10, A19, A28, B5, B12 ...) are several."""


def _alleles(text: str) -> tuple[str, ...] | None:
    """Bring the alleles of a list to standard names; None where one is not understood."""
    locus, names = "", []
    for part in re.split(r"(?:,| or | and | ?/ ?)+", text.replace("and/or", "or").replace("HLA type", "")):
        found = _PARTS.fullmatch(part.replace("HLA", "").strip(" -"))
        if found is None:
            return None
        locus = (found["locus"] or locus).replace("Cw", "C")
        name = _standard(locus, found["fields"], starred="*" in part or ":" in part or not found["locus"])
        if name is None or not locus:
            return None
        names.append(name + found["suffix"])
    return tuple(dict.fromkeys(names))


def _standard(locus: str, fields: str, *, starred: bool) -> str | None:
    """Name an allele; a bare number behind the locus is a serological type.

    >>> _standard("A", "0201", starred=False), _standard("A", "2", starred=False), _standard("A", "9", starred=False)
    ('HLA-A*02:01', 'HLA-A*02', None)
    """
    if ":" in fields:
        return f"HLA-{locus}*{fields}"
    if len(fields) == 4:
        return f"HLA-{locus}*{fields[:2]}:{fields[2:]}"
    if not starred and f"{locus}{int(fields)}" not in _SEROTYPES:
        return None
    return f"HLA-{locus}*{int(fields):02d}" if len(fields) < 3 else None


def _carries(match: re.Match[str]) -> Statement | None:
    alleles = _alleles(match["list"])
    if alleles is None:
        return None
    if match["denied"] or match["no"]:
        return None if match["but"] or (match["denied"] and match["no"]) else Not(HlaAllele(alleles))
    every = re.search(r"(?<!/)\band\b(?!/)", match["list"])
    carries = All(tuple(HlaAllele((allele,)) for allele in alleles)) if every else HlaAllele(alleles)
    if not match["but"]:
        return carries
    spared = _alleles(re.sub(r"[ )]*(?i:alleles?|subtypes?|\))*$", "", match["but"]))
    return None if spared is None or every else All((carries, Not(HlaAllele(spared))))


PHRASES: Final = (Phrase("hla allele", ("hla", "a*", "b*", "c*", "drb", "dqb", "dpb"), _PATTERN, _carries),)
