"""Laws of the cohort: a patient belongs to himself; what a plan asks for is what is drawn."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.cohort import Cohort, Population, draw_cohort, draw_lesions
from adoptive.parameters import Kinds, Typical, draw_typical, load_book
from adoptive.streams import Keys, Streams
from adoptive.trial.types import Study

NUMBERS = st.integers(0, 2**32 - 1)


def flat(cohort: Cohort) -> dict[str, np.ndarray]:
    """Lay a cohort's arrays side by side."""
    own: dict[str, Any] = {
        name: value for name, value in cohort.__dict__.items() if name not in ("keys", "antigen", "kinds")
    }
    arrays = {name: value for name, value in cohort.antigen.__dict__.items() if name != "target"}
    own["kind"] = cohort.kinds.code
    return own | {f"antigen.{name}": value for name, value in arrays.items()}


def lesions(population: Population, keys: Keys, typical: Typical, streams: Streams) -> np.ndarray:
    """Draw the lesions of gastric cancer."""
    common: dict[str, Any] = {"tumours": Kinds.one(len(keys), "gastric"), "burden": np.zeros(len(keys))}
    return draw_lesions(population, keys, typical=typical, streams=streams, **common)


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 2**64 - 1),
    pairs=st.lists(st.tuples(st.integers(0, 3), NUMBERS), min_size=2, max_size=12, unique=True),
    data=st.data(),
)
def test_a_patients_values_do_not_depend_on_who_else_is_drawn(
    study: Study, seed: int, pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    streams = Streams(seed)
    keys = Keys.of(*zip(*pairs, strict=True))
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)).filter(any)))

    def draw(who: Keys) -> Cohort:
        typical = draw_typical(load_book(), streams, trials=who.trial)
        return draw_cohort(study.cohort, study.antigen, keys=who, typical=typical, streams=streams)

    together, alone = flat(draw(keys).take(kept)), flat(draw(keys.take(kept)))
    for name, values in together.items():
        assert values.tobytes() == alone[name].tobytes(), name


def test_patients_differ_between_seeds_and_trials(study: Study, typical: Typical) -> None:
    keys = Keys.of(0, np.arange(20))
    other = draw_typical(load_book(), Streams(1), trials=[1], fixed=True)

    def diameters(seed: int, who: Keys, of: Typical) -> np.ndarray:
        return lesions(study.cohort, who, of, Streams(seed))[:, 0]

    base = diameters(1, keys, typical)
    assert (diameters(2, keys, typical) != base).all()
    assert (diameters(1, Keys.of(1, np.arange(20)), other) != base).all()


def test_keeping_rows_keeps_everything_of_them(candidates: Cohort) -> None:
    mask = np.zeros(len(candidates), bool)
    mask[[5, 9, 13]] = True
    by_mask, by_number = candidates.take(mask), candidates.take(np.array([5, 9, 13]))
    assert len(by_mask) == 3
    assert by_mask.keys.patient.tolist() == [5, 9, 13]
    for name, values in flat(by_mask).items():
        assert values.tobytes() == flat(by_number)[name].tobytes(), name
        assert values.tobytes() == flat(candidates)[name][mask].tobytes(), name


def test_lesions_stand_from_the_left_and_can_be_measured(candidates: Cohort) -> None:
    diameter = candidates.lesion_diameter_mm
    there = diameter > 0
    assert there[:, 0].all()
    assert (there[:, 1:] <= there[:, :-1]).all()
    assert (diameter[there] >= 10).all()
    assert (diameter[there] <= 110).all()
    assert candidates.lesions == diameter.shape[1] == 5
    assert (candidates.growth_per_day > 0).all()


@pytest.mark.parametrize(("fewer", "more"), [(1.0, 1.4), (1.4, 2.6), (2.6, 5.0)])
def test_a_population_with_more_lesions_gives_no_patient_fewer(
    study: Study, candidates: Cohort, typical: Typical, streams: Streams, fewer: float, more: float
) -> None:
    keys = candidates.keys.take(np.arange(2000))

    def count(mean: float) -> np.ndarray:
        population = dataclasses.replace(study.cohort, lesions_mean=mean)
        return (lesions(population, keys, typical, streams) > 0).sum(axis=1)

    assert (count(more) >= count(fewer)).all()
    assert count(more).mean() > count(fewer).mean()
    if fewer == 1.0:
        assert (count(fewer) == 1).all()


def test_growth_is_inverse_to_the_doubling_time(study: Study, typical: Typical, streams: Streams) -> None:
    keys = Keys.of(0, np.arange(100))

    def growth(doubling_time_days: float) -> np.ndarray:
        population = dataclasses.replace(study.cohort, doubling_time_days=doubling_time_days)
        return draw_cohort(population, study.antigen, keys=keys, typical=typical, streams=streams).growth_per_day

    np.testing.assert_allclose(growth(64.0), growth(32.0) / 2, rtol=1e-12)


def test_without_spread_everybody_grows_at_the_studys_doubling_time(
    study: Study, published: Callable[..., Typical], streams: Streams
) -> None:
    """Times the factor of his tumour's row, which the calibration moved from 1."""
    typical = published(cohort__doubling_time_lesion_sd=0.0)
    rows = dict(typical.book.rows)
    for name in ("cohort.doubling_time_factor", "cohort.doubling_time_factor@gastric"):
        rows[name] = dataclasses.replace(rows[name], between=0.0)
    plain = dataclasses.replace(typical, book=dataclasses.replace(typical.book, rows=rows))
    factor = rows["cohort.doubling_time_factor@gastric"].value
    cohort = draw_cohort(study.cohort, study.antigen, keys=Keys.of(0, [1, 2]), typical=plain, streams=streams)
    np.testing.assert_allclose(cohort.growth_per_day, np.log(2) / (32.0 * factor), rtol=1e-12)


@pytest.mark.parametrize("field", ["peritoneal_share", "third_line_or_later_share"])
def test_a_share_of_none_or_all_is_none_or_all(study: Study, typical: Typical, streams: Streams, field: str) -> None:
    keys, column = Keys.of(0, np.arange(50)), field.removesuffix("_share")
    for share in (0.0, 1.0):
        population = dataclasses.replace(study.cohort, **{field: share})
        cohort = draw_cohort(population, study.antigen, keys=keys, typical=typical, streams=streams)
        assert (getattr(cohort, column) == bool(share)).all()


def test_more_lines_of_therapy_wear_the_cells_out(study: Study, typical: Typical, streams: Streams) -> None:
    keys = Keys.of(0, np.arange(50))

    def fitness(share: float) -> np.ndarray:
        population = dataclasses.replace(study.cohort, third_line_or_later_share=share)
        return draw_cohort(population, study.antigen, keys=keys, typical=typical, streams=streams).donor_fitness

    np.testing.assert_allclose(fitness(1.0) / fitness(0.0), 0.95, rtol=1e-12)
