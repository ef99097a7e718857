"""Read the design of a chimeric receptor: a TOML file and options over it, and the files of parts that it names."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from adoptive.construct.bases import ConstructError
from adoptive.construct.design import FASTA_KINDS, CarDesign, design_insert
from adoptive.construct.parts import load_catalogue, parts_from_fasta, parts_from_toml
from adoptive.construct.types import Insert
from adoptive.workbench.discover.text import Text, read_text
from adoptive.workbench.mistakes import UNSHOWABLE, Mistake, as_error
from adoptive.workbench.spelling import nearest

__all__ = ["Designed", "read_design"]

LARGEST: Final = 1_000_000
_FIELDS: Final = {field.name: field for field in dataclasses.fields(CarDesign)}
_FILES: Final = (*(f"{slot}_fasta" for slot in FASTA_KINDS), "parts")
_NUMBERS: Final = ("itams",)
_LISTS: Final = ("costimulation",)


@dataclass(frozen=True)
class Designed:
    """Hold a design, the insert that it makes, and the files that were read for it."""

    design: CarDesign
    insert: Insert
    texts: tuple[Text, ...]


def read_design(path: Path | None, options: Mapping[str, Any]) -> Designed:
    """Read a design file and lay options over it; files that it names lie beside it, those of options here.

    Raises
    ------
    StudyError
        A file cannot be read, or a key is unknown or of another type; all mistakes of the file are said at once.
    ConstructError
        A part that the catalogue lacks, a wrong letter in a protein, or a design that makes no receptor.
    """
    texts: list[Text] = []
    content: dict[str, Any] = {}
    if path is not None:
        texts.append(read_text(path, what="design of a chimeric receptor", largest=LARGEST))
        content = _parsed(texts[0])
        content |= {key: str(path.parent / content[key]) for key in _FILES if content.get(key)}
    content = _laid_over(content, options)
    if "id" not in content:
        raise ConstructError(
            "a construct needs an id", where=str(path or "options"), next_step="write id, or give --id"
        )
    try:
        return _designed(CarDesign(**content), texts)
    except ConstructError as problem:
        if path is None or problem.where not in content or problem.where in options:
            raise
        raise ConstructError(
            problem.what, where=_place(texts[0], problem.where), value=problem.value, allowed=problem.allowed,
            next_step=problem.next_step,
        ) from None  # fmt: skip


def _designed(design: CarDesign, texts: list[Text]) -> Designed:
    """Read the files that a design names, and put it together."""
    catalogue = load_catalogue()
    if design.parts:
        texts.append(read_text(design.parts, what="file of parts", largest=LARGEST))
        catalogue = catalogue.with_parts(parts_from_toml(texts[-1], where=design.parts))
    given = {}
    for slot, kind in FASTA_KINDS.items():
        if name := getattr(design, f"{slot}_fasta"):
            texts.append(read_text(name, what=f"FASTA file of the {slot}", largest=LARGEST))
            given[slot] = parts_from_fasta(texts[-1], kind=kind, where=name)
    return Designed(design, design_insert(design, catalogue=catalogue, given=given), tuple(texts))


def _laid_over(content: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Lay options over a design: a part's name takes the place of a file's part, and the other way round."""
    above = {key: value for key, value in options.items() if value not in (None, (), "")}
    pairs = {name: other for slot in FASTA_KINDS for name, other in ((slot, f"{slot}_fasta"), (f"{slot}_fasta", slot))}
    gone = {pairs[key] for key in above if key in pairs}
    return {key: value for key, value in content.items() if key not in gone} | above


def _parsed(text: Text) -> dict[str, Any]:
    """Read the keys of a design file; each mistake with its line."""
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise ConstructError("no TOML that can be read", where=str(text.path), value=str(problem)[:120]) from None
    mistakes = [found for key, value in content.items() if (found := _mistake(text, key, value))]
    if mistakes:
        raise as_error(mistakes, str(text.path))
    return {key: tuple(value) if key in _LISTS else value for key, value in content.items()}


def _place(text: Text, key: str) -> str:
    """Name the line of a key."""
    line = next((n for n, row in enumerate(text.splitlines(), 1) if re.match(rf"\s*\"?{re.escape(key)}\b", row)), 0)
    return f"{text.path}: line {line}, {key}" if line else f"{text.path}: {key}"


def _mistake(text: Text, key: str, value: Any) -> Mistake | None:
    where = _place(text, key)
    if key not in _FIELDS:
        near = nearest(key, tuple(_FIELDS))
        return Mistake(where, "no such key", key, ", ".join(_FIELDS), f"write {near}" if near else "remove it")
    asked, fits = "text in quotes", isinstance(value, str) and not UNSHOWABLE.search(value)
    if key in _NUMBERS:
        asked, fits = "a whole number", isinstance(value, int) and not isinstance(value, bool)
    elif key in _LISTS:
        asked = 'a list of names, as ["CD28", "4-1BB"]'
        fits = isinstance(value, list) and all(isinstance(one, str) and not UNSHOWABLE.search(one) for one in value)
    return None if fits else Mistake(where, "of another type", ascii(value)[:80], asked, "correct it")
