"""The models against scipy on equations that were typed a second time, from the publications' own notation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from adoptive.kinetics.zoo import MODELS, find_model, run_zoo

Second = Callable[[dict[str, float]], tuple[Callable[..., list[float]], list[float], list[tuple[float, list[float]]]]]
"""From the rows: the right-hand side, the start, and the days on which something is added to the states."""


def stein(q: dict[str, float]) -> tuple[Callable[..., list[float]], list[float], list[tuple[float, list[float]]]]:
    def rhs(t: float, y: Sequence[float]) -> list[float]:
        e, m, after = y
        if after < 0.5:
            return [np.log(q["foldx"]) / q["Tmax"] * e, 0.0, 0.0]
        return [-q["alpha"] * e, q["FB"] * (q["alpha"] - q["beta"]) * e - q["beta"] * m, 0.0]

    return rhs, [q["Cmax"] / q["foldx"], 0.0, 0.0], [(q["Tmax"], [0.0, 0.0, 1.0])]


def hardiansyah(q: dict[str, float]) -> tuple[Callable[..., list[float]], list[float], list[tuple[float, list[float]]]]:
    def rhs(t: float, y: Sequence[float]) -> list[float]:
        b, epb, et, mpb, mt, il6, il10, ifn = y
        f = b / (b + q["h"])
        fd = q["aG"] + (1 - q["aG"]) * q["bG"] / (il10 + q["bG"])
        return [
            q["rB"] * b - q["dB"] * b - q["kBC"] * epb * b,
            q["rE"] * epb * b - q["dE"] * epb - q["kin"] * epb + q["kout"] * et
            - q["aE"] * epb * (1 - f) + q["aM"] * mpb * f,
            q["kin"] * epb - q["kout"] * et,
            q["rM"] * mpb - q["dM"] * mpb - q["kin"] * mpb + q["kout"] * mt
            + q["aE"] * epb * (1 - f) - q["aM"] * mpb * f,
            q["kin"] * mpb - q["kout"] * mt,
            q["d6"] * (q["IL6_0"] - il6) + q["P6"] * 1e6 * b * epb,
            q["d10"] * (q["IL10_0"] - il10) + q["P10"] * 1e6 * b * epb,
            q["dG"] * (q["IFN_0"] - ifn) + q["PG"] * 1e6 * b * epb * fd,
        ]  # fmt: skip

    start = [q["B_0"], 0, 0, 0, 0, q["IL6_0"], q["IL10_0"], q["IFN_0"]]
    return rhs, start, [(day, [0, part * q["dose"], *[0] * 6]) for day, part in ((0.0, 0.1), (1.0, 0.3), (2.0, 0.6))]


def volterra(q: dict[str, float]) -> tuple[Callable[..., list[float]], list[float], list[tuple[float, list[float]]]]:
    def rhs(t: float, y: Sequence[float]) -> list[float]:
        c, u = y
        return [q["rho"] * c * u - q["kE"] * c, q["g"] * u - q["d"] * c * u]

    return rhs, [q["C_0"], q["U_0"]], []


def _chaudhury(saturates: bool) -> Second:
    def second(q: dict[str, float]) -> tuple[Callable[..., list[float]], list[float], list[tuple[float, list[float]]]]:
        def rhs(t: float, y: Sequence[float]) -> list[float]:
            ce, cp, u, after = y[0], y[1], max(y[2], 1e-30), y[3]
            cure = 1 / (1 + (q["Ucrit"] / u) ** q["hc"])
            growth = cure * q["g"] * u * (np.log(q["Umax"]) - np.log(u)) / np.log(q["Umax"])
            death = q["d"] * ce * u / (q["EC50d"] + ce + u) if saturates else q["d"] * ce * u
            rise = q["rho"] * ce * u / (q["EC50r"] + ce + u) if saturates else q["rho"] * ce
            if after < 0.5:
                return [rise, 0.0, growth - death, 0.0]
            return [-(q["kE"] + q["kEP"]) * ce, q["kEP"] * ce - q["beta"] * cp, growth - death, 0.0]

        return rhs, [q["C_0"], 0.0, q["U_0"], 0.0], [(q["Tmax"], [0, 0, 0, 1.0])]

    return second


def leon_2020(q: dict[str, float]) -> tuple[Callable[..., list[float]], list[float], list[tuple[float, list[float]]]]:
    def rhs(t: float, y: Sequence[float]) -> list[float]:
        c, l, b = y  # noqa: E741
        a = q["alpha"]
        return [q["rhoC"] * (l + b) * c - c / q["tauC"], q["rhoL"] * l - a * l * c, -a * b * c - b / q["tauB"]]

    return rhs, [q["C_0"], q["L_0"], q["B_0"]], []


def carrgo(q: dict[str, float]) -> tuple[Callable[..., list[float]], list[float], list[tuple[float, list[float]]]]:
    def rhs(t: float, y: Sequence[float]) -> list[float]:
        x, c = y
        hourly = [q["rho"] * x * (1 - x * q["crowding"]) - q["k1"] * x * c, q["k2"] * x * c - q["theta"] * c]
        return [24 * rate for rate in hourly]

    return rhs, [q["X_0"], q["Y_0"]], []


def kimmel(q: dict[str, float]) -> tuple[Callable[..., list[float]], list[float], list[tuple[float, list[float]]]]:
    def rhs(t: float, y: Sequence[float]) -> list[float]:
        n, c, b = y
        total = n + c
        rc = q["rhoC"] + q["b"] * (total - q["KN"]) ** 2 / (q["a"] * total**2 + (total - q["KN"]) ** 2)
        killed = q["gB"] * b * c / (q["kB"] + c)
        return [-q["rN"] * n * np.log(total / q["KN"]), -rc * c * np.log(total / q["KC"]), q["rB"] * b - killed]

    return rhs, [q["N_0"], q["C_0"], q["B_0"]], []


def owens(q: dict[str, float]) -> tuple[Callable[..., list[float]], list[float], list[tuple[float, list[float]]]]:
    def rhs(t: float, y: Sequence[float]) -> list[float]:
        tumour, e, c, m, v = y
        c, e, tumour = max(c, 0.0), max(e, 1e-30), max(tumour, 1e-30)
        re, rc = (e / tumour) ** q["l"], (c / tumour) ** q["l"]
        de, dc = (q[d] * r / (q["s"] + r) * tumour for d, r in (("dE", re), ("dC", rc)))
        room, drug = np.log((e + c) / q["K"]), 1 - np.exp(-m)
        return [
            q["a"] * tumour * (1 - tumour / q["capacity"]) - de - dc - q["KT"] * drug * tumour,
            q["g"] - q["mE"] * e - q["jE"] * room * de**2 / (q["k"] + de**2) * e - q["qE"] * e * tumour
            - q["KE"] * drug * e,
            -q["mC"] * c - q["jC"] * room * dc**2 / (q["k"] + dc**2) * c - q["qC"] * c * tumour - q["KC"] * drug * c,
            v - q["gamma"] * m,
            0.0,
        ]  # fmt: skip

    events = []
    for day in range(int(q["courses"])):
        events += [(float(day), [0, 0, 0, 0, q["rate"]]), (day + q["infusion_days"], [0, 0, 0, 0, -q["rate"]])]
    events.append((q["infusion_day"], [0, 0, q["dose"] * q["effective"], 0, 0]))
    return rhs, [q["T_0"], q["E_0"], 0.0, 0.0, 0.0], sorted(events)


def mueller(q: dict[str, float]) -> tuple[Callable[..., list[float]], list[float], list[tuple[float, list[float]]]]:
    expansion = q["v_ref"] * (1 + 2.53 * q["ASCT"]) * q["ratio"] ** -0.385

    def rhs(t: float, y: Sequence[float]) -> list[float]:
        n, cm, em, ef, v = y
        g = expansion * v
        kill = (q["Vm1"] * n + q["Vm2"] * cm + q["Vm3"] * em + q["Vm4"] * ef) * v / (q["K5"] + v)
        return [
            g * n / (q["K1"] + n) + q["kp1"] * n - q["k12"] * n - q["ke1"] * n,
            g * cm / (q["K1"] + cm) + q["kp2"] * cm + q["k12"] * n - q["k23"] * cm - q["ke2"] * cm,
            g * em / (q["K1"] + em) + q["kp3"] * em + q["k23"] * cm - q["k34"] * em - q["ke3"] * em,
            q["k34"] * em - q["ke4"] * ef,
            q["k5"] * (1 - v / q["K0"]) * v - kill,
        ]

    return rhs, [q["T_0"]] * 4 + [q["V_0"]], []


def barros(q: dict[str, float]) -> tuple[Callable[..., list[float]], list[float], list[tuple[float, list[float]]]]:
    def rhs(t: float, y: Sequence[float]) -> list[float]:
        ct, cm, x = y
        return [
            q["phi"] * ct - q["rho"] * ct + q["theta"] * x * cm - q["alpha"] * x * ct,
            q["eps"] * ct - q["theta"] * x * cm - q["mu"] * cm,
            q["r"] * x * (1 - q["b"] * x) - q["gamma"] * ct * x,
        ]

    return rhs, [0.0, 0.0, q["T_0"]], [(q["infusion_day"], [q["dose"], 0, 0])]


def _leon_2021(dual: bool) -> Second:
    def second(q: dict[str, float]) -> tuple[Callable[..., list[float]], list[float], list[tuple[float, list[float]]]]:
        def rhs(t: float, y: Sequence[float]) -> list[float]:
            c, x = y[0], y[1]
            dc = q["rhoC"] * x / (q["gT"] + x) * c - q["alpha1"] * x / (q["gC"] + c) * c - c / q["tauC"]
            dx = q["rhoT"] * x - q["alpha2"] * c * x
            if not dual:
                return [dc, dx]
            d, b = y[2], y[3]
            return [
                dc + q["k"] * d, dx, q["rhoB"] * b * d / (q["gB"] + b) - d / q["tauC"] - q["k"] * d,
                -q["alphaB"] * d * b - b / q["tauB"],
            ]  # fmt: skip

        return rhs, [q["C_0"], q["T_0"], *([q["D_0"], q["B_0"]] if dual else [])], []

    return second


def claret(q: dict[str, float]) -> tuple[Callable[..., list[float]], list[float], list[tuple[float, list[float]]]]:
    def rhs(t: float, y: Sequence[float]) -> list[float]:
        return [q["KL"] * y[0] - q["KD"] * np.exp(-q["lambda"] * t) * y[0], -q["lambda"] * y[1]]

    return rhs, [q["base"], 1.0], []


def liu(q: dict[str, float]) -> tuple[Callable[..., list[float]], list[float], list[tuple[float, list[float]]]]:
    def rhs(t: float, y: Sequence[float]) -> list[float]:
        b, a, n, bn = y
        activation = q["ka"] * b / (b + q["KBT"]) * n
        return [
            q["rB"] * b * (1 - b / q["nM"]) - q["e"] * b / (b + q["KB"]) * a,
            q["rTA"] * b / (b + q["KBr"]) * a + activation - q["lTA"] * a,
            -activation - q["lTN"] * n,
            q["rBn"] * bn * (1 - bn / q["nM"]) + q["km"] * b - q["e"] / q["kb"] * bn / (bn + q["KBn"]) * a,
        ]

    return rhs, [q["B_0"], 0.0, q["N_0"], q["Bn_0"]], []


SECOND: dict[str, Second] = {
    "claret-2014": claret,
    "stein-2019": stein, "hardiansyah-2019": hardiansyah, "chaudhury-2020-lotka-volterra": volterra,
    "chaudhury-2020-first-order": _chaudhury(False), "chaudhury-2020-ec50": _chaudhury(True),
    "leon-triana-2020": leon_2020, "sahoo-2020": carrgo, "kimmel-2021": kimmel, "owens-bozic-2021": owens,
    "mueller-schoell-2021": mueller, "barros-2021": barros, "leon-triana-2021": _leon_2021(False),
    "leon-triana-2021-dual": _leon_2021(True), "liu-2022": liu,
}  # fmt: skip


def integrate(second: Second, rows: dict[str, float], days: np.ndarray) -> np.ndarray:
    """Return the states on the days; a day of an event shows the state before it."""
    rhs, start, events = second(rows)
    y, now, found = np.array(start, float), 0.0, np.empty((len(days), len(start)))
    found[days == 0.0] = y
    for stop, jump in [*events, (float(days[-1]), [0.0] * len(start))]:
        inside = (days > now) & (days <= stop)
        if stop > now:
            at = np.unique(np.append(days[inside], stop))
            done = solve_ivp(rhs, (now, stop), y, method="LSODA", t_eval=at, rtol=1e-11, atol=1e-13)
            assert done.success
            found[inside], y = done.y[:, : inside.sum()].T, done.y[:, -1]
        y, now = y + np.array(jump, float), stop
    return found


@pytest.mark.parametrize("name", MODELS)
def test_a_model_agrees_with_its_second_text(name: str) -> None:
    zoo = find_model(name)
    for group in zoo.sets:
        last = zoo.horizon_days
        days = np.unique(np.concatenate([[0.0], np.linspace(0.013, min(last, 40.0), 60), np.linspace(1.7, last, 40)]))
        run = run_zoo(zoo, days=days, parameter_set=group, rtol=1e-10, atol=1e-13)
        rows = {key: row.value for key, row in zoo.rows_of_set(group).items()}
        other = integrate(SECOND[name], rows, days)
        assert run.failure[0] == 0
        for at, state in enumerate(zoo.model.states):
            ours, theirs = run.states[0, :, at], other[:, at]
            largest = np.abs(theirs).max()
            counted = np.abs(theirs) > 1e-7 * largest
            if state in zoo.model.clones:  # below one cell the clone is gone by rule, above it both must agree
                counted &= np.minimum.accumulate(theirs) > 1.0
            worst = np.max(np.abs(ours / np.where(counted, theirs, 1.0) - 1.0)[counted], initial=0.0)
            print(f"{name} {group} {state}: largest relative difference {worst:.1e} on {counted.sum()} days")
            assert worst < 2e-6, (group, state)
