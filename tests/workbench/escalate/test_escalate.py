"""``adoptive escalate``: what it prints and writes, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.trial.escalation import DoseLevel, EscalationPlan
from adoptive.trial.types import Study
from adoptive.verdict.escalation import Estimate
from adoptive.workbench.escalate import Asked, EscalationResult, escalate_study, plan_with
from adoptive.workbench.escalate.document import escalation_document, escalation_tables
from adoptive.workbench.escalate.figures import characteristics_figure, curve_figure, path_figure
from adoptive.workbench.escalate.words import answer, characteristic_rows, decision_rows, path_text, with_error
from adoptive.workbench.escalate.writing import command_of, write_escalation
from adoptive.workbench.study import dump_study, load_study, parse_study

PLAN = """
[trial.escalation]
most_patients = 6
target = 0.25
window_days = 28.0
exempt = ["cytopenia"]
[[trial.escalation.levels]]
name = "A"
dose_cells = 5e7
lymphodepletion_share = 0.5
[[trial.escalation.levels]]
name = "B"
dose_cells = 2.5e8
"""

Command = Callable[..., Any]


@pytest.fixture(scope="module")
def planned() -> Study:
    return parse_study(dump_study(load_study("satri-cel")) + PLAN)


@pytest.fixture(scope="module")
def result(planned: Study) -> EscalationResult:
    return escalate_study(planned, Asked(("boin", "3+3", "crm", "tite-boin", "boin12"), trials=3, seed=2))


def test_the_plan_stands_in_the_study_file(planned: Study) -> None:
    assert planned.trial.escalation == EscalationPlan(
        (DoseLevel("A", 5e7, 0.5), DoseLevel("B", 2.5e8)), most_patients=6, target=0.25, exempt=("cytopenia",)
    )
    assert parse_study(dump_study(planned)) == planned


@pytest.mark.parametrize(
    ("wrong", "right", "named"),
    [
        ('name = "B"', 'name = "A"', "share a name"),
        ("dose_cells = 2.5e8", "dose_cells = 1e7\nlymphodepletion_share = 0.1", "mildest"),
        ("target = 0.25", "target = 0.9", "trial.escalation.target"),
        ("target = 0.25", 'design = "4+4"', "trial.escalation.design"),
        ("target = 0.25", "targets = 0.25", "trial.escalation.targets"),
        ("dose_cells = 5e7", 'dose_cells = "many"', "dose_cells"),
    ],
)
def test_mistakes_in_the_file_are_named(wrong: str, right: str, named: str) -> None:
    text = dump_study(load_study("satri-cel")) + PLAN.replace(wrong, right)
    with pytest.raises(StudyError, match=named):
        parse_study(text)


def test_document_is_complete_and_adds_up(result: EscalationResult) -> None:
    document = json.loads(json.dumps(escalation_document(result), allow_nan=False))
    assert [design["design"] for design in document["designs"]] == ["boin", "3+3", "crm", "tite-boin", "boin12"]
    for design in document["designs"]:
        assert sum(design["selected"]) + design["none_selected"] == pytest.approx(100.0)
        assert sum(design["patients"]) == pytest.approx(design["total_patients"])
        assert len(design["selected_error"]) == 2
    assert [level["name"] for level in document["levels"]] == ["A", "B"]
    assert document["simulated"] is True


def test_tables_are_flat_and_agree(result: EscalationResult) -> None:
    tables = escalation_tables(result)
    for name, table in tables.items():
        assert len({len(column) for column in table.values()}) == 1, name
    for each in result.designs:
        trials = tables[f"trials-{each.name.replace('+', 'plus')}"]
        patients = tables[f"patients-{each.name.replace('+', 'plus')}"]
        assert trials["patients"].sum() == len(patients["trial"])
        assert trials["dlt"].sum() == patients["dlt"].sum()
    assert "desirability" in tables
    for name in ("pathways-boin", "pathways-3plus3", "pathways-crm"):
        assert tables[name]["probability"].sum() == pytest.approx(1.0)
        assert set(tables[name]["next_level"]) <= {"A", "B", ""}


def test_words(result: EscalationResult) -> None:
    title, rows = decision_rows(result, result.designs[0])
    assert title.startswith("boin")
    assert rows[0] == ("3 patients", "0 E, 1-2 D, 3 DU")  # target 0.25: 1 of 3 is above 0.2984
    assert decision_rows(result, result.designs[1])[1][0][0] == "3 patients"
    transitions = dict(decision_rows(result, result.designs[2])[1])
    assert transitions["0 of 3 at A"] == "B"
    assert transitions["3 of 3 at A"] == "stop"
    assert "boin recommends" in answer(result)
    assert path_text(result, result.designs[0]).startswith("trial ")
    names = [name for name, _ in characteristic_rows(result.designs[0])]
    assert "right dose recommended" in names
    assert "duration" in names


@pytest.mark.parametrize(
    ("value", "error", "said"), [(0.0, 0.0, "0.0 (< 3.0)"), (100.0, 0.0, "100.0 (> 97.0)"), (50.0, 5.0, "50.0 ± 9.8")]
)
def test_a_share_that_never_came_has_a_limit(value: float, error: float, said: str) -> None:
    assert with_error(Estimate(np.asarray(value), np.asarray(error)), share=True, trials=100) == said


def test_figures_say_what_they_show(result: EscalationResult) -> None:
    for figure in (curve_figure(result), characteristics_figure(result), path_figure(result)):
        assert [name for name, _ in figure.drawings] == ["wide", "narrow"]
        for _, drawing in figure.drawings:
            assert drawing.startswith('<svg role="img"')
            assert figure.title in drawing
        assert figure.caption
        assert figure.finding.endswith(".")


def test_the_folder_is_the_same_twice(result: EscalationResult, tmp_path: Path) -> None:
    one, two = (write_escalation(result, tmp_path / name) for name in ("one", "two"))
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert {"escalation.html", "summary.json", "study.toml", "curve.svg", "path.svg", "characteristics.svg"} <= {
        str(path) for path in files
    }
    for path in files:
        assert (one / path).read_bytes() == (two / path).read_bytes(), path
    page = (one / "escalation.html").read_text("utf-8")
    assert command_of(result) in page.replace("&#43;", "+")
    assert "http" not in page.split("</style>")[1].replace("http://www.w3.org", "")


def test_plan_with_doses(planned: Study) -> None:
    plan = plan_with(planned, (1e8, 2e8, 4e8)).trial.escalation
    assert plan is not None
    assert [level.dose_cells for level in plan.levels] == [1e8, 2e8, 4e8]
    assert plan.target == 0.25
    bare = plan_with(load_study("satri-cel"), (1e8, 2e8)).trial.escalation
    assert bare is not None
    assert bare.target == 0.3


def test_the_command_prints_for_people_and_for_programs(planned: Study, command: Command, tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text(dump_study(planned), "utf-8")
    common = ("escalate", file, "--trials", "2", "--seed", "2", "--workers", "1")
    said = command(*common, "--design", "boin", "--compare", "3+3", "--out", tmp_path / "out")
    assert said.code == 0, said.err
    for words in ("3 patients", "Simulated DLTs within 28 days", "Recommended", "±", "trial ", "no medical advice"):
        assert words in said.out
    assert (tmp_path / "out" / "escalation.html").is_file()
    document = json.loads(command(*common, "--json").out)
    assert document["trials"] == 2
    assert [design["design"] for design in document["designs"]] == ["boin"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ((), "has no dose levels"),
        (("--doses", "1e8"), "cells per infusion"),
        (("--doses", "1e8,much"), "list of numbers"),
        (("--doses", "2e8,1e8"), "mildest"),
        (("--doses", "1e8,inf"), "cells per infusion"),
        (("--doses", "1e8,2e8", "--design", "4+4"), "no such design"),
        (("--doses", "1e8,2e8", "--compare", "boin,4+4"), "no such design"),
        (("--doses", "1e8,2e8", "--trials", "99999"), "--trials"),
        (("--doses", "1e8,2e8", "--out", "."), "exists already"),
    ],
)
def test_bad_requests_are_said_clearly(options: tuple[str, ...], named: str, command: Command) -> None:
    said = command("escalate", "satri-cel", *options)
    assert said.code == 2
    assert named in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


@pytest.mark.slow
def test_workers_change_no_byte(planned: Study) -> None:
    asked = Asked(("boin",), trials=60, seed=2)
    one, two = (escalation_document(escalate_study(planned, asked, workers=workers)) for workers in (1, 2))
    assert one == two
