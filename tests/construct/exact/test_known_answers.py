"""The known answers themselves, and that a case can fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adoptive.construct.types import Built
from adoptive.construct.verify import Case, Cases, Verdict, orders, run_cases
from adoptive.construct.verify.cars import CARS
from adoptive.construct.verify.orders import ORDERS, PLANTED, found_by, optimised
from adoptive.construct.verify.receptors import RECEPTORS
from adoptive.construct.verify.structures import STRUCTURE_CASES, compare_structures, observed_differences
from adoptive.construct.verify.table import CASES, as_document


@pytest.mark.parametrize("case", [*RECEPTORS, *STRUCTURE_CASES, *CARS, *ORDERS], ids=lambda case: str(case.name))
def test_known_answer(case: Case | Cases) -> None:
    (verdict,) = run_cases([case])
    assert verdict.passed, verdict.detail


def test_the_table_has_every_case_once() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
    asked = ("T1 ", "T2 ", "T3 ", "T4 ", "T5 ", "T6 ", "T7 ", "T8 ", "T9 ", "T12 ", "T15 ", "T16 ", "T17 ")
    assert [one for one in asked if not any(name.startswith(one) for name in names)] == []


def test_a_case_that_raises_has_failed_and_the_next_is_run() -> None:
    def broken() -> tuple[bool, str]:
        raise ValueError("no such thing")

    cases = [Case("broken", broken), Cases("none", tuple), Cases("two", lambda: (("a", True, "x"), ("b", False, "y")))]
    found = tuple(run_cases(cases))
    assert found == (
        Verdict("broken", False, "ValueError: no such thing"),
        Verdict("none", False, "no case was run"),
        Verdict("a", True, "x"),
        Verdict("b", False, "y"),
    )
    assert as_document(found[-1:]) == {"cases": [{"name": "b", "passed": False, "detail": "y"}]}


@pytest.mark.parametrize("places", [(20,), (20, 50), (0, 30, 60, 90)])
def test_planted_differences_are_counted(places: tuple[int, ...]) -> None:
    own = "KEVEQNSGPLSVPEGAIASLNCTYSDRGSQSFFWYRQYSGKSPELIMSIYSNGDKEDGRFTAQLNKASQYVSLLIRDSQPSDSATYLCAVTTDS"
    seen = "".join("W" if at in places else letter for at, letter in enumerate(own))
    assert observed_differences(f"MGS{seen}TAIL"[:-3], own) == len(places)
    assert observed_differences(seen[5:], own) == sum(place >= 5 for place in places)


def test_a_mutated_structure_would_leave_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """One altered observation among 565 must break the case."""
    from adoptive.construct.verify import structures

    rows = structures.read_rows(structures.STRUCTURES)
    changed = [dict(row) for row in rows]
    first = next(row for row in changed if row["pdbid"] == "2bnr" and row["ab"] == "A")
    first["chainseq"] = first["chainseq"][:30] + "WWW" + first["chainseq"][33:]
    both = {structures.STRUCTURES: tuple(changed), "pdb_differences.tsv": structures.read_rows("pdb_differences.tsv")}
    monkeypatch.setattr(structures, "read_rows", lambda file: both[file])
    (verdict,) = run_cases([next(case for case in STRUCTURE_CASES if case.name == "T6 human chains of structures")])
    assert not verdict.passed
    assert "2bnrA" in verdict.detail
    assert compare_structures("human", pdb="2bnr")[0]["2bnr", "A"] == 3


@pytest.mark.parametrize("fault", PLANTED)
def test_a_fault_planted_in_another_receptor_is_found_by_the_same_check(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "_HOST", "KRAS_G12D_9b")
    monkeypatch.setattr(orders, "_GUEST", "1G4")
    (verdict,) = run_cases([next(case for case in ORDERS if case.name == f"T17 {fault}")])
    assert verdict.passed, verdict.detail


def test_a_fault_that_no_check_names_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted faults are judged by what fails, not by their name."""
    clean = optimised("DMF5")
    assert found_by(clean) == ()
    monkeypatch.setitem(PLANTED, "one base deleted", ("length", lambda: clean))
    (verdict,) = run_cases([next(case for case in ORDERS if case.name == "T17 one base deleted")])
    assert not verdict.passed
    assert verdict.detail == "asked length, failed: none"


def test_two_faults_are_two_checks() -> None:
    _, site = PLANTED["EcoRI site added"]
    with_site: Built = site()
    assert found_by(replace(with_site, nt=with_site.nt[:-3] + "GGG"))[-1:] == ("sites",)
    assert len(found_by(replace(with_site, nt=with_site.nt[:-3] + "GGG"))) > 1
