"""Changes of genes in the short form of criteria: ``p.Gly12Asp`` is ``G12D``."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["gene_symbol", "protein_change"]

_AMINO_ACIDS: Final = {
    "Ala": "A", "Arg": "R", "Asn": "N", "Asp": "D", "Cys": "C", "Gln": "Q", "Glu": "E", "Gly": "G", "His": "H",
    "Ile": "I", "Leu": "L", "Lys": "K", "Met": "M", "Phe": "F", "Pro": "P", "Ser": "S", "Thr": "T", "Trp": "W",
    "Tyr": "Y", "Val": "V", "Sec": "U", "Ter": "*",
}  # fmt: skip
_LONG: Final = re.compile("|".join(_AMINO_ACIDS))
_PROTEIN: Final = re.compile(r"(?:^|[:(\s])p\.\(?([A-Z][A-Za-z0-9_*]{1,60})\)?", re.ASCII)
_SHORT: Final = re.compile(
    r"[A-Z*]\d{1,5}(?:_[A-Z*]\d{1,5})?(?:[A-Z*]|del|dup|delins[A-Z*]{1,40}|ins[A-Z*]{1,40}|[A-Z]?fs(?:\*\d{0,4})?|ext.{0,8})?",
    re.ASCII,
)
_SYMBOL: Final = re.compile(r"[A-Z][A-Z0-9]{1,9}(?:orf\d{1,4})?(?:-[A-Z0-9]{1,5})?", re.ASCII)


def protein_change(text: str) -> str | None:
    """Give a protein change in one-letter form; None if the text holds none.

    >>> protein_change("NP_004976.2:p.Gly12Asp"), protein_change("G12D"), protein_change("p.(Tyr1183Ter)")
    ('G12D', 'G12D', 'Y1183*')
    >>> protein_change("c.35G>A"), protein_change("p.Glu746_Ala750del")
    (None, 'E746_A750del')
    """
    if len(text) > 400:
        return None
    found = _PROTEIN.search(text)
    plain = _LONG.sub(lambda name: _AMINO_ACIDS[name[0]], found[1] if found else text.strip())
    return plain if _SHORT.fullmatch(plain) else None


def gene_symbol(text: str) -> str | None:
    """Give the symbol of a gene, None if the text is none.

    >>> gene_symbol("KRAS"), gene_symbol("HGNC:6407"), gene_symbol("C9orf72"), gene_symbol("a gene")
    ('KRAS', None, 'C9orf72', None)
    """
    name = text.strip()
    return name if len(name) <= 20 and _SYMBOL.fullmatch(name) else None
