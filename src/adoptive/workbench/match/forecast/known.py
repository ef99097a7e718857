"""What of a patient's facts the simulator can be given, and what must be drawn in its place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from adoptive.antigen.expression import OTHER_NAMES
from adoptive.cohort.columns import COLUMNS
from adoptive.cohort.person import clearance_ml_min
from adoptive.trial.eligibility.facts import AntigenTest, Fact, Facts
from adoptive.trial.types import Study
from adoptive.workbench.match.forecast.names import model_tumours, peritoneal_names

__all__ = ["LONGEST_NAME", "Known", "Stained", "known_of", "main_diagnosis"]

_FIELDS: Final = (
    ("age_years", "age_years"),
    ("weight_kg", "weight_kg"),
    ("height_cm", "height_cm"),
    ("ecog", "ecog"),
    ("prior_lines", "prior_lines"),
    ("albumin_g_l", "albumin_g_l"),
    ("creatinine_clearance_ml_min", "creatinine_clearance_ml_min"),
    ("lymphocytes_per_ul", "lymphocytes_per_ul"),
    ("neutrophils_e9_l", "neutrophils_e9_l"),
    ("platelets_e9_l", "platelets_e9_l"),
)
"""Columns of a virtual patient and the fields of the facts that fill them, in one unit."""

_UNSAID: Final = ("grade", "lines")
"""Units that the meaning says already."""

LONGEST_NAME: Final = 80
"""Characters of a diagnosis that are repeated in a sentence."""

_LESIONS: Final = (("lesions", "target lesions"), ("sum_of_diameters_mm", "sum of the lesions' diameters in mm"),
                   ("largest_lesion_mm", "largest lesion in mm"))  # fmt: skip


@dataclass(frozen=True)
class Stained:
    """Hold an antigen test: share of cells (0 to 1) that stain at an intensity (1 to 3) or more."""

    share: float
    intensity: int


@dataclass(frozen=True)
class Known:
    """Hold what is known of a patient in the simulator's own terms; what is not in here is drawn.

    ``columns`` are numbers by column of :data:`adoptive.cohort.columns.COLUMNS` (yes is 1, names are places);
    ``tumours`` the model's tumour types that the diagnosis may mean, none if no diagnosis is known; ``diagnosis`` its
    own words; ``negative`` that the tumour was tested and lacks the antigen.
    """

    columns: dict[str, float]
    diagnosis: str
    tumours: tuple[str, ...]
    stained: Stained | None
    negative: bool
    carries_hla: bool | None
    lesions: dict[str, float]
    taken: tuple[str, ...]
    assumed: tuple[str, ...]


def known_of(facts: Facts, study: Study) -> Known:
    """Take over what the simulator has a place for; say what was taken and what is drawn instead.

    A number of which only a bound is known, or outside the range that the simulator takes, is not taken. Of a range
    (as an age by year of birth) the middle stands.
    """
    columns: dict[str, float] = {}
    taken: list[str] = []
    assumed: list[str] = []
    for column, field in _FIELDS:
        _take(column, _newest(facts, field), columns, taken, assumed)
    _take_sex(facts, columns, taken, assumed)
    _take_ldh(facts, columns, taken, assumed)
    _compute_clearance(facts, columns, taken, assumed)
    _take_spread(facts, columns, taken, assumed)
    lesions = _lesions_of(facts, taken, assumed)
    stained, negative = _stain(facts, study, taken, assumed)
    diagnosis = main_diagnosis(facts)
    carries = _carries(facts, study.antigen.hla, taken, assumed)
    return Known(columns, diagnosis, model_tumours(diagnosis), stained, negative, carries, lesions,
                 tuple(taken), tuple(assumed))  # fmt: skip


def main_diagnosis(facts: Facts) -> str:
    """Name the cancer that is there now, before one of which that is not known; "" if there is none."""
    names = [one.name for now in (True, None) for one in facts.diagnoses if one.current is now]
    return names[0][:LONGEST_NAME] if names else ""


def _newest(facts: Facts, field: str) -> Fact | None:
    return next(iter(facts.values.get(field, ())), None)


def _number(fact: Fact | None) -> float | None:
    """Give a fact's number: the middle of a range, nothing of a bound."""
    if fact is None or fact.censored or isinstance(fact.value, str | bool):
        return None
    try:
        value = float(fact.value) if fact.until is None else 0.5 * (float(fact.value) + float(fact.until))
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def _take(column: str, fact: Fact | None, columns: dict[str, float], taken: list[str], assumed: list[str]) -> None:
    """Take a number into a column if it can stand there."""
    about, value = COLUMNS[column], _number(fact)
    if value is not None and about.whole:
        value = float(math.floor(value))
    if value is not None and about.holds(value):
        columns[column] = value
        unit = "" if about.unit in _UNSAID else about.unit
        taken.append(f"{about.meaning}: {value:g} {unit}".rstrip() + _on(fact))
    elif fact is None:
        assumed.append(about.meaning)
    else:
        assumed.append(f"{about.meaning} (what is known of it cannot be used)")


def _on(fact: Fact | None) -> str:
    return f" ({fact.day.isoformat()})" if fact is not None and fact.day is not None else ""


def _take_sex(facts: Facts, columns: dict[str, float], taken: list[str], assumed: list[str]) -> None:
    fact = _newest(facts, "sex")
    if fact is not None and fact.value in ("male", "female"):
        columns["male"] = float(fact.value == "male")
        taken.append(f"sex: {fact.value}")
    else:
        assumed.append("sex")


def _take_ldh(facts: Facts, columns: dict[str, float], taken: list[str], assumed: list[str]) -> None:
    """Take LDH as a ratio to the laboratory's own upper limit; without that limit it says nothing sure."""
    fact = _newest(facts, "ldh_u_l")
    value = _number(fact)
    if fact is None or value is None or not fact.upper_limit or fact.upper_limit <= 0:
        assumed.append("LDH" if fact is None else "LDH (its upper limit of normal is not known)")
        return
    ratio = Fact(value / fact.upper_limit, day=fact.day)
    _take("ldh_ratio", ratio, columns, taken, assumed)


def _compute_clearance(facts: Facts, columns: dict[str, float], taken: list[str], assumed: list[str]) -> None:
    """Compute creatinine clearance by Cockcroft and Gault where creatinine, age, weight and sex are known."""
    fact = _newest(facts, "creatinine_mg_dl")
    value, column = _number(fact), "creatinine_clearance_ml_min"
    if column in columns or value is None or value <= 0 or not {"age_years", "weight_kg", "male"} <= set(columns):
        return
    if columns["age_years"] < 18.0:
        return
    age, weight, male = (np.array([columns[name]]) for name in ("age_years", "weight_kg", "male"))
    clearance = clearance_ml_min(age, weight, male == 1.0, np.array([value]))
    if COLUMNS[column].holds(float(clearance[0])):
        columns[column] = float(clearance[0])
        assumed[:] = [line for line in assumed if not line.startswith(COLUMNS[column].meaning)]
        taken.append(f"creatinine clearance: {clearance[0]:.0f} mL/min, computed from creatinine{_on(fact)}")


def _take_spread(facts: Facts, columns: dict[str, float], taken: list[str], assumed: list[str]) -> None:
    """Take peritoneal metastases, present or looked for and absent."""
    named = [one for one in facts.conditions if one.name in peritoneal_names()]
    states = {one.state for one in named}
    if states in ({"active"}, {"absent"}):
        columns["peritoneal"] = float(states == {"active"})
        taken.append(f"peritoneal metastases: {'yes' if states == {'active'} else 'no'}")
    else:
        assumed.append("peritoneal metastases")


def _lesions_of(facts: Facts, taken: list[str], assumed: list[str]) -> dict[str, float]:
    """Take number and size of the target lesions; of sum and largest diameter the sum counts."""
    found: dict[str, float] = {}
    for field, meaning in _LESIONS:
        value = _number(_newest(facts, field))
        if value is None or value <= 0 or (field == "largest_lesion_mm" and "sum_of_diameters_mm" in found):
            continue
        if field == "lesions" and not 1 <= value < 1000:
            continue
        if field != "lesions" and not 5.0 <= value <= 1500.0:
            continue
        found[field] = value
        taken.append(f"{meaning}: {value:g}")
    if "lesions" not in found:
        assumed.append("number of target lesions")
    if len(found) == ("lesions" in found):
        assumed.append("size of the target lesions")
    return found


def _same_target(one: str, other: str) -> bool:
    def plain(name: str) -> str:
        return OTHER_NAMES.get(name.upper(), name.upper())

    return plain(one) == plain(other)


def _stain(facts: Facts, study: Study, taken: list[str], assumed: list[str]) -> tuple[Stained | None, bool]:
    """Take the newest stain of the study's target, if it gives a share of cells; say whether it found none."""
    target, plan = study.antigen.target, study.antigen
    tests = [one for one in facts.antigens if _same_target(one.target, target) and one.assay.upper() in ("", "IHC")]
    if plan.private or not tests:
        assumed.append("neoantigens and receptors against them" if plan.private else f"{target} on the tumour")
        return None, False
    newest = next((one for one in tests if _usable(one, study)), tests[0])
    if newest.share is not None and _usable(newest, study):
        intensity = plan.entry_intensity if newest.intensity is None else int(np.clip(round(newest.intensity), 1, 3))
        at = "" if newest.intensity is None else f" at {intensity}+ or more"
        taken.append(f"{target}: {100.0 * newest.share:g} % of cells{at}")
        return Stained(newest.share, intensity), newest.share == 0.0
    negative = newest.positive is False or newest.intensity == 0.0 or newest.h_score == 0.0
    what = "tested negative" if negative else "tested, without a share of cells that can be used"
    (taken if negative else assumed).append(f"{target}: {what}")
    return None, negative


def _usable(test: AntigenTest, study: Study) -> bool:
    """Say whether a stain gives the share that the study asks for, or shows that it is too small.

    Cells that stain less than the study asks for may be more than those that count; if even they are too few, so are
    these.
    """
    plan, share, intensity = study.antigen, test.share, test.intensity
    if share is None or not 0.0 <= share <= 1.0 or (intensity is not None and not 0.5 <= intensity <= 3.0):
        return False
    return intensity is None or round(intensity) >= plan.entry_intensity or share < plan.entry_fraction


def _carries(facts: Facts, wanted: str, taken: list[str], assumed: list[str]) -> bool | None:
    """Say whether the patient carries the study's allele; unknown where its gene was not typed."""
    if not wanted:
        return None
    alleles = {name.removeprefix("HLA-") for name in facts.hla}
    if any(name == wanted or name.startswith(f"{wanted}:") for name in alleles):
        taken.append(f"HLA-{wanted}: carried")
        return True
    too_coarse = any(wanted.startswith(f"{name}:") for name in alleles)
    if wanted.partition("*")[0] in {gene.removeprefix("HLA-") for gene in facts.hla_typed} and not too_coarse:
        taken.append(f"HLA-{wanted}: not carried")
        return False
    assumed.append(f"HLA-{wanted}, taken as carried")
    return None
