"""What must hold for any cells: order means nothing, parts add up, chains that cannot be used change nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as some
from made_cells import alpha, beta
from scipy.sparse import csr_array

from adoptive.antigen.cell_scores import score_cells
from adoptive.antigen.chains import Contig, use_chains
from adoptive.antigen.clone_table import clone_rows
from adoptive.antigen.clonotypes import Repertoire, clones_of
from adoptive.antigen.reactivity import area_under_curve, fit_reactivity
from adoptive.antigen.signatures import above_percentile, u_scores
from adoptive.antigen.transcriptome import Transcriptome, log_normalised, match_barcodes

ALPHAS = ("CLVGDMDQAGTALIF", "CAVQAGTALIF", "CAVGF", "CAGSF")
BETAS = ("CASSLGQTNYGYTF", "CASSPGQGETQYF", "CASSF")
CHAINS = some.tuples(
    some.lists(some.sampled_from(ALPHAS), max_size=3), some.lists(some.sampled_from(BETAS), max_size=2)
)
SAMPLES = some.lists(CHAINS, min_size=1, max_size=14)


def contigs_of(sample: list[tuple[list[str], list[str]]], start: int = 0) -> list[Contig]:
    found = []
    for number, (alphas, betas) in enumerate(sample, start):
        found += [
            alpha(f"c{number:03}", cdr3, umis=place + 1, line=10 * number + place) for place, cdr3 in enumerate(alphas)
        ]
        found += [
            beta(f"c{number:03}", cdr3, umis=place + 1, line=10 * number + 5 + place)
            for place, cdr3 in enumerate(betas)
        ]
    return found


def content(found: Repertoire) -> list[tuple[object, ...]]:
    return [(clone.id, clone.cells, clone.beta, clone.alphas, clone.flags) for clone in found.clones]


@settings(max_examples=40, deadline=None)
@given(SAMPLES, some.randoms(use_true_random=False))
def test_order_of_rows_means_nothing(sample: list[tuple[list[str], list[str]]], shuffle: object) -> None:
    contigs = contigs_of(sample)
    mixed = list(contigs)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    assert content(clones_of(mixed)) == content(clones_of(contigs))


@settings(max_examples=40, deadline=None)
@given(SAMPLES)
def test_chains_that_cannot_be_used_change_nothing(sample: list[tuple[list[str], list[str]]]) -> None:
    contigs = contigs_of(sample)
    useless = [replace(beta(one.cell, "CASSIRSSYEQYF"), productive=False) for one in contigs]
    useless += [replace(beta(one.cell), cdr3="ASSLGQTNYGYTF") for one in contigs]
    assert content(clones_of(use_chains([*contigs, *useless]).used)) == content(clones_of(use_chains(contigs).used))


@settings(max_examples=40, deadline=None)
@given(SAMPLES)
def test_shares_sum_to_at_most_one_and_cells_are_in_one_clone(sample: list[tuple[list[str], list[str]]]) -> None:
    found = clones_of(contigs_of(sample))
    rows = clone_rows(found, source=str)
    shares = {row.clone: row.share for row in rows}
    assert sum(shares.values()) <= 1.0 + 1e-12
    assert max(Counter(cell for clone in found.clones for cell in clone.cells).values(), default=1) == 1
    assert sum(row.cells for row in {row.clone: row for row in rows}.values()) == found.paired - found.doublets
    assert len({row.id for row in rows}) == len(rows)


@settings(max_examples=40, deadline=None)
@given(some.lists(some.tuples(some.sampled_from(ALPHAS), some.sampled_from(BETAS)), min_size=2, max_size=20))
def test_two_parts_of_a_file_add_up(pairs: list[tuple[str, str]]) -> None:
    """Holds where every cell has one alpha: a second alpha may join cells of both parts into one clone."""
    sample = [([one], [other]) for one, other in pairs]
    half = len(sample) // 2

    def sizes(contigs: list[Contig]) -> Counter[tuple[str, str]]:
        found = clones_of(contigs).clones
        return Counter({(clone.alphas[0].cdr3, clone.beta.cdr3): len(clone.cells) for clone in found})

    first, second = contigs_of(sample[:half]), contigs_of(sample[half:], start=half)
    assert sizes(first) + sizes(second) == sizes([*first, *second])


@settings(max_examples=50, deadline=None)
@given(some.integers(0, 2**31), some.integers(0, 29), some.floats(0.5, 50.0))
def test_a_gene_of_the_list_that_rises_never_lowers_the_score(seed: int, gene: int, rise: float) -> None:
    draw = np.random.default_rng(seed)
    cell, members = draw.poisson(0.7, (1, 30)).astype(float), np.array([0, 3, 7, 11, 19])
    higher = cell.copy()
    higher[0, gene] += rise
    before, after = (float(u_scores(csr_array(one), members, max_rank=20)[0]) for one in (cell, higher))
    assert 0.0 <= before <= 1.0
    if gene in members:
        assert after >= before - 1e-12
    else:
        assert after <= before + 1e-12


def test_the_three_gene_score_rises_and_falls_with_its_genes() -> None:
    model, steps, zero = fit_reactivity(), np.linspace(0.0, 5.0, 9), np.zeros(9)
    assert (np.diff(model.score(steps, zero, zero)) > 0.0).all()
    assert (np.diff(model.score(zero, steps, zero)) > 0.0).all()
    assert (np.diff(model.score(zero, zero, steps)) < 0.0).all()


@settings(max_examples=40, deadline=None)
@given(some.lists(some.floats(0.0, 1.0), min_size=4, max_size=30), some.floats(0.1, 5.0))
def test_area_under_the_curve_sees_order_only(scores: list[float], power: float) -> None:
    values, positive = np.round(np.array(scores), 3), np.arange(len(scores)) % 3 == 0
    found = area_under_curve(values, positive)
    assert np.isclose(found, area_under_curve(np.exp(values) ** power, positive))
    assert np.isclose(found + area_under_curve(-values, positive), 1.0)


def test_order_of_cells_in_the_matrix_means_nothing() -> None:
    draw = np.random.default_rng(3)
    genes = ("CXCL13", "ENTPD1", "IL7R", "CD8A", "CD8B", "CD4", *(f"G{number}" for number in range(60)))
    counts, order = draw.poisson(0.8, (40, len(genes))), draw.permutation(40)
    cells = tuple(f"c{number}" for number in range(40))
    one = score_cells(Transcriptome(cells, genes, csr_array(counts), "counts"))
    moved = tuple(cells[place] for place in order)
    other = score_cells(Transcriptome(moved, genes, csr_array(counts[order]), "counts"))
    assert [one.lineage[place] for place in order] == list(other.lineage)
    for name in ("neotcr8", "neotcr4", "reactivity", "top"):
        assert np.array_equal(getattr(one, name)[order], getattr(other, name), equal_nan=True)


def test_logarithms_of_counts_give_the_same_as_the_counts() -> None:
    draw = np.random.default_rng(4)
    genes = ("CXCL13", "ENTPD1", "IL7R", *(f"G{number}" for number in range(30)))
    counts = draw.poisson(1.0, (9, len(genes)))
    counts[4] = 0
    logs = np.log1p(1e4 * counts / np.maximum(counts.sum(axis=1), 1)[:, None])
    cells = tuple("abcdefghi")
    found = log_normalised(Transcriptome(cells, genes, csr_array(counts), "counts"), ("CXCL13", "IL7R", "NOT"))
    given_logs = log_normalised(
        Transcriptome(cells, genes, csr_array(logs), "log-normalised"), ("CXCL13", "IL7R", "NOT")
    )
    assert np.allclose(found, given_logs, equal_nan=True)
    million = np.log1p(1e6 * counts / np.maximum(counts.sum(axis=1), 1)[:, None])
    per_million = log_normalised(Transcriptome(cells, genes, csr_array(million), "log-normalised"), ("CXCL13", "IL7R"))
    assert np.allclose(per_million, found[:, :2])
    part = Transcriptome(cells, genes[:3], csr_array(logs[:, :3]), "log-normalised")  # scale not told: left alone
    assert np.allclose(log_normalised(part, ("CXCL13", "IL7R")), found[:, :2])
    assert np.isnan(found[:, 2]).all()
    assert (found[4, :2] == 0.0).all()


def test_genes_are_found_by_symbol_then_by_alias_and_the_fuller_of_two_columns() -> None:
    counts = csr_array([[1, 5, 2, 9], [0, 4, 2, 0]])
    found, notes = Transcriptome(("a", "b"), ("TOX", "TOX", "CARS1", "GPR56"), counts, "counts").find(
        ("TOX", "CARS", "ADGRG1", "CD4")
    )
    assert found.tolist() == [1, 2, 3, -1]
    assert [note.split(" ")[0] for note in notes] == ["TOX", "CARS", "ADGRG1"]
    both = Transcriptome(("a", "b"), ("CARS1", "CARS", "X", "Y"), counts, "counts")
    assert both.find(("CARS",))[0].tolist() == [1]


def test_few_cells_stand_above_the_percentile() -> None:
    scores = np.random.default_rng(5).random(400)
    top, threshold = above_percentile(scores)
    assert threshold is not None
    assert top.sum() == 20
    assert above_percentile(scores[:19])[1] is None


def test_barcodes_are_matched_with_or_without_their_ending() -> None:
    assert match_barcodes(["A-1", "B-1"], ["B-1", "A-1"])[0].tolist() == [1, 0]
    places, said = match_barcodes(["A-1", "B-1"], ["A", "C"])
    assert places.tolist() == [0, -1]
    assert "ending" in said
    assert match_barcodes(["A", "B"], ["A-1", "A-2", "B-1"])[0].tolist() == [-1, -1]  # two samples: no guess
