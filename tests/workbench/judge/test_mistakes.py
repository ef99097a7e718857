"""What cannot be judged is refused in one sentence; what can be read is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HEAD = "time,event,arm"
GOOD = (HEAD, "5,1,A", "8,0,A", "3,1,B", "9,1,B")

BAD = {
    "an empty cell": ((HEAD, "5,1,A", ",1,B"), "line 3: 'empty'"),
    "a word for a time": ((HEAD, "soon,1,A"), "line 2: 'soon'"),
    "a negative time": ((HEAD, "-1,1,A"), "line 2"),
    "an infinite time": ((HEAD, "inf,1,A"), "not a number"),
    "an unknown event": ((HEAD, "5,2,A", "6,3,A"), "not 0 (censored) or 1 (event)"),
    "R's codes": ((HEAD, "5,2,A", "6,1,A"), "coded 1 and 2"),
    "no event": (("time,arm", "5,A"), "no such column"),
    "no time": (("event,arm", "1,A"), "no such column"),
    "a torn row": ((HEAD, "5,1,A,7,7"), "line 2"),
    "nothing": ((HEAD,), "no row"),
    "an entry after its time": (("time,event,entry", "5,1,2", "5,1,5"), "line 3"),
    "a negative weight": (("time,event,weight", "5,1,-1"), "line 2"),
    "a weight beyond sums": (("time,event,weight", "5,1,1e300"), "too large"),
    "an arm without weight": (("time,event,arm,weight", "5,1,A,0", "6,1,B,1"), "nobody of this arm"),
    "a cause beyond counting": (("time,cause", "5,99999999999999999999"), "line 2"),
    "an arm for each patient": ((HEAD, *(f"{n},1,P{n}" for n in range(1, 150))), "too many arms"),
    "a number as only Python writes it": ((HEAD, "1_0,1,A"), "line 2: '1_0'"),
    "no weight at all": (("time,event,weight", "5,1,0"), "weight"),
}


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str) -> Path:
        path = tmp_path / "rows.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    return write


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gives_one_sentence(command: Callable[..., Any], table: Callable[..., Path], name: str) -> None:
    lines, wanted = BAD[name]
    said = command("judge", table(*lines), "--json")
    assert (said.code, said.out) == (2, "")
    assert wanted in said.err
    assert "Traceback" not in said.err
    assert len(said.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (("--reference", "C"), "no such arm"),
        (("--test", "fh(1)"), "no such test"),
        (("--test", "fh(-1,0)"), "no such test"),
        (("--level", "1.5"), "--level: not a confidence level"),
        (("--quantiles", "0.5,1.5"), "not a probability"),
        (("--at", "six"), "no list of numbers"),
        (("--at=-1",), "0 or more"),
        (("--horizon", "-2"), "--horizon: "),
        (("--horizon", "nan"), "horizon"),
        (("--covariates", "age"), "no such column"),
        (("--column", "time=age"), "no such column"),
        (("--column", "clock=time"), "no such role"),
        (("--parameter", "OS"), "no such column"),
        (("--interest", "2"), "no column of causes"),
        (("--column", "arm=arm", "--column", "arm=event"), "two columns for one role"),
        (("--ties", "exact", "--robust"), "--ties"),
    ],
)
def test_an_absurd_option_is_refused(
    command: Callable[..., Any], table: Callable[..., Path], options: tuple[str, ...], wanted: str
) -> None:
    said = command("judge", table(*GOOD), *options)
    assert said.code == 2
    assert wanted in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "lines",
    [
        ("time,event", "5,1", "8,0"),  # one group
        ("time,event,arm", "5,0,A", "8,0,B"),  # nobody had the event
        ("time,event,arm", "5,1,A", "8,1,A", "9,0,B"),  # one arm has none: no finite ratio
        ("time,event,arm", "0,1,A", "0,1,B", "0,0,B"),  # all at once
        ("time,event,arm", "5,1,A", "5,1,B"),
        ("time,event,arm,strata", "5,1,A,x", "6,1,B,y", "7,0,A,x", "8,1,B,y"),  # no stratum holds both arms
        ("AVAL,CNSR,TRTP,PARAMCD", "5,0,A,OS", "8,1,B,OS"),
        ("TIME;Status;Group", "5.1;yes;A", "8;no;B"),
        ("time,cause,arm", "5,1,A", "8,0,A", "3,2,B", "9,1,B", "7,2,A", "4,1,B"),
        ("time,event,arm", "1,1,A", "2,1,B", "3,0,C", "4,1,C"),
    ],
)
def test_what_little_there_is_is_judged(command: Callable[..., Any], table: Callable[..., Path], lines: Any) -> None:
    path = table(*lines)
    said = command("judge", path)
    assert said.code == 0, said.err
    document = json.loads(command("judge", path, "--json").out)
    assert sum(arm["rows"] for arm in document["arms"]) == len(lines) - 1


def test_one_time_of_events_tells_of_no_change(command: Callable[..., Any], table: Callable[..., Path]) -> None:
    """A robust error of 0 is no crash either."""
    path = table(HEAD, "5,1,A", "5,1,B")
    for options in ((), ("--robust",)):
        document = json.loads(command("judge", path, "--json", *options).out)
        assert document["proportionality"] is None  # one time cannot tell of a change
        assert document["cox"]["wald"]["statistic"] == 0.0


def test_a_parameter_must_be_chosen_where_there_are_several(
    command: Callable[..., Any], table: Callable[..., Path]
) -> None:
    path = table("AVAL,CNSR,TRTP,PARAMCD", "5,0,A,OS", "8,1,B,OS", "2,0,A,PFS", "3,0,B,PFS")
    assert "OS, PFS" in command("judge", path).err
    assert json.loads(command("judge", path, "--parameter", "PFS", "--json").out)["events"] == 2


@pytest.mark.parametrize(
    ("lines", "tested"),
    [
        (("time,event,arm", *(f"5,1,{'AB'[n % 2]}" for n in range(20))), True),  # one time of events
        (("time,event,arm", "1,1,A", "2,1,B"), True),  # one event that compares
        (("time,event,arm,strata", *(f"{n},1,{'AB'[n % 2]},{n % 2}" for n in range(1, 20))), False),  # strata are arms
    ],
)
def test_a_table_that_cannot_answer_everything_is_judged_as_far_as_it_can(
    command: Callable[..., Any], table: Callable[..., Path], lines: tuple[str, ...], tested: bool
) -> None:
    said = command("judge", table(*lines), "--json")
    assert said.code == 0, said.err
    document = json.loads(said.out)
    assert [len(arm["curve"]) > 0 for arm in document["arms"]] == [True, True]
    assert document["proportionality"] is None
    assert (document["cox"] is not None) == tested
    assert ("no_cox" in document) != tested
    assert command("judge", table(*lines)).code == 0
