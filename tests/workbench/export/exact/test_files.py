"""What is written is what was made: Dataset-JSON by its schema, XPT and JSON value by value, Define-XML by odmlib."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.workbench.export.sdtm import tabulation_data
from adoptive.workbench.export.source import Source
from adoptive.workbench.export.specs import load_spec
from adoptive.workbench.export.types import DataSet, Standard
from adoptive.workbench.export.write import read_dataset, read_transport, write_dataset, write_standard, write_transport
from adoptive.workbench.export.write.define import unresolved

SCHEMA = json.loads((Path(__file__).parents[3] / "data" / "sdtm_adam" / "dataset.schema.json").read_text("utf-8"))
LARGE = ("ADLB", "ADVS", "ADPC", "LB", "VS", "QS", "PC")


def _small(standard: Standard) -> Standard:
    """Keep 300 rows of the large data sets: what is written of a row does not depend on how many there are."""
    kept = {
        name: DataSet(one.spec, {key: column[:300] for key, column in one.columns.items()}) if name in LARGE else one
        for name, one in standard.datasets.items()
    }
    return Standard(standard.spec, standard.study_id, standard.title, standard.comment, kept)


@pytest.fixture(scope="module", params=["adam", "sdtm"])
def written(
    request: pytest.FixtureRequest, adam: Standard, source: Source, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Standard, Path]:
    standard = _small(adam if request.param == "adam" else tabulation_data(source))
    folder = tmp_path_factory.mktemp(request.param)
    write_standard(standard, folder)
    return standard, folder


def test_dataset_json_follows_its_schema(written: tuple[Standard, Path]) -> None:
    standard, folder = written
    check = jsonschema.Draft201909Validator(SCHEMA)
    for name in standard.datasets:
        document = json.loads((folder / f"{name.lower()}.json").read_text("utf-8"))
        assert [str(one.message)[:200] for one in check.iter_errors(document)] == []
        assert document["label"].startswith("Simulated")
        assert "SIMULATED" in document["originator"]
        assert document["records"] == len(document["rows"])


@pytest.mark.parametrize("suffix", ["json", "xpt"])
def test_every_value_comes_back(written: tuple[Standard, Path], suffix: str) -> None:
    standard, folder = written
    for name, dataset in standard.datasets.items():
        read = (read_dataset if suffix == "json" else read_transport)(folder / f"{name.lower()}.{suffix}")
        assert list(read) == list(dataset.columns)
        for column, values in dataset.columns.items():
            assert np.array_equal(read[column], values, equal_nan=values.dtype != object), (name, column)


def test_transport_files_carry_labels_and_formats(written: tuple[Standard, Path]) -> None:
    import pyreadstat

    standard, folder = written
    for name, dataset in standard.datasets.items():
        _, said = pyreadstat.read_xport(str(folder / f"{name.lower()}.xpt"), row_limit=1)
        assert said.file_label == dataset.spec.label
        assert said.table_name == name
        assert said.column_names_to_labels == {one.name: one.label for one in dataset.spec.variables}
        dates = {one.name for one in dataset.spec.variables if one.kind == "date"}
        assert {each for each, code in said.original_variable_types.items() if code == "DATE9"} == dates


def test_define_xml_loads_and_its_references_lead_somewhere(written: tuple[Standard, Path]) -> None:
    from odmlib import define_loader, loader, odm_parser
    from odmlib.schema_manager import get_schema_path

    standard, folder = written
    reader = loader.ODMLoader(define_loader.XMLDefineLoader(model_package="define_2_1"))
    reader.open_odm_document(str(folder / "define.xml"))
    root = reader.load_odm()
    version = root.Study.MetaDataVersion
    assert [group.Name for group in version.ItemGroupDef] == list(standard.datasets)
    assert "SIMULATED" in version.CommentDef[0].Description.TranslatedText[0]._content
    assert all((folder / group.leaf.href).is_file() for group in version.ItemGroupDef)
    assert unresolved(root) == []
    del version.ItemDef[3], version.CodeList[0]
    assert len(unresolved(root)) >= 2
    odm_parser.ODMSchemaValidator(get_schema_path("define", "2.1")).validate_file(str(folder / "define.xml"))


def test_the_same_run_gives_the_same_bytes(written: tuple[Standard, Path], tmp_path: Path) -> None:
    standard, folder = written
    write_standard(standard, tmp_path)
    for one in folder.iterdir():
        assert one.read_bytes() == (tmp_path / one.name).read_bytes(), one.name
    assert b"01JAN00:00:00:00" in next(folder.glob("*.xpt")).read_bytes()[:600]


def test_what_xpt_cannot_hold_is_refused(adam: Standard, tmp_path: Path) -> None:
    whole = adam.datasets["ADTOX"]
    long = DataSet(whole.spec, {**whole.columns, "PARAM": np.full(len(whole), "x" * 201, dtype=object)})
    with pytest.raises(StudyError, match="200 characters"):
        write_transport(tmp_path / "long.xpt", long)
    large = DataSet(whole.spec, {**whole.columns, "AVAL": np.full(len(whole), 1e76)})
    with pytest.raises(StudyError, match="too large for XPT"):
        write_transport(tmp_path / "large.xpt", large)
    write_dataset(tmp_path / "long.json", adam, long)
    assert read_dataset(tmp_path / "long.json")["PARAM"][0] == "x" * 201


@pytest.mark.parametrize("name", ["adam", "sdtm"])
def test_names_and_labels_fit_the_transport_format(name: str) -> None:
    spec = load_spec(name)
    variables = [one for dataset in spec.datasets.values() for one in dataset.variables]
    assert [one.name for one in variables if len(one.name) > 8 or len(one.label) > 40] == []
    assert [one.name for one in variables if one.method and one.method not in spec.methods] == []
    assert [
        one.name for one in variables if one.codelist and one.codelist[0] != "@" and one.codelist not in spec.codelists
    ] == []
    assert all(key in {one.name for one in each.variables} for each in spec.datasets.values() for key in each.keys)
