"""Simulate the plates of the made-up patient: counts of spots from what was planted, and from nothing else.

A well's mean is ``5 + 180 d / (d + EC50)`` spots where a planted receptor meets its antigen on its allele (``d``: molar
concentration of the peptide; a pool or long peptide counts as 1e-6), else 5; counts are negative binomial with variance
``mean + mean**2 / 20``. All four numbers are made up.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from adoptive.antigen.discovered import Allele, Clonotype, Hit, Neoantigen
from adoptive.antigen.hits import antigen_of
from adoptive.antigen.pools import well_name
from adoptive.antigen.screen_types import Pool
from adoptive.streams import purpose_word
from adoptive.workbench.discover.demo.genes import source_of
from adoptive.workbench.discover.demo.types import SYNTHETIC, Patient, PlantedReceptor

__all__ = ["MadeWell", "candidates", "follow_up_wells", "plate_text", "pool_wells", "true_receptor"]

BACKGROUND: Final = 5.0
TOP: Final = 180.0
SPREAD: Final = 20.0
POOL_M: Final = 1e-6
DOSES_M: Final = (1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5)
READOUT: Final = "IFN-g ELISPOT"
_NO_CANDIDATE: Final = ("bystander", "viral", "MAIT", "iNKT", "doublet", "one cell")


@dataclass(frozen=True)
class MadeWell:
    """Hold one well before its count is drawn: what stands in it."""

    effector: str
    stimulus: str
    kind: str
    replicate: int
    peptide_m: float | None = None
    hla: str = ""


def candidates(clonotypes: Sequence[Clonotype], *, most: int) -> tuple[Clonotype, ...]:
    """Choose which clones are built and screened: of two cells or more, no bystander by its flags, most reactive first.

    Both receptors of a clone with two alphas are taken, as one more.
    """
    able = [
        one for one in clonotypes
        if one.cells > 1 and not any(flag.startswith(_NO_CANDIDATE) for flag in one.flags)
    ]  # fmt: skip
    able.sort(key=lambda one: (-(one.reactivity or 0.0), one.id))
    clones = list(dict.fromkeys(one.clone for one in able))[:most]
    return tuple(one for one in able if one.clone in clones)


def true_receptor(clonotype: Clonotype, patient: Patient) -> PlantedReceptor | None:
    """Give the planted receptor that has a clonotype's two chains, None if none has; a second alpha sees nothing."""
    for one in patient.receptors:
        if clonotype.cdr3b_nt != one.beta.cdr3_nt:
            continue
        if clonotype.cdr3a_nt == one.alpha.cdr3_nt:
            return one
        if one.second_alpha is not None and clonotype.cdr3a_nt == one.second_alpha.cdr3_nt:
            return replace(one, name=f"{one.name}, other alpha", antigen="", hla="", ec50_m=None, wild_type_fold=None)
    return None


def pool_wells(effectors: Sequence[Clonotype], pools: Sequence[Pool]) -> tuple[MadeWell, ...]:
    """Lay out the first plates: each effector without antigen, with every row and column pool, positive control."""
    return tuple(
        well
        for one in effectors
        for well in (
            *(MadeWell(one.id, "", "none", number) for number in range(1, 7)),
            *(MadeWell(one.id, "CD3 and CD28", "positive control", number) for number in (1, 2)),
            *(
                MadeWell(one.id, pool.name, "mutant", number)
                for pool in pools
                if pool.axis != "tandem"
                for number in (1, 2, 3)
            ),
        )
    )


def follow_up_wells(
    hits: Sequence[Hit], neoantigens: Sequence[Neoantigen], alleles: Sequence[Allele]
) -> tuple[MadeWell, ...]:
    """Lay out the next plates for every hit: titration of mutant and wild type, and each allele alone."""
    known = {one.id: one for one in neoantigens}
    found: list[MadeWell] = []
    for hit in hits:
        if hit.hit and hit.antigen:
            found += _titration(hit.effector, known[hit.antigen])
            found += [
                MadeWell(hit.effector, stimulus, kind, number, None, one.hla)
                for one in alleles
                for stimulus, kind in (("", "none"), (hit.antigen, "mutant"))
                for number in (1, 2, 3)
            ]
    return tuple(dict.fromkeys(found))


def _titration(effector: str, antigen: Neoantigen) -> Iterator[MadeWell]:
    stimulus = f"{antigen.id}/{antigen.peptide}"
    for kind in ("mutant", "wild type") if antigen.wild_type else ("mutant",):
        for dose in DOSES_M:
            for number in (1, 2):
                yield MadeWell(effector, stimulus, kind, number, dose)


def plate_text(
    wells: Sequence[MadeWell], effectors: Sequence[Clonotype], pools: Sequence[Pool], patient: Patient, *, seed: int
) -> str:
    """Draw every well's count and write the plate; a well's count does not depend on the other wells."""
    truth = {one.id: true_receptor(one, patient) for one in effectors}
    inside = {pool.name: pool.antigens for pool in pools}
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ("plate", "well", "effector", "stimulus", "readout", "kind", "count", "replicate", "peptide_m", "hla", "note")
    )
    for place, well in enumerate(wells):
        plate, inner = divmod(place, 96)
        count = _count(well, _mean(well, truth[well.effector], inside), seed)
        dose = "" if well.peptide_m is None else f"{well.peptide_m:g}"
        writer.writerow(
            (plate + 1, well_name(inner), well.effector, well.stimulus, READOUT, well.kind, count, well.replicate, dose,
             well.hla, SYNTHETIC)
        )  # fmt: skip
    return out.getvalue()


def _mean(well: MadeWell, truth: PlantedReceptor | None, inside: Mapping[str, Sequence[str]]) -> float:
    """Give the mean number of spots."""
    if well.kind == "positive control":
        return BACKGROUND + TOP
    if truth is None or truth.ec50_m is None or well.kind == "none":
        return BACKGROUND
    antigen, _, peptide = well.stimulus.partition("/")
    sees = truth.antigen in inside.get(well.stimulus, (antigen_of(antigen),))
    presented = well.hla in ("", truth.hla)
    if not sees or not presented or (peptide and truth.other_peptide):
        return BACKGROUND
    ec50 = truth.ec50_m * ((truth.wild_type_fold or 1.0) if well.kind == "wild type" else 1.0)
    dose = POOL_M if well.peptide_m is None else well.peptide_m
    return BACKGROUND + TOP * dose / (dose + ec50)


def _count(well: MadeWell, mean: float, seed: int) -> int:
    """Draw spots for one well, from a source named by what stands in it."""
    name = f"{well.effector}|{well.stimulus}|{well.kind}|{well.replicate}|{well.peptide_m}|{well.hla}"
    source = source_of(seed, f"well {purpose_word(name)}")
    return int(source.negative_binomial(SPREAD, SPREAD / (SPREAD + mean)))
