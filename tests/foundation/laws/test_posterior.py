"""Joint draws of the free quantities, and the rows they move from trial to trial."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import ParameterError
from adoptive.parameters import Book, Parameter, carry, draw_patients, draw_typical, load_book
from adoptive.posterior import Posterior, load_posterior
from adoptive.streams import Keys, Streams

TRIALS = np.arange(400)


def row(name: str, value: float, **more: object) -> Parameter:
    return Parameter(name, value, "1/day", "a rate", "by hand", "assumed", **more)  # type: ignore[arg-type]


BOOK = Book({"a": row("a", 2.0, uncertainty=0.3), "b": row("b", 0.4, scale="logit"), "c": row("c", 5.0)})


def together(size: int = 200) -> Posterior:
    z = np.random.default_rng(1).normal(size=size)
    return Posterior(
        draws={"growth": 1.0 + 0.5 * z, "death": -0.5 * z},
        moves={"a": {"growth": 0.2}, "b": {"growth": 0.1, "death": 0.4}},
        settles=frozenset({"a"}),
    )


def test_a_row_stands_at_the_centre_and_says_so() -> None:
    posterior = together()
    book = carry(BOOK, posterior)
    assert book["a"].value == pytest.approx(2.0 * np.exp(0.2 * posterior.centre["growth"]))
    assert (book["a"].status, book["c"].status) == ("calibrated", "assumed")
    assert book["a"].source.endswith("(assumed; by hand)")
    assert (book["a"].uncertainty, BOOK["a"].uncertainty) == (0.0, 0.3)


def test_without_doubt_every_trial_has_the_centre() -> None:
    book = carry(BOOK, together())
    typical = draw_typical(book, Streams(1), trials=TRIALS, fixed=True)
    assert np.ptp(typical.values["a"]) == 0.0
    assert typical.values["a"][0] == book["a"].value


def test_a_trial_takes_its_whole_draw() -> None:
    """What the draws tie together stays tied: both rows follow one z, so one is a function of the other."""
    typical = draw_typical(carry(BOOK, together()), Streams(1), trials=TRIALS)
    growth = np.log(typical.values["a"] / 2.0) / 0.2
    both = np.log(typical.values["b"] / (1.0 - typical.values["b"])) - np.log(0.4 / 0.6)
    np.testing.assert_allclose(both, 0.1 * growth + 0.4 * -(growth - 1.0), atol=1e-9)
    assert np.ptp(typical.values["c"]) == 0.0


def test_a_trial_draws_the_same_whatever_else_is_drawn() -> None:
    book = carry(BOOK, together())
    alone = draw_typical(book, Streams(1), trials=[7])
    among = draw_typical(book, Streams(1), trials=TRIALS)
    assert alone.values["b"][0] == among.values["b"][7]


def test_numbered_draws_go_by_the_trial_s_number() -> None:
    posterior = Posterior(draws={"x": np.array([-1.0, 0.0, 2.0])}, moves={"a": {"x": 0.1}}, numbered=True)
    typical = draw_typical(carry(Book({"a": row("a", 2.0)}), posterior), Streams(1), trials=[0, 1, 2])
    np.testing.assert_allclose(typical.values["a"], 2.0 * np.exp([-0.1, 0.0, 0.2]))


def test_trials_differ_by_their_own_spread() -> None:
    still = Posterior(draws={"x": np.zeros(50)}, moves={"a": {"x": 1.0}}, trial_spread={"x": np.full(50, 0.3)})
    typical = draw_typical(carry(Book({"a": row("a", 1.0)}), still), Streams(1), trials=TRIALS)
    assert np.log(typical.values["a"]).std() == pytest.approx(0.3, rel=0.15)


def test_a_row_between_widens_the_spread_of_patients() -> None:
    wide = Book({"a": row("a", 2.0, between=0.2), "a~between": row("a~between", 3.0)})
    keys = Keys.of(0, np.arange(2000))
    drawn = draw_patients(draw_typical(wide, Streams(1), trials=[0]), Streams(1), name="a", keys=keys)
    assert np.log(drawn).std() == pytest.approx(0.6, rel=0.05)


def test_what_moves_nothing_known_is_refused() -> None:
    with pytest.raises(ParameterError, match="without draws"):
        Posterior(draws={"x": np.zeros(2)}, moves={"a": {"y": 1.0}})
    with pytest.raises(ParameterError, match="no such parameter"):
        carry(BOOK, Posterior(draws={"x": np.zeros(2)}, moves={"z": {"x": 1.0}}))


def test_the_package_carries_a_posterior_of_its_own_rows() -> None:
    posterior = load_posterior()
    assert posterior is not None, "the fit's artefact is missing"
    assert set(posterior.moves) <= set(load_book(calibrated=False))
    assert {"rows_sha256", "evidence_sha256", "studies", "diagnostics"} <= set(posterior.provenance)
    assert len(posterior) >= 400
