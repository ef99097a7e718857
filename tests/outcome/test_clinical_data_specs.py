"""Clinical data standards: the schema of Dataset-JSON 1.1, and names, labels and types of ADaM variables."""

from __future__ import annotations

import copy
import csv
import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from adoptive.outcome.events import ADTTE_VARIABLES, adtte_columns, overall_survival

STANDARDS = Path(__file__).parents[1] / "data" / "sdtm_adam"
JSON_TYPES = {"text": "string", "integer": "integer", "float": "double"}


def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((STANDARDS / "dataset.schema.json").read_text("utf-8"))
    return found


def refused(document: object) -> str:
    with pytest.raises(jsonschema.ValidationError) as caught:
        jsonschema.Draft201909Validator(schema()).validate(document)
    return caught.value.message


def variables(dataset: str) -> dict[str, dict[str, str]]:
    with (STANDARDS / "adam_variable_specs.csv").open(encoding="utf-8") as file:
        return {row["Variable"]: row for row in csv.DictReader(file) if row["Dataset"] == dataset}


def document() -> dict[str, Any]:
    """Write two overall survival times as a small Dataset-JSON document."""
    endpoint = overall_survival([100.0, np.nan], cut_day=365.0)
    starts = np.array(["2026-01-01", "2026-02-01"], "datetime64[D]")
    table = adtte_columns([endpoint], subject=["01-001", "01-002"], study="SIM-1", start_date=starts)
    columns = [
        {"itemOID": f"IT.ADTTE.{name}", "name": name, "label": label, "dataType": JSON_TYPES[kind]}
        for name, label, kind in ADTTE_VARIABLES
    ]
    rows = [list(row) for row in zip(*(table[name].tolist() for name, _, _ in ADTTE_VARIABLES), strict=True)]
    return {
        "datasetJSONCreationDateTime": "2026-11-21T15:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.ADTTE",
        "records": len(rows),
        "name": "ADTTE",
        "label": "Time-to-Event Analysis",
        "columns": columns,
        "rows": rows,
    }


def test_the_schema_is_one() -> None:
    jsonschema.Draft201909Validator.check_schema(schema())


def test_the_schema_accepts_times_to_events() -> None:
    jsonschema.Draft201909Validator(schema()).validate(document())


@pytest.mark.parametrize(
    ("rule", "vectors"),
    [
        ("astct-crs", "toxgrading/astct_crs_vectors.csv"),
        ("astct-icans", "toxgrading/astct_icans_vectors.csv"),
        ("car-hematotox", "toxgrading/car_hematotox_vectors.csv"),
    ],
)
def test_the_schema_accepts_what_grade_writes(rule: str, vectors: str, tmp_path: Path) -> None:
    grade = pytest.importorskip("adoptive.workbench.grade")
    result = grade.grade_file(STANDARDS.parent / vectors, rule=rule)
    written = [
        json.loads(place.read_text("utf-8")) for place in grade.write_result(result, tmp_path / "g.json").values()
    ]
    assert written
    for found in written:
        jsonschema.Draft201909Validator(schema()).validate(found)
        assert found["records"] == len(found["rows"]) > 0
        assert {len(row) for row in found["rows"]} == {len(found["columns"])}
        oids = [column["itemOID"] for column in found["columns"]]
        assert len(set(oids)) == len(oids)


@pytest.mark.parametrize("name", ["datasetJSONCreationDateTime", "itemGroupOID", "records", "name", "label", "columns"])
def test_the_schema_asks_for_what_it_needs(name: str) -> None:
    broken = document()
    del broken[name]
    assert repr(name) in refused(broken)


def test_the_schema_refuses_wrong_values() -> None:
    for name, value in (("datasetJSONVersion", "2.0"), ("records", -1), ("datasetJSONCreationDateTime", "yesterday")):
        assert str(value) in refused(document() | {name: value})
    broken = copy.deepcopy(document())
    broken["columns"][0]["dataType"] = "number"
    assert "number" in refused(broken)
    assert "surprise" in refused(document() | {"surprise": 1})


@pytest.mark.parametrize(("name", "label", "kind"), ADTTE_VARIABLES)
def test_variables_of_times_to_events(name: str, label: str, kind: str) -> None:
    expected = variables("ADTTE_O")[name]
    assert (label, kind) == (expected["Label"], expected["Data Type"])


def test_variables_stand_in_the_order_of_the_standard() -> None:
    standard = list(variables("ADTTE_O"))
    places = [standard.index(name) for name, _, _ in ADTTE_VARIABLES]
    assert places == sorted(places)
    mandatory = {name for name, row in variables("ADTTE_O").items() if row["Mandatory"] == "Yes"}
    assert mandatory <= {name for name, _, _ in ADTTE_VARIABLES}


def test_columns_have_the_types_they_are_given() -> None:
    table = adtte_columns([overall_survival([1.0], cut_day=2.0)], subject=["01-001"], study="SIM-1")
    kinds = {name: kind for name, _, kind in ADTTE_VARIABLES}
    assert {name: "integer" if column.dtype.kind == "i" else "text" for name, column in table.items()} == {
        name: kinds[name] for name in table
    }
