"""The dossier from small recorded results: every part is there, failures come first, nothing is left out silently."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parent))
from recorded import JUNIT, check, endpoint, write_all

from adoptive.workbench.dossier.build import as_document, build_dossier
from adoptive.workbench.dossier.frame import frame
from adoptive.workbench.dossier.given import count_tests, load_checks
from adoptive.workbench.dossier.numerics import Extinction, Sweep, extinction_rule
from adoptive.workbench.dossier.page import as_html, as_markdown
from adoptive.workbench.dossier.types import Asked, Dossier, Item
from adoptive.workbench.dossier.validation import run_item
from adoptive.workbench.dossier.verification import extinction_item, tolerance_item

pytest.importorskip("SALib")


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    return write_all(tmp_path_factory.mktemp("good"))


@pytest.fixture(scope="module")
def made(paths: Mapping[str, Path]) -> Dossier:
    return build_dossier(Asked(**paths, compute=False))


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Dossier:
    return build_dossier(Asked(**write_all(tmp_path_factory.mktemp("bad"), holds=False), compute=False))


def part(dossier: Dossier, name: str) -> Item:
    (found,) = [item for item in dossier.items if item.name == name]
    return found


def test_sections_stand_in_order_and_failures_first(made: Dossier) -> None:
    names = [section.name for section in made.sections]
    assert names == [
        "first", "assessment", "verification", "validation", "uncertainty", "sensitivity", "applicability",
        "provenance", "sign-off",
    ]  # fmt: skip
    ids = [item.name for item in made.items]
    assert len(set(ids)) == len(ids)


def test_every_factor_points_at_a_part_that_exists(made: Dossier) -> None:
    ids = {item.name for item in made.items}
    assert {name for factor in frame()["factor"] for name in factor["items"]} <= ids
    table = part(made, "factors").table
    assert table is not None
    assert {row[0] for row in table.rows} == {factor["factor"] for factor in frame()["factor"]}


def test_results_are_those_that_were_given(made: Dossier) -> None:
    assert (part(made, "coverage").result, part(made, "coverage").holds) == ("9 of 10 inside (90 %)", True)
    assert part(made, "outside").result == "1 outside"
    assert part(made, "scores").result.startswith("0.30 over published rate")
    assert part(made, "scores").holds is True
    assert part(made, "tests").result == "4 passed, 0 failed, 1 skipped"
    assert part(made, "ordering").holds is True
    told = part(made, "seeds").table
    assert told is not None
    assert told.rows[0][-1] == "12.5 %"


def test_what_fails_is_said_first(bad: Dossier) -> None:
    table = bad.sections[0].items[0].table
    assert table is not None
    failed = {row[0] for row in table.rows}
    assert failed == {part(bad, name).title for name in ("coverage", "scores", "tests")}
    assert "3 not met" in bad.answer
    assert part(bad, "coverage").result == "5 of 10 inside (50 %)"
    outside = part(bad, "outside").table
    assert outside is not None
    assert [row[1] for row in outside.rows][:2] == ["endpoint 8", "endpoint 7"]  # the furthest first


def test_what_is_not_given_is_said_to_be_missing() -> None:
    bare = build_dossier(Asked(study="zuma-1", compute=False))
    missing = {item.name for item in bare.items if item.state == "missing"}
    assert missing >= {
        "tests", "laws", "tolerance", "extinction", "same", "coverage", "outside", "scores", "seeds", "run",
        "contraction", "profiles", "variance", "sobol", "ordering",
    }  # fmt: skip
    table = part(bare, "missing").table
    assert table is not None
    assert len(table.rows) == len(missing)
    assert all(why for _, why in table.rows)
    assert "0 of 8 credibility goals met, 0 not met" in bare.answer
    assert part(bare, "coverage").holds is None


def test_page_and_markdown_say_the_same(made: Dossier) -> None:
    page, text = as_html(made), as_markdown(made)
    for item in made.items:
        if item.result:
            assert item.result in page, item.name
            assert item.result in text, item.name
    for words in ("no medical advice", "ASME V&amp;V 40", "ICH M15", "Sign-off", "satri-cel"):
        assert words in page
    assert "http" not in page.replace("http://www.w3.org", "")
    assert page.count('id="') == len(set(_ids(page)))


def _ids(page: str) -> list[str]:
    return re.findall(r'id="([^"]+)"', page)


def test_same_files_give_the_same_bytes(paths: Mapping[str, Path], made: Dossier) -> None:
    again = build_dossier(Asked(**paths, compute=False))
    first, second = (
        re.sub(r'"commit", "[^"]*"', "", json.dumps(as_document(one))) for one in (made, again)
    )  # a commit made meanwhile is none of the dossier's
    assert second == first


def test_run_in_question_is_set_against_what_was_published(tmp_path: Path) -> None:
    rows = [endpoint("orr", inside=True), endpoint("cr", inside=False), endpoint("dcr", inside=False, weight=0.0)]
    summary = {"endpoints": rows, "trials": 20, "seed": 7, "prediction": False}
    found = run_item(SimpleNamespace(study=SimpleNamespace(name="small"), summary=summary), tmp_path)
    assert found.result == "1 of 2 inside"
    assert found.table is not None
    assert [row[1] for row in found.table.rows] == ["Objective response", "Complete response", "Disease control"]


def test_command_writes_page_markdown_and_json(
    paths: Mapping[str, Path], tmp_path: Path, command: Callable[..., Any]
) -> None:
    given = [word for name in ("checks", "tests") for word in (f"--{name}", paths[name])]
    for name in ("d.html", "d.md"):
        said = command("dossier", "--given-only", *given, "--out", tmp_path / name)
        assert said.code == 0
        assert "credibility goals" in said.out
        assert (tmp_path / name).stat().st_size > 5_000
    said = command("dossier", "--given-only", *given, "--json")
    told = json.loads(said.out)
    assert told["simulated"] is True
    assert [section["name"] for section in told["sections"]][:2] == ["first", "assessment"]


@pytest.mark.parametrize(
    ("option", "content", "words"),
    [
        ("--checks", None, "cannot be read"),
        ("--checks", "{", "not the result of a check"),
        ("--checks", '{"studies": [{"study": "x"}]}', "not the result of a check"),
        ("--checks", '{"studies": []}', "without endpoints"),
        ("--tests", "<a", "no record of tests"),
        ("--tests", "<testsuites/>", "no test in it"),
        ("--tests", '<!DOCTYPE a [<!ENTITY b "c">]><testsuites/>', "document type"),
        ("--run", None, "not a run folder"),
        ("--calibration", None, "no such calibration folder"),
        ("--study", None, "no-such"),
    ],
)
def test_mistakes_are_told(
    option: str, content: str | None, words: str, tmp_path: Path, command: Callable[..., Any]
) -> None:
    file = tmp_path / "no-such"
    if content is not None:
        file.write_text(content, "utf-8")
    value = "no-such" if option == "--study" else file
    said = command("dossier", "--given-only", option, value, "--out", tmp_path / "d.html")
    assert said.code == 2
    assert words in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert not (tmp_path / "d.html").exists()


def test_other_kinds_of_file_are_refused_before_anything_is_read(tmp_path: Path, command: Callable[..., Any]) -> None:
    said = command("dossier", "--out", tmp_path / "d.pdf")
    assert said.code == 2
    assert ".html or .md" in said.err


def test_study_twice_in_a_check_is_refused(tmp_path: Path) -> None:
    twice = check()
    twice["studies"].append(twice["studies"][0])
    (tmp_path / "c.json").write_text(json.dumps(twice), "utf-8")
    with pytest.raises(ValueError, match="study twice"):
        load_checks(tmp_path / "c.json")


def test_tests_are_counted_by_kind(tmp_path: Path) -> None:
    (tmp_path / "t.xml").write_text(JUNIT, "utf-8")
    counts = {kind: tuple(row.values()) for kind, row in count_tests(tmp_path / "t.xml").items() if any(row.values())}
    assert counts == {"laws": (1, 0, 0), "exact": (1, 0, 1), "doctest": (1, 0, 0), "other": (1, 0, 0)}


SWEEP = Sweep(
    40, 640, 10, np.array([1e-3, 1e-4, 1e-5, 1e-6, 1e-7]), np.array([1e-2, 1e-3, 1e-4, 1e-5, 1e-6]),
    np.full(5, 1e-9), (2, 1, 0, 0, 0), 1e-5,
)  # fmt: skip


def test_tolerance_is_judged_where_it_is_used() -> None:
    assert SWEEP.error_in_use == 1e-4
    assert SWEEP.order == pytest.approx(1.0)
    assert tolerance_item(SWEEP).holds is True
    assert tolerance_item(replace(SWEEP, in_use=1e-3)).holds is False


def test_fates_must_agree_from_the_tolerance_in_use_on_and_some_must_die() -> None:
    rule = extinction_rule(draws=20)
    assert rule.holds  # on the engine itself
    assert extinction_item(rule, SWEEP).holds is True
    assert extinction_item(rule, replace(SWEEP, fates=(0, 0, 1, 0, 0))).holds is False
    assert extinction_item(rule, replace(SWEEP, died=0)).holds is False
    wrong = Extinction(rule.ratio, rule.expected, rule.found + 0.2, rule.draws)
    assert extinction_item(wrong, SWEEP).holds is False
