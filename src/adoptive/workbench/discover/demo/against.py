"""Found against planted: what became of every planted receptor, and what the virtual trials say of two products."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from adoptive.antigen.coverage import covered, scenarios
from adoptive.antigen.discovered import Clonotype, Hit, Receptor
from adoptive.workbench.discover.demo.plates import true_receptor
from adoptive.workbench.discover.demo.types import Outcome, Patient, PlantedReceptor, Trials

__all__ = ["ENDPOINTS", "coverage_of", "outcomes", "tally", "trials_of"]

ENDPOINTS: Final = {
    ("infused_fraction", "inf"): "infused, % of those enrolled",
    ("orr", "inf"): "objective response, %",
    ("dcr", "inf"): "disease control, %",
    ("pfs_rate", "6"): "free of progression at 6 months, %",
}
"""Endpoints of the run that are shown: name and months, and what they are called."""


def outcomes(
    patient: Patient,
    clonotypes: Sequence[Clonotype],
    hits: Sequence[Hit],
    receptors: Sequence[Receptor],
    screened: Sequence[Clonotype],
) -> tuple[Outcome, ...]:
    """Say of every planted receptor that sees a mutation, or that was screened, what became of it."""
    own: dict[str, Clonotype] = {}
    for one in clonotypes:
        planted = true_receptor(one, patient)
        if planted is not None:
            own.setdefault(planted.name, one)
    by_id = {one.id: one for one in receptors}
    tested = {one.id for one in screened}
    found = []
    for planted in patient.receptors:
        clonotype = own.get(planted.name)
        name = clonotype.id if clonotype else ""
        if planted.antigen or name in tested:
            best = [hit for hit in hits if hit.effector == name and hit.hit]
            found.append(_outcome(planted, clonotype, name in tested, best, by_id.get(name)))
    return tuple(found)


def _outcome(
    planted: PlantedReceptor, clonotype: Clonotype | None, screened: bool, hits: Sequence[Hit], built: Receptor | None
) -> Outcome:
    right = next((hit for hit in hits if hit.antigen and hit.antigen == planted.antigen), None)
    said = right or next(iter(hits), None)
    fold = planted.wild_type_fold
    truth = f"{planted.antigen} on {planted.hla}" if planted.antigen else "nothing in the tumour"
    if fold is not None and fold < 10.0:
        truth += ", and the wild type"
    return Outcome(
        planted.name, truth, planted.cells, clonotype.id if clonotype else "", screened,
        said.antigen if said else "", said.hla if said else "", planted.ec50_m, said.ec50_m if said else None,
        built.rank if built else 0, _verdict(planted, clonotype, screened, said, right, built),
    )  # fmt: skip


def _verdict(
    planted: PlantedReceptor, clonotype: Clonotype | None, screened: bool, said: Hit | None, right: Hit | None,
    built: Receptor | None,
) -> str:  # fmt: skip
    """Judge one planted receptor in words; the first word is counted by :func:`tally`."""
    sees = bool(planted.antigen)
    if sees and clonotype is None:
        return "missed: its chains are in no clone"
    if sees and not screened:
        return "missed: its cells do not look reactive, so it was not screened"
    if sees and said is None:
        return "missed: screened without response"
    if sees and right is None:
        return "unresolved: the screen responded, its antigen was not told"
    if not sees:
        return "left: screened without response" if said is None else "false: the screen responded by chance"
    if planted.wild_type_fold is not None and planted.wild_type_fold < 10.0:
        chosen = built is not None and built.rank > 0
        return (
            "false: it sees the wild type, and was chosen" if chosen else "left: the titration shows that it sees self"
        )
    wrong = right is not None and right.hla not in ("", planted.hla)
    return "false: the wrong allele" if wrong else "found"


def tally(rows: Sequence[Outcome]) -> dict[str, int]:
    """Count outcomes by their first word."""
    words = ("found", "unresolved", "missed", "left", "false")
    return {word: sum(one.verdict.split(":")[0] == word for one in rows) for word in words}


def coverage_of(patient: Patient, products: Mapping[str, Sequence[Receptor]]) -> list[dict[str, object]]:
    """Give the covered share of the tumour in every scenario of loss, for each product: rows of a table."""
    return [
        {"product": name, "scenario": one.name, "covered": covered(patient.clones, receptors, one)}
        for name, receptors in products.items()
        for one in scenarios(patient.alleles)
    ]


def trials_of(folder: Path, product: str, receptors: Sequence[str]) -> Trials:
    """Read the tables of a run and give the mean of each endpoint over its trials."""
    place = next(folder.glob("*/tables/trial_values.csv"))
    values: dict[str, list[float]] = {words: [] for words in ENDPOINTS.values()}
    with place.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words = ENDPOINTS.get((row["endpoint"], row["at_months"]))
            if words and row["estimable"] == "true":
                values[words].append(float(row["value"]))
    return Trials(product, tuple(receptors), {words: _mean(found) for words, found in values.items() if found})


def _mean(values: Sequence[float]) -> tuple[float, float]:
    """Give mean and Monte Carlo standard error; nothing is known of the error of one trial."""
    error = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")
    return float(np.mean(values)), error
