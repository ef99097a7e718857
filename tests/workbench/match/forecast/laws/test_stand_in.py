"""Which study stands in for a record of a registry, and the sentence where none does."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable

import pytest

from adoptive.trial.eligibility.facts import Diagnosis, Facts
from adoptive.workbench.match.forecast.stand_in import Chosen, choose_study
from adoptive.workbench.match.types import Refused, Trial

Record = Callable[..., Trial]


def _with(diagnosis: str) -> Facts:
    return Facts("synthetic", datetime.date(2026, 1, 1), diagnoses=(Diagnosis(diagnosis),) if diagnosis else ())


@pytest.mark.parametrize(
    ("title", "conditions", "diagnosis", "study"),
    [
        (
            "CLDN18.2 CAR-T cells for advanced gastric cancer",
            ("Gastric Cancer",),
            "gastric adenocarcinoma",
            "satri-cel",
        ),
        (
            "Anti-claudin18.2 chimeric antigen receptor T cells",
            ("Advanced Solid Tumor",),
            "gastric cancer",
            "satri-cel",
        ),
        ("Claudin18.2 CAR-T", ("Pancreatic Cancer",), "pancreatic cancer", "ct041-cg4006"),
        ("CLDN18.2 CAR-T cells", ("Gastric Cancer",), "", "satri-cel"),
        ("GPC3 CAR-T cells", ("Hepatocellular Carcinoma",), "hepatocellular carcinoma", "gpc3-hcc"),
        ("MAGE-A4 TCR-T cells", ("Synovial Sarcoma",), "synovial sarcoma", "afami-cel"),
        ("Axicabtagene ciloleucel", ("Diffuse Large B-cell Lymphoma",), "diffuse large B-cell lymphoma", "zuma-1"),
        ("Ciltacabtagene autoleucel", ("Multiple Myeloma",), "multiple myeloma", "cartitude-1"),
    ],
)
def test_the_same_cells_against_the_same_target_in_the_same_tumour_stand_in(
    title: str, conditions: tuple[str, ...], diagnosis: str, study: str, record: Record
) -> None:
    found = choose_study(record(title, "Fludarabine", "Cyclophosphamide", conditions=conditions), _with(diagnosis))
    assert isinstance(found, Chosen), found
    assert found.study.name == study
    assert "stands in" in found.basis
    assert any("not of this trial" in line for line in found.cautions)


def test_a_record_with_a_bundled_studys_number_is_that_study(record: Record) -> None:
    found = choose_study(record("A trial", "Paclitaxel", number="NCT04581473"), _with("gastric cancer"))
    assert isinstance(found, Chosen)
    assert found.study.name == "satri-cel"
    assert "is this trial" in found.basis


def test_a_name_that_stands_in_the_title_is_that_of_the_cells(record: Record) -> None:
    beside = ("QX-77", "Fludarabine", "Leukapheresis", "Quality-of-Life Assessment")
    found = choose_study(record("QX-77, CLDN18.2 CAR-T cells", *beside), _with("gastric cancer"))
    assert isinstance(found, Chosen), found


def test_a_summary_that_speaks_of_a_donor_is_refused(record: Record) -> None:
    trial = dataclasses.replace(record("CLDN18.2 CAR-T cells"), summary="These cells are made from healthy donors.")
    found = choose_study(trial, _with("gastric cancer"))
    assert isinstance(found, Refused)
    assert "cells of a donor" in found.reason


def test_another_region_is_said(record: Record) -> None:
    found = choose_study(record("CLDN18.2 CAR-T cells", country="Germany"), _with("gastric cancer"))
    assert isinstance(found, Chosen)
    assert found.region == "Europe"
    assert any("Days of manufacture are those of China; this trial runs in Europe" in line for line in found.cautions)


@pytest.mark.parametrize(
    ("title", "beside", "conditions", "diagnosis", "reason"),
    [
        ("Pembrolizumab", ("Pembrolizumab",), "Gastric Cancer", "gastric cancer", "does not name CAR-T"),
        ("CAR-T cells for gastric cancer", (), "Gastric Cancer", "gastric cancer", "does not name a target"),
        ("CD19 and CD22 CAR-T", (), "B-ALL", "B-cell acute lymphoblastic leukaemia", "several targets"),
        ("CD19/CD22 dual CAR-T", (), "B-ALL", "B-cell acute lymphoblastic leukaemia", "more than one receptor"),
        ("CLDN18.2 and CD999 CAR-T", (), "Gastric Cancer", "gastric cancer", "several targets"),
        ("Allogeneic CD19 CAR-T", (), "DLBCL", "diffuse large B-cell lymphoma", "cells of a donor"),
        ("CD19 CAR-NK cells", (), "DLBCL", "diffuse large B-cell lymphoma", "natural killer cells"),
        ("CLDN18.2 CAR-T", ("Nivolumab",), "Gastric Cancer", "gastric cancer", "names nivolumab"),
        (
            "CLDN18.2 CAR-T",
            ("CLDN18.2 CAR-T", "QX-77"),
            "Gastric Cancer",
            "gastric cancer",
            "'QX-77' is not understood",
        ),
        ("CLDN18.2 CAR-T", ("QX-77",), "Gastric Cancer", "gastric cancer", "'QX-77' is not understood"),
        ("GPC3 CAR-T with IL-15", (), "Hepatocellular Carcinoma", "hepatocellular carcinoma", "added gene"),
        ("Intraperitoneal CLDN18.2 CAR-T", (), "Gastric Cancer", "gastric cancer", "not given into a vein"),
        ("MUC16 CAR-T cells", (), "Ovarian Cancer", "ovarian cancer", "no CAR-T study against MUC16"),
        ("GPC3 CAR-T cells", (), "Gastric Cancer", "gastric cancer", "in gastric tumours"),
        ("CD19 CAR-T", (), "DLBCL", "diffuse large B-cell lymphoma", "they differ"),
        ("CLDN18.2 CAR-T", (), "Gastric Cancer", "thymoma", "does not know thymoma"),
        ("CLDN18.2 CAR-T", (), "Pancreatic Cancer", "gastric cancer", "does not name gastric cancer"),
        ("CLDN18.2 CAR-T", (), "Healthy volunteers", "", "does not name one tumour"),
        ("<script>alert(1)</script>" * 20_000, (), "Gastric Cancer", "gastric cancer", "does not name CAR-T"),
    ],
)
def test_what_the_model_does_not_know_is_refused_with_the_reason(
    title: str, beside: tuple[str, ...], conditions: str, diagnosis: str, reason: str, record: Record
) -> None:
    found = choose_study(record(title, *beside, conditions=(conditions,)), _with(diagnosis))
    assert isinstance(found, Refused), found
    assert reason in found.reason
    assert found.reason.endswith(".")
