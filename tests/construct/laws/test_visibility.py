"""Laws of potency: more antigen is never seen less, killing needs less antigen than growth."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adoptive.cohort import Cohort
from adoptive.construct import ConstructPlan, hill, predict_visibility, tonic_factor
from adoptive.errors import StudyError
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams
from adoptive.trial.types import Study

DENSITY = st.floats(1e-3, 1e7)


@given(low=DENSITY, factor=st.floats(1.0, 1e4), half=st.floats(1.0, 1e6), steepness=st.floats(0.3, 4.0))
def test_hill_rises_from_0_to_1(low: float, factor: float, half: float, steepness: float) -> None:
    values = hill(np.array([low, low * factor]), np.full(2, half), np.full(2, steepness))
    assert 0.0 <= values[0] <= values[1] <= 1.0


@given(density=DENSITY, half=st.floats(1.0, 1e6), scale=st.floats(1e-2, 1e2), steepness=st.floats(0.3, 4.0))
def test_only_the_ratio_of_density_to_half_density_counts(
    density: float, half: float, scale: float, steepness: float
) -> None:
    one, other = (hill(np.array([density * s]), np.array([half * s]), np.array([steepness])) for s in (1.0, scale))
    np.testing.assert_allclose(one, other, rtol=1e-9)


def test_a_tenth_of_the_antigen_is_seen_less_by_everybody(
    candidates: Cohort, typical: Typical, streams: Streams
) -> None:
    keys, antigen = candidates.keys, candidates.antigen
    fewer = dataclasses.replace(antigen, high_density=0.1 * antigen.high_density, low_density=0.1 * antigen.low_density)
    base = predict_visibility(antigen, keys=keys, typical=typical, streams=streams)
    less = predict_visibility(fewer, keys=keys, typical=typical, streams=streams)
    assert set(base) == {"wH", "wL", "wN", "qH", "qL", "qN"}
    for name in ("wH", "wL", "qH", "qL"):
        assert (less[name] < base[name]).all(), name
    for name in ("wN", "qN"):
        assert less[name].tobytes() == base[name].tobytes(), name


def test_killing_needs_less_antigen_than_growth_and_negative_cells_are_hardly_seen(
    candidates: Cohort, typical: Typical, streams: Streams
) -> None:
    seen = predict_visibility(candidates.antigen, keys=candidates.keys, typical=typical, streams=streams)
    for c in "HLN":
        assert (seen[f"w{c}"] > seen[f"q{c}"]).all()
        assert ((seen[f"w{c}"] >= 0) & (seen[f"w{c}"] <= 1)).all()
    assert seen["wN"].max() < 0.05
    assert np.median(seen["wH"]) > 0.95
    assert 0.5 < np.median(seen["wL"]) < 0.95


def test_visibility_belongs_to_the_patient(candidates: Cohort, typical: Typical, streams: Streams) -> None:
    few = candidates.take(np.array([2, 40, 41]))
    together = predict_visibility(candidates.antigen, keys=candidates.keys, typical=typical, streams=streams)
    alone = predict_visibility(few.antigen, keys=few.keys, typical=typical, streams=streams)
    # Powers of vectors of another length may differ in the last bit; nothing else may.
    for name, values in alone.items():
        np.testing.assert_allclose(values, together[name][[2, 40, 41]], rtol=1e-14, err_msg=name)


def test_the_costimulatory_domain_sets_tonic_exhaustion(study: Study, keys: Keys, typical: Typical) -> None:
    few = keys.take(np.arange(3))

    def tonic(domain: str) -> list[float]:
        plan: ConstructPlan = dataclasses.replace(study.construct, costimulation=domain)  # type: ignore[arg-type]
        return tonic_factor(plan, keys=few, typical=typical).tolist()

    assert tonic("CD28") == [1.0] * 3
    assert tonic("4-1BB") == [0.7] * 3


def test_a_receptor_twice_as_good_sees_as_if_there_were_twice_the_antigen(
    candidates: Cohort, typical: Typical, streams: Streams
) -> None:
    keys, antigen = candidates.keys, candidates.antigen
    better = dataclasses.replace(antigen, potency=2.0 * antigen.potency)
    names = ("high_density", "low_density", "negative_density")
    more = dataclasses.replace(antigen, **{name: 2.0 * getattr(antigen, name) for name in names})
    plan = ConstructPlan(product="a", modality="TCR-T")
    seen = [predict_visibility(each, keys=keys, typical=typical, streams=streams, plan=plan) for each in (better, more)]
    for name, values in seen[0].items():
        np.testing.assert_allclose(values, seen[1][name], rtol=1e-9)


def test_receptors_see_molecules_or_peptides_by_their_modality(
    candidates: Cohort, typical: Typical, streams: Streams
) -> None:
    def seen(modality: str) -> bytes:
        costimulation = "CD28" if modality == "CAR-T" else "none"
        plan = ConstructPlan(product="a", modality=modality, costimulation=costimulation)  # type: ignore[arg-type]
        found = predict_visibility(
            candidates.antigen, keys=candidates.keys, typical=typical, streams=streams, plan=plan
        )
        return found["wH"].tobytes()

    assert seen("TRuC-T") == seen("CAR-T")
    assert seen("TIL") == seen("TCR-T")
    assert seen("TCR-T") != seen("CAR-T")


def test_tonic_exhaustion_falls_from_cd28_to_a_native_receptor(typical: Typical) -> None:
    def tonic(modality: str, costimulation: str) -> float:
        plan = ConstructPlan(product="a", modality=modality, costimulation=costimulation)  # type: ignore[arg-type]
        return float(tonic_factor(plan, keys=Keys.of(0, [0]), typical=typical)[0])

    chimeric = [tonic("CAR-T", domain) for domain in ("CD28", "CD28 and 4-1BB", "4-1BB")]
    others = [tonic("TRuC-T", "none"), tonic("TCR-T", "none")]
    assert chimeric[0] == 1.0
    assert sorted(chimeric + others, reverse=True) == chimeric + others
    assert tonic("TIL", "none") == tonic("TCR-T", "none")


@pytest.mark.parametrize(
    ("modality", "costimulation"),
    [("CAR-T", "none"), ("TCR-T", "CD28"), ("TRuC-T", "4-1BB"), ("TIL", "CD28 and 4-1BB")],
)
def test_a_domain_that_a_modality_does_not_have_is_refused(modality: str, costimulation: str) -> None:
    with pytest.raises(StudyError, match="costimulatory domain"):
        ConstructPlan(product="a", modality=modality, costimulation=costimulation)  # type: ignore[arg-type]


def test_lymphocytes_of_the_tumour_carry_neither_armour_nor_switch() -> None:
    with pytest.raises(StudyError, match="not engineered"):
        ConstructPlan(product="a", modality="TIL", safety_switch="iCasp9")
    with pytest.raises(StudyError, match="not engineered"):
        ConstructPlan(product="a", modality="TIL", armour="IL-15")
