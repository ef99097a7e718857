"""A phrase: a form of words that states one thing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from adoptive.trial.eligibility.statements import Statement

__all__ = ["Phrase"]


@dataclass(frozen=True)
class Phrase:
    """Hold a form of words that states one thing.

    ``words`` are lower-case literals of which one must occur in the text for the pattern to be tried at all (a fast
    sieve). ``pattern`` is matched anywhere in the *tidied* text (see :mod:`~adoptive.workbench.match.read.tidy`: the
    case is kept, spaces are single, ``≥`` is ``>=``, dashes are ``-``, ``×`` is ``x``, ``µ`` is ``u``); it should be
    word-bounded. ``build`` gives the statement, or None where the match is none after all.

    What the grammar does itself, so that it works for whole lists, and a phrase should leave out: ``and``, ``or``,
    commas; ``no``, ``without``, ``absence of``; ``known``, ``documented``, ``confirmed``, ``patients with``; ``history
    of``, ``prior`` before a condition (Has with ``ever``); ``active``, ``uncontrolled``, ``symptomatic``,
    ``untreated`` before a condition; ``within 4 weeks before enrolment``, ``in the past 5 years``, ``ongoing``,
    ``currently receiving``; ``unless``, ``except``, ``if``. A phrase is the bare thing with the words that belong to
    it: ``chemotherapy``, ``hepatitis B infection``, ``measurable disease by RECIST 1.1``, ``HER2 IHC 3+``. A phrase
    that holds such words all the same wins by its length, but then stands for itself alone.
    """

    name: str
    words: tuple[str, ...]
    pattern: re.Pattern[str]
    build: Callable[[re.Match[str]], Statement | None]
