"""The page of the documentation that shows the table and says what a pass is worth."""

from __future__ import annotations

from pathlib import Path

from adoptive.errors import StudyError
from adoptive.workbench.check.types import CheckRun, Line
from adoptive.workbench.shelf import reference_study

__all__ = ["as_page", "write_page"]

HEAD = ("check", "what", "expected", "found", "unit", "", "shorter regimen", "range")

INTRODUCTION = """# Checks of the kinetics

<!-- Written by `adoptive check kinetics --write docs/kinetics_checks.md`; do not edit. -->

Does the model behave as engineered cells do? No number of the model was changed for this page, and a value outside
its range is shown. A: exact laws, K: kinetics, E: efficacy, S: safety. The typical patient has the published value of
every number and no spread: lesions of 8, 4 and 1.5 billion cells that double in 32 days, a quarter of the cells
antigen-low, none negative; 2.5e8 cells after fludarabine and cyclophosphamide on days -5 to -3. The population is
{patients} patients enrolled as in `{study}` (seed {seed}); all of them receive the cells, once, or three times for
K10, E7 and E10 (best change at scans every six weeks, unconfirmed). E1 and E11 run that trial itself. Days
count from the infusion.

**What a pass is worth.** The last column says where a range comes from. *law*: it follows from the equations, a
failure is a mistake of the program. *published*: a range or an interval of the literature, often widened. *fitted*:
the typical values were fitted to a target inside it, so that a pass shows that the fit survives here, and validates
nothing. *prototype*: the band of an earlier program of the same equations. *chosen*: ours; no number is published, and
most were chosen when the typical patient's course had already been seen. Each row's source stands in `checks.toml` and
in `adoptive check kinetics --json`.

Of {lines} lines {held} hold and {failed} fail, by origin of the range: {origins}.

The column "shorter regimen" repeats the lines with fludarabine on days -5 and -4 only, as that trial gives
it ({shorter} fail). That the typical values were fitted with the longer one is inferred: with it interleukin 15,
lymphocytes and nadirs of the prototype return. A line that fails only with the shorter regimen may therefore say more
about the range than about the model.

A population line near its edge changes sides with the seed.
"""


def as_page(run: CheckRun) -> str:
    """Write the page."""
    statuses = dict.fromkeys(line.check.status for line in run.lines)
    origins = ", ".join(f"{status} {_held(run, status)}" for status in statuses)
    said = INTRODUCTION.format(
        patients=run.patients, seed=run.seed, study=reference_study(), lines=len(run.lines),
        held=len(run.lines) - run.failed, failed=run.failed, origins=origins, shorter=sum(line.shorter_holds is False for line in run.lines),
    )  # fmt: skip
    rows = [HEAD, ("---",) * len(HEAD), *(_cells(line) for line in run.lines)]
    return said + "\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def write_page(run: CheckRun, path: Path) -> None:
    """Write the page to a file; a place that cannot be written is refused."""
    try:
        path.write_text(as_page(run), "utf-8")
    except OSError as problem:
        raise StudyError(
            "the page cannot be written", where="--write", value=str(path), allowed="a file in an existing folder",
            next_step=problem.strerror or "choose another place",
        ) from problem  # fmt: skip


def _held(run: CheckRun, status: str) -> str:
    lines = [line for line in run.lines if line.check.status == status]
    return f"{sum(line.holds for line in lines)} of {len(lines)}"


def _cells(line: Line) -> tuple[str, ...]:
    check = line.check
    shorter = "" if line.shorter is None else f"{line.shorter:.3g}" + ("" if line.shorter_holds else " **FAIL**")
    mark = "pass" if line.holds else "**FAIL**"
    return check.code, check.what, check.expected, f"{line.found:.3g}", check.unit, mark, shorter, check.status
