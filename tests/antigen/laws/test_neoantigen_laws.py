"""Laws of windows, clonality, tiers and presentation, over made-up proteins and changes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.antigen.binding import AMINO_ACIDS, Matrices
from adoptive.antigen.candidates import Reads, Variant
from adoptive.antigen.clonality import cell_fraction
from adoptive.antigen.discovered import Allele
from adoptive.antigen.mutations import Changed, ChangeError, change_protein, cut_peptides, cut_window
from adoptive.antigen.neoantigens import find_neoantigens
from adoptive.antigen.offtarget import motif_from_pattern, scan
from adoptive.antigen.tiers import NEO_TIERS, Settings

proteins = st.text(AMINO_ACIDS, min_size=20, max_size=60)
fractions = st.floats(0.0, 1.0)
ALLELES = ("HLA-A*02:01", "HLA-A*11:01", "HLA-B*07:02", "HLA-B*44:02", "HLA-C*08:02", "HLA-C*05:01")
QUICK = settings(max_examples=25, deadline=None)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Changed, int, str, str]:
    protein = draw(proteins)
    position = draw(st.integers(1, len(protein)))
    ref = protein[position - 1 : position - 1 + draw(st.integers(0, 4))] or "-"
    alt = draw(st.text(AMINO_ACIDS, max_size=4)) or "-"
    if draw(st.booleans()) and ref != "-":
        alt = "fs" + draw(st.text(AMINO_ACIDS, min_size=1, max_size=15))
    try:
        return change_protein(protein, position, ref, alt), position, ref, alt
    except ChangeError:
        protein = "C" * 12 + "A" + "C" * 12
        return change_protein(protein, 13, "A", "W"), 13, "A", "W"


@st.composite
def variants(draw: st.DrawFn) -> Variant:
    changed, position, ref, alt = draw(changes())
    known = st.none() | fractions
    reads = Reads(draw(known), draw(known), None, draw(st.none() | st.floats(0.0, 100.0)))
    return Variant("MADE", changed.wild_type, position, ref, alt, reads)


@QUICK
@given(changes(), st.integers(0, 15))
def test_every_window_holds_the_mutation(change: tuple[Changed, int, str, str], flank: int) -> None:
    changed = change[0]
    found = cut_window(changed, flank)
    at = found.mutated_at - 1
    new = changed.mutant[changed.start : changed.end]
    assert found.window in changed.mutant
    assert found.window[at : at + len(new)] == new
    assert at == min(flank, changed.start)
    assert len(found.window) <= 2 * flank + len(new)
    assert found.window != found.wild_type_window or flank < 4  # of a short window of a repeat the ends may be alike
    assert changed.tail or found.wild_type_window in changed.wild_type


@QUICK
@given(changes())
def test_every_peptide_holds_the_mutation(change: tuple[Changed, int, str, str]) -> None:
    changed = change[0]
    pairs = cut_peptides(changed)
    for pair in pairs:
        assert pair.peptide in changed.mutant
        assert pair.wild_type == "" or pair.wild_type in changed.wild_type
        assert pair.wild_type == "" or len(pair.wild_type) == len(pair.peptide)
        for place in pair.mutated:
            assert pair.peptide[place - 1] in changed.mutant[changed.start : changed.end]
    if not changed.tail and changed.shift == 0 and changed.end - changed.start == 1:
        for pair in pairs:
            unlike = [
                at for at, (one, other) in enumerate(zip(pair.peptide, pair.wild_type, strict=True), 1) if one != other
            ]
            assert tuple(unlike) == pair.mutated


@QUICK
@given(changes())
def test_no_peptide_with_the_mutation_is_missed(change: tuple[Changed, int, str, str]) -> None:
    """What stands in the mutant and not in the wild type is cut."""
    changed = change[0]
    cut = {pair.peptide for pair in cut_peptides(changed, (9,))}
    new = {changed.mutant[at : at + 9] for at in range(len(changed.mutant) - 8)}
    old = {changed.wild_type[at : at + 9] for at in range(len(changed.wild_type) - 8)}
    assert new - old <= cut


@QUICK
@given(fractions, fractions, st.floats(0.05, 1.0), st.floats(0.0, 10.0), st.none() | st.floats(0.5, 4.0))
def test_cell_fractions_lie_in_0_to_1_and_rise_with_the_reads(
    one: float, other: float, purity: float, copies: float, multiplicity: float | None
) -> None:
    few, many = (cell_fraction(vaf, purity, copies, multiplicity) for vaf in sorted((one, other)))
    assert 0.0 <= few.ccf <= many.ccf <= 1.0
    assert many.multiplicity >= few.multiplicity


@QUICK
@given(variants(), st.lists(st.sampled_from(ALLELES), min_size=1, max_size=5, unique=True), st.sampled_from(ALLELES))
def test_another_allele_never_takes_an_epitope_away(variant: Variant, few: list[str], more: str) -> None:
    before = find_neoantigens([variant], [Allele(name) for name in few])
    after = find_neoantigens([variant], [Allele(name) for name in {*few, more}])
    assert {one for one in before.epitopes if one.binds} <= {one for one in after.epitopes if one.binds}
    (old,), (new,) = before.neoantigens, after.neoantigens
    assert set(old.presented_by) <= set(new.presented_by)
    assert NEO_TIERS.index(new.tier) <= NEO_TIERS.index(old.tier)
    if old.ic50_nm is not None and old.tier == new.tier == "Pass":
        assert new.ic50_nm is not None
        assert new.ic50_nm <= old.ic50_nm


@QUICK
@given(st.lists(variants(), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[Variant], random: object) -> None:
    named = [replace(one, id=f"v{at}", source=f"line {at}") for at, one in enumerate(rows)]
    shuffled = [*named]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    alleles = [Allele(name) for name in ALLELES]
    first = find_neoantigens(named, alleles, purity=0.6)
    assert find_neoantigens(shuffled, alleles[::-1], purity=0.6) == first
    assert {one.id for one in first.neoantigens} == {one.id for one in named}


@QUICK
@given(variants(), st.floats(10.0, 1000.0), st.floats(10.0, 1000.0))
def test_a_stricter_threshold_never_presents_more(variant: Variant, one: float, other: float) -> None:
    alleles = [Allele(name) for name in ALLELES]
    strict, loose = (
        find_neoantigens([variant], alleles, settings=Settings(binding_nm=limit)) for limit in sorted((one, other))
    )
    assert set(strict.neoantigens[0].presented_by) <= set(loose.neoantigens[0].presented_by)


@QUICK
@given(variants())
def test_what_is_chosen_is_never_self(variant: Variant) -> None:
    found = find_neoantigens([variant], [Allele(name) for name in ALLELES])
    (one,) = found.neoantigens
    assert one.peptide == "" or one.peptide not in variant.wild_type
    assert all(epitope.in_proteome == (epitope.peptide in variant.wild_type) for epitope in found.epitopes)


@QUICK
@given(st.sampled_from(ALLELES), st.lists(st.text(AMINO_ACIDS, min_size=7, max_size=12), min_size=2, max_size=20))
def test_stronger_binding_is_a_lower_rank(allele: str, peptides: list[str]) -> None:
    matrices = Matrices.load()
    ic50s, ranks = matrices.ic50_nm(allele, peptides), matrices.rank_percent(allele, peptides)
    assert (ic50s.mask == ranks.mask).all()
    for length in matrices.lengths(allele):
        rows = sorted((ic50s.data[at], ranks.data[at]) for at, text in enumerate(peptides) if len(text) == length)
        assert all(low[1] <= high[1] for low, high in pairwise(rows))
    alone = [matrices.ic50_nm(allele, [text]).data[0] for text in peptides]
    assert ic50s.data.tolist() == alone


@QUICK
@given(st.text(AMINO_ACIDS + "X", min_size=9, max_size=80), st.integers(0, 70))
def test_what_is_planted_is_found(protein: str, at: int) -> None:
    at = min(at, len(protein))
    planted = protein[:at] + "ESDPIVAQY" + protein[at:]
    found = scan(motif_from_pattern("E.DPI...Y"), {"p": planted})
    assert at + 1 in [one.position for one in found]
    assert all(planted[one.position - 1 :].startswith(one.peptide) for one in found)


@pytest.mark.parametrize("allele", ["HLA-A*02:01", "HLA-C*08:02"])
def test_ranks_run_from_0_to_100(allele: str) -> None:
    matrices = Matrices.load()
    for length in matrices.lengths(allele):
        weights = matrices.by_allele[allele, length].weights
        best = "".join(AMINO_ACIDS[at] for at in weights.argmin(axis=1))
        worst = "".join(AMINO_ACIDS[at] for at in weights.argmax(axis=1))
        ranks = matrices.rank_percent(allele, [best, worst]).tolist()
        assert 0.0 < ranks[0] < 1e-3
        assert ranks[1] == pytest.approx(100.0, abs=1e-3)
