"""Laws of reading patients: order does not matter, reading twice changes nothing, spans hold what they must."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable

import pytest
from example_bundle import example_bundle
from hypothesis import given
from hypothesis import strategies as st

from adoptive.trial.eligibility.facts import Facts
from adoptive.workbench.match.patients.countries import country_named
from adoptive.workbench.match.patients.dates import Span, age_of, completed_years, span_of
from adoptive.workbench.match.patients.fhir.periods import course_of
from adoptive.workbench.match.patients.genes import protein_change
from adoptive.workbench.match.patients.hla import standard_name, typing_of
from adoptive.workbench.match.patients.limits import MOST_DEPTH, depth_of
from adoptive.workbench.match.patients.stages import stage_of

Day = datetime.date
DAYS = st.dates(Day(1900, 1, 1), Day(2026, 6, 1))
AS_OF = Day(2026, 6, 1)
FIELDS = st.integers(1, 99).map("{:02d}".format)
ALLELES = st.tuples(st.sampled_from("ABC"), FIELDS, FIELDS).map(lambda item: f"HLA-{item[0]}*{item[1]}:{item[2]}")


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_resources_does_not_matter(read: Callable[..., Facts], seed: int) -> None:
    content = example_bundle()
    expected = read(content)
    random.Random(seed).shuffle(content["entry"])
    found = read(content)
    assert {name: getattr(found, name) for name in vars(found) if name != "notes"} == {
        name: getattr(expected, name) for name in vars(expected) if name != "notes"
    }
    assert set(found.notes) == set(expected.notes)


def test_leaving_a_resource_out_never_adds_a_field(read: Callable[..., Facts]) -> None:
    content = example_bundle()
    fields = set(read(content).values)
    for number in range(1, len(content["entry"]), 3):
        fewer = {**content, "entry": [item for place, item in enumerate(content["entry"]) if place != number]}
        assert set(read(fewer).values) <= fields


@given(DAYS)
def test_a_month_and_a_year_hold_their_days(day: Day) -> None:
    for text in (f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}", f"{day:%Y-%m-%d}T23:59:59+14:00"):
        span = span_of(text)
        assert span is not None
        assert span.first <= day <= span.last
        assert (span.day == day) is (len(text) >= 10)


@given(DAYS, st.sampled_from(["%Y", "%Y-%m", "%Y-%m-%d"]))
def test_the_age_lies_within_what_is_known_of_the_birth(day: Day, form: str) -> None:
    span = span_of(day.strftime(form))
    assert span is not None
    fact = age_of(span, AS_OF)
    assert float(fact.value) <= completed_years(day, AS_OF) <= (fact.until or float(fact.value))


@given(DAYS, DAYS, st.sampled_from(["%Y", "%Y-%m", "%Y-%m-%d"]))
def test_an_end_lies_within_its_range(begin: Day, end: Day, form: str) -> None:
    course = course_of(Span(begin, begin), span_of(end.strftime(form)), AS_OF)
    if course.end is not None:
        assert (course.end_from or course.end) <= end <= course.end <= AS_OF
    else:
        assert course.turned or course.ongoing


@given(st.text("0123456789-T:+Z x", max_size=12))
def test_texts_that_are_no_dates_are_none(text: str) -> None:
    span = span_of(text)
    assert span is None or (len(text.strip()) in (4, 7, 10) and text.strip().isascii())


@given(ALLELES, ALLELES, ALLELES)
def test_genotypes_keep_what_is_sure(one: str, two: str, three: str) -> None:
    assert standard_name(one) == one
    assert standard_name(f"{one}:01:02G") == one
    both = typing_of(f"{one}+{two}")
    assert set(both.alleles) == {one, two}
    assert bool(both.typed) is (one[4] == two[4])
    ambiguous = typing_of(f"{one}/{three}")
    for name in ambiguous.alleles:
        assert one.startswith(name)
        assert three.startswith(name)


@given(st.text("ABCIV*:/+-0123456789 aegst()éß", max_size=24))
def test_reading_a_name_twice_changes_nothing(text: str) -> None:
    for reader in (stage_of, standard_name, country_named):
        once = reader(text)
        assert once is None or reader(once) == once


@given(st.sampled_from("ACDEFGHIKLMNPQRSTVWY"), st.integers(1, 9999), st.sampled_from("ACDEFGHIKLMNPQRSTVWY*"))
def test_changes_of_proteins_keep_their_short_form(old: str, place: int, new: str) -> None:
    short = f"{old}{place}{new}"
    assert protein_change(short) == protein_change(f"p.{short}") == protein_change(f"NP_1.1:p.({short})") == short


@pytest.mark.parametrize("levels", [1, 2, 7, MOST_DEPTH, MOST_DEPTH + 1, 500])
def test_depth_counts_every_level_up_to_the_limit(levels: int) -> None:
    value: object = 1
    for level in range(levels):
        value = [value, 2] if level % 2 else {"a": value, "b": "c"}
    assert depth_of(value) == min(levels, MOST_DEPTH + 1)
