"""A bank of virtual trials: every study at many designed values of the free quantities, kept in parts as they come."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.stats import norm, qmc

from adoptive import __version__
from adoptive.parameters import Book, carry, load_book
from adoptive.posterior import Posterior
from adoptive.trial.run import run_trial
from adoptive.verdict import EndpointSpec, judge
from adoptive.workbench.calibrate.evidence import fitted_rows, observations_of
from adoptive.workbench.calibrate.free import designed
from adoptive.workbench.calibrate.scales import onto
from adoptive.workbench.calibrate.types import Bank, Floats, FreeQuantity, Observation
from adoptive.workbench.engine.asked import specs_for, with_units
from adoptive.workbench.engine.pool import open_team
from adoptive.workbench.limits import block_trials
from adoptive.workbench.study import load_study

__all__ = ["WIDEST", "Wave", "around", "draw_design", "load_bank", "simulate_banks"]

WIDEST: Final = 2.5
"""Largest standardised deviation that is simulated."""

_KEY: Final = b"adoptive bank"


@dataclass(frozen=True)
class Wave:
    """Hold one round of simulation: a design ``(draws, free)`` and how many of its draws each study gets."""

    free: tuple[FreeQuantity, ...]
    design: Floats
    seed: int
    draws: dict[str, int]

    @property
    def key(self) -> str:
        """Name what the parts depend on: version, rows, free quantities, design and seed."""
        found = hashlib.sha256(f"{__version__} {self.seed} {self.free!r}".encode())
        found.update("\n".join(map(repr, load_book(calibrated=False).values())).encode())
        found.update(np.ascontiguousarray(self.design).tobytes())
        return found.hexdigest()[:16]


@dataclass(frozen=True)
class _Job:
    """Hold one block of trials of one study; it travels to another process."""

    study: str
    trials: tuple[int, ...]
    seed: int
    posterior: Posterior


def draw_design(free: Sequence[FreeQuantity], *, draws: int, seed: int) -> Floats:
    """Draw a design from the free quantities' distribution before any evidence, ``(draws, free)``: scrambled Sobol."""
    return around(np.zeros(len(free)), np.eye(len(free)), draws=draws, seed=seed)


def around(centre: Floats, covariance: Floats, *, draws: int, seed: int) -> Floats:
    """Draw a normal design around a centre by a scrambled Sobol sequence, within :data:`WIDEST`."""
    sobol = qmc.Sobol(len(centre), rng=np.random.default_rng(seed)).random(2 ** int(np.ceil(np.log2(draws))))[:draws]
    z = norm.ppf(np.clip(sobol, 1e-4, 1.0 - 1e-4))
    return np.asarray(np.clip(centre + z @ np.linalg.cholesky(covariance).T, -WIDEST, WIDEST))


def simulate_banks(
    wave: Wave, folder: Path, *, workers: int = 1, done: Callable[[int, int], None] = lambda _now, _all: None
) -> dict[str, Bank]:
    """Simulate what is not there yet of a wave, one virtual trial for each study and draw, and give the banks.

    Each block of trials is one part, ``folder/<key>/<study>-<first>.parquet``, written under another name and then
    renamed: what a kill leaves is whole. The same wave gives the same parts whatever the number of workers.
    """
    place = folder / wave.key
    place.mkdir(parents=True, exist_ok=True)
    posterior = designed(wave.free, wave.design)
    jobs = [
        _Job(name, block, wave.seed, posterior.of_draws(np.arange(max(wave.draws.values()))))
        for name in wave.draws for block in _blocks(name, wave.draws[name])
    ]  # fmt: skip
    missing = [job for job in jobs if not _part(place, job).is_file()]
    weight = [len(job.trials) * load_study(job.study).trial.randomised for job in jobs]
    so_far = sum(weight) - sum(len(job.trials) * load_study(job.study).trial.randomised for job in missing)
    done(so_far, sum(weight))

    def keep(number: int, values: tuple[Floats, Floats]) -> None:
        nonlocal so_far
        job = missing[number]
        _write(_part(place, job), *values)
        so_far += len(job.trials) * load_study(job.study).trial.randomised
        done(so_far, sum(weight))

    with open_team(min(workers, max(len(missing), 1))) as team:
        team.work(_simulate, missing, done=keep)
    return {name: load_bank(name, wave, place) for name in wave.draws}


def load_bank(name: str, wave: Wave, place: Path) -> Bank:
    """Read one study's bank from its parts."""
    observations = observations_of(name)
    posterior = designed(wave.free, wave.design)
    parts = [_part(place, _Job(name, block, wave.seed, posterior)) for block in _blocks(name, wave.draws[name])]
    tables = [pq.read_table(part) for part in parts]
    raw = np.concatenate([_columns(table, "value") for table in tables])
    estimable = np.concatenate([_columns(table, "estimable") for table in tables]) > 0.5
    return Bank(
        study=name, free=tuple(one.name for one in wave.free), design=wave.design[: wave.draws[name]],
        observations=observations, values=_on_scales(raw, observations), estimable=estimable,
    )  # fmt: skip


def _on_scales(raw: Floats, observations: Sequence[Observation]) -> Floats:
    """Bring simulated values onto the scales of the published ones."""
    each = [onto(raw[:, at], one.scale, n=one.n, cap=one.cap) for at, one in enumerate(observations)]
    return np.stack(each, axis=1)


def _blocks(name: str, draws: int) -> Iterator[tuple[int, ...]]:
    trial = load_study(name).trial
    size = block_trials(trial.randomised, months=trial.accrual_months + trial.follow_up_months)
    return (tuple(range(first, min(first + size, draws))) for first in range(0, draws, size))


def _simulate(job: _Job) -> tuple[Floats, Floats]:
    """Simulate one block and judge it: values and whether they could be estimated, ``(trials, endpoints)``."""
    study, book = load_study(job.study), _book_of(job.posterior)
    specs = specs_for(study, with_units(fitted_rows(job.study)))[:-1]
    return _judged(run_trial(study, seed=job.seed, trials=job.trials, book=book), specs)


def _judged(record: Any, specs: Sequence[EndpointSpec]) -> tuple[Floats, Floats]:
    estimates = judge(record.patients, record.screening, specs)
    values = np.stack([np.asarray(item.values, float) for item in estimates], axis=1)
    return values, np.stack([np.asarray(item.estimable, float) for item in estimates], axis=1)


def _book_of(posterior: Posterior) -> Book:
    return carry(load_book(calibrated=False), posterior)


def _part(place: Path, job: _Job) -> Path:
    return place / f"{job.study}-{job.trials[0]:06d}-{len(job.trials)}.parquet"


def _write(part: Path, values: Floats, estimable: Floats) -> None:
    columns = {f"value {at}": values[:, at] for at in range(values.shape[1])}
    columns |= {f"estimable {at}": estimable[:, at] for at in range(values.shape[1])}
    table = pa.table(columns).replace_schema_metadata({_KEY: json.dumps({"version": __version__}).encode()})
    half = part.with_suffix(f".{os.getpid()}.part")
    pq.write_table(table, half)
    half.replace(part)


def _columns(table: pa.Table, kind: str) -> Floats:
    names = [name for name in table.column_names if name.startswith(f"{kind} ")]
    return np.stack([np.asarray(table[name], float) for name in names], axis=1)
