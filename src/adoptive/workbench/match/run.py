"""The main flow of matching: trials are judged one by one, put in order, explained where shown, forecast at the top."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from adoptive.trial.eligibility.facts import Facts
from adoptive.workbench.match.forecast import forecast
from adoptive.workbench.match.judging import Once, explained, match_trial, status_of
from adoptive.workbench.match.ranking import gets_cells, ranked, with_points
from adoptive.workbench.match.types import Fit, Match, Trial
from adoptive.workbench.mistakes import Mistake

__all__ = ["FITS", "Asked", "Found", "Screening", "find_trials", "screen_patients"]

FITS: Final[tuple[Fit, ...]] = ("fits", "may fit", "not now", "does not fit")


@dataclass(frozen=True)
class Asked:
    """Hold what is asked of a search.

    ``show`` trials are explained item by item, the first ``forecasts`` of those that give cells and do not exclude are
    simulated (``patients`` virtual patients each), ``open_only`` leaves out trials that take no patients,
    ``cells_only`` those that give no cells.
    """

    show: int = 20
    forecasts: int = 3
    open_only: bool = False
    cells_only: bool = False
    seed: int = 1


@dataclass(frozen=True)
class Found:
    """Hold the trials of a patient in order, the first :attr:`shown` of them explained, and what could not be read."""

    facts: Facts
    matches: tuple[Match, ...]
    shown: int
    left_out: tuple[Mistake, ...]
    passed_over: int = 0

    @property
    def counts(self) -> dict[Fit, int]:
        """Count the trials by how they fit."""
        number = Counter(match.fit for match in self.matches)
        return {fit: number[fit] for fit in FITS}


@dataclass(frozen=True)
class Screening:
    """Hold a trial's screening list: the patients in order of fit, explained, and what could not be read."""

    trial: Trial
    rows: tuple[tuple[Facts, Match], ...]
    left_out: tuple[Mistake, ...]


def find_trials(facts: Facts, trials: Iterable[Trial | Mistake], asked: Asked = Asked()) -> Found:
    """Set every trial against a patient and put them in order.

    Raises nothing for a trial that cannot be read: it is listed.
    """
    matches, left_out, passed_over, once = [], [], 0, Once(facts)
    for trial in trials:
        if isinstance(trial, Mistake):
            left_out.append(trial)
        elif _passed_over(trial, asked):
            passed_over += 1
        else:
            matches.append(with_points(match_trial(trial, once), facts))
    order = ranked(matches)
    shown = _forecast(tuple(explained(match, facts) for match in order[: asked.show]), facts, asked)
    return Found(facts, ranked(shown) + order[asked.show :], len(shown), tuple(left_out), passed_over)


def screen_patients(trial: Trial, patients: Iterable[Facts | Mistake]) -> Screening:
    """Set every patient against a trial: who fits, who may, who must wait, who does not, with reasons."""
    rows, left_out = [], []
    for facts in patients:
        if isinstance(facts, Mistake):
            left_out.append(facts)
        else:
            rows.append((facts, with_points(explained(match_trial(trial, facts), facts), facts)))
    rows.sort(key=lambda row: (FITS.index(row[1].fit), -row[1].score, row[0].id))
    return Screening(trial, tuple(rows), tuple(left_out))


def _passed_over(trial: Trial, asked: Asked) -> bool:
    return (asked.open_only and status_of(trial) == "closed") or (asked.cells_only and not gets_cells(trial))


def _forecast(matches: tuple[Match, ...], facts: Facts, asked: Asked) -> tuple[Match, ...]:
    """Simulate the first trials that give cells, may take patients and do not exclude this one for good."""
    left, done = asked.forecasts, []
    for match in matches:
        open_to = match.fit != "does not fit" and status_of(match.trial) != "closed"
        if left > 0 and open_to and gets_cells(match.trial):
            left -= 1
            said = forecast(match.trial, facts, seed=asked.seed)
            done.append(with_points(dataclasses.replace(match, forecast=said), facts))
        else:
            done.append(match)
    return tuple(done)
