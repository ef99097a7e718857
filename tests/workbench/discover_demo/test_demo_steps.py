"""Steps of the demonstration on the made-up patient: what was planted is found, what was not is not."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from adoptive.antigen.discovered import Clonotype, Hit, Receptor
from adoptive.antigen.pools import lay_pools
from adoptive.workbench.discover.clonotypes import Asked, Found, find_clonotypes
from adoptive.workbench.discover.demo.against import outcomes, tally
from adoptive.workbench.discover.demo.plates import (
    MadeWell,
    candidates,
    follow_up_wells,
    plate_text,
    pool_wells,
    true_receptor,
)
from adoptive.workbench.discover.demo.types import Patient, PlantedReceptor
from adoptive.workbench.discover.demo.way import single_antigen
from adoptive.workbench.discover.neoantigens import NeoantigenRequest, write_neoantigens
from adoptive.workbench.discover.plate import read_wells


@pytest.fixture(scope="module")
def found(files: dict[str, Path]) -> Found:
    return find_clonotypes(Asked(files["contigs"], matrix=files["matrix"], blood=files["blood"], known=files["known"]))


def _clonotype(one: PlantedReceptor, **changes: object) -> Clonotype:
    plain = Clonotype(
        one.name, one.name, one.alpha.v, one.alpha.j, one.alpha.cdr3, one.alpha.cdr3_nt, one.beta.v, one.beta.j,
        one.beta.cdr3, one.beta.cdr3_nt, one.cells, 0.01, 0, "CD8", False, None, None, 0.9, None, (), "made",
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_every_planted_clone_is_found_with_its_cells_and_flags(patient: Patient, found: Found) -> None:
    own = {planted.name: one for one in found.clonotypes if (planted := true_receptor(one, patient)) is not None}
    for planted in patient.receptors:
        one = own[planted.name]
        assert 0.7 * planted.cells <= one.cells <= planted.cells, planted.name
        assert one.lineage == planted.lineage, planted.name
        assert (planted.blood_cells > 0) == (one.other_cells not in (0, None)), planted.name
        if planted.role in ("viral", "self"):
            assert any(flag.startswith(("viral", "bystander")) for flag in one.flags), planted.name
        if planted.role == "invariant":
            assert any(flag.startswith("MAIT") for flag in one.flags)
    assert own["made A2 dual"].dual_alpha
    assert "made A2 dual, other alpha" in own
    assert found.qc["cells"]["doublets"] >= 15


def test_clones_that_look_reactive_go_to_the_screen_and_the_hidden_one_does_not(patient: Patient, found: Found) -> None:
    names = {one.name for row in candidates(found.clonotypes, most=14) if (one := true_receptor(row, patient))}
    assert {one.name for one in patient.receptors if one.antigen and one.looks_reactive} <= names
    assert not names & {"made hidden", "flu", "CMV", "MAIT", "1G4", "DMF5"}


def test_the_tiers_are_those_that_were_planted(patient: Patient, files: dict[str, Path], tmp_path: Path) -> None:
    request = NeoantigenRequest(files["variants"], files["hla"], tmp_path / "out", files["proteins"], patient.purity)
    rows = {one.gene: one for one in write_neoantigens(request)[0].neoantigens}
    tiers = {gene: one.tier for gene, one in rows.items()}
    assert {tiers[gene] for gene in ("KRAS", "MADEUP01", "MADEUP03", "MADEUP04", "MADEUP05")} == {"Pass"}
    wanted = {"MADEUP02": "HLALost", "MADEUP06": "Subclonal", "MADEUP07": "NoExpr", "MADEUP09": "LowExpr",
              "MADEUP10": "Poor"}  # fmt: skip
    assert {gene: tiers[gene] for gene in wanted} == wanted
    assert rows["KRAS"].peptide == "GADGVGKSA"
    assert "HLA-C*08:02" in rows["KRAS"].presented_by
    for one in patient.variants:
        assert rows[one.gene].ccf == pytest.approx(one.ccf, abs=0.002)
        assert rows[one.gene].id == one.id


def test_a_well_responds_where_receptor_antigen_and_allele_meet_and_nowhere_else(patient: Patient) -> None:
    kras = next(one for one in patient.receptors if one.name == "KRAS 9d")
    blind = next(one for one in patient.receptors if one.name == "looks reactive 1")
    effectors = (_clonotype(kras), _clonotype(blind))
    pools = lay_pools([one.id for one in patient.variants])
    wells = pool_wells(effectors, pools)
    rows = list(csv.DictReader(io.StringIO(plate_text(wells, effectors, pools, patient, seed=3))))
    inside = {pool.name: pool.antigens for pool in pools}
    for row in rows:
        seen = row["effector"] == "KRAS 9d" and "KRAS:G12D" in inside.get(row["stimulus"], ())
        high = seen or row["kind"] == "positive control"
        assert (int(row["count"]) > 40) == high, row
    assert {row["note"] for row in rows} == {"SYNTHETIC"}


def test_titrations_tell_mutant_wild_type_allele_and_other_peptide(patient: Patient) -> None:
    nine, ten, selfish = (
        next(one for one in patient.receptors if one.name == name)
        for name in ("KRAS 9d", "KRAS 10", "made wild type")
    )  # fmt: skip
    effectors = tuple(_clonotype(one) for one in (nine, ten, selfish))
    wells = [
        MadeWell("KRAS 9d", "KRAS:G12D/GADGVGKSA", "mutant", 1, 1e-6),
        MadeWell("KRAS 9d", "KRAS:G12D/GADGVGKSA", "wild type", 1, 1e-7),
        MadeWell("KRAS 10", "KRAS:G12D/GADGVGKSA", "mutant", 1, 1e-6),
        MadeWell("made wild type", f"{selfish.antigen}/STRGSRGAM", "wild type", 1, 1e-5),
        MadeWell("KRAS 9d", "KRAS:G12D", "mutant", 1, None, "HLA-C*08:02"),
        MadeWell("KRAS 9d", "KRAS:G12D", "mutant", 1, None, "HLA-C*05:01"),
    ]
    text = plate_text(wells, effectors, lay_pools([one.id for one in patient.variants]), patient, seed=1)
    high = [int(row["count"]) > 40 for row in csv.DictReader(io.StringIO(text))]
    assert high == [True, False, False, True, True, False]


def test_a_well_does_not_depend_on_its_neighbours(patient: Patient) -> None:
    effectors = (_clonotype(patient.receptors[0]),)
    pools = lay_pools([one.id for one in patient.variants])
    wells = pool_wells(effectors, pools)
    both = [
        {(row["stimulus"], row["kind"], row["replicate"]): row["count"] for row in csv.DictReader(io.StringIO(text))}
        for text in (
            plate_text(some, effectors, pools, patient, seed=1) for some in (wells, tuple(reversed(wells))[:9])
        )
    ]
    assert all(both[0][key] == count for key, count in both[1].items())
    assert len(both[1]) == 9


def test_the_plates_are_read_with_wells_without_antigen(patient: Patient, tmp_path: Path) -> None:
    kras = _clonotype(patient.receptors[0])
    pools = lay_pools([one.id for one in patient.variants])
    (tmp_path / "plate.csv").write_text(plate_text(pool_wells((kras,), pools), (kras,), pools, patient, seed=1))
    wells, _ = read_wells(tmp_path / "plate.csv", pools)
    assert sum(one.kind == "none" for one in wells) == 6
    assert len(wells) == 8 + 3 * len(pools)
    assert follow_up_wells((), (), patient.alleles) == ()


def _receptor(one: PlantedReceptor, rank: int = 0, tier: str = "A") -> Receptor:
    row = _clonotype(one)
    return Receptor(
        row.id, rank, tier, one.antigen, one.hla, "CD8", 0.9, one.ec50_m, 0.1, one.wild_type_fold, 1.0, row.trav,
        row.traj, row.cdr3a, row.cdr3a_nt, row.trbv, row.trbj, row.cdr3b, row.cdr3b_nt, "", "made",
    )  # fmt: skip


def test_the_product_on_one_allele_has_three_receptors_of_one_antigen(patient: Patient) -> None:
    rows = single_antigen(
        [_receptor(one, rank=1) for one in patient.receptors if one.antigen], antigen="KRAS:G12D", hla="HLA-C*08:02"
    )
    assert [one.rank for one in rows[:4]] == [1, 2, 3, 0]
    assert {(one.antigen, one.hla) for one in rows if one.rank} == {("KRAS:G12D", "HLA-C*08:02")}


def _hit(effector: str, antigen: str, hla: str) -> Hit:
    return Hit(effector, antigen, (), "", 9.0, 0.0, 0.0, 1.0, 1e-7, None, None, 100.0, hla, True, "made")


def test_outcomes_tell_found_unresolved_missed_left_and_false(patient: Patient) -> None:
    planted = {one.name: one for one in patient.receptors}
    names = ("KRAS 9d", "KRAS 9a", "made hidden", "looks reactive 1", "looks reactive 2", "made wild type", "made A2")
    clonotypes = [_clonotype(planted[name]) for name in names]
    screened = [one for one in clonotypes if one.id != "made hidden"]
    hits = [
        _hit("KRAS 9d", "KRAS:G12D", "HLA-C*08:02"), _hit("KRAS 9a", "", ""), _hit("looks reactive 2", "", ""),
        _hit("made wild type", planted["made wild type"].antigen, "HLA-B*07:02"),
        _hit("made A2", planted["made A2"].antigen, "HLA-C*05:01"),
    ]  # fmt: skip
    rows = outcomes(patient, clonotypes, hits, [_receptor(planted["made wild type"], rank=1)], screened)
    said = {one.name: one.verdict.split(":")[0] for one in rows}
    assert [said[name] for name in names] == ["found", "unresolved", "missed", "left", "false", "false", "false"]
    assert said["KRAS 10"] == "missed"
    assert sum(tally(rows).values()) == len(rows)
