"""Print a model's equations for a page: every derivative, and the shared quantities that it uses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adoptive.solve.exchange.described import describe
from adoptive.solve.exchange.shape import Call, Choice, Expression, Name, Number, Power, Product, Sum
from adoptive.solve.types import Model, Text

__all__ = ["Equation", "equations_latex"]

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi psi omega"
).split()
_LONG = 100
"""Characters after which a sum is broken into lines (about a page's width)."""


@dataclass(frozen=True)
class Equation:
    """Hold one equation: the name on its left hand (a state's for a derivative), and its LaTeX."""

    name: str
    is_rate: bool
    latex: str


def equations_latex(
    model: Model, *, names: Text | None = None, symbols: Mapping[str, str] | None = None
) -> tuple[Equation, ...]:
    r"""Print a model's shared quantities, then its derivatives, as LaTeX.

    Arguments: `names` is a text that names intermediate results, so that they are printed under their names; `symbols`
    gives LaTeX by name where the usual way of writing (``k_a`` as k with index a) will not do.

    >>> decay = Model("decay", ("C",), ("k",), lambda y, p: {"C": -p.k * y.C})
    >>> equations_latex(decay)[0].latex
    '\\frac{\\mathrm{d} C}{\\mathrm{d} t} = -k \\, C'
    """
    told = describe(
        model,
        parameters=dict.fromkeys(model.parameters, 0.0),
        initial=dict.fromkeys(model.states, 0.0),
        names=names,
    )
    as_named = {q.id: q.name for q in (*told.states, *told.parameters)}
    printer = _Printer(dict(symbols or {}), as_named)
    parts = [Equation(r.id, False, printer.equation(printer.name(r.id), r.expression)) for r in told.parts]
    rates = [
        Equation(s.name, True, printer.equation(printer.rate(r.id), r.expression))
        for s, r in zip(told.states, told.rates, strict=True)
    ]
    return (*parts, *rates)


class _Printer:
    """Print expressions; symbols are looked up by the model's names, not by ids."""

    def __init__(self, symbols: Mapping[str, str], as_named: Mapping[str, str]) -> None:
        self.symbols, self.as_named = symbols, as_named

    def name(self, name: str) -> str:
        """Print a name: its symbol, or head and index."""
        name = self.as_named.get(name, name)
        if name in self.symbols:
            return self.symbols[name]
        head, _, index = name.partition("_")
        found = re.fullmatch(r"([A-Za-z]+?)(\d+)", head)
        if found and not index:
            head, index = found.groups()
        letter = head if len(head) == 1 else f"\\{head}" if head in _GREEK else f"\\mathrm{{{head}}}"
        below = index.replace("_", ",")
        return f"{letter}_{{\\mathrm{{{below}}}}}" if below else letter

    def rate(self, name: str) -> str:
        """Print a derivative by time."""
        return rf"\frac{{\mathrm{{d}} {self.name(name)}}}{{\mathrm{{d}} t}}"

    def equation(self, left: str, right: Expression) -> str:
        """Print an equation, a long sum over several lines."""
        whole = self.of(right)
        if not isinstance(right, Sum) or _width(whole) <= _LONG:
            return f"{left} = {whole}"
        lines, last = [], ""
        for at, (minus, term) in enumerate(right.terms):
            sign = "-" if minus else "" if at == 0 else "+"
            text = f"{sign}{self._factor(term)}"
            if last and _width(last) + _width(text) > _LONG:
                lines.append(last)
                last = ""
            last += (" " if last else "") + text
        body = r" \\ & \quad ".join((*lines, last))
        return rf"\begin{{aligned}} {left} = & \; {body} \end{{aligned}}"

    def of(self, expression: Expression) -> str:
        """Print an expression."""
        match expression:
            case Number(value):
                return _number(value)
            case Name(name):
                return self.name(name)
            case Sum(terms):
                return self._sum(terms)
            case Product(over, under):
                top = r" \, ".join(self._factor(x, alone=len(over) == 1 and bool(under)) for x in over) or "1"
                bottom = r" \, ".join(self._factor(x, alone=len(under) == 1) for x in under)
                return rf"\frac{{{top}}}{{{bottom}}}" if under else top
            case Power(base, exponent):
                plain = isinstance(base, Name) and "_" not in self.name(base.name)
                held = self.of(base) if plain else rf"\left({self.of(base)}\right)"
                return f"{held}^{{{self.of(exponent)}}}"
            case Call(function, inside):
                return self._call(function, inside)
            case Choice():
                return self._choice(expression)

    def _factor(self, expression: Expression, *, alone: bool = False) -> str:
        text = self.of(expression)
        loose = isinstance(expression, Sum) or (isinstance(expression, Number) and expression.value < 0.0)
        return rf"\left({text}\right)" if loose and not alone else text

    def _sum(self, terms: tuple[tuple[bool, Expression], ...]) -> str:
        text = ""
        for at, (minus, term) in enumerate(terms):
            sign = "-" if minus else "" if at == 0 else "+"
            text += f"{' ' if at else ''}{sign}{' ' if at else ''}{self._factor(term)}"
        return text

    def _call(self, function: str, inside: Expression) -> str:
        if function == "exp":
            return rf"e^{{{self.of(inside)}}}"
        return rf"\ln\left({self.of(inside)}\right)"

    def _choice(self, choice: Choice) -> str:
        left, right, then, otherwise = (self.of(x) for x in (choice.left, choice.right, choice.then, choice.otherwise))
        if (then, otherwise) == (left, right):
            return rf"\left[{left}\right]_{{+}}" if right == "0" else rf"\max\left({left}, {right}\right)"
        if (then, otherwise) == (right, left):
            return rf"\min\left({left}, {right}\right)"
        difference = Sum(((False, choice.left), (True, choice.right)))
        if choice.then == difference and choice.otherwise == Number(0.0):
            return rf"\left[{then}\right]_{{+}}"
        if choice.then == choice.left and choice.otherwise == _negative(choice.left) and right == "0":
            return rf"\left|{then}\right|"
        condition = rf"\text{{if }} {left} > {right}"
        return rf"\begin{{cases}} {then} & {condition} \\ {otherwise} & \text{{otherwise}} \end{{cases}}"


def _negative(expression: Expression) -> Expression:
    terms = expression.terms if isinstance(expression, Sum) else ((False, expression),)
    return Sum(tuple((not minus, term) for minus, term in terms))


def _number(value: float) -> str:
    mantissa, _, power = f"{value:.6g}".partition("e")
    if not power:
        return mantissa
    times = "" if mantissa == "1" else "-" if mantissa == "-1" else rf"{mantissa} \cdot "
    return f"{times}10^{{{int(power)}}}"


def _width(latex: str) -> int:
    """Guess how many characters wide a formula is printed."""
    return len(re.sub(r"\\(mathrm|left|right|frac|,|quad)|[{}_^ ]", "", latex))
