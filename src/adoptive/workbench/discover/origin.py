"""Where a folder of tables came from: command, options, version, and the digest of every file that was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from adoptive import __version__
from adoptive.workbench.discover.text import Text
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.new_folder import new_folder

__all__ = ["origin_of", "table_folder"]


def origin_of(command: str, inputs: Sequence[Text], options: Mapping[str, Any]) -> dict[str, Any]:
    """Say where a result came from; the same inputs give the same document."""
    return {
        "command": command,
        "version": __version__,
        "options": dict(options),
        "inputs": [{"file": one.path.name, "sha256": one.sha256} for one in inputs],
        "label": "For research only; no medical advice.",
    }


@contextmanager
def table_folder(out: Path, *, command: str, inputs: Sequence[Text], options: Mapping[str, Any]) -> Iterator[Path]:
    """Give a folder to write tables in: there when whole, with ``provenance.json``, or not at all."""
    with new_folder(out) as folder:
        yield folder
        (folder / "provenance.json").write_text(as_json(origin_of(command, inputs, options)), "utf-8")
