"""Write one patient of a model as SBML Level 3 Version 2 (Hucka 2019, 10.1515/jib-2019-0021).

States are parameters with rate rules: nothing needs a compartment, and every number keeps the model's own unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from numpy.typing import ArrayLike

from adoptive.solve.exchange.described import Described, Quantity, Rule, describe
from adoptive.solve.exchange.happening import Happening
from adoptive.solve.exchange.mathml import comparison, mathml
from adoptive.solve.exchange.shape import Number
from adoptive.solve.types import Events, Model, Text, Trigger

__all__ = ["write_sbml"]

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SBML = '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">'
_DAY = (
    '<listOfUnitDefinitions><unitDefinition id="day"><listOfUnits>'
    '<unit kind="second" exponent="1" scale="0" multiplier="86400"/>'
    "</listOfUnits></unitDefinition></listOfUnitDefinitions>"
)


def write_sbml(
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
    """Write one patient of a model as SBML and return the text.

    Parameters
    ----------
    path
        File to write; None writes none.
    parameters, initial
        Values by name, or ``(parameters,)`` and ``(states,)`` in the model's order.
    events, triggers
        The patient's scheduled jumps ``(1, events)``, and triggers whose numbers are one each. Delay, lock-out and
        maximum keep the engine's meaning. The patient's time starts at day 0.
    names
        Text that names intermediate results (``{name: value}`` of the same expressions as in the model text).
    notes
        Meaning and unit by state or parameter.

    What cannot be said in SBML (extinction below one cell, an end of the patient's time) is listed in the model's
    notes. Raises SolveError where names or shapes do not fit.

    >>> from adoptive.solve import Model
    >>> decay = Model("decay", ("drug",), ("k",), lambda y, p: {"drug": -p.k * y.drug})
    >>> "rateRule" in write_sbml(decay, None, parameters={"k": 0.5}, initial={"drug": 1.0})
    True
    """
    told = describe(
        model, parameters=parameters, initial=initial, events=events, triggers=triggers, names=names, notes=notes
    )
    text = _HEAD + "\n".join(_lines(told)) + "\n"
    if path is not None:
        Path(path).write_text(text, "utf-8")
    return text


def _lines(told: Described) -> Iterator[str]:
    yield _SBML
    yield f'<model id="model" name={quoteattr(told.name)} timeUnits="day">'
    yield _notes(["Not said here: " + line for line in told.left_out])
    yield _DAY
    yield "<listOfParameters>"
    yield from (_parameter(q, "false") for q in told.states)
    yield from (_parameter(q, "true") for q in told.parameters)
    yield from (_parameter(q, "false") for q in told.memory)
    yield from (f'<parameter id="{rule.id}" constant="false"/>' for rule in told.parts)
    yield "</listOfParameters>"
    yield from _list("Rules", (*_rules("assignmentRule", told.parts), *_rules("rateRule", told.rates)))
    yield from _list("Events", [_event(h, len(told.happenings) - at) for at, h in enumerate(told.happenings)])
    yield "</model>"
    yield "</sbml>"


def _list(what: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"<listOf{what}>"
        yield from lines
        yield f"</listOf{what}>"


def _notes(lines: Iterable[str]) -> str:
    said = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return f'<notes><body xmlns="http://www.w3.org/1999/xhtml">{said}</body></notes>' if said else ""


def _parameter(quantity: Quantity, constant: str) -> str:
    value = {float("inf"): "INF", float("-inf"): "-INF"}.get(quantity.value, repr(quantity.value))
    name = f" name={quoteattr(quantity.name)}" if quantity.name else ""
    head = f'<parameter id="{quantity.id}"{name} value="{value}" constant="{constant}"'
    return f"{head}>{_notes([quantity.note])}</parameter>" if quantity.note else f"{head}/>"


def _rules(kind: str, rules: Sequence[Rule]) -> Iterator[str]:
    for rule in rules:
        yield f'<{kind} variable="{rule.id}">{mathml(rule.expression)}</{kind}>'


def _event(event: Happening, priority: int) -> str:
    """Write an event; of several on one day, the first in the list comes first."""
    begun = "false" if event.at_start else "true"
    changes = "".join(
        f'<eventAssignment variable="{change.id}">{mathml(change.value)}</eventAssignment>' for change in event.changes
    )
    return (
        f'<event id="{event.id}" name={quoteattr(event.name)} useValuesFromTriggerTime="false">'
        f'<trigger initialValue="{begun}" persistent="true">{comparison(event.left, event.right)}</trigger>'
        f"<priority>{mathml(Number(float(priority)))}</priority>"
        f"<listOfEventAssignments>{changes}</listOfEventAssignments></event>"
    )
