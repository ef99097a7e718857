"""Neurotoxicity of engineered cells (ICANS): daily grade by the ASTCT consensus.

Lee et al. 2019, 10.1016/j.bbmt.2018.12.758. Five domains, the worst decides: the ICE score (CAPD in children under 12),
consciousness, seizures, motor findings, cerebral oedema and raised pressure.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.toxicity.criteria import IMPOSSIBLE, MISSING, Criterion, Rule, Seen, Sign, apply_rule, read_signs
from adoptive.outcome.toxicity.criteria import yes_or_no as flag
from adoptive.outcome.toxicity.types import Consciousness, IcansSigns, Motor, Pressure, Seizure
from adoptive.outcome.types import UNGRADED, Graded

__all__ = ["CAPD_BELOW_YEARS", "INSTRUMENTS", "IcansSigns", "grade_icans", "ice_score"]

INSTRUMENTS: Final = ("ICE", "CAPD", "by age")
"""How encephalopathy is scored; by age takes CAPD under 12 years and ICE from 12."""

CAPD_BELOW_YEARS: Final = 12.0
_ICE_PARTS: Final = {"orientation": 4, "naming": 3, "command": 1, "writing": 1, "attention": 1}

_DOMAINS: Final = {
    "consciousness": Sign("consciousness", best=0, worst=Consciousness.UNAROUSABLE, highest=4),
    "seizure": Sign("seizure", best=0, worst=Seizure.REPETITIVE, highest=4),
    "motor": Sign("motor finding", best=0, worst=Motor.DEEP_FOCAL_WEAKNESS, highest=2),
    "pressure": Sign("oedema or pressure", best=0, worst=Pressure.CUSHING_TRIAD, highest=7),
    "sedated": flag("sedation", worst=0),
    "attributable": flag("attribution"),
    "died_of_icans": flag("death from neurotoxicity"),
}
_ICE_SIGNS: Final = {
    "ice": Sign("ICE score without sedation", best=10, worst=0, highest=10),
    "awake_but_unable": flag("awake but unable"),
    **_DOMAINS,
}
_CAPD_SIGNS: Final = {
    "capd": Sign("CAPD score without sedation", best=0, worst=32, highest=32),
    "capd_unable": flag("unable to perform CAPD"),
    **_DOMAINS,
}


def _derive(seen: Seen) -> Seen:
    """Leave out signs of another cause, and consciousness under sedation."""
    own = seen["attributable"] == 1
    return {
        **seen,
        "own": own,
        "awareness": seen["consciousness"] * (own & (seen["sedated"] != 1)),
        "fit": seen["seizure"] * own,
        "weakness": seen["motor"] * own,
        "swelling": seen["pressure"] * own,
    }


def _sign(grade: int, reason: str, name: str, code: int) -> Criterion:
    return Criterion(grade, reason, lambda s: s[name] == code)


def _ice(grade: int, lowest: int, highest: int) -> Criterion:
    return Criterion(
        grade, f"ICE {lowest} to {highest}", lambda s: (s["ice"] >= lowest) & (s["ice"] <= highest) & s["own"]
    )


def _nobody_is_left_out(seen: Seen) -> NDArray[np.bool_]:
    return np.ones((), np.bool_)


_GRADE_0: Final = (
    Criterion(0, "no sign of neurotoxicity", _nobody_is_left_out),
    _sign(0, "tremor and myoclonus do not count", "motor", Motor.TREMOR_OR_MYOCLONUS),
    _sign(0, "intracranial haemorrhage does not count", "pressure", Pressure.HAEMORRHAGE),
    Criterion(0, "signs of another cause", lambda s: ~s["own"]),
)
_GRADE_1: Final = (_sign(1, "depressed, awakens spontaneously", "awareness", Consciousness.DROWSY),)
_GRADE_2: Final = (_sign(2, "awakens to voice", "awareness", Consciousness.VOICE),)
_GRADE_3: Final = (
    _sign(3, "awakens only to touch", "awareness", Consciousness.TACTILE),
    _sign(3, "focal oedema on imaging", "swelling", Pressure.FOCAL_OEDEMA),
    _sign(3, "non-convulsive seizure that resolves", "fit", Seizure.NONCONVULSIVE_RESOLVING),
    _sign(3, "seizure that resolves rapidly", "fit", Seizure.RESOLVING),
)
_GRADE_4: Final = (
    _sign(4, "Cushing's triad", "swelling", Pressure.CUSHING_TRIAD),
    _sign(4, "papilloedema", "swelling", Pressure.PAPILLOEDEMA),
    _sign(4, "palsy of the sixth cranial nerve", "swelling", Pressure.SIXTH_NERVE_PALSY),
    _sign(4, "decerebrate or decorticate posture", "swelling", Pressure.POSTURING),
    _sign(4, "diffuse oedema on imaging", "swelling", Pressure.DIFFUSE_OEDEMA),
    _sign(4, "deep focal weakness", "weakness", Motor.DEEP_FOCAL_WEAKNESS),
    _sign(4, "repetitive seizures without return to baseline", "fit", Seizure.REPETITIVE),
    _sign(4, "seizure of more than 5 minutes", "fit", Seizure.PROLONGED),
    _sign(4, "unarousable, or only by vigorous stimuli", "awareness", Consciousness.UNAROUSABLE),
)
_GRADE_5: Final = (Criterion(5, "death from neurotoxicity", lambda s: s["died_of_icans"] == 1),)

_ICE_RULE: Final = Rule(
    "ICE",
    _ICE_SIGNS,
    _derive,
    (
        *_GRADE_0, *_GRADE_1, _ice(1, 7, 9), *_GRADE_2, _ice(2, 3, 6), *_GRADE_3, _ice(3, 0, 2),
        Criterion(3, "awake but unable to do ICE", lambda s: (s["awake_but_unable"] == 1) & s["own"]),
        *_GRADE_4, *_GRADE_5,
    ),
)  # fmt: skip
_CAPD_RULE: Final = Rule(
    "CAPD",
    _CAPD_SIGNS,
    _derive,
    (
        *_GRADE_0, *_GRADE_1, Criterion(1, "CAPD 1 to 8", lambda s: (s["capd"] >= 1) & (s["capd"] <= 8) & s["own"]),
        *_GRADE_2, *_GRADE_3, Criterion(3, "CAPD 9 or more", lambda s: (s["capd"] >= 9) & s["own"]),
        *_GRADE_4, Criterion(4, "unable to perform CAPD", lambda s: (s["capd_unable"] == 1) & s["own"]), *_GRADE_5,
    ),
)  # fmt: skip


def ice_score(
    orientation: ArrayLike, naming: ArrayLike, command: ArrayLike, writing: ArrayLike, attention: ArrayLike
) -> NDArray[np.float64]:
    """Add up the ICE score, 10 = unimpaired.

    Parameters
    ----------
    orientation
        To year, month, city, hospital: 0 to 4.
    naming
        Three objects: 0 to 3.
    command, writing, attention
        Follows a simple command, writes a standard sentence, counts back from 100 by ten: 0 or 1 each.

    Returns
    -------
    0 to 10; NaN where a part is missing (NaN), no whole number or out of its range.

    >>> ice_score([4, 3, 5], [3, 3, 3], [1, 0, 1], [1, 1, 1], [1, 0, 1])
    array([10.,  7., nan])
    """
    total = np.zeros(())
    for value, most in zip((orientation, naming, command, writing, attention), _ICE_PARTS.values(), strict=True):
        part = np.asarray(value, np.float64)
        total = total + np.where((part >= 0) & (part <= most) & (part == np.floor(part)), part, np.nan)
    return total


def grade_icans(signs: IcansSigns, *, instrument: str = "ICE") -> Graded:
    """Grade neurotoxicity at each time: the worst of the five domains.

    ICE 7-9 is 1, 3-6 is 2, 0-2 is 3; awakens to voice 2, only to touch 3, unarousable 4; a seizure that resolves 3, one
    that does not 4; deep focal weakness 4; focal oedema 3, diffuse oedema or a sign of raised pressure 4. For children
    CAPD 1-8 is 1, 9 or more 3, unable 4. Death is 5.

    Parameters
    ----------
    signs
        The signs, see :class:`IcansSigns`; any shape, usually ``(patients, days)``.
    instrument
        "ICE", "CAPD" or "by age" (CAPD under 12 years).

    Returns
    -------
    Grades 0 to 5 with reasons; UNGRADED where a missing sign could change the grade or a value is impossible.

    Raises
    ------
    StudyError
        If the instrument is unknown, a sign is no number, or the shapes do not fit.

    >>> signs = IcansSigns(ice=[10, 8, 3, 11], consciousness=0, seizure=[0, 0, 1, 0], motor=0, pressure=0)
    >>> grade_icans(signs).because.tolist()[1:3]
    ['ICE 7 to 9: grade 1', 'seizure that resolves rapidly: grade 3']
    >>> grade_icans(signs).grade
    array([ 0,  1,  3, -1])
    """
    known = {name.lower(): name for name in INSTRUMENTS}
    chosen = known.get(str(instrument).strip().lower().replace("_", " "))
    if chosen is None:
        raise StudyError("unknown instrument of neurotoxicity", value=instrument, allowed=", ".join(INSTRUMENTS))
    if chosen == "by age":
        return _by_age(signs)
    return _grade(signs, _ICE_RULE if chosen == "ICE" else _CAPD_RULE)


def _grade(signs: IcansSigns, rule: Rule) -> Graded:
    seen = read_signs(signs, rule.signs)
    score = "ice" if "ice" in seen else "capd"
    if "awake_but_unable" in seen:
        seen = _awake_means_awake(seen)
    # a score under sedation does not count; where sedation is not known, neither is the score
    hidden = (seen["sedated"] != 0) & (seen["sedated"] != IMPOSSIBLE) & (seen[score] != IMPOSSIBLE)
    if hidden.any():
        seen[score] = np.where(hidden, np.int8(MISSING), seen[score])
    return apply_rule(rule, seen)


def _awake_means_awake(seen: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Count ICE as 0 and consciousness as awake where the patient is awake but cannot do the test."""
    unable = seen["awake_but_unable"] == 1
    if unable.any():
        for name, value in (("ice", 0), ("consciousness", int(Consciousness.AWAKE))):
            seen[name] = np.where(unable & (seen[name] == MISSING), np.int8(value), seen[name])
    return seen


def _by_age(signs: IcansSigns) -> Graded:
    """Grade everybody by both instruments and take the one of the age; without an age there is no grade."""
    adult, child = _grade(signs, _ICE_RULE), _grade(signs, _CAPD_RULE)
    age = read_signs(signs, {"age_years": Sign("age", best=0, worst=0, highest=130.0, whole=False)})["age_years"]
    young, old = (age >= 0) & (age < CAPD_BELOW_YEARS), age >= CAPD_BELOW_YEARS
    reasons = (*adult.reasons, *child.reasons, "no grade: the age is missing or impossible")
    reason = np.where(young, child.reason + len(adult.reasons), np.where(old, adult.reason, len(reasons) - 1))
    grade = np.where(young, child.grade, np.where(old, adult.grade, UNGRADED))
    return Graded(grade=grade.astype(np.int64), reason=reason.astype(np.int64), reasons=reasons)
