"""Where a folder of tables came from: command, options, version, and the digest of every file that was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from adoptive import __version__
from adoptive.workbench.discover.label import NO_ADVICE
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.new_folder import new_folder

__all__ = ["Read", "origin_of", "table_folder"]


class Read(Protocol):
    """Say what is known of a file that was read, text or not: its place and its digest."""

    @property
    def path(self) -> Path:
        """Give the file's place."""

    @property
    def sha256(self) -> str:
        """Give the digest of its bytes."""


def origin_of(command: str, inputs: Sequence[Read], options: Mapping[str, Any]) -> dict[str, Any]:
    """Say where a result came from; the same inputs give the same document."""
    return {
        "command": command,
        "version": __version__,
        "options": dict(options),
        "inputs": [{"file": one.path.name, "sha256": one.sha256} for one in inputs],
        "label": NO_ADVICE,
    }


@contextmanager
def table_folder(out: Path, *, command: str, inputs: Sequence[Read], options: Mapping[str, Any]) -> Iterator[Path]:
    """Give a folder to write tables in: there when whole, with ``provenance.json``, or not at all."""
    with new_folder(out) as folder:
        yield folder
        (folder / "provenance.json").write_text(as_json(origin_of(command, inputs, options)), "utf-8")
