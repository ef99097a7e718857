"""Where an answer comes from: version, commit, the book of numbers, the posterior, the machine."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from importlib import resources
from typing import Any

import adoptive
from adoptive.parameters import load_book
from adoptive.posterior import ARTEFACT
from adoptive.workbench.engine.provenance import commit, machine_line

__all__ = ["book_sha256", "origin", "posterior_sha256"]


def origin() -> dict[str, Any]:
    """Say from which version, book and posterior an answer comes, and on which machine it was made."""
    posterior = load_book().posterior
    return {
        "tool": "adoptive",
        "version": adoptive.__version__,
        "commit": commit(),
        "book_sha256": book_sha256(),
        "posterior_sha256": posterior_sha256(),
        "posterior": dict(posterior.provenance) if posterior is not None else None,
        "machine": machine_line(),
    }


def book_sha256() -> str:
    """Give the hash of every row of the book: value, spreads, scale, status and source."""
    rows = {name: dataclasses.asdict(row) for name, row in load_book().items()}
    return hashlib.sha256(json.dumps(rows, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def posterior_sha256() -> str | None:
    """Give the hash of the posterior that the package carries, ``None`` if it carries none."""
    file = resources.files("adoptive").joinpath(*ARTEFACT)
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
