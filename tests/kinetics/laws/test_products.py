"""Product classes: what CD19, BCMA and T-cell receptor products do that a product against a solid tumour does not."""

from __future__ import annotations

import numpy as np
import pytest
from typical_patient import (
    CAR,
    DIAMETERS_MM,
    INFUSION_DAY,
    TCR,
    Followed,
    body_of,
    cohort_of,
    flat_typical,
    follow,
    join,
    once,
    read,
    treatment,
    typical,
)

from adoptive.construct import ConstructPlan
from adoptive.errors import StudyError
from adoptive.kinetics.equations import derivatives
from adoptive.kinetics.physiology import product_class
from adoptive.kinetics.simulate import engine
from adoptive.kinetics.states import LESIONS, lesion_state

MARROW_MM = 42.4
"""Diameter of a ball of 40 mL, which 4e10 cells of marrow disease fill."""


def followed(target: str, plan: ConstructPlan = CAR, *, dose: float = 2.5e8, until: float = 365.0) -> Followed:
    diameters = (MARROW_MM,) if target in ("CD19", "BCMA") else DIAMETERS_MM
    body = body_of(cohort_of(diameters_mm=diameters, target=target), plan)
    return follow(body, treatment(dose=dose, fludarabine_days=(-5, -4, -3)), until=until)


def on(ran: Followed, name: str, day: float) -> float:
    return float(np.interp(INFUSION_DAY + day, ran.day, ran.of(name)[0]))


def test_the_receptor_and_its_target_name_the_class() -> None:
    assert [product_class(CAR, target) for target in ("CD19", "cd19", "BCMA", "CLDN18.2", "")] == [
        *("CD19", "CD19", "BCMA", "solid", "solid")
    ]
    assert product_class(TCR, "PRAME") == product_class(TCR, "CD19") == "TCR-T"


def test_a_class_changes_its_own_rows_and_no_other() -> None:
    solid, cd19 = (body_of(cohort_of(target=target)) for target in ("CLDN18.2", "CD19"))
    changed = {name for name in solid.names if solid.of(name)[0] != cd19.of(name)[0]}
    own = {name.split(".")[1].split("@")[0] for name in flat_typical().book if name.endswith("@CD19")}
    # Visibility follows the density of the antigen; growth rate and shares of cells follow the cells in a volume;
    # a clean tumour's rate of mutation is the class's muN_clean; lesions have suppression and access of their own.
    derived = {"wH", "qH", "muN", *(f"{name}{j + 1}" for name in ("r", "first") for j in range(3))}
    derived |= {lesion_state(name, j) for name in {"supp", "acc"} & own for j in range(LESIONS)}
    assert changed <= (own - {"density_high"}) | derived
    assert {"cd19", "psi", "kin", "Hn", "kR"} <= changed
    assert cd19.of("cd19")[0] == 1.0
    assert cd19.of("bcma")[0] == solid.of("cd19")[0] == solid.of("bcma")[0] == 0.0


def test_cells_against_cd19_empty_the_b_cells_and_immunoglobulin_follows_slowly() -> None:
    ran, solid = followed("CD19"), followed("CLDN18.2")
    nadir = float(ran.of("IgG").min())
    print(f"S6: B cells on day 14 {on(ran, 'B', 14.0):.4f}, immunoglobulin G at its lowest {nadir:.2f}")
    assert on(ran, "B", 14.0) < 0.05
    assert on(solid, "B", 14.0) > 0.2
    assert 0.35 < nadir < 0.75
    assert ran.day[ran.of("IgG")[0].argmin()] > 120.0
    assert solid.of("IgG").min() > 0.8


def test_cells_against_bcma_empty_the_plasma_cells_and_spare_the_b_cells() -> None:
    ran = followed("BCMA")
    print(f"plasma cells on day 28 {on(ran, 'PC', 28.0):.4f}, immunoglobulin G at its lowest {ran.of('IgG').min():.3f}")
    assert on(ran, "PC", 28.0) < 0.05
    assert ran.of("IgG").min() < 0.25
    assert on(ran, "B", 60.0) > 0.5


def test_normal_tissue_is_harmed_only_where_it_carries_the_target() -> None:
    least = {
        target: float(followed(target, plan, until=60.0).of("H").min())
        for target, plan in (("CLDN18.2", CAR), ("CD19", CAR), ("BCMA", CAR), ("PRAME", TCR))
    }
    print(f"normal tissue at its lowest: {least}")
    assert least.pop("CLDN18.2") < 0.95
    assert min(least.values()) == 1.0


def test_disease_in_blood_and_marrow_lets_cells_expand_higher_and_sooner() -> None:
    def peak(ran: Followed) -> tuple[float, float]:
        late = np.where(ran.day >= INFUSION_DAY + 1.0, ran.cells_per_ul[0], 0.0)
        return float(late.max()), float(ran.day[late.argmax()] - INFUSION_DAY)

    found = {target: peak(followed(target, until=60.0)) for target in ("CD19", "BCMA", "CLDN18.2")}
    print(f"peak per uL and its day: {found}")
    for target in ("CD19", "BCMA"):
        assert found[target][0] > 2.0 * found["CLDN18.2"][0]
        assert found[target][1] < found["CLDN18.2"][1]


def test_a_cell_wakes_before_it_divides() -> None:
    """Without waking time the peak comes sooner, by about the time itself."""
    cohort = cohort_of(diameters_mm=(MARROW_MM,), target="CD19")
    ran = [follow(body_of(cohort, kWake=rate), treatment(), until=40.0, step=0.1) for rate in (1e3, 0.67)]
    late = [np.where(r.day >= INFUSION_DAY + 1.0, r.cells_per_ul[0], 0.0) for r in ran]
    day = [float(r.day[values.argmax()]) for r, values in zip(ran, late, strict=True)]
    print(f"waking delays the peak by {day[1] - day[0]:.1f} days")
    assert 0.5 < day[1] - day[0] < 1.5


def test_a_t_cell_receptor_needs_few_peptides_and_has_no_tonic_signal() -> None:
    car, tcr = body_of(cohort_of()), body_of(cohort_of(), TCR)
    assert tcr.of("mhc")[0] == 1.0
    assert tcr.of("kT")[0] == pytest.approx(0.05 * car.of("kT")[0])
    for name in ("w", "q"):
        assert 1.0 > tcr.of(f"{name}H")[0] > 0.8 > tcr.of(f"{name}L")[0] > tcr.of(f"{name}N")[0]
    ran = followed("PRAME", TCR, dose=5e9, until=120.0)
    assert ran.sld_mm.min() < 0.7 * ran.sld_mm[0, 0]


def test_lost_hla_stays_lost_and_low_hla_comes_back_under_interferon() -> None:
    """Per cell: nothing leaves the negative class by a change of class; low cells return within days."""
    names = engine().model.states
    states = np.tile(body_of(cohort_of(), TCR).initial, (2, 1))
    for name, value in (("T_H1", 0.0), ("T_L1", 1e9), ("T_N1", 1e9)):
        states[:, names.index(name)] = value
    states[:, names.index("IFN")] = [0.0, 500.0]

    def gained(plan: ConstructPlan) -> np.ndarray:
        body = body_of(cohort_of(2), plan, muN=0.0, muHLA=0.0)
        y, p = read(body, states)
        slope = derivatives(y, p, lesions=LESIONS)
        still = derivatives(y, read(body.replace(muLH=np.zeros(2), kMHC=np.zeros(2)), states)[1], lesions=LESIONS)
        np.testing.assert_array_equal(slope["T_N1"], still["T_N1"])
        return np.asarray(slope["T_H1"] - still["T_H1"]) / 1e9

    car, tcr = gained(CAR), gained(TCR)
    print(f"return of low cells per day, without and with interferon: antigen {car}, HLA {tcr}")
    assert car[0] == pytest.approx(tcr[0]) == pytest.approx(0.01)
    assert tcr[1] > 0.25 > 0.05 > car[1]


def test_loss_of_hla_is_no_matter_to_a_chimeric_receptor() -> None:
    usual, unstable = (follow(typical(muHLA=rate, muMHC=rate, kMHC=rate), treatment()) for rate in (0.0, 0.1))
    np.testing.assert_array_equal(usual.values, unstable.values)
    body = [body_of(cohort_of(), TCR, muHLA=rate, luck=1.0) for rate in (0.0, 1e-6)]
    kept, lost = (follow(each, treatment(dose=5e9), until=365.0, step=1.0) for each in body)
    assert lost.each_lesion("T_N")[0, -1].sum() > 1e6 * (1.0 + kept.each_lesion("T_N")[0, -1].sum())


def test_some_tumours_hold_cells_without_the_presenting_hla() -> None:
    many = 2000
    names = engine().model.states
    negative = {}
    for plan in (CAR, TCR):
        body = body_of(cohort_of(many), plan)
        negative[plan.modality] = body.initial[:, names.index("T_N1")]
        living = sum(body.initial[:, names.index(f"T_{c}1")] for c in "HLN")
        np.testing.assert_allclose(living, living[0], rtol=1e-12)
    assert not negative["CAR-T"].any()
    assert np.mean(negative["TCR-T"] > 0.0) == pytest.approx(0.085, abs=4.0 * np.sqrt(0.085 * 0.915 / many))


@pytest.mark.parametrize(("modality", "domain"), [("TCR-T", "CD28"), ("CAR-T", "none")])
def test_a_receptor_of_two_kinds_is_refused(modality: str, domain: str) -> None:
    with pytest.raises(StudyError, match="costimulatory"):
        ConstructPlan(product="a", modality=modality, binder="b", costimulation=domain)  # type: ignore[arg-type]


def test_filgrastim_shortens_the_neutropenia_and_spares_the_platelets() -> None:
    days = (once("filgrastim", 1, day=INFUSION_DAY + 5.0 + k, amount=5.0) for k in range(7))
    plain = follow(typical(), treatment(fludarabine_days=(-5, -4, -3)))
    helped = follow(typical(), join(treatment(fludarabine_days=(-5, -4, -3)), *days))
    low = [float(np.sum(ran.of("ANC")[0] < 1.0)) * 0.25 for ran in (plain, helped)]
    print(f"days below 1.0: {low[0]} without, {low[1]} with filgrastim")
    assert low[1] < low[0] - 1.0
    np.testing.assert_allclose(helped.of("PLT"), plain.of("PLT"), rtol=1e-4)


def test_rasburicase_takes_uric_acid_within_hours_and_nothing_else() -> None:
    ran = follow(typical(), once("rasburicase", 1, day=1.0, amount=0.2), until=20.0, step=1.0 / 24.0)
    four_hours = float(np.interp(1.0 + 4.0 / 24.0, ran.day, ran.of("UA")[0])) / 5.0
    print(f"uric acid four hours after rasburicase over baseline: {four_hours:.2f}")
    assert 0.08 < four_hours < 0.35
    assert ran.of("UA")[0, -1] == pytest.approx(5.0, rel=0.02)
    for name in ("LDH", "K", "PO4"):
        np.testing.assert_allclose(ran.of(name), ran.of(name)[0, 0], rtol=1e-6)


def test_immunoglobulin_is_replaced_and_runs_off() -> None:
    ran = follow(typical(), once("immunoglobulin", 1, day=1.0, amount=0.5), until=60.0)
    assert ran.of("IgG")[0].max() == pytest.approx(1.5, rel=1e-2)
    month = float(np.interp(1.0 + 23.1, ran.day, ran.of("IgG")[0]))
    assert month == pytest.approx(1.25, rel=2e-2)


def test_blocked_pd1_does_not_slow_exhaustion_but_frees_function() -> None:
    """Exhausted cells stay so without PD-1 signals (Odorizzi 2015, Pauken 2016); their function comes back."""
    doses = [once("pembrolizumab", 1, day=INFUSION_DAY + 21.0 * k, amount=200.0) for k in range(4)]
    without, given = follow(typical(iPD=0.0), treatment()), follow(typical(iPD=0.0), join(treatment(), *doses))
    effect = float(given.sld_mm[0, -1] / without.sld_mm[0, -1])
    print(f"sum of diameters under PD-1 blockade over none where PD-1 takes no function: {effect:.3f}")
    assert 0.9 < effect < 1.0
