"""Write one patient of a model as Antimony text (Smith 2009, 10.1093/bioinformatics/btp401)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from numpy.typing import ArrayLike

from adoptive.solve.exchange.described import Described, Quantity, describe
from adoptive.solve.exchange.happening import Happening
from adoptive.solve.exchange.infix import infix
from adoptive.solve.types import Events, Model, Text, Trigger

__all__ = ["write_antimony"]


def write_antimony(
    model: Model,
    path: Path | str | None,
    *,
    parameters: Mapping[str, float] | ArrayLike,
    initial: Mapping[str, float] | ArrayLike,
    events: Events | None = None,
    triggers: Sequence[Trigger] = (),
    names: Text | None = None,
    notes: Mapping[str, str] | None = None,
) -> str:
    """Write one patient of a model as Antimony text and return it.

    Arguments and errors are those of :func:`~adoptive.solve.exchange.write_sbml`.

    >>> from adoptive.solve import Model
    >>> decay = Model("decay", ("drug",), ("k",), lambda y, p: {"drug": -p.k * y.drug})
    >>> print(write_antimony(decay, None, parameters={"k": 0.5}, initial={"drug": 1.0}))
    model decay
      drug = 1.0
      const k = 0.5
    <BLANKLINE>
      drug' = -k*drug
    end
    """
    told = describe(
        model, parameters=parameters, initial=initial, events=events, triggers=triggers, names=names, notes=notes
    )
    text = "\n".join(_lines(told)) + "\n"
    if path is not None:
        Path(path).write_text(text, "utf-8")
    return text.rstrip("\n") if path is None else text


def _lines(told: Described) -> Iterator[str]:
    yield f"model {''.join(c if c.isascii() and c.isalnum() else '_' for c in told.name)}"
    for line in told.left_out:
        yield f"  // Not said here: {_plain(line)}"
    yield from (_quantity("", q) for q in (*told.states, *told.memory))
    yield from (_quantity("const ", q) for q in told.parameters)
    yield ""
    yield from (f"  {rule.id} := {infix(rule.expression)}" for rule in told.parts)
    yield from (f"  {rule.id}' = {infix(rule.expression)}" for rule in told.rates)
    count = len(told.happenings)
    yield from (_event(h, count - at) for at, h in enumerate(told.happenings))
    yield "end"


def _quantity(kind: str, quantity: Quantity) -> str:
    note = f"  // {_plain(quantity.note)}" if quantity.note else ""
    return f"  {kind}{quantity.id} = {quantity.value!r}{note}"


def _plain(text: str) -> str:
    return " ".join(text.split())


def _event(event: Happening, priority: int) -> str:
    when = f"at ({infix(event.left)} >= {infix(event.right)})"
    settings = f"t0={'false' if event.at_start else 'true'}, priority={priority}, fromTrigger=false, persistent=true"
    changes = ", ".join(f"{change.id} = {infix(change.value)}" for change in event.changes)
    return f"  {event.id}: {when}, {settings}: {changes}"
