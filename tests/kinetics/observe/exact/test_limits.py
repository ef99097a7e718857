"""Limits and probabilities of the assays against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import AdoptiveError
from adoptive.kinetics.observe import (
    Code,
    DiameterReader,
    DigitalPcr,
    FlowCount,
    LogAssay,
    Reading,
    cytokine_assay,
    dna_in_reaction_ug,
    qpcr_assay,
)
from adoptive.streams import Keys, Streams

ONE = DigitalPcr(partitions=20000, partition_nl=0.85, reaction_ul=20.0)


def reading(value: object, code: Code) -> Reading:
    values = np.atleast_1d(np.asarray(value, float))
    return Reading(values, np.full(values.shape, int(code), np.int64))


def test_digital_pcr_detects_three_expected_copies_at_95_percent() -> None:
    """``m = -ln 0.05 = 2.996`` copies in accepted partitions; dead volume and DNA scale it."""
    limit = ONE.limit_of_detection(dna_ug=[0.1, 0.2, 1.0])
    np.testing.assert_allclose(ONE.copies_seen(limit, [0.1, 0.2, 1.0]), -np.log(0.05), rtol=1e-12)
    assert ONE.seen_share == pytest.approx(0.85)
    np.testing.assert_allclose(ONE.detection_probability(limit, dna_ug=[0.1, 0.2, 1.0]), 0.95, rtol=1e-12)
    seen = np.array([0.01, 0.5, 3.0, 20.0])
    np.testing.assert_allclose(ONE.detection_probability(seen / 0.85, dna_ug=1.0), 1.0 - np.exp(-seen), rtol=1e-12)
    assert np.isinf(ONE.limit_of_detection(dna_ug=0.0))


def test_more_positive_partitions_needed_raise_the_limit() -> None:
    """With three needed, Poisson gives 6.296 expected copies."""
    three = DigitalPcr(partitions=20000, partition_nl=0.85, reaction_ul=20.0, positives_needed=3)
    limit = three.limit_of_detection(dna_ug=1.0)
    assert float(three.copies_seen(limit, 1.0)) == pytest.approx(6.2958, rel=1e-3)
    assert float(three.detection_probability(limit, dna_ug=1.0)) == pytest.approx(0.95, rel=1e-10)


def test_the_blood_sample_limits_the_dna_after_lymphodepletion() -> None:
    """1 mL of blood with 100 leukocytes per uL holds 1e5 genomes of 6.6 pg: 0.66 ug, of which 60 % are recovered."""
    found = dna_in_reaction_ug([1.0, 0.1, 0.0], leukocytes_per_ul=100.0, recovery=0.6, most_ug=1.0)
    np.testing.assert_allclose(found, [0.396, 0.0396, 0.0], rtol=1e-3)
    assert float(dna_in_reaction_ug(5.0, leukocytes_per_ul=6000.0)) == 0.2


@pytest.mark.parametrize("true", [0.3, 40.0, 1e3, 3e4])
def test_digital_pcr_probabilities_sum_to_one(true: float) -> None:
    small = DigitalPcr(partitions=300, partition_nl=0.85, reaction_ul=0.3, positives_needed=2)
    count = np.arange(2, 300)
    values = -300 * np.log1p(-count / 300) / (small.seen_share * 0.5)
    total = np.exp(small.log_likelihood(reading(values, Code.MEASURED), true, dna_ug=0.5)).sum()
    for code in (Code.BELOW_LIMIT, Code.ABOVE_LIMIT):
        total += np.exp(small.log_likelihood(reading(0.0, code), true, dna_ug=0.5))[0]
    assert total == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize("true", [0.0, 0.01, 0.4, 12.0])
def test_flow_probabilities_sum_to_one(true: float) -> None:
    assay = FlowCount(acquired=1e4, lower_events=20.0, background=1e-4)
    values = 500.0 * (np.arange(20, 2000) / 1e4 - 1e-4)
    total = np.exp(assay.log_likelihood(reading(values, Code.MEASURED), true, leukocytes_per_ul=500.0)).sum()
    total += np.exp(assay.log_likelihood(reading(0.0, Code.BELOW_LIMIT), true, leukocytes_per_ul=500.0))[0]
    assert total == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize("assay", [qpcr_assay(), cytokine_assay("il6"), LogAssay("x", 0.3, 2.0, 40.0)])
@pytest.mark.parametrize("true", [1.0, 30.0, 4e3])
def test_lognormal_densities_integrate_to_one(assay: LogAssay, true: float) -> None:
    """The measured part by a fine trapezium on the log axis, the rest as probability masses."""
    axis = np.linspace(np.log(assay.lower), np.log(min(assay.upper, 1e8)), 200_001)
    density = np.exp(assay.log_likelihood(reading(np.exp(axis), Code.MEASURED), true))
    total = np.trapezoid(density * np.exp(axis), axis)
    for code in (Code.BELOW_LIMIT, Code.ABOVE_LIMIT):
        total += np.exp(assay.log_likelihood(reading(0.0, code), true))[0]
    assert total == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize("offset", [None, 0.08])
@pytest.mark.parametrize("true", [1.0, 4.6, 8.0, 33.0])
def test_rounded_diameters_have_probabilities_that_sum_to_one(true: float, offset: float | None) -> None:
    reader = DiameterReader.published()
    whole = np.arange(5.0, 200.0)
    total = np.exp(reader.log_likelihood(reading(whole, Code.MEASURED), true, offset=offset)).sum()
    for value in (5.0, 0.0):
        total += np.exp(reader.log_likelihood(reading(value, Code.BELOW_LIMIT), true, offset=offset))[0]
    assert total == pytest.approx(1.0, rel=1e-9)


def test_unrounded_diameters_have_a_density_that_integrates_to_one() -> None:
    reader = DiameterReader(within_sd=0.1, between_sd=0.0, rounding_mm=0.0, too_small_mm=5.0, invisible_mm=2.0)
    axis = np.linspace(5.0, 40.0, 100_001)
    total = np.trapezoid(np.exp(reader.log_likelihood(reading(axis, Code.MEASURED), 6.0)), axis)
    total += np.exp(reader.log_likelihood(reading(5.0, Code.BELOW_LIMIT), 6.0))[0]
    assert total == pytest.approx(1.0, rel=1e-6)


def test_the_published_limits_of_agreement_come_back() -> None:
    """Yoon 2016: 95 % limits of agreement of one diameter 47.5 % wide between readers, 33.9 % wide for one reader."""
    reader = DiameterReader.published()
    one = 2 * 1.96 * np.sqrt(2.0) * reader.within_sd
    two = 2 * 1.96 * np.sqrt(2.0) * np.hypot(reader.within_sd, reader.between_sd)
    assert one == pytest.approx(0.339, abs=0.02)
    assert two == pytest.approx(0.475, abs=0.02)


def test_a_missing_sample_says_nothing() -> None:
    keys, streams = Keys.of(0, [0, 1]), Streams(4)
    taken = np.array([[True, False], [False, True]])
    true = np.full((2, 2), 300.0)
    for found, likelihood in _each(true, keys, streams, taken):
        assert found.is_(Code.MISSING).tolist() == (~taken).tolist()
        assert (found.value[~taken] == 0.0).all()
        assert (likelihood[~taken] == 0.0).all()
        assert (likelihood[taken] < 0.0).all()


def _each(true: np.ndarray, keys: Keys, streams: Streams, taken: np.ndarray) -> list[tuple[Reading, np.ndarray]]:
    pcr, digital, flow, reader = qpcr_assay(), DigitalPcr.published(), FlowCount.published(), DiameterReader.published()
    plain = pcr.read(true, keys=keys, streams=streams, taken=taken)
    copies = digital.read(true, dna_ug=0.2, keys=keys, streams=streams, taken=taken)
    cells = flow.read(true, leukocytes_per_ul=4e3, keys=keys, streams=streams, taken=taken)
    size = reader.read(true, keys=keys, streams=streams, taken=taken)
    return [
        (plain, pcr.log_likelihood(plain, true)),
        (copies, digital.log_likelihood(copies, true, dna_ug=0.2)),
        (cells, flow.log_likelihood(cells, true, leukocytes_per_ul=4e3)),
        (size, reader.log_likelihood(size, true)),
    ]


def test_nothing_true_is_nothing_measured_and_never_nan() -> None:
    keys, streams = Keys.of(0, np.arange(50)), Streams(2)
    zero = np.zeros((50, 3))
    for found, likelihood in _each(zero, keys, streams, np.ones((50, 3), bool)):
        assert found.is_(Code.BELOW_LIMIT).all()
        assert np.isfinite(found.value).all()
        np.testing.assert_allclose(likelihood, 0.0, atol=1e-6)
    measured = qpcr_assay().log_likelihood(reading(100.0, Code.MEASURED), 0.0)
    assert np.isneginf(measured).all()


def test_saturated_digital_pcr_is_above_its_limit() -> None:
    keys, streams = Keys.of(0, np.arange(20)), Streams(2)
    found = ONE.read(np.full(20, 1e7), dna_ug=1.0, keys=keys, streams=streams)
    assert found.is_(Code.ABOVE_LIMIT).all()
    np.testing.assert_allclose(found.value, 20000 * np.log(20000) / 0.85)
    none = ONE.read(np.full(20, 1e3), dna_ug=0.0, keys=keys, streams=streams)
    assert none.is_(Code.MISSING).all()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: LogAssay("x", log_sd=0.0, lower=1.0),
        lambda: LogAssay("x", log_sd=0.1, lower=5.0, upper=2.0),
        lambda: FlowCount(acquired=1e5, lower_events=1.0, background=1e-4),
        lambda: DigitalPcr(partitions=30000, partition_nl=0.85, reaction_ul=20.0),
        lambda: DigitalPcr(partitions=100, partition_nl=0.85, reaction_ul=20.0, positives_needed=0),
        lambda: DiameterReader(0.0, 0.0, 1.0, 5.0, 2.0),
        lambda: qpcr_assay().read([-1.0], keys=Keys.of(0, 0), streams=Streams(1)),
        lambda: qpcr_assay().read([float("nan")], keys=Keys.of(0, 0), streams=Streams(1)),
        lambda: qpcr_assay().read([1.0, 2.0], keys=Keys.of(0, 0), streams=Streams(1)),
    ],
)
def test_what_cannot_be_is_refused(wrong: object) -> None:
    with pytest.raises(AdoptiveError, match="allowed"):
        wrong()  # type: ignore[operator]
