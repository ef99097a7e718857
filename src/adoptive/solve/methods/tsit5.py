"""Hold the coefficients of Tsit5, an explicit Runge-Kutta pair of orders 5 and 4 with an interpolant of order 4.

Tsitouras C. Runge-Kutta pairs of order 5(4) satisfying only the first column simplifying assumption. Comput Math Appl
2011;62:770-775, 10.1016/j.camwa.2011.06.002. The paper gives the weights of the interpolant as polynomials
b_i(s) = factor s^m (s^2 + ...) ; here they are rewritten for the form that all methods share, see `Method`.
"""

from __future__ import annotations

from adoptive.solve.methods.method import Method

__all__ = ["TSIT5"]

_A = (
    (),
    (0.161,),
    (-0.008480655492356989, 0.335480655492357),
    (2.8971530571054935, -6.359448489975075, 4.3622954328695815),
    (5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525),
    (5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383),
    (0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774),
)

_ERROR = (
    -0.00178001105222577714,
    -0.0008164344596567469,
    0.007880878010261995,
    -0.1447110071732629,
    0.5823571654525552,
    -0.45808210592918697,
    0.015151515151515152,
)


def _product(factor: float, one: tuple[float, float, float], two: tuple[float, float, float]) -> tuple[float, ...]:
    """Return the coefficients of s, s^2, s^3, s^4 in factor (a0 + a1 s + a2 s^2) (b0 + b1 s + b2 s^2)."""
    (a0, a1, a2), (b0, b1, b2) = one, two
    sums = (a0 * b1 + a1 * b0, a0 * b2 + a1 * b1 + a2 * b0, a1 * b2 + a2 * b1, a2 * b2)
    return tuple(factor * x for x in sums)


_SQUARE = (0.0, 0.0, 1.0)


def _roots(first: float, second: float) -> tuple[float, float, float]:
    return (first * second, -(first + second), 1.0)


_WEIGHTS = (
    _product(
        -1.0530884977290216,
        (0.0, -1.3299890189751412, 1.0),
        (0.7139816917074209, -1.4364028541716351, 1.0),
    ),
    _product(0.1017, _SQUARE, (1.2949852507374631, -2.1966568338249754, 1.0)),
    _product(2.490627285651252793, _SQUARE, (1.57803468208092486, -2.38535645472061657, 1.0)),
    _product(-16.54810288924490272, _SQUARE, _roots(1.21712927295533244, 0.61620406037800089)),
    _product(47.37952196281928122, _SQUARE, _roots(1.203071208372362603, 0.658047292653547382)),
    _product(-34.87065786149660974, _SQUARE, _roots(1.2, 0.666666666666666667)),
    _product(2.5, _SQUARE, _roots(1.0, 0.6)),
)


def _shared_form(weights: tuple[float, ...]) -> tuple[float, float, float]:
    """Return (q_1, q_2, q_3) of one stage: b(s) = s b(1) + s (1-s) (q_1 + s (q_2 + s q_3))."""
    _, w2, w3, w4 = weights
    return (-(w2 + w3 + w4), -(w3 + w4), -w4)


TSIT5 = Method(
    name="tsit5",
    order=5,
    error_order=5,
    dense_order=4,
    gamma=0.0,
    a=_A,
    c=((),) * 7,
    error=_ERROR,
    h=tuple(zip(*map(_shared_form, _WEIGHTS), strict=True)),
)
