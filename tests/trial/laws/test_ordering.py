"""Check E11: a better therapy gives more responses and longer progression-free survival, on the same patients."""

from __future__ import annotations

import pytest

from adoptive.trial import LeverResult, check_ordering
from adoptive.trial.types import Study


@pytest.fixture(scope="module", params=[1, 2])
def levers(study: Study, request: pytest.FixtureRequest) -> dict[str, LeverResult]:
    return {result.lever: result for result in check_ordering(study, seed=request.param, patients=300)}


def test_every_lever_moves_both_the_expected_way(levers: dict[str, LeverResult]) -> None:
    assert set(levers) == {
        "no lymphodepletion",
        "a tenth of the antigen",
        "T cells 1.3 times as fit",
        "with PD-1 blockade",
    }
    for name, result in levers.items():
        assert result.patients == 300
        assert result.holds, result
        sign = 1 if result.expected == "better" else -1
        assert sign * (result.orr_lever - result.orr_base) >= 0, name
        assert sign * (1.0 - result.hazard_ratio) >= 0, name


def test_the_levers_do_something(levers: dict[str, LeverResult]) -> None:
    """Ties would hold too; none of the levers is one."""
    for name, result in levers.items():
        assert abs(result.orr_lever - result.orr_base) > 0.02, name
        assert abs(result.hazard_ratio - 1.0) > 0.02, name


def test_the_base_is_the_same_for_all(levers: dict[str, LeverResult]) -> None:
    assert len({(r.orr_base, r.pfs6_base, r.median_base) for r in levers.values()}) == 1
