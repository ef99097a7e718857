"""Variants, fusions and HLA types of mCODE and of HL7's genomics reporting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from adoptive.trial.eligibility.facts import Alteration
from adoptive.workbench.match.patients.fhir.coded import code_words, codes_in, codings, label, spoken, yes_or_no
from adoptive.workbench.match.patients.fhir.element import Json, part, word
from adoptive.workbench.match.patients.fhir.results import Observed
from adoptive.workbench.match.patients.fhir.tables import code_table
from adoptive.workbench.match.patients.gathered import Hla, Note, Thing
from adoptive.workbench.match.patients.genes import gene_symbol, protein_change
from adoptive.workbench.match.patients.hla import Typing, gene_name, typing_of

__all__ = ["hla_types", "is_hla", "is_variant", "variants"]

Category = Literal["", "mutation", "amplification", "deletion", "fusion", "signature"]

_VARIANT: Final = "LOINC 69548-6"
_GENE: Final = "LOINC 48018-6"
_REGION: Final = "LOINC 53041-0"
_GENOTYPES: Final = frozenset(("LOINC 84413-4", "LOINC 84414-2"))
_NAMES_OF_CHANGE: Final = ("LOINC 48005-3", "LOINC 81252-9", "LOINC 48004-6")
"""Where a protein's change may stand: pHGVS, the variant's name, cHGVS with the protein in brackets."""
_SIGNIFICANCE: Final = "LOINC 53037-8"
_HARMLESS: Final = frozenset(("LOINC LA26333-7", "LOINC LA26334-5", "LOINC LA6675-8"))
"""Uncertain significance, likely benign, benign."""
_OPEN: Final = frozenset(("LOINC LA14033-7", "LOINC LA14034-5", "LOINC LA9658-1"))
"""Copies gained or lost, which does not say that the gene is amplified or gone; and wild type."""
_COPY_NUMBER: Final = "LOINC 82155-3"
_SEQUENCE: Final = frozenset(
    ("LOINC 48004-6", "LOINC 48005-3", "LOINC 81252-9", "LOINC 81290-9", "LOINC 69547-8", "LOINC 69551-0")
)
"""Parts that only a change of the sequence has: HGVS names, the variant's code, the alleles."""
_CATEGORY_WORDS: Final[Mapping[str, Category]] = {
    "gene_fusion": "fusion", "gene fusion": "fusion", "fusion": "fusion", "amplification": "amplification",
    "gene amplification": "amplification", "homozygous deletion": "deletion", "transcript ablation": "deletion",
}  # fmt: skip


def is_variant(observed: Observed) -> bool:
    """Say whether an observation is about a variant or about the genes that were looked at."""
    codes = observed.head.codes
    return bool(codes & {_VARIANT, _REGION}) or (
        not is_hla(observed) and any(_GENE in item.codes for item in observed.results[1:])
    )


def variants(observed: Observed) -> Iterator[Thing]:
    """Read a variant: present, or looked for and absent; what is uncertain or harmless is left out with a note.

    Genes that were studied without a word of what was found stay unknown.
    """
    head, inner = observed.head, _components(observed)
    genes, nameless = _genes(inner.get(_GENE, ()))
    if _REGION in head.codes:
        yield Note("genes studied without a statement of what was found, left open", ", ".join(genes[:20]))
        return
    present = yes_or_no(head.value)
    if nameless or not genes:
        yield Note("variants of a gene without a symbol, left out", nameless or label(head.code))
        return
    if present is None or any(codes_in(item) & _HARMLESS for item in inner.get(_SIGNIFICANCE, ())):
        yield Note("variants without a clear result or meaning, left out", ", ".join(genes[:5]))
        return
    category, change = _category(inner, present), _change(inner)
    copies = any(codes_in(item) & _OPEN for items in inner.values() for item in items)
    if copies or (_COPY_NUMBER in inner and category in ("", "mutation")) or (len(genes) > 1 and category != "fusion"):
        yield Note("variants whose sort is not clear, left out", ", ".join(genes[:5]))
        return
    if len(genes) > 1:
        change = "::".join(genes[:2])
    for gene in genes[:2]:
        yield Alteration(gene, change, category, present, head.day, head.source)


def _components(observed: Observed) -> dict[str, tuple[Json, ...]]:
    found: dict[str, list[Json]] = defaultdict(list)
    for item in observed.results[1:]:
        concept = part(item.value, "valueCodeableConcept")
        said = {"text": word(item.value, "valueString")} if word(item.value, "valueString") else {}
        for code in item.codes:
            found[code].append(concept or said)
    return {code: tuple(items) for code, items in found.items()}


def _genes(concepts: Iterable[Json]) -> tuple[list[str], str]:
    """Give the genes' symbols, and the code of one that has none."""
    genes: list[str] = []
    for concept in concepts:
        symbols = [gene for coding in codings(concept) if (gene := gene_symbol(coding.display))]
        symbols = symbols or [gene for text in spoken(concept) if (gene := gene_symbol(text))]
        if not symbols:
            return genes, label(concept)
        genes += [gene for gene in symbols if gene not in genes]
    return genes, ""


def _category(inner: Mapping[str, tuple[Json, ...]], present: bool) -> Category:
    said = {text.lower() for items in inner.values() for item in items for text in code_words(item)}
    found = {_CATEGORY_WORDS[text] for text in said if text in _CATEGORY_WORDS}
    if found:
        return found.pop() if len(found) == 1 else ""
    return "mutation" if inner.keys() & _SEQUENCE or not present else ""


def _change(inner: Mapping[str, tuple[Json, ...]]) -> str:
    for code in (*_NAMES_OF_CHANGE, *inner):
        for concept in inner.get(code, ()) if code != _GENE else ():
            for text in code_words(concept):
                found = protein_change(text) if "p." in text or code == _NAMES_OF_CHANGE[0] else None
                if found:
                    return found
    return ""


def is_hla(observed: Observed) -> bool:
    """Say whether an observation is an HLA type."""
    return _locus(observed) != "" or any(_locus_of(item.code) for item in observed.results[1:])


def _locus_of(code: Json) -> str:
    loinc = (code_table()["hla"].get(item.code) for item in codings(code) if item.system == "LOINC")
    return next((str(gene) for gene in loinc if gene), "")


def _locus(observed: Observed) -> str:
    locus = _locus_of(observed.head.code)
    if locus or not observed.head.codes & _GENOTYPES:
        return locus
    genes, _ = _genes(_components(observed).get(_GENE, ()))
    return next((name for gene in genes if gene.startswith("HLA-") and (name := gene_name(gene))), "")


def hla_types(observed: Iterable[Observed]) -> Iterator[Thing]:
    """Read HLA types; a gene is typed when both its alleles are known; contradictory types are left out."""
    alleles: dict[str, set[str]] = defaultdict(set)
    typed: set[str] = set()
    for item in observed:
        seen: list[str] = []
        inner: list[str] = []
        for result in item.results:
            locus = _locus_of(result.code) or (_locus(item) if result is item.head else "")
            typing = _typing(locus, result.value)
            yield from (Note("HLA types that are not understood, left out", name) for name in typing.refused)
            seen += typing.alleles
            inner += () if result is item.head else typing.alleles
            typed.update(typing.typed)
        for name in seen:
            alleles[name.split("*")[0].removeprefix("HLA-")].add(name)
        twice = {name for name in inner if inner.count(name) == 2}  # the same on both chromosomes
        typed.update(name.split("*")[0].removeprefix("HLA-") for name in twice)
    for gene, names in sorted(alleles.items()):
        finest = {name for name in names if not any(other.startswith(f"{name}:") for other in names)}
        if len(finest) > 2:
            yield Note("HLA types that contradict each other, left out", gene)
        else:
            both = (gene,) if gene in typed or len(finest) == 2 else ()
            yield Hla(tuple(sorted(finest)), both)


def _typing(locus: str, value: Json) -> Typing:
    """Read the value of a typing: the first of code, display and text that names alleles."""
    concept = part(value, "valueCodeableConcept")
    texts = (*code_words(concept), word(value, "valueString"))
    refused: tuple[str, ...] = ()
    for text in texts if locus else ():
        if not any(sign.isdigit() for sign in text):
            continue
        typing = typing_of(text if "*" in text else f"{locus}*{text}")
        if typing.alleles and not typing.refused:
            wrong = [name for name in typing.alleles if not name.startswith(f"HLA-{locus}*")]
            return typing if not wrong else Typing(refused=(f"HLA-{locus}",))
        refused = (f"HLA-{locus}",)
    return Typing(refused=refused)
