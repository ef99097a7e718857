"""Laws of one patient's own receptors: coverage of his tumour's clones, HLA haplotypes, avidity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.antigen import AntigenPlan, find_receptors
from adoptive.antigen.private import FoundReceptors
from adoptive.antigen.types import PlannedClone, PlannedReceptor
from adoptive.errors import StudyError
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams

CLONES = (
    PlannedClone(0.6, ("A", "B")),
    PlannedClone(0.3, ("A",)),
    PlannedClone(0.1, ("B",), hla_lost=("HLA-C*08:02",)),
)


def receptor(name: str, antigen: str, haplotype: str = "1", **more: object) -> PlannedReceptor:
    hla = {"1": "HLA-C*08:02", "2": "HLA-A*11:01"}.get(haplotype, "HLA-C*08:02")
    return PlannedReceptor(name, antigen, hla, haplotype, **{"share": 1.0, "ec50_m": 5e-9, **more})  # type: ignore[arg-type]


def plan_of(*receptors: PlannedReceptor) -> AntigenPlan:
    shared = tuple(replace(one, share=1.0 / len(receptors)) for one in receptors)
    return AntigenPlan("private neoantigens", private=True, receptors=shared, clones=CLONES)


@pytest.fixture
def find(keys: Keys, typical: Typical, streams: Streams) -> Callable[..., FoundReceptors]:
    few = keys.take(np.arange(400))
    return lambda *receptors: find_receptors(few, typical=typical, streams=streams, plan=plan_of(*receptors))


def test_a_receptor_covers_the_clones_that_carry_its_antigen_and_keep_its_hla(
    find: Callable[..., FoundReceptors],
) -> None:
    np.testing.assert_allclose(find(receptor("a", "A")).covered, 0.9)
    np.testing.assert_allclose(find(receptor("b", "B")).covered, 0.6)
    np.testing.assert_allclose(find(receptor("b", "B", "2")).covered, 0.7)
    np.testing.assert_allclose(find(receptor("a", "A"), receptor("b", "B", "2")).covered, 1.0)


def test_losing_the_one_presenting_haplotype_hides_every_cell_from_all_receptors_at_once(
    find: Callable[..., FoundReceptors],
) -> None:
    alone = find(receptor("a", "A"))
    together = find(receptor("a", "A"), receptor("b", "B"), receptor("c", "A"))
    np.testing.assert_allclose(alone.hla_escape, 1.0)
    np.testing.assert_allclose(together.hla_escape, 1.0)


def test_receptors_on_both_haplotypes_leave_only_the_cells_that_one_of_them_sees(
    find: Callable[..., FoundReceptors],
) -> None:
    np.testing.assert_allclose(find(receptor("a", "A"), receptor("d", "A", "2")).hla_escape, 0.0, atol=1e-12)
    mixed = find(receptor("a", "A"), receptor("b", "B", "2"))  # seen by both: 0.6; by one alone: 0.3 and 0.1
    np.testing.assert_allclose(mixed.hla_escape, 0.4)
    kept = find(receptor("a", "A", "both"))
    np.testing.assert_allclose(kept.hla_escape, 0.0, atol=1e-12)


def test_the_cells_of_a_product_are_shared_out_among_its_receptors(find: Callable[..., FoundReceptors]) -> None:
    np.testing.assert_allclose(find(receptor("a", "A")).seen_by, 1.0)
    np.testing.assert_allclose(find(receptor("a", "A"), receptor("n", "B", "2")).seen_by, (0.9 + 0.7) / 2 / 1.0)


def test_a_receptor_that_may_not_be_real_is_real_as_often_as_it_says(find: Callable[..., FoundReceptors]) -> None:
    found = find(receptor("a", "A", p_real=0.5))
    real = found.covered > 0
    assert abs(real.mean() - 0.5) < 4 * 0.025  # four standard errors of 400 draws
    assert set(found.covered[real].round(9)) == {0.9}
    assert (found.seen_by[~real] == 1).all()


def test_a_lower_measured_concentration_makes_the_product_more_potent(
    find: Callable[..., FoundReceptors], typical: Typical
) -> None:
    weak, strong = (find(receptor("a", "A", ec50_m=value)).potency for value in (5e-8, 5e-10))
    assert (strong > weak).all()
    slope = typical.book["antigen.private_ec50_slope"].value
    np.testing.assert_allclose(strong / weak, 100.0**slope)
    halved = find(receptor("a", "A", surface=0.5)).potency
    np.testing.assert_allclose(halved, 0.5 * find(receptor("a", "A")).potency)


def test_an_unmeasured_receptor_is_drawn_broadly_never_a_point(find: Callable[..., FoundReceptors]) -> None:
    assert np.log(find(receptor("a", "A", ec50_m=None)).potency).std() > 0.7


def test_unphased_receptors_share_one_coin_per_allele_and_differ_within_a_gene(
    find: Callable[..., FoundReceptors],
) -> None:
    same = find(
        replace(receptor("a", "A"), haplotype="unknown"), replace(receptor("b", "A"), haplotype="unknown")
    ).hla_escape
    np.testing.assert_allclose(same, 1.0)
    two = find(
        replace(receptor("a", "A"), haplotype="unknown", hla="HLA-C*05:01"),
        replace(receptor("b", "A"), haplotype="unknown", hla="HLA-C*08:02"),
    ).hla_escape
    np.testing.assert_allclose(two, 0.0, atol=1e-12)
    coin = find(
        replace(receptor("a", "A"), haplotype="unknown", hla="HLA-A*11:01"),
        replace(receptor("b", "A"), haplotype="unknown", hla="HLA-C*08:02"),
    ).hla_escape
    assert 0.35 < (coin > 0.5).mean() < 0.65


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("12")), min_size=1, max_size=6))
def test_one_more_receptor_never_covers_fewer_cells(chosen: list[tuple[str, str]]) -> None:
    from adoptive.parameters import draw_typical, load_book

    streams = Streams(1)
    keys, typical = Keys.of(0, np.arange(20)), draw_typical(load_book(), streams, trials=[0])
    receptors = [receptor(f"r{at}", antigen, haplotype) for at, (antigen, haplotype) in enumerate(chosen)]
    found = [
        find_receptors(keys, typical=typical, streams=streams, plan=plan_of(*some))
        for some in (receptors, [*receptors, receptor("more", "B", "2")])
    ]
    assert (found[1].covered >= found[0].covered - 1e-12).all()
    assert ((found[0].hla_escape >= -1e-12) & (found[0].hla_escape <= 1 + 1e-12)).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"private": False}, "belong to private neoantigens"),
        ({"clones": ()}, "belong together"),
        ({"clones": (PlannedClone(0.5, ("A",)),)}, "do not sum to 1"),
        ({"receptors": (receptor("x", "Z"),)}, "no clone carries"),
        ({"high_density_gsd": 2.0}, "without its median"),
    ],
)
def test_what_does_not_fit_together_is_refused(change: dict[str, object], says: str) -> None:
    usual = {"target": "private neoantigens", "private": True, "receptors": (receptor("a", "A"),), "clones": CLONES}
    with pytest.raises(StudyError, match=says):
        AntigenPlan(**(usual | change))  # type: ignore[arg-type]


def test_a_receptor_that_sees_little_lends_the_product_little_of_its_potency(
    find: Callable[..., FoundReceptors], keys: Keys, typical: Typical, streams: Streams
) -> None:
    weak, strong = receptor("weak", "A", ec50_m=5e-7), receptor("strong", "R", ec50_m=5e-13)
    rare = (PlannedClone(0.99, ("A",)), PlannedClone(0.01, ("A", "R")))
    plan = replace(
        plan_of(weak, receptor("other", "A")),
        clones=rare,
        receptors=(replace(weak, share=0.5), replace(strong, share=0.5)),
    )
    both = find_receptors(keys.take(np.arange(400)), typical=typical, streams=streams, plan=plan).potency
    alone, other = find(weak).potency, find(replace(strong, antigen="A")).potency
    np.testing.assert_allclose(both, (alone + 0.01 * other) / 1.01, rtol=1e-9)


def test_the_other_allele_of_a_gene_whose_phase_is_known_stands_on_the_other_haplotype(
    find: Callable[..., FoundReceptors],
) -> None:
    unphased = replace(receptor("b", "A"), haplotype="unknown", hla="HLA-C*05:01")
    for pair in ((receptor("a", "A"), unphased), (unphased, receptor("a", "A"))):
        np.testing.assert_allclose(find(*pair).hla_escape, 0.0, atol=1e-12)
