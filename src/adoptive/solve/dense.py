"""Read the state inside an accepted step from the step's own interpolant."""

from __future__ import annotations

from adoptive.solve.lanes import CUT, INTERPOLATE, Lanes, call, compiled, row, seldom

__all__ = ["HALVINGS", "NEVER", "cut_steps", "read_dense"]

HALVINGS = 45
NEVER = 2.0  # a crossing place beyond every step


@compiled
def read_dense(lanes: Lanes, n: int, at: int, s: float) -> float:
    """Return element `at` of the state at a fraction s of the step."""
    q1, q2, q3 = lanes.dense[at], lanes.dense[n + at], lanes.dense[2 * n + at]
    value: float = (1.0 - s) * lanes.y[at] + s * (lanes.new[at] + (1.0 - s) * (q1 + s * (q2 + s * q3)))
    return value


@seldom
def cut_steps(lanes: Lanes) -> None:
    """Replace the new state by the interpolant where a lane's step is cut."""
    width, cut = lanes.width, False
    fraction = row(lanes.clock, CUT * lanes.width)
    for w in range(width):
        cut = cut or fraction[w] < 1.0
    if not cut:
        return
    call(lanes.kernels[INTERPOLATE], (lanes.y, lanes.new, lanes.dense, fraction, lanes.argument))
    for w in range(width):
        if fraction[w] < 1.0:
            for k in range(lanes.states):
                lanes.new[k * width + w] = lanes.argument[k * width + w]
