"""Draw virtual patients: who they are, their lesions, their growth, their blood; and what screening sees of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.antigen import (
    Antigen,
    AntigenPlan,
    antigen_kinds,
    draw_antigen,
    draw_carriers,
    draw_lesion_share,
    draw_positive_share,
    find_receptors,
    read_by_ihc,
    spread_over_lesions,
)
from adoptive.cohort.copula import draw_scores
from adoptive.cohort.given import given_lesions, given_rows
from adoptive.cohort.kinds import draw_ancestry, draw_tumours
from adoptive.cohort.known import known_scores
from adoptive.cohort.lesions import LESION_PLACES, draw_growth, draw_lesions, draw_peritoneal, draw_sites
from adoptive.cohort.person import draw_person
from adoptive.cohort.types import ANCESTRIES, SITES, Cohort, Population, Screened
from adoptive.parameters import Kinds, Typical
from adoptive.streams import Keys, Streams

__all__ = ["draw_cohort", "plain_traits", "screen"]

Floats = NDArray[np.float64]


def screen(population: Population, antigen: AntigenPlan, keys: Keys, typical: Typical, streams: Streams) -> Screened:
    """Give what screening sees of each candidate, and why he fails; a candidate may fail for several reasons.

    The read share of positive cells is below the threshold; the HLA allele is missing; no receptor against his private
    neoantigens was found; anything else.
    """
    tumours = draw_tumours(population, keys, streams)
    given = given_rows(population, keys)
    read = given.get("read_share")
    if read is None:
        kinds = antigen_kinds(antigen, tumours)
        share = given.get("positive_share")
        if share is None:
            share = draw_positive_share(antigen, keys, kinds=kinds, typical=typical, streams=streams)
        read = read_by_ihc(antigen, share, keys, typical, streams)
    ancestry = draw_ancestry(population, keys, typical, streams)
    has = draw_carriers(antigen.hla, ancestry, ANCESTRIES, keys=keys, typical=typical, streams=streams)
    none = np.zeros(len(keys), bool)
    return Screened(
        read_share=read,
        antigen_fails=read < antigen.entry_fraction,
        hla_fails=~given.get("has_hla", has).astype(bool),
        receptor_fails=none if not antigen.private or antigen.receptors else _without_receptor(keys, typical, streams),
        other_fails=streams.uniform("cohort.other failure", keys) < population.other_failure_share,
    )


def _without_receptor(keys: Keys, typical: Typical, streams: Streams) -> NDArray[np.bool_]:
    """Say for whom no receptor against his own neoantigens is found."""
    return np.asarray(find_receptors(keys, typical=typical, streams=streams).number == 0)


def draw_cohort(
    population: Population, antigen: AntigenPlan, *, keys: Keys, typical: Typical, streams: Streams
) -> Cohort:
    """Draw everything that belongs to the named patients; a patient's values do not depend on who else is drawn.

    What the study's table of patients holds stands in the place of what would be drawn.
    """
    common: dict[str, Any] = {"keys": keys, "typical": typical, "streams": streams}
    tumours = draw_tumours(population, keys, streams)
    given = given_rows(population, keys)
    known = known_scores(given, population, keys, tumours=tumours, typical=typical)
    scores = draw_scores(known=known, **common)
    ancestry = draw_ancestry(population, keys, typical, streams)
    person = draw_person(population, scores=scores, tumours=tumours, ancestry=ancestry, given=given, **common)
    peritoneal = draw_peritoneal(population, tumours=tumours, **common)
    peritoneal = given.get("peritoneal", peritoneal).astype(bool)
    antigens = antigen_kinds(antigen, tumours)
    site = draw_sites(peritoneal=peritoneal, tumours=tumours, antigens=antigens, **common)
    diameter = given_lesions(given, LESION_PLACES)
    if diameter is None:
        diameter = draw_lesions(population, tumours=tumours, burden=scores["burden"], **common)
    growth = draw_growth(population, tumours=tumours, site=site, growth=scores["growth"], **common)
    if "doubling_time_days" in given:
        growth = np.broadcast_to(np.log(2.0) / given["doubling_time_days"][:, None], growth.shape).copy()
    drawn: dict[str, Any] = person | {
        "peritoneal": peritoneal,
        "lesion_diameter_mm": diameter,
        "growth_per_day": growth,
        "site": site,
        "non_target": streams.uniform("cohort.non-target", keys)
        < typical.at("cohort.non_target_share", keys, kinds=tumours),
        "antigen": _antigen(antigen, site, antigens, given, **common),
        "ancestry": ancestry,
        "has_hla": draw_carriers(antigen.hla, ancestry, ANCESTRIES, **common),
    }
    own = {name: values.astype(drawn[name].dtype) for name, values in given.items() if name in drawn}
    return Cohort(keys=keys, kinds=tumours, **(drawn | own))


def _antigen(
    plan: AntigenPlan,
    site: NDArray[np.int64],
    kinds: Kinds,
    given: dict[str, Floats],
    *,
    keys: Keys,
    typical: Typical,
    streams: Streams,
) -> Antigen:
    """Draw the antigen of lesions whose sites are known."""
    common: dict[str, Any] = {"keys": keys, "kinds": kinds, "typical": typical, "streams": streams}
    share = given.get("positive_share")
    if share is None:
        share = draw_positive_share(plan, **common)
        positive = draw_lesion_share(plan, site == SITES.index("peritoneum"), **common)
    else:
        positive = spread_over_lesions(share, LESION_PLACES, **common)
    read = given.get("read_share")
    if read is None:
        read = read_by_ihc(plan, share, keys, typical, streams)
    return draw_antigen(plan, share, read, positive, **common)


def plain_traits(patients: int, *, lesions: int = LESION_PLACES, tumour_type: str = "gastric") -> dict[str, Any]:
    """Give what a cohort written by hand needs beside tumour and blood: the same middle-aged person each time."""
    return {
        "kinds": Kinds.one(patients, tumour_type),
        "prior_lines": np.full(patients, 2),
        "site": np.full((patients, lesions), SITES.index("liver")),
        "non_target": np.zeros(patients, bool),
        "age_years": np.full(patients, 60.0),
        "male": np.ones(patients, bool),
        "height_cm": np.full(patients, 170.0),
        "ancestry": np.zeros(patients, np.int64),
        "has_hla": np.ones(patients, bool),
        "ecog": np.ones(patients, np.int64),
        "albumin_g_l": np.full(patients, 38.0),
        "ldh_ratio": np.ones(patients),
        "creatinine_clearance_ml_min": np.full(patients, 90.0),
    }
