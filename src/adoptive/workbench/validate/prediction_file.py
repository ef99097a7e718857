"""A prediction as a file: canonical JSON, its hash, and a reader that refuses one that was changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from adoptive.errors import StudyError

__all__ = ["FORMAT", "prediction_text", "read_prediction", "seal", "sha256_of"]

FORMAT: Final = "adoptive prediction 1"
LARGEST_BYTES: Final = 50_000_000

NEEDED: Final[dict[str, type | tuple[type, ...]]] = {
    "study": str, "created_utc": str, "study_toml": str, "arms": list, "endpoints": list, "quantile_levels": list,
    "horizon_months": (int, float), "sha256": str,
}  # fmt: skip


OF_ENDPOINT: Final = frozenset(
    ("endpoint", "arm", "set", "unit", "at_months", "median", "intervals", "quantiles", "counts")
)
"""Keys that each endpoint of a prediction has."""


def sha256_of(document: Mapping[str, Any]) -> str:
    """Give the hash of a prediction: SHA-256 of its canonical JSON without the key ``sha256``.

    Canonical: UTF-8, keys in order, no spaces, numbers as Python writes them, so that spaces and order do not count.

    >>> sha256_of({"b": 1, "a": 2}) == sha256_of({"a": 2, "b": 1, "sha256": "any"})
    True
    """
    told = {key: value for key, value in document.items() if key != "sha256"}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def seal(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give a prediction with its hash."""
    return {**document, "sha256": sha256_of(document)}


def prediction_text(document: Mapping[str, Any]) -> str:
    """Write a sealed prediction, an endpoint a line."""
    rows = document["endpoints"]
    head = json.dumps({**document, "endpoints": []}, indent=1, ensure_ascii=False, allow_nan=False)
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows)
    return head.replace('"endpoints": []', f'"endpoints": [\n{lines}\n ]', 1) + "\n"


def read_prediction(path: Path) -> dict[str, Any]:
    """Read a prediction and check its hash.

    Raises
    ------
    StudyError
        No such file, not a prediction, or one that was changed after it was made.
    """
    where = path.name
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise StudyError("too large for a prediction", where=where, allowed=f"at most {LARGEST_BYTES:,} bytes")
        document = json.loads(path.read_bytes().decode("utf-8-sig"), parse_constant=_refused)
    except OSError as problem:
        raise StudyError("cannot be read", where=str(path), value=problem.strerror or str(problem)) from None
    except (ValueError, RecursionError) as problem:
        if isinstance(problem, StudyError):
            raise
        raise StudyError(
            "not a prediction: no JSON", where=where, value=str(problem)[:80],
            next_step="give a file that `adoptive predict` wrote",
        ) from None  # fmt: skip
    _refuse_other(document, where)
    if sha256_of(document) != document["sha256"]:
        raise StudyError(
            "the prediction was changed after it was made: its hash does not fit", where=where,
            value=document["sha256"][:16], next_step="score the file as it was written",
        )  # fmt: skip
    return dict(document)


def _refused(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def _refuse_other(document: Any, where: str) -> None:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise StudyError(
            "not a prediction", where=where, allowed=FORMAT, next_step="give a file that `adoptive predict` wrote"
        )
    odd = [key for key, kind in NEEDED.items() if not isinstance(document.get(key), kind)]
    if not odd and not all(_whole(row, len(document["quantile_levels"])) for row in document["endpoints"]):
        odd = ["endpoints"]
    if odd:
        raise StudyError("the prediction lacks keys", where=where, value=", ".join(odd), next_step="predict again")


def _whole(row: Any, levels: int) -> bool:
    """Say whether an endpoint has its keys, and a quantile for each level."""
    if not isinstance(row, dict) or not set(row) >= OF_ENDPOINT:
        return False
    return isinstance(row["quantiles"], list) and len(row["quantiles"]) == levels > 0
