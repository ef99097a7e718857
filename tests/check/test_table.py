"""The table is whole, says the same every time, and notices a model that is broken on purpose."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from adoptive.errors import AdoptiveError
from adoptive.workbench.check import CheckRun, as_document, exact, load_checks, run_checks
from adoptive.workbench.check.rows import choose_codes, read_checks
from adoptive.workbench.check.run import MEASURES
from adoptive.workbench.check.setting import REFERENCE, SHORTER, Setting
from adoptive.workbench.study import load_study

CODES = [f"{letter}{n}" for letter, last in (("A", 10), ("K", 10), ("E", 11), ("S", 9)) for n in range(1, last + 1)]


def test_every_check_of_the_list_has_rows_and_is_measured() -> None:
    assert list(dict.fromkeys(check.code for check in load_checks())) == CODES
    assert set().union(*(codes for codes, _, _ in MEASURES)) == set(CODES)
    keys = [check.key for check in load_checks()]
    assert len(keys) == len(set(keys))


def test_every_row_says_where_its_range_comes_from() -> None:
    for check in load_checks():
        assert check.what, check.key
        assert check.source, check.key
        assert check.low <= check.high, check.key
        assert check.code[0] != "A" or check.status == "law", check.key


def test_each_measurement_fills_the_rows_of_its_codes_and_no_other(whole_table: CheckRun) -> None:
    rows = {check.key: check.code for check in load_checks()}
    by = Setting(patients=20)
    quick = [row for row in MEASURES if row[0] & {"K7", "S4", "E6", "S5"} and "K2" not in row[0]]
    assert len(quick) == 4
    for codes, _, measure in quick:
        assert {rows[key] for key, _ in measure(by)} == set(codes)
    assert [line.check.key for line in whole_table.lines] == list(rows)


def test_numbers_are_finite_and_only_the_regimens_lines_are_repeated(whole_table: CheckRun) -> None:
    for line in whole_table.lines:
        print(f"{line.check.key:24} {line.found:.4g} {line.check.unit} ({line.check.expected}) holds {line.holds}")
        assert math.isfinite(line.found) or line.check.code == "E1", line.check.key
        once = line.check.code[0] == "A" or line.check.code in ("E1", "E11") or line.check.key.startswith("S8.p")
        assert (line.shorter is None) == once, line.check.key


def test_exact_laws_hold(whole_table: CheckRun) -> None:
    laws = [line for line in whole_table.lines if line.check.status == "law"]
    assert len(laws) >= 18
    assert [line.check.key for line in laws if not line.holds] == []


def test_the_same_question_has_the_same_answer() -> None:
    chosen = "K2,K7,S1,S5"
    first, again = (run_checks(seed=3, patients=25, only=chosen) for _ in range(2))
    assert first == again
    other = run_checks(seed=4, patients=25, only=chosen)
    changed = {line.check.key for line, new in zip(first.lines, other.lines, strict=True) if line.found != new.found}
    crowd = {line.check.key for line in first.lines if line.check.what.startswith("population")}
    assert changed
    assert changed <= crowd


def test_some_checks_alone_give_what_the_whole_table_gives(whole_table: CheckRun) -> None:
    alone = run_checks(seed=1, patients=40, only="k7, s2")
    assert alone.lines == tuple(line for line in whole_table.lines if line.check.code in ("K7", "S2"))


def test_an_interruption_stops_between_two_measurements() -> None:
    """The guard is asked for each measurement, so that Ctrl-C need not wait for the whole table."""
    begun: list[str] = []

    @contextmanager
    def impatient() -> Iterator[None]:
        yield
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_checks(
            only="K7,S4", progress=lambda done, total, name: begun.append(f"{done + 1} of {total}"), around=impatient
        )
    assert begun == ["1 of 4"]


def test_the_shorter_regimen_is_the_trials() -> None:
    given = {drug.drug: tuple(drug.days) for drug in load_study("satri-cel").infusion.lymphodepletion}
    assert given["fludarabine"] == SHORTER
    assert set(SHORTER) < set(REFERENCE)


BROKEN = {
    "nothing kills": ({"kmax": 0.0}, "E3.clean E6.high E6.sld", "K1.fall"),
    "effectors do not grow": ({"pE": 0.0}, "K3.peak K7.without E5.persisting", "K1.fall"),
    "no lymphocyte dies": ({"eFluL": 0.0, "eCyL": 0.0}, "K8.lymphocytes_14 K7.half", "K1.fall"),
    "no interleukin 6": ({"k6": 0.0}, "S1.crp S2.effective S4.burden S9.lag", "K1.fall"),
    "tocilizumab binds nothing": ({"KD_toc": 1e9}, "S2.occupied S2.total S2.crp S9.tocilizumab", "S1.day"),
    "cells stay in blood": ({"kbp": 0.0}, "K1.fall", "S2.cells"),
    "no marrow": ({"eFlu_ANC": 0.0, "eCy_ANC": 0.0, "eFlu_PLT": 0.0, "eCy_PLT": 0.0}, "S5.anc_nadir S5.plt_nadir", ""),
    "PD-1 does nothing": ({"iPD": 0.0}, "E7.change", "E8.peak"),
    "B cells are safe": ({"kKB": 0.0}, "S6.b_cells S6.igg", ""),
    "a start away from rest": ({"L0": 1000.0}, "A1.drift", "A2.gompertz A6.activation"),
    "transport that kills": ({"dM": 0.01}, "A3.conserved", "A6.activation"),
    "antigen where there is none": ({"wH": 0.5, "qH": 0.5}, "A7.tumour A7.il6", "A2.gompertz"),
    "lymphocytes that return": ({"kL": 0.05}, "A5.empty", "A6.activation"),
    "effectors that calm": ({"rEM": 0.5}, "A8.up", "A6.activation"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_model_fails_the_lines_that_watch_it(name: str) -> None:
    changed, failing, holding = BROKEN[name]
    only = ",".join({key.partition(".")[0] for key in (failing + " " + holding).split()})
    run = run_checks(patients=20, only=only, shorter=False, changed=changed)
    seen = {line.check.key: line for line in run.lines}
    assert [key for key in failing.split() if seen[key].holds] == []
    assert [key for key in holding.split() if not seen[key].holds] == []
    assert not run.holds


def test_the_dimension_check_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "_factors", lambda body: body.values[0] * 0.0 + 1.0)
    run = run_checks(only="A9", shorter=False)
    assert [line.check.key for line in run.lines if not line.holds] == ["A9.doubled"]


def test_a_parameter_that_does_not_exist_is_refused() -> None:
    with pytest.raises(AdoptiveError, match="no such parameter"):
        run_checks(only="K7", changed={"kMax": 0.0})


def test_a_range_is_read_and_kept() -> None:
    (check,) = read_checks('[K1]\nfall = { what = "w", low = 5, status = "chosen", source = "s" }')
    assert [check.holds(value) for value in (5.0, 4.999, 1e300, math.inf, math.nan)] == [
        True,
        False,
        True,
        False,
        False,
    ]
    assert check.expected == "at least 5"
    narrow = dataclasses.replace(check, low=1.0, high=3.0)
    assert narrow.expected == "1 to 3"
    assert not narrow.holds(3.1)


@pytest.mark.parametrize(
    "row",
    [
        '{ what = "w", low = 5, source = "s" }',
        '{ what = "w", low = 5, status = "sure", source = "s" }',
        '{ what = "w", low = 5, high = 4, status = "law", source = "s" }',
        '{ what = "w", status = "law", source = "s" }',
        '{ what = "w", low = 1, level = 2, status = "law", source = "s" }',
    ],
)
def test_rows_with_mistakes_are_named(row: str) -> None:
    with pytest.raises(AdoptiveError, match=r"K1\.fall"):
        read_checks(f"[K1]\nfall = {row}")


def test_codes_are_chosen() -> None:
    assert choose_codes("k2,S5") == {"K2", "S5"}
    assert choose_codes(None) == set(CODES)
    for wrong in ("K11", "", ",", "K2,X1"):
        with pytest.raises(AdoptiveError, match="A1, A2"):
            choose_codes(wrong)


def test_the_document_is_plain(whole_table: CheckRun) -> None:
    document = as_document(whole_table)
    assert document["passed"] + document["failed"] == len(document["checks"]) == len(load_checks())
    assert document["holds"] is (document["failed"] == 0)
    for row in document["checks"]:
        assert type(row["holds"]) is bool
        assert row["low"] is None or isinstance(row["low"], float)
        assert row["low"] is not None or row["high"] is not None
