"""Fields as people spell them (``Hb``, ``hemoglobin``, ``creatinine (umol/L)``), brought to the vocabulary's names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from adoptive.trial.eligibility.vocabulary import Field, Vocabulary, load_vocabulary
from adoptive.trial.eligibility.vocabulary.spelling import key, unit_key
from adoptive.workbench.match.patients.keys import FIELD_SECTIONS, SECTIONS
from adoptive.workbench.match.patients.sheet import Sheet

__all__ = ["Spelt", "field_spelt", "with_field_names"]

_BRACKETED: Final = re.compile(r"(?P<name>[^()\[\]]{1,80}?)\s{0,3}[(\[](?P<unit>[^()\[\]]{1,40})[)\]]")
_WITH_UNIT: Final = re.compile(r"(?P<number>[<>]?\s?-?\d{1,15}(?:[.,]\d{1,15})?)\s{0,3}(?P<unit>[^\d\s.,+][^\n]{0,39})")

_SURE: Final[Mapping[str, tuple[float, float]]] = MappingProxyType({
    "haemoglobin_g_dl": (12.5, 20), "neutrophils_e9_l": (0, 100), "leukocytes_e9_l": (0, 300),
    "platelets_e9_l": (1, 2_000), "lymphocytes_per_ul": (20, 100_000), "cd3_per_ul": (20, 10_000),
    "cd4_per_ul": (20, 10_000), "creatinine_mg_dl": (0.2, 15), "creatinine_clearance_ml_min": (5, 250),
    "bilirubin_mg_dl": (0, 2), "direct_bilirubin_mg_dl": (0, 0.5), "alt_u_l": (5, 50_000), "ast_u_l": (5, 50_000),
    "alp_u_l": (15, 20_000), "ggt_u_l": (5, 20_000), "ldh_u_l": (50, 100_000), "lipase_u_l": (5, 100_000),
    "amylase_u_l": (5, 100_000), "albumin_g_l": (15, 70), "fibrinogen_g_l": (0.2, 15), "calcium_mg_dl": (5.5, 20),
    "uric_acid_mg_dl": (1.2, 30), "height_cm": (90, 250), "qtc_ms": (250, 900), "systolic_mmhg": (60, 300),
    "diastolic_mmhg": (25, 200), "ferritin_ng_ml": (0, 1e6),
})  # fmt: skip
"""Numbers that need no unit: in this range no other unit in daily use gives a number that a patient could have.

Fields whose units overlap (weight in kg or lb, C-reactive protein in mg/L or mg/dL) are not here and ask for the unit.
"""


@dataclass(frozen=True)
class Spelt:
    """Hold the field that a spelling means, the unit that it names, and whether it says the unit at all."""

    field: str
    unit: str = ""
    bare: bool = True


@lru_cache(maxsize=4_096)
def field_spelt(text: str) -> Spelt | None:
    """Find the field that a key or a column's name means; None where it is none.

    >>> field_spelt("Hemoglobin"), field_spelt("creatinine_umol_l").unit, field_spelt("alt_u_l").bare
    (Spelt(field='haemoglobin_g_dl', unit='', bare=True), 'umol/l', False)
    >>> field_spelt("Platelets (10^9/L)").unit, field_spelt("shoe size") is None
    ('10^9/L', True)
    """
    words, name = load_vocabulary(), text.strip()
    if not name or len(name) > 120:
        return None
    if own := (name if name in words.fields else _own_names().get(key(name))):
        return Spelt(own, bare=False)
    if found := _named(words, name):
        return Spelt(found)
    cut = _BRACKETED.fullmatch(name)
    field = _named(words, cut["name"]) if cut else None
    if cut and field and words.in_unit(field, 1.0, cut["unit"]) is not None:
        return Spelt(field, cut["unit"].strip(), bare=False)
    return _with_unit_in_name(words, name)


def _named(words: Vocabulary, text: str) -> str | None:
    plain = text.replace("_", " ").strip()
    return words.find("fields", plain) or _short_names().get(plain.lower())


def _with_unit_in_name(words: Vocabulary, name: str) -> Spelt | None:
    parts = name.split("_")
    for cut in range(1, min(len(parts), 8)):
        unit = unit_key("/".join(parts[cut:]))
        field = _named(words, "_".join(parts[:cut]))
        if field and unit in words.fields[field].units:
            return Spelt(field, unit, bare=False)
    return None


@lru_cache(maxsize=1)
def _own_names() -> Mapping[str, str]:
    """Map the fields' own names, folded, to them: ``hemoglobin_g_dl`` is ``haemoglobin_g_dl``."""
    return MappingProxyType({key(name): name for name in load_vocabulary().fields})


@lru_cache(maxsize=1)
def _short_names() -> Mapping[str, str]:
    """Map short forms in small letters to fields; a key is never a plain word, so that ``alt`` can only be ALT."""
    found: dict[str, str] = {}
    for name, field in load_vocabulary().fields.items():
        found |= {acronym.lower(): name for acronym in field.acronyms}
    return MappingProxyType(found)


def with_field_names(sheet: Sheet, table: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give a written patient with its fields under the vocabulary's names; adds mistakes for what is not clear."""
    renamed: dict[str, Any] = dict(table)
    for section in FIELD_SECTIONS:
        inner = table.get(section)
        if isinstance(inner, dict):
            renamed[section] = _section(sheet, inner, section)
    return renamed


def _section(sheet: Sheet, table: Mapping[str, Any], section: str) -> dict[str, Any]:
    told: dict[str, str] = {}
    result: dict[str, Any] = {}
    for text, value in table.items():
        spelt = None if text in SECTIONS[section] else field_spelt(text)
        if spelt is None:
            result[text] = value
            continue
        place = f"{section}.{text}"
        if spelt.field in told:
            sheet.wrong(place, "this field is given twice", next_step=f"keep it here or at {told[spelt.field]}")
            continue
        told[spelt.field] = place
        field = sheet.vocabulary.fields[spelt.field]
        if field.sort != "number":
            result[spelt.field] = value
            continue
        several = value if isinstance(value, list) else [value]
        clear = [row for item in several if (row := _measured(sheet, field, spelt, item, place)) is not None]
        if isinstance(value, list):
            result[spelt.field] = clear
        elif clear:
            result[spelt.field] = clear[0]
    return result


def _measured(sheet: Sheet, field: Field, spelt: Spelt, value: object, place: str) -> object:
    """Bring a measured value's unit to where readers look for it; None, with a mistake, if none is said nor clear."""
    row = dict(value) if isinstance(value, dict) else {"value": value}
    number = row.get("value")
    cut = _WITH_UNIT.fullmatch(number.strip()[:80]) if isinstance(number, str) else None
    if cut and not row.get("unit"):
        row |= {"value": cut["number"], "unit": cut["unit"]}
    if spelt.unit and not row.get("unit"):
        row["unit"] = spelt.unit
    if spelt.bare and not row.get("unit") and not _sure(field, row):
        sheet.wrong(
            place, "a number without its unit, which could be in several", row.get("value", ""),
            _units(field),
            f'write it as "5 {field.unit}", or call it {field.name} if it is in {field.unit}',
        )  # fmt: skip
        return None
    return row if isinstance(value, dict) or "unit" in row else value


def _units(field: Field) -> str:
    """List a field's units, each once and not all spellings."""
    by_key = {unit_key(unit): unit for unit in (*field.units, field.unit)}
    own = by_key.pop(unit_key(field.unit))
    return ", ".join((own, *list(by_key.values())[:5]))


def _sure(field: Field, row: Mapping[str, Any]) -> bool:
    """Say whether a number without a unit can only be in the field's own."""
    if field.unit != "week" and set(field.units.values()) <= {1.0}:
        return True
    number = _number(row.get("value"))
    low, high = _SURE.get(field.name, (1.0, 0.0))
    return number is None or low <= number <= high


def _number(value: object) -> float | None:
    """Read a plain number; None where it is none, which the readers say."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value.strip("<> ").replace(",", ".")) if isinstance(value, str) else float(value)
    except (ValueError, OverflowError):
        return None
