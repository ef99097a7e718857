"""A: laws that hold exactly, measured as the error with which they do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.infusion import join
from adoptive.kinetics import Physiology
from adoptive.kinetics.states import BODY, IN_BLOOD, LESIONS, lesion_state
from adoptive.parameters import load_book
from adoptive.workbench.check.followed import Followed, follow, peak
from adoptive.workbench.check.patient import INFUSION_DAY, body_of, cohort_of, everywhere, once
from adoptive.workbench.check.setting import Setting

__all__ = ["conservation", "doubling", "growth", "untreated"]

Floats = NDArray[np.float64]
Found = Iterator[tuple[str, float]]

STATIONARY = (
    *("I", "L", "R", "H", "IFN", "IL6", "CRP", "FER", "BBB", "B", "PC", "IgG", "UA", "LDH", "K", "PO4"),
    *(name for name in BODY if name.startswith(("ANC", "PLT"))),
)
STILL = ("pM", "dM", "aM", "pE", "dE", "dX", "kRej", "dDex", "eFluC", "eCyC")
"""Rates of birth and death of engineered cells."""
LARGE_MM = (67.4, 53.4, 38.6)
"""Ten times the volume of the typical lesions."""
TIGHT = (1e-9, 1e-11)
"""Relative and absolute tolerance where a law is to be met to ten digits."""


def untreated(by: Setting) -> Found:
    """A1, A2, A4, S8: nothing moves in an untreated patient but his tumour, which follows Gompertz."""
    ran = follow(by.typical(), until=365.0, step=5.0)
    drift = [np.abs(ran.of(n)[0] - ran.of(n)[0, 0]).max() / max(abs(ran.of(n)[0, 0]), 1.0) for n in STATIONARY]
    yield "A1.drift", max(drift)
    yield "S8.potassium", np.abs(ran.of("K")[0] - ran.of("K")[0, 0]).max()
    yield "S8.phosphate", np.abs(ran.of("PO4")[0] - ran.of("PO4")[0, 0]).max()
    body = by.typical(muN=0.0)
    grown = follow(body, until=365.0, step=5.0, rtol=TIGHT[0], atol=TIGHT[1]).each_lesion("T_H", "T_L", "T_N")[0, :, :3]
    largest = float(body.of("Kmax")[0])
    rate = np.array([float(body.of(lesion_state("r", j))[0]) for j in range(3)])
    law = largest * (grown[0] / largest) ** np.exp(-rate * ran.day[:, None])
    yield "A2.gompertz", np.abs(grown / law - 1.0).max()
    cells = [lesion_state(name, j) for j in range(LESIONS) for name in ("T_H", "T_L", "T_N", "D", "m", "e", "x")]
    hard = by.typical(4, kT=[0.126, 1.0, 0.126, 0.126], kR=[0.005, 0.005, 0.05, 0.005], **everywhere("supp", 0.2))
    more = join(by.treatment(4, dose=5e9), once("dexamethasone", 4, day=8.0, amount=40.0))
    treated = follow(hard, more, until=365.0)
    yield "A4.negative", min(treated.of(name).min() for name in (*IN_BLOOD, *cells))
    yield "A4.nothing", follow(by.typical(), by.lymphodepletion(), until=180.0, step=1.0).engineered.max()


def conservation(by: Setting) -> Found:
    """A3, A5, A6: transport conserves cells, the niche has its limits, activation adds one cell."""
    still = dict.fromkeys(STILL, 0.0)
    body = by.typical(**still, **everywhere("r", 0.0), kmax=0.0, kD=0.0, muN=0.0)
    ran = follow(body, once("infusion", 1, day=0.0, amount=1e8), until=300.0, step=5.0, rtol=1e-8, atol=1e-10)
    total = ran.engineered[0, 1:]
    yield "A3.conserved", np.abs(total / total[0] - 1.0).max()
    one = {name: float(body.of(name)[0]) for name in body.names}
    volume = ran.each_lesion("T_H", "T_L", "T_N", "D")[0, -1] / one["rho"] + 1e-3
    access = np.array([one[lesion_state("acc", j)] for j in range(LESIONS)])
    sink = one["kin"] * (access * volume).sum() * 1e3 / one["Vb"] / one["kout"]
    share = ran.cells_per_ul[0, -1] * one["Vb"] / total[-1]
    yield "A3.blood", abs(share * (1.0 + one["kbp"] / one["kpb"] + sink) - 1.0)
    yield from _niche(by, still)
    yield "A6.activation", _activation(by)


def _niche(by: Setting, still: dict[str, float]) -> Found:
    frozen: dict[str, ArrayLike] = {**still, **everywhere("acc", 0.0)}
    body = by.typical(2, **(frozen | {"kL": 0.0, "rL": 0.0, "Hn": 0.0, "kX": 0.0}))
    states, names = body.initial.copy(), follow(body, until=1.0).names
    states[:, names.index("L")] = 0.0
    states[1, names.index("M_p")] = 1e13
    level = follow(body, initial=states, until=120.0, step=1.0, rtol=TIGHT[0], atol=TIGHT[1]).of("I")[:, -1]
    kn, kc, rest = (float(body.of(name)[0]) for name in ("kn", "kc", "I0"))
    yield "A5.empty", abs(level[0] / (rest * (kn + kc) / kn) - 1.0)
    yield "A5.crowded", level[1] / rest


def _activation(by: Setting) -> float:
    """Give the largest distance from 1 of cells gained over activations, with any fate of the daughters.

    With no self-renewal at all each activation takes one memory cell away, which counts the activations.
    """
    from adoptive.kinetics.equations import derivatives
    from adoptive.kinetics.simulate import engine
    from adoptive.solve import Values

    body = by.typical()
    ran = follow(body, by.treatment(), until=40.0)
    states = ran.values[0, ran.day > INFUSION_DAY + 1.0][::8]

    def gained(fate: float) -> dict[str, Floats]:
        both = []
        for rate in (float(body.of("aM")[0]), 0.0):
            changed = body.replace(aM=np.full(1, rate), f0=np.full(1, fate), f1=np.full(1, fate))
            parameters = np.repeat(changed.values, len(states), axis=0)
            y, p = Values(engine().model.states, states), Values(changed.names, parameters)
            both.append(derivatives(y, p, lesions=LESIONS))
        return {name: np.asarray(both[0][name] - both[1][name]) for name in ran.names}

    worst = 0.0
    places = [("M_p", ("M_p", "E_p")), ("m1", ("m1", "e1"))]
    activated = gained(0.0)
    for fate in (0.0, 0.25, 0.5, 1.0):
        found = gained(fate)
        for mother, both in places:
            ratio = sum(found[name] for name in both) / -activated[mother]
            worst = max(worst, float(np.abs(ratio - 1.0).max()))
    return worst


def growth(by: Setting) -> Found:
    """A7, A8: no antigen, no effect; a fixed drive gives log-linear growth, no antigen a log-linear decline."""
    unseen = by.altered(body_of(cohort_of(density_factor=0.0), Hn=0.0))
    with_cells, without = (
        follow(unseen, plan, until=180.0, step=1.0, rtol=1e-8, atol=1e-10)
        for plan in (by.treatment(), by.lymphodepletion())
    )
    yield "A7.tumour", np.abs(with_cells.tumour_cells / without.tumour_cells - 1.0).max()
    yield "A7.il6", np.abs(with_cells.of("IL6") / with_cells.of("IL6")[:, :1] - 1.0).max()
    zero = dict.fromkeys(("wE", "pM", "kR", "aM", "rEM", "kKH"), 0.0)
    flat: dict[str, ArrayLike] = {**zero, "gI0": 1.0, "pE": 2.0, "Hn": 3.5e9}
    body = by.altered(body_of(cohort_of(diameters_mm=(0.0,)), **flat, **everywhere("acc", 0.0)))
    one = {name: float(body.of(name)[0]) for name in body.names}
    states, names = body.initial.copy(), with_cells.names
    states[:, names.index("E_p")] = 1e4
    signal = one["Hn"] / (one["Hn"] + one["Ksys"])
    rate = one["pE"] * signal - one["dE"] - one["kX"] * signal - one["kT"]
    up = follow(body, initial=states, until=10.0, step=0.5, rtol=TIGHT[0], atol=TIGHT[1])
    yield "A8.up", _slope_error(up, _leading(one, rate))
    states = up.final.copy()
    states[:, names.index("H")] = 0.0
    down = follow(body.replace(Hn=np.zeros(1)), initial=states, until=20.0, step=0.5, rtol=TIGHT[0], atol=TIGHT[1])
    yield "A8.down", _slope_error(down, _leading(one, -one["dE"] - one["kT"]))


def _leading(one: dict[str, float], growth_rate: float) -> float:
    """Give the leading rate of effectors that change between blood and tissue."""
    exchange = [[-one["kbp"] - one["dE"], one["kpb"]], [one["kbp"], growth_rate - one["kpb"]]]
    return float(np.linalg.eigvals(np.array(exchange)).real.max())


def _slope_error(ran: Followed, expected: float) -> float:
    slopes = np.diff(np.log(ran.of("E_b")[0, ran.day >= 4.0])) / 0.5
    return float(np.abs(slopes / expected - 1.0).max())


def doubling(by: Setting) -> Found:
    """A9, A10: peaks rise with dose; twice the cells in twice the volume is the same; two methods agree."""
    doses = [1e6, 1e7, 1e8, 2.5e8, 1e9, 5e9]
    yield "A9.monotone", np.diff(peak(follow(by.typical(6), by.treatment(6, dose=doses)))[0]).min()
    yield from _doubled(by)
    body = by.typical()
    tight = follow(body, by.treatment(), rtol=TIGHT[0], atol=TIGHT[1])
    plain = follow(body, by.treatment())
    yield "A10.tight", abs(peak(plain)[0][0] / peak(tight)[0][0] - 1.0)
    yield "A10.fixed_step", _fixed_step(body, plain)


def _doubled(by: Setting) -> Found:
    """Double cells and volumes of a patient with large lesions, beside which their floor of 1e-3 mL is nothing."""
    body = by.altered(body_of(cohort_of(diameters_mm=LARGE_MM)))
    large = Physiology(body.names, body.values * _factors(body), body.initial.copy(), body.survival_draws)
    cells = [k for k, name in enumerate(follow(body, until=1.0).names) if _counts_cells(name)]
    large.initial[:, cells] *= 2.0
    small, twice = (
        follow(who, by.treatment(dose=dose), until=120.0, rtol=1e-8, atol=1e-10)
        for who, dose in ((body, 2.5e8), (large, 5e8))
    )
    change = [_relative(small.cells_per_ul, twice.cells_per_ul)]
    change += [_relative(small.of(name), twice.of(name)) for name in ("I", "L", "IL6", "CRP", "ANC", "LDH")]
    change += [_relative(2.0 ** (1 / 3) * small.sld_mm, twice.sld_mm)]
    yield "A9.doubled", max(change)


def _relative(a: Floats, b: Floats) -> float:
    """Give the largest difference over the largest value."""
    return float(np.abs(a - b).max() / np.abs(a).max())


def _counts_cells(name: str) -> bool:
    kind = name.rstrip("0123456789")
    return name in IN_BLOOD or name[:-2] + "_b" in IN_BLOOD or kind in ("T_H", "T_L", "T_N", "D", "m", "e", "x")


def _factors(body: Physiology) -> Floats:
    """Give each parameter's factor when cells and volumes double, from its unit."""
    book = load_book()
    factors = np.ones(len(body.names))
    for place, name in enumerate(body.names):
        unit = book[f"kinetics.{name}"].unit if f"kinetics.{name}" in book else ""
        if unit in ("cells", "uL"):
            factors[place] = 2.0
        elif unit.startswith("pg/mL per cell") or unit.endswith(" per g"):
            factors[place] = 0.5
    return factors


def _fixed_step(body: Physiology, ran: Followed) -> float:
    """Compare 30 days from the day after infusion with classical Runge-Kutta steps of 0.1 day on the model's text."""
    from adoptive.kinetics.equations import derivatives
    from adoptive.solve import Values

    first = float(INFUSION_DAY + 1.0)
    start = ran.values[:, np.searchsorted(ran.day, first)]
    p = Values(body.names, body.values)

    def slope(values: Floats) -> Floats:
        text = derivatives(Values(ran.names, values), p, lesions=LESIONS)
        return np.stack([np.broadcast_to(text[name], (1,)) for name in ran.names], axis=1)

    y, step = start.copy(), 0.1
    for _ in range(300):
        a = slope(y)
        b = slope(y + 0.5 * step * a)
        c = slope(y + 0.5 * step * b)
        y = y + step / 6.0 * (a + 2.0 * b + 2.0 * c + slope(y + step * c))
    end = Followed(np.array([first + 30.0]), ran.names, y[:, None, :], y, body)
    adaptive = follow(body, initial=start, start=first, until=first + 30.0, step=30.0)
    return abs(float(end.sld_mm[0, 0] / adaptive.sld_mm[0, -1]) - 1.0)
