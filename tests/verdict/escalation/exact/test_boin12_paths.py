"""BOIN12's next dose after the outcomes of the published example and of the authors' web application.

Lin et al. 2020, 10.1200/PO.20.00257 (p. 1396; data supplement, section 6 and Figure S2). The decisions of the web
application are those asserted in the tests of R package escalation. N: neither, E: response, T: DLT, B: both.
"""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.verdict.escalation import Boin12Design, Ending, Seen, Utility

LEVELS = 5


def seen(outcomes: str) -> Seen:
    counts = np.zeros((4, 1, LEVELS), np.int64)  # DLTs, patients, responses, both
    for cohort in outcomes.split():
        at = int(cohort[0]) - 1
        for letter in cohort[1:]:
            counts[:, 0, at] += [letter in "TB", 1, letter in "EB", letter == "B"]
    last = np.array([sum(letter in "TB" for letter in cohort[1:])])
    one = np.array([len(cohort) - 1])
    return Seen(*counts, np.array([at]), np.array([LEVELS - 1]), last, one)


def after(outcomes: str, design: Boin12Design) -> tuple[int, int]:
    move = design.move(seen(outcomes))
    return int(move.level[0]) + 1, int(move.ending[0])


EXAMPLE = [
    ("1NNN 2ENT 3ETT 2EEN", 2), ("1NNN", 2), ("1NNN 2NNB", 3), ("1NNN 2NNB 3NEE", 3), ("1NNN 2NNB 3NEE 3NTN", 4),
    ("1NNN 2NNB 3NEE 3NTN 4ETE", 4), ("1NNN 2NNB 3NEE 3NTN 4ETE 4NBE", 4),
    ("1NNN 2NNB 3NEE 3NTN 4ETE 4NBE 4BNN", 5), ("1NNN 2NNB 3NEE 3NTN 4ETE 4NBE 4BNN 5BEN", 5),
    ("1NNN 2NNB 3NEE 3NTN 4ETE 4NBE 4BNN 5BEN 5NBT", 4),
]  # fmt: skip


@pytest.mark.parametrize(("outcomes", "level"), EXAMPLE)
def test_published_example(outcomes: str, level: int) -> None:
    assert after(outcomes, Boin12Design(Utility(), stop_at=12)) == (level, Ending.RUNNING)


def test_published_example_ends_at_twelve_patients() -> None:
    whole = "1NNN 2NNB 3NEE 3NTN 4ETE 4NBE 4BNN 5BEN 5NBT 4NEN"
    design = Boin12Design(Utility(), stop_at=12)
    assert after(whole, design) == (4, Ending.ENOUGH_AT_DOSE)
    assert int(design.select(seen(whole))[0]) == 3


APPLICATION = [
    ("1EBB", 1), ("1EEB", 1), ("1EEE", 1), ("1EET", 1), ("1ETB", 1), ("1ETT", 1), ("1NBB", 1), ("1NEB", 1), ("1NEE", 1),
    ("1NET", 2), ("1NNB", 2), ("1NNE", 2), ("1NNN", 2), ("1NNT", 2), ("1NTB", 1), ("1NTT", 1), ("2BBB", 1), ("2EBB", 1),
    ("2EEB", 2), ("2EEE", 2), ("2EET", 2), ("2ETB", 1), ("2ETT", 1), ("2NBB", 1), ("2NEB", 2), ("2NEE", 2), ("2NET", 3),
    ("2NNB", 3), ("2NNE", 3), ("2NNN", 3), ("2NNT", 3), ("2NTB", 1), ("2NTT", 1), ("2TBB", 1), ("2TTB", 1), ("2TTT", 1),
    ("5BBB", 4), ("5EBB", 4), ("5EEB", 5), ("5EEE", 5), ("5EET", 5), ("5ETB", 4), ("5ETT", 4), ("5NBB", 4), ("5NEB", 5),
    ("5NEE", 5), ("5NET", 4), ("5NNB", 4), ("5NNE", 4), ("5NNN", 4), ("5NNT", 4), ("5NTB", 4), ("5NTT", 4), ("5TBB", 4),
    ("5TTB", 4), ("5TTT", 4),
]  # fmt: skip


@pytest.mark.parametrize(("outcomes", "level"), APPLICATION)
def test_decisions_of_the_web_application(outcomes: str, level: int) -> None:
    assert after(outcomes, Boin12Design(Utility(), stop_at=12)) == (level, Ending.RUNNING)


def test_a_lowest_dose_that_kills_ends_the_trial() -> None:
    assert after("1TTT", Boin12Design(Utility()))[1] == Ending.TOO_TOXIC
