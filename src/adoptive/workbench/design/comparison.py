"""Compare designs of a study on the same virtual patients, in a folder that can be continued."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from adoptive.errors import StudyError
from adoptive.trial.types import Study
from adoptive.workbench.design.characteristics import characteristics_of, primary_test
from adoptive.workbench.design.closed_form import closed_form_power
from adoptive.workbench.design.parts import code_digest
from adoptive.workbench.design.run import Bench, FixedClinic, bench_for, simulate_designs
from adoptive.workbench.design.summary import difference, number
from adoptive.workbench.design.types import Asked, Design, DesignResult, Factor, Measured, Progress, Varied
from adoptive.workbench.engine.pool import open_team
from adoptive.workbench.engine.run import ClinicSimulator, workers_for
from adoptive.workbench.study import dump_study

__all__ = ["cost_per_treated", "folder_of", "simulator_for", "tell", "vary"]


def vary(
    study: Study, factors: Sequence[Factor], designs: Sequence[Design], asked: Asked, *, folder: Path, base: int = 0,
    workers: int | None = 1, progress: Progress | None = None, say: Callable[[str], None] | None = None,
    simulate: Any = None,
) -> Varied:  # fmt: skip
    """Simulate every design and compare it with the base.

    A trial's numbers depend on (seed, trial, patient) alone, so that all designs meet the same candidates: differences
    between designs are known better than the designs themselves. Finished blocks stand in ``folder / "parts"`` and are
    used when the same is asked again; workers change the time and no byte.

    Parameters
    ----------
    study
        The study that is varied.
    factors, designs
        What is varied, and :func:`adoptive.workbench.design.designs.designs_of` it.
    asked
        Endpoints, precision, trials, seed and levels.
    folder
        A folder that is there, in which parts are kept.
    base
        Place of the design to which the others are compared.
    workers
        Processes, None: one per core.
    progress
        Called with trials done and trials expected.
    say
        Called with a sentence after each round.
    simulate
        What simulates trials, if not the clinic.

    Raises
    ------
    StudyError
        A size, endpoint or precision that is refused.
    RunError
        A worker was lost, or the folder cannot be written.
    """
    place = folder / "parts"
    place.mkdir(parents=True, exist_ok=True)
    with open_team(workers_for(workers)) as team:
        bench = bench_for(
            [design.study for design in designs], asked, place, team, simulate or simulator_for(asked), progress
        )
        found = simulate_designs(_speaking(bench, say), designs, base=base)
    return tell(study, factors, designs, bench, found, base=base)


def tell(
    study: Study, factors: Sequence[Factor], designs: Sequence[Design], bench: Bench,
    found: Sequence[tuple[Measured, str]], *, base: int,
) -> Varied:  # fmt: skip
    """Put the trials of all designs into numbers.

    Raises
    ------
    StudyError
        No design could be simulated.
    """
    if all(measured.refused for measured, _ in found):
        raise StudyError(f"no design can be simulated: {found[0][0].refused}", where="--vary")
    rows = [
        _result(bench, design, measured, ended, found[base][0], is_base=at == base)
        for at, (design, (measured, ended)) in enumerate(zip(designs, found, strict=True))
    ]
    tally = bench.tally
    return Varied(
        study, tuple(factors), bench.asked, base, bench.characteristics, tuple(rows),
        measured=tuple(measured for measured, _ in found), found=tally["found"], made=tally["made"],
        damaged=tuple(tally["damaged"]),
    )  # fmt: skip


def simulator_for(asked: Asked) -> Any:
    """Give the clinic, with the published parameters in every trial if that is asked."""
    return FixedClinic() if asked.fixed_parameters else ClinicSimulator()


def folder_of(study: Study, asked: Asked, factors: Sequence[Factor], *, kind: str = "design", said: str = "") -> str:
    """Name the folder ``<study>-design-<seed>-<hash>``.

    The hash is of the study, what is varied, what is measured and the code, but neither of the number of trials nor of
    the precision: asking for more of them goes on with what is there.
    """
    measured = f"{characteristics_of(study, asked)}{primary_test(study, asked)}{asked.fixed_parameters}"
    varied = "\n".join(map(repr, factors))
    text = f"{dump_study(study)}\n{varied}\n{said}\n{measured}\n{asked.cost}\n{code_digest()}"
    return f"{study.name}-{kind}-{asked.seed}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def _speaking(bench: Bench, say: Callable[[str], None] | None) -> Bench:
    return dataclasses.replace(bench, say=say)


def _result(
    bench: Bench, design: Design, measured: Measured, ended: str, base: Measured, *, is_base: bool
) -> DesignResult:
    items = bench.characteristics
    if measured.refused:
        return DesignResult(design, 0, {}, {}, "refused", measured.refused)
    numbers = {
        item.key: number(item, measured.values[:, at], measured.estimable[:, at]) for at, item in enumerate(items)
    }
    compared = not is_base and not base.refused
    gaps = {item.key: difference(item, measured, base, at) for at, item in enumerate(items)} if compared else {}
    test = primary_test(design.study, bench.asked)
    return DesignResult(
        design, len(measured.trials), numbers, gaps, ended,
        closed_form=closed_form_power(design.study, test, items, measured),
        cost=cost_per_treated(design.study, bench.asked.seed) if bench.asked.cost else None,
    )  # fmt: skip


def cost_per_treated(study: Study, seed: int) -> float | None:
    """Give what the cells cost per treated patient, US dollars, by the study's facility; None without cells.

    The facility of ``adoptive facility``, with published parameters: one number, not one per trial.
    """
    from adoptive.workbench.facility import Asked as FacilityAsked
    from adoptive.workbench.facility.run import run_facility

    if not study.trial.cell_arms:
        return None
    dollars = run_facility(study, FacilityAsked(seed=seed, logged=0)).bill.per_treated_usd
    return float(dollars) if dollars < float("inf") else None
