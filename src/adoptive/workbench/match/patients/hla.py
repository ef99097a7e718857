"""HLA alleles in standard names, from single names and from genotype lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["GENES", "Typing", "gene_name", "standard_name", "typing_of"]

GENES: Final = (
    "A", "B", "C", "E", "F", "G", "DRA", "DRB1", "DRB3", "DRB4", "DRB5", "DQA1", "DQB1", "DPA1", "DPB1", "DMA", "DMB",
)  # fmt: skip
_NAME: Final = re.compile(
    r"(?:HLA[- ]?)?(?P<gene>[A-Z]{1,3}\d?)\*(?P<fields>\d{2,4}(?::\d{2,4}){0,3})(?P<end>[NLSCAQGP]?)", re.ASCII
)
_COMPACT: Final = re.compile(r"(?:HLA[- ]?)?(?P<gene>[ABC])[- ]?(?P<first>\d{2})(?::?(?P<second>\d{2,3}))?", re.ASCII)
_LONGEST_LIST: Final = 4_000
_MOST_NAMES: Final = 200


@dataclass(frozen=True)
class Typing:
    """Hold what a typing says: alleles for sure, genes of which both alleles are known, names not understood."""

    alleles: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def gene_name(text: str) -> str | None:
    """Read the name of an HLA gene as criteria write it, without ``HLA-``.

    >>> gene_name("HLA-A"), gene_name("drb1"), gene_name("Z")
    ('A', 'DRB1', None)
    """
    name = text.strip().upper().removeprefix("HLA-").removeprefix("HLA")
    return name if name in GENES else None


def standard_name(text: str) -> str | None:
    """Give an allele's standard name with at most two fields; None if there is none, or it is not expressed.

    >>> standard_name("A*02:01:01G"), standard_name("hla-a0201"), standard_name("A*02"), standard_name("A*24:09N")
    ('HLA-A*02:01', 'HLA-A*02:01', 'HLA-A*02', None)
    """
    name = text.strip().upper() if len(text) <= 40 else ""
    compact = _COMPACT.fullmatch(name)
    if compact:
        second = f":{compact['second']}" if compact["second"] else ""
        return f"HLA-{compact['gene']}*{compact['first']}{second}"
    found = _NAME.fullmatch(name)
    if found is None or found["gene"] not in GENES or found["end"] == "N":
        return None
    return f"HLA-{found['gene']}*{':'.join(found['fields'].split(':')[:2])}"


def typing_of(text: str) -> Typing:
    """Read a genotype list: ``+`` joins both alleles, ``/`` alleles that cannot be told apart, ``^`` genes.

    Of alleles that cannot be told apart only what they share is known: ``A*02:01/A*02:09`` is ``HLA-A*02``. A list of
    several possible genotypes (``|``) is not used. A gene with both alleles is typed.

    >>> typing_of("HLA-A*02:01:01+HLA-A*24:02/HLA-A*24:11")
    Typing(alleles=('HLA-A*02:01', 'HLA-A*24'), typed=('A',), refused=())
    """
    if len(text) > _LONGEST_LIST or "|" in text:
        return Typing(refused=("several possible genotypes",))
    text = text.rsplit("#", 1)[-1]
    alleles: list[str] = []
    typed: list[str] = []
    refused: list[str] = []
    for gene in re.split(r"[\^;,]", text)[:_MOST_NAMES]:
        both = [_shared(part) for part in re.split(r"[+~]", gene) if part.strip()]
        known = [name for name in both if name]
        alleles += known
        if len(known) < len(both):
            refused.append("an HLA name")
        if "+" in gene and len(known) == len(both) == 2 and len({name.split("*")[0] for name in known}) == 1:
            typed.append(known[0].split("*")[0].removeprefix("HLA-"))
    return Typing(tuple(dict.fromkeys(alleles)), tuple(typed), tuple(dict.fromkeys(refused)))


def _shared(part: str) -> str | None:
    """Give the longest name that all alleles of an ambiguous typing share."""
    names = [standard_name(name) for name in part.split("/") if name.strip()]
    known = [name for name in names if name]
    if not names or len(known) < len(names):
        return None
    if len(set(known)) == 1:
        return known[0]
    first = {name.split(":")[0] for name in known}
    return first.pop() if len(first) == 1 else None
