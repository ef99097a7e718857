"""Criteria: who passes, who is counted where, and that one that nobody fails changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from adoptive.trial.eligibility import CRITERION_FIELDS, entry_values, passes
from adoptive.trial.types import Criterion, Study, TrialRecord

RECORD = Callable[..., TrialRecord]


def criteria(*rows: str) -> tuple[str, str]:
    return "randomised = 30", f"randomised = 30\neligibility = [{', '.join(rows)}]"


def row(name: str, gate: str, field: str, operator: str, value: str, kind: str = "inclusion", more: str = "") -> str:
    said = f'id = "{name}", kind = "{kind}", gate = "{gate}", field = "{field}"'
    return f'{{{said}, operator = "{operator}", value = {value}{more}}}'


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        (">=", 5.0, [False, True, True]),
        ("<=", 5.0, [True, True, False]),
        ("=", 5.0, [False, True, False]),
        ("between", (5.0, 6.0), [False, True, True]),
        ("in", (4.0, 6.0), [True, False, True]),
    ],
)
def test_operators_hold_at_their_limits(operator: str, value: object, expected: list[bool]) -> None:
    item = Criterion("a", "inclusion", "procurement", "age_years", operator, value)  # type: ignore[arg-type]
    known = {"age_years": np.array([4.0, 5.0, 6.0])}
    assert passes(item, known).tolist() == expected
    out = Criterion("a", "exclusion", "procurement", "age_years", operator, value)  # type: ignore[arg-type]
    assert passes(out, known).tolist() == [not it for it in expected]


def test_names_and_yes_or_no() -> None:
    known = {"tumour_type": np.array(["gastric", "sarcoma"]), "peritoneal": np.array([True, False])}
    only = Criterion("a", "inclusion", "procurement", "tumour_type", "in", ("sarcoma", "glioma"))
    assert passes(only, known).tolist() == [False, True]
    assert passes(Criterion("b", "exclusion", "procurement", "peritoneal", "=", True), known).tolist() == [False, True]


def test_every_field_known_at_screening_has_values(candidates: object) -> None:
    values = entry_values(candidates)  # type: ignore[arg-type]
    assert set(values) == {name for name, about in CRITERION_FIELDS.items() if about.known != "after screening"}
    assert all(len(column) == 20_000 for column in values.values())


@pytest.mark.parametrize("gate", ["procurement", "treatment", "infusion day"])
def test_a_criterion_that_nobody_fails_changes_nothing(
    ran: RECORD, gate: str, same_columns: Callable[..., None]
) -> None:
    with_it = ran(criteria(row("grown", gate, "age_years", ">=", "0")))
    if gate == "infusion day":  # the leg to the infusion ends a moment before it, which moves the last digits
        for name in ("arm", "treated", "infusions", "not_infused", "pfs_event", "os_event", "randomised_day"):
            assert with_it.patients[name].tobytes() == ran().patients[name].tobytes(), name
        np.testing.assert_allclose(with_it.patients["pfs_days"], ran().patients["pfs_days"], rtol=1e-4)
    else:
        same_columns(with_it.patients, ran().patients)


def test_each_candidate_fails_once_for_his_first_reason(ran: RECORD) -> None:
    few, old = row("few", "procurement", "lesions", "<=", "2"), row("young", "procurement", "age_years", "<=", "62")
    one, two = ran(criteria(few)), ran(criteria(few, old))
    for record in (one, two):
        counted = sum(values for name, values in record.screening.items() if name.startswith("failed_"))
        assert (record.screening["criteria_failures"] == counted).all()
        screening = record.screening
        failures = ("antigen", "hla", "receptor", "criteria", "other", "run_in")
        assert (screening["screened"] == 30 + sum(screening[f"{name}_failures"] for name in failures)).all()
    assert (one.patients["lesions"] <= 2).all()
    assert (two.patients["age_years"] <= 62).all()
    assert (two.screening["failed_young"] > 0).all()


def test_a_criterion_moves_nobody_who_meets_it(ran: RECORD) -> None:
    strict, plain = ran(criteria(row("few", "procurement", "lesions", "<=", "2"))), ran()
    for trial in range(1):
        mine, yours = (record.patients["screening_number"][trial] for record in (strict, plain))
        both = np.intersect1d(mine, yours)
        assert set(yours) - set(both) == set(yours[plain.patients["lesions"][trial] > 2])
        for name in ("positive_share", "age_years", "weight_kg", "ecog"):
            left = strict.patients[name][trial][np.searchsorted(mine, both)]
            assert left.tolist() == plain.patients[name][trial][np.searchsorted(yours, both)].tolist()


@pytest.mark.parametrize("gate", ["treatment", "infusion day"])
def test_who_fails_a_later_gate_is_not_infused_and_says_why(ran: RECORD, gate: str) -> None:
    strict, plain = ran(criteria(row("counts", gate, "platelets_e9_l", ">=", "180"))), ran()
    refused = strict.patients["not_infused"] == 5
    assert refused.any()
    assert (strict.patients["infusions"][refused] == 0).all()
    assert strict.patients["treated"].sum() < plain.patients["treated"].sum()
    assert (plain.patients["not_infused"] != 5).all()
    controls = plain.patients["arm"] == 1
    same = controls & ~plain.patients["crossed_over"]
    assert (strict.patients["pfs_days"][same] == plain.patients["pfs_days"][same]).all()


def test_a_recoverable_failure_may_be_made_good(ran: RECORD) -> None:
    field = ("counts", "treatment", "neutrophils_e9_l", "between", "[3.0, 4.2]")
    once, again = (ran(criteria(row(*field, more=more))) for more in ("", ", recoverable = true"))
    assert again.patients["treated"].sum() >= once.patients["treated"].sum()
    assert (again.patients["not_infused"] == 5).sum() <= (once.patients["not_infused"] == 5).sum()


def test_a_study_that_nobody_may_enter_says_which_rule_it_is(small: Callable[..., Study]) -> None:
    from adoptive.errors import StudyError
    from adoptive.trial import run_trial

    with pytest.raises(StudyError, match=r"trial\.eligibility, criterion ancient.*widen the criterion"):
        run_trial(small(criteria(row("ancient", "procurement", "age_years", ">=", "140"))), trials=(0,))
