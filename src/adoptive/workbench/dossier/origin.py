"""Provenance: versions, commit, hashes of everything that was given, seeds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from importlib import metadata, resources
from typing import Any, Final

from adoptive import __version__
from adoptive.posterior import ARTEFACT, load_posterior
from adoptive.workbench.dossier.given import digest
from adoptive.workbench.dossier.types import Asked, Item, Section
from adoptive.workbench.engine.provenance import checkout
from adoptive.workbench.figures.charts import DataTable

__all__ = ["provenance"]

LIBRARIES: Final = ("numpy", "scipy", "numba", "pyarrow", "SALib", "numpyro")


def provenance(asked: Asked, fitted: dict[str, Any]) -> Section:
    """List where the numbers come from; ``fitted`` is what the fit says of itself."""
    rows = [*_package(), *_given(asked), ("seed of what is computed here", str(asked.seed))]
    rows += [(f"fit: {name}", _short(value)) for name, value in sorted(fitted.items())]
    posterior = load_posterior()
    if posterior is not None:
        rows += [(f"posterior: {name}", _short(value)) for name, value in sorted(posterior.provenance.items())]
    said = "Same package, same files and same seed give the same dossier."
    item = Item("provenance", "Versions, hashes, seeds", "computed", (said,), DataTable(("what", "value"), rows))
    return Section("provenance", "Provenance", (item,))


def _package() -> Iterator[tuple[str, str]]:
    yield "adoptive", __version__
    commit, lock = checkout()
    yield "commit", commit or "not in a checkout"
    yield "lock file, SHA-256", lock or "not in a checkout"
    file = resources.files("adoptive").joinpath(*ARTEFACT)
    yield "posterior, SHA-256", hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "none carried"
    for name in LIBRARIES:
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            yield name, "not installed"


def _given(asked: Asked) -> Iterator[tuple[str, str]]:
    for what, path in (("calibration", asked.calibration), ("checks", asked.checks), ("tests", asked.tests),
                       ("run", asked.run)):  # fmt: skip
        yield f"{what}, SHA-256", digest(path) if path is not None else "not given"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return text if len(text) <= 200 else f"{text[:199]}…"
