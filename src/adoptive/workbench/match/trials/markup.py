"""YAML as plain tables, lists and texts: nothing is made of it but these, and nothing that could swell is opened.

Every scalar is text ("N" stays "N", an impossible date stays the text it is), an empty one is nothing. A word after an
unquoted ``!`` is a tag to YAML; here it is the text that its writer meant, as in ``variant_category: !Mutation``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from adoptive.errors import StudyError

__all__ = ["LONGEST_YAML", "yaml_documents"]

LONGEST_YAML: Final = 20_000_000
DEEPEST: Final = 250
"""Levels of a file; a match tree may be less deep still."""
MOST_ALIASES: Final = 1000
MOST_NODES: Final = 500_000
"""Nodes of a file after every alias is written out."""

_NOTHING: Final = ("", "~", "null", "Null", "NULL")
_OWN: Final = "tag:yaml.org,2002:"
_PLAIN_TAGS: Final = tuple(f"{_OWN}{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map"))


def yaml_documents(text: str) -> Iterator[Any]:
    """Yield the documents of a YAML text.

    Raises
    ------
    StudyError
        No YAML, or too long, too deep, with too many aliases or one that holds itself, a key twice in a table, or a tag
        that stands for an object of a program.
    """
    import yaml

    if len(text) > LONGEST_YAML:
        raise StudyError("too long to be read", value=f"{len(text):,} characters", allowed=f"at most {LONGEST_YAML:,}")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        _check(yaml, text, loader)
        for node in yaml.compose_all(text, Loader=loader):
            if node is not None:
                yield _plain(yaml, node, {})
    except UnicodeEncodeError as problem:
        raise StudyError(f"not YAML: a lone half of a character at {problem.start:,}") from None
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        reason = str(getattr(problem, "problem", "") or problem).split("\n")[0][:120]
        raise StudyError(f"not YAML{_at(mark)}: {reason}", next_step="correct the line that is named") from None


def _at(mark: Any) -> str:
    return "" if mark is None else f", line {mark.line + 1}"


def _check(yaml: Any, text: str, loader: Any) -> None:
    """Walk through a file's events, before anything is made of them."""
    weights: dict[str, int] = {}
    open_nodes: list[tuple[str | None, int]] = []
    total = aliases = 0
    for event in yaml.parse(text, Loader=loader):
        anchor = getattr(event, "anchor", None)
        if isinstance(event, yaml.AliasEvent):
            aliases += 1
            if anchor not in weights:
                raise StudyError(f"an alias{_at(event.start_mark)} holds itself, or nothing", value=f"*{anchor}"[:80])
            total += weights[anchor]
        elif isinstance(event, yaml.NodeEvent):
            total += 1
            if isinstance(event, yaml.CollectionStartEvent):
                open_nodes.append((anchor, total - 1))
                weights.pop(anchor or "", None)
            elif anchor:
                weights[anchor] = 1
        elif isinstance(event, yaml.CollectionEndEvent):
            name, before = open_nodes.pop()
            if name:
                weights[name] = total - before
        if len(open_nodes) > DEEPEST or aliases > MOST_ALIASES or total > MOST_NODES:
            raise StudyError(
                f"too deep, too long or too many aliases{_at(event.start_mark)}",
                allowed=f"{DEEPEST} levels, {MOST_ALIASES:,} aliases, {MOST_NODES:,} entries",
            )


def _plain(yaml: Any, node: Any, made: dict[int, Any]) -> Any:
    if id(node) in made:
        return made[id(node)]
    if isinstance(node, yaml.ScalarNode):
        value: Any = _scalar(node)
    elif not (node.tag in _PLAIN_TAGS or node.tag is None):
        raise _no_object(node)
    elif isinstance(node, yaml.SequenceNode):
        value = [_plain(yaml, child, made) for child in node.value]
    else:
        value = {}
        for key, child in node.value:
            name = _plain(yaml, key, made)
            if not isinstance(name, str) or name in value or name == "<<":
                shown = name[:80] if isinstance(name, str) else "a list, a table or nothing"
                raise StudyError(f"this key cannot stand here, or stands twice{_at(key.start_mark)}", value=shown)
            value[name] = _plain(yaml, child, made)
    made[id(node)] = value
    return value


def _scalar(node: Any) -> str | None:
    tag = node.tag or _PLAIN_TAGS[0]
    if tag.startswith("!") and not tag.startswith("!!"):
        return f"{tag} {node.value}".strip()
    if tag not in _PLAIN_TAGS and tag != f"{_OWN}timestamp":
        raise _no_object(node)
    plain = node.style not in ("'", '"', "|", ">") and node.value in _NOTHING
    return None if plain else str(node.value)


def _no_object(node: Any) -> StudyError:
    return StudyError(
        f"a tag has no place here{_at(node.start_mark)}", value=str(node.tag)[:80], next_step="write a plain value"
    )
