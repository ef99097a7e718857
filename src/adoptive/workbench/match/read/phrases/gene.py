"""Phrases of gene alterations: mutations by name, wild type, fusions, copy number, mismatch repair, mutation burden."""

from __future__ import annotations

import re
from typing import Final

from adoptive.trial.eligibility.statements import All, AnyOf, Gene, Not, Quantity, Statement
from adoptive.workbench.match.read.phrases.numbers import COMPARE, NUMBER, compare_of, number_of
from adoptive.workbench.match.read.phrases.phrase import Phrase

__all__ = ["GENE", "PHRASES"]

_GENES: Final = (
    "AKT1 ALK APC AR ARID1A ATM ATRX BAP1 BCL2 BCL6 BRAF BRCA1 BRCA2 BTK CCND1 CDH1 CDK4 CDK12 CDKN2A CEBPA CHEK2 "
    "CTNNB1 DNMT3A EGFR ERBB2 ERBB3 ESR1 EZH2 FBXW7 FGFR1 FGFR2 FGFR3 "
    "FLT3 GNA11 GNAQ H3F3A HRAS IDH1 IDH2 JAK2 KEAP1 "
    "KIT KMT2A KRAS MAP2K1 MDM2 MET MGMT MLH1 MPL MSH2 MSH6 MYC MYCN MYD88 NF1 NF2 NOTCH1 NPM1 NRAS NRG1 NTRK1 NTRK2 "
    "NTRK3 PALB2 PBRM1 PDGFRA PIK3CA PMS2 POLE PTCH1 PTEN PTPN11 RB1 "
    "RET ROS1 RUNX1 SF3B1 SMAD4 SMARCA4 SMARCB1 STK11 "
    "TERT TET2 TP53 TSC1 TSC2 VHL"
).split()
_ALIASES: Final = {
    **{name: (name,) for name in _GENES},
    **{"HER2": ("ERBB2",), "HER-2": ("ERBB2",), "C-MET": ("MET",), "c-MET": ("MET",), "cMET": ("MET",)},
    **{"c-KIT": ("KIT",), "P53": ("TP53",), "p53": ("TP53",), "K-RAS": ("KRAS",), "N-RAS": ("NRAS",)},
    **{"B-RAF": ("BRAF",), "MLL": ("KMT2A",), "FLT-3": ("FLT3",), "c-MYC": ("MYC",), "N-MYC": ("MYCN",)},
    **{"BRCA": ("BRCA1", "BRCA2"), "BRCA1/2": ("BRCA1", "BRCA2"), "RAS": ("KRAS", "NRAS")},
    **{"NTRK": ("NTRK1", "NTRK2", "NTRK3"), "NTRK1/2/3": ("NTRK1", "NTRK2", "NTRK3"), "IDH1/2": ("IDH1", "IDH2")},
    **{"IDH": ("IDH1", "IDH2"), "FGFR": ("FGFR1", "FGFR2", "FGFR3"), "CKIT": ("KIT",), "H3F3A": ("H3F3A",)},
}
"""Names in texts (case counts) and the genes of HUGO that they stand for; RAS is KRAS or NRAS, as tests report it."""

GENE: Final = rf"(?<![\w-])(?-i:{'|'.join(map(re.escape, sorted(_ALIASES, key=len, reverse=True)))})(?!\w)"
_CHANGE: Final = (
    r"(?:p\. ?)?(?-i:[ACDEFGHIKLMNPQRSTVWY]\d{1,4}(?:[ACDEFGHIKLMNPQRSTVWY](?:/[ACDEFGHIKLMNPQRSTVWY]){0,3})?)(?!\w)"
)
_JOIN: Final = r"(?: ?, ?(?:and/or |or )?| ?/ ?| and/or | or )"
_CATEGORIES: Final = {
    "mutation": r"mutations?|mutated|mutants?|mutation-positive|mutation positive|variants?|substitutions?",
    "fusion": r"(?:gene )?(?:fusions?|rearrangements?|rearranged|translocations?)|fusion[- ]positive",
    "amplification": r"(?:gene )?amplifications?|amplified",
    "deletion": r"(?:gene |homozygous )?deletions?|deleted",
}
_CATEGORY: Final = "|".join(f"(?P<{name}>{words})" for name, words in _CATEGORIES.items())
_GENE_LIST: Final = rf"{GENE}(?:{_JOIN}{GENE}){{0,11}}"
_EACH: Final = rf"{GENE}(?:(?: ?, ?(?:and )?| ?/ ?| and ){GENE}){{0,11}}"
_FLAGS: Final = re.IGNORECASE

_BEARS: Final = r"(?:(?:tumou?rs? )?(?:harbou?r(?:s|ing)?|carr(?:y|ies|ying)|bearing) (?:an? )?)?"
_CHANGED: Final = re.compile(
    rf"(?<![\w-]){_BEARS}(?:mutations? in |presence of )?(?P<gene>{GENE})[ -](?:gene |mutations? )?"
    rf"(?P<changes>{_CHANGE}(?:{_JOIN}{_CHANGE}){{0,15}})"
    rf"(?:[ -](?:{_CATEGORIES['mutation']}|positive))?(?: in (?:the )?tumou?r(?: "
    rf"tissue)?| tumou?rs?)?(?! (?:wild|negative))(?!\w|-\w)",
    _FLAGS,
)
_ALTERED: Final = re.compile(
    (
        rf"(?<![\w-]){_BEARS}(?P<genes>{_GENE_LIST})(?: gene)?[ -](?:{_CATEGORY}|(?P<any>(?:gene "
        rf"|genomic |genetic )?alterations?|altered))(?: tumou?rs?)?(?!\w|-\w)"
    ),
    _FLAGS,
)
_OF_GENE: Final = re.compile(
    rf"(?<![\w-])(?:(?P<mutation>mutations?)|(?P<fusion>fusions?|rearrangements?|translocations?)"
    rf"|(?P<amplification>amplifications?)|(?P<deletion>deletions?)|(?P<any>alterations?))"
    rf" (?:in|of|involving) (?:the )?(?P<genes>{_GENE_LIST})(?: genes?)?(?!\w|-\w| expression| protein| [A-Z]\d)",
    _FLAGS,
)
_WILD: Final = re.compile(
    rf"(?<![\w-])(?:wild[- ]?type (?:for )?(?P<before>{_EACH})(?: genes?| status| tumou?rs?)?(?!,? or [A-Z])"
    rf"|(?<! or )(?P<behind>{_EACH})(?: genes?)?[ -](?:status )?(?:wild[- "
    rf"]?type|wt|unmutated|non-mutated))(?!\w|-\w)",
    _FLAGS,
)
_POSITIVE: Final = re.compile(
    r"(?P<gene>(?<![\w-])(?-i:ALK|ROS1|RET|NTRK[123]?))[ -](?P<sign>positive|negative)(?!\w|-\w)", _FLAGS
)
_UNSTABLE: Final = (
    r"(?:microsatellite instability[- ]?high|high microsatellite instability|"
    r"microsatellite[- ]instable|MSI[- ]?H(?:igh)?"
    r"|mismatch[- ]repair[- ](?:deficient|deficiency)|deficient (?:DNA "
    r")?mismatch[- ]repair|deficiency (?:of|in) mismatch repair"
    r"|dMMR|MMR[- ]?(?:deficient|deficiency|d))(?: \((?:MSI-?H|dMMR|MMRd|MMR)\))?"
)
_STABLE: Final = (
    r"(?:microsatellite[- ]stable|microsatellite stability|MSS|mismatch[- ]repair[- ](?:proficient|proficiency)"
    r"|proficient mismatch[- ]repair|pMMR|MMR[- ]?(?:proficient|p))(?: \((?:MSS|pMMR|MMRp)\))?"
)
_TAIL: Final = r"(?: (?:status|tumou?rs?|disease))?(?!\w|-\w)"
_MSI: Final = re.compile(rf"(?<![\w-])(?:{_UNSTABLE})(?:{_JOIN}(?:{_UNSTABLE})){{0,3}}{_TAIL}", _FLAGS)
_MSS: Final = re.compile(rf"(?<![\w-])(?:{_STABLE})(?:{_JOIN}(?:{_STABLE})){{0,3}}{_TAIL}", _FLAGS)
_BURDEN: Final = re.compile(
    rf"(?<![\w-])(?:(?:high )?(?:tumou?r )?mutation(?:al)? burden(?: \(TMB\))?|TMB(?:-H(?:igh)?)?)(?: \(TMB-H\))?"
    rf"(?: of|:| \(|,| is| defined as)? ?(?P<compare>{COMPARE}) ?(?P<n>{NUMBER}) ?(?:mutations?|muts?)(?: ?/ ?| per )"
    r"(?:mega ?base|Mb)s?(?:\)|\b)",
    _FLAGS,
)


def _genes(text: str) -> tuple[str, ...]:
    return tuple(gene for found in re.finditer(GENE, text) for gene in _ALIASES[found[0]])


def _one(parts: tuple[Statement, ...]) -> Statement:
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def _changed(match: re.Match[str]) -> Statement | None:
    changes: list[str] = []
    for found in re.finditer(r"([A-Z]\d{1,4})((?:[A-Z](?:/[A-Z])*)?)(?!\w)", match["changes"]):
        changes += [found[1] + end for end in found[2].split("/")]
    return _one(tuple(Gene(gene, tuple(dict.fromkeys(changes))) for gene in _genes(match["gene"])))


def _category(match: re.Match[str]) -> str:
    found = match.groupdict()
    return next((name for name in _CATEGORIES if found.get(name)), "")


def _altered(match: re.Match[str]) -> Statement | None:
    return _one(tuple(Gene(gene, (), _category(match)) for gene in _genes(match["genes"])))


def _wild(match: re.Match[str]) -> Statement | None:
    none = tuple(Not(Gene(gene, (), "mutation")) for gene in _genes(match["before"] or match["behind"]))
    return none[0] if len(none) == 1 else All(none)


def _positive(match: re.Match[str]) -> Statement | None:
    fused = _one(tuple(Gene(gene, (), "fusion") for gene in _genes(match["gene"])))
    return fused if match["sign"].lower() == "positive" else Not(fused)


def _burden(match: re.Match[str]) -> Statement | None:
    compare, number = compare_of(match["compare"]), number_of(match["n"])
    return Quantity("tmb_per_mb", compare, number) if compare and number is not None else None


_UNSTABLE_STATEMENT: Final = Gene("MSI-H", (), "signature")
_STEMS: Final = tuple(sorted({name.lower() for name in _ALIASES}))
_SIGNATURE: Final = ("microsatellite", "mismatch", "msi", "mss", "mmr")

PHRASES: Final = (
    Phrase("gene changes", _STEMS, _CHANGED, _changed),
    Phrase("genes altered", _STEMS, _ALTERED, _altered),
    Phrase("alterations of genes", _STEMS, _OF_GENE, _altered),
    Phrase("wild type", ("wild", "wt", "mutated"), _WILD, _wild),
    Phrase("gene fusion positive", ("alk", "ros1", "ret", "ntrk"), _POSITIVE, _positive),
    Phrase("mismatch repair deficient", _SIGNATURE, _MSI, lambda match: _UNSTABLE_STATEMENT),
    Phrase("mismatch repair proficient", _SIGNATURE, _MSS, lambda match: Not(_UNSTABLE_STATEMENT)),
    Phrase("mutation burden", ("burden", "tmb"), _BURDEN, _burden),
)
