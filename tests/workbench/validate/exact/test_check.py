"""A check: its endpoints are those of a run, its tables add up, it states what holds, and its page shows it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from synthetic_clinic import SyntheticClinic

from adoptive.errors import StudyError
from adoptive.workbench.engine import run_study
from adoptive.workbench.engine.document import as_document as run_document
from adoptive.workbench.published import load_published
from adoptive.workbench.study import list_studies, load_study
from adoptive.workbench.validate.class_rates import contests, rounds
from adoptive.workbench.validate.document import as_document
from adoptive.workbench.validate.judged import surprises
from adoptive.workbench.validate.leave_one_out import left_out_coverage
from adoptive.workbench.validate.page import as_page, write_page
from adoptive.workbench.validate.pictures import place_counts
from adoptive.workbench.validate.run import check_studies, reported_studies, stated_checks
from adoptive.workbench.validate.types import CheckResult, Contest, Coverage, LeftOut

Command = Callable[..., SimpleNamespace]


def test_endpoints_are_those_of_a_run(checked: CheckResult, reported: Path) -> None:
    study = load_study(reported)
    run = run_study(study, trials=60, seed=3, simulate=SyntheticClinic(), published=load_published(reported))
    (told,) = as_document(checked)["studies"]
    for mine, theirs in zip(told["endpoints"], run_document(run)["endpoints"], strict=True):
        assert {key: mine[key] for key in theirs} == theirs
        assert "weight" in mine


def test_intervals_nest_and_agree(checked: CheckResult) -> None:
    rows = checked.judged
    assert {row.comparison.inside for row in rows} == {True, False}
    for row in rows:
        assert row.covers[90] == row.comparison.inside
        inside = [row.covers[level] for level in (50, 80, 90, 95)]
        assert inside == sorted(inside)
        assert 0.9 <= row.expects[95] <= 1.0
        assert 0.0 < (row.pit or 0.0) < 1.0
        assert row.crps is not None


def test_only_confirmed_numbers_count(checked: CheckResult) -> None:
    whole = next(row for row in checked.coverage if (row.what, row.nominal) == ("all endpoints", 90))
    assert (whole.endpoints, whole.studies) == (7, 1)
    parts = [row for row in checked.coverage if row.nominal == 90 and row.what in ("time", "toxicity", "attrition")]
    assert sum(row.endpoints for row in parts) == whole.endpoints
    assert sum(row.inside for row in parts) == whole.inside
    assert place_counts(checked.judged).sum() == 7
    assert "neutropenia_ge3" not in {row.comparison.published.endpoint for row in surprises(checked.judged)}
    away = [abs(row.distance or 0.0) for row in surprises(checked.judged)]
    assert away == sorted(away, reverse=True)


def test_the_same_seed_gives_the_same_check(checked: CheckResult, reported: Path) -> None:
    again = check_studies([str(reported)], trials=60, seed=3, workers=1, simulate=SyntheticClinic())
    first, second = as_document(checked), as_document(again)
    for document in (first, second):
        document["provenance"].pop("wall_s")
    assert first == second
    other = as_document(check_studies([str(reported)], trials=60, seed=4, workers=1, simulate=SyntheticClinic()))
    assert other["studies"] != first["studies"]


def covered(share: float, *, nominal: float = 90) -> Coverage:
    return Coverage("all endpoints", nominal, int(share), 100, 9, share, 70.0, 99.0, share, share, 92.0)


@pytest.mark.parametrize(("share", "holds"), [(79.9, False), (80.0, True), (97.0, True), (97.1, False)])
def test_coverage_is_asked_for(share: float, holds: bool) -> None:
    stated = stated_checks([covered(share)], [])
    assert [row.holds for row in stated] == [holds, None, None]


def test_a_better_log_score_is_asked_for() -> None:
    won, lost = (Contest("published_rate", 8, 5, -2.0, -2.0 - gain, gain, gain - 1, gain + 1) for gain in (0.1, -0.1))
    alone = dataclasses.replace(won, rival="without_own")
    assert [row.holds for row in stated_checks([covered(90.0)], [won, alone])] == [True, True, True]
    assert [row.holds for row in stated_checks([covered(90.0)], [lost, alone])] == [True, False, True]


def whole_check(checked: CheckResult, share: float) -> CheckResult:
    """Give a check of the whole shelf with left-out trials, made of a check of one study."""
    draws = np.full(9, 20.0)
    rows = tuple(
        LeftOut(study, "orr", arm, "infused", None, "%", "arcsine", 15.0, 13, 1.0, 0.4, 0.5, 0.2, draws)
        for study, arm in (("gpc3-hcc", ""), ("satri-cel", "satri-cel"), ("cart-her2-btc", ""), ("zuma-1", ""))
    )
    played = rounds(rows)
    against = contests(played)
    return dataclasses.replace(
        checked, whole=True, left_out=rows, left_out_coverage=left_out_coverage(rows), rounds=played, contests=against,
        stated=stated_checks([covered(share)], against),
    )  # fmt: skip


def test_the_page_shows_what_was_found(checked: CheckResult, tmp_path: Path) -> None:
    result = whole_check(checked, 60.0)
    assert not result.holds
    write_page(result, tmp_path / "validation.md")
    text = (tmp_path / "validation.md").read_text("utf-8")
    assert "**FAILS**" in text
    for words in (
        "60.0 %",
        "## Coverage",
        "## What fails",
        "No class rate is known for `zuma-1`",
        "HER2 CAR-T 3 of 38",
    ):
        assert words in text
    for table in text.split("\n\n"):
        lines = [line for line in table.splitlines() if line.startswith("| ")]
        assert len({line.count(" | ") for line in lines}) <= 1, table
    for name in ("validation-calibration.svg", "validation-places.svg"):
        assert f"(images/{name})" in text
        drawing = (tmp_path / "images" / name).read_text("utf-8")
        assert drawing.startswith("<svg xmlns=")
        assert 'width="' in drawing
    plain = as_page(dataclasses.replace(checked, whole=False))
    assert "carries no fits that left single trials out" in plain


def test_a_document_is_json_and_whole(checked: CheckResult) -> None:
    document = json.loads(json.dumps(as_document(whole_check(checked, 90.0)), allow_nan=False))
    assert set(document) == {
        "target", "seed", "trials", "whole", "holds", "stated", "studies", "coverage", "calibration", "scores",
        "provenance", "simulated",
    }  # fmt: skip
    assert document["scores"]["without_class_rate"] == ["zuma-1"]
    assert [row["rival"] for row in document["scores"]["against_class_rates"]] == [
        "published_rate", "without_own", "beta_binomial",
    ]  # fmt: skip
    assert len(document["provenance"]["book_sha256"]) == 64


def test_every_study_with_results_is_on_the_list() -> None:
    assert set(reported_studies()) == {name for name in list_studies() if load_published(name)}
    assert "heros-3" not in reported_studies()


def test_the_command_writes_and_prints(command: Command, clinic: None, reported: Path, tmp_path: Path) -> None:
    asked = ("check", reported, "--trials", "20", "--workers", "1", "--out", tmp_path / "new")
    seen = command(*asked)
    assert seen.code == 0, seen.err
    for words in ("Coverage", "Outside, the farthest first", "posterior", "medical advice"):
        assert words in seen.out
    assert json.loads((tmp_path / "new" / "check.json").read_text())["studies"][0]["study"] == "small"
    assert (tmp_path / "new" / "endpoints.csv").read_text().count("\n") == 10
    assert (tmp_path / "new" / "validation.md").is_file()
    assert command(*asked).code == 2, "a folder that is there is not written into"


@pytest.mark.parametrize(("extra", "code"), [((), 1), (("--despite-failed-checks",), 0)])
def test_a_failed_check_gives_exit_code_1(
    command: Command, checked: CheckResult, monkeypatch: pytest.MonkeyPatch, extra: tuple[str, ...], code: int
) -> None:
    result = whole_check(checked, 60.0)
    monkeypatch.setattr("adoptive.workbench.cli.checking_studies.check_studies", lambda *_, **__: result)
    seen = command("check", *extra)
    assert seen.code == code
    assert "FAILS: coverage of 90 % intervals" in seen.out
    assert json.loads(command("check", "--json", *extra).out)["holds"] is False


@pytest.mark.parametrize(
    "arguments",
    [
        ["satri-cel", "satri-cel"], ["satri-cel", "nobody"], ["satri-cel", "--write", "page.md"], ["--trials", "0"],
        ["--write", "page.txt"], ["--write", "nowhere/page.md"], ["--out", "."], ["--out", "nowhere/new"],
        ["satri-cel", "--trials", "90000"], ["kinetics", "--trials", "5"], ["kinetics", "satri-cel"],
    ],
)  # fmt: skip
def test_bad_usage(command: Command, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    seen = command("check", *arguments)
    assert (seen.code, seen.out) == (2, "")
    assert "Traceback" not in seen.err
    assert list(tmp_path.iterdir()) == []


def test_a_study_without_results_has_nothing_to_check() -> None:
    result = check_studies(["heros-3"], trials=5, workers=1, simulate=SyntheticClinic())
    assert result.judged == ()
    assert result.holds


def test_an_unknown_study_is_refused() -> None:
    with pytest.raises(StudyError, match="no such study"):
        check_studies(["satri-cell"])
