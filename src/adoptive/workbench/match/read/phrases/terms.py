"""Names of the vocabulary as pieces of a phrase's pattern."""

from __future__ import annotations

import re
from functools import cache

from adoptive.trial.eligibility.vocabulary import Kind, load_vocabulary

__all__ = ["alone", "listed", "named", "spelt", "term"]

_OTHER = (
    r"[\w*]|-(?!(?:based|containing|positive|negative|targeted|directed|"
    r"targeting|expressing|overexpressing)\b)\w"
)
_END = rf"(?!{_OTHER})"
_AFTER = re.compile(_OTHER)
_JOIN = r"(?:(?: ?, ?| )(?:and/or|or) | ?, ?| ?/ ?)"


@cache
def term(kind: Kind) -> str:
    """Give a pattern of any spelling of a kind, for patterns that ignore the case (acronyms keep theirs).

    "chemotherapy-naive" and "steroid-refractory" say something else than their first word and are not met.
    """
    return rf"(?<![\w*-])(?-i:{load_vocabulary().synonym_pattern(kind).pattern}){_END}"


def spelt(kind: Kind) -> re.Pattern[str]:
    """Give the vocabulary's own pattern of a kind, for phrases that are a name and nothing else."""
    return load_vocabulary().synonym_pattern(kind)


def alone(kind: Kind, match: re.Match[str]) -> str | None:
    """Name what a match of :func:`spelt` stands for, None where it is half of a word with a hyphen."""
    before, after = match.string[: match.start()][-1:], _AFTER.match(match.string, match.end())
    return None if before in ("-", "*") or after else named(kind, match[0])


def named(kind: Kind, text: str) -> str | None:
    """Name what a spelling stands for, None where it is not known."""
    return load_vocabulary().find(kind, text)


def listed(kind: Kind, text: str) -> tuple[str, ...] | None:
    """Name the parts of a list joined by commas, slashes and "or"; None where one is not known.

    >>> listed("treatments", "nivolumab, pembrolizumab or docetaxel")
    ('nivolumab', 'pembrolizumab', 'docetaxel')
    """
    found = list(spelt(kind).finditer(text))
    between = [
        text[end:start]
        for end, start in zip(
            [0, *(one.end() for one in found)], [*(one.start() for one in found), len(text)], strict=True
        )
    ]
    if (
        not found
        or between[0].strip()
        or between[-1].strip()
        or not all(re.fullmatch(_JOIN, gap) for gap in between[1:-1])
    ):
        return None
    names = [named(kind, one[0]) for one in found]
    return tuple(dict.fromkeys(name for name in names if name)) if all(names) else None
