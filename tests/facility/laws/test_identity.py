"""Laws of the identity log: whatever is changed, taken out, put in or moved is found; nothing is overwritten."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.errors import StudyError
from adoptive.facility.identity import (
    Entry,
    Event,
    Log,
    append,
    check_character,
    donation_number,
    read_log,
    seal,
    verify,
    write_log,
)

TEXT = st.text(max_size=12)
ENTRIES = st.lists(
    st.builds(
        Entry,
        step=TEXT, patient=TEXT, chain=TEXT, donation=TEXT, lot=TEXT, actor=TEXT,
        day=st.floats(0, 1e4), place=TEXT, reason=TEXT, meaning=TEXT,
        temperature_c=st.none() | st.floats(-200, 50),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


def _log(entries: list[Entry]) -> Log:
    return append((), *sorted(entries, key=lambda entry: entry.day))


def _other(value: Any) -> Any:
    if isinstance(value, str):
        return value + "x"
    return 1.5 if value is None else value + 1


@given(ENTRIES)
@settings(max_examples=60, deadline=None)
def test_a_log_that_was_only_appended_to_holds(entries: list[Entry]) -> None:
    log = _log(entries)
    assert verify(log) == verify(log, sealed=seal(log)) == ()
    assert [event.number for event in log] == list(range(len(log)))
    longer = append(log, dataclasses.replace(entries[0], day=log[-1].day))
    assert longer[: len(log)] == log
    assert verify(longer) == ()
    assert verify(longer, sealed=seal(log)) != ()


@given(ENTRIES, st.data())
@settings(max_examples=150, deadline=None)
def test_any_changed_field_is_found(entries: list[Entry], data: st.DataObject) -> None:
    log = _log(entries)
    at = data.draw(st.integers(0, len(log) - 1))
    field = data.draw(st.sampled_from([field.name for field in dataclasses.fields(Event)]))
    changed = dataclasses.replace(log[at], **{field: _other(getattr(log[at], field))})
    found = verify((*log[:at], changed, *log[at + 1 :]))
    assert {finding.place for finding in found} & {at, at + 1}


@given(ENTRIES, st.data())
@settings(max_examples=150, deadline=None)
def test_a_removed_a_doubled_and_a_moved_event_are_found(entries: list[Entry], data: st.DataObject) -> None:
    log = _log(entries)
    at = data.draw(st.integers(0, len(log) - 1))
    assert verify((*log[:at], *log[at + 1 :]), sealed=seal(log)) != ()
    if at < len(log) - 1:
        assert verify((*log[:at], *log[at + 1 :])) != ()
    assert verify((*log[: at + 1], log[at], *log[at + 1 :])) != ()
    order = data.draw(st.permutations(log))
    assert (verify(tuple(order)) == ()) == (tuple(order) == log)


@given(ENTRIES, st.data())
@settings(max_examples=60, deadline=None)
def test_a_chain_made_anew_is_found_by_its_seal(entries: list[Entry], data: st.DataObject) -> None:
    log = _log(entries)
    ordered = sorted(entries, key=lambda entry: entry.day)
    at = data.draw(st.integers(0, len(ordered) - 1))
    forged = append((), *ordered[:at], dataclasses.replace(ordered[at], lot="forged"), *ordered[at + 1 :])
    assert verify(forged) == ()
    assert (verify(forged, sealed=seal(log)) == ()) == (ordered[at].lot == "forged")


@given(ENTRIES, st.data())
@settings(max_examples=60, deadline=None)
def test_an_event_forged_with_a_digest_of_its_own_is_found(entries: list[Entry], data: st.DataObject) -> None:
    log = _log(entries)
    at = data.draw(st.integers(0, len(log) - 1))
    ordered = sorted(entries, key=lambda entry: entry.day)
    forged = append(log[:at], dataclasses.replace(ordered[at], lot=ordered[at].lot + "x"))[at]
    found = verify((*log[:at], forged, *log[at + 1 :]), sealed=seal(log))
    assert [finding.place for finding in found] == [at + 1]


@given(ENTRIES)
@settings(max_examples=40, deadline=None)
def test_a_written_log_is_read_back(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> None:
    log = _log(entries)
    file = write_log(tmp_path_factory.mktemp("log") / "identity.jsonl", log)
    assert read_log(file) == log
    before = file.read_bytes()
    with pytest.raises(StudyError, match="never overwritten"):
        write_log(file, ())
    assert file.read_bytes() == before


def _entry(day: float, **changes: Any) -> Entry:
    plain = Entry("collected", "SYN-1", "COI-1", "D1", "L1", "nurse", day, "hospital", "planned", "collected")
    return dataclasses.replace(plain, **changes)


def test_a_correction_is_an_event_of_its_own() -> None:
    log = append((), _entry(1.0, lot="L7"))
    corrected = append(log, _entry(2.0, step="corrected", corrects=0, reason="lot was L7, is L1", meaning="reviewed"))
    assert corrected[0] == log[0]
    assert corrected[1].corrects == 0
    assert verify(corrected) == ()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (_entry(0.5), "cannot come before"),
        (_entry(float("nan")), "not finite"),
        (_entry(9.0, temperature_c=float("inf")), "not finite"),
        (_entry(9.0, corrects=5), "corrects an event"),
        (_entry(9.0, corrects=-1), "corrects an event"),
        (_entry(9.0, reason="\ud800"), "cannot be written"),
    ],
)
def test_what_cannot_stand_in_the_log_is_refused(entry: Entry, said: str) -> None:
    log = append((), _entry(1.0))
    with pytest.raises(StudyError, match=said):
        append(log, entry)


@pytest.mark.parametrize("line", ["", "no json", "[]", "{}", '{"step": "x"}', json.dumps({"digest": "x"}), "again"])
def test_a_line_that_is_no_event_is_named(tmp_path: Path, line: str) -> None:
    file = write_log(tmp_path / "log.jsonl", append((), _entry(1.0)))
    first = file.read_text()
    line = first.replace('{"actor"', '{"lot":"L2","actor"').strip() if line == "again" else line
    file.write_text(first + line + "\n")
    with pytest.raises(StudyError, match=r"log\.jsonl, line 2"):
        read_log(file)


def test_a_log_edited_in_its_file_is_found(tmp_path: Path) -> None:
    log = append((), *(_entry(float(day)) for day in range(5)))
    file = write_log(tmp_path / "log.jsonl", log)
    lines = file.read_text().splitlines()
    file.write_text("\n".join([lines[0], lines[1].replace('"lot":"L1"', '"lot":"L2"'), *lines[2:]]) + "\n")
    assert [finding.place for finding in verify(read_log(file))] == [1]
    file.write_text("\n".join(lines[:3]) + "\n")
    assert verify(read_log(file)) == ()
    assert verify(read_log(file), sealed=seal(log)) != ()


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="cannot be read"):
        read_log(tmp_path / "none.jsonl")


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=20))
def test_check_characters_are_those_of_the_standard(number: str) -> None:
    """ISO/IEC 7064, modulus 37-2: characters times powers of two, the check among them, make 1 modulo 37."""
    values = {sign: value for value, sign in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*")}
    whole = number + check_character(number)
    assert sum(values[sign] * 2**place for place, sign in enumerate(reversed(whole))) % 37 == 1


def test_published_check_characters() -> None:
    """The worked example of the United Kingdom's transfusion guidelines (Red Book, annex on ISBT 128)."""
    assert check_character("G123498654321") == "H"
    assert len(donation_number(17)) == 14
    with pytest.raises(StudyError):
        check_character("g1")
    with pytest.raises(StudyError):
        donation_number(1_000_000)
