"""Targets on made-up tables: the score by hand, each guard by a planted example."""

from __future__ import annotations

from dataclasses import replace
from math import log2

import numpy as np
import pytest
from made_up import SAMPLES, TISSUES, tables

from adoptive.antigen.targets import Curated, Expression, Isoform, Staining, Tables, Target, TargetRules, score_targets
from adoptive.antigen.targets.expression import body, median_of_rows

CLDN18_2 = Isoform("CLDN18.2", "CLDN18", {"tumour": 0.95, "stomach 1": 1.0, "lung": 0.0, "*": 0.0})


def _scored(given: Tables | None = None, rules: TargetRules | None = None) -> dict[str, Target]:
    return {one.name: one for one in score_targets(given or tables(), rules=rules)}


def test_the_score_by_hand() -> None:
    found = _scored()["GOOD"]
    assert (found.efficacy, found.coverage, found.safety_vital, found.safety_barrier) == (100.0, 1.0, 0.1, 7.0)
    assert found.score == pytest.approx(log2(101) - log2(1.1) - 0.5 * log2(8))
    assert (found.barrier_tissue, found.best_cell_type, found.cell_class) == (
        "colon",
        "Proximal enterocytes",
        "epithelial",
    )
    assert (found.flags, found.rank) == ((), 1)


def test_every_gene_is_there_and_flagged_ones_stand_last() -> None:
    found = score_targets(tables(), names=[*tables().tumour.genes, "NOWHERE"])
    assert [one.rank for one in found] == list(range(1, 12))
    flagged = [bool(one.flags) for one in found]
    assert flagged == sorted(flagged)
    assert found[-1].name == "NOWHERE"
    assert found[-1].flags == ("not in the tumour table", "not in the normal table")


def test_a_gene_that_mixes_isoforms_is_flagged_and_the_isoform_is_not() -> None:
    """CLDN18: the gene is in lung as 18.1; the target 18.2 is not."""
    gene = _scored()["CLDN18"]
    assert "isoform" in gene.flags
    assert (gene.safety_vital, gene.vital_tissue) == (60.0, "lung")
    found = _scored(replace(tables(), isoforms=(CLDN18_2,)))
    isoform = found["CLDN18.2"]
    assert isoform.flags == ()
    assert (isoform.gene, isoform.safety_vital, isoform.safety_barrier) == ("CLDN18", 0.0, 300.0)
    assert isoform.efficacy == pytest.approx(190.0)
    assert (isoform.score or 0) > (found["CLDN18"].score or 0)
    assert isoform.rank < found["CLDN18"].rank


def test_an_isoform_without_rows_for_normal_tissue_keeps_all_of_the_genes_level() -> None:
    found = _scored(replace(tables(), isoforms=(Isoform("CLDN18.2", "CLDN18", {"tumour": 1.0}),)))["CLDN18.2"]
    assert found.safety_vital == 60.0
    assert any("all of the gene's level" in note for note in found.notes)


def test_amplification_in_a_subset_is_seen_where_a_median_hides_it() -> None:
    """ERBB2: the median is ordinary, three of twenty tumours have forty times as much."""
    found = _scored()["ERBB2"]
    assert (found.median, found.efficacy, found.coverage) == (20.0, 900.0, pytest.approx(0.15))
    assert found.flags == ()
    assert found.notes[0].startswith("subset: 15 % of tumours, there 900 TPM, median of all 20")
    by_median = log2(21) - 1.5 * log2(26)
    assert (found.score or 0) > by_median + 5


def test_a_cohorts_value_alone_does_not_show_coverage() -> None:
    given = tables()
    median = np.median(given.tumour.level, axis=1, keepdims=True)
    cohort = replace(given, tumour=Expression(given.tumour.genes, ("cohort",), median), cohort=True)
    assert "coverage not known" in _scored(cohort)["GOOD"].flags
    stained = replace(cohort, staining={"ERBB2": Staining("ERBB2", 0.2, 800.0, "made up")})
    found = _scored(stained)["ERBB2"]
    assert (found.efficacy, found.coverage, found.flags) == (800.0, 0.2, ())


def test_staining_says_the_share_and_the_highest_tumours_its_level() -> None:
    found = _scored(replace(tables(), staining={"ERBB2": Staining("ERBB2", 0.1, None, "made up")}))["ERBB2"]
    assert (found.coverage, found.efficacy) == (0.1, 900.0)
    wide = _scored(replace(tables(), staining={"ERBB2": Staining("ERBB2", 0.5, None, "made up")}))["ERBB2"]
    assert (wide.coverage, wide.efficacy) == (0.5, 20.0)
    assert "staining" in wide.evidence


def test_zero_everywhere_is_not_measured_unless_curated() -> None:
    found = _scored()["NOTSEEN"]
    assert found.flags == ("not measured",)
    assert (found.score or 0) > 5  # it would lead the list
    curated = _scored(replace(tables(), curated={"NOTSEEN": Curated("NOTSEEN", measured=True)}))["NOTSEEN"]
    assert curated.flags == ()


def test_stroma_is_flagged_unless_the_lineage_or_single_cells_speak_for_it() -> None:
    assert "stroma" in _scored()["COL1A1"].flags
    assert "stroma" in _scored()["HEARTY"].flags
    by_class = _scored(rules=TargetRules(lineage=("stromal",)))["COL1A1"]
    by_name = _scored(rules=TargetRules(lineage=("fibroblasts",)))["COL1A1"]
    by_cells = _scored(replace(tables(), curated={"COL1A1": Curated("COL1A1", tumour_cells=True)}))["COL1A1"]
    assert by_class.flags == by_name.flags == by_cells.flags == ()


def test_without_cell_types_stroma_is_said_not_to_be_checked() -> None:
    found = _scored(replace(tables(), cells=None))["COL1A1"]
    assert found.flags == ()
    assert any("stroma not checked" in note for note in found.notes)


def test_a_target_on_no_tumour_is_rare() -> None:
    found = _scored()["RARE"]
    assert (found.flags, found.coverage, found.efficacy) == (("rare",), 0.0, 0.5)


@pytest.mark.parametrize("organ", [("heart", "heart muscle"), ("bladder", "urinary bladder")])
def test_a_vital_tissue_that_was_not_measured_is_flagged(organ: tuple[str, str]) -> None:
    given = tables()
    level = given.normal.level.copy()
    level[given.normal.index["GOOD"], TISSUES.index(organ[1])] = np.nan
    found = _scored(replace(given, normal=Expression(given.normal.genes, TISSUES, level)))
    assert found["GOOD"].flags == (f"{organ[0]} not measured",)
    without = [at for at, tissue in enumerate(TISSUES) if tissue != organ[1]]
    fewer = Expression(given.normal.genes, tuple(TISSUES[at] for at in without), given.normal.level[:, without])
    assert all(f"{organ[0]} not measured" in one.flags for one in _scored(replace(given, normal=fewer)).values())


def test_curated_columns_are_carried() -> None:
    known = Curated("GOOD", "apical", "shed", "in patients", molecules_per_cell=1e5, source="made up")
    found = _scored(replace(tables(), curated={"GOOD": known}))["GOOD"]
    assert (found.polarity, found.shedding, found.precedent, found.molecules_per_cell) == (
        "apical", "shed", "in patients", 1e5,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tissue", "organ"),
    [("Heart muscle", "heart"), ("hippocampal formation", "brain"), ("stomach 1", "gut"), ("skin 1", "skin"),
     ("Bone marrow", "marrow"), ("testis", "other"), ("made-up tissue", "")],
)  # fmt: skip
def test_tissues(tissue: str, organ: str) -> None:
    assert body().organ_of(tissue) == organ


def test_medians_of_rows_are_numpys() -> None:
    draw = np.random.default_rng(1)
    level = draw.random((50, 21))
    level[draw.random(level.shape) < 0.3] = np.nan
    assert median_of_rows(level) == pytest.approx(np.nanmedian(level, axis=1))
    count = np.full(50, 4)
    top = [np.median(np.sort(row[~np.isnan(row)])[-4:]) for row in level]
    assert median_of_rows(level, count) == pytest.approx(top)


def test_the_made_up_tumours_are_named_so() -> None:
    assert all(name.startswith("made-up") for name in SAMPLES)
