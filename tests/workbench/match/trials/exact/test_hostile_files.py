"""Broken and hostile files: each is listed, none ends the reading, nothing of them is executed."""

from __future__ import annotations

import gzip
import json
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from benchmarks.matching.many import BROKEN, ODD, write_many
from tests.workbench.match.trials.conftest import record

from adoptive.workbench.match.trials import reading, stream
from adoptive.workbench.match.trials.load import load_trials
from adoptive.workbench.match.types import Trial
from adoptive.workbench.mistakes import Mistake

Write = Callable[[str, Any], Path]


def loaded(*paths: Path | str) -> tuple[list[Trial], list[Mistake]]:
    found = list(load_trials(paths))
    trials = [trial for trial in found if isinstance(trial, Trial)]
    return trials, [mistake for mistake in found if isinstance(mistake, Mistake)]


def test_many_files_of_which_some_are_broken(tmp_path: Path) -> None:
    wanted = write_many(tmp_path, count=60, huge=False)
    trials, mistakes = loaded(tmp_path)
    assert (len(trials), len(mistakes)) == (wanted["trials"], wanted["mistakes"])
    assert {mistake.where.split(".")[0] for mistake in mistakes} == {*(f"broken/{name}" for name in BROKEN), "zz/again"}
    assert {trial.source for trial in trials} >= {f"odd/{name}.json" for name in ODD}
    assert all("\n" not in str(mistake) and len(str(mistake)) < 1000 for mistake in mistakes)


@pytest.mark.parametrize("name", [*BROKEN, *ODD])
def test_value_by_value_says_the_same(monkeypatch: pytest.MonkeyPatch, write: Write, name: str) -> None:
    content = {**BROKEN, **ODD}[name](1, 1)
    path = write("a.json", content)
    at_once, _ = loaded(path)
    monkeypatch.setattr(reading, "AT_ONCE", 10)
    piecewise, mistakes = loaded(path)
    if name in ("not-a-number", "zero-in-text", "long-number"):  # forms that are no JSON: only a small file forgives
        assert len(at_once) == 1
    else:
        texts = [trial.criteria_text.replace("\ufffd", "?") for trial in at_once]
        assert [trial.criteria_text for trial in piecewise] == texts
    assert len(piecewise) + len(mistakes) == 1


def test_what_comes_before_a_break_is_kept(monkeypatch: pytest.MonkeyPatch, write: Write) -> None:
    page = json.dumps({"studies": [record(1), record(2), record(3)]}).encode()
    path = write("page.json", page[:-300])
    for limit in (8_000_000, 10):
        monkeypatch.setattr(reading, "AT_ONCE", limit)
        trials, [mistake] = loaded(path)
        assert [trial.id for trial in trials] == ["NCT00000001", "NCT00000002"]
        assert "not JSON" in mistake.what


def test_a_broken_line_ends_no_file(write: Write) -> None:
    lines = [json.dumps(record(1)), "{broken", "", "[" * 5000, "\xe9", "7", json.dumps(record(2))]
    path = write("lines.jsonl", "\n".join(lines).encode("latin-1"))
    trials, mistakes = loaded(path)
    assert [trial.source for trial in trials] == ["lines.jsonl, record 1", "lines.jsonl, record 7"]
    assert [mistake.where for mistake in mistakes] == [f"lines.jsonl, record {number}" for number in (2, 4, 5, 6)]
    assert len(loaded(write("lines.json", "\n".join((lines[0], lines[-1])).encode()))[0]) == 2


def test_records_one_after_the_other(write: Write) -> None:
    text = json.dumps(record(1), indent=1) + "\n" + json.dumps(record(2), indent=1)
    trials, mistakes = loaded(write("two.json", text.encode()))
    assert ([trial.id for trial in trials], mistakes) == (["NCT00000001", "NCT00000002"], [])


@pytest.mark.parametrize("depth", [10_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_nesting_without_end(write: Write, depth: int) -> None:
    whole = json.dumps(record(1)).encode()[:-1] + b', "x": ' + b"[" * depth + b"]" * depth + b"}"
    trials, mistakes = loaded(write("deep.json", whole))
    assert (len(trials), mistakes) == (1, [])
    tree = b'{"match": ' + b'[{"and": ' * depth + b"[]" + b"}]" * depth + b"}"
    trials, [mistake] = loaded(write("tree.json", tree))
    assert trials == []
    assert mistake.where.startswith("tree.json")


@pytest.mark.parametrize("megabytes", [10, pytest.param(100, marks=pytest.mark.slow)])
def test_a_text_of_a_hundred_megabytes_is_not_read(write: Write, megabytes: int) -> None:
    start, end = json.dumps(record(1)).encode().split(b"* Adults")
    path = write("huge.json", start + b"* Adults\\n" * (megabytes * 100_000) + end)
    tracemalloc.start()
    [trial], [] = loaded(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(trial.criteria_text) == 20_000
    assert peak < 8 * megabytes * 1_000_000
    assert any("too long" in note for note in trial.notes)


def test_packed_files_that_swell_are_stopped(monkeypatch: pytest.MonkeyPatch, write: Write) -> None:
    monkeypatch.setattr(stream, "LONGEST_RECORD", 40_000_000)
    bomb = write("bomb.json.gz", gzip.compress(b'{"protocolSection": "' + b"x" * 60_000_000 + b'"}', 1))
    spaces = write("spaces.json.gz", gzip.compress(b" " * 60_000_000, 1))
    for path in (bomb, spaces):
        trials, [mistake] = loaded(path)
        assert trials == []
        assert "too long" in mistake.what


def test_a_file_of_nothing_but_mistakes_is_cut_short(write: Write) -> None:
    _, mistakes = loaded(write("numbers.json", list(range(5000))))
    assert len(mistakes) == 1001
    assert "too many mistakes" in mistakes[-1].what


def test_links_hidden_files_and_other_files(tmp_path: Path, write: Write) -> None:
    outside = write("outside/secret.json", record(9))
    home = write("home/a.json", record(1)).parent
    write("home/.hidden.json", record(2))
    write("home/.git/b.json", record(3))
    write("home/notes.txt", b"no trial")
    write("home/inner/C.JSON", record(4))
    (home / "out.json").symlink_to(outside)
    (home / "gone.json").symlink_to(tmp_path / "nowhere")
    (home / "loop").symlink_to(home)
    (home / "again.yaml").symlink_to(home / "a.json")
    os.mkfifo(home / "pipe.json")
    trials, mistakes = loaded(home)
    assert [trial.source for trial in trials] == ["a.json", "inner/C.JSON"]
    assert {mistake.where for mistake in mistakes} == {"out.json", "gone.json", "again.yaml"}


def test_paths_that_cannot_be_read(tmp_path: Path, write: Write) -> None:
    text = write("trial.txt", record(1))
    os.mkfifo(tmp_path / "pipe.json")
    _, mistakes = loaded(tmp_path / "nothing.json", text, tmp_path / "pipe.json", "a\x00b")
    assert [mistake.what.split(":")[0] for mistake in mistakes] == [
        "cannot be read", "no file of trials", "no file of trials", "cannot be read",
    ]  # fmt: skip


def test_names_of_files_can_be_shown(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/bad\xff\n<b>.json"
    with open(name, "wb") as file:
        file.write(b"{")
    _, [mistake] = loaded(tmp_path)
    assert mistake.where.encode("utf-8")
    assert "\n" not in mistake.where


def test_a_trial_that_comes_again_is_listed(write: Write) -> None:
    one, two = write("one.json", record(1)), write("two.json", record(1))
    trials, [mistake] = loaded(one, two)
    assert [trial.source for trial in trials] == ["one.json"]
    assert (mistake.where, mistake.value) == ("two.json", "NCT00000001")
