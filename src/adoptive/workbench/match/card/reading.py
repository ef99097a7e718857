"""How hard a page is to read: the Flesch-Kincaid grade of its own sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Final

__all__ = ["AIM", "grade", "own_sentences"]

AIM: Final = 8.0
"""School grade that the page's own words should not exceed."""

FEWEST: Final = 4
"""Words of a sentence that is measured; shorter ones would only flatter the page."""

_BLOCKS: Final = frozenset(
    "p li dd dt td th h1 h2 h3 h4 figcaption caption summary div section header main footer nav table tr".split()
)
_VOID: Final = frozenset("meta link br img hr input col wbr circle rect line path".split())
_SILENT: Final = frozenset("style title svg script pre".split())
_NOT_OURS: Final = frozenset({"record", "unmeasured"})
_WORD: Final = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_SENTENCE: Final = re.compile(r"[^.?!]{1,2000}[.?!]+(?=\s|$)")
_SILENT_E: Final = re.compile(r"[^aeiouyl]es?$|[aeiouy]les?$|[^aeiouytd]ed$")
_DOTTED: Final = re.compile(r"(?<=\d)\.(?=\d)|(?<=\b[A-Z])\.(?=\d)")


def grade(sentences: Iterable[str]) -> float:
    """Give the Flesch-Kincaid grade: ``0.39 words/sentences + 11.8 syllables/words - 15.59``.

    Arguments: ``sentences`` whole sentences; numbers are not words.

    Source: Kincaid JP, Fishburne RP, Rogers RL, Chissom BS. Derivation of new readability formulas for Navy enlisted
    personnel. Research Branch Report 8-75, 1975.

    >>> round(grade(["The cat sat on the mat."]), 2)
    -1.45
    >>> grade([])
    0.0
    """
    counted = [words for sentence in sentences if (words := _WORD.findall(sentence))]
    words = [word for sentence in counted for word in sentence]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(counted) + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


def _syllables(word: str) -> int:
    """Count syllables: groups of vowels, less a silent e at the end; capitals alone are spelled out (CRS: 3).

    >>> [_syllables(word) for word in ("cat", "table", "made", "rules", "treated", "antibody", "CRS")]
    [1, 2, 1, 1, 2, 4, 3]
    """
    plain = re.sub(r"['’]s?$", "", word)
    if plain.isupper() and len(plain) > 1:
        return len(plain)
    low = plain.lower()
    count = len(re.findall(r"[aeiouy]+", low))
    if _SILENT_E.search(low) and not re.search(r"(?:[sxz]|ch|sh|[cg])es$", low):
        count -= 1
    if re.search(r"i[ao](?![nu])", low):
        count += 1
    return max(count, 1)


def own_sentences(page: str) -> tuple[str, ...]:
    """Find the whole sentences that a page says itself.

    Left out are elements of the class ``record`` (words of a trial's record or of the patient's file) and
    ``unmeasured``, pictures, headings without a full stop and sentences of less than four words.

    >>> own_sentences('<p>Now we wait here. <q class="record">Hard words stand here.</q></p><h2>No stop</h2>')
    ('Now we wait here.',)
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    blocks = "".join(reader.parts).split("\x1f")
    plain = (" ".join(_DOTTED.sub(",", block).split()) for block in blocks)
    return tuple(
        found.strip() for block in plain for found in _SENTENCE.findall(block) if len(_WORD.findall(found)) >= FEWEST
    )


class _Reader(HTMLParser):
    """Collects the page's own text, with a mark wherever a block begins or ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Go into an element."""
        if tag in _BLOCKS:
            self.parts.append("\x1f")
        if tag in _VOID:
            return
        names = set((dict(attrs).get("class") or "").split())
        silent = bool(self._open and self._open[-1][1]) or tag in _SILENT or bool(names & _NOT_OURS)
        if silent and not (self._open and self._open[-1][1]) and tag not in _BLOCKS:
            self.parts.append(" it ")  # a name or a quote inside our sentence takes a word's place
        self._open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those in it that were not closed."""
        if tag in _BLOCKS:
            self.parts.append("\x1f")
        if any(name == tag for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Keep text that is the page's own."""
        if not (self._open and self._open[-1][1]):
            self.parts.append(data)
