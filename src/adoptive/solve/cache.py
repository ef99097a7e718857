"""Keep machine code on disk, so that a model is compiled once per machine and equation text.

A file is only trusted when its own hash fits. Writing is atomic (a private file, then a rename), so that two processes
that compile the same model cannot spoil each other's work. A folder that cannot be written means no cache, silently.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

__all__ = ["cache_folder", "recall", "source_fingerprint"]

_MARK = b"adoptive kernels 1\n"
_HASH_BYTES = 32


def cache_folder() -> Path:
    """Return the folder of compiled kernels: ADOPTIVE_CACHE_DIR, or the platform's user cache."""
    if chosen := os.environ.get("ADOPTIVE_CACHE_DIR"):
        return Path(chosen)
    if xdg := os.environ.get("XDG_CACHE_HOME"):
        return Path(xdg) / "adoptive"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", tempfile.gettempdir())) / "adoptive" / "cache"
    if sys.platform == "darwin":
        return Path("~/Library/Caches/adoptive").expanduser()
    return Path("~/.cache/adoptive").expanduser()


@lru_cache(maxsize=1)
def source_fingerprint() -> str:
    """Return a hash of this folder's source text: kernels of another version are never used."""
    total = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()


def recall(name: str, make: Callable[[], bytes]) -> bytes:
    """Return what was kept under a name, or make it and keep it; the name holds a hash of all that it depends on."""
    path = cache_folder() / name
    kept = _read(path)
    if kept is None:
        kept = make()
        _write(path, kept)
    return kept


def _read(path: Path) -> bytes | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    start = len(_MARK) + _HASH_BYTES
    body = content[start:]
    fits = content[: len(_MARK)] == _MARK and hashlib.sha256(body).digest() == content[len(_MARK) : start]
    return body if fits else None


def _write(path: Path, body: bytes) -> None:
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, private = tempfile.mkstemp(dir=path.parent, prefix=".kernels-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_MARK + hashlib.sha256(body).digest() + body)
            Path(private).replace(path)
        except OSError:
            Path(private).unlink(missing_ok=True)
