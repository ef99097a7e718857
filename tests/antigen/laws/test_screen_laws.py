"""What must hold of every design and of every plate."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.antigen.hits import screen_plate
from adoptive.antigen.pools import grid_places, lay_pools
from adoptive.antigen.screen_types import Minigene, TandemRules, Well
from adoptive.antigen.tandems import design_tandems
from adoptive.errors import StudyError

LETTERS = "ACDEFGHIKLMNPQRSTVWY"


@settings(max_examples=30)
@given(st.integers(1, 150), st.integers(1, 150))
def test_every_antigen_stands_in_one_row_and_one_column(antigens: int, rows: int) -> None:
    names = [f"a{k}" for k in range(antigens)]
    for chosen in (None, min(rows, antigens)):
        pools = lay_pools(names, rows=chosen)
        for axis in ("row", "column"):
            inside = [antigen for pool in pools if pool.axis == axis for antigen in pool.antigens]
            assert sorted(inside) == sorted(names)
            sizes = [len(pool.antigens) for pool in pools if pool.axis == axis]
            assert max(sizes) - min(sizes) <= 1
        assert len(set(grid_places(antigens, rows=chosen))) == antigens  # no two in the same row and the same column


@settings(max_examples=25)
@given(st.integers(1, 200))
def test_a_grid_has_the_fewest_pools(antigens: int) -> None:
    fewest = min(rows + -(-antigens // rows) for rows in range(1, antigens + 1))
    assert len(lay_pools([f"a{k}" for k in range(antigens)])) == fewest


def test_antigens_twice_and_impossible_rows_are_refused() -> None:
    with pytest.raises(StudyError, match="twice"):
        lay_pools(["a", "a"])
    with pytest.raises(StudyError, match="1 to 3"):
        lay_pools(["a", "b", "c"], rows=4)


def made_up(allele: str, peptides: Sequence[str]) -> list[float | None]:
    """Predict binding by a digest: one peptide of fifty binds better than 500 nM; 11-mers have no matrix."""
    return [
        None if len(one) == 11 else 10.0 ** (1.0 + 3.0 * (zlib.crc32((allele + one).encode()) % 1000) / 1000.0 + 1.64)
        for one in peptides
    ]


@pytest.mark.parametrize(("seed", "count", "most"), [(1, 7, 4), (2, 10, 6), (3, 5, 5), (4, 1, 3)])
def test_tandems_hold_every_window_and_a_pass_is_a_pass_by_brute_force(seed: int, count: int, most: int) -> None:
    draw = np.random.default_rng(seed)
    made = [
        Minigene(f"a{k}", "".join(draw.choice(list(LETTERS), int(draw.integers(13, 26)))), 13) for k in range(count)
    ]
    alleles = ["HLA-A*01:01", "HLA-B*07:02"]
    rules = TandemRules(per_tandem=most, threshold_nm=600.0)
    found = design_tandems(made, alleles=alleles, bind=made_up, rules=rules)
    assert sorted(one.antigen for tandem in found.tandems for one in tandem.minigenes) == sorted(
        one.antigen for one in made
    )
    assert all(len(tandem.minigenes) <= most for tandem in found.tandems)
    refused = 0
    for tandem in found.tandems:
        assert tandem.protein.startswith("M")
        assert all(one.protein in tandem.protein for one in tandem.minigenes)
        own = [one.protein for one in tandem.minigenes]
        windows = {tandem.protein[at : at + n] for n in (8, 9, 10, 11) for at in range(len(tandem.protein) - n + 1)}
        outside = sorted(one for one in windows if not any(one in protein for protein in own))
        assert set(outside) == {row.peptide for row in found.junctions if row.tandem == tandem.name}
        refused += sum(
            any(value is not None and value < 600.0 for value in values)
            for values in zip(*(made_up(allele, outside) for allele in alleles), strict=True)
        )
    assert refused == sum(not row.passed for row in found.junctions)
    assert found.passed == (refused == 0)


def test_a_design_is_the_same_every_time() -> None:
    made = [Minigene(f"a{k}", LETTERS[k:] + LETTERS[:k], 13) for k in range(6)]
    first, second = (design_tandems(made, alleles=["X"], bind=made_up) for _ in range(2))
    assert first == second


def plate(draw: np.random.Generator) -> list[Well]:
    wells = []
    for effector, seen in (("F1", {"R1", "C2"}), ("F2", set())):
        stimuli = [("", "none", 6.0, 5), ("OKT3", "positive control", 300.0, 2)]
        stimuli += [(name, "mutant", 70.0 if name in seen else 6.0, 3) for name in ("R1", "R2", "R3", "C1", "C2", "C3")]
        for name, kind, mean, count in stimuli:
            wells += [
                Well(f"{effector}{name}{k}", effector, name, "ELISPOT", kind, count=int(draw.poisson(mean)))  # type: ignore[arg-type]
                for k in range(count)
            ]
        for dose in (-10, -9, -8, -7, -6):
            mean = 6 + 100 / (1 + 10.0 ** (-8 - dose))
            spots = int(draw.poisson(mean))
            wells.append(Well(f"{effector}t{dose}", effector, "a1", "ELISPOT", "mutant", spots, peptide_m=10.0**dose))
    return wells


def test_the_order_of_wells_and_their_names_have_no_meaning() -> None:
    draw = np.random.default_rng(9)
    wells, pools = plate(draw), lay_pools([f"a{k}" for k in range(9)])
    expected = screen_plate(wells, pools)
    for _ in range(2):
        mixed = [wells[at] for at in draw.permutation(len(wells))]
        assert screen_plate(mixed, pools) == expected
    assert any(one.hit and one.antigen == "a1" for one in expected.hits)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=3, max_size=3), st.lists(st.integers(0, 60), min_size=3, max_size=3))
def test_more_spots_never_raise_p(stimulus: list[int], more: list[int]) -> None:
    def p(spots: list[int]) -> float:
        wells = [Well(f"n{k}", "F", "", "ELISPOT", "none", count=5 + k) for k in range(4)]
        wells += [Well(f"m{k}", "F", "P", "ELISPOT", "mutant", count=n) for k, n in enumerate(spots)]
        # The dispersion is that of other wells, so that only the stimulus changes.
        wells += [Well(f"o{k}", "G", "", "ELISPOT", "none", count=20 + 3 * k) for k in range(12)]
        value = screen_plate(wells).tested[0].p_value
        assert value is not None
        return value

    lower = [min(stimulus)] * 3
    higher = [min(stimulus) + max(more)] * 3
    assert p(higher) <= p(lower) + 1e-12
