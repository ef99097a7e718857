"""Write expressions as content MathML, numbers with all their digits."""

from __future__ import annotations

import math

from adoptive.solve.exchange.happening import TIME
from adoptive.solve.exchange.shape import Call, Choice, Expression, Name, Number, Power, Product, Sum

__all__ = ["comparison", "mathml"]

_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_TIME = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time"> time </csymbol>'
_FUNCTIONS = {"exp": "<exp/>", "log": "<ln/>"}


def mathml(expression: Expression) -> str:
    """Write an expression as a `math` element."""
    return f'<math xmlns="{_NAMESPACE}">{_write(expression)}</math>'


def comparison(left: Expression, right: Expression) -> str:
    """Write ``left >= right`` as a `math` element."""
    return f'<math xmlns="{_NAMESPACE}">{_apply("<geq/>", _write(left), _write(right))}</math>'


def _apply(*inside: str) -> str:
    return f"<apply>{''.join(inside)}</apply>"


def _write(expression: Expression) -> str:
    match expression:
        case Number(value):
            return _number(value)
        case Name():
            return _TIME if expression is TIME else f"<ci> {expression.name} </ci>"
        case Sum(terms):
            return _sum(terms)
        case Product(over, under):
            top = _together("<times/>", over, 1.0)
            return _apply("<divide/>", top, _together("<times/>", under, 1.0)) if under else top
        case Power(base, exponent):
            return _apply("<power/>", _write(base), _write(exponent))
        case Call(function, inside):
            return _apply(_FUNCTIONS[function], _write(inside))
        case Choice(left, right, then, otherwise):
            condition = _apply("<gt/>", _write(left), _write(right))
            first = f"<piece>{_write(then)}{condition}</piece>"
            return f"<piecewise>{first}<otherwise>{_write(otherwise)}</otherwise></piecewise>"


def _together(operator: str, items: tuple[Expression, ...], empty: float) -> str:
    if len(items) < 2:
        return _write(items[0]) if items else _number(empty)
    return _apply(operator, *(_write(x) for x in items))


def _sum(terms: tuple[tuple[bool, Expression], ...]) -> str:
    """Write a sum term by term, so that it reads as the model text does."""
    (minus, first), *rest = terms
    total = _apply("<minus/>", _write(first)) if minus else _write(first)
    gathered = [total]
    for minus, term in rest:
        if minus:
            total = gathered[0] if len(gathered) == 1 else _apply("<plus/>", *gathered)
            gathered = [_apply("<minus/>", total, _write(term))]
        else:
            gathered.append(_write(term))
    return gathered[0] if len(gathered) == 1 else _apply("<plus/>", *gathered)


def _number(value: float) -> str:
    if math.isinf(value):
        return "<infinity/>" if value > 0.0 else _apply("<minus/>", "<infinity/>")
    if value.is_integer() and abs(value) < 1e15:
        return f'<cn type="integer"> {int(value)} </cn>'
    mantissa, _, power = repr(value).partition("e")
    return f'<cn type="e-notation"> {mantissa} <sep/> {int(power)} </cn>' if power else f"<cn> {mantissa} </cn>"
