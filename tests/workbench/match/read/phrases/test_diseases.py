"""Phrases of cancers, their spread and stage, and other cancers: forms that are wholly understood."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adoptive.trial.eligibility.statements import AnyOf, Disease, Has, Statement

FORMS: tuple[tuple[str, Statement], ...] = (
    (
        "locally advanced or metastatic adenocarcinoma of the stomach or gastro-oesophageal junction",
        Disease(
            ("oesophagogastric adenocarcinoma",),
            extent=("locally advanced or metastatic",),
        ),
    ),
    (
        "advanced/metastatic gastric or gastroesophageal junction (G/GEJ) adenocarcinoma",
        Disease(
            ("oesophagogastric adenocarcinoma",),
            extent=("locally advanced or metastatic",),
        ),
    ),
    (
        "advanced gastric, pancreatic or ovarian cancer",
        Disease(("gastric cancer", "pancreatic cancer", "ovarian cancer"), extent=("advanced",)),
    ),
    (
        "unresectable locally advanced or metastatic pancreatic ductal adenocarcinoma",
        AnyOf(
            (
                Disease(
                    ("pancreatic ductal adenocarcinoma",), extent=("locally advanced or metastatic", "unresectable")
                ),
                Disease(("pancreatic ductal adenocarcinoma",), extent=("metastatic",)),
            )
        ),
    ),
    (
        "locally advanced (unresectable) or metastatic gastric cancer",
        AnyOf(
            (
                Disease(("gastric cancer",), extent=("locally advanced or metastatic", "unresectable")),
                Disease(("gastric cancer",), extent=("metastatic",)),
            )
        ),
    ),
    (
        "unresectable or metastatic hepatocellular carcinoma (HCC)",
        AnyOf(
            (
                Disease(("hepatocellular carcinoma",), extent=("metastatic",)),
                Disease(("hepatocellular carcinoma",), extent=("unresectable",)),
            )
        ),
    ),
    (
        "unresectable, locally advanced or metastatic sarcoma",
        AnyOf(
            (
                Disease(("sarcoma",), extent=("locally advanced or metastatic",)),
                Disease(("sarcoma",), extent=("unresectable",)),
            )
        ),
    ),
    ("metastatic and unresectable melanoma", Disease(("melanoma",), extent=("metastatic", "unresectable"))),
    ("relapsed or refractory multiple myeloma", Disease(("multiple myeloma",), extent=("recurrent or refractory",))),
    (
        "relapsed/refractory diffuse large B-cell lymphoma",
        Disease(("diffuse large B-cell lymphoma",), extent=("recurrent or refractory",)),
    ),
    ("R/R B-cell non-Hodgkin lymphoma", Disease(("B-cell non-Hodgkin lymphoma",), extent=("recurrent or refractory",))),
    (
        "relapsed and/or refractory B-cell acute lymphoblastic leukemia (B-ALL)",
        Disease(("B-cell acute lymphoblastic leukaemia",), extent=("recurrent or refractory",)),
    ),
    ("recurrent glioblastoma", Disease(("glioblastoma",), extent=("recurrent or refractory",))),
    (
        "recurrent or metastatic head and neck squamous cell carcinoma",
        AnyOf(
            (
                Disease(("head and neck squamous cell carcinoma",), extent=("metastatic",)),
                Disease(("head and neck squamous cell carcinoma",), extent=("recurrent or refractory",)),
            )
        ),
    ),
    (
        "cervical cancer, recurrent or metastatic",
        AnyOf(
            (
                Disease(("cervical cancer",), extent=("metastatic",)),
                Disease(("cervical cancer",), extent=("recurrent or refractory",)),
            )
        ),
    ),
    (
        "pancreatic ductal adenocarcinoma that is unresectable or metastatic",
        AnyOf(
            (
                Disease(("pancreatic ductal adenocarcinoma",), extent=("metastatic",)),
                Disease(("pancreatic ductal adenocarcinoma",), extent=("unresectable",)),
            )
        ),
    ),
    ("gastric cancer not amenable to curative resection", Disease(("gastric cancer",), extent=("unresectable",))),
    (
        "advanced hepatocellular carcinoma that is not amenable to curative surgery",
        Disease(("hepatocellular carcinoma",), extent=("advanced", "unresectable")),
    ),
    ("stage III or IV melanoma", Disease(("melanoma",), ("III", "IV"))),
    ("melanoma, stage IIIB-IV", Disease(("melanoma",), ("IIIB", "IIIC", "IV"))),
    ("AJCC stage IIIB, IIIC or IV melanoma", Disease(("melanoma",), ("IIIB", "IIIC", "IV"))),
    ("stage 3/4 non-small cell lung cancer", Disease(("non-small cell lung cancer",), ("III", "IV"))),
    ("stage IV colorectal cancer", Disease(("colorectal cancer",), ("IV",))),
    (
        "advanced or metastatic colorectal cancer, non-small cell lung cancer, or ovarian cancer",
        Disease(
            ("colorectal cancer", "non-small cell lung cancer", "ovarian cancer"),
            extent=("locally advanced or metastatic",),
        ),
    ),
    (
        "synovial sarcoma or myxoid/round cell liposarcoma",
        Disease(("synovial sarcoma", "myxoid/round cell liposarcoma")),
    ),
    ("multiple myeloma", Disease(("multiple myeloma",))),
    ("triple-negative breast cancer", Disease(("triple-negative breast cancer",))),
    ("primary CNS lymphoma", Disease(("primary CNS lymphoma",))),
    ("non-small cell lung cancer (NSCLC)", Disease(("non-small cell lung cancer",))),
    ("acute lymphoblastic leukaemia", Disease(("acute lymphoblastic leukaemia",))),
    ("ALL", Disease(("acute lymphoblastic leukaemia",))),
    ("solid tumours", Disease(("solid tumour",))),
    ("metastatic disease", Disease((), extent=("metastatic",))),
    ("locally advanced or metastatic disease", Disease((), extent=("locally advanced or metastatic",))),
    ("relapsed/refractory disease", Disease((), extent=("recurrent or refractory",))),
    ("stage IV disease", Disease((), ("IV",))),
    ("distant metastases", Has(("distant metastases",))),
    ("other malignancy within 3 years", Disease((), other_than_study_disease=True, within_days=1096.0)),
    (
        "another primary malignancy within 5 years of enrolment",
        Disease((), other_than_study_disease=True, within_days=1826.0),
    ),
    ("history of other malignancies", Disease((), other_than_study_disease=True)),
    ("prior malignancy within the past 5 years", Disease((), other_than_study_disease=True, within_days=1826.0)),
    (
        "concurrent or previous other malignancy within 2 years",
        Disease((), other_than_study_disease=True, within_days=731.0),
    ),
    ("active second malignancy", Disease((), other_than_study_disease=True)),
    (
        "history of malignancy within 3 years before screening",
        Disease((), other_than_study_disease=True, within_days=1096.0),
    ),
)


@pytest.mark.parametrize(("text", "statement"), FORMS)
def test_form_states(text: str, statement: Statement, stated: Callable[[str], set[Statement]]) -> None:
    assert stated(text) == {statement}
