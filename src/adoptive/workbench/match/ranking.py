"""The order of the list: fit first, then recruitment, how much is certain, distance, waiting and the carer's burden.

A score of points, said in words beside each trial; it orders the list and means nothing else.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from adoptive.trial.eligibility.facts import Facts
from adoptive.trial.eligibility.judge import truth
from adoptive.trial.eligibility.statements import AntigenLevel, Disease, HlaAllele, Statement, Truth
from adoptive.trial.eligibility.vocabulary import load_vocabulary
from adoptive.workbench.match.judging import best_level, status_of
from adoptive.workbench.match.types import Fit, Forecast, Match, Site, Status, Trial

__all__ = [
    "FIT_POINTS",
    "for_other_diseases",
    "gets_cells",
    "kilometres",
    "nearest_site",
    "ranked",
    "registered_for",
    "with_points",
]

FIT_POINTS: Final[dict[Fit, float]] = {"fits": 300.0, "may fit": 200.0, "not now": 100.0, "does not fit": 0.0}
STATUS_POINTS: Final[dict[Status, float]] = {
    "open": 40.0, "by invitation": 20.0, "not yet open": 20.0, "unknown": 10.0, "closed": 0.0,
}  # fmt: skip
CERTAIN_POINTS: Final = 30.0
"""For the share of criteria that are met; those on disease, antigen and HLA count three times."""
CELLS_POINTS: Final = 20.0
OTHER_DISEASE_POINTS: Final = -60.0
REGISTERED_ELSEWHERE: Final = "registered for other diseases"
NEAR_POINTS: Final = 20.0
NEAR_KM: Final = 300.0
"""Distance at which a site is worth half of one next door."""
WAIT_POINTS_PER_WEEK: Final = -1.0
USUAL_WAIT_WEEKS: Final = 5.0
"""Wait from which on points are lost; a trial that is not simulated counts as one with this wait."""
CAREGIVER_POINTS: Final = -10.0
EARTH_KM: Final = 6371.0
"""Mean radius of the earth."""

_NEOPLASMS: Final = re.compile(r"\bneoplasms?\b", re.IGNORECASE)
TAKING: Final[tuple[Status, ...]] = ("open", "not yet open", "by invitation", "unknown")


def ranked(matches: Iterable[Match]) -> tuple[Match, ...]:
    """Put matches in order, best first; equals by their identifier."""
    return tuple(sorted(matches, key=lambda match: (-match.score, match.trial.id, match.trial.source)))


def with_points(match: Match, facts: Facts) -> Match:
    """Give a match its nearest site, distance, score and the reasons in words."""
    site, distance = nearest_site(match.trial, facts)
    rows = [*_fit_rows(match), *_place_rows(distance), *_trial_rows(match.trial, facts), *_burden_rows(match, facts)]
    score = sum(points for points, _ in rows)
    why = tuple(f"{words} ({points:+.0f})" for points, words in rows if round(points) != 0)
    return dataclasses.replace(match, site=site, distance_km=distance, score=score, why=why)


_Rows = list[tuple[float, str]]


def _fit_rows(match: Match) -> _Rows:
    weights = [(_weight(row.item.statement), row.verdict == "met") for row in match.judged]
    if (level := best_level(match.levels)) is not None:
        weights.append((3.0, level.verdict == "met"))
    total = sum(weight for weight, _ in weights)
    share = sum(weight for weight, met in weights if met) / total if total else 0.0
    status = status_of(match.trial)
    return [
        (FIT_POINTS[match.fit], match.fit),
        (STATUS_POINTS[status], _STATUS_WORDS[status]),
        (CERTAIN_POINTS * share, f"{100 * share:.0f} % of what it asks is known to be met"),
    ]


_STATUS_WORDS: Final[dict[Status, str]] = {
    "open": "takes patients", "by invitation": "takes patients by invitation", "not yet open": "not yet open",
    "unknown": "recruitment not known", "closed": "takes no patients",
}  # fmt: skip


@lru_cache(maxsize=65_536)
def _weight(statement: Statement) -> float:
    return 3.0 if isinstance(statement, Disease | AntigenLevel | HlaAllele) else 1.0


def _place_rows(distance: float | None) -> _Rows:
    if distance is None:
        return []
    return [(NEAR_POINTS / (1.0 + distance / NEAR_KM), f"nearest site {distance:,.0f} km away")]


def _trial_rows(trial: Trial, facts: Facts) -> _Rows:
    rows: _Rows = [(CELLS_POINTS, "gives engineered cells")] if gets_cells(trial) else []
    if registered_for(trial, facts) is False:
        rows.append((OTHER_DISEASE_POINTS, REGISTERED_ELSEWHERE))
    return rows


def _burden_rows(match: Match, facts: Facts) -> _Rows:
    rows: _Rows = []
    if isinstance(match.forecast, Forecast) and (days := match.forecast.numbers.get("days_to_infusion")) is not None:
        beyond = days.value / 7.0 - USUAL_WAIT_WEEKS
        rows.append((WAIT_POINTS_PER_WEEK * beyond, f"about {days.value:.0f} days to the infusion"))
    alone = facts.values.get("caregiver", ())
    if alone and alone[0].value is False and gets_cells(match.trial):
        rows.append((CAREGIVER_POINTS, "asks for a carer, and none is there"))
    return rows


def gets_cells(trial: Trial) -> bool:
    """Say whether a trial's interventions name engineered or other therapeutic cells, or the study is one of ours."""
    if trial.study is not None:
        return bool(trial.study.trial.cell_arms)
    return any(_names_cells(name) for name in (*trial.interventions, trial.title))


@lru_cache(maxsize=65_536)
def _names_cells(text: str) -> bool:
    words = load_vocabulary()
    found = words.synonym_pattern("treatments").finditer(text[:1000])
    names = (words.find("treatments", hit.group(0)) for hit in found)
    return any(name is not None and words.is_a("treatments", name, "cell therapy") for name in names)


def registered_for(trial: Trial, facts: Facts) -> Truth:
    """Say whether the patient has a disease that the trial is registered for; unknown if one of them is not known.

    It orders the list; it never excludes.
    """
    truths = [truth(Disease(names), facts) if names else None for names in map(_diseases, trial.conditions)]
    if True in truths:
        return True
    return None if None in truths or not truths else False


@lru_cache(maxsize=65_536)
def _diseases(text: str) -> tuple[str, ...]:
    """Give the diseases that a registry's condition names: as it stands, as a heading of MeSH, or within its words.

    >>> _diseases("Stomach Neoplasms"), _diseases("Carcinoma, Hepatocellular"), _diseases("Solid Tumor, Adult")
    (('gastric cancer',), ('hepatocellular carcinoma',), ('solid tumour',))
    """
    words, plain = load_vocabulary(), _NEOPLASMS.sub("cancer", text[:300])
    for said in (plain, " ".join(reversed(plain.split(", ")))):
        if (name := words.find("diseases", said)) is not None:
            return (name,)
    found = (words.find("diseases", hit.group(0)) for hit in words.synonym_pattern("diseases").finditer(plain))
    return tuple(dict.fromkeys(name for name in found if name))


def for_other_diseases(match: Match) -> bool:
    """Say whether a match that has its points is of a trial which is registered for other diseases."""
    return any(why.startswith(REGISTERED_ELSEWHERE) for why in match.why)


def nearest_site(trial: Trial, facts: Facts) -> tuple[Site | None, float | None]:
    """Give the nearest site that may take patients, with its distance; (None, None) if either place is not known."""
    if facts.latitude is None or facts.longitude is None:
        return None, None
    places = [
        (kilometres(facts.latitude, facts.longitude, site.latitude, site.longitude), number)
        for number, site in enumerate(trial.sites)
        if site.latitude is not None and site.longitude is not None and site.status in TAKING
    ]
    if not places:
        return None, None
    distance, number = min(places)
    return trial.sites[number], distance


def kilometres(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Give the distance on the sphere, km, by the haversine formula; degrees in.

    ``d = 2 R asin(sqrt(sin^2((f2 - f1) / 2) + cos f1 cos f2 sin^2((l2 - l1) / 2)))``

    >>> round(kilometres(48.86, 2.35, 51.51, -0.13))
    343
    """
    first, second = math.radians(latitude), math.radians(to_latitude)
    across = math.radians(to_longitude - longitude)
    half = math.sin((second - first) / 2.0) ** 2
    half += math.cos(first) * math.cos(second) * math.sin(across / 2.0) ** 2
    return 2.0 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))
