"""Look at an XML file before a library does: size, depth, no document type, and that it is SBML at all."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from xml.parsers import expat

from adoptive.errors import SolveError

__all__ = ["read_checked"]

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

    def _begin(self, name: str, _: dict[str, str]) -> None:
        if self.depth == 0 and name.rpartition(":")[2] != "sbml":
            raise SolveError("the file is not SBML", where=self.where, value=f"<{name[:80]}>", allowed="<sbml>")
        self.depth += 1
        self.count += 1
        if self.depth > _DEEPEST or self.count > _MOST_ELEMENTS:
            raise SolveError(
                "the file is nested too deeply or has too many elements", where=self.where,
                allowed=f"{_DEEPEST} levels, {_MOST_ELEMENTS:,} elements",
            )  # fmt: skip

    def _end(self, _: str) -> None:
        self.depth -= 1

    def _refuse_doctype(self, *_: object) -> None:
        raise SolveError(
            "the file declares a document type or entities", where=self.where, allowed="plain SBML",
            next_step="take the <!DOCTYPE ...> out",
        )  # fmt: skip
