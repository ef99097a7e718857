"""Synthetic patients and statements for the laws of eligibility: drawn, not taken from anybody."""

from __future__ import annotations

import datetime
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from adoptive.trial.eligibility.facts import Alteration, AntigenTest, Condition, Diagnosis, Fact, Facts, Therapy
from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    AnyOf,
    Disease,
    Flag,
    Gene,
    Has,
    HlaAllele,
    Named,
    Not,
    Quantity,
    Statement,
    Treated,
    Unread,
)

TODAY = datetime.date(2026, 10, 2)
NUMBERS = ("haemoglobin_g_dl", "alt_u_l", "ecog")
FLAGS = ("measurable_disease", "pregnant")
CANCERS = (
    "gastric cancer",
    "gastric adenocarcinoma",
    "gastrointestinal cancer",
    "colorectal cancer",
    "melanoma",
    "cancer",
)
DRUGS = ("chemotherapy", "fluorouracil", "FOLFOX", "pembrolizumab", "CAR-T cells", "immunotherapy", "prednisone")
ILLS = ("infection", "pneumonia", "HIV infection", "CNS metastases", "autoimmune disease")
ALLELES = ("HLA-A*02:01", "HLA-A*02", "HLA-A*02:07", "HLA-A*24:02", "HLA-B*07:02", "HLA-A*02:01:01")
CHANGES = ("", "G12D", "G12V", "G12", "Q61H")

days = st.none() | st.integers(-20, 200).map(lambda ago: TODAY - datetime.timedelta(days=ago))
small = st.integers(0, 8).map(float)
maybe = st.none() | st.booleans()
windows = st.none() | st.sampled_from((14.0, 28.0, 100.0))

numbers = st.builds(
    Fact,
    value=small,
    day=days,
    upper_limit=st.none() | st.just(2.0),
    censored=st.sampled_from(("", "", "<", ">")),
    until=st.none() | small,
)
answers = st.builds(Fact, value=st.booleans(), day=days)
sexes = st.builds(Fact, value=st.sampled_from(("female", "male", "unknown")))
diagnoses = st.builds(
    Diagnosis,
    name=st.sampled_from(CANCERS),
    stage=st.sampled_from(("", "II", "IIIA", "III", "IV")),
    metastatic=maybe,
    unresectable=maybe,
    day=days,
    current=maybe,
)
therapies = st.builds(
    Therapy,
    name=st.sampled_from(DRUGS),
    start=days,
    end=days,
    ongoing=maybe,
    stopped_for=st.sampled_from(("", "progression", "completed")),
    dose=st.none() | st.just(20.0),
    dose_unit=st.sampled_from(("", "mg/day")),
)
antigens = st.builds(
    AntigenTest,
    target=st.sampled_from(("CLDN18.2", "HER2")),
    assay=st.sampled_from(("IHC", "IHC", "ISH", "")),
    positive=maybe,
    intensity=st.none() | st.integers(0, 3).map(float),
    share=st.none() | st.integers(0, 10).map(lambda tenths: tenths / 10),
    h_score=st.none() | st.integers(0, 30).map(lambda tens: tens * 10.0),
    day=days,
)
alterations = st.builds(
    Alteration,
    gene=st.just("KRAS"),
    change=st.sampled_from(CHANGES),
    category=st.sampled_from(("", "mutation", "amplification")),
    present=st.booleans(),
    day=days,
)
conditions = st.builds(
    Condition,
    name=st.sampled_from(ILLS),
    state=st.sampled_from(("active", "past", "absent")),
    start=days,
    end=days,
)
LISTS: dict[str, st.SearchStrategy[Any]] = {
    "diagnoses": diagnoses,
    "therapies": therapies,
    "antigens": antigens,
    "alterations": alterations,
    "conditions": conditions,
    "hla": st.sampled_from(ALLELES),
}
fields = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.lists(numbers, min_size=1, max_size=3).map(tuple) for name in NUMBERS},
        **{name: st.lists(answers, min_size=1, max_size=2).map(tuple) for name in FLAGS},
        "sex": sexes.map(lambda it: (it,)),
    },
).map(MappingProxyType)


def people(*, complete: bool = True) -> st.SearchStrategy[Facts]:
    """Draw patients; ``complete``: some lists of some are said to hold everything."""
    names = st.sampled_from(("therapies", "conditions", "antigens", "alterations", "diagnoses"))
    return st.builds(
        Facts,
        id=st.just("synthetic"),
        as_of=st.just(TODAY),
        values=fields,
        complete=st.frozensets(names) if complete else st.just(frozenset()),
        **{name: st.lists(each, max_size=3).map(tuple) for name, each in LISTS.items()},
    )


quantities = st.builds(
    Quantity,
    field=st.sampled_from(NUMBERS),
    compare=st.sampled_from((">=", ">", "<=", "<", "=")),
    value=small,
    times_normal=st.booleans(),
    within_days=windows,
)
treated = st.builds(
    Treated,
    names=st.sampled_from((*((name,) for name in DRUGS), (), ("pembrolizumab", "CAR-T cells"))),
    within_days=windows,
    failed=st.booleans(),
    ongoing=st.booleans(),
    dose_above=st.none() | st.just(10.0),
)
levels = st.builds(
    AntigenLevel,
    target=st.sampled_from(("CLDN18.2", "HER2")),
    assay=st.sampled_from(("", "IHC", "ISH")),
    intensity_at_least=st.none() | st.integers(1, 3).map(float),
    share_at_least=st.none() | st.sampled_from((0.1, 0.4, 0.75)),
    share_above=st.booleans(),
    h_score_at_least=st.none() | st.just(100.0),
    within_days=windows,
)
genes = st.builds(
    Gene,
    gene=st.just("KRAS"),
    changes=st.sampled_from(((), ("G12D",), ("G12D", "G12V"), ("G12",))),
    category=st.sampled_from(("", "mutation", "amplification")),
)
has = st.builds(
    Has,
    names=st.sampled_from((*((name,) for name in ILLS), ("pneumonia", "HIV infection"))),
    ever=st.booleans(),
    within_days=windows,
    qualifier=st.sampled_from(("", "", "uncontrolled")),
)
diseases = st.builds(
    Disease,
    names=st.sampled_from((*((name,) for name in CANCERS), ())),
    stages=st.sampled_from(((), ("III", "IV"), ("IIIA",))),
    extent=st.sampled_from(((), ("metastatic",), ("locally advanced or metastatic",))),
    other_than_study_disease=st.booleans(),
    within_days=windows,
)
hla = st.builds(HlaAllele, alleles=st.sampled_from((("HLA-A*02:01",), ("HLA-A*02",), ("HLA-A*24:02", "HLA-A*02:07"))))
flags = st.builds(Flag, field=st.sampled_from(FLAGS))
sex = st.builds(Named, field=st.just("sex"), names=st.sampled_from((("female",), ("male",), ("female", "male"))))
leaves = st.one_of(quantities, treated, levels, genes, has, diseases, hla, flags, sex, st.just(Unread("words")))


def trees(each: st.SearchStrategy[Any] = leaves) -> st.SearchStrategy[Statement]:
    """Draw statements joined by all, any and not."""
    return st.recursive(
        each,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts))),
            st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
            inner.map(Not),
        ),
        max_leaves=5,
    )
