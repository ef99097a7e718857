"""Say what a method of integration is: its coefficients and orders, as data that every backend writes its code from."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["INTERPOLANT_ROWS", "NO_ERROR", "Method"]

INTERPOLANT_ROWS = 3
NO_ERROR = 1e-24  # added to an error squared, so that none at all still has a power


@dataclass(frozen=True)
class Method:
    """Hold one method's tableau.

    A Rosenbrock method (`gamma` above zero) solves, per stage, with J the Jacobian at y,

        (I/(h gamma) - J) u_i = f(y + sum_j a_ij u_j) + (1/h) sum_j c_ij u_j,    new y = last argument + u_last,

    so no product with the Jacobian is needed. An explicit method (`gamma` zero) has u_i = h f(y + sum_j a_ij u_j); its
    last argument is the new y, and its last slope is the next step's first. In both, the error is sum_j e_j u_j and

        y(s) = (1-s) y + s (new y + (1-s) (q_1 + s (q_2 + s q_3))),    q_k = sum_j h_kj u_j

    is the state at a fraction s of the step. `order` is that of the step, `error_order` that of the local error which
    the estimate follows (order of the embedded method plus one), `dense_order` that of the interpolant.
    """

    name: str
    order: int
    error_order: int
    dense_order: int
    gamma: float
    a: tuple[tuple[float, ...], ...]
    c: tuple[tuple[float, ...], ...]
    error: tuple[float, ...]
    h: tuple[tuple[float, ...], ...]

    @property
    def stages(self) -> int:
        """Return the number of stages."""
        return len(self.a)

    @property
    def pace(self) -> float:
        """Return the exponent that turns a weighted error into the growth of the step."""
        return -1.0 / self.error_order

    @property
    def implicit(self) -> bool:
        """Tell whether a linear system is solved per stage."""
        return self.gamma > 0.0
