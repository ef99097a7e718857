"""What the phrases make of a text as a whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adoptive.trial.eligibility.statements import Statement
from adoptive.workbench.match.read.phrases import PHRASES
from adoptive.workbench.match.read.tidy import tidy


def _claims(text: str) -> list[tuple[str, Statement]]:
    plain = tidy(text)
    found = []
    for phrase in PHRASES:
        if any(word in plain.lower() for word in phrase.words):
            for match in phrase.pattern.finditer(plain):
                statement = phrase.build(match)
                if statement is not None:
                    found.append((match[0].strip(), statement))
    return found


@pytest.fixture(scope="session")
def claims() -> Callable[[str], list[tuple[str, Statement]]]:
    """Give all that the phrases claim in a text, with the words that each rests on."""
    return _claims


@pytest.fixture(scope="session")
def stated() -> Callable[[str], set[Statement]]:
    """Give what the phrases claim that rest on the whole text."""
    return lambda text: {statement for words, statement in _claims(text) if words == tidy(text)}
