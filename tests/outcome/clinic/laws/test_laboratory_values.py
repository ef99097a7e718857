"""Laboratory values: the baseline at rest, each link in its direction, no value after the end, no draw moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from adoptive.outcome.clinic import laboratory_values
from adoptive.outcome.clinic.laboratory_values import (
    ANALYTES,
    CALENDAR,
    LaboratoryPanel,
    calendar_days,
    limits_of_normal,
    printed_values,
    true_values,
)
from adoptive.parameters import Kinds, Typical, load_book
from adoptive.streams import Keys, Streams

KEYS = Keys.of(0, np.arange(40))
DAY = np.full(40, 60.0)
RISES = {
    "CRP": ({"crp_mg_l", "fibrinogen_g_l", "creatinine_mg_dl"}, {"albumin_g_l", "sodium_mmol_l"}),
    "FER": (
        {"ferritin_ug_l", "alt_u_l", "ast_u_l", "bilirubin_mg_dl", "triglycerides_mmol_l"},
        {"fibrinogen_g_l"},
    ),
    "LDH": ({"ldh_u_l", "ast_u_l"}, set()),
    "PO4": ({"phosphate_mg_dl"}, {"calcium_mg_dl"}),
    "UA": ({"uric_acid_mg_dl", "creatinine_mg_dl"}, set()),
    "ANC": ({"neutrophils_e9_l", "white_cells_e9_l"}, set()),
    "L": ({"lymphocytes_e9_l", "white_cells_e9_l"}, set()),
    "E_b": ({"lymphocytes_e9_l", "white_cells_e9_l"}, set()),
}
"""State, the analytes that rise with it and those that fall with it."""


@pytest.fixture(scope="module")
def true(stand: Callable[..., Any], typical: Typical, streams: Streams) -> Callable[..., LaboratoryPanel]:
    """Give the true values of patients at rest but for the states that are given."""

    def give(
        *, known_until: float = np.inf, shift: float = 0.0, kinds: Kinds | None = None, **states: object
    ) -> LaboratoryPanel:
        trajectory, body = stand(**states)
        return true_values(
            trajectory,
            body,
            KEYS,
            infusion_day=DAY + shift,
            lead_days=np.full(40, 5.0),
            known_until=np.full(40, known_until),
            typical=typical,
            streams=streams,
            kinds=kinds,
        )

    return give


def test_a_tumour_types_own_row_stands_for_the_general_one(true: Callable[..., LaboratoryPanel]) -> None:
    """Children with leukaemia start with less immunoglobulin G; nothing else of theirs differs."""
    plain, gastric, leukaemia = true(), true(kinds=Kinds.one(40, "gastric")), true(kinds=Kinds.one(40, "B-ALL"))
    for analyte in ANALYTES:
        np.testing.assert_array_equal(gastric.of(analyte), plain.of(analyte))
        if analyte != "igg_g_l":
            np.testing.assert_array_equal(leukaemia.of(analyte), plain.of(analyte))
    assert np.median(leukaemia.igg_g_l) < 0.7 * np.median(plain.igg_g_l)


def test_every_analyte_has_a_column_a_scatter_and_limits() -> None:
    assert [field.name for field in fields(LaboratoryPanel)][2:] == list(ANALYTES)
    for analyte, name in ANALYTES.items():
        low, high = limits_of_normal(analyte, load_book())
        assert 0 <= low < high
        assert name == "" or f"outcome.{name}_noise" in load_book()


def test_at_rest_every_value_stays_at_its_baseline(true: Callable[..., LaboratoryPanel]) -> None:
    panel = true()
    for analyte in ANALYTES:
        values = panel.of(analyte)
        assert (values > 0).all(), analyte
        np.testing.assert_allclose(values, values[:, :1].repeat(values.shape[1], 1), rtol=1e-12, err_msg=analyte)


@pytest.mark.parametrize("state", RISES)
def test_a_state_moves_what_it_should_and_nothing_else(true: Callable[..., LaboratoryPanel], state: str) -> None:
    rest, panel = true(), true(**{state: 50.0 if state in ("UA", "PO4") else 5e8 if state == "E_b" else 5e4})
    up, down = RISES[state]
    for analyte in ANALYTES:
        before, after = rest.of(analyte), panel.of(analyte)
        if analyte in up | down - {"fibrinogen_g_l"}:
            assert ((after > before) if analyte in up else (after < before)).all(), analyte
        elif analyte == "fibrinogen_g_l" and analyte in up | down:
            assert ((after > before) if state == "CRP" else (after < before)).all()
        else:
            np.testing.assert_allclose(after, before, rtol=1e-12, err_msg=analyte)


def test_lack_of_platelets_goes_with_anaemia(true: Callable[..., LaboratoryPanel]) -> None:
    """With no platelets at all, Hb(t) = Hb0 (1 - 0.5 (1 - exp(-0.02 t))) from the baseline sample on."""
    panel = true(PLT=0.0)
    since = panel.day - panel.day[:, :1]
    expected = panel.haemoglobin_g_l[:, :1] * (1.0 - 0.5 * (1.0 - np.exp(-0.02 * since)))
    np.testing.assert_allclose(panel.haemoglobin_g_l, expected, rtol=1e-12)


def test_full_inflammation_and_highest_ferritin_have_their_published_effect(
    true: Callable[..., LaboratoryPanel],
) -> None:
    rest, worst = true(), true(CRP=1e4, FER=1e9)
    ratio = {name: worst.of(name) / rest.of(name) for name in ("albumin_g_l", "triglycerides_mmol_l", "fibrinogen_g_l")}
    np.testing.assert_allclose(ratio["albumin_g_l"], 0.70)
    np.testing.assert_allclose(ratio["triglycerides_mmol_l"], 3.5)
    np.testing.assert_allclose(ratio["fibrinogen_g_l"], 1.9 * 0.15)
    np.testing.assert_allclose(rest.sodium_mmol_l - worst.sodium_mmol_l, 6.0)


def test_calcium_stays_positive_whatever_the_lysis(true: Callable[..., LaboratoryPanel]) -> None:
    assert true(PO4=1e3).calcium_mg_dl.min() == 4.0


def test_no_blood_is_taken_after_the_end(true: Callable[..., LaboratoryPanel]) -> None:
    panel = true(known_until=70.0)
    for analyte in ANALYTES:
        np.testing.assert_array_equal(np.isnan(panel.of(analyte)), panel.day > 70.0, err_msg=analyte)


@pytest.mark.parametrize(("lead", "before"), [(5.0, 54.0), (0.0, 56.0), (90.0, 0.0)])
def test_the_baseline_is_drawn_before_lymphodepletion(lead: float, before: float) -> None:
    day = calendar_days(np.array([60.0]), np.array([lead]))
    assert day[0].tolist() == [before, *(60.0 + np.array(CALENDAR))]
    assert (np.diff(day[:, 1:]) > 0).all()


@pytest.mark.parametrize("shift", [0.0, 0.25, -0.5, 139.0])
def test_values_lie_between_those_of_the_recorded_days(true: Callable[..., LaboratoryPanel], shift: float) -> None:
    """A state that rises by 1 a day is read as its day, also between recorded days; after the last it stays."""
    panel = true(shift=shift, LDH=np.arange(200.0))
    np.testing.assert_allclose(panel.ldh_u_l, np.minimum(panel.day, 199.0), rtol=1e-12)


def test_adding_an_analyte_moves_no_other_number(
    true: Callable[..., LaboratoryPanel], typical: Typical, streams: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = true()
    whole = printed_values(panel, KEYS, typical=typical, streams=streams)
    few = {name: ANALYTES[name] for name in ("neutrophils_e9_l", "lymphocytes_e9_l", "sodium_mmol_l")}
    monkeypatch.setattr(laboratory_values, "ANALYTES", few)
    part = printed_values(panel, KEYS, typical=typical, streams=streams)
    for name in few:
        np.testing.assert_array_equal(part.of(name), whole.of(name))
    np.testing.assert_array_equal(part.alt_u_l, panel.alt_u_l)
    assert (whole.alt_u_l != panel.alt_u_l).all()


def test_scatter_belongs_to_the_patient(
    true: Callable[..., LaboratoryPanel], typical: Typical, streams: Streams
) -> None:
    panel, some = true(), np.array([31, 2])
    few = LaboratoryPanel(panel.after_infusion, *(panel.of(name)[some] for name in ("day", *ANALYTES)))
    whole = printed_values(panel, KEYS, typical=typical, streams=streams)
    part = printed_values(few, KEYS.take(some), typical=typical, streams=streams)
    for name in ANALYTES:
        np.testing.assert_array_equal(part.of(name), whole.of(name)[some])


def test_white_cells_are_the_sum_of_their_kinds(
    true: Callable[..., LaboratoryPanel], typical: Typical, streams: Streams
) -> None:
    shown = printed_values(true(), KEYS, typical=typical, streams=streams)
    np.testing.assert_allclose(shown.white_cells_e9_l - shown.neutrophils_e9_l - shown.lymphocytes_e9_l, 0.6)


@pytest.mark.parametrize("analyte", [name for name, scatter in ANALYTES.items() if scatter])
def test_scatter_has_the_published_size(
    true: Callable[..., LaboratoryPanel], typical: Typical, streams: Streams, analyte: str
) -> None:
    """The variance of n normal logs has a chi-square law: two-sided at 1 in 10,000 by its normal limit."""
    panel = true()
    shown = printed_values(panel, KEYS, typical=typical, streams=streams)
    z = np.log(shown.of(analyte) / panel.of(analyte)) / load_book()[f"outcome.{ANALYTES[analyte]}_noise"].value
    assert abs(z.mean()) < 3.9 / np.sqrt(z.size)
    assert abs(z.var() - 1.0) < 3.9 * np.sqrt(2.0 / z.size)
