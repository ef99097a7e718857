"""Cells made by hand become the clones that anyone would write down; the shipped table gives its known counts."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from pathlib import Path

import pandas as pd
import pytest
from made_cells import alpha, beta

from adoptive.antigen.chains import use_chains
from adoptive.antigen.clone_table import KnownReceptor, clone_rows
from adoptive.antigen.clonotypes import CloneRules, clones_of, count_elsewhere
from adoptive.workbench.discover.cells.contigs import read_tenx

EXAMPLE = "vdj_nextgem_hs_pbmc3_t_filtered_contig_annotations.csv.gz"
SECOND, OTHER = "CAVQAGTALIF", "CASSPGQGETQYF"


def source(line: int) -> str:
    return f"made:{line}"


def test_a_clone_with_two_alphas_gives_two_candidates() -> None:
    cells = [alpha("a"), alpha("a", SECOND, umis=2), beta("a"), alpha("b"), beta("b"), alpha("c", SECOND), beta("c")]
    found = clones_of(cells)
    assert [(clone.id, clone.cells) for clone in found.clones] == [("clone1", ("a", "b", "c"))]
    rows = clone_rows(found, source=source)
    assert sorted((row.id, row.clone, row.cells, row.share, row.dual_alpha) for row in rows) == [
        ("clone1a1", "clone1", 3, 1.0, True),
        ("clone1a2", "clone1", 3, 1.0, True),
    ]
    assert {row.cdr3a for row in rows} == {"CLVGDMDQAGTALIF", SECOND}


def test_the_same_beta_with_alphas_never_seen_together_are_two_clones() -> None:
    found = clones_of([alpha("a"), beta("a"), alpha("b", SECOND), beta("b")])
    assert len(found.clones) == 2


def test_an_alpha_that_leaked_into_one_droplet_is_no_candidate() -> None:
    many = [chain for number in range(20) for chain in (alpha(f"c{number}"), beta(f"c{number}"))]
    found = clones_of([*many, alpha("c3", SECOND, umis=1)])
    assert [len(clone.alphas) for clone in found.clones] == [1]
    assert "more alphas" in found.clones[0].flags
    assert len(clones_of([*many, alpha("c3", SECOND)], CloneRules(least_alpha_share=0.05)).clones[0].alphas) == 2


def test_doublets_are_left_out_but_counted() -> None:
    two_betas = [alpha("d"), beta("d", umis=9), beta("d", OTHER)]
    three_alphas = [alpha("e"), alpha("e", SECOND), alpha("e", "CAVGF"), beta("e")]
    found = clones_of([alpha("a"), beta("a"), *two_betas, *three_alphas])
    assert (found.paired, found.doublets) == (3, 2)
    assert [clone.cells for clone in found.clones] == [("a",)]
    assert clone_rows(found, source=source)[0].share == pytest.approx(1 / 3)
    kept = clones_of([alpha("a"), beta("a"), *two_betas], CloneRules(keep_doublets=True))
    assert kept.clones[0].cells == ("a", "d")
    assert "doublet" in kept.clones[0].flags


def test_a_chain_assembled_twice_is_one() -> None:
    found = clones_of([alpha("a", umis=2), alpha("a", umis=3), beta("a")])
    assert found.cells[0].alphas[0].umis == 5


def test_same_amino_acids_by_other_bases_are_another_clone() -> None:
    other = replace(beta("b"), cdr3_nt=beta("b").cdr3_nt.replace("CTG", "TTG", 1))
    apart = [alpha("a"), beta("a"), alpha("b"), other]
    assert (len(clones_of(apart).clones), clones_of(apart).by) == (2, "bases")
    without = [replace(chain, cdr3_nt="") for chain in apart]
    assert (len(clones_of(without).clones), clones_of(without).by) == (1, "amino acids")


def test_alleles_do_not_part_a_clone_and_are_named_only_if_all_agree() -> None:
    found = clones_of([alpha("a"), beta("a", v="TRBV6-4*01"), alpha("b"), beta("b", v="TRBV6-4*02")])
    assert [clone.beta.v for clone in found.clones] == ["TRBV6-4"]
    same = clones_of([alpha("a"), beta("a", v="TRBV6-4*01"), alpha("b"), beta("b", v="TRBV6-4*01")])
    assert same.clones[0].beta.v == "TRBV6-4*01"


def test_a_weak_chain_is_flagged_on_its_own_candidate_only() -> None:
    rows = clone_rows(clones_of([alpha("a"), alpha("a", SECOND, umis=1), beta("a")]), source=source)
    assert {row.cdr3a: row.flags for row in rows} == {
        "CLVGDMDQAGTALIF": ("one cell",),
        SECOND: ("one cell", "low UMI"),
    }


def test_cells_in_blood() -> None:
    tumour = clones_of([alpha("a"), beta("a"), alpha("b", SECOND), beta("b", OTHER)])
    blood = [alpha("x"), beta("x"), alpha("y"), beta("y"), alpha("z", SECOND), beta("z"), beta("w", OTHER)]
    assert count_elsewhere(tumour, blood) == {"clone1": 0, "clone2": 2}
    assert count_elsewhere(tumour, [replace(chain, cdr3_nt="") for chain in blood]) == {"clone1": 0, "clone2": 2}
    rows = {row.id: row for row in clone_rows(tumour, source=source, elsewhere=count_elsewhere(tumour, blood))}
    assert (rows["clone2"].other_cells, "in blood" in rows["clone2"].flags) == (2, True)
    assert (rows["clone1"].other_cells, "in blood" in rows["clone1"].flags) == (0, False)


def test_flags() -> None:
    mait = [alpha("m", "CAVMDSNYQLIW", "TRAV1-2", "TRAJ33"), beta("m", umis=1)]
    killer = [alpha("k", "CVVSDRGSTLGRLYF", "TRAV10", "TRAJ18"), beta("k", OTHER)]
    known = [KnownReceptor("CMV pp65", cdr3b=OTHER), KnownReceptor("EBV", cdr3a="CAGF", cdr3b=OTHER)]
    rows = {row.cdr3b: row for row in clone_rows(clones_of([*mait, *killer]), source=source, known=known)}
    assert rows["CASSLGQTNYGYTF"].flags == ("MAIT", "one cell", "low UMI")
    assert rows[OTHER].flags == ("bystander", "known CMV pp65", "iNKT", "one cell")


def test_the_shipped_table_gives_the_counts_that_pandas_gives() -> None:
    path = Path(str(resources.files("adoptive.antigen") / "data/examples" / EXAMPLE))
    read = read_tenx(path)
    chains = use_chains(read.contigs)
    found = clones_of(chains.used)
    table = pd.read_csv(path)
    assert (len(read.contigs), len({one.cell for one in read.contigs})) == (len(table), table.barcode.nunique())
    assert (len(table), table.barcode.nunique()) == (4004, 1556)
    productive = table.productive.astype(str).eq("True") & table.full_length & table.high_confidence
    own = table[productive & table.chain.isin(["TRA", "TRB"])]
    own = own[own.cdr3.str.fullmatch("C.*[FW]") | (own.j_gene.eq("TRAJ35") & own.cdr3.str.fullmatch("C.*C"))]
    assert len(chains.used) == len(own) == 3120
    once = own.drop_duplicates(["barcode", "chain", "v_gene", "j_gene", "cdr3_nt"])
    per = once.pivot_table(index="barcode", columns="chain", values="cdr3", aggfunc="count", fill_value=0)
    pair = per[(per.TRA > 0) & (per.TRB > 0)]
    single = pair[(pair.TRB == 1) & (pair.TRA <= 2)]
    assert (found.paired, found.doublets) == (len(pair), len(pair) - len(single)) == (1315, 83)
    # Clones counted another way: cells of one alpha and one beta, grouped by pandas, equal ours without second alphas.
    simple = once[once.barcode.isin(single[single.TRA == 1].index)]
    keys = simple.assign(key=simple.v_gene + simple.j_gene + simple.cdr3_nt).pivot(
        index="barcode", columns="chain", values="key"
    )
    wanted = keys.groupby(["TRA", "TRB"]).size().value_counts().to_dict()
    ours = clones_of([chain for chain in chains.used if chain.cell in set(simple.barcode)])
    sizes = pd.Series([len(clone.cells) for clone in ours.clones]).value_counts().to_dict()
    assert sizes == wanted
    assert len(found.clones[0].cells) == 14
