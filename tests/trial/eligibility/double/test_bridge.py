"""The same criterion on arrays of virtual patients and, as a statement, on each of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from adoptive.cohort.names import TUMOUR_TYPES
from adoptive.trial.eligibility import CRITERION_FIELDS, meets
from adoptive.trial.eligibility.bridge import criterion_of, facts_of, statement_of
from adoptive.trial.eligibility.facts import Diagnosis, Facts
from adoptive.trial.eligibility.judge import truth
from adoptive.trial.eligibility.judge.virtual import TUMOURS
from adoptive.trial.eligibility.statements import (
    AnyOf,
    Disease,
    Flag,
    Gene,
    Has,
    Named,
    Not,
    Quantity,
    Statement,
    Treated,
)
from adoptive.trial.eligibility.vocabulary import load_vocabulary
from adoptive.trial.types import Criterion

SORTS: dict[str, tuple[str, ...]] = {
    "number": ("=", "in", ">=", "<=", "between"),
    "yes/no": ("=",),
    "name": ("=", "in"),
}
numbers = st.integers(0, 6).map(float) | st.sampled_from((0.1, 0.5, 1.0)) | st.floats(0, 500)


@st.composite
def criteria(draw: st.DrawFn) -> Criterion:
    field = draw(st.sampled_from(sorted(CRITERION_FIELDS)))
    about = CRITERION_FIELDS[field]
    operator: Any = draw(st.sampled_from(SORTS[about.sort]))
    one = {"number": numbers, "yes/no": st.booleans(), "name": st.sampled_from(TUMOUR_TYPES)}[about.sort]
    value: Any = draw(one)
    if operator == "in":
        value = tuple(draw(st.lists(one, min_size=1, max_size=4)))
    elif operator == "between":
        value = tuple(sorted((value, draw(numbers))))
    gate: Any = "treatment" if about.known == "after screening" else "procurement"
    return Criterion(
        "drawn", draw(st.sampled_from(("inclusion", "exclusion"))), gate, field, operator, value, about.unit
    )


def drawn_values(seed: int, patients: int) -> dict[str, NDArray[Any]]:
    rng = np.random.default_rng(seed)
    draw = {
        "number": lambda: rng.integers(0, 7, patients).astype(float),
        "yes/no": lambda: rng.random(patients) < 0.5,
        "name": lambda: np.asarray(TUMOUR_TYPES)[rng.integers(0, len(TUMOUR_TYPES), patients)],
    }
    values = {name: draw[about.sort]() for name, about in CRITERION_FIELDS.items()}
    return values | {"read_share": rng.integers(0, 11, patients) / 10}


VALUES = drawn_values(5, 12)
PEOPLE = [facts_of(VALUES, row, target="CLDN18.2") for row in range(12)]


@settings(max_examples=60, deadline=None)
@given(criteria(), st.sampled_from(("", "CLDN18.2")))
def test_a_criterion_and_its_statement_agree(criterion: Criterion, target: str) -> None:
    statement = statement_of(criterion, target=target)
    assert [truth(statement, facts) for facts in PEOPLE] == meets(criterion, VALUES).tolist()


@settings(max_examples=25, deadline=None)
@given(criteria())
def test_there_and_back(criterion: Criterion) -> None:
    back = criterion_of(statement_of(criterion), id="drawn", kind=criterion.kind, gate=criterion.gate)
    assert back is not None
    same = meets(back, VALUES) == meets(criterion, VALUES)
    assert (same if back.kind == criterion.kind else ~same).all()


def test_every_field_and_operator_was_asked() -> None:
    for name, about in CRITERION_FIELDS.items():
        for operator in SORTS[about.sort]:
            plain: Any = {"number": 2.0, "yes/no": True, "name": "gastric"}[about.sort]
            value = (plain,) if operator == "in" else (plain, 4.0) if operator == "between" else plain
            gate: Any = "treatment" if about.known == "after screening" else "procurement"
            criterion = Criterion("each", "inclusion", gate, name, operator, value)  # type: ignore[arg-type]
            found = [truth(statement_of(criterion), facts) for facts in PEOPLE]
            assert found == meets(criterion, VALUES).tolist(), (name, operator)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (Quantity("platelets_e9_l", ">", 75.0), ("exclusion", "platelets_e9_l", "<=", 75.0)),
        (Not(Quantity("ecog", "<=", 1)), ("exclusion", "ecog", "<=", 1.0)),
        (Quantity("albumin_g_l", ">=", 30.0, within_days=14), ("inclusion", "albumin_g_l", ">=", 30.0)),
        (Disease(("gastrointestinal cancer",)), ("inclusion", "tumour_type", "in", TUMOUR_TYPES[:5])),
        (Has(("peritoneal metastases",)), ("inclusion", "peritoneal", "=", True)),
        (Flag("measurable_disease"), ("inclusion", "lesions", ">=", 1.0)),
        (Named("sex", ("female",)), ("inclusion", "male", "=", False)),
        (Disease(("gastric adenocarcinoma",)), None),
        (Disease(("gastric cancer", "breast cancer")), None),
        (Disease(("gastric cancer",), stages=("IV",)), None),
        (Quantity("alt_u_l", "<=", 3.0, times_normal=True), None),
        (Quantity("haemoglobin_g_dl", ">=", 9.0), None),
        (Quantity("albumin_g_l", ">=", 3.0, times_normal=True), None),
        (Treated(("chemotherapy",)), None),
        (Gene("KRAS", ("G12D",)), None),
        (AnyOf((Quantity("ecog", "=", 0), Flag("fit"))), None),
    ],
)
def test_back_to_a_criterion(statement: Statement, expected: tuple[Any, ...] | None) -> None:
    back = criterion_of(statement, id="back")
    assert (back and (back.kind, back.field, back.operator, back.value)) == expected


def test_real_patients_are_asked_the_same_in_their_own_words() -> None:
    real = Facts("synthetic", PEOPLE[0].as_of, diagnoses=(Diagnosis("gastric adenocarcinoma"),))
    assert truth(Named("tumour_type", ("gastric", "pancreatic")), real) is True
    assert truth(Named("tumour_type", ("pancreatic",)), real) is False
    assert truth(Flag("peritoneal"), real) is None
    assert set(TUMOURS) == set(TUMOUR_TYPES)
    assert {name for names in TUMOURS.values() for name in names} <= set(load_vocabulary().terms("diseases"))
