"""A prediction says all that the design can show, is sealed, and scores as its numbers say."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.stats import betabinom
from synthetic_clinic import PUBLISHED_TEXT, SyntheticClinic

from adoptive.errors import StudyError
from adoptive.workbench.published import COLUMNS, load_published
from adoptive.workbench.study import list_studies, load_study, parse_study
from adoptive.workbench.validate.predict import predict_study, predicted_rows
from adoptive.workbench.validate.prediction_file import prediction_text, read_prediction, seal, sha256_of
from adoptive.workbench.validate.run import reported_studies
from adoptive.workbench.validate.scored import _find, score_pairs, score_published

Command = Callable[..., SimpleNamespace]
HEAD = ",".join(COLUMNS) + "\n"


def written(predicted: dict[str, Any], folder: Path, name: str = "a.json") -> Path:
    (folder / name).write_text(prediction_text(predicted), "utf-8")
    return folder / name


def find(document: dict[str, Any], endpoint: str, arm: str = "satri-cel", which: str = "ITT") -> dict[str, Any]:
    return next(
        row for row in document["endpoints"] if (row["endpoint"], row["arm"], row["set"]) == (endpoint, arm, which)
    )


def test_a_prediction_is_dated_sealed_and_says_from_what(predicted: dict[str, Any], tmp_path: Path) -> None:
    assert predicted["created_utc"] == "2026-11-22T01:02:03+00:00"
    assert predicted["sha256"] == sha256_of(predicted)
    assert predicted["results_beside_not_read"] is True
    assert (predicted["seed"], predicted["trials"], predicted["arms"]) == (3, 60, ["satri-cel", "physician's choice"])
    assert len(predicted["book_sha256"]) == len(predicted["study_sha256"]) == 64
    assert parse_study(predicted["study_toml"]).name == predicted["study"]
    assert any("no posterior" in line for line in predicted["does_not_know"]) is (predicted["posterior"] is None)
    assert read_prediction(written(predicted, tmp_path)) == predicted
    assert (tmp_path / "a.json").read_text().count("\n  {") == len(predicted["endpoints"])


def test_the_hash_does_not_depend_on_spaces_or_order(predicted: dict[str, Any], tmp_path: Path) -> None:
    turned = dict(reversed(list(predicted.items())))
    (tmp_path / "b.json").write_text(json.dumps(turned, indent=7), "utf-8")
    assert read_prediction(tmp_path / "b.json") == predicted


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(created_utc="2020-01-01T00:00:00+00:00"),
        lambda document: document["endpoints"][5].update(median=1.0),
        lambda document: document["endpoints"].pop(),
        lambda document: document.update(note="added"),
        lambda document: document.pop("does_not_know"),
    ],
)
def test_a_changed_prediction_is_refused(
    predicted: dict[str, Any], change: Callable[[dict[str, Any]], Any], tmp_path: Path
) -> None:
    changed = copy.deepcopy(predicted)
    change(changed)
    with pytest.raises(StudyError, match="was changed after it was made"):
        read_prediction(written(changed, tmp_path))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "adoptive prediction 1"}', "\x00", '{"a": NaN}', "[" * 9999]
)
def test_what_is_no_prediction_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(StudyError):
        read_prediction(tmp_path / "a.json")


@pytest.mark.parametrize("key", ["quantiles", "intervals", "counts", "unit"])
def test_a_sealed_document_that_lacks_something_is_refused(predicted: dict[str, Any], key: str, tmp_path: Path) -> None:
    poor = copy.deepcopy(predicted)
    del poor["endpoints"][3][key]
    with pytest.raises(StudyError, match="lacks keys"):
        read_prediction(written(seal(poor), tmp_path))


def test_quantiles_rise_and_intervals_nest(predicted: dict[str, Any]) -> None:
    for row in predicted["endpoints"]:
        told = [math.inf if value is None else value for value in row["quantiles"]]
        assert len(told) == 99
        assert told == sorted(told)
        assert told[49] == (math.inf if row["median"] is None else row["median"])
        ends = [
            [math.inf if end is None else end for end in row["intervals"][level]] for level in ("95", "90", "80", "50")
        ]
        lows, highs = zip(*ends, strict=True)
        assert list(lows) == sorted(lows)
        assert list(highs) == sorted(highs, reverse=True)
        if row["counts"] is not None:
            assert len(row["counts"]["chances"]) == row["counts"]["patients"] + 1
            assert sum(row["counts"]["chances"]) == pytest.approx(1.0, abs=0.01)


def test_a_prediction_holds_what_was_published_of_bundled_studies() -> None:
    """Every published number of every bundled study could have been looked up in a prediction of it; no key twice."""
    found, lacking = 0, []
    for name in reported_studies():
        rows = list(predicted_rows(load_study(name)))
        predicted = {(row.endpoint, row.arm, row.set, row.at_months): {"arm": row.arm} for row in rows}
        assert len(predicted) == len(rows)
        for row in load_published(name):
            found += 1
            lacking += [] if _find(row, predicted) else [(name, row.endpoint, row.arm, row.set, row.at_months)]
    assert found > 300
    assert lacking == []


def test_studies_without_cells_or_comparison_are_predicted_too() -> None:
    assert not any(row.endpoint.startswith("crs") for row in predicted_rows(load_study("recourse")))
    assert not any("hazard" in row.endpoint for row in predicted_rows(load_study("ignyte-eso")))
    assert {row.arm for row in predicted_rows(load_study("ignyte-eso")) if row.endpoint == "orr"} == {
        "synovial sarcoma", "myxoid liposarcoma", "",
    }  # fmt: skip
    assert all(list(predicted_rows(load_study(name))) for name in list_studies())


def test_results_beside_the_study_are_refused_unless_blind(reported: Path) -> None:
    with pytest.raises(StudyError, match="--blind"):
        predict_study(str(reported), trials=2, simulate=SyntheticClinic())


def test_results_are_never_read(reported: Path, predicted: dict[str, Any]) -> None:
    """With other results, even broken ones, beside the file the same numbers come out."""
    kept = (reported.parent / "published.csv").read_text()
    try:
        (reported.parent / "published.csv").write_text("no,csv\n\x00")
        other = predict_study(str(reported), trials=60, seed=3, workers=1, blind=True, simulate=SyntheticClinic())
    finally:
        (reported.parent / "published.csv").write_text(kept)
    assert other["endpoints"] == predicted["endpoints"]


def test_scores_are_those_by_hand(predicted: dict[str, Any]) -> None:
    scored = score_published(predicted, PUBLISHED_TEXT)
    told = {(row.published.endpoint, row.published.arm): row for row in scored.endpoints}
    crs = told["crs_any", "satri-cel"]
    counts = find(predicted, "crs_any", which="infused")["counts"]
    assert crs.log_score == pytest.approx(betabinom.logpmf(16, 17, counts["alpha"], counts["beta"]))
    time = told["pfs_median", "satri-cel"]
    row = find(predicted, "pfs_median")
    assert time.inside == {level: row["intervals"][str(level)][0] <= 3.9 <= row["intervals"][str(level)][1]
                           for level in (50, 80, 90, 95)}  # fmt: skip
    below = np.mean([value < 3.9 for value in row["quantiles"]])
    assert time.pit == pytest.approx(below, abs=0.02)
    assert time.log_score is None
    told_at = zip(row["quantiles"], predicted["quantile_levels"], strict=True)
    assert time.crps == pytest.approx(2 * np.mean([((q >= 3.9) - level) * (q - 3.9) for q, level in told_at]))
    assert scored.lacking == ()
    assert told["pfs_rate", "satri-cel"].inside[95] is False


def test_a_response_is_set_against_its_class(predicted: dict[str, Any]) -> None:
    assert predicted["class_rate"]["class"] == "CLDN18.2 CAR-T, phase 1"
    text = HEAD + "orr,satri-cel,ITT,%,20,,,20,,made up,1,L\ndcr,satri-cel,ITT,%,60,,,20,,made up,1,L\n"
    response, control = score_published(predicted, text).endpoints
    assert response.class_score == pytest.approx(betabinom.logpmf(4, 20, 18.5, 19.5))
    assert control.class_score is None
    assert control.log_score is not None


def test_several_predictions_together(predicted: dict[str, Any], tmp_path: Path) -> None:
    other = seal({**predicted, "created_utc": "2026-11-23T00:00:00+00:00"})
    first, second = written(predicted, tmp_path), written(other, tmp_path, "b.json")
    (tmp_path / "seen.csv").write_text(PUBLISHED_TEXT)
    scored = score_pairs([(first, tmp_path / "seen.csv"), (second, tmp_path / "seen.csv")])
    ninety = next(row for row in scored.coverage if row.nominal == 90)
    assert (ninety.endpoints, ninety.studies) == (14, 2)
    with pytest.raises(StudyError, match="given twice"):
        score_pairs([(first, tmp_path / "seen.csv"), (first, tmp_path / "seen.csv")])


ROW = "orr,satri-cel,ITT,%,20,,,20,,made up,1,L\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "other columns"),
        (HEAD + ROW + ROW, "given twice"),
        (HEAD + ROW.replace(",20,,,", ",nan,,,"), "not a number"),
        (HEAD + ROW.replace(",20,,,", ",,,,"), "missing"),
        (HEAD + ROW.replace("satri-cel", "lifileucel"), "another study"),
        (HEAD + ROW.replace("orr", "orrr"), "unknown endpoint"),
        (HEAD + ROW.replace("%", "months"), "another unit"),
        (HEAD + ROW.replace("ITT", "everybody"), "unknown analysis set"),
        (HEAD + "pfs_rate,satri-cel,ITT,%,20,,,20,7.77,made up,1,L\n", "no number of this file was predicted"),
        (HEAD, "no number of this file was predicted"),
        (HEAD + ROW.replace(",20,,,20", ",120,,,20"), "not a percentage"),
        (HEAD + ROW.replace(",20,,,20", ",20,,,-2"), "no patients"),
    ],
)
def test_published_files_that_cannot_be_used(predicted: dict[str, Any], text: str, said: str) -> None:
    with pytest.raises(StudyError, match=said) as problem:
        score_published(predicted, text)
    assert len(str(problem.value)) < 2500


def test_what_was_not_predicted_is_named(predicted: dict[str, Any]) -> None:
    text = HEAD + ROW + "pfs_rate,satri-cel,ITT,%,20,,,20,7.77,made up,1,L\n"
    scored = score_published(predicted, text)
    assert scored.lacking == ("pfs_rate satri-cel ITT 7.77",)
    assert len(scored.endpoints) == 1


def test_a_median_that_was_not_reached_scores(predicted: dict[str, Any]) -> None:
    text = HEAD + "os_median,satri-cel,ITT,months,not reached,,,20,,made up,1,L\n"
    (row,) = score_published(predicted, text).endpoints
    assert row.crps is not None
    assert math.isfinite(row.crps)
    assert row.pit > 0.5


def test_the_commands(command: Command, clinic: None, reported: Path, tmp_path: Path) -> None:
    asked = ("predict", reported, "--blind", "--trials", "30", "--workers", "1", "--out", tmp_path / "seen.json")
    seen = command(*asked)
    assert seen.code == 0, seen.err
    sealed = json.loads((tmp_path / "seen.json").read_text())["sha256"]
    assert sealed in seen.out
    assert command(*asked).code == 2, "a prediction is never written over"
    (tmp_path / "seen.csv").write_text(PUBLISHED_TEXT)
    told = command("score", tmp_path / "seen.json")
    assert told.code == 0, told.err
    for words in ("OUTSIDE", "90 % intervals: ", "No response here has a class rate", "(not"):
        assert words in told.out
    document = json.loads(command("score", tmp_path / "seen.json", tmp_path / "seen.csv", "--json").out)
    assert document["summary"]["predictions"] == 1
    assert document["summary"]["endpoints"] == 7
    (tmp_path / "seen.json").write_text((tmp_path / "seen.json").read_text().replace('"seed": 1', '"seed": 2'))
    refused = command("score", tmp_path / "seen.json")
    assert refused.code == 2
    assert "was changed" in refused.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["predict", "satri-cel"], ["predict", "nobody"], ["predict", "heros-3", "--out", "prediction.txt"],
        ["predict", "heros-3", "--trials", "0"], ["score"], ["score", "a.csv"], ["score", "a.json"],
        ["score", "a.json", "b.csv", "c.csv"], ["score", "a.txt"], ["score", "a.json", "--out", "scores.md"],
    ],
)  # fmt: skip
def test_bad_usage(command: Command, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    seen = command(*arguments)
    assert (seen.code, seen.out) == (2, "")
    assert "Traceback" not in seen.err
    assert list(tmp_path.iterdir()) == []


def test_a_trial_scores_the_worse_the_farther_out(predicted: dict[str, Any]) -> None:
    crps, logs = [], []
    for value in (3.0, 6.0, 12.0):
        text = HEAD + f"pfs_median,satri-cel,ITT,months,{value},,,20,,made up,1,L\n"
        crps.append(score_published(predicted, text).endpoints[0].crps or 0.0)
    for share in (30, 60, 90):
        text = HEAD + ROW.replace(",20,,,", f",{share},,,")
        logs.append(score_published(predicted, text).endpoints[0].log_score or 0.0)
    assert crps[1] < crps[2]
    assert len(set(crps)) == 3
    assert logs[2] < max(logs[:2])
    assert dataclasses.is_dataclass(score_published(predicted, PUBLISHED_TEXT))
