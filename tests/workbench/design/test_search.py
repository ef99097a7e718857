"""A search: what it may look at, that it finds what is there, resumes, and judges on trials that it did not see."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from synthetic_clinic import SyntheticClinic

from adoptive.errors import StudyError
from adoptive.trial.types import Study
from adoptive.workbench.design import Asked
from adoptive.workbench.design.finding import finding_document
from adoptive.workbench.design.optimise import FINALISTS, optimise
from adoptive.workbench.design.search import Field, Finding, read_field, read_search
from adoptive.workbench.engine.document import as_json

VARY = ("trial.n=30:90", "infusion.dose=0,2.5e8")


def find(study: Study, folder: Path, **changes: Any) -> Finding:
    wish: dict[str, Any] = {"minimise": False, "proposals": 14, "time_limit": None} | changes
    usual = {"objective": "power/n", "rules": ("power>=0.5",), "vary": VARY}
    objective, rules, vary = (wish.pop(name, value) for name, value in usual.items())
    search, asked = read_search(objective, rules, vary, study, Asked(most_trials=160), **wish)
    return optimise(study, search, asked, folder=folder, simulate=SyntheticClinic())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("search")


@pytest.fixture(scope="module")
def finding(small_study: Study, place: Path) -> Finding:
    return find(small_study, place)


def test_fields_are_read(small_study: Study) -> None:
    place = ("trial", "randomised")
    assert read_field("trial.n=30:90", small_study) == Field(
        "trial.n", place, "patients", low=30.0, high=90.0, whole=True
    )
    stepped = read_field("antigen.threshold=0.2:0.8:0.2", small_study)
    assert (stepped.low, stepped.high, stepped.step, stepped.whole) == (0.2, 0.8, 0.2, False)
    assert read_field("outcome.crs_scale=ASTCT,Penn", small_study).choices == ("ASTCT", "Penn")
    for wrong in ("trial.n=90:30", "trial.n=1.5:9", "trial.n=a:b", "trial.n=1:2:3:4", "trial.n=30:90:0"):
        with pytest.raises(StudyError, match="not a range"):
            read_field(wrong, small_study)


def test_expressions_ask_for_their_endpoints(small_study: Study) -> None:
    given: dict[str, Any] = {"minimise": False, "proposals": 3, "time_limit": None}
    _, asked = read_search("dcr/n", (), VARY, small_study, Asked(), **given)
    assert asked.endpoints == ("dcr",)
    for objective, vary in (("power/m", VARY), ("power/cost", VARY), ("power/n", (VARY[0], "trial.randomised=3,4"))):
        with pytest.raises(StudyError):
            read_search(objective, (), vary, small_study, Asked(), **given)


def test_the_search_finds_cells_and_meets_its_constraint(finding: Finding) -> None:
    """Without cells this clinic has a power of some 3 %: the constraint can only be met with them."""
    best = finding.finalists[0]
    assert best.values["infusion.dose"] == 2.5e8
    assert best.feasible
    assert len(finding.finalists) <= FINALISTS
    keys = [item.key for item in finding.varied.characteristics]
    measured = finding.varied.measured[0]
    fresh = measured.trials >= 160 - finding.fresh
    power = measured.values[fresh, keys.index("power")].mean()
    assert best.objective == pytest.approx(power / best.values["trial.n"])
    assert power >= 0.5
    assert 0 < finding.fresh < 160
    assert {"trial.n", "infusion.dose"} == set(finding.importance)


def test_an_interrupted_search_ends_the_same(small_study: Study, finding: Finding, place: Path, tmp_path: Path) -> None:
    parts = sorted((place / "parts").iterdir())
    (tmp_path / "parts").mkdir()
    for part in parts[::2]:
        (tmp_path / "parts" / part.name).write_bytes(part.read_bytes())
    again = find(small_study, tmp_path)
    assert as_json(finding_document(again)) == as_json(finding_document(finding))
    assert again.varied.found >= len(parts[::2])
    assert sorted(part.name for part in (tmp_path / "parts").iterdir()) == [part.name for part in parts]


def test_the_other_way_and_without_constraints(small_study: Study, tmp_path: Path) -> None:
    finding = find(small_study, tmp_path, minimise=True, objective="n", rules=(), proposals=6, vary=("trial.n=30:40",))
    sizes = [each.values["trial.n"] for each in finding.proposals]
    assert finding.finalists[0].values["trial.n"] == min(sizes)
    assert all(each.shortfall == -float("inf") for each in finding.proposals)


def test_a_time_limit_ends_the_search(small_study: Study, tmp_path: Path) -> None:
    finding = find(small_study, tmp_path, time_limit=1e-9)
    assert len(finding.proposals) == 1
    assert "after 1 of 14 proposals" in finding.stopped


def test_designs_that_cannot_be_are_no_finalists(small_study: Study, tmp_path: Path) -> None:
    finding = find(small_study, tmp_path, vary=("trial.n=2,1,30",), proposals=6, rules=())
    assert {each.values["trial.n"] for each in finding.finalists} == {30}
    assert any("fewer patients" in each.refused for each in finding.proposals)
    assert dataclasses.replace(finding.proposals[0]).number == 1
