"""A construct as a record: GenBank with its features, and FASTA. The same construct gives the same bytes."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any, Final

from adoptive.construct.bases import ConstructError
from adoptive.construct.types import Built, Chain, Part

__all__ = ["DESIGNED", "Feature", "fasta_text", "features_of", "genbank_text", "protein_fasta_text", "read_record"]

DESIGNED: Final = "designed in silico; for research only"
_DATE: Final = "01-JAN-1980"
"""A record has a date; a fixed one, so that the same construct gives the same file."""
_KINDS: Final = {
    "leader": "sig_peptide", "2A": "misc_feature", "linker": "misc_feature", "cleavage": "misc_feature",
    "constant": "C_region", "variable": "V_region", "transmembrane": "misc_feature",
}  # fmt: skip
_LINE: Final = 60
_LOCUS: Final = 16
_ALIKE, _WORD = 40, 50


@dataclass(frozen=True, order=True)
class Feature:
    """Hold one feature of a record: bases from 0, half open; a feature that wraps round a circle ends beyond it."""

    start: int
    end: int
    strand: int
    kind: str
    label: str
    note: str = ""
    translation: str = ""


def features_of(built: Built) -> tuple[Feature, ...]:
    """Give a construct's features: the reading frame, its parts, each CDR3, and what is left of the vector's own."""
    base = built.insert_at if built.vector_nt else 0
    insert = built.insert
    found = [Feature(base, base + len(built.nt), 1, "CDS", insert.id, DESIGNED, insert.protein)]
    at = base
    for part in insert.parts:
        end = at + 3 * len(part.protein)
        note = _wrapped("; ".join(filter(None, (part.kind, part.source))))
        found.append(Feature(at, end, 1, _KINDS.get(part.kind, "misc_feature"), part.name, note, part.protein))
        found += [_cdr3(part, chain, at) for chain in insert.chains if part.kind == "variable" and _has(part, chain)]
        at = end
    size = len(built.vector_nt)
    for mark in built.marks:
        wrapped = mark.end + size if mark.end < mark.start else mark.end
        found.append(Feature(mark.start, wrapped, mark.strand, mark.kind, mark.name, _wrapped(built.vector_name)))
    return tuple(sorted(found))


def _has(part: Part, chain: Chain) -> bool:
    """Say whether a part is the V domain of a chain: it begins as the chain does, and holds its CDR3."""
    return part.protein[:_ALIKE] == chain.variable[:_ALIKE] and chain.cdr3 in part.protein


def _cdr3(part: Part, chain: Chain, base: int) -> Feature:
    at = base + 3 * part.protein.rfind(chain.cdr3)
    return Feature(
        at, at + 3 * len(chain.cdr3), 1, "misc_feature", f"{chain.chain} CDR3", "with its conserved ends", chain.cdr3
    )


def genbank_text(built: Built) -> str:
    """Write a construct as GenBank: the vector with the insert if there is one, else the insert.

    Raises
    ------
    ConstructError
        The record cannot be written.
    """
    from Bio import SeqIO

    out = io.StringIO()
    try:
        SeqIO.write([_record(built)], out, "genbank")
    except ValueError as problem:
        raise ConstructError("the GenBank record cannot be written", where=built.insert.id, value=problem) from None
    return out.getvalue()


def fasta_text(built: Built) -> str:
    """Write the insert's bases as FASTA, from ATG to stop."""
    return _fasta(f"{_plain(built.insert.id)} {len(built.nt)} nt, {DESIGNED}", built.nt)


def protein_fasta_text(built: Built) -> str:
    """Write the protein that the insert codes for, whole, and its parts, as FASTA."""
    insert, name = built.insert, _plain(built.insert.id)
    whole = _fasta(f"{name} {len(insert.protein)} aa, {DESIGNED}", insert.protein)
    parts = (
        _fasta(f"{name}|{at} {_one_line(part.name)}, {part.kind}", part.protein)
        for at, part in enumerate(insert.parts, start=1)
        if part.protein
    )
    return whole + "".join(parts)


def read_record(text: str) -> tuple[str, tuple[Feature, ...]]:
    """Read a GenBank text as written by :func:`genbank_text`: its bases and features.

    Raises
    ------
    ConstructError
        It is not one GenBank record.
    """
    from Bio import SeqIO

    try:
        record: Any = SeqIO.read(io.StringIO(text), "genbank")  # type: ignore[no-untyped-call]
    except (ValueError, AssertionError) as problem:
        raise ConstructError("this is not one GenBank record", where="GenBank text", value=problem) from None
    size = len(record.seq)
    return str(record.seq).upper(), tuple(sorted(_read_feature(one, size) for one in record.features))


def _read_feature(one: Any, size: int) -> Feature:
    parts = sorted(one.location.parts, key=lambda part: int(part.start))
    start, end = int(parts[0].start), int(parts[-1].end)
    if len(parts) == 2 and start == 0 and end == size:
        start, end = int(parts[1].start), int(parts[0].end) + size
    said = {name: values[0] for name, values in one.qualifiers.items()}
    return Feature(
        start, end, int(one.location.strand or 0), one.type, said.get("label", ""), said.get("note", ""),
        said.get("translation", ""),
    )  # fmt: skip


def _record(built: Built) -> Any:
    from Bio.Seq import Seq
    from Bio.SeqRecord import SeqRecord

    nt = built.vector_nt or built.nt
    notes = "\n".join((f"{DESIGNED}.", *map(_one_line, built.insert.notes)))
    return SeqRecord(
        Seq(nt), id=_locus(built.insert.id), name=_locus(built.insert.id),
        description=_one_line(f"{built.insert.id}, {DESIGNED}"),
        annotations={
            "molecule_type": "DNA", "topology": "circular" if built.vector_nt and built.circular else "linear",
            "data_file_division": "SYN", "date": _DATE, "comment": notes, "organism": "synthetic construct",
            "source": "synthetic construct",
        },
        features=[_written(feature, len(nt)) for feature in features_of(built)],
    )  # fmt: skip


def _written(feature: Feature, size: int) -> Any:
    from Bio import SeqFeature

    places: Any = SeqFeature
    ends = [(feature.start, feature.end)]
    if feature.end > size:
        ends = [(feature.start, size), (0, feature.end - size)]
    pieces = [places.SimpleLocation(*two, strand=feature.strand) for two in ends]
    whole = pieces[0] if len(pieces) == 1 else places.CompoundLocation(pieces[:: feature.strand or 1])
    said: dict[str, list[str]] = {
        "label": [feature.label], "note": [feature.note], "translation": [feature.translation]
    }  # fmt: skip
    if feature.kind == "CDS":
        said |= {"codon_start": ["1"], "transl_table": ["1"]}
    kept = {name: one for name, one in said.items() if one != [""]}
    return places.SeqFeature(whole, type=feature.kind, qualifiers=kept)


def _locus(name: str) -> str:
    """Give a LOCUS name: letters, digits, ``_``, ``.`` and ``-``, as short as the format's column."""
    return (re.sub(r"[^A-Za-z0-9_.-]+", "_", name).strip("_.-") or "construct")[:_LOCUS]


def _plain(name: str) -> str:
    return re.sub(r"\s+", "_", name.strip()) or "construct"


def _wrapped(text: str) -> str:
    """Set single spaces, and one in each word that is longer than a line of the format, as that would break it."""
    return " ".join(word[at : at + _WORD] for word in _one_line(text).split() for at in range(0, len(word), _WORD))


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text)


def _fasta(title: str, letters: str) -> str:
    lines = [letters[at : at + _LINE] for at in range(0, len(letters), _LINE)]
    return "\n".join((f">{_one_line(title)}", *lines)) + "\n"
