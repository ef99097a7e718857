"""SBML of one patient's model, and a PEtab problem that fits his transgene levels with it."""

from __future__ import annotations

import csv
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from adoptive.kinetics.observe import GENOMES_PER_UG
from adoptive.kinetics.observe.rows import observed
from adoptive.kinetics.states import IN_BLOOD
from adoptive.parameters import load_book
from adoptive.solve.exchange import write_sbml
from adoptive.workbench.export.patient import PatientModel, patient_model
from adoptive.workbench.export.source import Source

__all__ = ["write_model", "write_problem"]

FITTED: Final = ("pM", "dM", "pE", "dE", "kX")
"""Parameters that the PEtab problem estimates: division and loss of memory and effector cells, exhaustion."""

FOLD: Final = 30.0
"""Bounds of an estimated parameter: its value divided and multiplied by this."""

OBSERVABLE, CONDITION = "car_copies", "patient"


def write_model(source: Source, folder: Path, *, patient: int | None) -> tuple[str, ...]:
    """Write ``model.xml`` (SBML Level 3) of one patient with all that he was given; say how well it repeats the run."""
    model = patient_model(source, patient=patient)
    _sbml(model, folder / "model.xml")
    _table(folder / "levels.csv", ("day", "car_copies_per_ug"), zip(model.day, model.copies, strict=True))
    return (*_said(model), "levels.csv: the run's own transgene levels, day since randomisation")


def _sbml(model: PatientModel, place: Path) -> dict[str, str]:
    """Write the model and give the id that each state and parameter has in it."""
    own = {
        name: row for name, row in load_book().items() if name.startswith("kinetics.") and not {"@", "~"} & set(name)
    }
    meanings = {name.removeprefix("kinetics."): f"{row.meaning} ({row.unit})" for name, row in own.items()}
    text = write_sbml(
        model.model, place, parameters=model.body.values, initial=model.body.initial, events=model.events,
        names=model.names, notes={name: meanings[name] for name in model.model.parameters if name in meanings},
    )  # fmt: skip
    found = re.findall(r'<parameter id="([^"]+)" name="([^"]+)"', text)
    return {name: own for own, name in found}


def _said(model: PatientModel) -> tuple[str, ...]:
    """Say who the patient is and how far the written system is from the run, as the engine here computes it."""
    again = model.again()
    apart = float(np.max(np.abs(again - model.copies) / np.maximum(model.copies, 1.0), initial=0.0))
    return (
        f"patient {model.number}: {len(model.model.states)} states, {len(model.model.parameters)} parameters, "
        f"{model.events.day.shape[1]} doses, {len(model.day)} daily levels",
        f"followed again by these doses, the transgene level differs from the run's by at most {apart:.2g} of itself",
        "not in the file: extinction below one cell, and the ward's rules (their doses are)",
    )  # fmt: skip


def write_problem(source: Source, folder: Path, *, patient: int | None) -> tuple[str, ...]:
    """Write a PEtab problem (version 1): model, conditions, observables, measurements, parameters, YAML; and lint it.

    The measurements are the run's levels, free of error, at and above the limit of quantification; the noise is the
    assay's.
    """
    model = patient_model(source, patient=patient)
    ids = _sbml(model, folder / "model.xml")
    _table(folder / "conditions.tsv", ("conditionId", "conditionName"), [(CONDITION, f"patient {model.number}")])
    _table(
        folder / "observables.tsv",
        ("observableId", "observableName", "observableFormula", "observableTransformation", "noiseFormula",
         "noiseDistribution"),
        [(OBSERVABLE, "CAR copies per ug", _formula(model, ids), "log", f"{observed('qpcr_log_sd'):g}", "normal")],
    )  # fmt: skip
    seen = model.copies >= observed("qpcr_lower")
    _table(
        folder / "measurements.tsv", ("observableId", "simulationConditionId", "measurement", "time"),
        [(OBSERVABLE, CONDITION, f"{value:.10g}", f"{day:g}")
         for day, value in zip(model.day[seen], model.copies[seen], strict=True)],
    )  # fmt: skip
    _table(
        folder / "parameters.tsv",
        ("parameterId", "parameterScale", "lowerBound", "upperBound", "nominalValue", "estimate"),
        [_parameter(ids[name], float(model.body.of(name)[0])) for name in FITTED],
    )  # fmt: skip
    (folder / "problem.yaml").write_text(_yaml(source), "utf-8")
    return (*_said(model), f"{int(seen.sum())} measurements, {len(FITTED)} parameters to estimate", _linted(folder))


def _formula(model: PatientModel, ids: Mapping[str, str]) -> str:
    """Write copies per ug of DNA: genomes per ug x copies per cell x engineered / all nucleated cells in blood."""
    cells = f"(({' + '.join(ids[name] for name in IN_BLOOD)}) / {ids['Vb']})"
    white = f"{ids['L']} + 1000 * {ids['ANC']} + {model.other_per_ul:.12g}"
    return f"{GENOMES_PER_UG:.12g} * {model.vector_copies:.12g} * {cells} / ({cells} + {white})"


def _parameter(own: str, value: float) -> tuple[str, ...]:
    return (own, "log10", f"{value / FOLD:.10g}", f"{value * FOLD:.10g}", f"{value:.10g}", "1")


def _table(place: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table: tabs for PEtab's, commas for CSV."""
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t" if place.suffix == ".tsv" else ",", lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([f"{cell:.10g}" if isinstance(cell, float) else cell for cell in row] for row in rows)


def _yaml(source: Source) -> str:
    return (
        f"# {source.comment}\n"
        "format_version: 1\nparameter_file: parameters.tsv\nproblems:\n"
        "  - condition_files: [conditions.tsv]\n    measurement_files: [measurements.tsv]\n"
        "    observable_files: [observables.tsv]\n    sbml_files: [model.xml]\n"
    )


def _linted(folder: Path) -> str:
    """Let PEtab's own linter read the problem."""
    import petab.v1 as petab
    from petab.v1.lint import lint_problem

    logging.getLogger("petab").setLevel(logging.ERROR)  # it warns that there is no table of figures
    wrong = lint_problem(petab.Problem.from_yaml(str(folder / "problem.yaml")))
    return "PEtab's linter finds a mistake" if wrong else "PEtab's linter finds no mistake"
