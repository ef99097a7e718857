"""CTML: what each key says, levels, suspension, and mistakes in the structure."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adoptive.errors import StudyError
from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    AnyOf,
    Disease,
    Gene,
    Named,
    Not,
    Quantity,
    Statement,
    Treated,
    Unread,
)
from adoptive.workbench.match.trials.ctml import trial_of_ctml
from adoptive.workbench.match.trials.load import load_trials
from adoptive.workbench.match.types import Trial
from adoptive.workbench.mistakes import Mistake

Write = Callable[[str, Any], Path]

ADULT = Quantity("age_years", ">=", 18.0)
UNSTABLE = Gene("MSI-H", (), "signature")


def asked(node: object) -> Statement:
    return trial_of_ctml({"protocol_no": "1", "match": [node]}, source="synthetic").levels[0].statement


def disease(*names: str) -> Disease:
    return Disease(names)


@pytest.mark.parametrize(
    ("clinical", "statement"),
    [
        ({"age_numerical": ">=18"}, ADULT),
        ({"AGE_NUMERICAL": ">= 18"}, ADULT),
        ({"age_expression": "<18"}, Quantity("age_years", "<", 18.0)),
        ({"age_numerical": "!>=18"}, Not(ADULT)),
        ({"age_numerical": "18"}, Unread("age_numerical: 18")),
        ({"age_numerical": ">=eighteen"}, Unread("age_numerical: >=eighteen")),
        ({"age_numerical": ">=" + "9" * 5000}, None),
        ({"gender": "Female"}, Named("sex", ("female",))),
        ({"gender": "!Male"}, Not(Named("sex", ("male",)))),
        ({"gender": "All"}, All(())),
        ({"gender": "Robot"}, Unread("gender: Robot")),
        ({"oncotree_primary_diagnosis": "_SOLID_"}, disease("solid tumour")),
        ({"oncotree_primary_diagnosis": "_LIQUID_"}, disease("haematological malignancy")),
        ({"oncotree_primary_diagnosis": "!Renal Cell Carcinoma"}, Not(disease("renal cell carcinoma"))),
        ({"oncotree_primary_diagnosis": "LUAD"}, disease("lung adenocarcinoma")),
        ({"oncotree_primary_diagnosis": "Lung"}, disease("lung cancer")),
        (
            {"oncotree_primary_diagnosis": ["Melanoma", "Stomach Adenocarcinoma"]},
            AnyOf((disease("melanoma"), disease("gastric adenocarcinoma"))),
        ),
        (
            {"oncotree_primary_diagnosis": ["_SOLID_", "!Melanoma", "!Glioblastoma"]},
            All((disease("solid tumour"), Not(disease("melanoma")), Not(disease("glioblastoma")))),
        ),
        ({"oncotree_primary_diagnosis": "Blue Tumor"}, Unread("oncotree_primary_diagnosis: Blue Tumor")),
        ({"oncotree_primary_diagnosis": "!Blue Tumor"}, Not(Unread("oncotree_primary_diagnosis: Blue Tumor"))),
        (
            {"oncotree_primary_diagnosis": "Bone"},
            All((disease("solid tumour"), AnyOf((Disease(("osteosarcoma", "Ewing sarcoma", "chondrosarcoma")),
                                                 Unread("OncoTree Bone"))))),
        ),
        ({"her2_status": "True"}, AntigenLevel("HER2")),
        ({"her2_status": "Negative"}, Not(AntigenLevel("HER2"))),
        ({"her2_status": "Equivocal"}, Unread("her2_status: Equivocal")),
        ({"er_status": True}, AntigenLevel("oestrogen receptor")),
        ({"tmb": ">=10"}, Quantity("tmb_per_mb", ">=", 10.0)),
        ({"disease_status": ["Metastatic", "Untreated"]},
         AnyOf((Disease((), extent=("metastatic",)), Unread("disease_status: Untreated")))),
        ({"shoe_size": 43, "age_numerical": ">=18"}, All((Unread("shoe_size: 43"), ADULT))),
        ({"shoe_size": {"eu": 43}}, Unread("shoe_size: a dict")),
        ({"age_numerical": ">=18", "gender": "", "tmb": None}, ADULT),
        ({}, Unread("a clinical node that asks for nothing")),
    ],
)  # fmt: skip
def test_clinical_keys(clinical: dict[str, Any], statement: Statement | None) -> None:
    found = asked({"clinical": clinical})
    assert found == statement if statement else isinstance(found, Unread)


MUTATION = {"hugo_symbol": "BRAF", "variant_category": "Mutation"}
V600 = ("V600",)


@pytest.mark.parametrize(
    ("genomic", "statement"),
    [
        (MUTATION, Gene("BRAF", (), "mutation")),
        ({**MUTATION, "protein_change": "p.V600E"}, Gene("BRAF", ("V600E",), "mutation")),
        ({**MUTATION, "protein_change": "p.Val600Glu"}, Gene("BRAF", ("V600E",), "mutation")),
        ({**MUTATION, "protein_change": ["p.V600E", "V600K"]}, Gene("BRAF", ("V600E", "V600K"), "mutation")),
        ({**MUTATION, "wildcard_protein_change": "p.V600"}, Gene("BRAF", V600, "mutation")),
        ({**MUTATION, "variant_category": "!Mutation"}, Not(Gene("BRAF", (), "mutation"))),
        ({**MUTATION, "hugo_symbol": "!BRAF"}, Not(Gene("BRAF", (), "mutation"))),
        ({**MUTATION, "protein_change": "!p.V600E"}, Not(Gene("BRAF", ("V600E",), "mutation"))),
        ({**MUTATION, "wildcard_protein_change": "!p.V600"}, Not(Gene("BRAF", V600, "mutation"))),
        ({**MUTATION, "protein_change": ["p.V600E", "!p.V600K"]},
         Unread("hugo_symbol: BRAF; variant_category: Mutation; protein_change: p.V600E, !p.V600K")),
        ({**MUTATION, "exon": 15}, All((Gene("BRAF", (), "mutation"), Unread("BRAF exon: 15")))),
        ({**MUTATION, "molecular_function": "Activating"},
         All((Gene("BRAF", (), "mutation"), Unread("BRAF molecular_function: Activating")))),
        ({**MUTATION, "variant_classification": "!In_Frame_Del"},
         Not(All((Gene("BRAF", (), "mutation"), Unread("BRAF variant_classification: In_Frame_Del"))))),
        ({**MUTATION, "wildtype": "true"}, Not(Gene("BRAF", (), "mutation"))),
        ({**MUTATION, "wildtype": True}, Not(Gene("BRAF", (), "mutation"))),
        ({**MUTATION, "wildtype": False}, Gene("BRAF", (), "mutation")),
        ({**MUTATION, "germline": "Germline"}, All((Gene("BRAF", (), "mutation"), Unread("BRAF germline: Germline")))),
        ({**MUTATION, "display_name": "x", "annotated_variant": ""}, Gene("BRAF", (), "mutation")),
        ({"hugo_symbol": "MET", "variant_category": "Copy Number Variation", "cnv_call": "High Amplification"},
         Gene("MET", (), "amplification")),
        ({"hugo_symbol": "PTEN", "variant_category": "Copy Number Variation", "cnv_call": "Homozygous Deletion"},
         Gene("PTEN", (), "deletion")),
        ({"hugo_symbol": "PTEN", "variant_category": "Copy Number Variation", "cnv_call": "Heterozygous Deletion"},
         All((Gene("PTEN", (), "deletion"), Unread("PTEN copies: heterozygous")))),
        ({"hugo_symbol": "MET", "variant_category": "Copy Number Variation", "cnv_call": "Low Amplification"},
         All((Unread("MET variant_category: Copy Number Variation"), Unread("MET cnv_call: Low Amplification")))),
        ({"hugo_symbol": "MET", "variant_category": "Copy Number Variation"},
         AnyOf((Gene("MET", (), "amplification"), Gene("MET", (), "deletion")))),
        ({"hugo_symbol": "ALK", "variant_category": "Structural Variation"}, Gene("ALK", (), "fusion")),
        ({"hugo_symbol": "BCR", "variant_category": "Structural Variation", "fusion_partner_hugo_symbol": "ABL1"},
         All((AnyOf((Gene("BCR", (), "fusion"), Gene("ABL1", (), "fusion"))),
              Unread("BCR fusion_partner_hugo_symbol: ABL1")))),
        ({"hugo_symbol": "TP53", "variant_category": "Any Variation"},
         AnyOf(tuple(Gene("TP53", (), kind) for kind in ("mutation", "amplification", "deletion")))),
        ({"hugo_symbol": "TP53", "variant_category": "Weather"}, Unread("TP53 variant_category: Weather")),
        ({"mmr_status": "MMR-Deficient"}, UNSTABLE),
        ({"ms_status": "MSI-H", "variant_category": "Signature"}, UNSTABLE),
        ({"mmr_status": "MMR-Proficient"}, Not(UNSTABLE)),
        ({"ms_status": "MSS"}, Not(UNSTABLE)),
        ({"mmr_status": "!MMR-Deficient"}, Not(UNSTABLE)),
        ({"ms_status": "Odd"}, Unread("microsatellites: Odd")),
        ({"uva_signature": "Yes"}, Unread("uva_signature: Yes")),
        ({"hugo_symbol": "KRAS", "annotated_variant": "G12D"}, Gene("KRAS", ("G12D",), "")),
        ({"hugo_symbol": "KRAS", "annotated_variant": "Amplification"}, Gene("KRAS", (), "amplification")),
        ({"hugo_symbol": "KRAS", "annotated_variant": "Oncogenic Mutations"},
         Unread("KRAS annotated_variant: Oncogenic Mutations")),
        ({"hugo_symbol": ["KRAS", "NRAS"], "variant_category": "Mutation"},
         AnyOf((Gene("KRAS", (), "mutation"), Gene("NRAS", (), "mutation")))),
        ({"hugo_symbol": "<script>"}, Unread("hugo_symbol: <script>")),
        ({"match_all": "True"}, All(())),
        ({}, Unread("a genomic node that asks for nothing")),
    ],
)  # fmt: skip
def test_genomic_keys(genomic: dict[str, Any], statement: Statement) -> None:
    assert asked({"genomic": genomic}) == statement


@pytest.mark.parametrize(
    ("treatment", "statement"),
    [
        ({"drug": "Pembrolizumab"}, Treated(("pembrolizumab",))),
        ({"prior_treatment_agent": "!Nivolumab"}, Not(Treated(("nivolumab",)))),
        ({"treatment_category": "Stem Cell Transplant", "transplant_type": "Allogeneic"},
         Treated(("allogeneic stem cell transplant",))),
        ({"agent": "Zorgomab"}, Unread("agent: Zorgomab")),
        ({"agent": "Nivolumab", "year": 2020}, All((Treated(("nivolumab",)), Unread("year: 2020")))),
    ],
)  # fmt: skip
def test_earlier_treatment(treatment: dict[str, Any], statement: Statement) -> None:
    assert asked({"prior_treatment": treatment}) == statement


LEAF = {"clinical": {"age_numerical": ">=18"}}


def nested(depth: int) -> dict[str, Any]:
    tree: dict[str, Any] = LEAF
    for _ in range(depth):
        tree = {"and": [tree]}
    return tree


@pytest.mark.parametrize(
    ("match", "what", "where"),
    [
        ([{"and": [LEAF], "or": [LEAF]}], "a node has one key", "match[1]"),
        ([{}], "a node has one key", "match[1]"),
        ([None], "a node has one key", "match[1]"),
        ([{"and": [LEAF, 7]}], "a node has one key", "match[1].and[2]"),
        ([{"xor": [LEAF]}], "no such node", "match[1]"),
        ([{"or": LEAF}], "a list of nodes is needed", "match[1].or"),
        ([{"or": []}], "a list of nodes is needed", "match[1].or"),
        ([{"and": "x"}], "a list of nodes is needed", "match[1].and"),
        ([{"clinical": [1]}], "a table is needed", "match[1].clinical"),
        ([{"genomic": None}], "a table is needed", "match[1].genomic"),
        ([{"not": [LEAF, LEAF]}], "not denies one node", "match[1].not"),
        ("old", "a match is a list", "match"),
        ([nested(100)], "too deep", ""),
        ([{"or": [LEAF] * 20_000}], "too deep or too large", ""),
    ],
)
def test_mistakes_of_structure_name_their_place(match: object, what: str, where: str) -> None:
    with pytest.raises(StudyError, match=what) as problem:
        trial_of_ctml({"match": match}, source="synthetic")
    assert problem.value.where.startswith(where)
    assert asked(nested(99)) == All((asked(nested(98)),))


def test_a_tree_that_holds_itself_is_refused() -> None:
    ring: dict[str, Any] = {"and": []}
    ring["and"].append(ring)
    with pytest.raises(StudyError, match="holds itself"):
        trial_of_ctml({"match": [ring]}, source="synthetic")


def gene(name: str) -> list[dict[str, Any]]:
    return [{"genomic": {"hugo_symbol": name, "variant_category": "Mutation"}}]


BASKET = {
    "nct_id": "NCT00000001",
    "protocol_no": "SYN-1",
    "long_title": "A synthetic basket trial",
    "phase": "I/II",
    "age": "Adult",
    "last_updated": "March 9, 2021",
    "nct_purpose": "To test the reading of match trees.",
    "drug_list": {"drug": [{"drug_name": "Drug A"}, {"drug_name": "Drug B"}]},
    "site_list": {"site": [{"site_name": "Hospital", "site_status": "Open to Accrual"}]},
    "sponsor_list": {"sponsor": [{"sponsor_name": "Synthetic sponsor", "is_principal_sponsor": "Y"}]},
    "prior_treatment_requirements": ["ECOG 0-1", "Measurable disease"],
    "_summary": {"status": [{"value": "Open to Accrual"}]},
    "match": [LEAF],
    "treatment_list": {
        "step": [
            {
                "step_code": "1",
                "match": gene("KRAS"),
                "arm": [
                    {
                        "arm_code": "A",
                        "arm_description": "first",
                        "arm_suspended": "n",
                        "match": gene("MET"),
                        "dose_level": [
                            {"level_code": "1", "level_suspended": "Y", "match": []},
                            {"level_code": "2", "level_suspended": "N", "match": gene("ALK")},
                        ],
                    },
                    {"arm_code": "B", "arm_suspended": "Y", "dose_level": [], "match": gene("RET")},
                ],
            },
            {"step_code": "2", "step_suspended": True, "arm": [{"arm_code": "C", "match": []}]},
        ]
    },
}


def mutated(name: str) -> Gene:
    return Gene(name, (), "mutation")


def test_levels_inherit_and_suspend() -> None:
    levels = trial_of_ctml(BASKET, source="synthetic").levels
    assert [(level.step, level.arm, level.dose, level.suspended) for level in levels] == [
        ("1", "A: first", "1", True),
        ("1", "A: first", "2", False),
        ("1", "B", "", True),
        ("2", "C", "", True),
    ]
    kras = mutated("KRAS")
    assert [level.statement for level in levels] == [
        All((ADULT, kras, mutated("MET"))),
        All((ADULT, kras, mutated("MET"), mutated("ALK"))),
        All((ADULT, kras, mutated("RET"))),
        ADULT,
    ]


def test_what_surrounds_the_trees() -> None:
    trial = trial_of_ctml(BASKET, source="synthetic")
    assert (trial.id, trial.title, trial.format, trial.status, trial.phase) == (
        "NCT00000001", "A synthetic basket trial", "ctml", "open", "Phase 1/Phase 2",
    )  # fmt: skip
    assert (trial.sponsor, trial.interventions, trial.updated) == (
        "Synthetic sponsor", ("Drug A", "Drug B"), "2021-03-09",
    )  # fmt: skip
    assert [(site.name, site.status) for site in trial.sites] == [("Hospital", "open")]
    assert [(item.origin, item.kind, item.text) for item in trial.items] == [
        ("eligibilityCriteria", "inclusion", "ECOG 0-1"),
        ("eligibilityCriteria", "inclusion", "Measurable disease"),
        ("age", "inclusion", "Age: Adult"),
    ]


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ({"status": "OPEN TO ACCRUAL"}, "open"),
        ({"status": "closed to accrual"}, "closed"),
        ({"_summary": {"status": [{"value": "closed"}]}, "status": "open"}, "closed"),
        ({"summary": {"status": "Suspended"}}, "closed"),
        ({"status": "Active, not recruiting"}, "closed"),
        ({"status": 3}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_recruitment(status: dict[str, Any], word: str) -> None:
    assert trial_of_ctml({"protocol_no": "1", "match": [LEAF], **status}, source="s").status == word


YAML = """
protocol_no: 00-001
short_title: Written by hand
status: open to accrual
last_updated: 2021-02-31
treatment_list:
  step:
    - step_code: 1
      match:
        - and:
            - clinical: &adult
                age_numerical: ">=18"
                oncotree_primary_diagnosis: !Melanoma
            - not:
                genomic:
                  hugo_symbol: NRAS
                  variant_category: !Mutation
                  display_name: NO
      arm:
        - arm_code: EXP 3
          arm_suspended: N
          match:
            - clinical: *adult
"""


def test_yaml_as_curators_write_it(write: Write) -> None:
    [trial] = load_trials(write("trial.yml", YAML.encode()))
    assert isinstance(trial, Trial)
    assert (trial.id, trial.updated, trial.source) == ("00-001", "", "trial.yml")
    [level] = trial.levels
    own = All((ADULT, Not(disease("melanoma"))))
    assert level.statement == All((All((own, Not(Not(mutated("NRAS"))))), own))
    assert not level.suspended


def test_several_documents_in_one_file(write: Write) -> None:
    two = YAML + "\n---\nprotocol_no: 2\nmatch: [{clinical: {gender: Male}}]\n---\njust text\n"
    first, second, third = load_trials(write("two.yaml", two.encode()))
    assert isinstance(first, Trial)
    assert isinstance(second, Trial)
    assert isinstance(third, Mistake)
    assert (second.id, second.source, third.where) == ("2", "two.yaml, record 2", "two.yaml, record 3")


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("match: !!python/object/apply:os.system ['true']", "a tag has no place"),
        ("match: !!python/name:os.system", "a tag has no place"),
        (BOMB, "too many aliases"),
        ("match: &a [*a]", "holds itself"),
        ("match: &a\n  - and: *a", "holds itself"),
        ("match: " + "[" * 5000, "too deep"),
        ("match: " + "{and: [" * 500, "too deep"),
        ("match: [1, 2", "not YAML"),
        ("match:\n\t- x", "not YAML"),
        ("match: []\nmatch: []", "stands twice"),
        ("? [a]\n: b", "cannot stand here"),
        ("<<: {match: []}", "cannot stand here"),
        ("\x00", "not YAML"),
        ("a: 1", "no trial"),
        ("match: [{and: 1}]", "a list of nodes"),
    ],
)
def test_broken_yaml_is_listed(write: Write, text: str, what: str) -> None:
    [mistake] = load_trials(write("a.yaml", text.encode()))
    assert isinstance(mistake, Mistake)
    assert what in mistake.what
    assert mistake.where.startswith("a.yaml")


def test_yaml_in_other_encodings(write: Write) -> None:
    assert isinstance(next(load_trials(write("a.yaml", YAML.encode("utf-16")))), Trial)
    assert isinstance(next(load_trials(write("b.yaml", YAML.replace("hand", "h\xe4nd").encode("latin-1")))), Mistake)


def test_a_yaml_file_too_long_is_not_read(write: Write) -> None:
    [mistake] = load_trials(write("a.yaml", b"match: " + b"x" * 20_000_001))
    assert isinstance(mistake, Mistake)
    assert "too long" in mistake.what


def test_a_key_twice_in_json_is_a_mistake(write: Write) -> None:
    text = json.dumps({"nct_id": "NCT1", "match": [{"and": [LEAF]}]}).replace('"and"', '"and": [], "and"')
    [mistake] = load_trials(write("a.json", text.encode()))
    assert isinstance(mistake, Mistake)
    assert "stands twice" in mistake.what
