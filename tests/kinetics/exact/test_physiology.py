"""What a patient's parameters and first day take from his cohort, his construct and his product."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from typical_patient import SEED, cohort_of, flat_typical

from adoptive.construct import ConstructPlan, predict_visibility
from adoptive.facility import Failure, Product
from adoptive.kinetics import Physiology, describe_patients
from adoptive.kinetics.simulate import engine
from adoptive.kinetics.states import LESIONS, lesion_state
from adoptive.parameters import draw_typical, load_book
from adoptive.streams import Streams

STREAMS = Streams(SEED)


def construct(costimulation: str = "CD28") -> ConstructPlan:
    return ConstructPlan(product="typical", modality="CAR-T", binder="scFv", costimulation=costimulation)  # type: ignore[arg-type]


def product_of(fitness: list[float]) -> Product:
    many = len(fitness)
    values = {field.name: np.ones(many) for field in dataclasses.fields(Product)}
    values |= {"fitness": np.array(fitness), "memory_share": np.full(many, 0.2), "effector_share": np.full(many, 0.7)}
    whole = {"failure": np.full(many, int(Failure.NONE)), "attempts": np.ones(many, np.int64)}
    return Product(**(values | {"exhausted_share": np.full(many, 0.1)} | whole))


def described(many: int, **chosen: object) -> Physiology:
    options = {"typical": flat_typical(), "streams": STREAMS} | chosen
    return describe_patients(cohort_of(many), construct(), **options)


def test_a_fitter_product_grows_faster_and_exhausts_slower() -> None:
    plain, made = described(3), described(3, product=product_of([0.7, 1.0, 1.4]))
    np.testing.assert_allclose(made.of("pE"), plain.of("pE") * [0.7, 1.0, 1.4])
    np.testing.assert_allclose(made.of("pM"), plain.of("pM") * [0.7, 1.0, 1.4])
    np.testing.assert_allclose(made.of("kX"), plain.of("kX") / [0.7, 1.0, 1.4])
    shares = np.stack([made.of(f"share_{kind}") for kind in "MEX"], axis=1)
    np.testing.assert_allclose(shares, 0.42 * np.array([[0.2, 0.7, 0.1]] * 3))
    same = [name for name in made.names if name not in ("pE", "pM", "kX", "share_M", "share_E", "share_X")]
    assert all((made.of(name) == plain.of(name)).all() for name in same)
    assert not any(plain.of(f"share_{kind}").any() for kind in "MEX")


def test_the_culture_acts_on_the_cells_own_rates() -> None:
    older = dataclasses.replace(product_of([1.2]), proliferation=np.array([0.8]), exhaustion=np.array([1.5]))
    plain, made = described(1), described(1, product=older)
    for name, factor in (("pE", 0.96), ("pM", 0.96), ("kX", 1.25)):
        np.testing.assert_allclose(made.of(name), factor * plain.of(name))


def test_the_construct_sets_visibility_and_tonic_exhaustion() -> None:
    cohort, typical = cohort_of(2), flat_typical()
    seen = predict_visibility(cohort.antigen, keys=cohort.keys, typical=typical, streams=STREAMS)
    body = described(2)
    for name in ("wH", "wL", "wN", "qH", "qL", "qN"):
        np.testing.assert_array_equal(body.of(name), seen[name])
    assert 1.0 > body.of("wH")[0] > body.of("wL")[0] > body.of("wN")[0] > 0.0
    other = describe_patients(cohort, construct("4-1BB"), typical=typical, streams=STREAMS)
    np.testing.assert_allclose(other.of("kT") / body.of("kT"), 0.7)


def test_only_a_founder_clone_mutates_fast() -> None:
    cohort = cohort_of(2)
    founder = dataclasses.replace(cohort.antigen, founder_clone=np.array([True, False]))
    body = describe_patients(
        dataclasses.replace(cohort, antigen=founder), construct(), typical=flat_typical(), streams=STREAMS
    )
    assert body.of("muN").tolist() == pytest.approx([2e-7, 1e-12], rel=1e-9, abs=0.0)


def test_the_first_day_holds_the_tumour_that_was_measured() -> None:
    shares = {"high": 0.5, "low": 0.3, "negative": 0.2}
    cohort = cohort_of(2, shares=shares)
    body = describe_patients(cohort, construct(), typical=flat_typical(), streams=STREAMS)
    names = engine().model.states
    for j in range(LESIONS):
        cells = {name: body.initial[:, names.index(lesion_state(name, j))] for name in ("T_H", "T_L", "T_N", "D")}
        total = sum(cells.values())
        np.testing.assert_allclose(total, 5e8 * np.pi / 6000.0 * cohort.lesion_diameter_mm[:, j] ** 3)
        for name, share in zip(("T_H", "T_L", "T_N"), shares.values(), strict=True):
            np.testing.assert_allclose(cells[name], share * (total - cells["D"]), rtol=1e-12)
        assert not body.initial[:, [names.index(lesion_state(name, j)) for name in "mex"]].any()
    blood = {"L": 1500.0, "ANC": 4.0, "ANC_prol": 4.0, "PLT": 220.0, "PLT_3": 220.0, "I": 5.0, "H": 1.0, "IgG": 1.0}
    for name, value in blood.items():
        np.testing.assert_allclose(body.initial[:, names.index(name)], value)


def test_lesions_of_one_patient_differ_less_than_patients() -> None:
    """Suppression and access on the logit scale: 0.4 of the spread between patients lies within one.

    They lie around the tumour type's own row where it has one.
    """
    spread, cohort = draw_typical(load_book(), STREAMS, trials=[0], fixed=True), cohort_of(4000)
    body = describe_patients(cohort, construct(), typical=spread, streams=STREAMS)
    for name in ("supp", "acc"):
        share = np.stack([body.of(lesion_state(name, j)) for j in range(LESIONS)], axis=1)
        scale = np.log(share / (1.0 - share))
        between = load_book()[f"kinetics.{name}"].between
        middle = spread.at(f"kinetics.{name}", cohort.keys, kinds=cohort.kinds)
        assert scale.std(axis=1, ddof=1).mean() == pytest.approx(0.4 * between * 0.94, rel=0.05)
        assert scale.mean(axis=1).std() == pytest.approx(between * np.sqrt(1.0 + 0.16 / LESIONS), rel=0.05)
        assert np.median(share) == pytest.approx(middle[0], rel=0.05)
