"""What must hold in the published models whatever the numbers."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.kinetics.zoo import MODELS, find_model, run_zoo

NOT_CELLS = ("phase", "infusing", "M")


@pytest.mark.parametrize("name", MODELS)
def test_no_amount_falls_below_zero(name: str) -> None:
    zoo = find_model(name)
    for group in zoo.sets:
        run = run_zoo(zoo, days=np.linspace(0.0, zoo.horizon_days, 400), parameter_set=group)
        assert run.failure[0] == 0
        for at, state in enumerate(zoo.model.states):
            series = run.states[0, :, at]
            assert series.min() >= -1e-9 * max(1.0, series.max()), (group, state, series.min())


@pytest.mark.parametrize("name", MODELS)
def test_a_patient_does_not_depend_on_its_neighbours(name: str) -> None:
    zoo = find_model(name)
    row = zoo.model.parameters[0]
    value = zoo.rows_of_set()[row].value
    values = value * np.array([1.0, 0.9, 1.1, 1.2, 0.8, 1.0, 0.95, 1.3, 0.7])
    days = np.linspace(0.0, zoo.horizon_days, 7)
    together = run_zoo(zoo, days=days, changes={row: values})
    backwards = run_zoo(zoo, days=days, changes={row: values[::-1]})
    np.testing.assert_array_equal(together.values, backwards.values[::-1])
    np.testing.assert_array_equal(together.values[0], run_zoo(zoo, days=days).values[0])
    assert np.ptp(together.values[:, -1], axis=0).max() > 0.0 or name == "kimmel-2021"


def test_stein_is_its_closed_formula_in_every_patient() -> None:
    zoo, rng = find_model("stein-2019"), np.random.default_rng(3)
    rows = zoo.rows_of_set()
    drawn = {name: rows[name].value * np.exp(0.5 * rng.standard_normal(50)) for name in zoo.fitted}
    days = np.linspace(0.0, 200.0, 301)
    found = run_zoo(zoo, days=days, changes=drawn, rtol=1e-10).of("transgene")
    q = {name: values[:, None] for name, values in drawn.items()}
    rise = q["Cmax"] / q["foldx"] * np.exp(np.log(q["foldx"]) / q["Tmax"] * days)
    later = days - q["Tmax"]
    fall = q["Cmax"] * ((1 - q["FB"]) * np.exp(-q["alpha"] * later) + q["FB"] * np.exp(-q["beta"] * later))
    exact = np.where(days <= q["Tmax"], rise, fall)
    worst = np.abs(found / exact - 1.0).max()
    print(f"largest relative difference from the closed formula: {worst:.1e}")
    assert worst < 1e-7


def test_stein_declines_in_two_phases() -> None:
    zoo = find_model("stein-2019")
    days = np.array([10.0, 11.0, 600.0, 601.0])
    series = run_zoo(zoo, days=days, rtol=1e-10).of("transgene")[0]
    rows = zoo.rows_of_set()
    fast, slow = -np.log(series[1] / series[0]), -np.log(series[3] / series[2])
    assert fast == pytest.approx(rows["alpha"].value, rel=0.02)
    assert slow == pytest.approx(rows["beta"].value, rel=1e-6)


def test_kimmel_needs_lymphodepletion() -> None:
    zoo = find_model("kimmel-2021")
    lymphocytes = np.array([3.0, 6.0, 50.0, 138.0, 300.0, 500.0])
    run = run_zoo(zoo, days=np.linspace(0.0, 60.0, 601), changes={"N_0": lymphocytes})
    peak, tumour = run.of("car_t").max(axis=1), run.of("tumour")[:, -1]
    assert (np.diff(peak) <= 0.0).all()
    assert (np.diff(peak[:3]) < 0.0).all()
    assert (tumour[:2] == 0.0).all()
    assert (tumour[2:] > 1e9).all()  # not ordered: at rest, cells that never expanded are also displaced more slowly
    assert peak[-1] == pytest.approx(0.36)  # without lymphodepletion the dose only declines
    named = run_zoo(zoo, days=[0.0, 7.0], parameter_set="not-lymphodepleted").of("car_t")[0]
    assert named[1] < named[0]


def test_lotka_volterra_keeps_its_invariant() -> None:
    zoo = find_model("chaudhury-2020-lotka-volterra")
    run = run_zoo(zoo, days=np.linspace(0.0, 100.0, 400), rtol=1e-11, atol=1e-14)
    rows = zoo.rows_of_set()
    cells, burden = run.of("car_t")[0], run.of("tumour")[0]
    kept = (
        rows["rho"].value * burden - rows["kE"].value * np.log(burden)
        + rows["d"].value * cells - rows["g"].value * np.log(cells)
    )  # fmt: skip
    assert np.ptp(kept) < 1e-8 * np.abs(kept).max()


@pytest.mark.parametrize("group", ["PBT1", "PBT2", "PBT4"])
def test_carrgo_kills_above_its_threshold(group: str) -> None:
    zoo = find_model("sahoo-2020")
    q = {name: row.value for name, row in zoo.rows_of_set(group).items()}
    threshold = q["rho"] * (1.0 - q["X_0"] * q["crowding"]) / q["k1"]
    run = run_zoo(zoo, days=[0.0, 1e-4], parameter_set=group, changes={"Y_0": threshold * np.array([0.9, 1.1])})
    grown = np.diff(run.of("glioma"), axis=1)[:, 0]
    assert grown[0] > 0.0 > grown[1]


def test_hardiansyah_moves_cells_and_makes_none_by_moving() -> None:
    zoo = find_model("hardiansyah-2019")
    still = dict.fromkeys(("rE", "dE", "rM", "dM"), 0.0)
    run = run_zoo(zoo, days=[0.5, 1.5, 30.0], changes=still, rtol=1e-10)
    cells = run.states[0][:, [zoo.model.states.index(name) for name in ("Eb", "Et", "Mb", "Mt")]].sum(axis=1)
    np.testing.assert_allclose(cells, np.array([0.1, 0.4, 1.0]) * zoo.rows_of_set()["dose"].value, rtol=1e-7)


def test_a_dose_of_nothing_changes_nothing() -> None:
    days = np.linspace(0.0, 60.0, 31)
    barros = run_zoo(find_model("barros-2021"), days=days, changes={"dose": 0.0})
    assert (barros.of("effectors") == 0.0).all()
    owens = find_model("owens-bozic-2021")
    without = run_zoo(owens, days=days, changes={"courses": 0.0}).values
    np.testing.assert_allclose(run_zoo(owens, days=days, changes={"rate": 0.0}).values, without, rtol=1e-5, atol=1e-3)


def test_owens_bozic_has_two_ends_and_needs_the_drug() -> None:
    zoo = find_model("owens-bozic-2021")
    run = run_zoo(zoo, days=[0.0, 300.0], parameter_set="P3", changes={"T_0": np.array([1e7, 1e9]), "courses": 3.0})
    assert run.of("tumour")[0, -1] == 0.0
    assert run.of("tumour")[1, -1] > 1e8
    alone = run_zoo(zoo, days=[0.0, 300.0], parameter_set="P3", changes={"courses": 0.0})
    assert alone.of("tumour")[0, -1] > 1e8


def test_owens_bozic_is_hypersensitive_to_its_exponent() -> None:
    """One per cent of the exponent moves the largest curable tumour of P3 by several per cent."""
    zoo = find_model("owens-bozic-2021")
    grid = np.geomspace(1.5e8, 3e8, 401)
    largest = []
    for factor in (1.0, 1.01):
        exponent = zoo.rows_of_set("P3")["l"].value * factor
        run = run_zoo(zoo, days=[0.0, 200.0], parameter_set="P3", changes={"T_0": grid, "l": exponent}, rtol=1e-6)
        cured = run.of("tumour")[:, -1] < 1.0
        assert np.diff(cured.astype(int)).tolist().count(-1) == 1
        largest.append(grid[cured].max())
    moved = 1.0 - largest[1] / largest[0]
    print(f"largest curable tumour {largest[0]:.3g}, moved by {100 * moved:.1f} % by 1 % of the exponent")
    assert 0.05 < moved < 0.07


def test_larger_tumours_expand_more_and_earlier_in_mueller_schoell() -> None:
    zoo = find_model("mueller-schoell-2021")
    days = np.linspace(0.0, 60.0, 601)
    run = run_zoo(zoo, days=days, changes={"V_0": np.array([50.0, 100.0, 300.0, 800.0])})
    cells = run.of("car_t")
    assert (np.diff(cells.max(axis=1)) > 0.0).all()
    assert (np.diff(days[cells.argmax(axis=1)]) < 0.0).all()
    low = run_zoo(zoo, days=days, changes={"low": np.array([0.0, 1.0])}).of("car_t").max(axis=1)
    assert low[1] < 0.5 * low[0]


def test_cd19_negative_relapse_needs_a_negative_cell() -> None:
    zoo = find_model("liu-2022")
    start = np.array([0.0, 1.0, 19.89])
    run = run_zoo(zoo, days=[0.0, 200.0], parameter_set="CD19-negative", changes={"Bn_0": start})
    negative = run.of("cd19_negative")[:, -1]
    assert negative[0] == 0.0
    assert 1.0 < negative[1] < negative[2]


def test_a_second_target_feeds_the_cells_in_the_tumour() -> None:
    zoo = find_model("leon-triana-2021-dual")
    run = run_zoo(zoo, days=np.linspace(0.0, 60.0, 61), changes={"B_0": np.array([0.0, 2.5e10])})
    assert run.of("car_t_in_tumour").max(axis=1)[1] > 1.2 * run.of("car_t_in_tumour").max(axis=1)[0]
    assert run.of("tumour").min(axis=1)[1] < run.of("tumour").min(axis=1)[0]
