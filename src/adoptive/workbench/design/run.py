"""Simulate designs in rounds of whole blocks of trials until each is precise enough; what is finished is kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from adoptive.errors import RunError, StudyError
from adoptive.trial.types import Study, TrialRecord
from adoptive.workbench.design.characteristics import PrimaryTest, characteristics_of, measure, primary_test
from adoptive.workbench.design.parts import Part, digest_of, read_part, write_part
from adoptive.workbench.design.summary import number, precise, wanted_error
from adoptive.workbench.design.types import Asked, Characteristic, Design, Measured, Number, Progress
from adoptive.workbench.engine.pool import Team
from adoptive.workbench.limits import block_trials, check_size

__all__ = ["FIRST_TRIALS", "Bench", "FixedClinic", "bench_for", "check_asked", "simulate_designs"]

FIRST_TRIALS: Final = 50
"""Trials of every design before anything is decided: fewer would often stop on a lucky streak."""

_DOMINATED: Final = 4.0
"""Standard errors of a paired difference of power beyond which a design is clearly worse than another."""


@dataclass(frozen=True)
class FixedClinic:
    """Simulate trials with the published parameters in every one."""

    def __call__(self, study: Study, *, seed: int, trials: Sequence[int], detail: bool = False) -> TrialRecord:
        """Give the record of the trials."""
        from adoptive.trial.run import run_trial

        return run_trial(study, seed=seed, trials=trials, detail=detail, fixed_parameters=True)


@dataclass(frozen=True)
class Job:
    """Hold what one block needs; everything in it travels to another process, which writes the part itself."""

    study: Study
    seed: int
    part: Part
    characteristics: tuple[Characteristic, ...]
    test: PrimaryTest
    simulate: Any


@dataclass(frozen=True)
class Bench:
    """Hold what all designs share: what is asked and measured, the size of a block, the folder of the parts.

    ``tally`` counts parts by what became of them.
    """

    asked: Asked
    characteristics: tuple[Characteristic, ...]
    block: int
    folder: Path
    team: Team
    simulate: Any
    progress: Progress | None = None
    say: Callable[[str], None] | None = None
    tally: dict[str, Any] = field(default_factory=lambda: {"found": 0, "made": 0, "damaged": [], "trials": 0})


def check_asked(studies: Sequence[Study], asked: Asked) -> tuple[Characteristic, ...]:
    """Refuse what cannot be simulated or measured, before anything is computed; give what is measured.

    Raises
    ------
    StudyError
        A size that is refused, an endpoint that one of the designs does not have, a precision for what is not measured.
    """
    check_size(asked.most_trials, max(study.trial.randomised for study in studies))
    items = characteristics_of(studies[0], asked)
    known = [item.key for item in items]
    for study in studies[1:]:
        if [item.key for item in characteristics_of(study, asked)] != known:
            raise StudyError("designs that are measured differently", where="--vary", next_step="compare them apart")
    for wanted in asked.precision:
        if wanted.key not in known:
            raise StudyError(
                "a precision for what is not measured", where="--precision", value=wanted.key,
                allowed=", ".join(known), next_step="ask for it with --endpoint, or leave it out",
            )  # fmt: skip
    return items


def bench_for(
    studies: Sequence[Study], asked: Asked, folder: Path, team: Team, simulate: Any, progress: Progress | None = None
) -> Bench:
    """Prepare the simulation of designs.

    All designs share one size of block, that of the largest, so that their rounds end on the same trials.

    Raises
    ------
    StudyError
        What :func:`check_asked` refuses.
    """
    items = check_asked(studies, asked)
    largest = max(study.trial.randomised for study in studies)
    longest = max(study.trial.accrual_months + study.trial.follow_up_months for study in studies)
    return Bench(asked, items, block_trials(largest, months=longest), folder, team, simulate, progress)


def simulate_designs(bench: Bench, designs: Sequence[Design], *, base: int = 0) -> list[tuple[Measured, str]]:
    """Simulate every design until it is precise enough; give its trials and why it ended.

    Each round ends before the next is planned, so the plan depends on the numbers alone, not on who was faster. The
    base goes on until no design has more trials than it. A design whose every trial agrees stays uncertain: see
    :func:`adoptive.workbench.design.summary.share_error`.
    """
    first = min(_whole(bench, FIRST_TRIALS), bench.asked.most_trials)
    state = [_empty(bench) for _ in designs]
    ended, targets = [""] * len(designs), [first] * len(designs)
    while any(len(state[at].trials) < targets[at] and not ended[at].endswith("refused") for at in range(len(designs))):
        _one_round(bench, designs, state, targets)
        for at, measured in enumerate(state):
            ended[at], targets[at] = _decide(bench, measured)
        if bench.asked.drop_dominated:
            _drop(bench, state, ended, targets)
        if not state[base].refused:
            targets[base] = max([targets[base], *(len(part.trials) for part in state), *targets])
        if bench.say is not None:
            bench.say(_said(state, ended, targets))
    return list(zip(state, ended, strict=True))


def _decide(bench: Bench, measured: Measured) -> tuple[str, int]:
    """Say whether a design's simulation ended and why, and how many trials it is to have."""
    done = len(measured.trials)
    if measured.refused:
        return "refused", done
    keys = [item.key for item in bench.characteristics]
    numbers = [(wanted, _number(bench, measured, keys.index(wanted.key))) for wanted in bench.asked.precision]
    if numbers and precise(numbers):
        return "precise", done
    if done >= bench.asked.most_trials:
        return "most trials", done
    needed = [_needed(done, found, wanted_error(wanted, found)) for wanted, found in numbers]
    wish = max(needed, default=bench.asked.most_trials)
    return "", min(bench.asked.most_trials, _whole(bench, min(max(wish, done + 1), max(2 * done, 1))))


def _needed(done: int, found: Number, wanted: float) -> int:
    """Guess how many trials bring an error down to what is wanted: it falls with their square root."""
    if not (found.share > 0 and np.isfinite(found.error) and wanted > 0):
        return 2 * done
    return int(np.ceil(done * min((found.error / wanted) ** 2, 2.0)))


def _drop(bench: Bench, state: list[Measured], ended: list[str], targets: list[int]) -> None:
    """End designs that another one beats clearly in power with no more patients, on the same trials."""
    keys = [item.key for item in bench.characteristics]
    if "power" not in keys:
        return
    power, size = keys.index("power"), keys.index("n")
    for at, measured in enumerate(state):
        if not ended[at] and any(_beats(other, measured, power, size) for other in state if not other.refused):
            ended[at], targets[at] = "dominated", len(measured.trials)


def _beats(other: Measured, one: Measured, power: int, size: int) -> bool:
    trials = min(len(other.trials), len(one.trials))
    if trials < 2 or other.values[:trials, size].mean() > one.values[:trials, size].mean():
        return False
    gap = other.values[:trials, power] - one.values[:trials, power]
    return bool(gap.mean() > _DOMINATED * max(gap.std(ddof=1) / np.sqrt(trials), 1.0 / trials))


def _one_round(bench: Bench, designs: Sequence[Design], state: list[Measured], targets: Sequence[int]) -> None:
    """Bring every design to its target: parts that are there are read, the others simulated."""
    parts = [
        (at, part)
        for at, design in enumerate(designs)
        for part in _parts(bench, design, len(state[at].trials), targets[at])
    ]
    there = {row: found for row, (_, part) in enumerate(parts) if (found := _read(bench, part)) is not None}
    missing = [row for row in range(len(parts)) if row not in there]
    test = [primary_test(design.study, bench.asked) for design in designs]
    jobs = [
        Job(designs[at].study, bench.asked.seed, part, bench.characteristics, test[at], bench.simulate)
        for at, part in (parts[row] for row in missing)
    ]
    for found in there.values():
        _count(bench, "found", len(found.trials), targets)

    def done(place: int, result: Measured) -> None:
        _count(bench, "made", len(jobs[place].part.trials), targets)

    made = bench.team.work(work_block, jobs, done=done)
    there |= dict(zip(missing, made, strict=True))
    for row, (at, _) in enumerate(parts):
        state[at] = _joined(state[at], there[row])


def work_block(job: Job) -> Measured:
    """Simulate a block, keep what is measured, and write its part.

    A design that no trial can be simulated of is a finding, not the end of the others.
    """
    trials = np.asarray(job.part.trials, np.int64)
    try:
        record = job.simulate(job.study, seed=job.seed, trials=job.part.trials)
        values, estimable = measure(record, job.characteristics, job.test)
        measured = Measured(trials, values, estimable)
    except StudyError as problem:
        nothing = np.zeros((0, len(job.characteristics)))
        measured = Measured(trials[:0], nothing, nothing.astype(bool), str(problem))
    write_part(job.part, measured)
    return measured


def _parts(bench: Bench, design: Design, done: int, target: int) -> list[Part]:
    keys = tuple(item.key for item in bench.characteristics)
    said = f"{bench.characteristics}{primary_test(design.study, bench.asked)}{bench.simulate}"
    digest = digest_of(design.study, seed=bench.asked.seed, said=said) if done < target else ""
    return [
        _part(bench, digest, keys, tuple(range(first, min(first + bench.block, target))))
        for first in range(done, target, bench.block)
    ]


def _part(bench: Bench, digest: str, keys: tuple[str, ...], trials: tuple[int, ...]) -> Part:
    place = bench.folder / f"{digest[:12]}-{trials[0]:06d}-{trials[-1]:06d}.parquet"
    return Part(place, trials, keys, f"{digest}{list(trials)}")


def _read(bench: Bench, part: Part) -> Measured | None:
    try:
        return read_part(part)
    except RunError as problem:
        bench.tally["damaged"].append(str(problem))
        return None


def _count(bench: Bench, what: str, trials: int, targets: Sequence[int]) -> None:
    bench.tally[what] += 1
    bench.tally["trials"] += trials
    if bench.progress is not None:
        expected = bench.tally.get("expected", sum(targets))
        bench.progress(bench.tally["trials"], max(expected, bench.tally["trials"]))


def _joined(one: Measured, more: Measured) -> Measured:
    if one.refused or more.refused:
        return dataclasses.replace(one, refused=one.refused or more.refused)
    return Measured(
        np.concatenate([one.trials, more.trials]),
        np.concatenate([one.values, more.values]),
        np.concatenate([one.estimable, more.estimable]),
    )


def _empty(bench: Bench) -> Measured:
    nothing = np.zeros((0, len(bench.characteristics)))
    return Measured(np.zeros(0, np.int64), nothing, nothing.astype(bool))


def _number(bench: Bench, measured: Measured, at: int) -> Number:
    return number(bench.characteristics[at], measured.values[:, at], measured.estimable[:, at])


def _whole(bench: Bench, trials: int) -> int:
    """Round up to whole blocks."""
    return -(-trials // bench.block) * bench.block


def _said(state: Sequence[Measured], ended: Sequence[str], targets: Sequence[int]) -> str:
    """Say how far the designs are."""
    done, wanted = sum(len(part.trials) for part in state), sum(targets)
    settled = sum(1 for why in ended if why)
    more = f"; at least {wanted - done:,} more" if wanted > done else ""
    return f"{settled} of {len(state)} designs settled after {done:,} virtual trials{more}"
