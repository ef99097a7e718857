"""From the oxygen device of a chart, with its flow, to the code that the rules ask for.

Low flow is up to 6 L/min: Lee et al. 2019, 10.1016/j.bbmt.2018.12.758.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.toxicity.types import Oxygen
from adoptive.outcome.toxicity.words import UNKNOWN, key_of, spread, table_of

__all__ = ["oxygen_code"]

Codes = NDArray[np.int64]

LOW_FLOW_L_MIN: Final = 6.0
BY_FLOW: Final = 10
"""A nasal cannula: only the flow says whether it is low or high."""
LOW_CANNULA: Final = 11
HIGH_CANNULA: Final = 12

_DEVICES: Final[dict[int, str]] = {
    Oxygen.NONE: "none, no, no oxygen, no o2, no support, room air, ra, air, roomair, 0, ambient air",
    BY_FLOW: "nasal cannula, cannula, nc, nasal prongs, prongs, nasal cannulae, nasal",
    LOW_CANNULA: "low flow, low flow nasal cannula, low flow cannula, low flow nc, lfnc, low flow oxygen, low flow o2",
    HIGH_CANNULA: "high flow nasal cannula, high flow cannula, high flow nc, hfnc, hfno, high flow, high flow oxygen, "
    "high flow nasal oxygen, high flow o2, optiflow",
    Oxygen.LOW_FLOW: "blow by, blow by oxygen, blowby oxygen",
    Oxygen.HIGH_FLOW_OR_MASK: "face mask, facemask, simple mask, simple face mask, oxygen mask, non rebreather, "
    "non rebreather mask, non rebreathing mask, nrb, nrbm, nrm, partial rebreather, partial rebreather mask, venturi, "
    "venturi mask, reservoir mask",
    Oxygen.POSITIVE_PRESSURE: "cpap, bipap, bpap, nippv, niv, nippv mask, cpap mask, bipap mask, ventilator, "
    "ventilation, ventilated, mechanical ventilation, invasive ventilation, invasive mechanical ventilation, imv, "
    "non invasive ventilation, positive pressure, positive pressure ventilation, intubated, intubation, "
    "intubation and mechanical ventilation, mechanically ventilated, vent",
}
_FLOW: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:l|lpm|litres?|liters?)(?:\s*(?:/|per\s*)?\s*min(?:ute)?)?(?![a-z])")
_PERCENT: Final = re.compile(r"\d+(?:\.\d+)?\s*%")
_DEVICE_OF: Final = table_of(_DEVICES)


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
    plain = _PERCENT.sub("", re.sub(r"[_\-]+", " ", text.lower()))
    found = _FLOW.search(plain)
    flow = float(found[1].replace(",", ".")) if found else np.nan
    return _DEVICE_OF.get(key_of(_FLOW.sub(" ", plain, count=1)), UNKNOWN), flow
