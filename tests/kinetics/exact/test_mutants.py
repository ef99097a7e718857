"""Antigen-negative mutants are discrete: whether a tumour relapses is the patient's own draw, not a fraction."""

from __future__ import annotations

import numpy as np
import pytest
from typical_patient import DIAMETERS_MM, Followed, cohort_of, flat_typical, follow, spread, treatment, typical

from adoptive.kinetics.physiology import draw_physiology
from adoptive.streams import Keys, Streams

PERMISSIVE = spread("supp", 0.15) | {"iPD": 0.25, "kin": 80.0}
TWO_YEARS = 735.0


def followed(mutation: float, luck: list[float]) -> Followed:
    many = len(luck)
    return follow(typical(many, **PERMISSIVE, muN=mutation, luck=luck), treatment(many), until=TWO_YEARS, step=1.0)


def test_a_tumour_relapses_only_where_a_surviving_mutant_was_born() -> None:
    """At 1e-11 per day about half a surviving mutant is to be expected before the cells have cleared the rest."""
    never = followed(1e-11, [1e9])
    expected = float(never.of("Mut")[0, -1])
    ran = followed(1e-11, [0.5 * expected, 0.75 * expected, 1.3 * expected, 3.0 * expected])
    left = ran.tumour_cells[:, -1]
    print(f"E3: {expected:.3f} surviving mutants expected at 1e-11 per day; tumour cells after two years {left}")
    assert 0.3 < expected < 1.0
    assert (left[:2] > 1e9).all()
    assert (left[2:] < 1e7).all()
    assert not ran.each_lesion("T_N")[2:].any()
    negative = ran.each_lesion("T_N")[:2, -1].sum(axis=1) / left[:2]
    assert (negative > 0.9).all()


@pytest.mark.parametrize(("mutation", "low", "high"), [(1e-9, 40.0, 80.0), (1e-12, 0.03, 0.1)])
def test_how_many_surviving_mutants_are_to_be_expected(mutation: float, low: float, high: float) -> None:
    """A third of ``muN`` times the antigen-positive cell-days: births three times net growth, so 2 of 3 lines end."""
    ran = followed(mutation, [1e9])
    seen = ran.each_lesion("T_H", "T_L").sum(axis=-1)[0]
    closed = mutation * np.trapezoid(seen, ran.day) / 3.0
    found = float(ran.of("Mut")[0, -1])
    print(f"E3: at {mutation:g} per day {found:.3g} surviving mutants in two years, one suffices")
    assert found == pytest.approx(closed, rel=2e-3)
    assert low < found < high


def test_the_first_mutant_is_one_surviving_line_in_one_lesion() -> None:
    """It comes as ``turnover`` = 3 cells, drawn out around its moment, in the lesion that was drawn."""
    still = spread("r", 0.0) | {"kmax": 0.0, "muHL": 0.0, "muLH": 0.0, "eT": 0.0, "luck": 1.0, "muN": 1e-12}
    share = np.array([8.0, 4.0, 1.5]) / 13.5
    for j in range(3):
        place = {f"first{k + 1}": (1.0 / share[k] if k == j else 0.0) for k in range(5)}
        ran = follow(typical(**still, **place), until=275.0, step=5.0, rtol=1e-8, atol=1e-10)
        born = ran.each_lesion("T_N")[0]
        assert 1.2 < ran.of("Mut")[0, -1] < 1.25
        # Beside the first line, mutation goes on from 0.8 to 1.2 of the luck at half its rate on average.
        assert 3.0 < born[-1, j] < 3.0 * (1.0 + 0.25 * share[j])
        others = np.delete(born[-1, :3], j)
        assert (others < 0.5).all()


def test_luck_is_exponential_and_the_lesion_is_drawn_by_its_size() -> None:
    many = 4000
    cohort, nothing = cohort_of(many), np.zeros(many)
    blind = {f"{w}{c}": nothing for w in "wq" for c in "HLN"}
    body = draw_physiology(cohort, flat_typical(), Streams(3), visibility=blind, tonic=np.ones(many))
    luck = body.of("luck")
    assert luck.mean() == pytest.approx(1.0, abs=4.0 / np.sqrt(many))
    assert np.mean(luck > 1.0) == pytest.approx(np.exp(-1.0), abs=4.0 * 0.48 / np.sqrt(many))
    first = np.stack([body.of(f"first{j + 1}") for j in range(5)], axis=1)
    assert ((first > 0.0).sum(axis=1) == 1).all()
    share = np.array(DIAMETERS_MM) ** 3 / np.sum(np.array(DIAMETERS_MM) ** 3)
    found = (first[:, :3] > 0.0).mean(axis=0)
    np.testing.assert_allclose(found, share, atol=4.0 * 0.5 / np.sqrt(many))
    np.testing.assert_allclose(first[:, :3].max(axis=0) * share, 1.0, rtol=0.02)
    assert Keys.of(0, np.arange(2)).patient.tolist() == [0, 1]
