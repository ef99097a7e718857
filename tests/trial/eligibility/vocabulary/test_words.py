"""Laws of the vocabulary: one spelling one name, trees without rings, safe and fast scanning, units that go back."""

from __future__ import annotations

import math
import re
import time
from collections import defaultdict
from collections.abc import Iterator

import pytest

from adoptive.trial.eligibility.vocabulary import KINDS, Field, Kind, Term, days_of, load_vocabulary
from adoptive.trial.eligibility.vocabulary.spelling import forms, key, pattern_of, unit_key

WORDS = load_vocabulary()
TREES: tuple[Kind, ...] = ("diseases", "treatments", "conditions", "antigens")


def _terms(kind: Kind) -> dict[str, Term | Field]:
    return dict(WORDS.fields if kind == "fields" else WORDS.terms(kind))


def _spellings(kind: Kind) -> Iterator[tuple[str, str]]:
    for name, term in _terms(kind).items():
        for word in term.synonyms:
            yield from ((name, form) for form in forms(word))


@pytest.mark.parametrize("kind", KINDS)
def test_a_spelling_has_one_name(kind: Kind) -> None:
    names: dict[str, set[str]] = defaultdict(set)
    for name, form in _spellings(kind):
        names[key(form)].add(name)
    for name, term in _terms(kind).items():
        for acronym in term.acronyms:
            names[f"as written: {acronym}"].add(name)
            assert names.get(key(acronym), {name}) == {name}, acronym
    assert {spelling: owners for spelling, owners in names.items() if len(owners) > 1} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_has_one_name_and_finds_it(kind: Kind) -> None:
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, term in _terms(kind).items():
        for system, codes in term.codes.items():
            assert system in {"oncotree", "icd10", "snomed", "rxnorm", "atc", "loinc", "hgnc"}, (name, system)
            for code in codes:
                owners[system, code].add(name)
                assert WORDS.by_code(kind, system, code) == name
    assert {code: names for code, names in owners.items() if len(names) > 1} == {}


def test_codes_have_the_form_of_their_system() -> None:
    shapes = {
        "icd10": r"[A-Z]\d[0-9A-Z](\.\d{1,3})?",
        "snomed": r"\d{6,18}",
        "rxnorm": r"\d{3,7}",
        "atc": r"[A-Z]\d\d([A-Z]([A-Z](\d\d)?)?)?",
        "loinc": r"\d{1,5}-\d",
    }
    for kind in KINDS:
        for name, term in _terms(kind).items():
            for system, codes in term.codes.items():
                assert all(re.fullmatch(shapes.get(system, r"\S+"), code) for code in codes), (name, system, codes)


def _luhn(code: str) -> bool:
    """Check the last digit of a LOINC code (Mod 10)."""
    number, check = code.split("-")
    doubled = [int(d) * (2 if place % 2 == 0 else 1) for place, d in enumerate(reversed(number))]
    return (10 - sum(value // 10 + value % 10 for value in doubled) % 10) % 10 == int(check)


_D = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_STEP = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _verhoeff(code: str) -> bool:
    """Check the last digit of a SNOMED CT identifier (Verhoeff)."""
    rows = [tuple(range(10))]
    for _ in range(7):
        rows.append(tuple(rows[-1][_STEP[place]] for place in range(10)))
    total = 0
    for place, digit in enumerate(reversed(code)):
        total = _D[total][rows[place % 8][int(digit)]]
    return total == 0


def test_check_digits_are_right() -> None:
    loinc = [code for field in WORDS.fields.values() for code in field.codes.get("loinc", ())]
    snomed = [code for kind in KINDS for term in _terms(kind).values() for code in term.codes.get("snomed", ())]
    assert len(loinc) > 60
    assert len(snomed) > 60
    assert [code for code in loinc if not _luhn(code)] == []
    assert [code for code in snomed if not _verhoeff(code)] == []


@pytest.mark.parametrize("kind", TREES)
def test_trees_have_known_parents_and_no_rings(kind: Kind) -> None:
    terms = WORDS.terms(kind)
    for name, term in terms.items():
        assert all(parent in terms for parent in term.parents), name
        for parent in term.parents:
            assert WORDS.is_a(kind, name, parent)
            assert not WORDS.is_a(kind, parent, name), f"{name} and {parent} are each narrower than the other"
        assert name in WORDS.narrower(kind, name)


def test_trees_know_the_clinic() -> None:
    assert WORDS.is_a("diseases", "gastric adenocarcinoma", "solid tumour")
    assert not WORDS.is_a("diseases", "gastric cancer", "gastric adenocarcinoma")
    assert not WORDS.is_a("diseases", "colon cancer", "gastric cancer")
    assert WORDS.is_a("treatments", "axicabtagene ciloleucel", "genetically engineered cells")
    assert WORDS.is_a("treatments", "FOLFOX", "fluoropyrimidine")
    assert not WORDS.is_a("treatments", "tumour-infiltrating lymphocytes", "genetically engineered T cells")
    assert WORDS.is_a("conditions", "brain metastases", "CNS metastases")
    assert not WORDS.is_a("conditions", "hepatitis B", "HIV infection")


def _american(form: str) -> str:
    joined = form.replace("o-oe", "oe") if "o-oe" in form else form.replace("oe", "e")
    return joined.replace("ae", "e").replace("tumour", "tumor")


@pytest.mark.parametrize("kind", KINDS)
def test_the_pattern_finds_whole_spellings(kind: Kind) -> None:
    pattern = WORDS.synonym_pattern(kind)
    for place, (name, form) in enumerate(_spellings(kind)):
        other = (form.upper(), _american(form), form.replace(" ", "-"), f"{form}.")[place % 4]
        for written in (form, other):
            found = pattern.match(written)
            assert found is not None, written
            assert found.end() == len(written.rstrip(".")), (written, found.group())
            assert WORDS.find(kind, found.group()) == name
    for name, term in _terms(kind).items():
        for acronym in term.acronyms:
            found = pattern.match(acronym)
            assert found is not None, acronym
            assert WORDS.find(kind, found.group()) == name


@pytest.mark.parametrize("kind", KINDS)
def test_the_pattern_never_hits_inside_words_nor_after_non(kind: Kind) -> None:
    pattern = WORDS.synonym_pattern(kind)
    for _, form in list(_spellings(kind))[::7]:
        for written in (f"x{form}", f"9{form}", f"é{form}"):
            assert pattern.match(written, 1) is None, written
        shorter = pattern.match(f"{form}q")
        assert shorter is None or shorter.end() <= len(form), form
        assert pattern.match(f"non-{form}", 4) is None, form


def test_everyday_words_are_no_acronyms() -> None:
    text = "all patients lead a normal life, as the physician may ask; met at her site; most cup a hand"
    for kind in TREES:
        assert WORDS.synonym_pattern(kind).findall(text) == [], kind
    assert WORDS.find("diseases", "all") is None
    assert WORDS.find("diseases", "ALL") == "acute lymphoblastic leukaemia"
    assert WORDS.find("conditions", "ra") is None
    assert WORDS.find("conditions", "MS") is None


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("must meet ALL of the following", []),
        ("ALL PATIENTS IN ALL ARMS MUST CONSENT", []),
        ("ALL prior toxicities resolved in ALL cohorts", []),
        ("relapsed or refractory ALL", ["ALL"]),
        ("AML or ALL, Philadelphia negative", ["AML", "ALL"]),
        ("R/R ALL with blasts", ["ALL"]),
        ("ALL in second relapse", ["ALL"]),
        ("B-ALL", ["B-ALL"]),
    ],
)
def test_acronyms_that_are_words_need_their_place(text: str, hits: list[str]) -> None:
    assert WORDS.synonym_pattern("diseases").findall(text) == hits


@pytest.mark.parametrize(
    ("kind", "text", "name"),
    [
        ("diseases", "non–small-cell  lung cancers", "non-small cell lung cancer"),
        ("diseases", "Esophageal Squamous Cell Carcinoma", "oesophageal squamous cell carcinoma"),
        ("diseases", "Waldenstrom's macroglobulinemia", "Waldenström macroglobulinaemia"),
        ("antigens", "IL13Rα2", "IL13Ra2"),
        ("antigens", "claudin18.2", "CLDN18.2"),
        ("antigens", "HER 2", "HER2"),
        ("treatments", "CAR T-cells", "CAR-T cells"),
        ("treatments", "anti-PD-(L)1 antibodies", "PD-1/PD-L1 inhibitor"),
        ("conditions", "Hepatitis B surface antigen positive", "HBsAg positive"),
        ("conditions", "Guillain Barre syndrome", "Guillain-Barré syndrome"),
        ("fields", "Absolute Neutrophil Count (ANC)", "neutrophils_e9_l"),
        ("fields", "hemoglobin", "haemoglobin_g_dl"),
        ("diseases", "gastric or gastroesophageal junction adenocarcinoma", "oesophagogastric adenocarcinoma"),
        ("conditions", "Asthma (disorder)", "asthma"),
        ("diseases", "Malignant neoplasm of stomach (disorder)", "gastric cancer"),
        ("diseases", "gastro-oesophageal junction cancers", "gastro-oesophageal junction cancer"),
        ("diseases", "gastroesophageal junction cancer", "gastro-oesophageal junction cancer"),
        ("diseases", "x" * 100_000, None),
        ("diseases", "\ud800\x00", None),
        ("diseases", "", None),
    ],
)
def test_finds_a_name(kind: Kind, text: str, name: str | None) -> None:
    assert WORDS.find(kind, text) == name


HOSTILE = (
    "non small cell lung " * 5000,
    "a" * 100_000,
    "oesophag " * 11_000,
    " " * 100_000,
    "-" * 100_000,
    "chimeric antigen receptor (CAR) T-cell " * 2500,
    "anti-PD-1 or anti-" * 5500,
    "C" * 100_000,
    "\x00\ud800" * 50_000,
)


@pytest.mark.parametrize("kind", KINDS)
def test_scans_hostile_text_in_linear_time(kind: Kind) -> None:
    pattern = WORDS.synonym_pattern(kind)
    for text in HOSTILE:
        start = time.process_time()
        sum(1 for _ in pattern.finditer(text))
        assert time.process_time() - start < 1.0, text[:20]


def test_a_pattern_of_nothing_finds_nothing() -> None:
    assert pattern_of((), ()).search("anything at all") is None


def test_units_go_there_and_back() -> None:
    for name, known in WORDS.fields.items():
        assert WORDS.in_unit(name, 3.5, known.unit) == 3.5
        assert WORDS.in_unit(name, 3.5) == 3.5
        for unit, factor in known.units.items():
            assert unit_key(unit) == unit, unit
            assert factor > 0
            if known.unit not in ("week", "year"):
                there = WORDS.in_unit(name, 7.0, unit)
                assert there is not None
                assert math.isclose(there / factor, 7.0, rel_tol=1e-12)


@pytest.mark.parametrize(
    ("field", "value", "unit", "expected"),
    [
        ("haemoglobin_g_dl", 90, "g/L", 9.0),
        ("creatinine_mg_dl", 132.63, "µmol/L", 1.5),
        ("bilirubin_mg_dl", 34.208, "umol/l", 2.0),
        ("neutrophils_e9_l", 1500, "cells/mm³", 1.5),
        ("neutrophils_e9_l", 1.5, "× 10⁹/L", 1.5),
        ("neutrophils_e9_l", 1.5, "10*3/uL", 1.5),
        ("lymphocytes_per_ul", 0.2, "10^9/L", 200.0),
        ("platelets_e9_l", 75, "K/uL", 75.0),
        ("albumin_g_l", 3.0, "g/dL", 30.0),
        ("creatinine_clearance_ml_min", 50, "mL/min/1.73 m²", 50.0),
        ("alt_u_l", 1.0, "ukat/L", 60.0),
        ("calcium_mg_dl", 2.5, "mmol/L", 10.0195),
        ("life_expectancy_weeks", 3, "months", 13.0),
        ("age_years", 18, "months", 1.5),
        ("largest_lesion_mm", 1.5, "cm", 15.0),
        ("haemoglobin_g_dl", 9, "bananas", None),
        ("haemoglobin_g_dl", 9, "mg/dL", None),
        ("life_expectancy_weeks", 3, "mg", None),
        ("no_such_field", 3, "mg", None),
        ("alt_u_l", math.nan, "U/L", None),
    ],
)
def test_turns_units(field: str, value: float, unit: str, expected: float | None) -> None:
    assert WORDS.in_unit(field, value, unit) == (None if expected is None else pytest.approx(expected, rel=1e-9))


def test_spans_of_time_are_whole_days() -> None:
    assert [days_of(n, "weeks") for n in (1, 2, 4)] == [7, 14, 28]
    assert [days_of(n, "month") for n in (1, 3, 6, 12)] == [30, 91, 183, 365]
    assert [days_of(n, "year") for n in (1, 2, 3, 5)] == [365, 731, 1096, 1826]
    assert days_of(72, "hours") == 3
    with pytest.raises(ValueError, match="unit: 'moon'"):
        days_of(1, "moon")


def test_fields_bound_what_is_plausible() -> None:
    numbers = [known for known in WORDS.fields.values() if known.sort == "number"]
    assert all(known.low is not None and known.high is not None and known.low < known.high for known in numbers)
    assert all(known.low <= known.asked[0] < known.asked[1] <= known.high for known in numbers if known.asked)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("field", "value", "may"),
    [
        ("haemoglobin_g_dl", 8.0, True),
        ("haemoglobin_g_dl", 0.9, False),
        ("platelets_e9_l", 0.1, False),
        ("platelets_e9_l", 75.0, True),
        ("alt_u_l", 5000.0, True),
        ("age_years", math.nan, False),
        ("no_such_field", 1.0, False),
    ],
)
def test_a_threshold_out_of_reach_is_a_mistaken_unit(field: str, value: float, may: bool) -> None:
    assert WORDS.may_be_asked(field, value) is may
