"""What the nodes of CTML ask for, key by key; a key or a value that is not known here stays as text, not understood.

A ``!`` before a clinical value denies that value. A ``!`` anywhere in a genomic or prior-treatment node denies the
whole node: ``hugo_symbol: BRAF``, ``variant_category: "!Mutation"`` and ``wildcard_protein_change: p.V600`` ask for a
tumour without a mutation of BRAF at V600. MatchMiner's engine reads it so: who has what the node describes is shut out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    AnyOf,
    Disease,
    Named,
    Not,
    Quantity,
    Statement,
    Treated,
    Unread,
)
from adoptive.workbench.match.trials.ages import years_limit
from adoptive.workbench.match.trials.match_genes import gene_statement
from adoptive.workbench.match.trials.texts import line

if TYPE_CHECKING:
    from adoptive.trial.eligibility.vocabulary import Vocabulary

__all__ = ["clinical", "genomic", "prior_treatment"]

_LIMIT: Final = re.compile(r"(>=|<=|==|>|<|=|≥|≤) ?(\d{0,6}(?:\.\d{1,6})?)")
_SIGNS: Final[Mapping[str, Any]] = {"≥": ">=", "≤": "<=", "==": "="}

TISSUES: Final[Mapping[str, tuple[str, ...]]] = {
    "biliary tract": ("biliary tract cancer",),
    "bladder/urinary tract": ("urothelial carcinoma", "bladder cancer"),
    "bowel": ("colorectal cancer", "small bowel cancer", "appendiceal cancer", "anal cancer"),
    "breast": ("breast cancer", "breast carcinoma in situ"),
    "cervix": ("cervical cancer",),
    "esophagus/stomach": ("oesophagogastric cancer", "oesophageal cancer"),
    "head and neck": ("head and neck cancer",),
    "lung": ("lung cancer",),
    "pancreas": ("pancreatic cancer",),
    "prostate": ("prostate cancer",),
    "thyroid": ("thyroid cancer",),
}
"""Tissues of OncoTree, with all cancers of the vocabulary that belong to them."""

WIDER: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "adrenal gland": ("solid tumour", ("adrenocortical carcinoma",)),
    "blood": ("haematological malignancy", ("leukaemia", "multiple myeloma")),
    "bone": ("solid tumour", ("osteosarcoma", "Ewing sarcoma", "chondrosarcoma")),
    "cns/brain": ("cancer", ("glioma", "medulloblastoma")),
    "eye": ("solid tumour", ("uveal melanoma", "retinoblastoma")),
    "kidney": ("solid tumour", ("renal cell carcinoma",)),
    "liver": ("solid tumour", ("hepatocellular carcinoma", "hepatoblastoma")),
    "lymph": ("haematological malignancy", ("lymphoma",)),
    "lymphoid": ("haematological malignancy", ("lymphoma", "acute lymphoblastic leukaemia")),
    "myeloid": ("haematological malignancy", ("acute myeloid leukaemia",)),
    "ovary/fallopian tube": ("solid tumour", ("ovarian cancer",)),
    "peritoneum": ("solid tumour", ("peritoneal mesothelioma",)),
    "pleura": ("solid tumour", ("pleural mesothelioma",)),
    "skin": ("solid tumour", ("cutaneous melanoma", "Merkel cell carcinoma")),
    "soft tissue": ("solid tumour", ("soft tissue sarcoma",)),
    "uterus": ("solid tumour", ("endometrial cancer",)),
}
"""Tissues of OncoTree that the vocabulary cuts otherwise: what holds them, and cancers that surely belong to them."""

EXTENTS: Final[Mapping[str, Any]] = {"metastatic": "metastatic", "advanced": "advanced", "unresectable": "unresectable"}
POSITIVE: Final[Mapping[str, bool]] = {"true": True, "positive": True, "false": False, "negative": False}
ANYBODY: Final = ("all", "any", "both")


@cache
def _vocabulary() -> Vocabulary:
    from adoptive.trial.eligibility.vocabulary import load_vocabulary

    return load_vocabulary()


def clinical(asked: Mapping[str, Any]) -> Statement:
    """Read a clinical node: every key must hold.

    >>> clinical({"gender": "Female"})
    Named(field='sex', names=('female',))
    >>> clinical({"shoe_size": 43})
    Unread(text='shoe_size: 43')
    """
    parts = tuple(_clinical_key(key, value) for key, value in _stated(asked))
    if not parts:
        return Unread("a clinical node that asks for nothing")
    return parts[0] if len(parts) == 1 else All(parts)


def _stated(asked: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each key in small letters, with its values; a key without a value asks for nothing."""
    for key, value in asked.items():
        values = tuple(text for one in (value if isinstance(value, list) else [value]) if (text := _text(one)))
        if values:
            yield line(key).lower(), values
        elif value not in (None, "", []):
            yield line(key).lower(), (f"a {type(value).__name__}",)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else line(value)


def _clinical_key(key: str, values: tuple[str, ...]) -> Statement:
    """Read one key: one of the values must hold, and none of those with a "!"."""
    read = CLINICAL.get(key)
    wanted = tuple(_one(read, key, value) for value in values if not value.startswith("!"))
    denied = tuple(Not(_one(read, key, value[1:].strip())) for value in values if value.startswith("!"))
    parts = ((wanted[0] if len(wanted) == 1 else AnyOf(wanted)),) if wanted else ()
    return (*parts, *denied)[0] if len(parts) + len(denied) == 1 else All((*parts, *denied))


def _one(read: Callable[[str], Statement | None] | None, key: str, value: str) -> Statement:
    statement = None if read is None else read(value)
    return Unread(f"{key}: {value}") if statement is None else statement


def _limit(value: str) -> tuple[Any, float] | None:
    found = _LIMIT.fullmatch(value)
    if found is None or not found[2]:
        return None
    return _SIGNS.get(found[1], found[1]), float(found[2])


def _age(value: str) -> Statement | None:
    limit = _limit(value)
    if limit is None:
        return None
    compare, years = limit
    if compare == "=":
        return Quantity("age_years", "=", years) if years.is_integer() else None
    return years_limit(years, compare, words=f"age {compare} {years:g} years")


def _mutations_per_megabase(value: str) -> Statement | None:
    limit = _limit(value)
    return None if limit is None else Quantity("tmb_per_mb", *limit)


def _ecog(value: str) -> Statement | None:
    limit = _limit(value)
    return None if limit is None else Quantity("ecog", *limit)


def _sex(value: str) -> Statement | None:
    word = value.lower()
    if word in ANYBODY:
        return All(())
    return Named("sex", (word,)) if word in ("female", "male") else None


def _diagnosis(value: str) -> Statement | None:
    words, tissue = _vocabulary(), value.lower()
    if tissue in TISSUES:
        return Disease(TISSUES[tissue])
    if tissue in WIDER:
        whole, inner = WIDER[tissue]
        return All((Disease((whole,)), AnyOf((Disease(inner), Unread(f"OncoTree {value}")))))
    coded = words.by_code("diseases", "oncotree", value) if value == value.upper() else None
    name = coded or words.find("diseases", value.removesuffix(", NOS"))
    return Disease((name,)) if name else None


def _extent(value: str) -> Statement | None:
    extent = EXTENTS.get(value.lower())
    return None if extent is None else Disease((), extent=(extent,))


def _receptor(target: str) -> Callable[[str], Statement | None]:
    def read(value: str) -> Statement | None:
        name, positive = _vocabulary().find("antigens", target), POSITIVE.get(value.lower())
        if name is None or positive is None:
            return None
        return AntigenLevel(name) if positive else Not(AntigenLevel(name))

    return read


CLINICAL: Final[Mapping[str, Callable[[str], Statement | None]]] = {
    "age_numerical": _age,
    "age_expression": _age,
    "gender": _sex,
    "oncotree_primary_diagnosis": _diagnosis,
    "oncotree_diagnosis": _diagnosis,
    "disease_status": _extent,
    "ecog": _ecog,
    "ecog_status": _ecog,
    "tmb": _mutations_per_megabase,
    "tmb_numerical": _mutations_per_megabase,
    "her2_status": _receptor("HER2"),
    "er_status": _receptor("ER"),
    "pr_status": _receptor("PR"),
}
"""Keys of clinical nodes that are understood."""


def genomic(asked: Mapping[str, Any]) -> Statement:
    """Read a genomic node: a tumour with, or by a "!" anywhere without, what all keys together describe.

    >>> genomic({"hugo_symbol": "KRAS", "protein_change": "p.G12D"})
    Gene(gene='KRAS', changes=('G12D',), category='')
    """
    return _described(asked, gene_statement, "genomic")


def prior_treatment(asked: Mapping[str, Any]) -> Statement:
    """Read a node of earlier treatment: a patient who had, or by a "!" anywhere had not, what its keys describe."""
    return _described(asked, _treatment, "prior treatment")


def _described(
    asked: Mapping[str, Any], read: Callable[[dict[str, tuple[str, ...]]], Statement], kind: str
) -> Statement:
    keys = dict(_stated(asked))
    signs = {value.startswith("!") for values in keys.values() if len(values) > 1 for value in values}
    if not keys or len(signs) > 1:
        said = "; ".join(f"{key}: {', '.join(values)}" for key, values in keys.items())
        return Unread(said or f"a {kind} node that asks for nothing")
    denied = any(value.startswith("!") for values in keys.values() for value in values)
    plain = {key: tuple(value.removeprefix("!").strip() for value in values) for key, values in keys.items()}
    return Not(read(plain)) if denied else read(plain)


TREATMENTS: Final = ("drug", "agent", "prior_treatment_agent", "agent_class", "transplant_type", "treatment_category")
"""Keys of prior-treatment nodes, the narrowest first: the first that there is says what was given."""


def _treatment(asked: dict[str, tuple[str, ...]]) -> Statement:
    known = [key for key in TREATMENTS if key in asked]
    others = tuple(Unread(f"{key}: {', '.join(values)}") for key, values in asked.items() if key not in TREATMENTS)
    if not known:
        return others[0] if len(others) == 1 else All(others)
    ends = " stem cell transplant" if known[0] == "transplant_type" else ""
    found = tuple((value, _vocabulary().find("treatments", f"{value}{ends}")) for value in asked[known[0]])
    read = tuple(Treated((name,)) if name else Unread(f"{known[0]}: {value}") for value, name in found)
    given = read[0] if len(read) == 1 else AnyOf(read)
    return All((given, *others)) if others else given
