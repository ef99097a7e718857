"""Laws of coverage and choice, on random small problems: monotone, never below 1 - 1/e of the best, order-free."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from receptor_rows import clonotype, hit, neoantigen, receptor

from adoptive.antigen.choice import choose_receptors, mean_covered
from adoptive.antigen.coverage import Scenario, covered, losses_of_alleles, nested_clones, scenarios
from adoptive.antigen.discovered import Allele, Receptor, TumourClone
from adoptive.antigen.ranking import rank_receptors

ALLELES = (
    Allele("HLA-A*02:01", 1), Allele("HLA-A*11:01", 2), Allele("HLA-B*07:02", 1), Allele("HLA-B*44:03", 2),
    Allele("HLA-C*07:02", 1), Allele("HLA-C*08:02", 2),
)  # fmt: skip
ANTIGENS = tuple(f"G{number}:A1V" for number in range(5))

Problem = tuple[tuple[TumourClone, ...], tuple[Receptor, ...], tuple[Scenario, ...]]


def _problem(seed: int, receptors: int = 8) -> Problem:
    """Draw a tumour, receptors (some of unknown antigen or allele) and scenarios."""
    draw = np.random.default_rng(seed)
    names = [one.hla for one in ALLELES]
    shares = draw.dirichlet(np.ones(4))
    clones = tuple(
        TumourClone(
            f"clone {at}", float(share), tuple(name for name in ANTIGENS if draw.random() < 0.5),
            tuple(name for name in names if draw.random() < 0.15),
        )
        for at, share in enumerate(shares)
    )  # fmt: skip
    found = tuple(
        receptor(
            f"r{at}", "" if draw.random() < 0.2 else str(draw.choice(ANTIGENS)),
            "" if draw.random() < 0.2 else str(draw.choice(names)), float(draw.choice([0.2, 0.5, 0.8, 0.95])),
            lineage=str(draw.choice(["CD8", "CD4", ""])),
        )
        for at in range(receptors)
    )  # fmt: skip
    phased = seed % 2 == 0
    alleles = ALLELES if phased else tuple(replace(one, haplotype=None) for one in ALLELES)
    return clones, found, scenarios(alleles)


@pytest.mark.parametrize("seed", range(20))
def test_a_receptor_more_never_lowers_what_is_covered_in_any_scenario(seed: int) -> None:
    clones, found, courses = _problem(seed)
    every = (*courses, *losses_of_alleles(one.hla for one in ALLELES))
    for one in every:
        shares = [covered(clones, found[:count], one) for count in range(len(found) + 1)]
        assert shares[0] == 0.0
        assert all(later >= earlier - 1e-12 for earlier, later in itertools.pairwise(shares))
        assert shares[-1] <= 1.0 + 1e-12
    assert mean_covered(clones, found, courses) > 0.0


def _enumerated(clones: tuple[TumourClone, ...], found: tuple[Receptor, ...], course: Scenario) -> float:
    """Expect the covered share the long way: over who is real, and over what is not known of each receptor."""
    antigens = sorted({name for clone in clones for name in clone.antigens})
    total = 0.0
    for clone in clones:
        unseen = 1.0
        for one in found:
            sees = 0.0
            for antigen in [one.antigen] if one.antigen else antigens:
                for kept in [one.hla not in (*course.lost, *clone.hla_lost)] if one.hla else [True, False]:
                    chance = 1.0 if one.antigen else 1.0 / len(antigens)
                    if not one.hla:
                        left = 1.0 - course.unknown_hit
                        left *= 1.0 if set(clone.hla_lost) <= set(course.lost) else 0.5
                        chance *= left if kept else 1.0 - left
                    sees += chance * (kept and antigen in clone.antigens)
            unseen *= 1.0 - one.p_real * sees
        total += clone.share * (1.0 - unseen)
    return total


@pytest.mark.parametrize("seed", range(10))
def test_the_covered_share_is_the_expectation_over_all_that_is_not_known(seed: int) -> None:
    clones, found, courses = _problem(seed, receptors=5)
    for one in courses:
        assert covered(clones, found, one) == pytest.approx(_enumerated(clones, found, one), abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_loss_of_alleles_never_raises_what_is_covered(seed: int) -> None:
    clones, found, courses = _problem(seed)
    today = covered(clones, found)
    assert all(covered(clones, found, one) <= today + 1e-12 for one in courses)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("choose", [1, 3])
def test_the_greedy_choice_is_never_far_below_the_best_of_all(seed: int, choose: int) -> None:
    clones, found, courses = _problem(seed)
    best = max(mean_covered(clones, some, courses) for some in itertools.combinations(found, choose))
    chosen = choose_receptors(found, clones, courses, choose=choose).chosen
    reached = mean_covered(clones, [found[at] for at in chosen], courses)
    assert reached <= best + 1e-12
    assert reached >= (1.0 - 1.0 / math.e) * best - 1e-12
    if choose == 1:
        assert reached == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_the_gains_sum_to_what_is_covered(seed: int) -> None:
    clones, found, courses = _problem(seed)
    choice = choose_receptors(found, clones, courses, choose=4)
    total = sum(choice.gains[at] for at in choice.chosen)
    assert total == pytest.approx(mean_covered(clones, [found[at] for at in choice.chosen], courses), abs=1e-12)


def test_the_greedy_choice_is_not_always_the_best() -> None:
    """A case in which it is not: else the test against all choices could not tell greedy from exhaustive."""
    clones = tuple(
        TumourClone(name, share, antigens)
        for name, share, antigens in (
            ("a", 0.26, ("X", "L")), ("b", 0.24, ("L",)), ("c", 0.26, ("X", "R")), ("d", 0.24, ("R",)),
        )
    )  # fmt: skip
    found = [receptor(name, name, "", 1.0) for name in ("X", "L", "R")]
    courses = (Scenario("none lost"),)
    chosen = choose_receptors(found, clones, courses, choose=2).chosen
    assert [found[at].id for at in chosen] == ["X", "L"]
    assert mean_covered(clones, [found[at] for at in chosen], courses) == pytest.approx(0.76)
    assert mean_covered(clones, [found[1], found[2]], courses) == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_rows_changes_nothing(seed: int) -> None:
    draw = np.random.default_rng(seed)
    cells = [
        clonotype(f"c{at}", cells=int(draw.integers(1, 4)), reactivity=float(draw.choice([0.4, 0.6])),
                  top_share=float(draw.choice([0.0, 0.2])), lineage=str(draw.choice(["CD8", "CD4"])))
        for at in range(30)
    ]  # fmt: skip
    hits = [
        hit(f"c{at}", str(draw.choice(ANTIGENS)), str(draw.choice([one.hla for one in ALLELES]))) for at in range(8)
    ]
    known = [neoantigen(name, float(share)) for name, share in zip(ANTIGENS, draw.random(5), strict=True)]
    first = rank_receptors(cells, hits=hits, neoantigens=known, alleles=ALLELES)
    for _ in range(3):
        mixed = [[rows[at] for at in draw.permutation(len(rows))] for rows in (cells, hits, known, list(ALLELES))]
        again = rank_receptors(mixed[0], hits=mixed[1], neoantigens=mixed[2], alleles=mixed[3])
        assert again.receptors == first.receptors
        assert [one.scenario for one in again.coverage] == [one.scenario for one in first.coverage]
        assert [one.covered for one in again.coverage] == pytest.approx([one.covered for one in first.coverage])


def test_knowing_the_phase_bounds_not_knowing_it() -> None:
    """The mean over every choice lies between the phases that are possible, for one receptor it is the same."""
    clones = (TumourClone("all", 1.0, ANTIGENS),)
    unphased = scenarios([replace(one, haplotype=None) for one in ALLELES])
    one = [receptor("r", ANTIGENS[0], "HLA-C*08:02", 0.9)]
    assert mean_covered(clones, one, unphased) == pytest.approx(mean_covered(clones, one, scenarios(ALLELES)))
    assert len(unphased) == 1 + 2**3
    assert sum(course.weight for course in unphased) == pytest.approx(1.0)


def test_nested_clones_carry_each_change_on_its_fraction() -> None:
    draw = np.random.default_rng(3)
    known = [neoantigen(f"n{at}", float(share)) for at, share in enumerate(draw.random(40))]
    lost = Allele("HLA-C*08:02", 2, 0.3)
    clones = nested_clones(known, [lost])
    assert sum(one.share for one in clones) == pytest.approx(1.0)
    for one in known:
        carried = sum(clone.share for clone in clones if one.id in clone.antigens)
        assert carried == pytest.approx(one.ccf, abs=0.005 + 1e-9)
    assert sum(clone.share for clone in clones if clone.hla_lost) == pytest.approx(0.3)
