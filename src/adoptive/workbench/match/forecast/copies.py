"""Virtual patients like this one: what is known of him is the same in all, what nobody knows differs.

Three layers. What is known is fixed. What could be found out but was not (a count, the lesions, the stain) is drawn
once per virtual trial, from the patients whom the study would let in, and shared by all copies in it. What nobody can
find out before (growth, the T cells' fitness, how the tumour takes the cells) differs from copy to copy.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from adoptive.antigen import AntigenPlan, draw_positive_share
from adoptive.antigen.expression import DESCRIBED_INTENSITY, antigen_kinds
from adoptive.cohort import COLUMNS, Cohort, Population, Screened, draw_cohort, screen
from adoptive.parameters import Kinds, Typical, load_book
from adoptive.streams import Keys, Streams
from adoptive.trial.eligibility import entry_values, passes
from adoptive.trial.types import Study
from adoptive.workbench.match.forecast.known import Known, Stained
from adoptive.workbench.match.forecast.lesions import fit_lesions
from adoptive.workbench.match.types import Refused

__all__ = ["COULD_BE_KNOWN", "draw_copies"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

COULD_BE_KNOWN: Final = (
    "age_years", "male", "weight_kg", "height_cm", "ecog", "prior_lines", "albumin_g_l", "ldh_ratio",
    "creatinine_clearance_ml_min", "lymphocytes_per_ul", "neutrophils_e9_l", "platelets_e9_l", "peritoneal",
    "non_target", "ancestry", "tumour_type",
)  # fmt: skip
"""Columns of a virtual patient that a clinic could fill."""

_FIRST_POOL, _LARGEST_POOL = 16, 1024
_LIKE_NOBODY: Final = (
    "Nobody in the study's virtual population is like this patient and would be let in ({why}), "
    "so there is no forecast."
)
_WORDS: Final = {
    "antigen": "the antigen is too rare",
    "hla": "the HLA allele is missing",
    "receptor": "no receptor is found",
}
_RANKS: Final = 200
"""Places on the distribution of the antigen at which a read share is weighed."""


def draw_copies(
    study: Study, known: Known, *, trials: NDArray[np.int64], copies: int, typical: Typical, streams: Streams
) -> Cohort | Refused:
    """Draw ``copies`` virtual patients in each trial who are what is known of the patient, trial after trial.

    Copies are not screened by chance: where a criterion hangs on something that is not known, it is drawn among those
    who pass. Gives :class:`Refused` if nobody like the patient passes.
    """
    common: dict[str, Any] = {"typical": typical, "streams": streams}
    found = _one_like_him(study, known, trials, **common)
    if isinstance(found, Refused):
        return found
    profile, read = found
    keys = Keys.of(np.repeat(trials, copies), np.arange(len(trials) * copies))
    rows: dict[str, Floats] = {name: np.asarray(getattr(profile, name), float) for name in COULD_BE_KNOWN}
    for place in range(profile.lesions):
        rows[f"lesion_{place + 1}_mm"] = profile.lesion_diameter_mm[:, place]
    rows |= {"has_hla": np.ones(len(trials)), "read_share": read}
    given = {name: tuple(np.repeat(_inside(name, values), copies).tolist()) for name, values in rows.items()}
    people = dataclasses.replace(study.cohort, given=given)
    if not study.antigen.private:
        share = read if known.stained is None else np.full(len(trials), known.stained.share)
        intensity = study.antigen.entry_intensity if known.stained is None else known.stained.intensity
        common["streams"] = _ranked(study.antigen, share, intensity, profile, keys, copies, **common)
    return draw_cohort(people, study.antigen, keys=keys, **common)


def _inside(name: str, values: Floats) -> Floats:
    """Keep drawn values within what a table of patients may hold."""
    about = COLUMNS[name]
    return values if about.names or about.unit == "yes/no" else np.clip(values, about.low, about.high)


def _one_like_him(
    study: Study, known: Known, trials: NDArray[np.int64], *, typical: Typical, streams: Streams
) -> tuple[Cohort, Floats] | Refused:
    """Draw for each trial the first candidate who is what is known and may enter, and his read share."""
    population, pool = _population(study, known), _FIRST_POOL
    chosen, waiting, fails = np.zeros(len(trials), np.int64), np.arange(len(trials)), dict[str, Flags]()

    def seen_of(keys: Keys) -> tuple[Cohort, Screened]:
        cohort = draw_cohort(population, study.antigen, keys=keys, typical=typical, streams=streams)
        cohort = fit_lesions(cohort, known.lesions, typical=typical, streams=streams)
        return cohort, screen(population, study.antigen, keys, typical, streams)

    while len(waiting) and pool <= _LARGEST_POOL:
        fails = _fails(study, *seen_of(Keys.of(trials[waiting][:, None], np.arange(pool)[None, :])))
        enters = ~np.logical_or.reduce(list(fails.values())).reshape(len(waiting), pool)
        chosen[waiting] = enters.argmax(axis=1)
        waiting, pool = waiting[~enters.any(axis=1)], pool * 4
    if len(waiting):
        most = max(fails, key=lambda name: int(fails[name].sum()))
        return Refused(_LIKE_NOBODY.format(why=_WORDS.get(most, most)))
    cohort, seen = seen_of(Keys.of(trials, chosen))
    return cohort, np.clip(seen.read_share, 1e-6, 1.0 - 1e-6)


def _population(study: Study, known: Known) -> Population:
    """Give the study's population with what is known of the patient in the place of what would be drawn."""
    own = {name: (value,) for name, value in known.columns.items()}
    if known.stained is not None and not study.antigen.private:
        own["read_share"] = (_at_entry(known.stained, study.antigen),)
    if known.carries_hla:
        own["has_hla"] = (1.0,)
    rows = len(next(iter(study.cohort.given.values()), (0.0,)))
    return dataclasses.replace(
        study.cohort,
        other_failure_share=0.0,
        given={**study.cohort.given, **{name: value * rows for name, value in own.items()}},
    )


def _at_entry(seen: Stained, plan: AntigenPlan) -> float:
    """Give the share at the study's intensity, of a test that may count cells from a higher one only.

    Its grade of staining is worth the row ``antigen.intensity_step`` on the logit scale; who is not refused before
    reaches the study's share.
    """
    step = load_book()["antigen.intensity_step"].value * (seen.intensity - plan.entry_intensity)
    share = float(expit(logit(min(max(seen.share, 1e-6), 1.0 - 1e-6)) + step))
    return min(max(share, plan.entry_fraction, 1e-6), 1.0 - 1e-6)


def _fails(study: Study, cohort: Cohort, seen: Screened) -> dict[str, Flags]:
    """Say for which reason a candidate would not be let in."""
    values = entry_values(cohort) | {"read_share": seen.read_share}
    asked = [item for item in study.trial.eligibility if item.gate == "procurement"]
    named = {"antigen": seen.antigen_fails, "hla": seen.hla_fails, "receptor": seen.receptor_fails}
    return named | {f"criterion {item.id}": ~passes(item, values) for item in asked}


@dataclass(frozen=True)
class _Ranked(Streams):
    """Draw as ever, but the patients' ranks in the antigen's distribution are given, by patient number."""

    ranks: Floats = dataclasses.field(default_factory=lambda: np.empty(0))

    def uniform(self, purpose: str, keys: Keys, draws: int = 1) -> Floats:
        """Draw uniforms, or give the known ranks."""
        if purpose == "antigen.positive share" and draws == 1:
            return np.asarray(self.ranks[keys.patient])
        return super().uniform(purpose, keys, draws)


def _ranked(
    plan: AntigenPlan,
    share: Floats,
    intensity: int,
    profile: Cohort,
    keys: Keys,
    copies: int,
    *,
    typical: Typical,
    streams: Streams,
) -> _Ranked:
    """Draw each copy's rank in the antigen's distribution, given the share that the pathologist read in his trial.

    Bayes' rule on a grid of ranks: the population's distribution times the normal likelihood of the reading on the
    logit scale, sd ``antigen.read_sd``, of :func:`adoptive.antigen.read_by_ihc`. ``share`` is ``(trials,)``.
    """
    one, kinds = Keys.of(profile.keys.trial, 0), antigen_kinds(plan, profile.kinds)
    grid = (np.arange(_RANKS) + 0.5) / _RANKS
    true = np.stack([_share_at(rank, plan, one, kinds, typical) for rank in grid], axis=1)
    step = typical.at("antigen.intensity_step", one) * (DESCRIBED_INTENSITY - intensity)
    spread = np.maximum(typical.at("antigen.read_sd", one), 1e-3)
    read = logit(np.clip(share, 1e-3, 1.0 - 1e-3))
    away = (read[:, None] - step[:, None] - logit(true)) / spread[:, None]
    log_weight = -0.5 * away**2
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    upper = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    lot = streams.uniform("match.forecast antigen", keys)
    trial = np.repeat(np.arange(len(share)), copies)
    place = np.minimum((lot[:, None] > upper[trial]).sum(axis=1), _RANKS - 1)
    below = np.where(place > 0, upper[trial, np.maximum(place - 1, 0)], 0.0)
    inside = (lot - below) / np.maximum(upper[trial, place] - below, 1e-300)
    return _Ranked(streams.seed, (place + np.clip(inside, 1e-6, 1.0 - 1e-6)) / _RANKS)


def _share_at(rank: float, plan: AntigenPlan, keys: Keys, kinds: Kinds, typical: Typical) -> Floats:
    """Give the true share of positive cells at a rank of the population, ``(trials,)``."""
    same = _Ranked(0, np.array([rank]))
    return draw_positive_share(plan, keys, kinds=kinds, typical=typical, streams=same)
