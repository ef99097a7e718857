"""Response of multiple myeloma by the International Myeloma Working Group: from M-protein, light chains and marrow.

Kumar et al. 2016, 10.1016/S1470-2045(16)30206-6 (checked against tables that reprint it). Two visits in a row confirm a
category: see :func:`adoptive.outcome.response.ladder.best_on_ladder`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.response.types import Judged
from adoptive.outcome.response.visits import ABSENT, PRESENT, Visits, lowest_before
from adoptive.outcome.types import Response

__all__ = ["MyelomaVisits", "assess_myeloma"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MEASURABLE_SERUM_G_L, MEASURABLE_URINE_MG, MEASURABLE_CHAINS_MG_L, MEASURABLE_MARROW = 10.0, 200.0, 100.0, 30.0
PROGRESSION_SHARE: Final = 1.25
SERUM_RISE_G_L, URINE_RISE_MG, CHAINS_RISE_MG_L, MARROW_RISE = 5.0, 200.0, 100.0, 10.0
HIGH_SERUM_G_L, HIGH_SERUM_RISE_G_L = 50.0, 10.0
MARROW_CLEAR: Final = 5.0
VERY_GOOD_URINE_MG, PARTIAL_URINE_MG = 100.0, 200.0
TOLERANCE: Final = 1e-9


@dataclass(frozen=True)
class MyelomaVisits:
    """Hold what is known of myeloma at each visit, ``(patients, visits)``; NaN or -1 = not known.

    ``serum_g_l`` and ``urine_mg``: M-protein by electrophoresis in serum (g/L) and urine of 24 h (mg), 0 = none seen.
    ``immunofixation``: of serum or urine, 1 positive, 0 negative. ``chains_mg_l``: involved minus uninvolved free light
    chain; ``chain_ratio_normal``: 1 yes, 0 no. ``marrow_percent``: plasma cells of the marrow; ``clonal_cells``: seen
    by immunohistochemistry or flow cytometry, 1 yes, 0 no. ``plasmacytoma``: size of soft-tissue plasmacytomas (sum of
    products), 0 = gone. ``new_lesion``: 1 new bone lesion or plasmacytoma. ``baseline_...``: before treatment,
    ``(patients,)``; a plasmacytoma of 0 there = none.
    """

    done: ArrayLike
    serum_g_l: ArrayLike
    baseline_serum_g_l: ArrayLike
    urine_mg: ArrayLike = 0.0
    baseline_urine_mg: ArrayLike = 0.0
    immunofixation: ArrayLike = -1
    chains_mg_l: ArrayLike = np.nan
    baseline_chains_mg_l: ArrayLike = 0.0
    chain_ratio_normal: ArrayLike = -1
    marrow_percent: ArrayLike = np.nan
    baseline_marrow_percent: ArrayLike = np.nan
    clonal_cells: ArrayLike = -1
    plasmacytoma: ArrayLike = 0.0
    baseline_plasmacytoma: ArrayLike = 0.0
    new_lesion: ArrayLike = 0


class _Why(IntEnum):
    NO_VISIT = 0
    NEW_LESION = 1
    RISEN = 2
    NOT_MEASURED = 3
    STRINGENT = 4
    COMPLETE = 5
    VERY_GOOD = 6
    PARTIAL = 7
    MINIMAL = 8
    STABLE = 9
    NOT_MEASURABLE = 10


_TABLE: Final = {
    _Why.NO_VISIT: (Response.NOT_DONE, "no visit took place"),
    _Why.NEW_LESION: (Response.PD, "new bone lesion or plasmacytoma: PD"),
    _Why.RISEN: (Response.PD, "the disease's measure a quarter, and by its least rise, above the lowest value: PD"),
    _Why.NOT_MEASURED: (Response.NE, "the disease's measure was not taken: NE"),
    _Why.STRINGENT: (Response.SCR, "complete response, light-chain ratio normal, no clonal cells: sCR"),
    _Why.COMPLETE: (Response.CR, "immunofixation negative, plasma cells below 5 %, no plasmacytoma: CR"),
    _Why.VERY_GOOD: (Response.VGPR, "M-protein by immunofixation only, or down 90 %: VGPR"),
    _Why.PARTIAL: (Response.PR, "the disease's measure down by half: PR"),
    _Why.MINIMAL: (Response.MR, "the disease's measure down by a quarter: MR"),
    _Why.STABLE: (Response.SD, "neither response nor progression: SD"),
    _Why.NOT_MEASURABLE: (Response.NE, "no measurable disease at baseline: NE"),
}


def assess_myeloma(visits: MyelomaVisits) -> Judged:
    """Judge every visit: SCR, CR, VGPR, PR, MR, SD, PD or NE.

    The disease is measured by the M-protein of serum (10 g/L or more at baseline) and urine (200 mg or more); else by
    free light chains (100 mg/L or more); else by the marrow (30 % or more). PD: 25 % above the lowest value before and
    at least 5 g/L (10 g/L from 50 g/L up), 200 mg, 100 mg/L or 10 points of marrow; or a new lesion. CR: immunofixation
    negative (by light chains alone: their ratio normal), plasma cells below 5 %, plasmacytomas gone; SCR: also the
    ratio normal and no clonal cells. VGPR: serum none seen or down 90 %, urine below 100 mg; light chains down 90 %.
    PR: serum down by half, urine down 90 % or below 200 mg; light chains or marrow down by half; plasmacytomas down by
    half. MR: serum down by a quarter, urine by half.

    Parameters
    ----------
    visits
        Values in time order; a value that was not taken at a visit proves no response.

    >>> seen = MyelomaVisits(1, [[20.0, 2.0, 0.0, 7.0]], [40.0], immunofixation=[[1, 1, 1, 1]])
    >>> [Response(code).name for code in assess_myeloma(seen).response[0]]
    ['PR', 'VGPR', 'VGPR', 'PD']
    """
    read = _Read.of(visits)
    down = read.down()
    gone = read.complete()
    told = [
        (~read.done, _Why.NO_VISIT),
        (read.new_lesion, _Why.NEW_LESION),
        (read.risen(), _Why.RISEN),
        (~(read.by_protein | read.by_chains | read.by_marrow), _Why.NOT_MEASURABLE),
        (gone & read.stringent, _Why.STRINGENT),
        (gone, _Why.COMPLETE),
        (read.unmeasured(), _Why.NOT_MEASURED),
        (down[0], _Why.VERY_GOOD),
        (down[1], _Why.PARTIAL),
        (down[2], _Why.MINIMAL),
    ]
    return read.of_visits.judge(told, _Why.STABLE, _TABLE)


@dataclass(frozen=True)
class _Read:
    """Hold the values as read, and which of them measure the disease, ``(patients, visits)`` or ``(patients, 1)``."""

    of_visits: Visits
    done: Bools
    new_lesion: Bools
    value: dict[str, Floats]
    start: dict[str, Floats]
    by_serum: Bools
    by_urine: Bools
    by_chains: Bools
    by_marrow: Bools
    negative: Bools
    ratio_normal: Bools
    stringent: Bools

    @classmethod
    def of(cls, visits: MyelomaVisits) -> _Read:
        of = Visits.like(visits.serum_g_l, "serum_g_l")
        done = of.codes(visits.done, "done") == PRESENT
        names = ("serum_g_l", "urine_mg", "chains_mg_l", "marrow_percent", "plasmacytoma")
        value = {name: np.where(done, of.numbers(getattr(visits, name), name), np.nan) for name in names}
        start = {name: of.baseline(getattr(visits, f"baseline_{name}"), f"baseline_{name}") for name in names}
        by_serum, by_urine = start["serum_g_l"] >= MEASURABLE_SERUM_G_L, start["urine_mg"] >= MEASURABLE_URINE_MG
        protein = by_serum | by_urine
        chains = ~protein & (start["chains_mg_l"] >= MEASURABLE_CHAINS_MG_L)
        normal = of.codes(visits.chain_ratio_normal, "chain_ratio_normal") == PRESENT
        return cls(
            of, done, of.codes(visits.new_lesion, "new_lesion") == PRESENT, value, start, by_serum, by_urine, chains,
            ~protein & ~chains & (start["marrow_percent"] >= MEASURABLE_MARROW),
            of.codes(visits.immunofixation, "immunofixation") == ABSENT, normal,
            normal & (of.codes(visits.clonal_cells, "clonal_cells") == ABSENT),
        )  # fmt: skip

    @property
    def by_protein(self) -> Bools:
        """Say whose disease is measured by M-protein."""
        return self.by_serum | self.by_urine

    def unmeasured(self) -> Bools:
        """Say where what measures the disease was not taken."""
        pairs = ((self.by_serum, "serum_g_l"), (self.by_urine, "urine_mg"), (self.by_chains, "chains_mg_l"))
        lacks = [by & np.isnan(self.value[name]) for by, name in (*pairs, (self.by_marrow, "marrow_percent"))]
        return np.asarray(np.logical_or.reduce(lacks))

    def risen(self) -> Bools:
        """Say where a measure has risen from its lowest value by a quarter and by its least rise."""
        lowest = {name: lowest_before(self.value[name], self.start[name]) for name in self.value}
        serum = np.where(lowest["serum_g_l"] >= HIGH_SERUM_G_L, HIGH_SERUM_RISE_G_L, SERUM_RISE_G_L)
        rules = (
            (self.by_protein, "serum_g_l", serum),
            (self.by_protein, "urine_mg", URINE_RISE_MG),
            (self.by_chains, "chains_mg_l", CHAINS_RISE_MG_L),
            (self.by_marrow, "marrow_percent", MARROW_RISE),
        )
        marks = [
            by & np.isfinite(lowest[name])
            & (self.value[name] >= PROGRESSION_SHARE * lowest[name] * (1.0 - TOLERANCE))
            & (self.value[name] - lowest[name] >= least - TOLERANCE)
            for by, name, least in rules
        ]  # fmt: skip
        return np.asarray(np.logical_or.reduce(marks))

    def complete(self) -> Bools:
        """Say where no sign of the disease is left; the marrow must have been examined."""
        silent = np.where(self.by_chains | self.by_marrow, self.ratio_normal, self.negative)
        none = ~(self.value["serum_g_l"] > 0) & ~(self.value["urine_mg"] > 0)
        gone = self._had_none() | (self.value["plasmacytoma"] <= 0)
        return np.asarray(silent & none & (self.value["marrow_percent"] < MARROW_CLEAR) & gone)

    def down(self) -> tuple[Bools, Bools, Bools]:
        """Say where the measure fell as a very good partial, a partial and a minimal response ask."""
        left, mass = self.value["urine_mg"], self._had_none() | self._fell("plasmacytoma", 0.50)
        no_serum, no_urine = ~self.by_serum, ~self.by_urine
        unseen = ~(self.value["serum_g_l"] > 0) & ~np.isnan(self.value["serum_g_l"])
        very_good = (unseen | (self.by_serum & self._fell("serum_g_l", 0.90))) & (left < VERY_GOOD_URINE_MG)
        enough_urine = no_urine | self._fell("urine_mg", 0.90) | (left < PARTIAL_URINE_MG)
        partial = (no_serum | self._fell("serum_g_l", 0.50)) & enough_urine
        minimal = (no_serum | self._fell("serum_g_l", 0.25)) & (no_urine | self._fell("urine_mg", 0.50))
        half = (self.by_chains & self._fell("chains_mg_l", 0.50)) | (
            self.by_marrow & self._fell("marrow_percent", 0.50)
        )
        return (
            ((self.by_protein & very_good) | (self.by_chains & self._fell("chains_mg_l", 0.90))) & mass,
            ((self.by_protein & partial) | half) & mass,
            self.by_protein & minimal & mass,
        )

    def _fell(self, name: str, share: float) -> Bools:
        """Say where a value is lower than at baseline by at least a share of it."""
        return np.asarray(self.value[name] <= (1.0 - share) * self.start[name] * (1.0 + TOLERANCE))

    def _had_none(self) -> Bools:
        """Say who had no plasmacytoma at baseline."""
        return np.asarray(~(self.start["plasmacytoma"] > 0))
