"""The page of the documentation that a check writes, with its two pictures beside it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from adoptive.errors import StudyError
from adoptive.workbench.shelf import study_groups
from adoptive.workbench.validate.class_rates import class_rates, rounds_without_class
from adoptive.workbench.validate.judged import surprises
from adoptive.workbench.validate.leave_one_out import mean_crps_of_times
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


@cache
def _texts() -> Mapping[str, str]:
    return tomllib.loads(resources.files("adoptive.workbench.validate").joinpath("page.toml").read_text("utf-8"))


def _text(name: str) -> str:
    return _texts()[name]


def as_page(result: CheckResult) -> str:
    """Write the page."""
    head = _text("head").format(
        trials=result.trials, studies=len(result.studies), seed=result.seed, version=result.provenance["version"],
        standing=standing(result),
    )  # fmt: skip
    parts = [
        head,
        *_stated(result),
        *_coverage(result),
        _left_out(result),
        *_fails(result),
        *_studies(result),
        _text("rest"),
    ]
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
    return [_text("coverage").format(table=table, weighted=whole.weighted, by_place=whole.by_place)]


def _left_out(result: CheckResult) -> str:
    if not result.left_out:
        return _text("not_left_out")
    told = " and ".join(
        f"{row.inside} of {row.endpoints} ({row.share:.0f} %, {row.lower:.0f} to {row.upper:.0f}) lie in their "
        f"{row.nominal:g} % intervals"
        for row in result.left_out_coverage
    )
    without = rounds_without_class(result.left_out, result.rounds)
    return _text("left_out").format(
        coverage=f"Of these endpoints {told}.{_times(result)}",
        contests=_table(CONTEST_HEAD, map(contest_cells, result.contests)),
        rounds=_table(ROUND_HEAD, map(round_cells, result.rounds)),
        without=f"No class rate is known for {', '.join(f'`{name}`' for name in without)}. " if without else "",
        rates="; ".join(f"{rate.name} {rate.x} of {rate.n}, {rate.source}" for rate in class_rates()),
    )


def _times(result: CheckResult) -> str:
    score = mean_crps_of_times(result.left_out)
    if score is None:
        return ""
    said = "mean continuous ranked probability score"
    return f" Times and hazard ratios are missed by {score:.2f} on the log scale ({said})."


def _fails(result: CheckResult) -> list[str]:
    rows = surprises(result.judged)
    if not rows:
        return []
    said = f"The {MOST_MISSED} farthest of the {len(rows)}" if len(rows) > MOST_MISSED else "All"
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
