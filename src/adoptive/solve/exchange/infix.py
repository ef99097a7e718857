"""Write expressions on one line, as Antimony and people read them."""

from __future__ import annotations

from adoptive.solve.exchange.shape import Call, Choice, Expression, Name, Number, Power, Product, Sum

__all__ = ["infix"]

_SUM, _PRODUCT, _SIGN, _POWER, _WHOLE = range(5)
_FUNCTIONS = {"exp": "exp", "log": "ln"}


def infix(expression: Expression) -> str:
    """Write an expression.

    >>> infix(Product((Name("k"), Sum(((False, Name("a")), (True, Number(2.0))))), (Name("b"),)))
    'k*(a - 2)/b'
    """
    return _written(expression)[0]


def _at_least(expression: Expression, wanted: int) -> str:
    text, binds = _written(expression)
    return text if binds >= wanted else f"({text})"


def _written(expression: Expression) -> tuple[str, int]:
    """Return the text and how tightly it holds together."""
    match expression:
        case Number(value):
            return _number(value), _WHOLE if value >= 0.0 else _SIGN
        case Name(name):
            return name, _WHOLE
        case Sum(terms):
            return _sum(terms), _SUM
        case Product(over, under):
            top = "*".join(_at_least(x, _SIGN if x is not over[0] else _PRODUCT) for x in over) or "1"
            below = "*".join(_at_least(x, _POWER) for x in under)
            bottom = f"({below})" if len(under) > 1 else below
            return (f"{top}/{bottom}" if under else top), _PRODUCT
        case Power(base, exponent):
            return f"{_at_least(base, _WHOLE)}^{_at_least(exponent, _WHOLE)}", _POWER
        case Call(function, inside):
            return f"{_FUNCTIONS[function]}({infix(inside)})", _WHOLE
        case Choice(left, right, then, otherwise):
            condition = f"{_at_least(left, _SUM)} > {_at_least(right, _SUM)}"
            return f"piecewise({infix(then)}, {condition}, {infix(otherwise)})", _WHOLE


def _sum(terms: tuple[tuple[bool, Expression], ...]) -> str:
    (minus, first), *rest = terms
    text = f"-{_at_least(first, _PRODUCT)}" if minus else _at_least(first, _SUM)
    return text + "".join(f" {'-' if sign else '+'} {_at_least(term, _PRODUCT)}" for sign, term in rest)


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)
