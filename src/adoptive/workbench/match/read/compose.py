"""Reading a clause: conditions, exceptions, permissions, brackets and alternatives around lists."""

from __future__ import annotations

import re
from collections.abc import Callable

from adoptive.trial.eligibility.statements import (
    All,
    AnyOf,
    Disease,
    Has,
    HlaAllele,
    Named,
    Not,
    Quantity,
    Statement,
    Treated,
    Unread,
)
from adoptive.workbench.match.read.apply import bare, classes, leaves, says_the_same
from adoptive.workbench.match.read.lists import Kind, read_list
from adoptive.workbench.match.read.naked import Naked, named, repeats
from adoptive.workbench.match.read.nodes import (
    Node,
    Nodes,
    holds,
    is_abbreviation,
    stated,
    stripped,
    text_of,
    without_women,
)

__all__ = ["read_clause"]

_SAYS = ("states", "naked")
_HARMLESS = re.compile(r"\d|[<>=]|\b(?:unless|except|if|not|no|without|within|only|must)\b", re.IGNORECASE)


def read_clause(nodes: Nodes, kind: Kind) -> Statement | None:
    """Read a clause; None where any of it was not understood."""
    nodes = stripped(nodes)
    if not nodes:
        return None
    flat = _brackets(nodes, kind)
    if flat is None:
        return None
    flat = _alternatives(flat, kind)
    for role, read in _FORMS:
        at = next((number for number, node in enumerate(flat) if node.role in role), None)
        if at is not None:
            return read(flat, at, kind)
    return _plain(flat, kind)


def _plain(nodes: Nodes, kind: Kind) -> Statement | None:
    """Read a clause without conditions; "patients with X must have Y" is one in disguise."""
    nodes = without_women(stripped(nodes))
    musts = [number for number, node in enumerate(nodes) if node.role == "must"]
    for at in musts:
        before, after = nodes[:at], nodes[at + 1 :]
        if holds(before, *_SAYS) and holds(after, *_SAYS) and _needs(before, after):
            return _conditional(before, after, kind, doubtful=True)
    return read_list(nodes, kind)


def _needs(before: Nodes, after: Nodes) -> bool:
    return not holds(before[-1:], "and", "or", "comma") and not holds(after[:1], "tail")


def _given(nodes: Nodes) -> Statement | None:
    """Read a condition: what must hold of whom a rule is for."""
    return read_clause(nodes, "inclusion")


def _conditional(condition: Nodes, rule: Nodes, kind: Kind, *, doubtful: bool = False) -> Statement | None:
    """Join a condition and its rule: an inclusion binds only whom the condition holds of."""
    given, ruled = _given(condition), read_clause(rule, kind)
    if given is None and ruled is None:
        return None
    if given is None:
        given = Unread(text_of(condition))
    if ruled is None:
        ruled = Unread(text_of(rule))
    if kind == "exclusion":
        return All((given, ruled))
    if doubtful and not _always_a_condition(given):
        return None
    return AnyOf((Not(given), ruled))


def _always_a_condition(given: Statement) -> bool:
    if isinstance(given, Quantity) and given.field == "age_years":
        return given.compare[0] == ">" and given.value >= 60
    return not classes(given) & {Disease, Quantity, Treated, HlaAllele, Unread}


def _if(nodes: Nodes, at: int, kind: Kind) -> Statement | None:
    before, after = stripped(nodes[:at]), nodes[at + 1 :]
    if not holds(before, *_SAYS, "left over"):
        return _if_first(after, kind)
    if holds(before, "left over", "permit") or holds(after, "if", "unless", "except", "permit"):
        return _permitted_if(nodes, at, kind)
    if holds(after, "comma"):
        return None
    either = [number for number, node in enumerate(before) if node.role == "or"]
    if either:
        if holds(before, "and", "comma") or len(either) > 1:
            return None
        first = read_clause(before[: either[0]], kind)
        second, given = read_clause(before[either[0] + 1 :], kind), _given(after)
        if first is None or second is None or bare(first):
            return None
        return AnyOf((first, All((given if given is not None else Unread(text_of(after)), second))))
    if holds(before, "and", "comma"):
        return None
    return _conditional(after, before, kind)


def _permitted_if(nodes: Nodes, at: int, kind: Kind) -> Statement | None:
    """Read "patients with X are eligible if Y": whoever has X needs Y."""
    before, after = stripped(nodes[:at]), nodes[at + 1 :]
    if (
        kind == "exclusion"
        or not before
        or before[-1].role != "permit"
        or holds(after, "if", "unless", "except", "permit")
    ):
        return None
    given, needed = _given(before[:-1]), read_clause(after, "inclusion")
    if given is None or needed is None or not bare(given) or classes(given) & {Disease}:
        return None
    return AnyOf((Not(given), needed))


def _if_first(after: Nodes, kind: Kind) -> Statement | None:
    for number, node in enumerate(after):
        separates = node.role in ("comma", "must") or node.text == ":"
        if separates and holds(after[:number], *_SAYS) and holds(after[number:], *_SAYS):
            return _conditional(after[:number], after[number + 1 :], kind)
    return None


def _unless(nodes: Nodes, at: int, kind: Kind) -> Statement | None:
    """Read "X unless Y": who is Y is let off."""
    head, rest = read_clause(nodes[:at], kind), nodes[at + 1 :]
    if head is None or not rest:
        return None
    words = Unread(text_of(nodes[at:]))
    let_off = _given(rest)
    if (
        let_off is None
        or classes(let_off) & ({Disease, Treated} | (classes(head) & {Has}))
        or isinstance(head, AnyOf | All)
        or holds(rest, "left over")
    ):
        let_off = words
    return AnyOf((head, let_off)) if kind == "inclusion" else All((head, Not(let_off)))


def _except(nodes: Nodes, at: int, kind: Kind) -> Statement | None:
    """Read "X except Y": X, but what Y is nobody tells for sure, save for alleles and "patients with Y: <= Z"."""
    rest = nodes[at + 1 :]
    if kind == "inclusion" and holds(nodes[:at], "no") and not holds(nodes[:at], "and"):
        head = read_clause(nodes[:at], kind)
        inner = head.part if isinstance(head, Not) else None
        return None if inner is None else Not(All((inner, Unread(text_of(nodes[at:])))))
    head = read_clause(nodes[:at], kind)
    if head is None or not rest:
        return None
    let_off = _looser_for(head, rest, kind)
    if let_off is not None:
        return let_off
    other = _given(stripped(rest, extra=frozenset({"if"})))
    if isinstance(head, HlaAllele) and isinstance(other, HlaAllele | AnyOf) and classes(other) == {HlaAllele}:
        return All((head, Not(other)))
    words = Unread(text_of(nodes[at:]))
    people = rest[0].role in ("if", "who") or nodes[at].text.lower() in ("except in", "except if", "except when")
    if people and not bare(head) and other is not None and classes(other) <= {Has}:
        return AnyOf((head, other)) if kind == "inclusion" else All((head, Not(other)))
    if kind == "inclusion" and not bare(head):
        return AnyOf((head, words))
    return All((head, words))


def _looser_for(rule: Statement, rest: Nodes, kind: Kind) -> Statement | None:
    """Read what follows "except in": patients with X who must have <= 3 x ULN."""
    at = max((number for number, node in enumerate(rest) if node.role in _SAYS), default=0)
    if at == 0 or at != len(rest) - 1 or holds(rest, "and", "or"):
        return None
    last = rest[at]
    other = named(last.value, rule) if isinstance(last.value, Naked) else last.value
    if not isinstance(other, Quantity | All | AnyOf) or [_field(leaf) for leaf in leaves(other)] != [
        _field(leaf) for leaf in leaves(rule)
    ]:
        return None
    return _loosened(rule, other, stripped(rest[:at], extra=frozenset({"if"})), kind)


def _field(leaf: object) -> str:
    return leaf.field if isinstance(leaf, Quantity) else ""


def _permit(nodes: Nodes, at: int, kind: Kind) -> Statement | None:
    """Read "X is allowed": nothing is asked."""
    before, after = stripped(nodes[:at]), stripped(nodes[at + 1 :])
    if kind == "exclusion" or after or not before or not holds(before, "states") or holds(before, "no"):
        return None
    what = read_clause(before, "inclusion")
    if what is None or any(isinstance(leaf, Quantity | Named | Disease) for leaf in leaves(what)):
        return None
    return All(())


def _forbid(nodes: Nodes, at: int, kind: Kind) -> Statement | None:
    """Read "X is not allowed"."""
    before, after = stripped(nodes[:at]), stripped(nodes[at + 1 :])
    if after or not before or holds(before, "no"):
        return None
    what = read_clause(before, "exclusion")
    return what if kind == "exclusion" or what is None else Not(what)


def _examples(nodes: Nodes, at: int, kind: Kind) -> Statement | None:
    """Read "X, such as A and B" as X."""
    before, after = stripped(nodes[:at]), nodes[at + 1 :]
    tails: Nodes = ()
    while after and after[-1].role in ("tail", "gate"):
        tails, after = (after[-1], *tails), after[:-1]
    if not holds(before, "states") or _HARMLESS.search(text_of(after)) or holds(after, "tail", "permit", "no", "dot"):
        return None
    return read_clause((*before, *tails), kind)


def _meaning(nodes: Nodes, at: int, kind: Kind) -> Statement | None:
    """Read "X, defined as Y" as Y, where X itself states nothing."""
    before, after = stripped(nodes[:at]), nodes[at + 1 :]
    return None if before else read_clause(after, kind)


def _regardless(nodes: Nodes, at: int, kind: Kind) -> Statement | None:
    """Read "X with or without Y" as X."""
    before, after = stripped(nodes[:at]), nodes[at + 1 :]
    if holds(after, "left over", "no", "if", "unless", "comma", "and") or not holds(after, "states"):
        return None
    return read_clause(before, kind) if before else All(())


_Reader = Callable[[Nodes, int, Kind], Statement | None]
_FORMS: tuple[tuple[tuple[str, ...], _Reader], ...] = (
    (("unless",), _unless),
    (("except",), _except),
    (("if",), _if),
    (("permit",), _permit),
    (("forbid",), _forbid),
    (("eg",), _examples),
    (("ie",), _meaning),
    (("either way",), _regardless),
)


def _alternatives(nodes: Nodes, kind: Kind) -> Nodes:
    """Join "<= 2.5 x ULN or <= 5 x ULN if liver metastases" to one node."""
    done: list[Node] = []
    at = 0
    while at < len(nodes):
        node = nodes[at]
        model = _last_stated(done)
        if node.role != "naked" or model is None:
            done.append(node)
            at += 1
            continue
        stop = at + 1
        while stop < len(nodes) and nodes[stop].role not in ("and", "or", "comma", "semi", "dot", "naked"):
            stop += 1
        joint = _alternative(done[model], nodes[at:stop], done[model + 1 :], kind)
        if joint is None:
            done.append(node)
            at += 1
        else:
            done[model:] = [joint]
            at = stop
    return tuple(done)


def _last_stated(done: list[Node]) -> int | None:
    """Find the thing before, if only "or", a comma or small words stand between."""
    for number in range(len(done) - 1, -1, -1):
        if done[number].role == "states":
            return number
        if done[number].role not in ("or", "comma", "fill", "ie", "except", "unless", "either"):
            return None
    return None


def _alternative(model: Node, nodes: Nodes, between: list[Node], kind: Kind) -> Node | None:
    joins = {node.role for node in between}
    condition = nodes[1:]
    outside = kind == "exclusion" and joins == {"or"} and isinstance(model.value, Quantity)
    other = named(nodes[0].value, model.value, any_way=outside and not condition)  # type: ignore[arg-type]
    if other is None or not joins:
        return None
    if not condition:
        both = AnyOf((model.value, other)) if joins == {"or"} else None  # type: ignore[arg-type]
        return None if both is None else stated(both, (model, *between, *nodes))
    if condition[0].role not in ("if", "with") or joins & {"ie", "unless"}:
        return None
    whole = _loosened(model.value, other, condition[1:], kind)  # type: ignore[arg-type]
    return None if whole is None else stated(whole, (model, *between, *nodes))


def _loosened(rule: Statement, other: Statement, condition: Nodes, kind: Kind) -> Statement | None:
    """Join a threshold and a looser one for some: an inclusion is met by either, an exclusion must exceed both."""
    if not condition:
        return None
    given = _given(condition) or Unread(text_of(condition))
    firsts, seconds = leaves(rule), leaves(other)
    for one, two in zip(firsts, seconds, strict=False):
        if not (isinstance(one, Quantity) and isinstance(two, Quantity)) or one.times_normal != two.times_normal:
            return None
        upper = one.compare[0] == "<"
        looser = two.value >= one.value if upper == (kind == "inclusion") else two.value <= one.value
        if not looser:
            return None
    if kind == "inclusion":
        return AnyOf((rule, All((given, other))))
    return All((rule, AnyOf((Not(given), other))))


def _brackets(nodes: Nodes, kind: Kind) -> Nodes | None:
    """Read each pair of brackets into what stands before it; None where one cannot be read."""
    done: list[Node] = []
    for node in nodes:
        if node.role != "brackets":
            done.append(node)
            continue
        at = len(done) - 1
        while at >= 0 and done[at].role in ("tail", "gate", "fill"):
            at -= 1
        before = done[at] if at >= 0 and done[at].role == "states" else None
        change = _bracket(before, node, text_of(done), kind)
        if change is None:
            return None
        if before is None:
            done += change
        else:
            done[at : at + 1] = change
    return tuple(done)


def _bracket(before: Node | None, node: Node, words: str, kind: Kind) -> list[Node] | None:
    """Give the nodes that stand for the thing before some brackets with them."""
    inner = stripped(node.inner, extra=frozenset({"ie"}) if before is None else frozenset())
    kept = [] if before is None else [before]
    times = [known for known in inner if known.role in ("tail", "gate")]
    if not inner or is_abbreviation(node, words):
        return kept
    if len(times) == len([known for known in inner if known.role not in ("fill", "comma")]):
        return [*kept, *inner]
    if before is None:
        whole = read_clause(inner, kind)
        return None if whole is None else [stated(whole, (node,))]
    if inner[-1].role == "permit" and isinstance(before.value, Quantity):
        return kept if not _HARMLESS.search(text_of(inner)) else None
    if inner[0].role == "eg":
        return kept if not _HARMLESS.search(text_of(inner)) else None
    changed = _around(before, inner, kind)
    return None if changed is None else [changed]


def _around(before: Node, inner: Nodes, kind: Kind) -> Node | None:
    """Read brackets after a thing: a repetition, an alternative, a looser threshold, a condition or an exception."""
    rule: Statement = before.value  # type: ignore[assignment]
    first = inner[0]
    if len(inner) == 1 and isinstance(first.value, Naked) and repeats(first.value, rule):
        return before
    bits = inner[1:] if first.role == "or" else inner
    flat = _alternatives((before, Node("or", "or"), *bits), kind) if bits and bits[0].role == "naked" else ()
    if len(flat) == 1 and (len(bits) > 1 or first.role == "or"):
        return flat[0]
    if first.role in ("unless", "except", "if"):
        whole = read_clause((before, *inner), kind)
        return None if whole is None else stated(whole, (before,))
    other = read_clause(bits, kind)
    if other is None:
        return None
    if says_the_same(rule, other):
        return before
    return stated(AnyOf((rule, other)), (before,)) if first.role == "or" else None
