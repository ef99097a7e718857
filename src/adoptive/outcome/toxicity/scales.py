"""Four scales of cytokine release syndrome, as tables of criteria.

ASTCT: Lee et al. 2019, 10.1016/j.bbmt.2018.12.758. Lee 2014: 10.1182/blood-2014-05-552729. Penn: Porter et al. 2018,
10.1186/s13045-018-0571-y. CTCAE 5.0: National Cancer Institute 2017. The three older ones were checked against tables
of reviews (Circ Res 2021, 10.1161/CIRCRESAHA.120.315894, table 3, among others).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.toxicity.criteria import Criterion, Rule, Seen, Sign, yes_or_no
from adoptive.outcome.toxicity.types import Oxygen

__all__ = ["FEVER_C", "MUCH_OXYGEN", "SCALES"]

FEVER_C: Final = 38.0
MUCH_OXYGEN: Final = 0.40

_ALL_SIGNS: Final = {
    "temperature_c": Sign("temperature in degrees C", best=36.8, worst=41.0, lowest=25.0, highest=45.0, whole=False),
    "treated": yes_or_no("treatment that may hide fever"),
    "hypotension": yes_or_no("hypotension"),
    "vasopressors": Sign("number of vasopressors", best=0, worst=9, highest=9),
    "vasopressin": yes_or_no("vasopressin"),
    "oxygen": Sign("oxygen support", best=Oxygen.NONE, worst=Oxygen.POSITIVE_PRESSURE, highest=3),
    "fever_attributable": yes_or_no("attribution of the fever"),
    "hypotension_attributable": yes_or_no("attribution of the hypotension"),
    "hypoxia_attributable": yes_or_no("attribution of the hypoxia"),
    "airway_only": yes_or_no("reason for ventilation", worst=0),
    "died_of_crs": yes_or_no("death from cytokine release"),
    "constitutional": yes_or_no("constitutional symptoms"),
    "life_threatening": yes_or_no("life-threatening or not"),
    "ventilated": yes_or_no("mechanical ventilation"),
    "oxygen_fraction": Sign("oxygen fraction", best=0.21, worst=1.0, lowest=0.2, highest=1.0, whole=False),
    "high_dose_vasopressor": yes_or_no("high dose of the vasopressor"),
    "fluids": yes_or_no("fluids"),
    "organ_grade": Sign("organ toxicity", best=0, worst=4, highest=5),
    "transaminase_grade": Sign("transaminase grade", best=0, worst=4, highest=5),
    "creatinine_grade": Sign("creatinine grade", best=0, worst=4, highest=5),
    "coagulopathy_products": yes_or_no("blood products for coagulopathy"),
    "hospital": yes_or_no("hospital stay"),
}
_CORE: Final = (
    "temperature_c", "hypotension", "vasopressors", "vasopressin", "oxygen", "fever_attributable",
    "hypotension_attributable", "hypoxia_attributable", "airway_only", "died_of_crs",
)  # fmt: skip
_OLDER: Final = (*_CORE, "constitutional", "ventilated")


def _signs(*names: str) -> dict[str, Sign]:
    return {name: _ALL_SIGNS[name] for name in _ALL_SIGNS if name in names}


def _derive(seen: Seen) -> dict[str, NDArray[Any]]:
    """Leave out what has another cause, and ventilation without hypoxia."""
    caused = seen["hypotension_attributable"] == 1
    hypoxic = seen["hypoxia_attributable"] == 1
    protected = (seen["airway_only"] == 1) & (seen["oxygen"] == Oxygen.POSITIVE_PRESSURE)
    return {
        **seen,
        "fever": (seen["temperature_c"] >= FEVER_C) & (seen["fever_attributable"] == 1),
        "low": (seen["hypotension"] == 1) & caused,
        "pressors": seen["vasopressors"] * caused,
        "helped": (seen["vasopressin"] == 1) & caused,
        "support": seen["oxygen"] * (hypoxic & ~protected),
    }


def _derive_astct(seen: Seen) -> Seen:
    known = _derive(seen)
    known["syndrome"] = known["fever"] | (seen["treated"] == 1)
    return known


def _derive_older(seen: Seen) -> Seen:
    known = _derive(seen)
    known["agents"] = known["pressors"] + known["helped"]
    known["ventilator"] = (seen["ventilated"] == 1) & (known["support"] == Oxygen.POSITIVE_PRESSURE)
    known["reaction"] = known["fever"] | (seen["constitutional"] == 1)
    if "oxygen_fraction" in seen:
        known["much"] = (known["support"] > 0) & (seen["oxygen_fraction"] >= MUCH_OXYGEN)
    if "high_dose_vasopressor" in seen:
        known["high_dose"] = (seen["high_dose_vasopressor"] == 1) & (known["agents"] > 0)
    if "fluids" in seen:
        known["boluses"] = (seen["fluids"] == 1) & known["low"]
    return known


def _everybody(seen: Seen) -> NDArray[np.bool_]:
    return np.ones((), np.bool_)


_DEATH: Final = Criterion(5, "death from cytokine release", lambda s: s["died_of_crs"] == 1)

_ASTCT: Final = Rule(
    "ASTCT",
    _signs(*_CORE, "treated"),
    _derive_astct,
    (
        Criterion(0, "no fever and not treated", _everybody),
        Criterion(
            0,
            "hypotension or hypoxia without fever and not treated",
            lambda s: (s["low"] | s["helped"] | (s["pressors"] > 0) | (s["support"] > 0)) & ~s["syndrome"],
        ),
        Criterion(
            0,
            "fever of another cause and not treated",
            lambda s: (s["temperature_c"] >= FEVER_C) & ~s["syndrome"],
        ),
        Criterion(0, "treated, without fever, hypotension or hypoxia", lambda s: s["treated"] == 1),
        Criterion(1, "fever of 38.0 C or more, no hypotension, no hypoxia", lambda s: s["fever"]),
        Criterion(2, "oxygen by nasal cannula up to 6 L/min or blow-by", lambda s: s["syndrome"] & (s["support"] == 1)),
        Criterion(2, "hypotension without vasopressor", lambda s: s["syndrome"] & s["low"]),
        Criterion(3, "nasal cannula above 6 L/min or a mask", lambda s: s["syndrome"] & (s["support"] == 2)),
        Criterion(3, "vasopressin as the only vasopressor", lambda s: s["syndrome"] & s["helped"]),
        Criterion(3, "one vasopressor", lambda s: s["syndrome"] & (s["pressors"] == 1)),
        Criterion(4, "positive pressure ventilation", lambda s: s["syndrome"] & (s["support"] == 3)),
        Criterion(
            4, "more than one vasopressor, vasopressin not counted", lambda s: s["syndrome"] & (s["pressors"] > 1)
        ),
        _DEATH,
    ),
)

_LEE_2014: Final = Rule(
    "Lee 2014",
    _signs(*_OLDER, "oxygen_fraction", "high_dose_vasopressor", "organ_grade", "transaminase_grade"),
    _derive_older,
    (
        Criterion(0, "no sign of cytokine release", _everybody),
        Criterion(1, "fever or constitutional symptoms", lambda s: s["reaction"]),
        Criterion(2, "organ toxicity of grade 2", lambda s: (s["organ_grade"] == 2) | (s["transaminase_grade"] == 2)),
        Criterion(2, "oxygen below 40 %", lambda s: s["support"] > 0),
        Criterion(2, "hypotension with fluids or one low-dose vasopressor", lambda s: s["low"] | (s["agents"] > 0)),
        Criterion(3, "organ toxicity of grade 3", lambda s: (s["organ_grade"] == 3) | (s["transaminase_grade"] == 3)),
        Criterion(3, "transaminases of grade 4", lambda s: s["transaminase_grade"] >= 4),
        Criterion(3, "oxygen of 40 % or more", lambda s: s["much"]),
        Criterion(3, "vasopressor at high dose", lambda s: s["high_dose"]),
        Criterion(3, "more than one vasopressor", lambda s: s["agents"] > 1),
        Criterion(4, "organ toxicity of grade 4, not transaminases", lambda s: s["organ_grade"] >= 4),
        Criterion(4, "mechanical ventilation", lambda s: s["ventilator"]),
        _DEATH,
    ),
)

_PENN: Final = Rule(
    "Penn",
    _signs(
        *_OLDER, "high_dose_vasopressor", "fluids", "organ_grade", "transaminase_grade", "creatinine_grade",
        "coagulopathy_products", "hospital",
    ),
    _derive_older,
    (
        Criterion(0, "no sign of cytokine release", _everybody),
        Criterion(1, "mild reaction: fever or constitutional symptoms", lambda s: s["reaction"]),
        Criterion(2, "in hospital for cytokine release", lambda s: s["hospital"] == 1),
        Criterion(2, "hypotension without fluids or vasopressor", lambda s: s["low"]),
        Criterion(2, "organ toxicity of grade 2", lambda s: s["organ_grade"] == 2),
        Criterion(2, "creatinine of grade 2", lambda s: s["creatinine_grade"] == 2),
        Criterion(2, "transaminases of grade 3", lambda s: s["transaminase_grade"] == 3),
        Criterion(3, "organ toxicity of grade 3 or more", lambda s: s["organ_grade"] >= 3),
        Criterion(3, "creatinine of grade 3 or more", lambda s: s["creatinine_grade"] >= 3),
        Criterion(3, "transaminases of grade 4", lambda s: s["transaminase_grade"] >= 4),
        Criterion(3, "blood products for coagulopathy", lambda s: s["coagulopathy_products"] == 1),
        Criterion(3, "supplemental oxygen, CPAP or BiPAP", lambda s: s["support"] > 0),
        Criterion(3, "hypotension treated with fluids", lambda s: s["boluses"]),
        Criterion(3, "vasopressor at low dose", lambda s: s["agents"] > 0),
        Criterion(4, "vasopressor at high dose", lambda s: s["high_dose"]),
        Criterion(4, "mechanical ventilation", lambda s: s["ventilator"]),
        _DEATH,
    ),
)  # fmt: skip

_CTCAE_5: Final = Rule(
    "CTCAE 5.0",
    _signs(*_OLDER, "oxygen_fraction", "life_threatening"),
    _derive_older,
    (
        Criterion(0, "no sign of cytokine release", _everybody),
        Criterion(1, "fever or constitutional symptoms", lambda s: s["reaction"]),
        Criterion(2, "oxygen below 40 %", lambda s: s["support"] > 0),
        Criterion(2, "hypotension without vasopressor", lambda s: s["low"]),
        Criterion(3, "oxygen of 40 % or more", lambda s: s["much"]),
        Criterion(3, "hypotension managed with one vasopressor", lambda s: s["agents"] == 1),
        Criterion(4, "more than one vasopressor", lambda s: s["agents"] > 1),
        Criterion(4, "mechanical ventilation", lambda s: s["ventilator"]),
        Criterion(4, "life-threatening by the physician's word", lambda s: s["life_threatening"] == 1),
        _DEATH,
    ),
)

SCALES: Final = {rule.name: rule for rule in (_ASTCT, _LEE_2014, _PENN, _CTCAE_5)}
"""The scales by name, the consensus first."""
