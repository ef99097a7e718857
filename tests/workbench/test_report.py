"""The report: whole, self-contained, honest, and safe against what a study file may hold."""

from __future__ import annotations

import dataclasses
import html
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.tables import read_table, write_table
from adoptive.workbench.engine.types import RunResult
from adoptive.workbench.report import render_report, rewrite_report
from adoptive.workbench.report.cells import toxicity_figure
from adoptive.workbench.report.data import load_run
from adoptive.workbench.report.incidence import infusion_figure
from adoptive.workbench.report.survival import survival_figure
from adoptive.workbench.rules import rule_sentence
from adoptive.workbench.wording import amount

HEADINGS = (
    "Flow of patients", "Survival", "Response", "Cells in blood", "Toxicity by grade", "Plan of the simulation",
    "Assumptions", "What is not modelled", "Simulated against published", "Ordering check",
    "What the assessment rule does", "Endpoints that miss", "Provenance", "How to rerun",
)  # fmt: skip


class Page(HTMLParser):
    """Collect tags, ids, links and headings; complain about tags left open."""

    VOID = frozenset({"meta", "link", "br", "line", "rect", "circle", "path"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.used: list[str] = []
        self.outside: list[str] = []
        self.headings: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            text = value or ""
            if name == "id":
                self.ids.append(text)
            elif name in ("aria-labelledby", "aria-describedby"):
                self.used += text.split()
            elif name in ("src", "href", "xlink:href", "action", "data", "srcset"):
                (self.used.append(text[1:]) if text.startswith("#") else self.outside.append(text))
            self.used += re.findall(r"url\(#([^)]+)\)", text)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)


@pytest.fixture(scope="module")
def text(run_place: Path) -> str:
    return (run_place / "report.html").read_text("utf-8")


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_sections_stand_in_order(page: Page) -> None:
    assert tuple(page.headings) == HEADINGS


def test_nothing_is_fetched_and_nothing_runs(text: str, page: Page) -> None:
    assert page.outside == ["data:,"]
    assert "script" not in page.tags
    assert "@import" not in text
    assert re.findall(r"url\((?!#)", text) == []
    assert len(text.encode()) < 1_500_000


def test_ids_are_unique_and_all_references_lead_somewhere(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    assert set(page.used) <= set(page.ids)
    assert page.open == []


def test_landmarks_language_title_and_pictures_are_named(text: str, page: Page) -> None:
    assert '<html lang="en-GB">' in text
    assert {"title", "header", "nav", "main", "footer"} <= set(page.tags)
    named = r'<svg role="img" aria-labelledby="[^"]+"[^>]*><title [^>]*>[^<]+</title><desc [^>]*>[^<]+'
    pictures = re.findall(named, text)
    assert len(pictures) == 2 * page.tags.count("figcaption") == 28
    assert page.tags.count("details") >= page.tags.count("figcaption"), "the numbers stand behind every figure"


def test_every_endpoint_stands_in_the_table_with_its_verdict(result: RunResult, text: str) -> None:
    verdicts = re.findall(r'<span class="mark (inside|outside)">\1</span>', text)
    expected = ["inside" if row.inside else "outside" for row in result.comparisons]
    assert verdicts == expected
    assert "outside" in expected, "the made-up 99 % must miss"
    for row in result.comparisons:
        assert amount(row.simulated_median, row.published.unit) in text


def test_answer_is_made_of_the_run_s_numbers(result: RunResult, text: str) -> None:
    ratio = next(row for row in result.comparisons if row.published.endpoint == "pfs_hazard_ratio")
    (answer,) = re.findall(r'id="answer">([^<]+)<', text)
    spread = f"(90 % of trials {ratio.simulated_p05:.3f} to {ratio.simulated_p95:.3f})"
    assert f"{ratio.simulated_median:.3f} {spread}" in answer
    sure = [bool(row.inside) for row in result.comparisons if row.published.weight > 0]
    unsure = [bool(row.inside) for row in result.comparisons if row.published.weight == 0]
    assert (len(sure), len(unsure)) == (7, 2)
    assert f"{sum(sure)} of 7 published endpoints with a confirmed source lie inside" in answer
    assert f"; {sum(unsure)} of 2 unconfirmed ones." in answer
    assert "depend on the seed and on the number of trials" in text


def test_rule_s_settings_and_their_sentence_stand_after_the_ordering_check(result: RunResult, text: str) -> None:
    part = text[text.index('id="rules"') : text.index('id="missed"')]
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th><td class="number">([^<]+)</td>', part)
    assert rows == [(row.setting, f"{row.hazard_ratio:.3f}") for row in result.rules]
    (said,) = re.findall(r'id="rule">([^<]+)<', text)
    assert said == html.escape(rule_sentence(result.rules, result.study), quote=False)
    assert "it favours the cells" in said


def test_report_of_a_run_without_the_rule_s_settings(run_place: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run_place, copy)
    for place in (copy / "tables").glob("rules.*"):
        place.unlink()
    assert "were not part of this run" in render_report(copy)


def test_says_that_it_is_simulated(text: str) -> None:
    assert text.count("Simulated. For research only; no medical advice.") == 2


def test_notes_cannot_smuggle_anything_in(text: str) -> None:
    assert "&lt;script&gt;x&lt;/script&gt;" in text
    assert 'href="http' not in text


def test_hostile_title_is_escaped(run_place: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run_place, copy)
    study = (copy / "study.toml").read_text().replace("A small trial", "<img src=x onerror=y>")
    (copy / "study.toml").write_text(study)
    assert "<img" not in render_report(copy)


def test_written_again_it_is_the_same(run_place: Path, text: str) -> None:
    assert rewrite_report(run_place).read_text("utf-8") == text
    assert not list(run_place.glob(".report*"))


@pytest.mark.parametrize("kind", ["missing", "empty", "broken"])
def test_no_run_folder(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    if kind != "missing":
        folder.mkdir()
    if kind == "broken":
        (folder / "summary.json").write_text("{")
    with pytest.raises(StudyError, match="not a run folder"):
        render_report(folder)


def test_caption_of_survival_names_both_arms(run_place: Path) -> None:
    figure = survival_figure(load_run(run_place), "pfs")
    assert "satri-cel" in figure.finding
    assert "physician's choice" in figure.finding


def test_a_toxicity_that_nobody_had_keeps_its_row(run_place: Path) -> None:
    run = load_run(run_place)
    grades = {name: values.copy() for name, values in run.tables["grades"].items()}
    nobody = grades["toxicity"] == "tumour lysis"
    assert nobody.any()
    grades["share"][nobody] = np.where(grades["grade"][nobody] == 0, 1.0, 0.0)
    figure = toxicity_figure(dataclasses.replace(run, tables={**run.tables, "grades": grades}))
    for name in grades["toxicity"]:
        shown = name.replace("cytokine release syndrome", "CRS")
        assert all(f">{shown}<" in svg for _, svg in figure.drawings), shown


def test_who_had_not_entered_by_the_cut_is_not_shown(run_place: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run_place, copy)
    patients = {name: column.copy() for name, column in read_table(copy / "tables" / "patients").items()}
    late = np.flatnonzero(patients["arm"] == 0)[:3]
    patients["enrolled"][late] = False
    write_table(copy / "tables" / "patients", patients)
    assert (load_run(run_place).tables["patients"]["arm"] == 0).sum() == 20
    assert (load_run(copy).tables["patients"]["arm"] == 0).sum() == 17
    assert "all 17 patients" in render_report(copy)


def test_curve_of_infusions_ends_at_the_share_that_was_infused(run_place: Path) -> None:
    run = load_run(run_place)
    patients = run.tables["patients"]
    patients["not_infused"][~patients["treated"]] = 4  # withdrew: known never to be infused
    patients["infusion_day"][patients["treated"]] = 30.0
    patients["os_days"][~patients["treated"]] = 0.0  # and last seen before anybody was infused
    patients["os_event"][~patients["treated"]] = False
    figure = infusion_figure(run)
    assert figure is not None
    for arm in run.cells:
        share = patients["treated"][patients["arm"] == arm].mean()
        assert 0 < share < 1
        assert f"{run.arms[arm]}: infused in {100 * share:.0f} % at the end" in figure.finding
