"""How often making fails in the published settings: which of them the model reproduces and which it does not.

A setting is what is published of a process: the smallest dose (2e6 per kg at 75 kg unless said), attempts, the limit of
viability of the region, exceptions. Nothing is set so that one setting comes out; one that does not is marked with the
gap that was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy import stats

from adoptive.cohort import Cohort
from adoptive.facility import Failure, Process, Product, make_products
from adoptive.parameters import Typical
from adoptive.streams import Streams


@dataclass(frozen=True)
class Setting:
    """Hold a published count and the process that it belongs to."""

    failed: int
    of: int
    source: str
    smallest_dose_cells: float = 1.5e8
    first_batch: bool = False
    minimum_viability: float = 0.7
    exceptions: bool = False

    @property
    def process(self) -> Process:
        return Process(
            attempts=1 if self.first_batch else 2,
            minimum_viability=self.minimum_viability,
            out_of_specification="exception" if self.exceptions else "discard",
        )


US_LABEL = 0.8
CHILD = 7e6
"""0.2e6 CAR-positive cells per kg, the least that is given, at 35 kg."""
SETTINGS = {
    "axi-cel, lymphoma": Setting(1, 111, "PMC8427697, Table 2"),
    "brexu-cel, mantle cell lymphoma": Setting(3, 74, "PMC8427697, Table 2"),
    "ide-cel, myeloma": Setting(1, 140, "PMC8427697, Table 2"),
    "liso-cel, lymphoma": Setting(2, 344, "PMC8427697, Table 2", 5e7, minimum_viability=US_LABEL, exceptions=True),
    "tisa-cel, B-ALL": Setting(7, 92, "PMC8427697, Table 2", CHILD, minimum_viability=US_LABEL),
    "tisa-cel, adult lymphoma": Setting(12, 165, "PMC8427697, Table 2", 6e7, minimum_viability=US_LABEL),
    "United Kingdom, large B-cell lymphoma": Setting(38, 981, "Dulobdas 2025, Blood Cancer J", first_batch=True),
    "United Kingdom, B-ALL": Setting(6, 138, "Dulobdas, meeting abstract", CHILD, first_batch=True),
    "United Kingdom, children": Setting(5, 134, "10.1038/s41408-024-01038-2, Table 3", CHILD, first_batch=True),
    "United Kingdom, mantle cell lymphoma": Setting(14, 97, "Dulobdas, meeting abstract", first_batch=True),
}
GAPS = {
    "United Kingdom, mantle cell lymphoma": (
        "simulated 5.0 %, published 14.4 % (8.1 to 23.0): what earlier drugs, bendamustine above all, do to the T "
        "cells of these patients is not in the model"
    ),
}


@pytest.fixture(scope="module")
def make(candidates: Cohort, typical: Typical, streams: Streams) -> Any:
    def run(process: Process, dose_cells: float = 1.5e8) -> Product:
        patients = len(candidates)
        common = {"typical": typical, "streams": streams}
        return make_products(process, candidates, dose_cells=dose_cells, decided_day=np.zeros(patients), **common)

    return run


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xfail(strict=True, reason=GAPS[name]) if name in GAPS else ())
        for name in SETTINGS
    ],
)
def test_the_simulated_share_lies_in_the_published_interval(make: Any, name: str) -> None:
    """The exact 95 % interval of the published count; 20,000 donors, so Monte Carlo error is 0.2 points at most."""
    setting = SETTINGS[name]
    interval = stats.binomtest(setting.failed, setting.of).proportion_ci(0.95)
    share = float((~make(setting.process, setting.smallest_dose_cells).released).mean())
    assert interval.low < share < interval.high, f"{share:.2%}"


def test_named_causes_of_first_failures_are_as_frequent_as_published(make: Any) -> None:
    """12 poor growth, 12 low viability, 6 low T-cell purity of 58 failures in the United Kingdom.

    The published counts do not reject the simulated shares at 5 % (multinomial, chi-square of 30).
    """
    failure = make(Process(attempts=1)).failure
    named = np.array([(failure == cause).sum() for cause in (Failure.GROWTH, Failure.VIABILITY, Failure.PURITY)])
    expected = 30 * named / named.sum()
    assert stats.chisquare([12, 12, 6], expected).pvalue > 0.05
    # The three causes are 30 of the 58; the 95 % interval of that share holds the simulated one.
    low, high = stats.binomtest(30, 58).proportion_ci(0.95)
    assert low < named.sum() / (failure != Failure.NONE).sum() < high


def test_all_first_failures_together_are_as_frequent_as_published(make: Any) -> None:
    """58 of 1,138 patients of three diseases: 5.1 % (3.9 to 6.5)."""
    low, high = stats.binomtest(58, 1138).proportion_ci(0.95)
    assert low < (~make(Process(attempts=1)).released).mean() < high


def test_about_half_of_re_manufactures_meet_specification(make: Any) -> None:
    """11 of 21: 52 % (30 to 74), in those whose first batch failed."""
    once, twice = make(Process(attempts=1)), make(Process(attempts=2))
    again = ~once.released & (twice.attempts == 2)
    low, high = stats.binomtest(11, 21).proportion_ci(0.95)
    assert low < twice.released[again].mean() < high


def test_the_stricter_limit_of_the_united_states_costs_what_registries_call_out_of_specification(make: Any) -> None:
    """liso-cel: 25 of 344 patients (7.3 %, 4.8 to 10.5) were given a product that did not conform.

    Its specification is not published; with the limit of 80 % viability and exceptions from 60 % on, about as many.
    """
    excepted = Process(attempts=1, minimum_viability=US_LABEL, out_of_specification="exception")
    product = make(excepted)
    low, high = stats.binomtest(25, 344).proportion_ci(0.95)
    assert low < product.out_of_specification.mean() < high
    given = product.viability[product.out_of_specification & (product.viability < US_LABEL)]
    assert given.min() >= 0.60
    assert 0.7 < np.median(given) < 0.8, "published: 61 to 79 % viable"


def test_products_are_as_pure_as_the_published_ones(make: Any) -> None:
    """7 runs, 82 to 100 % CD3: the middle three quarters of simulated products lie inside (as a range of 7 does)."""
    low, high = np.quantile(make(Process(attempts=1, culture_days=13.0)).cd3_share, [0.125, 0.875])
    assert 0.82 < low < high < 1.0
