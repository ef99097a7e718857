"""What cannot be followed, is broken or means harm is refused in one sentence: what, where, next step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from files import File

from adoptive.errors import SolveError
from adoptive.solve import compile_model
from adoptive.solve.exchange import read_sbml

CORE = 'xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"'
DELAY = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/delay"> delay </csymbol>'


def moving() -> File:
    return File().parameter("x", 1.0, constant=False).parameter("k", 0.5)


def written(math: str) -> str:
    """A model of one rate rule whose MathML is given."""
    rule = f'<rateRule variable="x"><math xmlns="http://www.w3.org/1998/Math/MathML">{math}</math></rateRule>'
    return (
        f'<sbml {CORE}><model><listOfParameters><parameter id="x" value="1" constant="false"/></listOfParameters>'
        f"<listOfRules>{rule}</listOfRules></model></sbml>"
    )


def chain(length: int) -> File:
    """Functions that each call the one before twice: 2^length operations."""
    file = moving().function("f0", "lambda(x, x + 1)")
    for k in range(1, length):
        file.function(f"f{k}", f"lambda(x, f{k - 1}(x) * f{k - 1}(x + 1))")
    return file.rule("rate", "x", f"f{length - 1}(x)")


BUILT: dict[str, tuple[Callable[[], File], str]] = {
    "algebraic rule": (lambda: moving().rule("algebraic", "", "x + k - 2"), "algebraic rules are not supported"),
    "circle": (
        lambda: (
            moving()
            .parameter("a", constant=False)
            .parameter("b", constant=False)
            .rule("assign", "a", "b + 1")
            .rule("assign", "b", "a + x")
            .rule("rate", "x", "a")
        ),
        "not valid SBML",
    ),
    "unknown id": (lambda: moving().rule("rate", "x", "nothing * 2"), "not valid SBML"),
    "unknown function": (lambda: moving().rule("rate", "x", "mystery(x)"), "not valid SBML"),
    "sine": (lambda: moving().rule("rate", "x", "sin(x)"), "a function that the engine cannot integrate"),
    "floor": (lambda: moving().rule("rate", "x", "floor(x)"), "a function that the engine cannot integrate"),
    "factorial": (lambda: moving().rule("rate", "x", "factorial(3) * x"), "a factorial is not supported"),
    "rate of": (
        lambda: moving().parameter("y", 1.0, constant=False).rule("rate", "y", "rateOf(x)").rule("rate", "x", "k"),
        r"\(rateOf\) is not supported",
    ),
    "no otherwise": (lambda: moving().rule("rate", "x", "piecewise(1, x > 2)"), "no value where no condition holds"),
    "equality": (
        lambda: moving().rule("rate", "x", "k").event("e", "x == 2", {"x": "1"}),
        "an event waits for equality",
    ),
    "taken back": (
        lambda: moving().rule("rate", "x", "k").event("e", "x > 2", {"x": "1"}, delay="1", persistent=False),
        "taken back while it waits",
    ),
    "moving priority": (
        lambda: moving().rule("rate", "x", "k").event("e", "x > 2", {"x": "1"}, priority="x"),
        "priority changes with time",
    ),
    "number as condition": (
        lambda: moving().rule("rate", "x", "k").event("e", "piecewise(x > 1, x > 2, x < 1)", {"x": "1"}),
        "a condition cannot be followed",
    ),
    "no kinetic law": (
        lambda: File().compartment("c").species("A", "c", amount=1.0).reaction("r", {"A": 1.0}, {}, None),
        "a reaction has no kinetic law",
    ),
    "volume and content": (
        lambda: (
            File()
            .compartment("c", 1.0, constant=False)
            .species("A", "c", amount=1.0)
            .reaction("r", {"A": 1.0}, {}, "A")
            .event("e", "A < 0.5", {"c": "2", "A": "1"})
        ),
        "changes a compartment together with a concentration",
    ),
    "nothing moves": (lambda: File().parameter("k", 1.0), "nothing in this model changes"),
    "unfolding functions": (lambda: chain(40), "unfold to too many operations"),
}


@pytest.mark.parametrize("name", BUILT)
def test_a_model_is_refused(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    build, said = BUILT[name]
    path = tmp_path / "model.xml"
    path.write_text(build().text(), "utf-8")
    with pytest.raises(SolveError, match=said) as refusal:
        compile_model(read_sbml(path).model)
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert capfd.readouterr() == ("", "")


def test_fast_reactions_are_refused(tmp_path: Path) -> None:
    file = File(version=1).compartment("c").species("A", "c", amount=1.0).reaction("r", {"A": 1.0}, {}, "A", fast=True)
    path = tmp_path / "model.xml"
    path.write_text(file.text(), "utf-8")
    with pytest.raises(SolveError, match=r"reaction r: fast reactions are not supported.*next: "):
        read_sbml(path)


X = "<ci> x </ci>"
BOMB = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 12))
RAW: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "not well-formed XML"),
    "not XML": ("species A; A -> B; k*A;", "not well-formed XML"),
    "cut off": (written(f"<apply><exp/>{X}</apply>")[:200], "not well-formed XML"),
    "not SBML": ("<html><body/></html>", "the file is not SBML"),
    "binary": (bytes(range(256)) * 20, "not text in UTF-8"),
    "UTF-16": (written(X).encode("utf-16"), "not text in UTF-8"),
    "entities": (
        f'<!DOCTYPE sbml [<!ENTITY l0 "x">{BOMB}]><sbml {CORE}><model/></sbml>',
        "a document type or entities",
    ),
    "outside file": (f'<!DOCTYPE s [<!ENTITY f SYSTEM "file:///etc/hostname">]><sbml {CORE}/>', "a document type"),
    "deep": (written("<apply><exp/>" * 5000 + X + "</apply>" * 5000), "nested too deeply"),
    "no model": (f"<sbml {CORE}/>", "no model|not valid SBML"),
    "no namespace": ("<sbml><model/></sbml>", "level, version and namespace do not fit"),
    "no version": (written(X).replace('version="2"', 'version="zzz"'), "level, version and namespace do not fit"),
    "other version": (written(X).replace('version="2"', 'version="1"'), "level, version and namespace do not fit"),
    "no level": (written(X).replace('level="3"', 'level="-1"'), "level, version and namespace do not fit"),
    "unknown level": (
        '<sbml xmlns="http://www.sbml.org/sbml/level9/version1/core" level="9" version="1"><model/></sbml>',
        "level, version and namespace do not fit",
    ),
    "no id": (written(X).replace('id="x" ', ""), "not valid SBML"),
    "delay": (written(f"<apply>{DELAY}{X}<cn> 1 </cn></apply>"), "a delay differential equation is not supported"),
    "not a number": (written("<notanumber/>"), "'not a number'"),
    "maximum of nothing": (written("<apply><max/></apply>"), "wrong number of operands; value: max"),
    "nothing less": (written("<apply><minus/></apply>"), "wrong number of operands; value: minus|not valid SBML"),
    "not nothing": (
        written(
            "<piecewise><piece><cn>1</cn><apply><not/></apply></piece><otherwise><cn>2</cn></otherwise></piecewise>"
        ),
        "operands|not valid SBML",
    ),
    "empty formula": (written(""), "a formula cannot be read"),
    "parts": (
        f'<sbml {CORE} xmlns:comp="http://www.sbml.org/sbml/level3/version1/comp/version1" comp:required="true">'
        "<model/></sbml>",
        "packages that are not supported; value: comp",
    ),
    "arrays": (
        f'<sbml {CORE} xmlns:arrays="http://www.sbml.org/sbml/level3/version1/arrays/version1" arrays:required="true">'
        "<model/></sbml>",
        "packages that are not supported; value: arrays",
    ),
    "distributions": (
        f'<sbml {CORE} xmlns:distrib="http://www.sbml.org/sbml/level3/version1/distrib/version1"'
        ' distrib:required="true"><model/></sbml>',
        "packages that are not supported; value: distrib",
    ),
}


@pytest.mark.parametrize("name", RAW)
def test_a_file_is_refused(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text, said = RAW[name]
    path = tmp_path / "model.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SolveError, match=said) as refusal:
        read_sbml(path)
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert capfd.readouterr() == ("", "")


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.xml", tmp_path):
        with pytest.raises(SolveError, match="cannot be read"):
            read_sbml(path)


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    with path.open("wb") as file:
        file.truncate(60_000_000)
    with pytest.raises(SolveError, match="too large"):
        read_sbml(path)


def test_a_missing_value_must_be_given(tmp_path: Path) -> None:
    path = tmp_path / "model.xml"
    path.write_text(File().parameter("x", 1.0, constant=False).parameter("k").rule("rate", "x", "k").text(), "utf-8")
    read = read_sbml(path)
    with pytest.raises(SolveError, match=r"a parameter has no value; value: k; next: .*--set k="):
        read.begin(1)
    assert read.begin(1, {"k": 2.0}).parameters.tolist() == [[2.0]]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"q": 1.0}, "no such quantity"),
        ({"z": 1.0}, "a rule of the model computes"),
        ({"k": float("nan")}, "must be numbers"),
        ({"k": [1.0, 2.0]}, "must be numbers"),
    ],
)
def test_values_that_do_not_fit_are_refused(given: dict[str, float], said: str, tmp_path: Path) -> None:
    path = tmp_path / "model.xml"
    file = moving().parameter("z", constant=False).rule("assign", "z", "2 * x").rule("rate", "x", "k")
    path.write_text(file.text(), "utf-8")
    with pytest.raises(SolveError, match=said):
        read_sbml(path).begin(3, given)
