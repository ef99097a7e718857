"""Look at an XML file before a library does: size, depth, no document type, and that it is SBML at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.parsers import expat

from adoptive.errors import SolveError

__all__ = ["HARMLESS", "read_checked", "refuse_packages"]

HARMLESS: Final = ("layout", "render", "l3v2extendedmath")
"""Packages that draw, and functions that Level 3 Version 2 has anyway."""

_SITE: Final = "http://www.sbml.org/sbml"
_NAMESPACES: Final = {
    **{("1", version): f"{_SITE}/level1" for version in ("1", "2")},
    ("2", "1"): f"{_SITE}/level2",
    **{("2", version): f"{_SITE}/level2/version{version}" for version in ("2", "3", "4", "5")},
    **{("3", version): f"{_SITE}/level3/version{version}/core" for version in ("1", "2")},
}

_MOST_BYTES: Final = 50_000_000
_DEEPEST: Final = 250
_MOST_ELEMENTS: Final = 3_000_000


def read_checked(path: Path) -> str:
    """Return the text of an SBML file; raise SolveError where it is none or could do harm."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= _MOST_BYTES else None
    except OSError as problem:
        raise SolveError("the file cannot be read", where=str(path), value=problem.strerror) from None
    if raw is None:
        raise SolveError("the file is too large", where=str(path), allowed=f"at most {_MOST_BYTES:,} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SolveError("the file is not text in UTF-8", where=str(path), next_step="save it as UTF-8") from None
    _Look(str(path)).at(raw)
    return text


def refuse_packages(names: Sequence[str], where: str) -> None:
    """Refuse packages without which the file means something else."""
    if names:
        raise SolveError(
            "the file needs SBML packages that are not supported", where=where, value=", ".join(names),
            allowed="SBML core", next_step="flatten the model (comp) or write it without them",
        )  # fmt: skip


class _Look:
    """Walk through the elements once."""

    def __init__(self, where: str) -> None:
        self.where, self.depth, self.count = where, 0, 0

    def at(self, raw: bytes) -> None:
        """Look at a whole document."""
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        try:
            parser.Parse(raw, True)
        except expat.ExpatError as problem:
            raise SolveError(
                "the file is not well-formed XML", where=f"{self.where}, line {problem.lineno}",
                value=expat.ErrorString(problem.code), allowed="an SBML file (Level 2 or 3)",
            ) from None  # fmt: skip

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if self.depth == 0:
            self._check_root(name, attributes)
        self.depth += 1
        self.count += 1
        if self.depth > _DEEPEST or self.count > _MOST_ELEMENTS:
            raise SolveError(
                "the file is nested too deeply or has too many elements", where=self.where,
                allowed=f"{_DEEPEST} levels, {_MOST_ELEMENTS:,} elements",
            )  # fmt: skip

    def _check_root(self, name: str, attributes: dict[str, str]) -> None:
        """Refuse what is no SBML of a known level; libSBML ends the whole process for some of it."""
        prefix, _, plain = name.rpartition(":")
        if plain != "sbml":
            raise SolveError("the file is not SBML", where=self.where, value=f"<{name[:80]}>", allowed="<sbml>")
        space = attributes.get(f"xmlns:{prefix}" if prefix else "xmlns", "")
        stated = (attributes.get("level", ""), attributes.get("version", ""))
        if _NAMESPACES.get(stated) != space:
            said = f"level {stated[0]!r}, version {stated[1]!r}, namespace {space!r}"
            raise SolveError(
                "the file's level, version and namespace do not fit", where=self.where, value=said,
                allowed="SBML Level 1 to 3", next_step="save the model as SBML Level 3 Version 2",
            )  # fmt: skip
        needed = [key.rpartition(":")[0] for key, value in attributes.items() if key.endswith(":required")]
        needed = [key for key in needed if attributes[f"{key}:required"].strip() not in ("false", "0")]
        refuse_packages([key for key in needed if key not in HARMLESS], self.where)

    def _end(self, _: str) -> None:
        self.depth -= 1

    def _refuse_doctype(self, *_: object) -> None:
        raise SolveError(
            "the file declares a document type or entities", where=self.where, allowed="plain SBML",
            next_step="take the <!DOCTYPE ...> out",
        )  # fmt: skip
