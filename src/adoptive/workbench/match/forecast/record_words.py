"""What a registry's record says of the cells: kind, target, tumours, region, what is given beside; by names alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from adoptive.trial.eligibility.vocabulary import Kind, load_vocabulary
from adoptive.workbench.match.forecast.names import known_names
from adoptive.workbench.match.types import Refused, Trial

__all__ = ["OWN_ANTIGENS", "RecordWords", "region_of", "words_of"]

MOST_CHARACTERS, MOST_CONDITIONS = 20_000, 200
"""Read of a record: characters of title, interventions and keywords together, and entries of each list."""

SHORTEST_NAME = 3
"""Characters that a name of cells has at the least."""

OWN_ANTIGENS = "the tumour's own antigens"
"""What cells from a tumour see where the record names no antigen."""

_CLUSTER = re.compile(r"\bCD\d{1,3}\b")
_OF_T_CELLS = frozenset({"CD3", "CD4", "CD8", "CD27", "CD28", "CD137", "CD25", "CD62", "CD45"})
_EDGE = r"(?<![a-z0-9])(?:{})(?![a-z0-9])"


@dataclass(frozen=True)
class RecordWords:
    """Hold what a record says: ``modality`` and ``target`` are one each; ``products`` named products of cells.

    ``conditions`` are diseases of the vocabulary, ``beside`` treatments that do not belong to giving cells; ``region``
    is "" unless all sites are in one region that the model knows.
    """

    modality: str
    target: str
    products: frozenset[str]
    conditions: frozenset[str]
    beside: frozenset[str]
    region: str


def words_of(trial: Trial) -> RecordWords | Refused:
    """Read the names in a record's title, interventions and keywords; refuse where they do not say one thing."""
    parts = (trial.title, *trial.interventions[:MOST_CONDITIONS], *trial.keywords[:MOST_CONDITIONS])
    text = " ; ".join(part[:MOST_CHARACTERS] for part in parts)[:MOST_CHARACTERS]
    strange = _strange(text, "words") or _strange(trial.summary[:MOST_CHARACTERS], "summary_words")
    if strange:
        return Refused(f"The record speaks of {strange}; the model does not know that, so there is no forecast.")
    unknown = _not_understood(trial)
    if unknown:
        return Refused(f"Among the interventions {unknown[:60]!r} is not understood, so there is no forecast.")
    treatments = _names("treatments", text)
    cells = _cells(treatments)
    if isinstance(cells, Refused):
        return cells
    modality, products, beside = cells
    target = _target(text, treatments, of_tumour=modality == "TIL")
    if isinstance(target, Refused):
        return target
    diseases = frozenset(name for one in trial.conditions[:MOST_CONDITIONS] if (name := _disease(one[:400])))
    return RecordWords(modality, target, products, diseases, beside, region_of(trial))


def _names(kind: Kind, text: str) -> frozenset[str]:
    words = load_vocabulary()
    found = (words.find(kind, match.group(0)) for match in words.synonym_pattern(kind).finditer(text))
    return frozenset(name for name in found if name)


@lru_cache(maxsize=4096)
def _disease(text: str) -> str | None:
    """Find the disease that a condition of a record names: the whole text, or the one disease in it."""
    whole = load_vocabulary().find("diseases", text)
    if whole is not None:
        return whole
    inside = _names("diseases", text)
    return next(iter(inside)) if len(inside) == 1 else None


@lru_cache(maxsize=4)
def _patterns(table: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = known_names()[table]
    return tuple((re.compile(_EDGE.format("|".join(map(re.escape, row["any"])))), row["meaning"]) for row in rows)


@lru_cache(maxsize=1)
def _no_treatment() -> re.Pattern[str]:
    names = known_names()["no_treatment"]["names"]
    return re.compile(_EDGE.format(f"(?:{'|'.join(map(re.escape, names))})s?"))


def _not_understood(trial: Trial) -> str:
    """Name an intervention that is neither a known treatment, nor no treatment at all, nor the cells' own name.

    One name that stands in the title, too, is that of the cells if no other intervention names them.
    """
    table, unknown, cells_named = known_names(), [], False
    cells = [name for names in table["modalities"].values() for name in names]
    for entry in (one[:400] for one in trial.interventions[:MOST_CONDITIONS]):
        found = _names("treatments", entry)
        cells_named |= any(load_vocabulary().is_a("treatments", name, cell) for name in found for cell in cells)
        if not found and _no_treatment().search(entry.casefold()) is None:
            unknown.append(entry)
    title = trial.title[:MOST_CHARACTERS].casefold()
    if len(unknown) == 1 and not cells_named:
        name = re.escape(unknown[0].partition(" (")[0].strip().casefold())
        if len(name) >= SHORTEST_NAME and re.search(_EDGE.format(name), title):
            return ""
    return next(iter(unknown), "")


def _strange(text: str, table: str) -> str:
    """Say what a text speaks of that the model does not know, "" if nothing."""
    low = text.casefold()
    return next(
        (f"{meaning} ({found.group(0)})" for pattern, meaning in _patterns(table) if (found := pattern.search(low))), ""
    )


def _cells(treatments: frozenset[str]) -> tuple[str, frozenset[str], frozenset[str]] | Refused:
    """Give the kind of cells, the products named, and the treatments beside them."""
    words, table = load_vocabulary(), known_names()
    for name in sorted(treatments):
        closed = next((said for kind, said in table["closed"].items() if words.is_a("treatments", name, kind)), "")
        if closed:
            return Refused(f"The record speaks of {closed}; the model does not know that, so there is no forecast.")
    of_kind = {
        modality: {name for name in treatments if any(words.is_a("treatments", name, one) for one in names)}
        for modality, names in table["modalities"].items()
    }
    kinds = [modality for modality, names in of_kind.items() if names]
    if len(kinds) != 1:
        found = " and ".join(kinds)
        return Refused(
            f"The record names {found}; the model would need one kind of cells."
            if kinds
            else "The record does not name CAR-T, TCR-T or tumour-infiltrating cells, the kinds that the model knows."
        )
    own = of_kind[kinds[0]]
    products = frozenset(name for name in own if not name.endswith(("cells", "lymphocytes")))
    usual = set(table["with_cells"]["names"]) | {
        term for name in own for term in words.terms("treatments") if words.is_a("treatments", name, term)
    }
    return kinds[0], products, frozenset(name for name in treatments - own if name not in usual)


def _target(text: str, treatments: frozenset[str], *, of_tumour: bool) -> str | Refused:
    """Give the one antigen that the record names, by itself or by a product."""
    words = load_vocabulary()
    antigens = set(_names("antigens", text))
    for antigen in words.terms("antigens"):
        group = f"{antigen}-targeted therapy"
        if any(words.is_a("treatments", name, group) for name in treatments):
            antigens.add(antigen)
    unknown = {name for name in _CLUSTER.findall(text) if words.find("antigens", name) is None} - _OF_T_CELLS
    general = {
        one for one in antigens if any(one != other and words.is_a("antigens", other, one) for other in antigens)
    }
    found = sorted((antigens - general) | unknown)
    if not found and of_tumour:
        return OWN_ANTIGENS
    if not found:
        return Refused("The record does not name a target that the model knows; it would need one known target.")
    if len(found) > 1:
        return Refused(f"The record names several targets ({', '.join(found)}); the model would need one.")
    return found[0]


def region_of(trial: Trial) -> str:
    """Give the model's region of all sites, "" if they are in several, in none that it knows, or not known."""
    by_country = {country: region for region, names in known_names()["regions"].items() for country in names}
    regions = {by_country.get(site.country, "") for site in trial.sites if site.country}
    return next(iter(regions)) if len(regions) == 1 else ""
