"""Reading a list: things with what stands before and after each, joined by commas, "and" and "or"."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    AnyOf,
    Disease,
    Flag,
    Gene,
    Has,
    HlaAllele,
    Named,
    Not,
    Quantity,
    Statement,
    Treated,
)
from adoptive.workbench.match.read.apply import BAD_FLAGS, MODIFIERS, bare, classes, leaves, modified, timed, unsure
from adoptive.workbench.match.read.joins import Kind, Unclear, joined
from adoptive.workbench.match.read.nodes import Node, Nodes, text_of
from adoptive.workbench.match.read.tails import Tail

__all__ = ["Kind", "read_list"]


@dataclass
class _Unit:
    """Hold a thing of a list while it is read."""

    join: str = ""
    denied: bool = False
    modifiers: list[str] = field(default_factory=list)
    alternatives: list[list[str]] = field(default_factory=list)
    things: list[tuple[str, Statement]] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    lead: Tail | None = None
    tail: Tail | None = None
    link: str = ""
    done: Statement | None = None


def read_list(nodes: Nodes, kind: Kind) -> Statement | None:
    """Read a list of things; None where it cannot be read for certain."""
    try:
        units, choice = _units(tuple(_shared_threshold(node, kind) for node in nodes))
        units = _with_leads(units)
        if not units:
            return None
        _apply_modifiers(units)
        _apply_times(units)
        return _join(units, kind, choice, text_of(nodes))
    except Unclear:
        return None


def _shared_threshold(node: Node, kind: Kind) -> Node:
    """Doubt "AST and ALT > 3" in an exclusion and "AST or ALT <= 3" in an inclusion: people mean the other as often."""
    value = node.value
    if node.role != "states" or not isinstance(value, All | AnyOf) or isinstance(value, All) != (kind == "exclusion"):
        return node
    inner = value.parts
    plain = [dataclasses.replace(part, field="") for part in inner if isinstance(part, Quantity)]
    several = len({part.field for part in inner if isinstance(part, Quantity)} - {"karnofsky", "lansky"}) > 1
    if len(plain) < len(inner) or len(set(plain)) != 1 or not several:
        return node
    return dataclasses.replace(node, value=unsure(inner, node.text))


def _units(nodes: Nodes) -> tuple[list[_Unit], bool]:
    units, choice = [_Unit()], False
    for node in nodes:
        unit = units[-1]
        if node.role in ("and", "or", "comma"):
            _next(units, node.role)
        elif node.role == "either":
            if any(known.things for known in units):
                raise Unclear
            choice = node.text.lower() != "either" or choice
        else:
            _take(unit, node)
    return units, choice


def _next(units: list[_Unit], role: str) -> None:
    last = units[-1]
    empty = not (last.things or last.modifiers or last.denied or last.lead)
    if empty and not last.join:
        return
    if empty:
        last.join = _both(last.join, role)
        return
    units.append(_Unit(join=role))


def _both(first: str, second: str) -> str:
    if {first, second} == {"comma"}:
        return "comma"
    if "comma" in (first, second):
        return ", " + (second if first == "comma" else first)
    raise Unclear


def _take(unit: _Unit, node: Node) -> None:
    role = node.role
    if role == "states":
        unit.things.append((unit.link, node.value))  # type: ignore[arg-type]
        unit.link = ""
    elif role in ("fill", "who", "with", "must", "gate"):
        unit.link = role if role in ("with", "who") else unit.link
    elif role == "no":
        if unit.things or unit.denied or unit.modifiers:
            raise Unclear
        unit.denied = True
    elif role in MODIFIERS:
        (unit.after if unit.things else unit.modifiers).append(role)
    elif role == "tail":
        _take_time(unit, node.value)  # type: ignore[arg-type]
    else:
        raise Unclear


def _take_time(unit: _Unit, tail: Tail) -> None:
    if tail.leads and not unit.things and unit.lead is None and not unit.denied:
        unit.lead = tail
    elif unit.things and unit.tail is None and not tail.leads:
        unit.tail = tail
    else:
        raise Unclear


def _with_leads(units: list[_Unit]) -> list[_Unit]:
    """Join "active or untreated X", whose first unit has no thing of its own, and drop empty ones at the end."""
    done: list[_Unit] = []
    waiting: _Unit | None = None
    for unit in units:
        if waiting is not None:
            unit = _led(waiting, unit)
            waiting = None
        if unit.things:
            done.append(unit)
        elif unit is units[-1]:
            if unit.modifiers or unit.denied or unit.lead or unit.tail:
                raise Unclear
        else:
            waiting = unit
    if waiting is not None:
        raise Unclear
    return done


def _led(first: _Unit, second: _Unit) -> _Unit:
    if first.lead is not None or second.lead is not None or second.denied:
        raise Unclear
    if first.modifiers and not second.modifiers:
        raise Unclear
    both = dataclasses.replace(second, join=first.join, denied=first.denied)
    if not first.modifiers:
        return both
    if second.join == "or":
        before = first.alternatives or [first.modifiers]
        return dataclasses.replace(both, alternatives=[*before, second.modifiers])
    if first.alternatives:
        raise Unclear
    return dataclasses.replace(both, modifiers=[*first.modifiers, *second.modifiers])


_SHARED = frozenset({"ever", "had", "active", "taking"})


def _apply_modifiers(units: list[_Unit]) -> None:
    inherited: list[list[str]] = []
    previous: frozenset[type] = frozenset()
    for unit in units:
        thing = _merged(unit)
        own = unit.alternatives or ([unit.modifiers] if unit.modifiers else [])
        if own or unit.denied:
            inherited = own
        elif inherited and bare(thing):
            if not all(set(words) <= _SHARED for words in inherited):
                raise Unclear
            own = inherited if classes(thing) == previous else _transplant(thing, inherited)
        elif inherited:
            inherited = []
        if not own and not unit.denied and not unit.tail and _hangs_on(thing, previous):
            raise Unclear
        previous = classes(thing)
        if any(classes(thing) - {Has, Treated} for _ in unit.after):
            raise Unclear
        forms = [modified(thing, [*words, *unit.after]) for words in own or [[]]]
        if any(form is None for form in forms):
            raise Unclear
        unit.done = forms[0] if len(forms) == 1 else AnyOf(tuple(form for form in forms if form is not None))


def _transplant(thing: Statement, inherited: list[list[str]]) -> list[list[str]]:
    """Share "prior" between a stem cell transplant, a treatment, and an organ transplant, a condition."""
    named = isinstance(thing, Has) and all("transplant" in name for name in thing.names)
    if not named or any(set(words) - {"ever", "had"} for words in inherited):
        raise Unclear
    return [["ever"]]


def _hangs_on(thing: Statement, previous: frozenset[type]) -> bool:
    """Say whether a treatment may belong to the word before it, as in "allergy to fludarabine or cyclophosphamide"."""
    return Treated in classes(thing) and bool(previous) and previous != {Treated} and not previous <= {Quantity}


_ADJECTIVES = (AntigenLevel, Gene, HlaAllele, Named)


def _merged(unit: _Unit) -> Statement:
    """Join things that stand side by side, as in "HER2-positive gastric cancer" or "adults with gastric cancer"."""
    if len(unit.things) == 1:
        return unit.things[0][1]
    for (_, left), (link, right) in zip(unit.things, unit.things[1:], strict=False):
        if not (_adjective(left, right) or (link and _companion(left, right))):
            raise Unclear
    return All(tuple(thing for _, thing in unit.things))


def _person(statement: Statement) -> bool:
    if isinstance(statement, All) and not statement.parts:
        return True
    return all(
        isinstance(leaf, Named) or (isinstance(leaf, Quantity) and leaf.field == "age_years")
        for leaf in leaves(statement)
    )


def _adjective(left: Statement, right: Statement) -> bool:
    if _person(left):
        return True
    return all(isinstance(leaf, _ADJECTIVES) for leaf in leaves(left)) and isinstance(right, Disease)


def _companion(left: Statement, right: Statement) -> bool:
    good = all(
        isinstance(leaf, Quantity | AntigenLevel | Gene | HlaAllele)
        or (isinstance(leaf, Flag) and leaf.field not in BAD_FLAGS)
        for leaf in leaves(right)
    )
    return isinstance(left, Disease) and good


def _apply_times(units: list[_Unit]) -> None:
    """Give a span of time at the end to all things of the list before it that have none."""
    _apply_leads(units)
    for number, unit in enumerate(units):
        if unit.tail is None:
            continue
        first = number
        while first > 0 and units[first - 1].tail is None and _untimed(units[first - 1]):
            if units[first].denied or _sorts(units[first - 1]) != _sorts(unit):
                raise Unclear
            first -= 1
        _apply_tail(units, first, number, unit.tail)


def _apply_leads(units: list[_Unit]) -> None:
    """Read "at least 4 weeks since A, B or C": none of them within 4 weeks."""
    lead: Tail | None = None
    for unit in units:
        if unit.denied or unit.lead:
            lead = unit.lead
            if lead is not None and lead.over:
                unit.denied = True
        if lead is not None:
            if unit.tail is not None:
                raise Unclear
            unit.done = _timed(unit, dataclasses.replace(lead, over=False), denied=True)


def _apply_tail(units: list[_Unit], first: int, last: int, tail: Tail) -> None:
    reach = units[first : last + 1]
    denied = any(known.denied for known in units[: last + 1])
    if tail.over and len(reach) > 1 and any(unit.join not in ("and", ", and") for unit in reach[1:]):
        if denied or any("and" in unit.join for unit in reach[1:]):
            raise Unclear
        tail, units[first].denied = dataclasses.replace(tail, over=False), True
    for unit in reach:
        unit.done = _timed(unit, tail, denied=denied)


def _sorts(unit: _Unit) -> frozenset[type]:
    assert unit.done is not None
    return classes(unit.done)


def _untimed(unit: _Unit) -> bool:
    assert unit.done is not None
    return all(getattr(leaf, "within_days", 0) is None for leaf in leaves(unit.done))


def _timed(unit: _Unit, tail: Tail, *, denied: bool) -> Statement:
    assert unit.done is not None
    done = timed(unit.done, tail, denied=denied)
    if done is None:
        raise Unclear
    return done


def _join(units: list[_Unit], kind: Kind, choice: bool, text: str) -> Statement:
    parts: list[Statement] = []
    joins: list[str] = []
    at = 0
    while at < len(units):
        stop = at + 1
        if units[at].denied:
            while stop < len(units) and not units[stop].denied and _goes_on(units, at, stop):
                stop += 1
        run = [unit.done for unit in units[at:stop] if unit.done is not None]
        joins.append(units[at].join)
        inner = [unit.join for unit in units[at + 1 : stop]]
        parts.append(_denial(run, inner, text, kind, choice) if units[at].denied else run[0])
        at = stop
    merged = any(len(unit.things) > 1 and not _person(unit.things[0][1]) for unit in units)
    if merged and len(units) > 1 and set(joins[1:]) - {"and", ", and"}:
        raise Unclear
    if choice and not units[0].denied:
        if any(unit.denied for unit in units):
            raise Unclear
        return AnyOf(tuple(parts)) if len(parts) > 1 else parts[0]
    return joined(parts, joins[1:], kind, text)


def _goes_on(units: list[_Unit], at: int, number: int) -> bool:
    """Say whether a denial reaches a later thing of the list."""
    unit, first = units[number], units[at]
    assert unit.done is not None
    assert first.done is not None
    if not bare(unit.done):
        if unit.join in ("and", ", and") and bare(first.done):
            return False
        raise Unclear
    same = classes(unit.done) == classes(first.done)
    listed = all(known.join in ("or", "comma", ", or") for known in units[at + 1 : number + 1])
    ends_with_or = any(known.join in ("or", ", or") for known in units[number:])
    if same or (listed and ends_with_or):
        return True
    raise Unclear


def _denial(run: list[Statement], joins: list[str], text: str, kind: Kind, choice: bool) -> Statement:
    if len(run) == 1:
        return Not(run[0])
    if kind == "exclusion":
        raise Unclear
    if "and" in joins or ", and" in joins:
        if "or" in joins or ", or" in joins:
            raise Unclear
        return Not(AnyOf(tuple(run)) if choice else unsure(run, text))
    return Not(AnyOf(tuple(run)))
