"""A product specification: read, refused, laid over a study, and felt by the kinetics."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adoptive.cohort import draw_cohort
from adoptive.construct.product import FORMAT
from adoptive.errors import StudyError
from adoptive.kinetics import describe_patients
from adoptive.parameters import draw_typical, load_book
from adoptive.streams import Keys, Streams
from adoptive.workbench.order.product_file import parse_product, product_document, read_product
from adoptive.workbench.study import dump_study, load_study, parse_study


def specification(*haplotypes: str, **more: Any) -> dict[str, Any]:
    receptors = [
        {"id": f"r{at}", "antigen": "KRAS:G12D", "hla": f"HLA-{'C*08:02' if side == '1' else 'A*11:01'}",
         "haplotype": side, "share": 1.0 / len(haplotypes), "ec50_m": {"median": 1e-8, "log10_sd": 0.1}}
        for at, side in enumerate(haplotypes)
    ]  # fmt: skip
    clones = [{"fraction": 1.0, "antigens": ["KRAS:G12D"]}]
    return {
        "format": FORMAT,
        "product": {"id": "three receptors", "modality": "TCR-T", "receptors": receptors},
        "antigen_map": {"clones": clones, "hla_loss_measured": True},
        **more,
    }


CHIMERIC = {
    "format": FORMAT,
    "product": {
        "id": "a CAR",
        "modality": "CAR-T",
        "chimeric": {"target": "HER2", "binder": "mine", "costimulation": "4-1BB", "safety_switch": "iCasp9"},
    },
    "antigen_map": {"density": {"median_per_cell": 5e4, "gsd": 2.0}},
}


def written(folder: Path, document: dict[str, Any]) -> Path:
    place = folder / "product_spec.json"
    place.write_text(json.dumps(document), "utf-8")
    return place


def test_a_specification_survives_writing_and_reading() -> None:
    for document in (specification("1", "2"), CHIMERIC):
        spec = parse_product(json.dumps(document), where="here")
        assert parse_product(json.dumps(product_document(spec)), where="here") == spec


def test_receptors_reach_the_study_and_its_file_stands_alone(tmp_path: Path) -> None:
    days = {"days": {"sequencing": 20.0, "screen": 30.0, "synthesis": 25.0}}
    study = load_study("neoantigen-tcr", product=written(tmp_path, specification("1", "2", discovery=days)))
    assert [one.haplotype for one in study.antigen.receptors] == ["1", "2"]
    assert study.construct.product == "three receptors"
    assert study.facility.preparation_days == 75.0
    assert parse_study(dump_study(study)) == study


def test_a_study_file_may_name_the_product(tmp_path: Path) -> None:
    written(tmp_path, specification("1"))
    usual = dump_study(load_study("neoantigen-tcr"))
    place = tmp_path / "mine.toml"
    place.write_text(usual.replace('product_spec = ""', 'product_spec = "product_spec.json"'), "utf-8")
    named, given = load_study(place), load_study("neoantigen-tcr", product=tmp_path / "product_spec.json")
    assert named.antigen == given.antigen
    assert named.construct == given.construct


def test_a_chimeric_receptor_takes_the_place_of_the_study_s(tmp_path: Path) -> None:
    study = load_study("satri-cel", product=written(tmp_path, CHIMERIC))
    assert (study.antigen.target, study.antigen.high_density_per_cell) == ("HER2", 5e4)
    assert (study.construct.costimulation, study.construct.safety_switch) == ("4-1BB", "iCasp9")


def test_loss_of_the_presenting_hla_reaches_the_kinetics(tmp_path: Path) -> None:
    """One haplotype: the rate of loss is the row's; two haplotypes for the same cells: no single loss hides a cell."""
    rates = {}
    for sides in (("1", "1"), ("1", "2")):
        study = load_study("neoantigen-tcr", product=written(tmp_path, specification(*sides)))
        streams = Streams(1)
        keys, typical = Keys.of(0, np.arange(50)), draw_typical(load_book(), streams, trials=[0])
        cohort = draw_cohort(study.cohort, study.antigen, keys=keys, typical=typical, streams=streams)
        body = describe_patients(cohort, study.construct, typical=typical, streams=streams)
        rates[sides] = body.of("muHLA")
    assert (rates["1", "1"] > 0).all()
    np.testing.assert_allclose(rates["1", "2"], 0.0, atol=1e-25)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.update(format="other"), "another format"),
        (lambda d: d["product"].update(modality="CAR-T"), "does not fit"),
        (lambda d: d["product"].update(surprise=1), "surprise"),
        (lambda d: d["product"]["receptors"][0].update(share=-1.0), r"receptors\[1\].share"),
        (lambda d: d["product"]["receptors"][0].update(haplotype="7"), "haplotype"),
        (lambda d: d["antigen_map"].update(clones=[]), "map of the tumour"),
        (lambda d: d["antigen_map"]["clones"][0].update(fraction=0.5), "do not sum to 1"),
        (lambda d: d["antigen_map"]["clones"][0].update(antigens=["other"]), "no clone carries"),
    ],
)
def test_a_malformed_specification_is_refused_with_its_place(tmp_path: Path, change: Any, says: str) -> None:
    document = specification("1")
    change(document)
    with pytest.raises(StudyError, match=says):
        load_study("neoantigen-tcr", product=written(tmp_path, document))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": NaN}', "[" * 100_000, "\x00", '"text"', "nul"])
def test_what_is_no_specification_is_refused(tmp_path: Path, text: str) -> None:
    place = tmp_path / "product_spec.json"
    place.write_text(text, "utf-8")
    with pytest.raises(StudyError):
        read_product(place)


def test_a_product_of_another_kind_of_cell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="another kind of cell"):
        load_study("satri-cel", product=written(tmp_path, specification("1")))
    with pytest.raises(StudyError, match="shared"):
        load_study(_shared_tcr(), product=written(tmp_path, specification("1")))


def _names() -> tuple[str, ...]:
    from adoptive.workbench.study import list_studies

    return list_studies()


def _shared_tcr() -> str:
    return next(
        name
        for name in _names()
        if (study := load_study(name)).construct.modality == "TCR-T" and not study.antigen.private
    )


def test_what_the_product_brings_is_not_said_to_come_from_the_study_s_source(tmp_path: Path) -> None:
    study = load_study("neoantigen-tcr", product=written(tmp_path, specification("1", "2")))
    own = load_study("neoantigen-tcr")
    for place in ("construct.product", "construct.binder", "antigen.receptors", "antigen.clones"):
        assert study.sources[place] == "product specification"
    assert study.sources["infusion.dose_cells"] == own.sources["infusion.dose_cells"]
    assert study.sources["facility.preparation_days"] == own.sources["facility.preparation_days"]


def test_the_title_says_that_another_product_is_in_the_study(tmp_path: Path) -> None:
    study = load_study("neoantigen-tcr", product=written(tmp_path, specification("1", "2")))
    assert study.title.endswith("with the product three receptors in place of its own")
    assert study.title.startswith(load_study("neoantigen-tcr").title)
