"""Say scheduled jumps and triggers as events of an exchange format: when a value rises to a bound, set these ids.

A trigger becomes two events. The first sees the crossing and, unless the trigger is spent, locked out or waiting,
counts it and sets the day on which its jump is due; the second jumps on that day. So delay, lock-out and maximum keep
the engine's meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adoptive.errors import SolveError
from adoptive.solve.exchange.shape import Choice, Expression, Name, Number, Sum
from adoptive.solve.graph import Node
from adoptive.solve.trace import Traced
from adoptive.solve.types import Events, Jump, Model, Trigger, Values

__all__ = ["NEVER", "TIME", "Assigned", "Found", "Happening", "happenings"]

TIME = Name("time")
"""Time in days; every format writes it in its own way. No id may be called so."""

NEVER = 1e99
"""A day that does not come. Some tools cannot look for the root of an infinite function."""

Written = Node | Expression


@dataclass(frozen=True)
class Assigned:
    """Hold a new value and the id that gets it (a number: the place of a state)."""

    id: str | int
    value: Any


@dataclass(frozen=True)
class Happening:
    """Hold an event: where `left` rises to `right`, `changes` are made at once, in the order of the list."""

    id: str
    name: str
    left: Any
    right: Expression
    changes: tuple[Assigned, ...]
    at_start: bool = False


@dataclass(frozen=True)
class Found:
    """Hold a patient's events, the graph's nodes that they use, the triggers' memory and what cannot be said."""

    found: tuple[Happening, ...]
    nodes: tuple[Node, ...]
    memory: tuple[tuple[str, float], ...]
    left_out: tuple[str, ...]


def happenings(
    model: Model, traced: Traced, events: Events | None, triggers: Sequence[Trigger], new: Callable[[str], str]
) -> Found:
    """Find a patient's scheduled jumps, in order, and the events of the triggers."""
    found = list(_scheduled(model, traced, events, new))
    memory: list[tuple[str, float]] = []
    left_out: list[str] = []
    for trigger in triggers:
        if getattr(trigger, "stops", False):
            left_out.append(f"the end of the patient's time when {trigger.signal} rises to its threshold")
        if _looks_again(trigger):
            left_out.append(f"what {trigger.signal} sets off on a first day, again while it lasts, or from a store")
        if trigger.jump is not None:
            pair, remembered = _triggered(model, traced, trigger, new)
            found += pair
            memory += remembered
    values = [x for h in found for x in (h.left, *(c.value for c in h.changes))]
    nodes = tuple({x.number: x for x in values if isinstance(x, Node)}.values())
    return Found(tuple(found), nodes, tuple(memory), tuple(left_out))


def _looks_again(trigger: Trigger) -> bool:
    days = (trigger.first_day, trigger.again_days)
    return trigger.stock > 0 or any(bool(np.isfinite(day).any()) for day in days) or bool(np.any(trigger.lasting_days))


def _scheduled(model: Model, traced: Traced, events: Events | None, new: Callable[[str], str]) -> Iterator[Happening]:
    if events is None:
        return
    if events.day.ndim != 2 or len(events.day) != 1:
        raise SolveError("events are not those of one patient", value=events.day.shape, allowed="(1, events)")
    for day, kind, amount in zip(events.day[0], events.kind[0], events.amount[0], strict=True):
        if np.isfinite(day):
            jump = _jump(model, int(kind))
            changes = _changes(model, traced, jump, float(amount))
            yield Happening(new(f"given_{jump.name}"), jump.name, TIME, Number(float(day)), changes, at_start=True)


def _jump(model: Model, kind: int) -> Jump:
    if not 0 <= kind < len(model.jumps):
        raise SolveError("event kinds must be places in the model's jumps", value=kind)
    return model.jumps[kind]


def _changes(model: Model, traced: Traced, jump: Jump, amount: float) -> tuple[Assigned, ...]:
    """Give every state's value after a jump: its text's value, or the value before, plus the effect."""
    y, p = Values(model.states, traced.states), Values(model.parameters, traced.parameters)
    text = getattr(jump, "text", None)
    after = {} if text is None else dict(text(y, p, traced.graph.constant(amount)))
    for name, factor in jump.effect.items():
        gained = amount * (p[factor] if isinstance(factor, str) else factor)
        after[name] = traced.graph.of(after.get(name, y[name])) + gained
    if unknown := sorted(set(after) - set(model.states)):
        raise SolveError("a jump names unknown states", where=f"{model.name}, {jump.name}", value=unknown)
    return tuple(Assigned(model.states.index(name), traced.graph.of(value)) for name, value in after.items())


def _one(trigger: Trigger, field: str) -> float:
    value = np.asarray(getattr(trigger, field), np.float64).reshape(-1)
    if value.size != 1:
        raise SolveError(f"a trigger's {field} is not that of one patient", value=value.size, allowed="one number")
    return float(value[0])


def _triggered(
    model: Model, traced: Traced, trigger: Trigger, new: Callable[[str], str]
) -> tuple[tuple[Happening, Happening], list[tuple[str, float]]]:
    names = [jump.name for jump in model.jumps]
    for what, name, known in (("signal", trigger.signal, tuple(traced.signals)), ("jump", trigger.jump, tuple(names))):
        if name not in known:
            raise SolveError(f"unknown trigger {what}", value=name, allowed=", ".join(known))
    jump = model.jumps[names.index(str(trigger.jump))]
    due, count, last = (new(f"{word}_{jump.name}") for word in ("due", "times", "last"))
    delay, lockout = _one(trigger, "delay_days"), _one(trigger, "lockout_days")
    ready: Expression = Name(due)  # waiting if due is a day that comes
    left = Sum(((False, Number(float(trigger.maximum))), (True, Name(count))))

    def if_ready(then: Expression, otherwise: Expression) -> Expression:
        unlocked = Choice(Sum(((False, Name(last)), (False, Number(lockout)))), TIME, otherwise, then)
        return Choice(left, Number(0.5), Choice(ready, Number(NEVER / 2), unlocked, otherwise), otherwise)

    now: Expression = TIME if delay == 0.0 else Sum(((False, TIME), (False, Number(delay))))
    seen = (
        Assigned(due, if_ready(now, Name(due))),
        Assigned(count, if_ready(Sum(((False, Name(count)), (False, Number(1.0)))), Name(count))),
        Assigned(last, if_ready(TIME, Name(last))),
    )
    signal, threshold = traced.signals[trigger.signal], Number(_one(trigger, "threshold"))
    changes = (*_changes(model, traced, jump, _one(trigger, "amount")), Assigned(due, Number(NEVER)))
    crossing = Happening(
        new(f"seen_{trigger.signal}"), f"{trigger.signal} rises to its threshold", signal, threshold, seen
    )
    reaction = Happening(new(f"reaction_{jump.name}"), jump.name, TIME, Name(due), changes)
    return (crossing, reaction), [(due, NEVER), (count, 0.0), (last, -NEVER)]
