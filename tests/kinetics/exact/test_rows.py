"""Every symbol of the equations is a row with a unit and a reason; no number of biology hides in the text."""

from __future__ import annotations

import ast
import dataclasses
from importlib import resources

import pytest

from adoptive.facility import Product
from adoptive.kinetics import build_model
from adoptive.kinetics.physiology import DERIVED, parameter_names
from adoptive.kinetics.states import LESIONS
from adoptive.parameters import load_book
from adoptive.solve import Values
from adoptive.solve.graph import Graph
from adoptive.solve.trace import trace

SYMBOLS = (
    *("acc", "eT", "e2", "EC2", "KD_pd1", "KD_toc", "N_B", "N_PC", "Hn", "dDex", "kBBB", "K6b", "K6c", "KFi", "KIFN"),
    *("bIFN", "kH", "kKH", "KKH", "kKB", "KKB", "eFluL", "eCyL", "eFluC", "eCyC", "y_UA", "y_LDH", "eLD_R", "eLD_B"),
    *("drive_max", "hide_body", "hide_lesion", "pLes", "supp_growth", "xLes", "xPD", "six_0", "fer_0", "o6", "q_body"),
    *("pdl1_0", "eIFN_low", "KIFN_low", "KIFN_bbb", "KIFN_mhc", "KHL", "shed", "kWake", "kPrime", "lesion_share"),
    *("mhc", "muMHC", "kMHC", "muHLA", "hla_founder", "hla_share", "gDivide", "gTransit", "eRas", "dDexL", "ED_max"),
    *("kSwi", "eSwi", "kOnc", "EC50_onc", "eOnc", "eOnc_acc", "eOnc_supp", "kVac", "N_V", "reactive"),
)
SHAPES = {
    *(0.0, 0.5, 1.0, 2.0, 3.0, 15.0, 16.0),  # sums, two daughters, the smooth hump of the first mutant
    *(4.0, 1e-3, 1.001),  # four stages of a chain; a thousandth of the baseline keeps the feedback finite
    *(27.0, 0.2),  # rules: three cells to grow, the width of the first mutant's moment
    *(1e3, 1e9, 1e-9),  # uL in a mL, cells in a gram, no division by zero
}


@pytest.mark.parametrize("name", SYMBOLS)
def test_the_symbol_has_a_row(name: str) -> None:
    row = load_book()[f"kinetics.{name}"]
    assert row.unit
    assert row.source
    assert row.meaning


def test_vector_copies_are_the_products() -> None:
    assert "vector_copies" in {field.name for field in dataclasses.fields(Product)}


@pytest.mark.parametrize("module", ["algebra", "body", "cells", "tumour"])
def test_no_number_of_biology_stands_in_the_equations(module: str) -> None:
    text = resources.files("adoptive.kinetics").joinpath(f"{module}.py").read_text("utf-8")
    numbers = {
        float(node.value)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    }
    assert numbers <= SHAPES, numbers - SHAPES


def test_every_parameter_is_used() -> None:
    """By the equations, by the jumps, or by the fates of clones; ``fclr`` by the shares that engraft."""
    model = build_model(parameter_names())
    used: set[str] = {"fclr"}

    class Noted(Values):
        def __getitem__(self, name: str) -> object:
            used.add(name)
            return super().__getitem__(name)

    graph = Graph()
    y = Values(model.states, [graph.symbol("state", k) for k in range(len(model.states))])
    p = Noted(model.parameters, [graph.symbol("parameter", k) for k in range(len(model.parameters))])
    model.rhs(y, p)
    assert model.clone_rates is not None
    model.clone_rates(y, p)
    used |= {factor for jump in model.jumps for factor in jump.effect.values() if isinstance(factor, str)}
    assert set(model.parameters) - used == set()
    assert set(DERIVED) <= set(model.parameters)
    assert len(trace(model).slopes) == len(model.states) == 52 + 7 * LESIONS
