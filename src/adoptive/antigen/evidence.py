"""What speaks for each receptor: its tier, the chance that goes with the tier, and what rules it out.

Tier A: a screen found its antigen. B: a screen was positive, the antigen is not known. C: only the cells' expression
speaks for it. The chances are published yields or said to be assumed; none is fitted, none is a receptor's own.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from adoptive.antigen.discovered import TIERS, Clonotype, Hit, Neoantigen, Receptor
from adoptive.errors import StudyError

__all__ = ["PRIORS", "Candidate", "Prior", "RankingRules", "candidates_of"]

_NORMAL_975: Final = 1.959964
"""Standard errors from the middle to an end of a 95 % interval."""


@dataclass(frozen=True)
class Prior:
    """Hold the chance that a receptor of a tier is real, for clones of at least so many cells, and where it is from."""

    tier: str
    p: float
    source: str
    least_cells: int = 0


PRIORS: Final = (
    Prior("A", 20 / 21, "19 of 19 of two or more cells (Lu 2021, doi:10.1136/jitc-2021-002595), as (19+1)/(19+2)", 2),
    Prior("A", 0.9, "assumed: screened, of one cell"),
    Prior("B", 0.8, "assumed: screened, antigen not found"),
    Prior("C", 0.5, "half of 73 receptors picked by signature (Lowery 2022, doi:10.1126/science.abl5447)"),
)  # fmt: skip
"""Chances by tier; the first row whose tier and cells fit holds."""


@dataclass(frozen=True)
class RankingRules:
    """Hold the rules of the ranking.

    choose: receptors to build; five give a 97 % chance of a real one if half of them are.
    priors: chance of a tier.
    least_probability: of an antigen among those that explain the pools; less counts as not found. 0: the screen's own
    rule holds.
    least_top_share: a candidate of tier C has more of its cells than this above the patient's 95th percentile; chance
    gives 0.05.
    least_reactivity: the same by the three-gene score, where no percentile is given (assumed).
    excluding_flags: a clone with a flag that begins so is no candidate, unless its own screen found the antigen.
    least_wild_type_fold: EC50 of the wild-type peptide over the mutant's; less is seeing the wild type (assumed).
    wild_type: "exclude" or "flag" a receptor that sees the wild type.
    screened_negative: "exclude" or "keep" in tier C what was screened without response.
    predicted_hla: take the predicted allele, a guess, where the screen did not test it.
    none_weight: weight of the scenario without loss in the mean.
    chance: wanted of at least one real receptor.
    """

    choose: int = 5
    priors: tuple[Prior, ...] = PRIORS
    least_probability: float = 0.0
    least_top_share: float = 0.05
    least_reactivity: float = 0.5
    excluding_flags: tuple[str, ...] = ("bystander", "viral", "MAIT", "iNKT", "doublet")
    least_wild_type_fold: float = 10.0
    wild_type: str = "exclude"
    screened_negative: str = "exclude"
    predicted_hla: bool = False
    none_weight: float = 1.0 / 3.0
    chance: float = 0.95

    def __post_init__(self) -> None:
        for name, allowed in (("wild_type", ("exclude", "flag")), ("screened_negative", ("exclude", "keep"))):
            if getattr(self, name) not in allowed:
                raise StudyError(
                    "not a rule of the ranking", where=name, value=getattr(self, name), allowed=", ".join(allowed)
                )
        for one in self.priors:
            if one.tier not in TIERS or not 0.0 <= one.p <= 1.0:
                raise StudyError(
                    "no chance of a tier", where="priors", value=f"{one.tier}={one.p:g}",
                    allowed=f"a tier ({', '.join(TIERS)}) and a fraction",
                )  # fmt: skip
        if not 0.0 <= self.none_weight <= 1.0 or self.choose < 1:
            raise StudyError(
                "not a rule of the ranking", where="none_weight, choose", value=f"{self.none_weight:g}, {self.choose}",
                allowed="a fraction; 1 or more",
            )  # fmt: skip

    def p_of(self, tier: str, cells: int) -> float:
        """Give the chance of a tier for a clone of so many cells.

        >>> RankingRules().p_of("C", 40)
        0.5
        """
        fitting = (one.p for one in self.priors if one.tier == tier and cells >= one.least_cells)
        return next(fitting, 0.0)


@dataclass(frozen=True)
class Candidate:
    """Hold a receptor with its evidence; ``left_out`` says why it may not be chosen, empty if it may."""

    receptor: Receptor
    left_out: str
    order: tuple[object, ...]


@dataclass(frozen=True)
class _Said:
    """Hold what a screen and the cells' expression say of one clonotype."""

    tier: str
    antigen: str = ""
    hla: str = ""
    ec50_m: float | None = None
    ec50_log10_sd: float | None = None
    wild_type_fold: float | None = None
    words: str = ""
    shared: bool = False
    tested: int = 0


def candidates_of(
    clonotypes: Sequence[Clonotype],
    *,
    hits: Sequence[Hit] = (),
    neoantigens: Sequence[Neoantigen] = (),
    rules: RankingRules | None = None,
) -> tuple[Candidate, ...]:
    """Give every clonotype as a receptor with its tier and chance, best evidence first.

    The order is tier, EC50, three-gene score, cells, name; it holds where the choice has a tie, whatever the order of
    the rows. Where the evidence is that of a clone with two alphas, each of its two receptors gets half the chance.
    """
    rules = rules or RankingRules()
    by_effector: dict[str, list[Hit]] = {}
    for hit in hits:
        by_effector.setdefault(hit.effector, []).append(hit)
    known = {one.id: one for one in neoantigens}
    alphas = Counter(one.clone or one.id for one in clonotypes)
    found = []
    for one in clonotypes:
        own = by_effector.get(one.id, [])
        of_clone = by_effector.get(one.clone, []) if one.clone != one.id else []
        said = _said(one, own, of_clone, known, rules)
        found.append(_candidate(one, said, known.get(said.antigen), alphas[one.clone or one.id], rules))
    return tuple(sorted(found, key=lambda one: one.order))


def _said(
    one: Clonotype, own: Sequence[Hit], of_clone: Sequence[Hit], known: Mapping[str, Neoantigen], rules: RankingRules
) -> _Said:
    """Weigh a clonotype's evidence: a screen of the receptor itself goes before one of its clone, both before genes."""
    for hits, shared in ((own, False), (of_clone, True)):
        positive = [hit for hit in hits if hit.hit]
        if positive:
            return replace(_screened(positive, [*own, *of_clone], known, rules), shared=shared)
    tested = sum(hit.p_value is not None for hit in (*own, *of_clone))
    words = _expressed(one, rules)
    return _Said("C", words=words, shared=True, tested=tested)


def _screened(
    positive: Sequence[Hit], every: Sequence[Hit], known: Mapping[str, Neoantigen], rules: RankingRules
) -> _Said:
    """Give the best of an effector's positive results, with what its titration says of the same antigen."""
    best = min(positive, key=lambda hit: _order_of_hit(hit, rules))
    measured = ", ".join(
        f"{name} {value:.2g}" for name, value in (("fold", best.fold), ("q", best.q_value)) if value is not None
    )
    measured = f" ({measured})" if measured else ""
    if not _resolved(best, rules):
        return _Said("B", hla=best.hla, words=f"positive in the screen{measured}, antigen not found")
    same = [hit for hit in (best, *every) if hit.antigen == best.antigen]
    ec50 = next((hit for hit in same if hit.ec50_m is not None), best)
    told = next((hit for hit in same if hit.wild_type_fold is not None), best)
    fold = told.wild_type_fold
    hla = next((hit.hla for hit in same if hit.hla), "")
    others = sorted({hit.antigen for hit in positive if _resolved(hit, rules)} - {best.antigen})
    words = f"sees {best.antigen} in the screen{measured}" + (f"; also {', '.join(others)}" if others else "")
    if fold is not None and told.wild_type_fold_is_bound and fold < rules.least_wild_type_fold:
        fold, words = None, f"{words}; the wild type gave no curve up to a fold of {fold:.2g}: titrate further"
    if not hla and rules.predicted_hla and best.antigen in known:
        hla, words = known[best.antigen].hla, f"{words}; its allele is the predicted one, a guess"
    return _Said("A", best.antigen, hla, ec50.ec50_m, _log10_sd(ec50), fold, words)


def _resolved(hit: Hit, rules: RankingRules) -> bool:
    return bool(hit.antigen) and (hit.probability is None or hit.probability >= rules.least_probability)


def _order_of_hit(hit: Hit, rules: RankingRules) -> tuple[object, ...]:
    probability = 1.0 if hit.probability is None else hit.probability
    q = 1.0 if hit.q_value is None else hit.q_value
    return (not _resolved(hit, rules), -probability, q, -(hit.fold or 0.0), hit.antigen)


def _log10_sd(hit: Hit) -> float | None:
    """Give the standard error of log10 EC50 from its 95 % interval."""
    if not hit.ec50_low_m or not hit.ec50_high_m or hit.ec50_high_m < hit.ec50_low_m:
        return None
    return math.log10(hit.ec50_high_m / hit.ec50_low_m) / (2.0 * _NORMAL_975)


def _expressed(one: Clonotype, rules: RankingRules) -> str:
    """Say what the cells' expression says for a clonotype, nothing if it says too little."""
    if one.top_share is not None:
        said = f"{100.0 * one.top_share:.0f} % of its cells above the patient's 95th percentile"
        return f"expression only: {said}" if one.top_share > rules.least_top_share else ""
    if one.reactivity is not None and one.reactivity >= rules.least_reactivity:
        return f"expression only: three-gene score {one.reactivity:.2f}"
    return ""


def _candidate(
    one: Clonotype, said: _Said, neoantigen: Neoantigen | None, alphas: int, rules: RankingRules
) -> Candidate:
    out = _left_out(one, said, rules)
    p = rules.p_of(said.tier, one.cells) / (alphas if said.shared else 1) if said.words else 0.0
    notes = [said.words] if said.words else []
    notes += [f"one of {alphas} alphas of its clone"] if alphas > 1 else []
    notes += [f"flags: {', '.join(one.flags)}"] if one.flags else []
    if said.wild_type_fold is not None and said.wild_type_fold < rules.least_wild_type_fold:
        notes.append(f"sees the wild type (fold {said.wild_type_fold:.2g})")
    receptor = Receptor(
        one.id, 0, said.tier, said.antigen, said.hla, one.lineage, p, said.ec50_m, said.ec50_log10_sd,
        said.wild_type_fold, neoantigen.ccf if neoantigen else None, one.trav, one.traj, one.cdr3a, one.cdr3a_nt,
        one.trbv, one.trbj, one.cdr3b, one.cdr3b_nt, "; ".join([f"left out: {out}"] * bool(out) + notes), one.source,
    )  # fmt: skip
    ec50 = math.inf if said.ec50_m is None else said.ec50_m
    score = -1.0 if one.reactivity is None else one.reactivity
    return Candidate(receptor, out, (bool(out), said.tier, ec50, -score, -one.cells, one.id))


def _left_out(one: Clonotype, said: _Said, rules: RankingRules) -> str:
    """Say why a clonotype is no candidate, nothing if it is one."""
    lacking = [name for name, cdr3 in (("alpha", one.cdr3a), ("beta", one.cdr3b)) if not cdr3]
    if lacking:
        return f"no {' and no '.join(lacking)} chain, so that it cannot be built"
    ruled_out = tuple(name.lower() for name in rules.excluding_flags)
    flagged = [flag for flag in one.flags if flag.lower().startswith(ruled_out)] if ruled_out else []
    if flagged and said.tier != "A":
        return ", ".join(flagged)
    if said.wild_type_fold is not None and rules.wild_type == "exclude":
        if said.wild_type_fold < rules.least_wild_type_fold:
            return f"sees the wild type: fold {said.wild_type_fold:.2g}, wanted {rules.least_wild_type_fold:g}"
    if said.tier == "C" and said.tested and rules.screened_negative == "exclude":
        return "screened without response"
    return "" if said.words else "neither screened nor marked by its cells' expression"
