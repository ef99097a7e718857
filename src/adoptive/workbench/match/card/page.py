"""The card as a page of its own."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Final

from markupsafe import Markup

from adoptive.trial.eligibility.facts import Facts
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.match.card.answer import answer_of, best_first, in_full
from adoptive.workbench.match.card.checks import checks_of
from adoptive.workbench.match.card.document import match_document
from adoptive.workbench.match.card.patient import rows_of
from adoptive.workbench.match.card.questions import questions_of
from adoptive.workbench.match.card.reading import AIM, grade, own_sentences
from adoptive.workbench.match.card.trial import row_of, trial_card
from adoptive.workbench.match.card.types import Card
from adoptive.workbench.match.card.words import clean, day_in_words, fixed_words, joined
from adoptive.workbench.match.private import private_folder, write_private
from adoptive.workbench.match.types import Match
from adoptive.workbench.mistakes import Mistake
from adoptive.workbench.new_folder import page_of

__all__ = ["as_html", "card_of", "write_card"]

WHOLE_IN_FILE: Final = 500
"""Trials of which ``match.json`` holds every rule; the others hold what speaks against them."""

MOST_ROWS: Final = 30
MOST_READ: Final = 150
MOST_NOTES: Final = 40


def write_card(
    out: Path,
    facts: Facts,
    matches: Sequence[Match],
    *,
    left_out: Sequence[Mistake] = (),
    made_on: datetime.date,
    passed_over: int = 0,
) -> Path:
    """Write the card into a new folder that only its owner can open: ``report.html`` and ``match.json``.

    Arguments: ``matches`` all that were compared (the page cuts its lists and counts what it leaves out);
    ``left_out`` trials or files that could not be read; ``made_on`` the day of writing; ``passed_over`` trials that
    were not compared because that was asked for.

    Returns the folder.

    Raises
    ------
    StudyError
        The folder exists, or cannot be made.
    RunError
        The disk is full.
    """
    with private_folder(out) as folder:
        page = as_html(card_of(facts, matches, left_out=left_out, made_on=made_on, passed_over=passed_over))
        write_private(folder / "report.html", page)
        document = match_document(
            facts, matches, left_out=left_out, made_on=made_on, whole=WHOLE_IN_FILE, passed_over=passed_over
        )
        write_private(folder / "match.json", as_json(document))
    return out


def card_of(
    facts: Facts,
    matches: Sequence[Match],
    *,
    left_out: Sequence[Mistake] = (),
    made_on: datetime.date,
    passed_over: int = 0,
) -> Card:
    """Set out what stands on the card, without its glossary."""
    ordered = best_first(matches)
    checks, full = checks_of(ordered), in_full(ordered)
    others = [match for match in ordered if match.fit != "does not fit"][len(full) :]
    misfits = [match for match in ordered if match.fit == "does not fit"]
    rows = tuple(rows_of(facts))
    return Card(
        id=clean(facts.id, 80), as_of=day_in_words(facts.as_of), made_on=day_in_words(made_on),
        answer=answer_of(ordered, checks, left_out=len(left_out), passed_over=passed_over, deceased=facts.deceased),
        checks=checks,
        trials=tuple(trial_card(match, place) for place, match in enumerate(full, start=1)),
        others=tuple(map(row_of, others[:MOST_ROWS])), others_left=max(len(others) - MOST_ROWS, 0),
        misfits=tuple(map(row_of, misfits[:MOST_ROWS])), misfits_left=max(len(misfits) - MOST_ROWS, 0),
        questions=questions_of(facts, full, checks),
        read=rows[:MOST_READ], read_left=max(len(rows) - MOST_READ, 0),
        whole=tuple(_LISTS[name] for name in sorted(facts.complete)),
        notes=tuple(clean(note, 300) for note in facts.notes[:MOST_NOTES]),
        notes_left=max(len(facts.notes) - MOST_NOTES, 0),
        left_out=tuple(clean(mistake, 300) for mistake in left_out[:MOST_ROWS]),
        left_out_more=max(len(left_out) - MOST_ROWS, 0),
    )  # fmt: skip


_LISTS: Final = {
    "therapies": "treatments", "conditions": "other illnesses", "antigens": "antigen tests",
    "alterations": "gene tests", "diagnoses": "cancers",
}  # fmt: skip


def as_html(card: Card) -> str:
    """Print a card as one self-contained page: no script, nothing fetched, its reading level stated.

    The page is printed once to find the words that need explaining and to measure it, and once more with both.
    """
    first = _printed(card, None)
    low = first.casefold()
    terms = {term: meaning for term, meaning in fixed_words()["glossary"].items() if term.casefold() in low}
    whole = replace(card, glossary=tuple(terms.items()))
    return _printed(whole, grade(own_sentences(_printed(whole, None))))


def _printed(card: Card, level: float | None) -> str:
    style = Markup(resources.files(__package__).joinpath("card.css").read_text("utf-8"))
    return page_of(
        "match/card", card=card, words=fixed_words(), own_style=style, numbers=_numbers, grade=level, aim=AIM
    )  # fmt: skip


def _numbers(places: tuple[int, ...]) -> str:
    shown = [str(place) for place in places[:6]]
    more = [f"{len(places) - 6} more"] if len(places) > 6 else []
    return f"trial{'s' if len(places) > 1 else ''} {joined([*shown, *more])}"
