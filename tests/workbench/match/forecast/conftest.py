"""Synthetic patients and trials for the forecast."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from adoptive.trial.eligibility.facts import AntigenTest, Condition, Diagnosis, Fact, Facts
from adoptive.trial.types import Study
from adoptive.workbench.match.types import Site, Trial
from adoptive.workbench.study import load_study

DAY = datetime.date(2026, 10, 2)


@pytest.fixture(scope="session")
def person() -> Callable[..., Facts]:
    """Make a synthetic patient with gastric cancer; ``values`` and ``share`` replace what is known of him."""

    def make(*, diagnosis: str = "gastric adenocarcinoma", share: float | None = 0.8, **values: Any) -> Facts:
        known: dict[str, Any] = {
            "age_years": 61.0, "sex": "female", "ecog": 1.0, "weight_kg": 58.0, "prior_lines": 2.0, "lesions": 2.0,
            "sum_of_diameters_mm": 64.0, "albumin_g_l": 38.0, "lymphocytes_per_ul": 1100.0, "neutrophils_e9_l": 3.4,
            "platelets_e9_l": 210.0,
        } | values  # fmt: skip
        return Facts(
            "synthetic",
            DAY,
            values={name: (Fact(value, day=DAY),) for name, value in known.items() if value is not None},
            diagnoses=(Diagnosis(diagnosis),) if diagnosis else (),
            antigens=() if share is None else (AntigenTest("CLDN18.2", "IHC", intensity=2.0, share=share),),
            conditions=(Condition("peritoneal metastases", "active"),),
        )

    return make


@pytest.fixture(scope="session")
def nobody() -> Facts:
    """Give a synthetic patient of whom nothing is known."""
    return Facts("synthetic", DAY)


@pytest.fixture(scope="session")
def own() -> Callable[[str], Trial]:
    """Make a trial of a bundled study."""

    def make(name: str) -> Trial:
        study: Study = load_study(name)
        return Trial(name, study.title, "bundled", "study", study=study)

    return make


@pytest.fixture(scope="session")
def record() -> Callable[..., Trial]:
    """Make a registry's record of a made-up trial."""

    def make(
        title: str, *beside: str, conditions: tuple[str, ...] = ("Gastric Cancer",), country: str = "China",
        number: str = "NCT09999999",
    ) -> Trial:  # fmt: skip
        return Trial(
            number, title, "made up", "clinicaltrials.gov", interventions=beside, conditions=conditions,
            sites=(Site(country=country),),
        )  # fmt: skip

    return make
