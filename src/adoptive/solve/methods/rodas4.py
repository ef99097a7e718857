"""Hold the coefficients of RODAS, a stiffly accurate Rosenbrock method of order 4 with an embedded one of order 3.

Hairer E, Wanner G. Solving Ordinary Differential Equations II: Stiff and Differential-Algebraic Problems, 2nd edition,
section IV.7 and the code RODAS, method 1. Springer 1996, 10.1007/978-3-642-05221-7.
"""

from __future__ import annotations

from adoptive.solve.methods.method import Method

__all__ = ["RODAS4"]

_LAST_ARGUMENT = (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950)

_A = (
    (),
    (1.544,),
    (0.9466785280815826, 0.2557011698983284),
    (3.314825187068521, 2.896124015972201, 0.9986419139977817),
    _LAST_ARGUMENT,
    (*_LAST_ARGUMENT, 1.0),
)

_C = (
    (),
    (-5.6688,),
    (-2.430093356833875, -0.2063599157091915),
    (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
    (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160),
    (8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054),
)

_H = (
    (10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662, 0.0),
    (-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872, 0.0),
    (0.0,) * 6,
)

RODAS4 = Method(
    name="rodas4",
    order=4,
    error_order=4,
    dense_order=3,
    gamma=0.25,
    a=_A,
    c=_C,
    error=(0.0,) * 5 + (1.0,),
    h=_H,
)
