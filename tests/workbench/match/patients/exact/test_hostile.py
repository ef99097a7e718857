"""Records that are broken or meant to harm: a clear error or a note, never a traceback, and the rest is used."""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from synthetic_records import bundle, component, concept, condition, observation, patient, quantity, resource

from adoptive.errors import StudyError
from adoptive.trial.eligibility.facts import Facts
from adoptive.workbench.match.patients import genes, hla, read_patient, read_patients, stages
from adoptive.workbench.mistakes import Mistake

Read = Callable[..., Facts]
Json = dict[str, Any]
AS_OF = datetime.date(2026, 6, 1)
GOOD = observation("good", concept("LOINC 718-7"), valueQuantity=quantity(9.9, "g/dL"))


def _nested(levels: int) -> Json:
    inner: Json = {"url": "http://x", "valueString": "y"}
    for _ in range(levels):
        inner = {"url": "http://x", "extension": [inner]}
    return inner


BROKEN = [
    observation("b", concept("LOINC 718-7"), "2026-02-30", valueQuantity=quantity(9, "g/dL")),
    observation("b", concept("LOINC 718-7"), surprise=1),
    observation("b", concept("LOINC 718-7"), valueQuantity=quantity(9, "g/dL"), valueString="x"),
    observation("b", concept("LOINC 718-7"), valueQuantity={"value": "nine"}),
    observation("b", concept("LOINC 718-7"), extension=[_nested(60)]),
    {**observation("b", concept("LOINC 718-7")), "subject": "p1"},
    {**observation("b", concept("LOINC 718-7")), "status": {"a": 1}},
    {**observation("b", concept("LOINC 718-7")), "code": [1, 2]},
    resource("Condition", "b", clinicalStatus="active"),
    resource("Procedure", "b", status="completed", code=concept("SNOMED 1"), performedPeriod="yesterday"),
    resource("MedicationStatement", "b", status="active"),
    resource("Immunization", "b", status="completed"),
]


@pytest.mark.parametrize("number", range(len(BROKEN)))
def test_one_broken_resource_spoils_nothing_else(read: Read, number: int) -> None:
    facts = read(bundle(patient(), BROKEN[number], GOOD))
    assert facts.values["haemoglobin_g_dl"][0].value == 9.9
    assert len(facts.values["haemoglobin_g_dl"]) == 1
    assert facts.notes == (f"resources that are not valid FHIR R4, left out: {BROKEN[number]['resourceType']}/b",)


@pytest.mark.parametrize("number", ["1e400", "NaN", "Infinity", "-Infinity", "9" * 5000, "1e-400", "-5"])
def test_numbers_that_are_none(read: Read, number: str) -> None:
    bad = observation("b", concept("LOINC 718-7"), valueQuantity=quantity(123454321, "g/dL"))
    facts = read(json.dumps(bundle(patient(), bad, GOOD)).replace("123454321", number))
    assert [fact.value for fact in facts.values["haemoglobin_g_dl"]] == [9.9]
    assert len(facts.notes) == 1


def test_a_key_that_stands_twice(read: Read) -> None:
    text = json.dumps(bundle(patient(), observation("b", concept("LOINC 718-7"), valueInteger=3), GOOD))
    facts = read(text.replace('"status": "final"', '"status": "final", "status": "cancelled"', 1))
    assert facts.notes == ("resources that are not valid FHIR R4, left out: Observation/b",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[]", "not a FHIR resource"),
        ("{}", "not a FHIR resource"),
        ('{"protocolSection": {}}', "trials are given with --trials"),
        ('{"resourceType": 5}', "not a FHIR resource"),
        ('{"resourceType": "Bundle"}', "no Patient resource"),
        ('{"resourceType": "Bundle", "entry": 3}', "no Patient resource"),
        ('{"resourceType": "Bundle", "entry": [1, null, {"resource": 5}]}', "no Patient resource"),
        ('{"a":' * 5000, "nested too deeply"),
        ("[" * 200_000, "nested too deeply"),
        ("\x00", "not TOML"),
    ],
)
def test_what_is_no_record_is_said(read: Read, text: str, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        read(text)


def test_wrong_encodings_and_missing_files(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_bytes(json.dumps(bundle(patient())).encode("utf-16"))
    with pytest.raises(StudyError, match="not UTF-8"):
        read_patient(path)
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(bundle(patient())).encode())
    assert read_patient(path, as_of=AS_OF).id == "p1"
    for wrong in (tmp_path / "none.json", tmp_path):
        with pytest.raises(StudyError):
            read_patient(wrong)
    with pytest.raises(StudyError, match="no such name"):
        read_patient(tmp_path / "a\x00b")


def test_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    with path.open("wb") as file:
        file.truncate(60_000_000)
    with pytest.raises(StudyError, match="too large"):
        read_patient(path)


def test_scripts_and_unshowable_signs_stay_text(read: Read) -> None:
    odd = patient(address=[{"country": "\u2028<script>alert(1)</script>\u0085"}])
    facts = read(bundle({**odd, "id": "x" * 60}, GOOD))
    assert facts.country == "<script>alert(1)</script>"
    "".join((facts.id, facts.country, *facts.notes)).encode("utf-8")
    note = read(bundle(patient(), condition("c", concept("SNOMED 1\ud800\n2 x")))).notes
    assert note == ("conditions that are not understood, left out: SNOMED 1 2",) or "not valid" in note[0]


def test_a_patient_resource_that_is_broken_leaves_the_rest(read: Read) -> None:
    facts = read(bundle({**patient(), "birthDate": "1961-13-45"}, GOOD))
    assert facts.values.keys() == {"haemoglobin_g_dl"}
    assert facts.notes == ("resources that are not valid FHIR R4, left out: Patient/p1",)


def test_resources_of_somebody_else_are_not_taken(read: Read) -> None:
    stranger = {**GOOD, "id": "s", "subject": {"reference": "Patient/other"}}
    facts = read(bundle(patient(), stranger))
    assert facts.values.keys() == {"age_years", "sex"}
    assert facts.notes == ("resources of nobody in the file, left out",)
    for reference in ("Patient/p1", "urn:uuid:p1", "http://here.example/fhir/Patient/p1", "Patient/p1/_history/2"):
        own = {**GOOD, "subject": {"reference": reference}}
        assert "haemoglobin_g_dl" in read(bundle(patient(), own)).values


def test_the_newest_version_of_a_resource_counts(read: Read) -> None:
    old = {**GOOD, "meta": {"lastUpdated": "2026-05-01T00:00:00Z"}}
    new = {**GOOD, "meta": {"lastUpdated": "2026-05-09T00:00:00Z"}, "status": "entered-in-error"}
    for both in ((old, new), (new, old)):
        assert "haemoglobin_g_dl" not in read(bundle(patient(), *both)).values


def test_notes_are_short_and_hold_no_texts(read: Read) -> None:
    many = [condition(f"c{number}", concept(f"SNOMED {number} secret words")) for number in range(10_000, 10_400)]
    (note,) = read(bundle(patient(), *many)).notes
    assert len(note) < 400
    assert note.endswith("and 388 more")
    assert "secret" not in note


def test_several_patients(tmp_path: Path, read: Read) -> None:
    second = {**patient(), "id": "p2"}
    hers = {**GOOD, "id": "h2", "subject": {"reference": "Patient/p2"}}
    both = bundle(patient(), second, GOOD, hers)
    with pytest.raises(StudyError, match="--patients"):
        read(both)
    path = tmp_path / "both.json"
    path.write_text(json.dumps(both))
    found = [item for item in read_patients(path, as_of=AS_OF) if isinstance(item, Facts)]
    assert [item.id for item in found] == ["p1", "p2"]
    assert all(len(item.values["haemoglobin_g_dl"]) == 1 for item in found)


def test_a_folder_with_everything(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(bundle(patient(), GOOD)))
    (tmp_path / "b.toml").write_text("id = 'b'")
    (tmp_path / "c.toml").write_text("idd = 'c'")
    (tmp_path / "d.csv").write_text("id,ecog\nd1,1\nd2,x\n")
    (tmp_path / "e.json").write_text("{")
    (tmp_path / "f.json").write_bytes(b"\xff\xfe")
    (tmp_path / "g.txt").write_text("not read")
    lines = [json.dumps(bundle({**patient(), "id": "g1"})), "{broken}", json.dumps(bundle({**patient(), "id": "g2"}))]
    (tmp_path / "g.ndjson").write_text("\n".join(lines))
    (tmp_path / "Patient.ndjson").write_text(json.dumps({**patient(), "id": "bulk"}) + "\n")
    about = {"subject": {"reference": "Patient/bulk"}}
    (tmp_path / "Observation.ndjson").write_text(json.dumps({**GOOD, **about}) + "\n")
    found = list(read_patients(tmp_path, as_of=AS_OF))
    assert [item.id for item in found if isinstance(item, Facts)] == ["p1", "b", "d1", "g1", "g2", "bulk"]
    bulk = next(item for item in found if isinstance(item, Facts) and item.id == "bulk")
    assert bulk.values["haemoglobin_g_dl"][0].value == 9.9
    said = " | ".join(str(item) for item in found if isinstance(item, Mistake))
    for words in ("c.toml: idd", "d.csv: row 3", "e.json", "f.json: the text is not UTF-8", "g.ndjson: line 2"):
        assert words in said, words
    assert sum(isinstance(item, Mistake) for item in found) == 5


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no patients in the folder"):
        list(read_patients(tmp_path))
    with pytest.raises(StudyError, match="no such file or folder"):
        list(read_patients(tmp_path / "none"))


@pytest.mark.parametrize("reader", [genes.protein_change, genes.gene_symbol, hla.standard_name, hla.typing_of,
                                    stages.stage_of, stages.metastasis_of])  # fmt: skip
def test_readers_of_names_take_no_time_over_long_texts(reader: Callable[[str], object]) -> None:
    texts = ("A*02:01+" * 400_000, "stage " * 200_000, "p.(" + "A1" * 500_000, "A" * 1_000_000, " " * 1_000_000)
    for text in texts:
        for part in (text, text[:390], text[:3_990], text[:79]):
            began = time.perf_counter()
            reader(part)
            assert time.perf_counter() - began < 0.5


def test_a_long_life_is_read_quickly(read: Read) -> None:
    inner = [component(concept("LOINC 8480-6"), valueQuantity=quantity(120, "mmHg", "mm[Hg]"))]
    many = [observation(f"o{number}", concept("LOINC 85354-9"), component=inner) for number in range(600)]
    began = time.perf_counter()
    facts = read(bundle(patient(), *many))
    assert len(facts.values["systolic_mmhg"]) == 600
    assert time.perf_counter() - began < 6.0  # 0.3 s on one free core
