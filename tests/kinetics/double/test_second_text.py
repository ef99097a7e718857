"""A second writing of the model: the equations as they stand on paper, one patient at a time, on plain numbers.

Written from the equations, not from the package, and in another shape: dictionaries of floats, no shared algebra. The
package's text must give the same slope of every state on arbitrary states and parameters.
"""

from __future__ import annotations

import itertools
from math import log
from typing import Any

import numpy as np
import pytest
from typical_patient import Floats, read, typical

from adoptive.kinetics import Physiology
from adoptive.kinetics.equations import derivatives, rates_of_clones, watched
from adoptive.kinetics.simulate import engine
from adoptive.kinetics.states import LESION, LESIONS

Numbers = dict[str, float]
CLASSES = ("H", "L", "N")
CELLS = {f"{z}_{where}" for z in "FMEX" for where in "bp"}
CELLS |= {f"{name}{j + 1}" for name in LESION for j in range(LESIONS)}


def plus(x: float) -> float:
    return max(x, 0.0)


def share(x: float, half: float) -> float:
    return x / (x + half)


def whole(cells: float) -> float:
    """Give the share of full growth: a fraction of a cell cannot divide."""
    return cells**3 / (cells**3 + 27)


class Paper:
    """One patient's quantities in the order in which the paper defines them."""

    def __init__(self, y: Numbers, p: Numbers) -> None:
        self.y, self.p = y, p
        g, g0 = share(y["I"], p["KI"]), share(p["I0"], p["KI"])
        self.gn = (g - g0) / (1 - g0)
        self.drive = min(
            p["drive_max"], p["gI0"] + (1 - p["gI0"]) * plus(self.gn) + p["e2"] * share(y["IL2"], p["EC2"])
        )
        self.ro1 = share(y["PD1_c"] / p["V1_pd1"], p["KD_pd1"])
        self.ro6 = share(y["Toc_c"] / p["V1_toc"], p["KD_toc"])
        self.blocked1 = share(y["Ank"], p["EC50_ank"])
        self.q = share(y["Dex"], p["EC50_dex"])
        self.calm = 1 - p["iDex"] * self.q
        self.total = sum(y[f"{z}_{where}"] for z in "FMEX" for where in "bp")
        others = p["cd19"] * y["B"] * p["N_B"] + p["bcma"] * y["PC"] * p["N_PC"] + p["Hn"] * y["H"]
        others += y["Vac"] * p["N_V"]
        self.virus = share(y["Onc"], p["EC50_onc"])
        antigen = others + p["psi"] * sum(p[f"q{i}"] * y[f"T_{i}{j}"] for j in self.places for i in CLASSES)
        self.s = antigen / (antigen + p["Ksys"] + p["hide_body"] * self.total)
        self.ld_cells = p["eFluC"] * y["Flu"] + p["eCyC"] * y["Cy"]
        self.ld = p["eFluL"] * y["Flu"] + p["eCyL"] * y["Cy"]
        self.gone = p["kRej"] * y["R"] + self.ld_cells + p["eSwi"] * p["switch"] * y["Swi"]
        self.s6 = plus(y["IL6"] * (1 - p["toc_effect"] * self.ro6) - p["b6"])

    places = tuple(range(1, LESIONS + 1))

    def renewal(self, s: float) -> float:
        return self.p["f0"] * (1 - s) + self.p["f1"] * s

    def lesion(self, j: int) -> Numbers:
        y, p = self.y, self.p
        living = sum(y[f"T_{i}{j}"] for i in CLASSES)
        volume = (living + y[f"D{j}"]) / p["rho"] + 1e-3
        cells = y[f"e{j}"] + p["fX"] * y[f"x{j}"] + p["fM"] * y[f"m{j}"]
        seen = sum(p[f"q{i}"] * y[f"T_{i}{j}"] for i in CLASSES)
        targets = sum(p[f"w{i}"] * y[f"T_{i}{j}"] for i in CLASSES)
        pdi = 1 - p["iPD"] * (1 - self.ro1) * (p["pdl1_0"] + (1 - p["pdl1_0"]) * share(y["IFN"], p["K_pdl1"]))
        held = p[f"supp{j}"] - p[f"supp{j}"] * self.virus * p["eOnc_supp"]
        open_ = 1 - (1 - p[f"acc{j}"]) * (1 - self.virus * p["eOnc_acc"])
        eff = (1 - held) * pdi
        kill = p["kmax"] * eff * self.calm * cells / (p["Kk"] * volume + targets + p["kap"] * cells)
        return {
            "T": living,
            "V": volume,
            "C": cells,
            "s": seen / (seen + p["Ks"] * volume + p["hide_lesion"] * cells),
            "pdi": pdi,
            "eff": eff,
            "held": held,
            "kill": kill,
            "K": kill * targets,
            "G": p[f"r{j}"] * log(p["Kmax"] / (living + 1)),
            "in": p["kin"] * open_ * volume * 1e3 / p["Vb"],
            "drug": p["eT"] * (y["Flu"] + y["Cy"]) + y["Chemo"] + p["eOnc"] * self.virus,
        }

    def slopes(self) -> Numbers:
        out = self.periphery() | self.niche() | self.cytokines() | self.blood_forming() | self.drugs()
        for j in self.places:
            out |= self.cells_in_lesion(j) | self.tumour(j)
        return out | self.blood() | self.lysis() | self.mutants()

    def losses(self) -> Numbers:
        p = self.p
        effector = p["dE"] * (1 - p["wE"] * self.gn) + p["dDex"] * self.q
        return {"F": effector, "M": p["dM"], "E": effector, "X": p["dX"]}

    def periphery(self) -> Numbers:
        y, p, s = self.y, self.p, self.s
        act, f = p["aM"] * s * self.calm * y["M_p"], self.renewal(s)
        exhaust, reborn = (p["kX"] * s + p["kT"]) * y["E_p"], p["kRe"] * self.ro1 * y["X_p"]
        calmed = p["rEM"] * (1 - s) * y["E_p"]
        dead = {z: (rate + self.gone) * y[f"{z}_p"] for z, rate in self.losses().items()}
        come = {z: p["kbp"] * y[f"{z}_b"] - p["kpb"] * y[f"{z}_p"] for z in "FMEX"}
        born = p["pE"] * s * self.drive * self.calm * y["E_p"]
        fed = p["pM"] * self.gn * y["M_p"]
        return {
            "F_p": come["F"] - dead["F"] - p["kWake"] * y["F_p"],
            "M_p": come["M"] + fed - dead["M"] + act * (2 * f - 1) + calmed,
            "E_p": come["E"] + 2 * act * (1 - f) + born - dead["E"] - exhaust - calmed + reborn + p["kWake"] * y["F_p"],
            "X_p": come["X"] + exhaust - dead["X"] - reborn,
        }

    def births(self) -> float:
        y, p = self.y, self.p
        born = (p["aM"] * self.s * self.calm + p["pM"] * plus(self.gn)) * y["M_p"]
        born += p["pE"] * self.s * self.drive * self.calm * y["E_p"]
        return born + sum(self.born_in_lesion(j) for j in self.places)

    def born_in_lesion(self, j: int) -> float:
        y, p, a = self.y, self.p, self.lesion(j)
        crowd = 1 + (y[f"e{j}"] + y[f"x{j}"]) / (p["Kcrowd"] * a["V"])
        free = a["pdi"] * (1 - p["supp_growth"] * a["held"]) / crowd
        supported = p["gLes"] + (1 - p["gLes"]) * self.drive
        divided = p["pE"] * p["pLes"] * a["s"] * supported * free * self.calm * y[f"e{j}"]
        return float(p["aM"] * a["s"] * self.calm * y[f"m{j}"] + divided)

    def deaths(self) -> float:
        y, p, loss = self.y, self.p, self.losses()
        died = p["pM"] * plus(-self.gn) * y["M_p"]
        for z, rate in loss.items():
            inside = 0.0 if z == "F" else sum(y[f"{z.lower()}{j}"] for j in self.places)
            died += (rate + self.gone) * (y[f"{z}_b"] + y[f"{z}_p"] + inside)
        return float(died)

    def blood(self) -> Numbers:
        y, p, out = self.y, self.p, {}
        for z, rate in self.losses().items():
            back = [0.0 if z == "F" else p["kout"] * y[f"{z.lower()}{j}"] for j in self.places]
            there = sum(self.lesion(j)["in"] * y[f"{z}_b"] for j in self.places)
            out[f"{z}_b"] = p["kpb"] * y[f"{z}_p"] - (p["kbp"] + rate + self.gone) * y[f"{z}_b"] + sum(back) - there
        woken = p["kWake"] * y["F_b"]
        return out | {"F_b": out["F_b"] - woken, "E_b": out["E_b"] + woken}

    def cells_in_lesion(self, j: int) -> Numbers:
        y, p, a = self.y, self.p, self.lesion(j)
        m, e, x, s = y[f"m{j}"], y[f"e{j}"], y[f"x{j}"], a["s"]
        f, act, loss = self.renewal(s), p["aM"] * s * m * self.calm, self.losses()
        crowd = 1 + (e + x) / (p["Kcrowd"] * a["V"])
        supported = p["gLes"] + (1 - p["gLes"]) * self.drive
        born = p["pE"] * p["pLes"] * s * supported * a["pdi"] * self.calm / crowd * e
        born *= 1 - p["supp_growth"] * a["held"]
        exhaust = (p["kX"] * s * (1 + p["xLes"] * (1 - p["xPD"] * self.ro1)) + p["kT"]) * e
        reborn, calmed = p["kRe"] * self.ro1 * x, p["rEM"] * (1 - s) * e

        def moved(z: str, inside: float) -> float:
            come = y["E_b"] + y["F_b"] if z == "E" else y[f"{z}_b"]
            return a["in"] * come - p["kout"] * inside - (loss[z] + self.gone) * inside

        return {
            f"m{j}": moved("M", m) + act * (2 * f - 1) + calmed,
            f"e{j}": moved("E", e) + 2 * act * (1 - f) + born - exhaust - calmed + reborn,
            f"x{j}": moved("X", x) + exhaust - reborn,
        }

    def tumour(self, j: int) -> Numbers:
        y, p, a = self.y, self.p, self.lesion(j)
        high, low, negative = (y[f"T_{i}{j}"] for i in CLASSES)
        down = (p["muHL"] + p["mhc"] * p["muMHC"]) * a["s"] * share(y[f"e{j}"], p["KHL"] * a["V"]) * high
        up = p["muLH"] * (1 + p["eIFN_low"] * share(y["IFN"], p["KIFN_low"])) * low
        up += p["mhc"] * p["kMHC"] * share(y["IFN"], p["KIFN_mhc"]) * low
        lost = self.lost(j)
        beside = p["eta"] * a["K"] / (a["T"] + 1) * negative
        net = {i: a["G"] * whole(y[f"T_{i}{j}"]) - a["drug"] for i in CLASSES}
        return {
            f"T_H{j}": (net["H"] - a["kill"] * p["wH"] - lost) * high - down + up,
            f"T_L{j}": (net["L"] - a["kill"] * p["wL"] - lost) * low + down - up,
            f"T_N{j}": (net["N"] - a["kill"] * p["wN"]) * negative - beside + lost * (high + low),
            f"D{j}": self.killed(j) + p["shed"] * p[f"r{j}"] * a["T"] - p["kD"] * y[f"D{j}"],
        }

    def lost(self, j: int) -> float:
        """A hump around the luck, a fifth to each side, holds the first mutant's cells; then mutation goes on."""
        p, past = self.p, min(max(self.y["Mut"] / (0.2 * self.p["luck"]) - 5, -1), 1)
        hump = (1 - past**2) ** 2 * 15 / 16 / (0.2 * p["luck"])
        step = (2 + 3 * past - past**3) / 4
        return (p["muN"] + p["mhc"] * p["muHLA"]) * (step + p[f"first{j}"] * hump)

    def mutants(self) -> Numbers:
        p, seen = self.p, sum(self.y[f"T_{i}{j}"] for i in "HL" for j in self.places)
        return {"Mut": (p["muN"] + p["mhc"] * p["muHLA"]) * seen / p["turnover"]}

    def killed(self, j: int) -> float:
        a = self.lesion(j)
        beside = self.p["eta"] * a["K"] / (a["T"] + 1) * self.y[f"T_N{j}"]
        return a["K"] + beside + a["drug"] * a["T"]

    def niche(self) -> Numbers:
        y, p = self.y, self.p
        used = (y["L"] + p["phiC"] * self.total / p["Vb"]) / p["L0"]
        growth = p["rL"] * plus(self.gn) * y["L"] * (1 - y["L"] / p["L0"])
        raised = p["kR"] * share(self.total, p["KR"]) * share(y["L"], p["L0"])
        return {
            "I": p["I0"] * (p["kn"] + p["kc"]) - (p["kn"] + p["kc"] * used) * y["I"],
            "L": p["kL"] * (p["L0"] - y["L"]) + growth - (self.ld + p["dDexL"] * self.q) * y["L"],
            "Rp": raised - (p["kPrime"] + p["eLD_R"] * self.ld) * y["Rp"],
            "R": p["kPrime"] * y["Rp"] - (p["dR"] + p["eLD_R"] * self.ld) * y["R"],
            "H": p["kH"] * (1 - y["H"]) - p["kKH"] * share(y["E_p"], p["KKH"]) * y["H"],
        }

    def cytokines(self) -> Numbers:
        y, p = self.y, self.p
        lesions = [self.lesion(j) for j in self.places]
        q = (p["q_body"] * self.s * y["E_p"] + sum(a["s"] * a["C"] * a["eff"] for a in lesions)) * self.calm
        push = p["six_0"] + (1 - p["six_0"]) * share(y["IFN"], p["KIFN"])
        six, ifn = share(self.s6, p["K6c"]), plus(y["IFN"] - p["bIFN"])
        leak = share(plus(y["IL6"] - p["b6"]), p["K6b"]) * share(y["IFN"], p["KIFN_bbb"])
        fer = p["Fer0"] * (1 + p["eFer"] * share(ifn, p["KFi"]) * (p["fer_0"] + (1 - p["fer_0"]) * six))
        tired = share(plus(y["IFN"] - p["bIFN"]), p["KMy"] * self.calm)
        cleared = p["d6"] * y["IL6"] * (1 - p["o6"] * self.ro6)
        return {
            "IFN": p["dIFN"] * (p["bIFN"] - y["IFN"]) + p["kIFN"] * q,
            "IL6": p["d6"] * p["b6"]
            + p["k6"] * q * push * self.calm * (1 - p["il1_six"] * self.blocked1) * y["My"]
            - cleared,
            "My": p["rMy"] * (1 - tired) * (1 - y["My"]) - p["uMy"] * tired * y["My"],
            "CRP": p["kCRP"] * (p["CRP0"] + p["eCRP"] * six - y["CRP"]),
            "FER": p["kFer"] * (fer - y["FER"]),
            "BBB": p["kBBB"] * (leak * (1 - p["il1_leak"] * self.blocked1) - y["BBB"]),
        }

    def blood_forming(self) -> Numbers:
        y, p, out = self.y, self.p, {}
        attack = p["kKB"] * share(y["E_p"], p["KKB"])
        out["B"] = p["kB"] * (1 - y["B"]) - p["cd19"] * attack * y["B"] - p["eLD_B"] * self.ld * y["B"]
        out["PC"] = p["dP"] * (y["B"] - y["PC"]) - p["bcma"] * attack * y["PC"]
        out["IgG"] = p["kG"] * (y["PC"] - y["IgG"])
        for line in ("ANC", "PLT"):
            drug = p[f"eFlu_{line}"] * y["Flu"] + p[f"eCy_{line}"] * y["Cy"]
            drug += p[f"eInf_{line}"] * share(self.s6, p["K6m"])
            rate, base = 4 / p[f"MTT_{line}"], p[f"{line}_0"]
            helped = share(y["GCSF"], p["EC50_GCSF"]) if line == "ANC" else 0.0
            rate *= 1 + p["gTransit"] * helped
            # A thousandth of the baseline is added on both sides, so that the feedback stays finite at zero.
            feedback = (1.001 * base / (y[line] + 0.001 * base)) ** p[f"gam_{line}"]
            stages = [f"{line}_prol", f"{line}_1", f"{line}_2", f"{line}_3", line]
            out[stages[0]] = (
                rate * y[stages[0]] * ((1 - min(drug, p["ED_max"])) * (1 + p["gDivide"] * helped) * feedback - 1)
            )
            out |= {here: rate * (y[there] - y[here]) for there, here in itertools.pairwise(stages)}
        return out

    def lysis(self) -> Numbers:
        y, p = self.y, self.p
        grams = sum(self.killed(j) for j in self.places) / 1e9
        out = {n: p[f"k_{n}"] * (p[f"{n}_0"] - y[n]) + p[f"y_{n}"] * grams for n in ("UA", "LDH", "K", "PO4")}
        out["UA"] -= p["eRas"] * share(y["Ras"], p["EC50_Ras"]) * y["UA"]
        return out

    def drugs(self) -> Numbers:
        y, p = self.y, self.p
        c1, c2 = y["PD1_c"] / p["V1_pd1"], y["PD1_p"] / p["V2_pd1"]
        t1, t2 = y["Toc_c"] / p["V1_toc"], y["Toc_p"] / p["V2_toc"]
        plain = ("Flu", "Cy", "Dex", "IL2", "GCSF", "Ras", "Ank", "Chemo", "Swi", "Onc", "Vac")
        out = {name: -p[f"k{name}"] * y[name] for name in plain}
        return out | {
            "PD1_c": -p["CL_pd1"] * c1 - p["Q_pd1"] * (c1 - c2),
            "PD1_p": p["Q_pd1"] * (c1 - c2),
            "Toc_c": -p["CL_toc"] * t1 - p["Vm_toc"] * t1 / (p["Km_toc"] + t1) - p["Q_toc"] * (t1 - t2),
            "Toc_p": p["Q_toc"] * (t1 - t2),
        }


@pytest.fixture(scope="module")
def strangers(random_states: Floats) -> Physiology:
    """Sixty-four patients whose every parameter is moved by up to a half, switches and shares within their range."""
    draw = np.random.default_rng(5)
    body = typical(len(random_states))
    shares = (
        "supp",
        "acc",
        "iPD",
        "iDex",
        "w",
        "q",
        "f",
        "gLes",
        "gI0",
        "toc_effect",
        "fclr",
        "pdl1_0",
        "six_0",
        "o6",
        "il1",
        "eOnc_",
    )
    changed = {}
    for name in body.names:
        moved = body.of(name) * np.exp(0.4 * draw.uniform(-1.0, 1.0, len(random_states)))
        changed[name] = np.minimum(moved, 0.98) if name.startswith(shares) else moved
    changed |= {
        name: draw.uniform(0.0, 1.0, len(random_states)) for name in ("cd19", "bcma", "mhc", "kChemo", "switch")
    }
    # The first mutant is born in half of them.
    changed["luck"] = random_states[:, engine().model.states.index("Mut")] * draw.uniform(0.6, 1.6, len(random_states))
    return body.replace(**changed)


def one(names: tuple[str, ...], row: Floats) -> Numbers:
    return dict(zip(names, row.tolist(), strict=True))


def test_both_texts_give_every_state_the_same_slope(strangers: Physiology, random_states: Floats) -> None:
    names = engine().model.states
    y, p = read(strangers, random_states)
    package: dict[str, Any] = derivatives(y, p, lesions=LESIONS)
    for row in range(len(random_states)):
        crowd = float(random_states[row].max())
        paper = Paper(one(names, random_states[row]), one(strangers.names, strangers.values[row])).slopes()
        assert sorted(paper) == sorted(names)
        for at, name in enumerate(names):
            moved = crowd if name in CELLS else max(1.0, float(random_states[row, at]))
            assert package[name][row] == pytest.approx(paper[name], rel=1e-9, abs=1e-12 * moved), (row, name)


def test_both_texts_watch_the_same_signals(strangers: Physiology, random_states: Floats) -> None:
    names = engine().model.states
    y, p = read(strangers, random_states)
    signals = watched(y, p, lesions=LESIONS)
    plain = {"leak": "BBB", "ferritin": "FER", "uric_acid": "UA"}
    turned = {"lack_of_neutrophils": "ANC", "lack_of_igg": "IgG"}
    assert set(signals) == {"il6_effective", *plain, *turned}
    for row in range(len(random_states)):
        paper = Paper(one(names, random_states[row]), one(strangers.names, strangers.values[row]))
        assert signals["il6_effective"][row] == pytest.approx(paper.s6, rel=1e-12, abs=1e-12)
        assert all(signals[name][row] == paper.y[state] for name, state in plain.items())
        assert all(signals[name][row] == -paper.y[state] for name, state in turned.items())
    assert (signals["il6_effective"] > 0.0).any()


def test_a_clone_dies_by_killing_drugs_and_the_loss_of_newborn_cells(
    strangers: Physiology, random_states: Floats
) -> None:
    names = engine().model.states
    rates = rates_of_clones(*read(strangers, random_states), lesions=LESIONS)
    for row in range(len(random_states)):
        p = one(strangers.names, strangers.values[row])
        paper = Paper(one(names, random_states[row]), p)
        for j in paper.places:
            a = paper.lesion(j)
            for i in CLASSES:
                born = p["turnover"] * a["G"]
                extra = p["eta"] * a["K"] / (a["T"] + 1) if i == "N" else paper.lost(j)
                died = born - a["G"] + a["kill"] * p[f"w{i}"] + a["drug"] + extra
                assert rates[f"birth_T_{i}{j}"][row] == pytest.approx(born, rel=1e-12)
                assert rates[f"death_T_{i}{j}"][row] == pytest.approx(died, rel=1e-9)


def test_engineered_cells_are_born_by_activation_and_division_and_die_of_the_rest(
    strangers: Physiology, random_states: Floats
) -> None:
    """Counted one by one over all engineered cells; transport and change of kind are neither."""
    names = engine().model.states
    rates = rates_of_clones(*read(strangers, random_states), lesions=LESIONS)
    for row in range(len(random_states)):
        y, p = one(names, random_states[row]), one(strangers.names, strangers.values[row])
        paper = Paper(y, p)
        born, died = paper.births(), paper.deaths()
        total = sum(y[name] for name in CELLS & set(names) if name[0] in "FMEXmex") + 1e-9
        assert rates["birth_cells"][row] == pytest.approx(born / total, rel=1e-9)
        # Deaths are found as what births leave over, so that large numbers cancel.
        assert rates["death_cells"][row] == pytest.approx(died / total, rel=1e-6, abs=1e-9 * born / total)
