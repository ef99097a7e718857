"""Tumour biology as published, drawn again from the rows; each tolerance is stated."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.antigen import AntigenPlan
from adoptive.cohort import SITES, Cohort, Population, draw_cohort
from adoptive.parameters import Typical, draw_typical, load_book
from adoptive.streams import Keys, Streams
from adoptive.units import volume_cm3


def population(name: str, keys: Keys, typical: Typical, streams: Streams) -> Cohort:
    plan = AntigenPlan("any")
    return draw_cohort(Population(name), plan, keys=keys, typical=typical, streams=streams)  # type: ignore[arg-type]


def doubling(cohort: Cohort, site: str | None = None) -> np.ndarray:
    days = np.log(2) / cohort.growth_per_day
    there = cohort.lesion_diameter_mm > 0
    return days[there if site is None else there & (cohort.site == SITES.index(site))]


@pytest.fixture(scope="module")
def gastric(keys: Keys, typical: Typical, streams: Streams) -> Cohort:
    return population("gastric", keys, typical, streams)


def test_gastric_cancer_doubles_in_a_month(gastric: Cohort) -> None:
    """Untreated, CEA, n = 112: median 32 d, mean 37.5 (SD 20.5: coefficient of variation 0.55).

    A marker tells of all lesions together, so growth is that of the patient's whole volume. Ten per cent tolerated for
    the median and the mean, 0.1 for the variation: sites, whose difference adds to it here, were not told apart there.
    """
    volume = volume_cm3(gastric.lesion_diameter_mm)
    days = np.log(2) / ((gastric.growth_per_day * volume).sum(axis=1) / volume.sum(axis=1))
    assert np.median(days) == pytest.approx(32.0, rel=0.10)
    assert days.mean() == pytest.approx(37.5, rel=0.10)
    assert days.std() / days.mean() == pytest.approx(0.55, abs=0.10)


@pytest.mark.parametrize(("site", "mean"), [("liver", 24.7), ("node", 41.1), ("peritoneum", 42.2)])
def test_gastric_metastases_grow_by_their_site(gastric: Cohort, site: str, mean: float) -> None:
    """Tumour markers, n = 49 (J Jpn Surg Soc 1986;87:604): standard deviations near half the mean; 15 % tolerated."""
    assert doubling(gastric, site).mean() == pytest.approx(mean, rel=0.15)


@pytest.mark.parametrize(("tumour", "median", "tolerance"), [("hepatocellular", 85.7, 0.05), ("glioma", 49.6, 0.05)])
def test_doubling_times_that_were_measured(
    keys: Keys, typical: Typical, streams: Streams, tumour: str, median: float, tolerance: float
) -> None:
    """Liver cancer, n = 175 (PMC4612289); glioblastoma before treatment, n = 106."""
    assert np.median(doubling(population(tumour, keys, typical, streams))) == pytest.approx(median, rel=tolerance)


def test_liver_metastases_of_the_colon_double_in_71_days_on_average(keys: Keys, streams: Streams) -> None:
    """Metachronous, without chemotherapy, n = 361 (PMID 30957066): mean 71.4 d; 10 % tolerated.

    The rows before the calibration say so; after it, on trials in later lines, the mean is 59 days.
    """
    before = draw_typical(load_book(calibrated=False), streams, trials=[0], fixed=True)
    assert doubling(population("colorectal", keys, before, streams)).mean() == pytest.approx(71.4, rel=0.10)


def test_sums_of_diameters_in_melanoma(keys: Keys, typical: Typical, streams: Streams) -> None:
    """153 patients before tumour-infiltrating lymphocytes: median 97.8 mm (13.5 to 552.9); 10 % tolerated.

    The published range is that of 153 patients: 1 in 153 below it, and 1 in 153 near the largest sum that five lesions
    of 110 mm allow.
    """
    total = population("melanoma", keys, typical, streams).lesion_diameter_mm.sum(axis=1)
    assert np.median(total) == pytest.approx(97.8, rel=0.10)
    assert 8.0 < np.quantile(total, 1 / 153) < 20.0
    assert 400.0 < np.quantile(total, 1 - 1 / 153) <= 550.0


@pytest.mark.parametrize(
    ("tumour", "prior_mm"), [("gastric", 60.0), ("colorectal", 100.0), ("sarcoma", 90.0), ("synovial sarcoma", 90.0)]
)
def test_sums_of_diameters_are_near_the_priors(
    keys: Keys, typical: Typical, streams: Streams, tumour: str, prior_mm: float
) -> None:
    """No baseline sum is published; the priors are of low confidence, 15 % tolerated."""
    total = population(tumour, keys, typical, streams).lesion_diameter_mm.sum(axis=1)
    assert np.median(total) == pytest.approx(prior_mm, rel=0.15)


def test_lymphoma_has_the_metabolic_volume_before_axi_cel(keys: Keys, typical: Typical, streams: Streams) -> None:
    """Median 147.5 mL of 48 (Dean 2020, Blood Adv 4:3268); other series divide patients at 80 or at 450 mL."""
    volume = volume_cm3(population("large B-cell lymphoma", keys, typical, streams).lesion_diameter_mm).sum(axis=1)
    assert np.median(volume) == pytest.approx(147.5, rel=0.05)
    assert np.quantile(volume, 0.25) < 80.0
    assert np.quantile(volume, 0.85) > 450.0


def test_leukaemia_counts_between_1e10_and_1e12_cells(keys: Keys, typical: Typical, streams: Streams) -> None:
    """One lesion, the marrow; at the cells per mL with which the model of CD19 cells turns volume into cells."""
    cohort = population("B-ALL", keys, typical, streams)
    per_ml = load_book()["cohort.cells_per_ml"].value
    assert per_ml == load_book()["kinetics.rho@CD19"].value == load_book()["kinetics.rho@BCMA"].value
    cells = per_ml * volume_cm3(cohort.lesion_diameter_mm)
    assert (cells[:, 1:] == 0).all()
    assert np.median(cells[:, 0]) == pytest.approx(1e11, rel=0.05)
    assert ((cells[:, 0] > 1e10) & (cells[:, 0] < 1e12)).mean() > 0.95
    assert cells.max() < load_book()["kinetics.Kmax@B-ALL"].value
    assert (cohort.site[:, 0] == SITES.index("marrow")).all()
