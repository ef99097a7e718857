"""Splitting: every item has its exact span, no two overlap, and no word that is not of a heading is lost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.trial.eligibility.statements import AnyOf, Unread
from adoptive.workbench.match.read import read_criteria, split_criteria
from adoptive.workbench.match.read.items import LONGEST_ITEM, LONGEST_TEXT, MOST_ITEMS

BULLETS = ("* ", "- ", "• ", "1. ", "2) ", "(a) ", "\\* ", "", "\t- ", "  * ")
WORDS = (
    "ECOG 0-1",
    "Age \\>= 18 years",
    "HIV",
    "no active infection; or",
    "a lion; a tiger",
    "at least one of the following:",
    "x",
    "(see below)",
)
HEADINGS = ("Inclusion Criteria:", "EXCLUSION CRITERIA", "Key Inclusion Criteria", "Cohort A:", "")
ENDS = ("\n", "\r\n", "\n\n", "\r\n\r\n", "\n \n")
LINE = st.tuples(st.sampled_from(BULLETS), st.sampled_from(WORDS), st.sampled_from(ENDS)).map("".join)
HEADING = st.tuples(st.sampled_from(HEADINGS), st.sampled_from(ENDS)).map("".join)
TEXT = st.lists(st.one_of(LINE, HEADING), max_size=12).map("".join)


@settings(max_examples=60, deadline=None)
@given(st.one_of(TEXT, st.text(max_size=200)))
def test_spans_are_exact_and_apart(text: str) -> None:
    last = 0
    for item in split_criteria(text):
        assert text[item.start : item.end] == item.text
        assert item.text.strip() == item.text != ""
        assert item.start >= last
        last = item.end


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(BULLETS[:5]), st.text("abcdefgh ", min_size=3, max_size=30)), max_size=8))
def test_no_word_is_lost(rows: list[tuple[str, str]]) -> None:
    text = "Inclusion Criteria:\n" + "\n".join(bullet + words for bullet, words in rows)
    kept = " ".join(item.text for item in split_criteria(text))
    for _, words in rows:
        for word in words.split():
            assert word in kept


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Inclusion Criteria:", "inclusion"),
        ("INCLUSION CRITERIA", "inclusion"),
        ("Key Inclusion Criteria", "inclusion"),
        ("Main inclusion criteria are:", "inclusion"),
        ("Patients are eligible if they meet all of the following:", "inclusion"),
        ("Inclusion Criteria at time of infusion:", "inclusion"),
        ("Exclusion Criteria:", "exclusion"),
        ("Key exclusion criteria include:", "exclusion"),
        ("Exclusion criteria for procurement:", "exclusion"),
        ("Patients meeting any of the following will be excluded:", "exclusion"),
    ],
)
def test_headings_tell_the_kind(heading: str, kind: str) -> None:
    assert [(item.kind, item.text) for item in split_criteria(f"{heading}\n\n* HIV\n* ECOG 0-1\n")] == [
        (kind, "HIV"),
        (kind, "ECOG 0-1"),
    ]


def test_headings_tell_the_gate() -> None:
    text = (
        "Inclusion criteria for procurement:\n- ECOG 0-1\n\nInclusion criteria for treatment:\n- ECOG 0-2\n\n"
        "Inclusion criteria on the day of infusion:\n- ECOG 0-3"
    )
    assert [item.gate for item in read_criteria(text)] == ["procurement", "treatment", "infusion day"]


def test_a_group_is_not_everybodys() -> None:
    text = "Inclusion Criteria:\n* ECOG 0-1\n\nCohort A:\n* LVEF ≥ 50%\n\nExclusion Criteria:\n* HIV"
    assert [(item.heading, item.conditional) for item in read_criteria(text)] == [
        ("", False),
        ("Cohort A", True),
        ("", False),
    ]


def test_a_list_that_all_counts_is_many_items() -> None:
    lead = "1. Adequate organ function as defined below:"
    text = f"Inclusion Criteria:\n\n{lead}\n   * LVEF ≥ 50%\n   * INR ≤ 1.5\n2. ECOG 0-1"
    assert [item.text for item in read_criteria(text)] == ["LVEF ≥ 50%", "INR ≤ 1.5", "ECOG 0-1"]


def test_a_choice_stays_one_item() -> None:
    lead = "1. Patients must meet one of the following:"
    text = f"Inclusion Criteria:\n\n{lead}\n   a. LVEF ≥ 50%\n   b. INR ≤ 1.5\n2. ECOG 0-1"
    first, second = read_criteria(text)
    assert isinstance(first.statement, AnyOf)
    assert second.text == "ECOG 0-1"


@pytest.mark.parametrize("join", ["or", "OR", "; or"])
def test_items_joined_by_or_do_not_stand_alone(join: str) -> None:
    items = read_criteria(f"Inclusion Criteria:\n* LVEF ≥ 50% {join}\n* INR ≤ 1.5\n* ECOG 0-1")
    assert [item.understood for item in items] == ["not", "not", "whole"]


def test_one_paragraph_is_cut_at_its_numbers() -> None:
    text = (
        "Inclusion criteria: 1. Aged 18-70 years; 2. ECOG 0-1; 3. LVEF ≥ 50%. Exclusion criteria: 1. HIV; 2. Pregnant."
    )
    assert [(item.kind[0], item.text) for item in split_criteria(text)] == [
        ("i", "Aged 18-70 years;"),
        ("i", "ECOG 0-1;"),
        ("i", "LVEF ≥ 50%."),
        ("e", "HIV;"),
        ("e", "Pregnant."),
    ]


def test_hanging_lines_belong_to_their_item() -> None:
    text = "Exclusion Criteria:\n\n* Life expectancy\n  of less than 3 months\n* HIV"
    assert [item.understood for item in read_criteria(text)] == ["whole", "whole"]


def test_without_a_heading_nothing_is_claimed() -> None:
    items = read_criteria("* ECOG 0-1\n* HIV")
    assert [item.understood for item in items] == ["not", "not"]
    assert all(item.conditional for item in items)


def test_long_texts_are_kept_unread() -> None:
    text = "Inclusion Criteria:\n* " + "a" * (LONGEST_TEXT + 1)
    (item,) = read_criteria(text)
    assert (item.text, item.understood) == (text, "not")
    long = "ECOG 0-1 " * (LONGEST_ITEM // 8)
    assert read_criteria(f"Inclusion Criteria:\n* {long}")[0].understood == "not"
    many = "Inclusion Criteria:\n" + "* ECOG 0-1\n" * (MOST_ITEMS + 50)
    items = read_criteria(many)
    assert len(items) == MOST_ITEMS + 1
    assert isinstance(items[-1].statement, Unread)
    assert many[items[-1].start : items[-1].end] == items[-1].text


ADVERSE = (
    "within " * 400,
    "a b " * 700,
    "no " * 900,
    "not " * 740,
    "ie " * 980,
    "(" + "that is " * 370 + ")",
    "such as ECOG 1 " * 190,
    "must ECOG 1 " * 240,
    ">= " * 900,
    "1" * 2900,
    "1,000," * 450,
    "( " * 1000,
    "()" * 1400,
    "ALT and AST, " * 200,
    "history of " * 250,
    "of the following: " * 150,
    "disease " * 300,
    "ECOG 0 or 1 or 0 or 1 " * 120,
    "\ud800\x00\u202e" * 500,
    "<script>alert(1)</script>" * 100,
)


@pytest.mark.parametrize("text", ADVERSE, ids=[str(number) for number in range(len(ADVERSE))])
def test_adverse_texts_take_no_time(text: str) -> None:
    start = time.process_time()
    items = read_criteria(f"Inclusion Criteria:\n* {text}\nExclusion Criteria: {text}")
    assert items
    assert time.process_time() - start < 1.0


@pytest.mark.parametrize("row", ["*", "a:", "or", "# a", "* at least one of the following:", "Exclusion Criteria:"])
def test_two_hundred_thousand_characters_of_lines_take_seconds(row: str) -> None:
    start = time.process_time()
    items = read_criteria(f"Inclusion Criteria:\n{row}\n" * (LONGEST_TEXT // (len(row) + 21)))
    assert len(items) <= MOST_ITEMS + 1
    assert time.process_time() - start < 5.0


def test_lists_within_lists_without_end() -> None:
    levels = "".join(f"{' ' * depth}* All of the following:\n" for depth in range(400))
    text = f"Inclusion Criteria:\n{levels}{' ' * 400}* ECOG 0-1"
    (item,) = read_criteria(text)
    assert item.understood == "not"
    assert text[item.start : item.end] == item.text


def test_two_hundred_items_are_quick() -> None:
    text = "Inclusion Criteria:\n" + "".join(
        f"* Platelets ≥ {number} x 10^9/L and no active infection within {number} days before leukapheresis\n"
        for number in range(50, 250)
    )
    read_criteria("Inclusion Criteria:\n* HIV")
    start = time.process_time()
    assert len(read_criteria(text)) == 200
    first = time.process_time() - start
    start = time.process_time()
    read_criteria(text)
    assert time.process_time() - start < max(0.1, first / 2)
    assert first < 1.0


def test_a_topic_does_not_end_a_group() -> None:
    text = "Inclusion Criteria:\n* ECOG 0-1\n\nCohort A:\n* HIV\n\nLaboratory values:\n* LVEF ≥ 50%"
    assert [item.conditional for item in read_criteria(text)] == [False, True, True]
