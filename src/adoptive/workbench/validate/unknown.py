"""What a prediction does not know, said in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from adoptive.parameters import load_book
from adoptive.trial.types import Study
from adoptive.workbench.published import load_published
from adoptive.workbench.study import list_studies, load_study

__all__ = ["not_known"]

ALWAYS: Final = (
    "anything that the study file does not say: it is predicted for the trial as written down, not as it will be run",
    "changes of the protocol, early stops that are not in the file, and how the results will be analysed and rounded",
    "harms and ways of escape that the model has no state for",
)

TOLD: Final[dict[str, Callable[[Study], frozenset[str]]]] = {
    "target": lambda study: frozenset({study.antigen.target}),
    "modality": lambda study: frozenset({study.construct.modality}),
    "tumour type": lambda study: frozenset(tumour for tumour, _ in study.cohort.tumours),
    "armour": lambda study: frozenset({study.construct.armour} - {"none", ""}),
}


def not_known(study: Study) -> list[str]:
    """List what a prediction of a study does not know: always, and because no bundled trial tells.

    >>> not_known(load_study(list_studies()[0]))[-3:] == list(ALWAYS)
    True
    """
    lines = [] if load_book().posterior is not None else ["published trials: this package carries no posterior"]
    others = [load_study(name) for name in list_studies() if name != study.name and _reported(name)]
    told = TOLD if study.trial.cell_arms else {"tumour type": TOLD["tumour type"]}
    for what, tell in told.items():
        seen = {said for other in others for said in tell(other)}
        lines += [f"this {what}: no other bundled trial with confirmed results has it ({new})"
                  for new in sorted(tell(study) - seen)]  # fmt: skip
    return [*lines, *ALWAYS]


def _reported(name: str) -> bool:
    return any(row.confirmed for row in load_published(name))
