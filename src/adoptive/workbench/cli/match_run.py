"""``adoptive match``: reads the patient and the trials, prints the list, writes the page if a folder is named."""

from __future__ import annotations

import datetime
import os
import re
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Final

from adoptive.errors import StudyError
from adoptive.trial.eligibility.facts import Facts
from adoptive.workbench.cli.match_said import say_found, say_screening
from adoptive.workbench.cli.say import console
from adoptive.workbench.engine.document import as_json as to_json
from adoptive.workbench.match.listing import found_document, screening_document, write_found, write_screening
from adoptive.workbench.match.patients import read_patient, read_patients
from adoptive.workbench.match.run import Asked, find_trials, screen_patients
from adoptive.workbench.match.sources import one_trial, trials_from
from adoptive.workbench.new_folder import check_folder

__all__ = ["Request", "match_command"]

_PLACE: Final = re.compile(r"\s*(-?\d{1,3}(?:\.\d{1,10})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,10})?)\s*")


@dataclass(frozen=True)
class Request:
    """Hold what ``adoptive match`` was asked."""

    patient: Path | None
    trials: tuple[str, ...]
    trial: str | None
    patients: Path | None
    as_of: str | None
    near: str | None
    show: int
    forecasts: int
    open_only: bool
    cells_only: bool
    seed: int
    out: Path | None
    as_json: bool


def match_command(request: Request) -> int:
    """Match as asked; give the exit code."""
    _check(request)
    if request.out is not None:
        check_folder(request.out)
    if request.trial is not None:
        return _screen(request)
    return _find(request)


def _check(request: Request) -> None:
    """Refuse questions that are neither "trials for a patient" nor "patients for a trial"."""
    for_patient = request.patient is not None and bool(request.trials)
    for_trial = request.trial is not None and request.patients is not None
    mixed = (request.patient or request.trials) and (request.trial or request.patients)
    if mixed or not (for_patient or for_trial):
        raise StudyError(
            "nothing to match", where="adoptive match",
            allowed="PATIENT --trials DIR, or --trial STUDY --patients DIR",
            next_step="give one of the two pairs ('--trials bundled' takes the bundled studies)",
        )  # fmt: skip


def _find(request: Request) -> int:
    assert request.patient is not None
    with _file(request.patient) as file:
        facts = _placed(read_patient(file, as_of=_day(request.as_of)), request.near)
    asked = Asked(request.show, request.forecasts, request.open_only, request.cells_only, request.seed)
    found = find_trials(facts, trials_from(request.trials), asked)
    if not found.matches and not found.passed_over:
        first = f"; the first: {found.left_out[0]}" if found.left_out else ""
        raise StudyError(
            f"no trial could be read{first}", where="--trials", value=", ".join(request.trials),
            next_step="name a folder of trial records (.json), CTML files or study files",
        )  # fmt: skip
    if request.out is not None:
        write_found(request.out, found)
    if request.as_json:
        sys.stdout.write(to_json(found_document(found)))
    else:
        say_found(found, request.out, console())
    return 0


def example_text() -> str:
    """Give the text of the invented patient file that comes with the package."""
    return _EXAMPLE.read_text("utf-8")


_EXAMPLE: Final = resources.files("adoptive.workbench.match.patients").joinpath("example.toml")


def _file(patient: Path) -> AbstractContextManager[Path]:
    """Give the patient's file; "example" is the invented one, unless a file has that name."""
    if str(patient) == "example" and not os.path.lexists(patient):
        return resources.as_file(_EXAMPLE)
    return nullcontext(patient)


def _screen(request: Request) -> int:
    assert request.trial is not None
    assert request.patients is not None
    trial = one_trial(request.trial)
    screening = screen_patients(trial, read_patients(request.patients, as_of=_day(request.as_of)))
    if not screening.rows:
        first = f"; the first: {screening.left_out[0]}" if screening.left_out else ""
        raise StudyError(
            f"no patient could be read{first}", where="--patients", value=request.patients,
            next_step="name a folder of patient files, or a .csv or .ndjson file",
        )  # fmt: skip
    if request.out is not None:
        write_screening(request.out, screening)
    if request.as_json:
        sys.stdout.write(to_json(screening_document(screening)))
    else:
        say_screening(screening, request.out, console())
    return 0


def _day(text: str | None) -> datetime.date | None:
    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise StudyError(
            "not a day", where="--as-of", value=text, allowed="YYYY-MM-DD", next_step="write it as in 2026-11-22"
        ) from None


def _placed(facts: Facts, near: str | None) -> Facts:
    """Put the patient where ``--near`` says."""
    if near is None:
        return facts
    found = _PLACE.fullmatch(near)
    latitude, longitude = (float(found[1]), float(found[2])) if found else (999.0, 999.0)
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise StudyError(
            "not a place", where="--near", value=near, allowed="latitude -90 to 90, longitude -180 to 180, in degrees",
            next_step="write it as in 48.1,11.6",
        )  # fmt: skip
    return replace(facts, latitude=latitude, longitude=longitude)
