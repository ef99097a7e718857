"""Closed forms of the engineered cells: transport, activation, the niche, growth under a fixed drive."""

from __future__ import annotations

import numpy as np
import pytest
from typical_patient import Floats, Followed, body_of, cohort_of, follow, join, once, read, spread, typical

from adoptive.kinetics.equations import derivatives
from adoptive.kinetics.simulate import engine
from adoptive.kinetics.states import BODY, IN_BLOOD, IN_TISSUE, LESIONS, lesion_state
from adoptive.kinetics.types import Physiology

BIRTH_AND_DEATH = ("pM", "dM", "aM", "pE", "dE", "dX", "kRej", "dDex", "eFluC", "eCyC")
STILL_TUMOUR = {**spread("r", 0.0), "kmax": 0.0, "kD": 0.0, "muN": 0.0}


def all_cells(ran: Followed) -> Floats:
    body = np.asarray(sum(ran.of(name) for name in (*IN_BLOOD, *IN_TISSUE)))
    return np.asarray(body + ran.each_lesion("m", "e", "x").sum(axis=-1))


def test_transport_and_change_of_kind_conserve_cells() -> None:
    """Also with exhaustion, calming and reinvigoration at work: they move cells from one kind to another."""
    body = typical(**dict.fromkeys(BIRTH_AND_DEATH, 0.0))
    drugs = join(
        once("pembrolizumab", 1, day=2.0, amount=200.0),
        once("dexamethasone", 1, day=4.0, amount=10.0),
        once("infusion", 1, day=1.0, amount=2.5e8),
    )
    ran = follow(body, drugs, until=180.0, step=1.0)
    total, infused = all_cells(ran)[0], 2.5e8 * (1.0 - float(body.of("fclr")[0]))
    after = ran.day > 1.0
    print(f"A3: cells over infused cells differ from 1 by {np.abs(total[after] / infused - 1.0).max():.1e}")
    np.testing.assert_allclose(total[after], infused, rtol=1e-9)
    assert not total[~after].any()
    assert ran.of("X_p")[0, -1] > 0.1 * infused


@pytest.mark.parametrize("access", [0.0, 0.85])
def test_blood_holds_the_share_that_exchange_gives_it(access: float) -> None:
    """At rest ``1 / (1 + kbp/kpb + sum influx/kout)``."""
    body = typical(**dict.fromkeys(BIRTH_AND_DEATH, 0.0), **STILL_TUMOUR, **spread("acc", access))
    ran = follow(body, once("infusion", 1, day=0.0, amount=1e8), until=300.0, step=10.0, rtol=1e-8, atol=1e-10)

    def of(name: str) -> float:
        return float(body.of(name)[0])

    volume = ran.volume_ml[0, -1] + 1e-3
    sink = of("kin") * access * volume.sum() * 1e3 / of("Vb") / of("kout")
    blood = float(sum(ran.of(name)[0, -1] for name in IN_BLOOD))
    expected = 1.0 / (1.0 + of("kbp") / of("kpb") + sink)
    print(f"A3: share in blood {blood / all_cells(ran)[0, -1]:.5f}, expected {expected:.5f}")
    assert blood / all_cells(ran)[0, -1] == pytest.approx(expected, rel=1e-6)


def test_interleukin_15_has_its_limits() -> None:
    """``I = I0 (kn + kc) / (kn + kc (L + phiC C / Vb) / L0)``: 53 pg/mL without lymphocytes, 0 under many."""
    frozen = dict.fromkeys(BIRTH_AND_DEATH, 0.0) | spread("acc", 0.0) | {"kL": 0.0, "rL": 0.0, "Hn": 0.0, "kX": 0.0}
    body = typical(3, **frozen)
    states, names = body.initial.copy(), engine().model.states
    states[:, names.index("L")] = [0.0, 1500.0, 0.0]
    states[:, names.index("M_p")] = [0.0, 0.0, 1e13]
    ran = follow(body, initial=states, until=120.0, step=1.0, rtol=1e-9, atol=1e-11)
    level = ran.of("I")[:, -1]
    kn, kc, rest = (float(body.of(name)[0]) for name in ("kn", "kc", "I0"))
    print(
        f"A5: interleukin 15 without lymphocytes {level[0]:.3f}, at home {level[1]:.3f}, crowded {level[2]:.2e} pg/mL"
    )
    assert level[0] == pytest.approx(53.0, rel=1e-9)
    assert level[1] == pytest.approx(rest, rel=1e-9)
    crowded = rest * (kn + kc) / (kn + kc * 0.6 * 1e13 / 5e6 / 1500.0)
    assert level[2] == pytest.approx(crowded, rel=1e-6)
    assert level[2] < 0.01 * rest


def slopes(body: Physiology, states: Floats) -> dict[str, Floats]:
    y, p = read(body, states)
    return {name: np.asarray(slope) for name, slope in derivatives(y, p, lesions=LESIONS).items()}


def test_activation_adds_exactly_one_cell(random_states: Floats) -> None:
    """The rate of activation, computed here from the definitions, is the gain of memory and effector cells together."""
    many = len(random_states)
    body = typical(many)
    names = engine().model.states
    y = {name: random_states[:, names.index(name)] for name in names}
    with_it, without = slopes(body, random_states), slopes(body.replace(aM=np.zeros(many)), random_states)
    gain = {name: with_it[name] - without[name] for name in names}
    one = {name: float(body.of(name)[0]) for name in body.names}
    calm = 1.0 - one["iDex"] * y["Dex"] / (y["Dex"] + one["EC50_dex"])
    seen = [sum(one[f"q{c}"] * y[lesion_state(f"T_{c}", j)] for c in "HLN") for j in range(LESIONS)]
    outside = one["Hn"] * y["H"] + one["psi"] * sum(seen) + one["N_V"] * y["Vac"]
    total = sum(y[name] for name in (*IN_BLOOD, *IN_TISSUE))
    signal = outside / (outside + one["Ksys"] + 0.15 * total)
    _check(gain["M_p"], gain["E_p"], one["aM"] * signal * calm * y["M_p"], signal)
    for j in range(LESIONS):
        m, e, x = (y[lesion_state(kind, j)] for kind in ("m", "e", "x"))
        volume = sum(y[lesion_state(name, j)] for name in ("T_H", "T_L", "T_N", "D")) / one["rho"] + 1e-3
        killers = e + one["fX"] * x + one["fM"] * m
        signal = seen[j] / (seen[j] + one["Ks"] * volume + 0.3 * killers)
        _check(gain[lesion_state("m", j)], gain[lesion_state("e", j)], one["aM"] * signal * calm * m, signal)
    others = [name for name in names if name[:1] not in "MEme"]
    assert not any(gain[name].any() for name in others)


def _check(memory: Floats, effector: Floats, rate: Floats, signal: Floats) -> None:
    """Two daughters per activation: a share f of self-renewal falls from 0.5 to 0.4 with the signal."""
    f = 0.5 * (1.0 - signal) + 0.4 * signal
    tolerance = 1e-9 * (np.abs(rate).max() + 1.0)
    print(f"A6: cells gained less activations, relative: {np.abs(memory + effector - rate).max() / rate.max():.1e}")
    np.testing.assert_allclose(memory + effector, rate, rtol=1e-6, atol=tolerance)
    np.testing.assert_allclose(memory, rate * (2.0 * f - 1.0), rtol=1e-6, atol=tolerance)
    np.testing.assert_allclose(effector, rate * 2.0 * (1.0 - f), rtol=1e-6, atol=tolerance)


def fastest(exchange: tuple[float, float], loss: float, growth: float) -> float:
    """Give the leading rate of effectors that change between blood and tissue."""
    out, back = exchange
    return float(np.linalg.eigvals([[-out - loss, back], [out, growth - back]]).real.max())


def test_growth_under_a_fixed_drive_is_log_linear_and_so_is_the_decline() -> None:
    """No niche, no change of antigen: slope up ``pE s - dE - kX s - kT``, slope down ``-dE - kT``, with exchange."""
    flat = {"gI0": 1.0, "wE": 0.0, "pM": 0.0, "kR": 0.0, "aM": 0.0, "rEM": 0.0, "kKH": 0.0, "pE": 2.0, "Hn": 3.5e9}
    body = body_of(cohort_of(diameters_mm=(0.0,)), **flat, **spread("acc", 0.0))
    one = {name: float(body.of(name)[0]) for name in body.names}
    up = follow(body, once("infusion", 1, day=0.0, amount=1e4), until=10.0, step=0.5, rtol=1e-9, atol=1e-11)
    signal = one["Hn"] / (one["Hn"] + one["Ksys"])
    exchange = (one["kbp"], one["kpb"])
    growth = one["pE"] * signal - one["dE"] - one["kX"] * signal - one["kT"]
    late = up.day >= 7.5  # freshly thawed cells have woken by then
    rise = np.diff(np.log(up.of("E_b")[0, late])) / 0.5
    np.testing.assert_allclose(rise, fastest(exchange, one["dE"], growth), rtol=1e-4)
    empty = up.final.copy()
    empty[:, list(BODY).index("H")] = 0.0
    cleared = body.replace(Hn=np.zeros(1))
    down = follow(cleared, initial=empty, until=20.0, step=0.5, rtol=1e-9, atol=1e-11)
    fall = np.diff(np.log(down.of("E_b")[0, down.day >= 4.0])) / 0.5
    np.testing.assert_allclose(fall, fastest(exchange, one["dE"], -one["dE"] - one["kT"]), rtol=1e-6)
    print(f"A8: rise {rise[-1]:.5f}, decline {fall[-1]:.5f} per day, as in the closed form")
    assert fall[0] < -0.3 < 0.1 < rise[0]
