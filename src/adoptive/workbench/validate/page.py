"""The page of the documentation that a check writes, with its two pictures beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from adoptive.errors import StudyError
from adoptive.workbench.shelf import study_groups
from adoptive.workbench.validate.class_rates import class_rates, rounds_without_class
from adoptive.workbench.validate.judged import surprises
from adoptive.workbench.validate.pictures import draw_pictures
from adoptive.workbench.validate.types import CheckResult
from adoptive.workbench.validate.words import (
    CONTEST_HEAD,
    COVERAGE_HEAD,
    MISS_HEAD,
    ROUND_HEAD,
    contest_cells,
    count_of,
    coverage_cells,
    mark,
    miss_cells,
    missed,
    round_cells,
    standing,
)

__all__ = ["as_page", "write_page"]

MOST_MISSED: Final = 40
"""Endpoints of the table of what fails; the table by study names all."""

HEAD: Final = """# Validation

<!-- Written by `adoptive check --write docs/validation.md`; do not edit. -->

A study carries what was known before its trial ran; what the trial then published stands beside it. `adoptive check`
simulates {trials} virtual trials of each of {studies} studies (seed {seed}, version {version}), each of the trial's own size, with
its accrual, scans, data cut and drop-out, and asks where the published number lies among them. {standing} A number that
lies in the middle 90 % is *inside*. Numbers without a confirmed source are shown by `adoptive run` and not counted here.
Most of these trials were fitted to: being inside shows that one set of numbers can carry them all, not that a
new trial would be foretold. [Trials that the fit had not seen](#trials-that-the-fit-had-not-seen) ask that.
"""

COVERAGE: Final = """## Coverage

{table}

*A right model*: of how many endpoints the interval would hold, were the model exactly right; more than 90 or 50 %, as a
count of ten patients has few values and an interval holds its ends. The 95 % interval takes the endpoints of one trial as
alike (exact binomial at the effective number of endpoints, Korn and Graubard 1998). Weighted as in the fit {weighted:.0f} %
lie inside; by randomised places, which are free of ties, {by_place:.0f} %.

![Observed against nominal coverage](images/validation-calibration.svg)

![Places of the published numbers among the trials](images/validation-places.svg)

Left: central intervals of every width, with the interval over trials. Below: a flat histogram is a right model, a
hump in the middle one that is too unsure, high ends one that is too sure, a slope one that is too high or too low.
"""

LEFT_OUT: Final = """## Trials that the fit had not seen

Each study in turn is left out of the fit, and its numbers are foretold from the others. {coverage}

The log score is the log of the probability that was given to the responses that came; higher is better, 0 is certainty. Its
rival is the pooled rate of the trial's class of therapies. As published that rate holds the trial itself, so it has
seen what it foretells; without the trial's own patients some classes have nothing left; by Jeffreys' prior it
says how unsure it is. A class rate knows no arms, doses or tumour types.

{contests}

{rounds}

{without}Class rates: {rates}.
"""

NOT_LEFT_OUT: Final = """## Trials that the fit had not seen

This package carries no fits that left single trials out, so nothing can be said of them.
"""

REST: Final = """## Against theory and other software

| kind of test | what it holds the code to |
| --- | --- |
| `laws` | properties over whole families: adding a patient, an arm or a draw moves no other number; tables read back as written |
| `exact` | closed forms, limits, published known answers, order of convergence |
| `double` | a second, independent implementation or other software |
| `statistical` | distributions, with a stated error rate |
| `replication` | a paper's table and number |

## Against the known behaviour of engineered cells

Expansion, contraction, cytokines and blood counts of a typical patient and of a population stand beside their expected ranges, with
every line that fails, in [checks of the kinetics](kinetics_checks.md).

## Not validated

What [assumptions](assumptions.md) lists rests on assumptions. No prediction has been made before a trial reported; how
one is made, dated and scored later, stands in [predicting](predicting.md).
"""


def as_page(result: CheckResult) -> str:
    """Write the page."""
    head = HEAD.format(
        trials=result.trials, studies=len(result.studies), seed=result.seed, version=result.provenance["version"],
        standing=standing(result),
    )  # fmt: skip
    parts = [head, *_stated(result), *_coverage(result), _left_out(result), *_fails(result), *_studies(result), REST]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def write_page(result: CheckResult, path: Path) -> None:
    """Write the page to a file and its pictures to ``images`` beside it; a place that cannot be written is refused."""
    try:
        pictures = draw_pictures(result)
        for name, drawing in pictures.items():
            place = path.parent / "images" / name
            place.parent.mkdir(exist_ok=True)
            place.write_text(drawing, "utf-8")
        path.write_text(as_page(result), "utf-8")
    except OSError as problem:
        raise StudyError(
            "the page cannot be written", where="--write", value=str(path), allowed="a file in an existing folder",
            next_step=problem.strerror or "choose another place",
        ) from problem  # fmt: skip


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _stated(result: CheckResult) -> list[str]:
    if not result.stated:
        return []
    rows = [(row.what, row.found, f"**{mark(row)}**" if row.holds is False else mark(row)) for row in result.stated]
    return [f"## What is asked\n\n{_table(('asked', 'found', ''), rows)}\n"]


def _coverage(result: CheckResult) -> list[str]:
    if not result.coverage:
        return []
    whole = result.coverage[0]
    table = _table(COVERAGE_HEAD, coverage_cells(result.coverage))
    return [COVERAGE.format(table=table, weighted=whole.weighted, by_place=whole.by_place)]


def _left_out(result: CheckResult) -> str:
    if not result.left_out:
        return NOT_LEFT_OUT
    told = " and ".join(
        f"{row.inside} of {row.endpoints} ({row.share:.0f} %, {row.lower:.0f} to {row.upper:.0f}) lie in their {row.nominal:g} % intervals"
        for row in result.left_out_coverage
    )
    without = rounds_without_class(result.left_out, result.rounds)
    return LEFT_OUT.format(
        coverage=f"Of these endpoints {told}.",
        contests=_table(CONTEST_HEAD, map(contest_cells, result.contests)),
        rounds=_table(ROUND_HEAD, map(round_cells, result.rounds)),
        without=f"No class rate is known for {', '.join(f'`{name}`' for name in without)}. " if without else "",
        rates="; ".join(f"{rate.name} {rate.x} of {rate.n}, {rate.source}" for rate in class_rates()),
    )


def _fails(result: CheckResult) -> list[str]:
    rows = surprises(result.judged)
    if not rows:
        return []
    said = f"The {MOST_MISSED} farthest of {len(rows)}" if len(rows) > MOST_MISSED else f"All {len(rows)}"
    return [
        f"## What fails\n\n{said} endpoints that lie outside, by how many standard deviations of the trials.\n\n"
        f"{_table(MISS_HEAD, map(miss_cells, rows[:MOST_MISSED]))}\n"
    ]


def _studies(result: CheckResult) -> list[str]:
    """Write a table for each group of the shelf; what is not bundled comes last."""
    parts = ["## Study by study\n"]
    titles = dict.fromkeys([*(group.title for group in study_groups()), *(study.group for study in result.studies)])
    for title in titles:
        rows = []
        for study in result.studies:
            if study.group == title:
                inside, counted = count_of(study)
                count = f"{inside} of {counted}" if counted else "none confirmed"
                rows.append((f"`{study.name}`", study.study.title, count, missed(study)))
        if rows:
            parts.append(f"### {title}\n\n{_table(('study', 'what', 'inside', 'outside'), rows)}\n")
    return parts
