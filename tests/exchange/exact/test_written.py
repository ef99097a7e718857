"""What is written, line by line: names, notes, jumps by text, what cannot be said, and misuse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import elsewhere
import numpy as np
import pytest
from problems import DOSED, MIXTURE, schedule

from adoptive.errors import SolveError
from adoptive.solve import Jump, Model, Trigger, Values, compile_model
from adoptive.solve.exchange import equations_latex, write_antimony, write_sbml


def halving(y: Values, p: Values, amount: Any) -> dict[str, Any]:
    return {"drug": y.drug / 2.0, "block": y.drug * amount + p.km}


TEXTUAL = replace(DOSED, jumps=(*DOSED.jumps, Jump("halve", {"depot": 1.0}, text=halving)))
VALUES = np.array([2.0, 1.5, 0.8, 30.0, 6.0, 1.6, 0.7])
START = np.array([1.0, 2.0, 0.1, 0.0])


def test_a_jump_by_text_is_the_engine_s(tmp_path: Path) -> None:
    events = schedule((0.5, 2, 3.0), (1.5, 0, 2.0), (1.5, 2, 1.0))
    days = np.arange(0.1, 4.0, 0.25)
    text = write_sbml(TEXTUAL, tmp_path / "m.xml", parameters=VALUES, initial=START, events=events)
    assert (tmp_path / "m.xml").read_text("utf-8") == text
    assert elsewhere.mistakes(text) == []
    theirs = elsewhere.simulate(text, elsewhere.ids_of(text, TEXTUAL.states), days)
    ours = compile_model(TEXTUAL).run(
        VALUES[None], START[None], start=0.0, stop=4.0, visits=days, events=events, rtol=1e-10, atol=1e-12
    )
    assert elsewhere.difference(ours.states[0], theirs) < 1e-6


def test_what_cannot_be_said_is_listed() -> None:
    def rates(y: Values, p: Values) -> dict[str, Any]:
        return {"born": 1.0 + 0.0 * y.drug, "dead": p.ka}

    model = replace(DOSED, clones={"drug": ("born", "dead")}, clone_rates=rates)
    ending = Trigger("cytokine", None, 5.0, stops=True)
    again = Trigger("cytokine", None, 3.0, again_days=1.0)
    for write in (write_sbml, write_antimony):
        text = write(model, None, parameters=VALUES, initial=START, triggers=(ending, again))
        assert "Not said here: what cytokine sets off on a first day, again while it lasts, or from a store" in text
        assert "Not said here: the end of the patient's time when cytokine rises to its threshold" in text
        assert "Not said here: extinction below one cell of drug" in text
        assert "Not said here: what may be given but is not: dose, rescue" in text


def test_names_and_notes() -> None:
    """Names that formats take for themselves, that clash or that are no ids get others and keep their own as names."""
    model = Model(
        "names & <signs>",
        ("time", "x.y", "k", "λ"),
        ("k", "pi", "x_y"),
        lambda y, p: {n: -p.pi * y[n] + p["x_y"] * p["k"] for n in ("time", "x.y", "k", "λ")},
    )
    text = write_sbml(
        model, None, parameters=[1.0, 2.0, 3.0], initial=[1.0, 2.0, 3.0, 4.0], notes={"pi": 'a "rate" < 1/day & more'}
    )
    assert elsewhere.mistakes(text) == []
    assert 'id="time_state" name="time"' in text
    assert 'id="k_parameter" name="k"' in text
    assert 'id="x_y" name="x.y"' in text
    assert 'id="x_y_parameter" name="x_y"' in text
    assert 'id="pi_parameter" name="pi"' in text
    assert 'a "rate" &lt; 1/day &amp; more' in text
    days = np.array([0.5, 1.0])
    found = elsewhere.simulate(text, elsewhere.ids_of(text, ("time", "x.y")), days)
    np.testing.assert_allclose(found[:, 1], 1.5 + 0.5 * np.exp(-2.0 * days), rtol=1e-8)


def test_names_of_the_text_are_used() -> None:
    def names(y: Values, p: Values) -> dict[str, Any]:
        return {"loss": p.vmax * y.drug / (p.km + y.drug), "unused": y.block * 7.0, "alias": y.drug, "two": 2.0}

    text = write_antimony(DOSED, None, parameters=VALUES, initial=START, names=names)
    assert "  loss := vmax*drug/(drug + km)\n" in text
    assert "  drug' = ka*depot - loss\n" in text
    assert "unused" not in text
    assert "alias" not in text


def test_latex_reads_as_the_text_does() -> None:
    printed = {e.name: e.latex.partition(" = ")[2] for e in equations_latex(MIXTURE)}
    assert printed["a"].endswith(r"0.25 \, \left|a - b\right|")
    assert (
        r"\left(\left[a - 0.5\right]_{+}\right)^{n} - \frac{b}{m + c^{2}} + 0.1 \, \max\left(a, c\right)"
        in printed["b"]
    )
    assert r"\begin{cases} a \, d & \text{if } b > 0.3 \\ -c & \text{otherwise} \end{cases}" in printed["c"]
    assert printed["d"].startswith(r"\left(a \, b \, c\right)^{2} - d - \ln\left(m\right) \, e^{-k}")


def test_latex_signs_and_names() -> None:
    model = Model(
        "signs",
        ("alpha", "T_H1", "m2"),
        ("IL6_base", "k_a"),
        lambda y, p: {
            "alpha": -0.5 * y.alpha - (-3.0) * y.m2 * p.k_a,
            "T_H1": 2.0 - y.T_H1**2 / 1e9,
            "m2": (y.m2 - p.IL6_base) * -2.0,
        },
    )
    printed = {e.name: e.latex for e in equations_latex(model, symbols={"IL6_base": r"b_6"})}
    assert printed["alpha"].endswith(r"= -0.5 \, \alpha + 3 \, k_{\mathrm{a}} \, m_{\mathrm{2}}")
    assert r"2 - 10^{-9} \, \left(T_{\mathrm{H1}}\right)^{2}" in printed["T_H1"]
    assert printed["m2"].endswith(r"= -2 \, \left(m_{\mathrm{2}} - b_6\right)")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"parameters": {"ka": 1.0}}, "parameters must name every value"),
        ({"initial": [1.0, 2.0]}, "initial are not those of one patient"),
        ({"initial": [1.0, 2.0, 3.0, float("nan")]}, "initial are not numbers"),
        ({"events": schedule((1.0, 9, 1.0))}, "event kinds must be places"),
        ({"triggers": (Trigger("mood", "dose", 1.0),)}, "unknown trigger signal"),
        ({"triggers": (Trigger("cytokine", "kiss", 1.0),)}, "unknown trigger jump"),
        ({"triggers": (Trigger("cytokine", "dose", [1.0, 2.0]),)}, "threshold is not that of one patient"),
    ],
)
def test_misuse_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(SolveError, match=said):
        write_sbml(DOSED, None, **({"parameters": VALUES, "initial": START} | change))
