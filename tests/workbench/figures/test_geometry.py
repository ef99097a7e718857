"""The figures' geometry, read from the charts' own data: what is drawn is what was counted."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from adoptive.tables import TableError
from adoptive.verdict.regression import cox_groups
from adoptive.verdict.rows import SurvivalRows, survival_rows
from adoptive.verdict.survival import cumulative_incidence, survival_curves
from adoptive.workbench.figures import (
    NARROW,
    WIDE,
    Box,
    Size,
    characteristics_chart,
    escalation_chart,
    facility_chart,
    flow_chart,
    forest_chart,
    incidence_chart,
    kinetics_chart,
    onset_chart,
    spider_chart,
    survival_chart,
    swimmer_chart,
    toxicity_chart,
    waterfall_chart,
)
from adoptive.workbench.figures.charts import rows_in
from adoptive.workbench.figures.spider import median_line
from adoptive.workbench.figures.survival import risk_table_rows, tick_places
from adoptive.workbench.figures.words import contrast_in_words, medians_in_words, p_in_words

SIZES = (WIDE, NARROW)


def trial(seed: int, *, patients: int = 60, delayed: bool = False) -> SurvivalRows:
    """Give two arms with ties, censoring and, if asked for, delayed entry."""
    rng = np.random.default_rng(seed)
    arm = rng.integers(0, 2, patients)
    time = np.ceil(rng.exponential(6.0 + 5.0 * arm) * 4) / 4
    entry = np.where(rng.uniform(size=patients) < 0.3, time * rng.uniform(0, 0.5, patients), -np.inf)
    event = rng.uniform(size=patients) < 0.7
    return survival_rows(time, event, group=np.array(["control", "cells"])[arm], entry=entry if delayed else None)


def layers_of(chart: Any) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Give every layer of a chart as it is drawn, with its rows; a chart's parts share what it holds itself."""

    def walk(
        spec: dict[str, Any], above: list[dict[str, Any]]
    ) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
        rows = whole["datasets"][spec["data"]["name"]] if "data" in spec else above
        parts = spec.get("vconcat") or spec.get("hconcat") or spec.get("layer")
        if parts is None:
            yield spec, rows
        for part in parts or ():
            yield from walk(part, rows)

    whole = chart.to_dict(validate=False)
    return list(walk(whole, []))


def data_of(chart: Any) -> list[list[dict[str, Any]]]:
    """Give the rows of every layer."""
    return [rows for _, rows in layers_of(chart)]


def drawn_as(chart: Any, mark: str) -> list[list[dict[str, Any]]]:
    """Give the rows of the layers of a kind of mark."""
    return [rows for layer, rows in layers_of(chart) if layer["mark"]["type"] == mark]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
@pytest.mark.parametrize("seed", range(5))
def test_survival_never_rises_and_starts_whole(seed: int, size: Size) -> None:
    corners = data_of(survival_chart(trial(seed), size=size))[0]
    for group in ("cells", "control"):
        line = [row for row in corners if row["group"] == group]
        assert (line[0]["time"], line[0]["survival"]) == (0.0, 100.0)
        assert all(a["survival"] >= b["survival"] and a["time"] <= b["time"] for a, b in itertools.pairwise(line))
        assert all(row["lower"] <= row["survival"] <= row["upper"] for row in line)


@pytest.mark.parametrize("seed", range(5))
def test_censor_ticks_sit_on_the_curve(seed: int) -> None:
    rows = trial(seed)
    ticks = drawn_as(survival_chart(rows), "tick")[0]
    curves = {of.name: of for of in survival_curves(rows)}
    assert len(ticks) == sum(int((of.censored > 0).sum()) for of in curves.values())
    for tick in ticks:
        of = curves[tick["group"]]
        assert tick["survival"] == pytest.approx(100 * of.survival[np.searchsorted(of.time, tick["time"])], abs=1e-12)


@pytest.mark.parametrize("delayed", [False, True], ids=["together", "late"])
@pytest.mark.parametrize("seed", range(5))
def test_table_of_patients_at_risk_counts_everybody_under_the_ticks(seed: int, delayed: bool) -> None:
    rows = trial(seed, delayed=delayed)
    axis = tick_places(24.0, narrow=False)
    spec = survival_chart(rows, until=24.0).to_dict(validate=False)
    curve, counts = spec["vconcat"][0], spec["vconcat"][1]
    above, below = curve["layer"][0]["encoding"]["x"], counts["layer"][0]["encoding"]["x"]
    assert above["axis"]["values"] == axis
    assert above["scale"]["domain"] == below["scale"]["domain"]
    assert curve["width"] == counts["width"]
    assert sorted({row["time"] for row in spec["datasets"][counts["layer"][0]["data"]["name"]]}) == axis
    for row in risk_table_rows(rows, axis):
        mine = rows.group == rows.groups.index(row["group"])
        gone = mine & (rows.time < row["time"])
        assert row["events"] == (gone & rows.event).sum()
        assert row["censored"] == (gone & ~rows.event).sum()
        at_risk = mine & (rows.time >= row["time"]) & (rows.entry < max(row["time"], 1e-12))
        assert row["at_risk"] == at_risk.sum()
        if not delayed:
            assert row["at_risk"] + row["events"] + row["censored"] == mine.sum()


def test_table_of_curves_is_that_of_their_rows() -> None:
    rows = trial(7)
    assert risk_table_rows(survival_curves(rows), [0.0, 3.0, 6.0, 99.0]) == risk_table_rows(rows, [0.0, 3.0, 6.0, 99.0])


def test_words_say_what_the_models_say() -> None:
    rows = trial(3, patients=200)
    fit = cox_groups(rows, reference="control")
    said = contrast_in_words(rows, one="cells", reference="control")
    assert f"{fit.hazard_ratios[0]:.2f} (95 % {fit.lower[0]:.2f} to {fit.upper[0]:.2f}; Cox model)" in said
    assert "log-rank test, two-sided, p" in said
    never = survival_rows([1.0, 2.0, 3.0], [1, 0, 0])
    assert medians_in_words(survival_curves(never)).startswith("Median not reached (95 % ")
    assert p_in_words(0.5) == "p = 0.50"


def test_incidence_rises_to_its_estimate_and_causes_never_exceed_everybody() -> None:
    rng = np.random.default_rng(2)
    time, cause = rng.exponential(5, 80), rng.integers(0, 3, 80)
    (of,) = cumulative_incidence(time, cause)
    table = [
        {"cause": f"cause {code}", "time": at, "incidence": share}
        for place, code in enumerate(of.causes)
        for at, share in zip(of.time.tolist(), of.incidence[place].tolist(), strict=True)
    ]
    rows = data_of(incidence_chart(table))[0]
    lines = [[row["incidence"] for row in rows if row["cause"] == f"cause {code}"] for code in of.causes]
    assert all(a <= b for line in lines for a, b in itertools.pairwise(line))
    assert [line[-1] for line in lines] == pytest.approx((100 * of.incidence[:, -1]).tolist())
    assert sum(line[-1] for line in lines) <= 100.0 + 1e-9


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_forest_draws_the_intervals_that_it_is_given(size: Size) -> None:
    fit = cox_groups(trial(1, patients=120), reference="control")
    ends = float(fit.lower[0]), float(fit.upper[0])
    table = [
        {"label": "all", "estimate": float(fit.hazard_ratios[0]), "lower": ends[0], "upper": ends[1], "n": "9/8"},
        {"label": "sex", "heading": True, "estimate": None, "lower": None, "upper": None},
        {"label": "endless", "estimate": 0.7, "lower": 0.0, "upper": math.inf},
        {"label": "nobody", "estimate": None, "lower": None, "upper": None},
    ]
    chart = forest_chart(table, size=size, columns={"n": "n"})
    whiskers = next(rows for rows in drawn_as(chart, "rule") if "label" in rows[0])
    assert (whiskers[0]["from"], whiskers[0]["to"]) == ends
    assert [row["label"] for row in whiskers] == ["all", "endless"]
    low, high = layers_of(chart)[0][0]["encoding"]["x"]["scale"]["domain"]
    assert (whiskers[1]["from"], whiskers[1]["to"]) == (low, high)
    words = {row["label"]: row["words"] for rows in data_of(chart) for row in rows if {"words", "label"} <= row.keys()}
    assert words["nobody"] == "not estimable"
    assert words["endless"] == "0.70 (0.00 to ∞)"
    assert words["sex"] == ""


def test_text_of_the_forest_stands_beside_the_picture() -> None:
    chart = forest_chart(
        {"label": ["a"], "estimate": [0.5], "lower": [0.4], "upper": [0.6], "n": ["1/1"]}, columns={"n": "n"}
    )
    places = [layer["encoding"]["x"]["value"] for layer, _ in layers_of(chart) if layer["mark"]["type"] == "text"]
    assert all(place < 0 or place > chart.width for place in places)


def test_waterfall_is_sorted_and_its_strip_says_every_response() -> None:
    change = [10.0, -50.0, 150.0, -100.0]
    response = ["stable disease", "partial response", "progressive disease", "complete response"]
    chart = waterfall_chart({"change": change, "response": response, "star": [True, False, False, False]})
    bars, _, stars, strip = data_of(chart)
    assert [row["change"] for row in bars] == [100.0, 10.0, -50.0, -100.0]
    assert [row["response"] for row in strip] == [row["response"] for row in bars]
    assert [row["rank"] for row in stars] == [2]
    order = layers_of(chart)[-1][0]["encoding"]["y"]["scale"]["domain"]
    assert order == ["complete response", "partial response", "stable disease", "progressive disease"]


def test_spider_begins_at_zero_draws_few_and_the_median_of_all() -> None:
    rng = np.random.default_rng(5)
    table = {
        "patient": np.repeat(np.arange(90), 3), "time": np.tile([1.5, 3.0, 4.5], 90),
        "change": rng.normal(0, 30, 270), "response": np.repeat(["stable disease", "partial response"], 135),
    }  # fmt: skip
    threads, _, median = data_of(spider_chart(table, most=40))
    assert len({row["patient"] for row in threads}) == 40
    assert sum(row["time"] == 0.0 and row["change"] == 0.0 for row in threads) == 40
    scans = np.median(table["change"].reshape(90, 3), axis=0)
    assert [row["change"] for row in median] == pytest.approx([0.0, *scans.tolist()])
    assert median_line(rows_in({name: column[:9] for name, column in table.items()})) == [], "three are too few"


def test_toxicity_pieces_follow_each_other_and_leave_grade_0_out() -> None:
    table = [
        {"term": "CRS", "grade": grade, "share": share} for grade, share in enumerate((0.3, 0.4, 0.2, 0.1, 0.0, 0.0))
    ]
    (pieces, _) = data_of(toxicity_chart(table))
    assert [row["grade"] for row in pieces] == ["grade 3", "grade 2", "grade 1"]
    assert all(a["end"] == b["start"] for a, b in itertools.pairwise(pieces))
    assert pieces[-1]["end"] == pytest.approx(70.0)


def test_kinetics_band_is_that_of_the_patients() -> None:
    table = {"patient": np.repeat(np.arange(21), 2), "day": np.tile([0, 7], 21), "level": np.arange(42.0)}
    chart = kinetics_chart(table, lloq=50.0)
    band = drawn_as(chart, "area")[0]
    assert [row["middle"] for row in band] == [20.0, 21.0]
    assert min(row["low"] for row in band) >= 1.0
    assert [row["level"] for row in drawn_as(chart, "rule")[0]] == [50.0]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
@pytest.mark.parametrize("arms", [1, 2, 5])
def test_boxes_of_the_flow_lie_in_the_picture_and_not_on_each_other(arms: int, size: Size) -> None:
    above = [Box("Screened: 90"), Box("Not entered", ("antigen: 20", "criteria: 4"), aside=True), Box("Entered: 66")]
    below = [[Box(f"arm {at}: 13"), Box("Infused: 9", ("one: 4", "two: 5"))] for at in range(arms)]
    chart = flow_chart(above, below, size=size)
    boxes = drawn_as(chart, "rect")[0]
    assert len(boxes) == 3 + 2 * arms
    assert all(0 <= box["x"] < box["x2"] <= size.width + 1e-9 and box["y2"] <= chart.height for box in boxes)
    for one, other in itertools.combinations(boxes, 2):
        apart = one["x2"] <= other["x"] or other["x2"] <= one["x"] or one["y2"] <= other["y"] or other["y2"] <= one["y"]
        assert apart, (one, other)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_the_other_figures_carry_their_rows(size: Size) -> None:
    lanes = {"lane": [0, 1], "phase": ["progression-free", "after progression"], "start": [0.0, 0.0], "end": [9.0, 4.0]}
    marks = [{"lane": 0, "time": 9.0, "event": "ongoing"}, {"lane": 0, "time": 1.0, "event": "CRS", "text": "2"}]
    drawn = data_of(swimmer_chart(lanes, marks, size=size))
    assert [len(rows) for rows in drawn] == [2, 1, 1]
    way = data_of(facility_chart(lanes, [{"lane": 1, "time": 4.0, "event": "lost"}], size=size))
    assert [len(rows) for rows in way] == [2, 1]
    dots = data_of(characteristics_chart({"label": ["a", "b"], "value": [0.2, 0.4], "lower": [0.1, 0.3]}, size=size))
    assert dots[0][0]["lower"] == 0.1
    assert dots[0][0]["upper"] == 0.2
    path = data_of(escalation_chart({"patient": [1], "level": ["low"], "toxic": [True]}, levels=["low"], size=size))
    assert path[0][0]["seen"] == "DLT"
    onset = {"term": ["CRS"], "onset": [2.0], "onset_lower": [1.0], "onset_upper": [3.0], "end": [7.0]}
    assert data_of(onset_chart(onset, size=size))[0][0]["end"] == 7.0


def test_a_missing_column_is_named() -> None:
    with pytest.raises(TableError, match="response"):
        waterfall_chart({"change": [1.0]})
    with pytest.raises(TableError, match="length"):
        rows_in({"a": [1], "b": [1, 2]})
