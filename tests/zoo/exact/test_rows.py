"""Every number of the zoo says what it is, and none of them enters the clinic's own book."""

from __future__ import annotations

import math
import re
from importlib import resources

import numpy as np
import pytest

from adoptive.errors import ParameterError
from adoptive.kinetics.zoo import MODELS, Regression, find_model, run_zoo
from adoptive.kinetics.zoo.simulate import measure
from adoptive.parameters import SCALES, STATUSES, load_book


@pytest.mark.parametrize("name", MODELS)
def test_rows_say_what_they_are(name: str) -> None:
    zoo = find_model(name)
    assert zoo.name == zoo.model.name == name
    assert re.fullmatch(r"10\.\d{4,}/\S+", zoo.doi)
    for group, rows in zoo.rows.items():
        for row in rows.values():
            where = f"{name}, {group}, {row.name}"
            assert row.status in STATUSES, where
            assert row.scale in SCALES, where
            assert math.isfinite(row.value), where
            assert row.unit.strip(), where
            assert len(row.meaning) > 3, where
            assert len(row.source) > 10, where
            assert row.status != "measured" or "10." in row.source, where
        assert set(zoo.model.parameters) <= set(rows), group
        assert set(zoo.fitted) <= set(rows), group
        assert not zoo.noise or zoo.noise in rows


@pytest.mark.parametrize("name", MODELS)
def test_every_row_is_used(name: str) -> None:
    """A row that changes nothing would be a number without a meaning."""
    zoo = find_model(name)
    seen: set[str] = set()
    named = (*zoo.model.parameters, zoo.noise)
    for group in zoo.sets:
        rows = zoo.rows_of_set(group)
        days = np.linspace(0.0, zoo.horizon_days, 50)
        base = run_zoo(zoo, days=days, parameter_set=group).values[0]
        for row in set(rows) - set(named) - seen:
            moved = run_zoo(zoo, days=days, parameter_set=group, changes={row: rows[row].value * 1.5 + 0.1}).values[0]
            if not np.array_equal(moved, base):
                seen.add(row)
    assert {row for group in zoo.sets for row in zoo.rows_of_set(group)} - set(named) == seen


def test_the_zoo_stays_out_of_the_clinics_book() -> None:
    assert not [name for name in load_book() if "zoo" in name or "stein" in name]
    files = {file.name for file in resources.files("adoptive.kinetics.zoo").joinpath("published").iterdir()}
    assert files == {f"{name.replace('-', '_')}.toml" for name in MODELS}


def test_unknown_names_are_refused_in_one_sentence() -> None:
    with pytest.raises(ParameterError, match=r"no such model.*stein-2019"):
        find_model("stein")
    zoo = find_model("owens-bozic-2021")
    with pytest.raises(ParameterError, match=r"no such parameter set; value: P9; allowed: P1, P2, P3, P4"):
        run_zoo(zoo, days=[0.0, 1.0], parameter_set="P9")
    with pytest.raises(ParameterError, match=r"no such parameter; value: colour"):
        run_zoo(zoo, days=[0.0, 1.0], changes={"colour": 1.0})
    with pytest.raises(ParameterError, match="no such quantity"):
        run_zoo(zoo, days=[0.0, 1.0]).of("colour")


def test_measures_of_a_known_curve() -> None:
    days = np.linspace(0.0, 10.0, 10_001)
    curve = 8.0 * np.exp2(-days / 2.0)

    def found(kind: str, *window: float) -> float:
        return measure(days, curve, Regression("s", "q", kind, 1.0, "recomputed", "", window))  # type: ignore[arg-type]

    assert found("value", 4.0) == pytest.approx(2.0)
    assert found("maximum") == 8.0
    assert found("day of maximum") == 0.0
    assert found("day of minimum") == 10.0
    assert found("minimum") == pytest.approx(0.25)
    assert found("halving time", 1.0, 7.0) == pytest.approx(2.0)
    assert found("doubling time", 1.0, 7.0) == pytest.approx(-2.0)
    assert found("area", 0.0, 10.0) == pytest.approx(16.0 / np.log(2.0) * (1.0 - 2.0**-5), rel=1e-6)


def test_published_lymphodepletion_of_owens_bozic_is_half_an_hour() -> None:
    zoo = find_model("owens-bozic-2021")
    days = np.array([0.0, 1.0 / 48.0, 0.9])
    drug = run_zoo(zoo, days=days, rtol=1e-10).of("fludarabine")[0]
    rate, loss = 125.0, 0.9
    after = rate / loss * (1.0 - np.exp(-loss / 48.0))
    np.testing.assert_allclose(drug, [0.0, after, after * np.exp(-loss * (0.9 - 1.0 / 48.0))], rtol=1e-7)
