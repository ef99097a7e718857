"""One receptor chain as sequencing saw it in one cell: which chains may be used, with standard names of their genes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from adoptive.antigen.binding import AMINO_ACIDS

__all__ = ["ROUTINE", "ChainRules", "Chains", "Contig", "Refused", "standard_gene", "use_chains"]

_PEPTIDE: Final = re.compile(f"[{AMINO_ACIDS}]+")
_FAMILY: Final = re.compile("(TR[ABGD]|IG[HKL])[VDJ]")
_GENES: Final = {"TRA": (("TRAV", "TRDV"), ("TRAJ",)), "TRB": (("TRBV",), ("TRBJ",))}
"""V and J genes that a locus may use; V genes of delta lie within the alpha locus and are spliced to alpha as well."""

ROUTINE: Final = frozenset(
    {"not of a cell", "neither alpha nor beta", "not productive", "not full length", "low confidence"}
)
"""Reasons that the file itself states in a column: they are counted, and need no list of lines."""

_OWN_END: Final = {"TRAJ35": "C"}
"""The one J of alpha or beta whose germline has neither F nor W at the end of CDR3 (IMGT: motif CGSG)."""


@dataclass(frozen=True)
class Contig:
    """Hold one assembled chain of one cell; ``None`` and "" are what the file does not say.

    ``cdr3`` runs from the conserved cysteine to the F or W, both included; ``line`` is that of the file.
    """

    cell: str
    locus: str
    v: str
    j: str
    cdr3: str
    cdr3_nt: str = ""
    productive: bool | None = None
    full_length: bool | None = None
    high_confidence: bool | None = None
    is_cell: bool | None = None
    umis: int | None = None
    line: int = 0
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChainRules:
    """Hold what a chain must be to be used; what the file does not say is not asked for."""

    productive: bool = True
    full_length: bool = True
    high_confidence: bool = True


@dataclass(frozen=True)
class Refused:
    """Hold one chain that was not used, or was used with a note: its line, its cell and why."""

    line: int
    cell: str
    reason: str
    value: str = ""


@dataclass(frozen=True)
class Chains:
    """Hold the chains that may be used, those refused, and notes on those used."""

    used: tuple[Contig, ...]
    refused: tuple[Refused, ...]
    noted: tuple[Refused, ...]

    @property
    def reasons(self) -> Mapping[str, int]:
        """Count the refused chains by reason, the most frequent first."""
        return dict(sorted(Counter(one.reason for one in self.refused).items(), key=lambda one: (-one[1], one[0])))


@lru_cache(maxsize=4096)
def standard_gene(name: str) -> str:
    """Give a human receptor gene's standard name by IMGT's nomenclature, "" if it is not known.

    >>> standard_gene("TRAV14DV4"), standard_gene("TCRBV06-05"), standard_gene("TRBV99")
    ('TRAV14/DV4', 'TRBV6-5', '')
    """
    from tidytcells import tr

    return tr.standardize(symbol=name, species="homosapiens", log_failures=False, on_fail="reject") or ""


@lru_cache(maxsize=65536)
def _translated(bases: str) -> str:
    from Bio.Seq import Seq

    return str(Seq(bases).translate())  # type: ignore[no-untyped-call]


def use_chains(contigs: Sequence[Contig], rules: ChainRules | None = None) -> Chains:
    """Keep the alpha and beta chains that may be used, with standard gene names; say of each other one why not.

    A chain is refused that belongs to no cell or another locus, is not productive, not full length or of low
    confidence, lacks V, J or CDR3, whose CDR3 holds other letters than the twenty amino acids, does not begin with C or
    end with F or W (C for TRAJ35, as in its germline), or is not what its bases say. A gene name that is not known is
    kept as it is and noted: such a chain can be counted, but not be built.

    >>> chain = Contig("AAAC-1", "TRB", "TRBV6-4", "TRBJ1-2", "CASSLGQTNYGYTF", productive=True, line=2)
    >>> use_chains([chain, replace(chain, cdr3="ASSLGQTNYGYT", line=3)]).reasons
    {'CDR3 without its conserved ends': 1}
    """
    asked = rules or ChainRules()
    used, refused, noted = [], [], []
    for contig in contigs:
        if why := _refusal(contig, asked):
            refused.append(Refused(contig.line, contig.cell, *why))
            continue
        named, notes = _named(contig)
        if wrong := _wrong_locus(named):
            refused.append(Refused(contig.line, contig.cell, *wrong))
            continue
        used.append(named)
        noted += notes
    return Chains(tuple(used), tuple(refused), tuple(noted))


def _refusal(contig: Contig, rules: ChainRules) -> tuple[str, str] | None:
    """Give the first reason against a chain, with the value that gave it."""
    checks = (
        (contig.is_cell is False, "not of a cell", contig.cell),
        (not contig.cell, "no cell named", ""),
        (contig.locus not in _GENES, "neither alpha nor beta", contig.locus),
        (rules.productive and contig.productive is False, "not productive", ""),
        (rules.full_length and contig.full_length is False, "not full length", ""),
        (rules.high_confidence and contig.high_confidence is False, "low confidence", ""),
        (not contig.cdr3, "no CDR3", ""),
        (not contig.v or not contig.j, "no V or no J", contig.v or contig.j),
        (not _PEPTIDE.fullmatch(contig.cdr3), "CDR3 with other letters than amino acids", contig.cdr3),
        (not _has_ends(contig), "CDR3 without its conserved ends", contig.cdr3),
    )
    for refused, reason, value in checks:
        if refused:
            return reason, value
    if contig.cdr3_nt and not _bases_agree(contig):
        return "CDR3 is not what its bases say", f"{contig.cdr3} {contig.cdr3_nt}"
    return None


def _has_ends(contig: Contig) -> bool:
    ends = ("F", "W", *(own for gene, own in _OWN_END.items() if contig.j.split("*")[0] == gene))
    return contig.cdr3.startswith("C") and contig.cdr3.endswith(ends)


def _bases_agree(contig: Contig) -> bool:
    bases = contig.cdr3_nt
    return len(bases) == 3 * len(contig.cdr3) and not set(bases) - set("ACGT") and _translated(bases) == contig.cdr3


def _named(contig: Contig) -> tuple[Contig, list[Refused]]:
    """Write V and J by the standard; several calls that are different genes are noted, the first is taken."""
    flags, notes, names = list(contig.flags), [], {}
    for part, given in (("v", contig.v), ("j", contig.j)):
        calls = [call.strip() for call in re.split(r"[,;]|\bor\b", given) if call.strip()]
        known = [standard_gene(call) or standard_gene(call.split("*")[0]) for call in calls]
        names[part] = known[0] or calls[0]
        genes = {name.split("*")[0] for name in known if name}
        if known[0] and "*" in calls[0] and "*" not in known[0]:
            notes.append(Refused(contig.line, contig.cell, "allele not known, its gene is taken", calls[0]))
        if not known[0]:
            notes.append(Refused(contig.line, contig.cell, "gene name not known", calls[0]))
            flags.append("unknown gene")
        if len(genes) > 1:
            notes.append(Refused(contig.line, contig.cell, "several genes are possible, the first is taken", given))
            flags.append("ambiguous gene")
        elif len(calls) > 1:
            names[part] = names[part].split("*")[0]
    return replace(contig, v=names["v"], j=names["j"], flags=tuple(dict.fromkeys(flags))), notes


def _wrong_locus(contig: Contig) -> tuple[str, str] | None:
    """Refuse a chain whose genes belong to another locus: a chimaera or a slip of the file."""
    for name, families in zip((contig.v, contig.j), _GENES[contig.locus], strict=True):
        if _FAMILY.match(name) and not name.startswith(families):
            return "genes of another locus", f"{contig.locus} {contig.v} {contig.j}"
    return None
