"""Search for the best design: proposals of optuna, each simulated on the same virtual patients, the best ones again.

The search is walked again from its beginning when it is continued: its seed gives the same proposals, and those that
were simulated are found in the folder, so that an interrupted search ends with the same bytes as one in one go.
"""

from __future__ import annotations

import dataclasses
import math
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.trial.types import Study
from adoptive.workbench.design.comparison import cost_per_treated, simulator_for, tell
from adoptive.workbench.design.designs import study_with
from adoptive.workbench.design.objective import Expression
from adoptive.workbench.design.run import Bench, bench_for, simulate_designs
from adoptive.workbench.design.search import Field, Finding, Proposal, Search
from adoptive.workbench.design.summary import averages, resamples
from adoptive.workbench.design.types import Asked, Design, Measured, Progress, Value
from adoptive.workbench.engine.pool import open_team
from adoptive.workbench.engine.run import workers_for

__all__ = ["FINALISTS", "SEARCH_SHARE", "largest_of", "optimise"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

FINALISTS: Final = 5
"""Best proposals that are simulated further."""

SEARCH_SHARE: Final = 4
"""A proposal gets the trials over this; the finalists get all of them."""

_RANDOM_FIRST: Final = 10
"""Proposals at random before the search learns from them."""

_LEAST_FOR_IMPORTANCE: Final = 12


def optimise(
    study: Study, search: Search, asked: Asked, *, folder: Path, workers: int | None = 1,
    progress: Progress | None = None, say: Callable[[str], None] | None = None, simulate: Any = None,
) -> Finding:  # fmt: skip
    """Search the fields for the best objective under the constraints.

    Every proposal is simulated on the same ``most_trials / 4`` virtual trials, proposed by the tree-structured Parzen
    estimator of optuna (Bergstra et al. 2011). The best few are simulated to ``most_trials`` and judged on the trials
    that the search did not see, since the best of many noisy numbers is too good.

    Raises
    ------
    StudyError
        A size that is refused, or no proposal that can be simulated.
    RunError
        A worker was lost, or the folder cannot be written.
    """
    place = folder / "parts"
    place.mkdir(parents=True, exist_ok=True)
    with open_team(workers_for(workers)) as team:
        bench = bench_for(largest_of(study, search), asked, place, team, simulate or simulator_for(asked), progress)
        few = min(asked.most_trials, -(-max(asked.most_trials // SEARCH_SHARE, 1) // bench.block) * bench.block)
        bench.tally["expected"] = search.proposals * few + FINALISTS * (asked.most_trials - few)
        tried, state, stopped = _propose(study, search, bench, few, say)
        chosen = _choose(tried, search)
        if not chosen:
            raise StudyError("no proposal can be simulated", where="--vary", value=tried[0].refused or None)
        return _judge(study, search, bench, tried, chosen, few, _importance(state, search), stopped)


def largest_of(study: Study, search: Search) -> list[Study]:
    """Give the study at the largest number of patients that may be proposed: it sets the size of the blocks."""
    sizes = [
        int(max(field.choices)) if field.choices else int(field.high)
        for field in search.fields
        if field.place == ("trial", "randomised")
    ]
    return [study, *(study_with(study, {("trial", "randomised"): size}) for size in sizes)]


def _propose(
    study: Study, search: Search, bench: Bench, few: int, say: Callable[[str], None] | None
) -> tuple[list[Proposal], Any, str]:
    """Ask for proposals, simulate each, and tell how good it was."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    seen: dict[tuple[Value, ...], Proposal] = {}
    tried, until = list[Proposal](), time.monotonic() + 60.0 * (search.time_limit or math.inf)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        state = _state(search, bench.asked.seed)
        for number in range(1, search.proposals + 1):
            if tried and time.monotonic() > until:
                return tried, state, f"after {number - 1} of {search.proposals} proposals, for the time limit"
            asked = state.ask({field.name: _distribution(field) for field in search.fields})
            values = {field.name: _value(field, asked.params[field.name]) for field in search.fields}
            key = tuple(values.values())
            found = seen.get(key) or _try(study, search, bench, values, few)
            seen[key] = found
            tried.append(dataclasses.replace(found, number=number))
            _tell(state, asked, found)
            if say is not None:
                say(_said(tried, search))
    return tried, state, ""


def _state(search: Search, seed: int) -> Any:
    """Begin optuna's study: everything it draws comes from the seed."""
    import optuna

    sampler = optuna.samplers.TPESampler(
        seed=seed % 2**32, n_startup_trials=min(_RANDOM_FIRST, max(search.proposals // 2, 1)),
        constraints_func=(lambda trial: trial.user_attrs["shortfall"]) if search.constraints else None,
    )  # fmt: skip
    return optuna.create_study(direction="minimize" if search.minimise else "maximize", sampler=sampler)


def _distribution(field: Field) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if field.choices:
        return CategoricalDistribution(list(field.choices))
    if field.whole:
        return IntDistribution(int(field.low), int(field.high), step=int(field.step or 1))
    return FloatDistribution(field.low, field.high, step=field.step)


def _value(field: Field, proposed: Any) -> Value:
    """Give a proposed value as the study file has it; ranges without steps have four digits."""
    if field.choices:
        return next(choice for choice in field.choices if choice == proposed and type(choice) is type(proposed))
    if field.whole:
        return int(proposed)
    return float(f"{proposed:.10g}") if field.step else float(f"{proposed:.4g}")


def _tell(state: Any, asked: Any, found: Proposal) -> None:
    from optuna.trial import TrialState

    asked.set_user_attr("shortfall", [found.shortfall if math.isfinite(found.shortfall) else 1e9])
    if found.objective is None:
        state.tell(asked, state=TrialState.FAIL)
    else:
        state.tell(asked, found.objective)


def _try(study: Study, search: Search, bench: Bench, values: Mapping[str, Value], few: int) -> Proposal:
    """Simulate one proposal."""
    try:
        design = _design(study, search, values)
    except StudyError as problem:
        return Proposal(0, values, None, math.inf, math.inf, 0, str(problem))
    once = dataclasses.replace(bench, asked=dataclasses.replace(bench.asked, most_trials=few, precision=()))
    ((measured, _),) = simulate_designs(once, [design])
    return _proposal(search, bench, design, measured)


def _design(study: Study, search: Search, values: Mapping[str, Value], number: int = 1) -> Design:
    places = {field.name: field.place for field in search.fields}
    return Design(number, dict(values), study_with(study, {places[name]: value for name, value in values.items()}))


def _proposal(search: Search, bench: Bench, design: Design, measured: Measured, *, number: int = 0) -> Proposal:
    """Work out the objective and the constraints of a design."""
    if measured.refused:
        return Proposal(number, design.values, None, math.inf, math.inf, 0, measured.refused)
    keys = [item.key for item in bench.characteristics]
    used = {name for each in _expressions(search) for name in each.names if name in keys}
    known = measured.estimable[:, [keys.index(name) for name in sorted(used)]].all(axis=1)
    size = int(known.sum())
    if size < 2:
        return Proposal(number, design.values, None, math.inf, math.inf, len(measured.trials))
    every = np.arange(size)[None, :]
    work_out = partial(_worked_out, bench=bench, design=design, values=measured.values[known])
    mean, spread = float(work_out(search.objective, rows=every)[0]), work_out(search.objective, rows=resamples(size))
    error = float(spread.std(ddof=1)) if np.isfinite(spread).all() else math.inf
    rules = [float(work_out(rule.shortfall, rows=every)[0]) for rule in search.constraints]
    shortfall = max((rule if math.isfinite(rule) else math.inf for rule in rules), default=-math.inf)
    return Proposal(
        number, design.values, mean if math.isfinite(mean) else None, error, shortfall, len(measured.trials)
    )


def _expressions(search: Search) -> tuple[Expression, ...]:
    return (search.objective, *(rule.shortfall for rule in search.constraints))


def _worked_out(expression: Expression, *, bench: Bench, design: Design, values: Floats, rows: Rows) -> Floats:
    """Work an expression out on samples of trials: ``rows`` ``(samples, trials)`` gives ``(samples,)``."""
    keys = {item.key: at for at, item in enumerate(bench.characteristics)}
    named: dict[str, Any] = {}
    for name in expression.names:
        if name in keys:
            named[name] = averages(bench.characteristics[keys[name]], values[:, keys[name]], rows)
        elif name == "cost":
            dollars = cost_per_treated(design.study, bench.asked.seed)
            named[name] = np.nan if dollars is None else dollars
        else:
            named[name] = float(design.values[name])
    return np.broadcast_to(np.asarray(expression.at(named), float), (len(rows),))


def _choose(tried: Sequence[Proposal], search: Search) -> list[Proposal]:
    """Choose the best proposals, each design once: those that meet the constraints first."""
    able = {tuple(each.values.values()): each for each in reversed(tried) if each.objective is not None}
    return sorted(able.values(), key=lambda each: _rank(each, search))[:FINALISTS]


def _rank(each: Proposal, search: Search) -> tuple[bool, float, float]:
    assert each.objective is not None
    better = each.objective if search.minimise else -each.objective
    return (not each.feasible, 0.0 if each.feasible else each.shortfall, better)


def _judge(
    study: Study, search: Search, bench: Bench, tried: list[Proposal], chosen: list[Proposal], few: int,
    importance: Mapping[str, float], stopped: str,
) -> Finding:  # fmt: skip
    """Simulate the finalists further, judge them on the new trials, and put them in order."""
    asked = dataclasses.replace(bench.asked, precision=())
    further = dataclasses.replace(bench, asked=asked, say=None)
    designs = [_design(study, search, each.values, each.number) for each in chosen]
    found = simulate_designs(further, designs)
    fresh = asked.most_trials - few
    judged = [
        _proposal(search, bench, design, _only(measured, few if fresh > 1 else 0), number=each.number)
        for each, design, (measured, _) in zip(chosen, designs, found, strict=True)
    ]
    able = [at for at, each in enumerate(judged) if each.objective is not None]
    order = sorted(able, key=lambda at: _rank(judged[at], search)) or list(range(len(judged)))
    factors = [
        field.factor(tuple(dict.fromkeys(design.values[field.name] for design in designs))) for field in search.fields
    ]
    varied = tell(study, factors, [designs[at] for at in order], further, [found[at] for at in order], base=0)
    return Finding(
        search, bench.asked, tuple(tried), tuple(judged[at] for at in order), varied, importance,
        fresh if fresh > 1 else 0, stopped,
    )  # fmt: skip


def _only(measured: Measured, first: int) -> Measured:
    """Keep the trials from a number on."""
    rows = measured.trials >= first
    return dataclasses.replace(
        measured, trials=measured.trials[rows], values=measured.values[rows], estimable=measured.estimable[rows]
    )


def _importance(state: Any, search: Search) -> dict[str, float]:
    """Give the share of each field in being among the best proposals (PED-ANOVA of optuna); none from too few."""
    import optuna

    done = [trial for trial in state.trials if trial.state == optuna.trial.TrialState.COMPLETE]
    if len(done) < _LEAST_FOR_IMPORTANCE or len(search.fields) < 2:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        evaluator = optuna.importance.PedAnovaImportanceEvaluator()
        shares = optuna.importance.get_param_importances(state, evaluator=evaluator)
    return {name: float(share) for name, share in shares.items()} if all(map(math.isfinite, shares.values())) else {}


def _said(tried: Sequence[Proposal], search: Search) -> str:
    best = _choose(tried, search)
    known = best[0].objective if best else None
    said = "" if known is None else f", best {search.objective.text} {known:.4g}"
    return f"proposal {len(tried)} of {search.proposals}{said}"
