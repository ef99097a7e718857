"""From the oxygen device of a chart, with its flow, to the code that the rules ask for.

Low flow is up to 6 L/min: Lee et al. 2019, 10.1016/j.bbmt.2018.12.758.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.toxicity.types import Oxygen
from adoptive.outcome.toxicity.words import UNKNOWN, key_of, spread, words_of

__all__ = ["oxygen_code"]

Codes = NDArray[np.int64]

LOW_FLOW_L_MIN: Final = 6.0
BY_FLOW: Final = 10
"""A nasal cannula: only the flow says whether it is low or high."""
LOW_CANNULA: Final = 11
HIGH_CANNULA: Final = 12

_FLOW: Final = re.compile(
    r"(?P<bound>>=|<=|[<>≥≤]|\b(?:gt|ge|lt|le|over|above|under|below|up to)\b)?\s*(?P<litres>\d+(?:[.,]\d+)?)\s*"
    r"(?:lpm|l|litres?|liters?)(?:\s*(?:/|per)?\s*min(?:ute)?)?(?![a-z])"
)
_ABOVE: Final = frozenset({">", "gt", "over", "above"})
_AT_MOST: Final = frozenset({"<", "<=", "≤", "lt", "le", "under", "below", "up to"})
_FRACTION: Final = re.compile(r"\d+(?:\.\d+)?\s*(?:%|pct|percent)")
_AROUND: Final = re.compile(r"\b(?:o2|o 2|oxygen|supplemental|fio2|fio 2|via|by|on|at|with|of)\b")
_MINUS: Final = re.compile(r"[\s_]-\d")
_DEVICE_OF: Final = words_of(
    "oxygen",
    {
        **Oxygen.__members__,
        "CANNULA": BY_FLOW,
        "LOW_FLOW_CANNULA": LOW_CANNULA,
        "HIGH_FLOW_CANNULA": HIGH_CANNULA,
    },
)


def oxygen_code(device: ArrayLike, flow_l_min: ArrayLike = np.nan) -> Codes:
    """Turn oxygen devices into :class:`.types.Oxygen` codes.

    A nasal cannula is low flow up to 6 L/min and high flow above it; blow-by is low flow; face mask, non-rebreather and
    Venturi mask are the next; CPAP, BiPAP and ventilator are positive pressure. The flow may stand in the words
    ("nasal_cannula_2L", "NC 4 L/min") or beside them; two flows that differ, a flow against the name ("HFNC 2 L",
    "room air" with 2 L/min), an unknown word and a cannula without a flow give -1.

    Parameters
    ----------
    device
        Words, any shape; an empty word is a missing one.
    flow_l_min
        Flow in L/min, NaN where not known; broadcasts.

    Returns
    -------
    Codes 0 to 3, -1 where not known.

    >>> oxygen_code(["room air", "nasal_cannula_2L", "nasal cannula", "HFNC", "mask of gauze"], [0, 2, 7, 40, 5])
    array([ 0,  1,  2,  2, -1])
    """
    words, flow = np.broadcast_arrays(np.asarray(device), np.asarray(flow_l_min, np.float64))
    texts = [str(word) for word in words.ravel().tolist()]
    read = {text: _device(text) for text in set(texts)}
    kind = spread(texts, {text: code for text, (code, _) in read.items()}, words.shape)
    flows = {text: told for text, (_, told) in read.items()}
    told = np.fromiter(map(flows.__getitem__, texts), np.float64, len(texts)).reshape(words.shape)
    conflict = np.isfinite(told) & np.isfinite(flow) & (told != flow)
    litres = np.where(np.isnan(told), flow, told)
    known = np.isfinite(litres) & (litres >= 0.0)
    low, high = known & (litres <= LOW_FLOW_L_MIN), known & (litres > LOW_FLOW_L_MIN)
    cannula = [(kind == BY_FLOW) & (litres == 0.0), (kind == BY_FLOW) & low, (kind == BY_FLOW) & high]
    named = [(kind == LOW_CANNULA) & ~high, (kind == HIGH_CANNULA) & ~low]
    codes = [Oxygen.NONE, Oxygen.LOW_FLOW, Oxygen.HIGH_FLOW_OR_MASK, Oxygen.LOW_FLOW, Oxygen.HIGH_FLOW_OR_MASK]
    code = np.select([*cannula, *named], codes, np.where(kind < BY_FLOW, kind, UNKNOWN))
    conflict |= (kind == Oxygen.NONE) & (litres > 0.0)
    return np.where(conflict, UNKNOWN, code).astype(np.int64)


def _device(text: str) -> tuple[int, float]:
    """Read one device: its kind, and the flow that stands in the words or NaN."""
    if _MINUS.search(text):
        return UNKNOWN, np.nan
    plain = _FRACTION.sub(" ", re.sub(r"[_\-]+", " ", text.lower()))
    plain = re.sub(r"([a-z])(?=\d)", r"\1 ", plain)
    found = _FLOW.search(plain)
    if found is None:
        return _kind(plain), np.nan
    flow = _bounded(float(found["litres"].replace(",", ".")), found["bound"])
    kind = _kind(plain[: found.start()] + " " + plain[found.end() :])
    return (kind if np.isfinite(flow) else UNKNOWN), flow


def _kind(plain: str) -> int:
    """Look the device up, if need be without the words around it ("O2 via nasal cannula")."""
    kind = _DEVICE_OF.get(key_of(plain))
    return _DEVICE_OF.get(key_of(_AROUND.sub(" ", plain)), UNKNOWN) if kind is None else kind


def _bounded(litres: float, bound: str | None) -> float:
    """Read "up to 6 L" and "> 6 L": a flow on the same side of the limit, NaN where the bound leaves it open."""
    if bound is None:
        return litres
    if bound in _ABOVE:
        return float(np.nextafter(litres, np.inf)) if litres >= LOW_FLOW_L_MIN else np.nan
    if bound in _AT_MOST:
        return litres if litres <= LOW_FLOW_L_MIN else np.nan
    return litres if litres > LOW_FLOW_L_MIN else np.nan
