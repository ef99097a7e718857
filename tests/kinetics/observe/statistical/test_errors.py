"""Readings of many patients against theory: each test fails by chance for one seed in 10,000; the seed is fixed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import binomtest, chi2, norm

from adoptive.kinetics.observe import Code, DiameterReader, DigitalPcr, FlowCount, cytokine_assay, qpcr_assay
from adoptive.streams import Keys, Streams

MANY = 20_000
ERROR_RATE = 1e-4
KEYS, STREAMS = Keys.of(0, np.arange(MANY)), Streams(31)


def within(found: float, expected: float, standard_error: float) -> bool:
    """Say whether a mean lies where it lies in all but one of 10,000 repetitions."""
    return bool(abs(found - expected) <= norm.isf(ERROR_RATE / 2) * standard_error)


@pytest.mark.parametrize("copies", [2.0, 10.0, 17.6, 40.0])
@pytest.mark.parametrize("needed", [1, 3])
def test_digital_pcr_finds_copies_as_often_as_theory_says(copies: float, needed: int) -> None:
    """0.2 ug of DNA, of which 85 % lie in accepted partitions; at one needed, 17.6 copies/ug are found in 95 %."""
    assay = DigitalPcr(partitions=20000, partition_nl=0.85, reaction_ul=20.0, positives_needed=needed)
    found = assay.read(np.full(MANY, copies), dna_ug=0.2, keys=KEYS, streams=STREAMS).is_(Code.MEASURED)
    seen = 0.2 * 0.85 * copies
    terms = np.exp(-seen) * np.cumprod([1.0, *(seen / k for k in range(1, needed))])
    theory = 1.0 - terms.sum()
    print(f"{copies} copies/ug, {needed} needed: found in {found.mean():.4f}, theory {theory:.4f}")
    assert binomtest(int(found.sum()), MANY, theory).pvalue > ERROR_RATE


@pytest.mark.parametrize("copies", [2e3, 1e5])
def test_digital_pcr_is_unbiased(copies: float) -> None:
    assay = DigitalPcr(partitions=20000, partition_nl=0.85, reaction_ul=20.0)
    read = assay.read(np.full(MANY, copies), dna_ug=0.2, keys=KEYS, streams=STREAMS)
    assert read.is_(Code.MEASURED).all()
    per_partition = assay.copies_seen(copies, 0.2) / 20000
    error = np.sqrt(np.expm1(per_partition) / 20000) / per_partition * copies
    bias = copies * np.expm1(per_partition) / (2 * 20000 * per_partition)
    print(f"{copies:g}: mean {read.value.mean():.6g}, spread {read.value.std():.4g}, theory {error:.4g}")
    assert within(read.value.mean(), copies + bias, error / np.sqrt(MANY))
    assert read.value.std() == pytest.approx(error, rel=0.03)


@pytest.mark.parametrize("cells", [2.0, 30.0])
def test_flow_counts_are_unbiased_and_poisson(cells: float) -> None:
    assay = FlowCount(acquired=2e5, lower_events=50.0, background=2e-5)
    read = assay.read(np.full(MANY, cells), leukocytes_per_ul=4e3, keys=KEYS, streams=STREAMS)
    assert read.is_(Code.MEASURED).all()
    events = 2e5 * (cells / 4e3 + 2e-5)
    error = 4e3 / 2e5 * np.sqrt(events)
    assert within(read.value.mean(), cells, error / np.sqrt(MANY))
    ratio = read.value.var(ddof=1) / error**2 * (MANY - 1)
    low, high = chi2.ppf([ERROR_RATE / 2, 1 - ERROR_RATE / 2], MANY - 1)
    assert 0.98 * low < ratio < 1.02 * high


def test_qpcr_spreads_as_published_and_is_cut_at_its_limit() -> None:
    read = qpcr_assay().read(np.full(MANY, 1e4), keys=KEYS, streams=STREAMS)
    log = np.log(read.value / 1e4)
    assert within(log.mean(), 0.0, 0.56 / np.sqrt(MANY))
    assert log.std() == pytest.approx(0.56, rel=0.025)
    low = qpcr_assay().read(np.full(MANY, 70.0), keys=KEYS, streams=STREAMS).is_(Code.BELOW_LIMIT)
    theory = float(ndtr(np.log(50.0 / 70.0) / 0.56))
    assert binomtest(int(low.sum()), MANY, theory).pvalue > ERROR_RATE


def test_a_cytokine_storm_passes_the_upper_limit() -> None:
    read = cytokine_assay("il6").read(np.full(MANY, 4500.0), keys=KEYS, streams=STREAMS)
    theory = float(ndtr(np.log(4500.0 / 5000.0) / 0.15))
    assert binomtest(int(read.is_(Code.ABOVE_LIMIT).sum()), MANY, theory).pvalue > ERROR_RATE
    assert (read.value <= 5000.0).all()


@pytest.mark.parametrize("true", [6.3, 25.2, 80.7])
def test_rounding_leaves_diameters_nearly_unbiased(true: float) -> None:
    """Rounding to 1 mm adds a twelfth of a square mm of variance and a bias below ``exp(-2 pi^2 sd^2) / pi`` mm."""
    reader = DiameterReader.published()
    read = reader.read(np.full(MANY, true), keys=KEYS, streams=STREAMS)
    expected, sd = true * np.exp(reader.within_sd**2 / 2), true * reader.within_sd
    spread = np.hypot(sd, np.sqrt(1.0 / 12.0))
    bias = np.exp(-2.0 * np.pi**2 * sd**2) / np.pi
    chance = norm.isf(ERROR_RATE / 2) * spread / np.sqrt(MANY)
    print(f"{true} mm: mean {read.value.mean():.4f}, expected {expected:.4f} within {chance + bias:.4f}")
    assert abs(read.value.mean() - expected) <= chance + bias
    assert read.value.std() == pytest.approx(spread, rel=0.08)


def test_the_likelihood_finds_the_truth_back() -> None:
    """Readings half of which lie below the limit: the maximum over a grid is within a standard error's multiple."""
    assay = qpcr_assay()
    read = assay.read(np.full(MANY, 50.0), keys=KEYS, streams=STREAMS)
    assert 0.4 < read.is_(Code.BELOW_LIMIT).mean() < 0.6
    grid = 50.0 * np.exp(np.linspace(-0.2, 0.2, 401))
    total = [float(assay.log_likelihood(read, np.full(MANY, level)).sum()) for level in grid]
    best = grid[int(np.argmax(total))]
    print(f"maximum at {best:.3f} copies/ug, true 50")
    assert abs(np.log(best / 50.0)) < 4 * 0.56 / np.sqrt(0.8 * MANY)
