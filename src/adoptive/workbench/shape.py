"""What kind of trial a study is: which arms have cells, whether arms are compared, which curves are drawn."""

from __future__ import annotations

from typing import Final

from adoptive.outcome.types import Assessment
from adoptive.trial.types import Study

__all__ = [
    "CRITERIA_WITH_LESIONS",
    "arm_names",
    "assessed",
    "cells_arms",
    "compares",
    "curves_of",
    "drawn_set",
    "has_rules",
    "origin",
]

CRITERIA_WITH_LESIONS: Final = ("RECIST 1.1", "Lugano 2014")
"""Criteria that follow measured lesions, whose change can be drawn."""

RECIST: Final = "RECIST 1.1"
EVENT_FREE: Final = "B-ALL remission"


def arm_names(study: Study) -> tuple[str, ...]:
    """Name the arms in the order of the study file."""
    return tuple(arm.name for arm in study.trial.arms)


def cells_arms(study: Study) -> tuple[int, ...]:
    """Give the places of the arms that have engineered cells."""
    return study.trial.cell_arms


def compares(study: Study) -> bool:
    """Say whether the trial randomises patients between two or more arms."""
    return len(study.trial.arms) > 1 and study.trial.allocation == "randomised"


def assessed(study: Study, arm: int) -> Assessment:
    """Give the rules by which an arm is assessed: its own, else the study's."""
    return study.of_arm(arm).outcome


def curves_of(study: Study) -> tuple[str, ...]:
    """Name the times to an event that are drawn as curves.

    Progression-free and overall survival; event-free survival instead of the first where leukaemia is treated; without
    a comparison of arms the duration of response, too.
    """
    leukaemia = any(assessed(study, arm).response_criteria == EVENT_FREE for arm in range(len(study.trial.arms)))
    first = "efs" if leukaemia else "pfs"
    return (first, "os") if compares(study) else (first, "os", "dor")


def drawn_set(study: Study, event: str) -> str:
    """Name the analysis set whose curve is drawn.

    Intention to treat; the infused where times count from the infusion and nothing is compared; responders for the
    duration of response.
    """
    if event == "dor":
        return "responders"
    return "infused" if study.outcome.time_origin == "infusion" and not compares(study) else "ITT"


def origin(study: Study, arm: int) -> str:
    """Say from what an arm's times count."""
    if assessed(study, arm).time_origin == "infusion":
        return "infusion"
    return "randomisation" if compares(study) else "enrolment"


def has_rules(study: Study) -> bool:
    """Say whether the assessment rule can be varied: cells randomised against drugs, two arms, judged by RECIST."""
    treatments = [arm.treatment for arm in study.trial.arms]
    if not compares(study) or treatments != ["cells", "physician's choice"]:
        return False
    return all(assessed(study, arm).response_criteria == RECIST for arm in (0, 1))
