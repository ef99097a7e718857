"""Print a model's equations for a page: every derivative, and the shared quantities that it uses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adoptive.solve.exchange.described import describe
from adoptive.solve.exchange.shape import Call, Choice, Expression, Name, Number, Power, Product, Sum
from adoptive.solve.types import Model, Text

__all__ = ["Equation", "equations_latex"]

_WORD = 3
"""Letters up to which what stands before an underscore is a symbol and what follows is its index."""

_INDICES = ("i", "j", "k")
_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi psi omega"
).split()
_SHORT = 8
"""Terms up to which something is written out wherever it is used."""

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
        shared="a",
        short=_SHORT,
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
        head, *index = name.split("_")
        if found := re.fullmatch(r"([A-Za-z])(\d+)", head):
            head, index = found[1], [found[2], *index]
        while index and len(head) > _WORD and head.isalpha() and index[0].islower() and len(index[0]) > 1:
            head = rf"{head}\ {index.pop(0)}"
        letter = head if len(head) == 1 else f"\\{head}" if head in _GREEK else rf"\mathrm{{{head}}}"
        below = ",".join(x if x in _INDICES else rf"\mathrm{{{x}}}" for x in index)
        return f"{letter}_{{{below}}}" if below else letter

    def rate(self, name: str) -> str:
        """Print a derivative by time."""
        return rf"\frac{{\mathrm{{d}} {self.name(name)}}}{{\mathrm{{d}} t}}"

    def equation(self, left: str, right: Expression) -> str:
        """Print an equation, a long sum over several lines."""
        whole = self.of(right)
        if not isinstance(right, Sum) or _width(whole) <= _LONG:
            return f"{left} = {whole}"
        lines, last = [], ""
        for at, (minus, term) in enumerate(_signed(right.terms)):
            sign = "-" if minus else "" if at == 0 else "+"
            text = f"{sign} {self._factor(term)}"
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
                if over and isinstance(over[0], Number) and over[0].value < 0.0:
                    return f"-{self._factor(_positive(expression))}"
                top = _juxtaposed([self._factor(x, alone=len(over) == 1 and bool(under)) for x in over]) or "1"
                bottom = _juxtaposed([self._factor(x, alone=len(under) == 1) for x in under])
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
        for at, (minus, term) in enumerate(_signed(terms)):
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
            if _opposite(choice.left, choice.right):
                return rf"\left|{left}\right|"
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


def _opposite(one: Expression, other: Expression) -> bool:
    """Tell whether two differences are each other's negative: a - b and b - a."""
    if not (isinstance(one, Sum) and isinstance(other, Sum) and len(one.terms) == len(other.terms) == 2):
        return False
    (minus, first), (also, second) = one.terms
    return not minus and also and other == Sum(((False, second), (True, first)))


def _positive(product: Product) -> Product:
    """Return a product without the sign of its first number."""
    first, *rest = product.over
    size = -first.value if isinstance(first, Number) else 1.0
    return Product((*(() if size == 1.0 and rest else (Number(size),)), *rest), product.under)


def _signed(terms: tuple[tuple[bool, Expression], ...]) -> Iterator[tuple[bool, Expression]]:
    """Yield terms whose negative numbers are subtractions."""
    for minus, term in terms:
        if isinstance(term, Number) and term.value < 0.0:
            yield not minus, Number(-term.value)
        elif isinstance(term, Product) and term.over and isinstance(term.over[0], Number) and term.over[0].value < 0.0:
            yield not minus, _positive(term)
        else:
            yield minus, term


def _negative(expression: Expression) -> Expression:
    terms = expression.terms if isinstance(expression, Sum) else ((False, expression),)
    return Sum(tuple((not minus, term) for minus, term in terms))


def _number(value: float) -> str:
    mantissa, _, power = f"{value:.6g}".partition("e")
    if not power:
        return mantissa
    times = "" if mantissa == "1" else "-" if mantissa == "-1" else rf"{mantissa} \cdot "
    return f"{times}10^{{{int(power)}}}"


def _juxtaposed(factors: list[str]) -> str:
    r"""Write factors side by side; a number that is not the first needs a dot, as in 5 x 0.5.

    >>> print(_juxtaposed(["5", "0.5", "x"]))
    5 \cdot 0.5 \, x
    """
    rest = (rf"\cdot {factor}" if factor[0].isdigit() else rf"\, {factor}" for factor in factors[1:])
    return " ".join((*factors[:1], *rest))


def _width(latex: str) -> int:
    """Guess how many characters wide a formula is printed."""
    return len(re.sub(r"\\(mathrm|left|right|frac|,|quad)|[{}_^ ]", "", latex))
