"""Laws of the antigen classes: shares are shares, and they belong to the patient."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from adoptive.antigen import (
    AntigenPlan,
    draw_antigen,
    draw_deposits,
    draw_lesion_share,
    draw_positive_share,
    read_by_ihc,
)
from adoptive.cohort import Cohort
from adoptive.parameters import Kinds, Typical, draw_typical, load_book
from adoptive.streams import Keys, Streams
from adoptive.trial.types import Study

UNIT = st.floats(0.0, 1.0)


@settings(deadline=None, max_examples=80)
@given(
    positive=hnp.arrays(float, (12, 5), elements=UNIT),
    seed=st.integers(0, 2**32),
    clone=st.floats(0.01, 1.0),
    limit=UNIT,
    floor=st.floats(0, 0.2),
)
@example(positive=np.zeros((12, 5)), seed=1, clone=1.0, limit=1.0, floor=0.2)
def test_shares_of_any_tumour_lie_between_0_and_1_and_sum_to_1(
    positive: np.ndarray, seed: int, clone: float, limit: float, floor: float
) -> None:
    streams, keys = Streams(seed), Keys.of(0, np.arange(12))
    book = load_book().replace(
        antigen__founder_share=clone, antigen__founder_share_limit=limit, antigen__low_share_floor=floor
    )
    typical = draw_typical(book, streams, trials=[0], fixed=True)
    share = np.full(12, 0.5)
    plan, kinds = AntigenPlan("any"), Kinds.one(12, "any")
    antigen = draw_antigen(plan, share, share, positive, keys=keys, kinds=kinds, typical=typical, streams=streams)
    parts = np.stack([antigen.high_share, antigen.low_share, antigen.negative_share])
    assert (parts >= -1e-15).all()
    assert (parts <= 1 + 1e-15).all()
    np.testing.assert_allclose(parts.sum(axis=0), 1.0, rtol=0, atol=1e-12)
    assert (antigen.negative_share <= limit).all()
    assert (antigen.negative_share <= 1.0 - positive).all()
    assert (antigen.low_share >= np.minimum(floor, 1.0 - antigen.negative_share) - 1e-15).all()


def test_stained_cells_are_never_more_than_the_positive_share(candidates: Cohort) -> None:
    antigen = candidates.antigen
    stained = 1.0 - antigen.low_share - antigen.negative_share
    np.testing.assert_allclose(antigen.high_share, stained, atol=1e-12)
    assert (antigen.low_share >= 0.02 - 1e-12).all()
    assert ((antigen.positive_share > 0) & (antigen.positive_share < 1)).all()
    assert ((antigen.read_share > 0) & (antigen.read_share < 1)).all()


def test_only_founder_clones_make_negative_cells(candidates: Cohort) -> None:
    antigen = candidates.antigen
    assert (antigen.negative_share[~antigen.founder_clone] == 0).all()
    assert (antigen.negative_share[antigen.founder_clone] > 0).all()
    assert antigen.negative_share.max() <= 0.60


def test_a_patients_antigen_does_not_depend_on_who_else_is_drawn(
    study: Study, keys: Keys, typical: Typical, streams: Streams, candidates: Cohort
) -> None:
    few = np.array([3, 17, 4999])
    kinds = Kinds.one(3, "CLDN18.2")
    alone = draw_positive_share(study.antigen, keys.take(few), kinds=kinds, typical=typical, streams=streams)
    assert alone.tobytes() == candidates.antigen.positive_share[few].tobytes()
    read = read_by_ihc(study.antigen, alone, keys.take(few), typical, streams)
    assert read.tobytes() == candidates.antigen.read_share[few].tobytes()


def test_more_true_antigen_is_never_read_as_less(study: Study, keys: Keys, typical: Typical, streams: Streams) -> None:
    few, plan = keys.take(np.arange(500)), study.antigen
    reads = [read_by_ihc(plan, np.full(500, share), few, typical, streams) for share in (0.05, 0.3, 0.4, 0.9)]
    assert all((high > low).all() for low, high in itertools.pairwise(reads))


def test_a_stricter_intensity_reads_fewer_cells(study: Study, keys: Keys, typical: Typical, streams: Streams) -> None:
    few, share = keys.take(np.arange(500)), np.full(500, 0.5)
    plans = [dataclasses.replace(study.antigen, entry_intensity=grade) for grade in (1, 2, 3)]
    one, two, three = (read_by_ihc(plan, share, few, typical, streams) for plan in plans)
    assert (one > two).all()
    assert (two > three).all()


def test_without_scatter_a_lesion_holds_its_patients_share(
    study: Study, keys: Keys, published: Callable[..., Typical], streams: Streams
) -> None:
    few, plan = keys.take(np.arange(400)), study.antigen
    flat = published(antigen__lesion_sd=0.0, antigen__read_sd=0.0)
    nowhere, kinds = np.zeros((400, 5), bool), Kinds.one(400, "CLDN18.2")
    share = draw_positive_share(plan, few, kinds=kinds, typical=flat, streams=streams)
    lesions = draw_lesion_share(plan, nowhere, keys=few, kinds=kinds, typical=flat, streams=streams)
    np.testing.assert_allclose(lesions, np.repeat(share[:, None], 5, axis=1), rtol=1e-9)
    np.testing.assert_allclose(read_by_ihc(plan, share, few, flat, streams), share, rtol=1e-9)


def test_deposits_follow_the_peritoneal_distribution_and_others_the_primary(
    study: Study, keys: Keys, published: Callable[..., Typical], streams: Streams
) -> None:
    few, plan = keys.take(np.arange(400)), study.antigen
    everywhere, kinds = np.ones(400, bool), Kinds.one(400, "CLDN18.2")
    as_primary = dataclasses.replace(plan, peritoneal_alpha=plan.primary_alpha, peritoneal_beta=plan.primary_beta)
    all_deposits = published(antigen__lesion_sd=0.0, antigen__deposit_share=1.0)
    none = published(antigen__lesion_sd=0.0, antigen__deposit_share=0.0)
    share = draw_positive_share(plan, few, kinds=kinds, typical=none, streams=streams)

    def draw(of: AntigenPlan, typical: Typical) -> np.ndarray:
        common: dict[str, Any] = {"keys": few, "kinds": kinds, "typical": typical, "streams": streams}
        deposit = draw_deposits(everywhere, lesions=1, **common)
        return draw_lesion_share(of, deposit, **common)[:, 0]

    assert (draw(plan, all_deposits) <= share + 1e-12).all(), "peritoneal deposits hold less antigen at every rank"
    assert draw(plan, all_deposits).mean() < share.mean() - 0.05
    np.testing.assert_allclose(draw(plan, none), share, rtol=1e-9)
    np.testing.assert_allclose(draw(as_primary, all_deposits), share, rtol=1e-9)
