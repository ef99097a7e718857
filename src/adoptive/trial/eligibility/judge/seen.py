"""What was seen of one leaf: its truth, why in a word, and the records that decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from adoptive.trial.eligibility.statements import Truth

__all__ = ["NOT_KNOWN", "Seen", "both", "either", "within"]


class Seen(NamedTuple):
    """Hold a truth, the reason by a short key (turned into words only where it is shown), and what was used."""

    truth: Truth
    why: str = ""
    used: tuple[Any, ...] = ()


NOT_KNOWN: Final = Seen(None, "missing")


def both(parts: Iterable[Seen]) -> Seen:
    """Join what must all hold: the first that does not, else the first that is not known, else that it holds."""
    doubt: Seen | None = None
    for part in parts:
        if part.truth is False:
            return part
        if part.truth is None and doubt is None:
            doubt = part
    return doubt or Seen(True)


def either(records: list[tuple[Any, Seen]], absent: Seen) -> Seen:
    """Join records of which one suffices; ``absent`` is what holds where none of them does.

    ``used`` of the outcome are pairs of a record and its reason.
    """
    for truth in (True, None):
        deciding = tuple((record, seen.why) for record, seen in records if seen.truth is truth)
        if deciding:
            return Seen(truth, deciding[0][1] or "found", deciding)
    return Seen(absent.truth, absent.why, tuple((record, seen.why) for record, seen in records))


def within(least: float, most: float, days: float) -> bool | None:
    """Say whether something that lies ``least`` to ``most`` days back lies less than ``days`` back.

    >>> within(14.0, 14.0, 14.0), within(13.0, 13.0, 14.0), within(0.0, 90.0, 14.0)
    (False, True, None)
    """
    if most < days:
        return True
    return False if least >= days else None
