"""Forms that come near a phrase and must not be claimed by it, and texts made to keep a pattern busy."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from adoptive.trial.eligibility.statements import Statement
from adoptive.workbench.match.read.phrases import PHRASES

NOT_WHOLE = (
    "locally advanced gastric cancer",
    "resectable gastric cancer",
    "non-gastric cancer",
    "newly diagnosed multiple myeloma",
    "persistent cervical cancer",
    "family history of breast cancer",
    "stage IV kidney disease",
    "advanced age",
    "all",
    "second primary malignancy that requires treatment",
    "other malignancy within 2-5 years",
    "limited-stage disease",
    "chemotherapy-naive",
    "steroid-refractory graft-versus-host disease",
    "at least two prior lines of chemotherapy",
    "two prior lines of therapy",
    "refractory to standard therapy",
    "relapse, chemotherapy",
    "progressed on trastuzumab within 6 months",
    "failed at least 200 prior lines of therapy",
    "at least three prior lines of therapy including an unheard-of drug",
    "systemic corticosteroids >= 10 mg/day of prednisone or equivalent",
    "systemic corticosteroids > 10 mg/day",
    "prednisone < 10 mg daily or equivalent",
    "dexamethasone > 10 mg",
    "anti-XYZ42 therapy",
    "HER2 IHC 0 or 1+",
    "HER2 IHC 2+",
    "CLDN18.2 expression in less than 40% of tumour cells",
    "CLDN18.2 expression in no more than 40% of tumour cells",
    "CLDN18.2 2+ in >= 40% or 3+ in >= 20% of cells",
    "CLDN18.2 IHC 1+ or 2+",
    "CLDN18.2 expression in 140% of cells",
    "weak to moderate GPC3 staining",
    "CEA > 5 ng/mL",
    "PD-L1 expression >= 1%",
    "GPC3 and mesothelin expression >= 2+",
    "HLA-A9",
    "homozygous for HLA-A*02:01",
    "HLA-A*02:01, 18 years",
    "HLA-matched donor",
    "HLA-A*02:01 restricted T cells",
    "EGFR positive",
    "EGFR exon 20 insertion",
    "KRAS or NRAS wild-type",
    "met the criteria",
    "activating BRAF mutation",
    "TMB-high",
    "PTEN loss",
    "NYHA class II heart failure",
    "NYHA class III heart failure",
    "NYHA class I-II heart failure",
    "CMV seropositive",
    "EBV-positive lymphoma",
    "seropositive for hepatitis B",
    "non-infectious colitis of any grade",
    "clinically significant cardiac disease",
    "severe heart failure",
    "grade 3 infection",
    "pregnancy test",
    "negative pregnancy test within 7 days",
    "women of childbearing potential must use contraception",
    "men must agree to use contraception",
    "resectable lesion",
    "central venous catheter",
    "consent of the sponsor",
    "participation in another study within 4 weeks",
)
"""No phrase may rest on the whole of these: at least one word of each changes or adds a meaning."""

BUSY = (
    "advanced ",
    "metastatic or ",
    "stage IV, ",
    "gastric cancer, ",
    "HLA-A*02:01, ",
    "A*02:01/",
    "KRAS, ",
    "relapsed after or ",
    "nivolumab and ",
    "prednisone > 10 mg ",
    "CLDN18.2 ",
    "HER2 IHC 3+ or ",
    "in >= 40% of tumour cells ",
    "with at the of ",
    "HIV, ",
    "willing and able to ",
    "use highly effective ",
    "active ",
    "( ",
    "9,9",
)


@pytest.mark.parametrize("text", NOT_WHOLE)
def test_near_miss_is_not_claimed(text: str, stated: Callable[[str], set[Statement]]) -> None:
    assert stated(text) == set()


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("Gene of interest: all patients", "Disease"),
        ("patients who met the criteria were treated", "Gene"),
        ("men must agree to use contraception", "Named"),
        ("HIV-negative partners", "Quantity"),
        ("no more than 2 weeks since the last dose", "prior_lines"),
    ],
)
def test_words_that_look_like_names_claim_nothing(
    text: str, forbidden: str, claims: Callable[[str], list[tuple[str, Statement]]]
) -> None:
    rests = [words for words, statement in claims(text) if forbidden in repr(statement)]
    assert all(words.lower() in ("men", "all men") for words in rests)


def test_longest_items_take_no_time() -> None:
    slow = []
    for seed in BUSY:
        text = (seed * 3000)[:3000]
        started = time.perf_counter()
        for phrase in PHRASES:
            for match in phrase.pattern.finditer(text):
                phrase.build(match)
        if time.perf_counter() - started > 5.0:
            slow.append(seed)
    assert slow == []
