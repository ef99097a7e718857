"""Every row of the decision tables: BOIN, keyboard (mTPI-2), mTPI, 3+3, and the continual reassessment method."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.verdict.escalation import (
    LETTERS,
    Decision,
    boin_boundaries,
    boin_decision,
    boin_table,
    by_level,
    crm,
    escalation_probability,
    keyboard_decision,
    mtpi_decision,
    three_plus_three_decision,
    too_toxic,
)

DESIGNS = Path(__file__).parents[3] / "data" / "designs"


def rows(name: str) -> list[dict[str, str]]:
    with (DESIGNS / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_boin_boundaries_at_every_number_of_patients() -> None:
    table = rows("boin_boundaries_computed.csv")
    assert len(table) == 180
    for target in sorted({row["target"] for row in table}):
        mine = [row for row in table if row["target"] == target]
        found = boin_table([int(row["n"]) for row in mine], target=float(target))
        assert found.escalate_at_most.tolist() == [int(row["escalate_if_dlt_le"]) for row in mine]
        assert found.deescalate_at_least.tolist() == [int(row["deescalate_if_dlt_ge"]) for row in mine]
        assert found.eliminate_at_least.tolist() == [int(row["eliminate_if_dlt_ge"] or -1) for row in mine]


@pytest.mark.parametrize(
    ("target", "escalate", "deescalate"),
    [
        (0.15, 0.11780, 0.17869),
        (0.20, 0.15724, 0.23846),
        (0.25, 0.19680, 0.29839),
        (0.30, 0.23649, 0.35852),
        (0.35, 0.27633, 0.41891),
        (0.40, 0.31636, 0.47965),
    ],
)
def test_boin_boundaries_of_the_paper(target: float, escalate: float, deescalate: float) -> None:
    found = boin_boundaries(target)
    assert (round(found.escalate, 5), round(found.deescalate, 5)) == (escalate, deescalate)


def test_boin_decides_as_its_table() -> None:
    table = boin_table(np.arange(1, 31), target=0.25)
    for patients in range(1, 31):
        found = boin_decision(np.arange(patients + 1), patients, target=0.25)
        row = patients - 1
        for dlt, decision in enumerate(found.tolist()):
            gone = 0 <= table.eliminate_at_least[row] <= dlt
            up, down = dlt <= table.escalate_at_most[row], dlt >= table.deescalate_at_least[row]
            expected = (
                Decision.ELIMINATE
                if gone
                else Decision.DEESCALATE
                if down
                else Decision.ESCALATE
                if up
                else Decision.STAY
            )
            assert decision == expected
    assert boin_decision(0, 0, target=0.25) == Decision.STAY


def test_keyboard_and_mtpi_at_every_count() -> None:
    table = rows("keyboard_mtpi2_mtpi_decisions_computed.csv")
    assert len(table) == 405
    for target, width in sorted({(row["target"], row["eps"]) for row in table}):
        mine = [row for row in table if (row["target"], row["eps"]) == (target, width)]
        dlt, patients = [int(row["dlt"]) for row in mine], [int(row["n"]) for row in mine]
        options = {"target": float(target), "half_width": float(width)}
        keyboard, mtpi = keyboard_decision(dlt, patients, **options), mtpi_decision(dlt, patients, **options)
        assert [LETTERS[code] for code in keyboard] == [row["keyboard_mtpi2"] for row in mine]
        assert [LETTERS[code] for code in mtpi] == [row["mtpi"] for row in mine]


def test_three_plus_three_passes_as_often_as_printed() -> None:
    table = rows("three_plus_three_escalation_probability.csv")
    assert len(table) == 10
    found = escalation_probability([float(row["true_dlt_probability"]) for row in table])
    assert found.round(6).tolist() == [float(row["P_escalate_from_dose"]) for row in table]


def test_three_plus_three_probability_is_the_sum_over_its_decisions() -> None:
    share, passed = 0.27, 0.0
    binomial = [(1 - share) ** 3, 3 * share * (1 - share) ** 2, 3 * share**2 * (1 - share), share**3]
    for first, chance in enumerate(binomial):
        decision = three_plus_three_decision(first, 3)
        if decision == Decision.ESCALATE:
            passed += chance
        elif decision == Decision.STAY:
            more = zip(range(4), binomial, strict=True)
            passed += sum(
                chance * p for dlt, p in more if three_plus_three_decision(first + dlt, 6) == Decision.ESCALATE
            )
    assert passed == pytest.approx(float(escalation_probability(share)), rel=1e-12)


@pytest.mark.parametrize("row", rows("crm_posterior_vectors.csv"), ids=lambda row: row["case"])
def test_posterior_means_of_the_continual_reassessment_method(row: dict[str, str]) -> None:
    skeleton = [float(share) for share in row["skeleton"].split()]
    levels = [int(level) - 1 for level in row["levels"].split()]
    dlt, patients = by_level(levels, [int(toxic) for toxic in row["tox"].split()], levels=len(skeleton))
    options = {"intercept": float(row["intercept"])} if row["intercept"] else {}
    fit = crm(
        dlt,
        patients,
        skeleton=skeleton,
        target=float(row["target"]),
        model="logistic" if row["model"] == "logistic" else "empiric",
        prior_sd=float(row["scale_sd"]),
        **options,
    )
    assert round(float(fit.mean), 5) == float(row["beta_mean"])
    assert fit.dlt_probability.round(4).tolist() == [float(share) for share in row["ptox"].split()]
    assert int(fit.level) + 1 == int(row["recommended_level"])


def test_the_example_that_agrees_with_dfcrm() -> None:
    toxic = [0, 0, 1, 0, 0, 1, 1, 0, 0, 0]
    dlt, patients = by_level(np.array([3, 4, 4, 3, 3, 4, 3, 2, 2, 2]) - 1, toxic, levels=5)
    options = {"skeleton": [0.05, 0.12, 0.25, 0.40, 0.55], "target": 0.25}
    assert float(crm(dlt, patients, **options).mean) == pytest.approx(-0.0967644, abs=5e-8)
    assert float(crm(dlt, patients, model="logistic", **options).mean) == pytest.approx(-0.0525398, abs=5e-8)


def test_without_patients_the_skeleton_stands() -> None:
    fit = crm([0, 0, 0], [0, 0, 0], skeleton=[0.1, 0.25, 0.4], target=0.25, prior_sd=0.8)
    assert float(fit.mean) == pytest.approx(0.0, abs=1e-12)
    assert float(fit.variance) == pytest.approx(0.64, rel=1e-9)
    assert fit.dlt_probability.tolist() == pytest.approx([0.1, 0.25, 0.4], rel=1e-9)
    assert int(fit.level) == 1


def test_nobody_is_given_up_before_three_patients() -> None:
    assert too_toxic([2, 3], [2, 3], target=0.1).tolist() == [False, True]


def test_misuse_says_what_is_allowed() -> None:
    for wrong in (
        lambda: boin_boundaries(0.3, low=0.4),
        lambda: boin_decision(4, 3, target=0.3),
        lambda: boin_decision(0.5, 3, target=0.3),
        lambda: boin_decision(1, 3, target=0.3, cutoff=1.5),
        lambda: boin_table(0, target=0.3),
        lambda: keyboard_decision(1, 3, target=0.3, half_width=0.3),
        lambda: mtpi_decision(1, 3, target=1.3),
        lambda: three_plus_three_decision(1, 4),
        lambda: escalation_probability(1.2),
        lambda: crm([0, 1], [3, 3], skeleton=[0.3, 0.1], target=0.3),
        lambda: crm([0, 1], [3, 3], skeleton=[0.1, 0.3], target=0.3, model="probit"),  # type: ignore[arg-type]
        lambda: crm([0], [3], skeleton=[0.1, 0.3], target=0.3),
        lambda: crm([0, 1], [3, 3], skeleton=[0.1, 0.3], target=0.3, prior_sd=0.0),
        lambda: by_level([3], [0], levels=3),
    ):
        with pytest.raises(StudyError, match="allowed"):
            wrong()
