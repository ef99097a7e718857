"""Apply jumps: sudden changes of the state, written as text or as gains."""

from __future__ import annotations

import numpy as np

from adoptive.solve.lanes import FAILED, Lanes, call, compiled, row, seldom
from adoptive.solve.step import NOT_FINITE

__all__ = ["apply_jump"]


@compiled
def _put(lanes: Lanes, w: int, state: int, value: float) -> bool:
    """Set a state, and tell whether that changed it; what is no number is not set and ends the patient's time."""
    at = state * lanes.width + w
    if not np.isfinite(value):
        lanes.book[FAILED * lanes.width + w] = NOT_FINITE
        return False
    changed: bool = lanes.y[at] != value
    lanes.y[at] = value
    return changed


@seldom
def apply_jump(lanes: Lanes, w: int, kind: int, amount: float) -> bool:
    """Apply a jump to lane w and tell whether anything changed; a text is computed for all lanes and read in one."""
    width, changed = lanes.width, False
    if lanes.jump_routine[kind] >= 0:
        lanes.amount[w] = amount
        call(lanes.kernels[lanes.jump_routine[kind]], (lanes.y, lanes.p, lanes.amount, lanes.jumped))
        first = lanes.text_first[kind]
        for k in range(first, lanes.text_first[kind + 1]):
            value = row(lanes.jumped, (k - first) * width)[w]
            changed = _put(lanes, w, lanes.text_state[k], value) or changed
    for k in range(lanes.jump_first[kind], lanes.jump_first[kind + 1]):
        factor = lanes.jump_number[k]
        if lanes.jump_parameter[k] >= 0:
            factor = lanes.p[lanes.jump_parameter[k] * width + w]
        state = lanes.jump_state[k]
        changed = _put(lanes, w, state, lanes.y[state * width + w] + amount * factor) or changed
    return changed
