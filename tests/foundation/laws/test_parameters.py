"""Laws of parameter rows: every row says what it is, sampling keeps to it, and mistakes are named."""

from __future__ import annotations

import math
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adoptive.errors import ParameterError
from adoptive.parameters import (
    FOLDERS,
    SCALES,
    STATUSES,
    Book,
    Parameter,
    draw_patients,
    draw_typical,
    load_book,
    load_rows,
)
from adoptive.streams import Keys, Streams, purpose_word

GOOD = 'value = 2.0\nunit = "day"\nmeaning = "a wait"\nsource = "Author 2020"\nstatus = "measured"\n'
KEYS = Keys.of([0, 0, 3], [0, 1, 1])


def _row(**changes: object) -> Parameter:
    row = Parameter("x", 0.5, "fraction", "a share", "Author 2020", "measured")
    return replace(row, **changes)  # type: ignore[arg-type]


def _published() -> list[str]:
    package = resources.files("adoptive")
    return [folder for folder in FOLDERS if package.joinpath(folder, "published.toml").is_file()]


def test_some_folders_publish_rows() -> None:
    assert "kinetics" in _published()


@pytest.mark.parametrize("folder", _published())
def test_published_rows_say_what_they_are(folder: str) -> None:
    text = resources.files("adoptive").joinpath(folder, "published.toml").read_text("utf-8")
    rows = load_rows(text, prefix=f"{folder}.", where=folder)
    assert rows
    for name, row in rows.items():
        assert load_book(calibrated=False)[name] == row
        assert row.status in STATUSES
        assert row.scale in SCALES
        assert math.isfinite(row.value), name
        assert len(row.meaning) > 5, f"{name}: the meaning is too short"
        assert len(row.source) > 5, f"{name}: the source is too short"


def test_a_calibrated_row_keeps_all_but_its_value_doubt_and_source() -> None:
    """A row that the fit does not move stands as published."""
    book, before = load_book(), load_book(calibrated=False)
    assert book.posterior is not None
    assert set(book) == set(before)
    for name, row in book.items():
        if name not in book.posterior.moves:
            assert row == before[name]
            continue
        kept = {field: getattr(before[name], field) for field in ("value", "uncertainty", "source", "status")}
        assert replace(row, **kept) == before[name]
        assert row.status == "calibrated"
        assert row.source.startswith("calibrated on the published trials; before: ")
        assert row.uncertainty == (0.0 if name in book.posterior.settles else before[name].uncertainty), name


def test_no_two_rows_share_a_stream() -> None:
    purposes = [f"{kind}:{name}" for name in load_book() for kind in ("typical", "patient")]
    assert len({purpose_word(purpose) for purpose in purposes}) == len(purposes)


@given(scale=st.sampled_from(SCALES), value=st.floats(0.01, 0.99), one=st.floats(-5, 5), other=st.floats(-5, 5))
def test_a_shift_keeps_order_range_and_zero(scale: str, value: float, one: float, other: float) -> None:
    row, typical = _row(scale=scale, value=value), np.array([value])
    np.testing.assert_allclose(row.shift(typical, np.zeros(1)), value, rtol=1e-12)
    low, high = (row.shift(typical, np.array([deviation]))[0] for deviation in sorted((one, other)))
    assert low <= high
    assert scale == "identity" or low > 0
    assert scale != "logit" or high < 1
    back = row.shift(row.shift(typical, np.array([one])), np.array([-one]))
    np.testing.assert_allclose(back, value, rtol=1e-9, atol=1e-12)


@given(seed=st.integers(0, 2**64 - 1), uncertainty=st.floats(0, 2), scale=st.sampled_from(SCALES))
def test_fixed_keeps_the_published_value(seed: int, uncertainty: float, scale: str) -> None:
    book = Book({"x": _row(uncertainty=uncertainty, scale=scale)})
    typical = draw_typical(book, Streams(seed), trials=[0, 3], fixed=True)
    np.testing.assert_array_equal(typical.values["x"], 0.5)
    np.testing.assert_array_equal(draw_patients(typical, Streams(seed), name="x", keys=KEYS), 0.5)


@given(seed=st.integers(0, 2**64 - 1), more=st.sets(st.integers(0, 50), max_size=6))
def test_adding_a_trial_or_a_row_moves_no_value(seed: int, more: set[int]) -> None:
    row = _row(uncertainty=0.3, between=0.4)
    small = draw_typical(Book({"x": row}), Streams(seed), trials=[0, 3])
    large = draw_typical(Book({"w": row, "x": row}), Streams(seed), trials={0, 3, *more})
    np.testing.assert_array_equal(small.at("x", KEYS), large.at("x", KEYS))
    np.testing.assert_array_equal(
        draw_patients(small, Streams(seed), name="x", keys=KEYS),
        draw_patients(large, Streams(seed), name="x", keys=KEYS),
    )


def test_a_trial_shares_its_typical_value() -> None:
    typical = draw_typical(Book({"x": _row(uncertainty=0.3)}), Streams(1), trials=[0, 3])
    first, second, third = typical.at("x", KEYS)
    assert first == second != third


def test_replace_changes_one_row_and_leaves_the_book() -> None:
    book = Book({"a.x": _row(name="a.x"), "a.y": _row(name="a.y")})
    changed = book.replace(a__x=0.7)
    assert (changed["a.x"].value, changed["a.y"].value, book["a.x"].value) == (0.7, 0.5, 0.5)
    with pytest.raises(ParameterError, match=r"no such parameter"):
        book.replace(a__z=1.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 2.0", "p.toml: x: a row must be a table"),
        ('[x]\nvalue = 1.0\nunit = "day"', r"x.*missing \['meaning', 'source', 'status'\]"),
        (f'[x]\n{GOOD}colour = "red"', r"x.*unknown \['colour'\]"),
        (f"[x]\n{GOOD}".replace("measured", "guessed"), "x: unknown status; value: guessed; allowed: measured"),
        (f"[x]\n{GOOD}".replace('"day"', '" "'), "x: the row lacks its unit"),
        (f"[x]\n{GOOD}".replace('"Author 2020"', '""'), "x: the row lacks its source"),
        (f'[x]\n{GOOD}scale = "root"', "x: unknown scale; value: root; allowed: log, logit"),
        (f"[x]\n{GOOD}between = -0.1", "x: a spread is negative"),
        (f"[x]\n{GOOD}between = 0.1".replace("2.0", "0.0"), "x: a log scale needs a value above 0"),
        (f'[x]\n{GOOD}between = 0.1\nscale = "logit"', "x: a logit scale needs a value between 0 and 1"),
    ],
)
def test_every_mistake_names_its_row(text: str, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        load_rows(text, where="p.toml")


def test_an_unknown_name_suggests_its_namesake() -> None:
    with pytest.raises(ParameterError, match=r"value: cohort\.x; allowed: kinetics\.x"):
        Book({"kinetics.x": _row()})["cohort.x"]


def test_a_row_that_shares_doubt_is_drawn_with_its_general_row() -> None:
    """Whatever the seed; the same row with a doubt of its own moves by itself."""
    general, own = _row(name="a.x", uncertainty=0.3), _row(name="a.x@kind", uncertainty=0.3)
    shared = replace(own, shares_doubt=True)
    for seed in range(3):
        drawn = [
            draw_typical(Book({"a.x": general, row.name: row}), Streams(seed), trials=range(9)) for row in (shared, own)
        ]
        np.testing.assert_array_equal(drawn[0].values["a.x@kind"], drawn[0].values["a.x"])
        assert (drawn[1].values["a.x@kind"] != drawn[1].values["a.x"]).all()


def test_rows_that_share_doubt_stand_beside_a_general_row_of_the_same_spreads() -> None:
    book = load_book(calibrated=False)
    shared = [row for row in book.values() if row.shares_doubt]
    assert len(shared) > 20
    for row in shared:
        general = book[row.name.partition("@")[0]]
        assert (row.unit, row.scale, row.uncertainty) == (general.unit, general.scale, general.uncertainty), row.name
