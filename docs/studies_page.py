"""Write docs/studies.md: every bundled study, simulated against what was published, with the endpoints that miss.

    python docs/studies_page.py --trials 100

Takes some minutes; the page says with how many trials, which seed and which version it was made.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from adoptive import __version__
from adoptive.workbench.engine import run_study
from adoptive.workbench.engine.types import Comparison
from adoptive.workbench.published import load_published
from adoptive.workbench.shelf import study_groups
from adoptive.workbench.study import load_study
from adoptive.workbench.wording import amount, interval

PAGE = Path(__file__).parent / "studies.md"
CONFIRMED = ("L", "L2", "D")

INTRODUCTION = """# Studies

<!-- Written by `python docs/studies_page.py --trials {trials}`; do not edit. -->

Each bundled study is a `study.toml` with what was known before its trial ran, a `published.csv` with what it then
published, and a `README.md` that says where text and paper differ, why the model may miss and what it leaves out. No
code knows a study by name: [writing a study](writing-a-study.md) shows how to add one.

**Nothing is calibrated yet.** The numbers of the model are prototype values, literature and assumptions, the same for
all studies. So this page is not a validation: it shows where the model stands before it is fitted. "Inside" means
that the published number lies in the 90 % interval of {trials} simulated trials (seed {seed}, version {version});
unconfirmed numbers are not counted. Single-arm trials of ten patients have wide intervals, so that being inside says
little there.

Over all studies {inside} of {compared} confirmed endpoints lie inside.
"""


def _listed(name: str, rows: tuple[Comparison, ...]) -> tuple[str, int, int]:
    """Give a study's line of the table, endpoints inside and compared."""
    study = load_study(name)
    judged = [row for row in rows if row.published.confidence in CONFIRMED and row.inside is not None]
    inside = sum(bool(row.inside) for row in judged)
    missed = [row for row in judged if not row.inside]
    said = "; ".join(_miss(row) for row in missed[:6]) + (f"; {len(missed) - 6} more" if len(missed) > 6 else "")
    count = f"{inside} of {len(judged)}" if judged else ("a prediction" if not rows else "none confirmed")
    return f"| `{name}` | {study.title} | {count} | {said} |", inside, len(judged)


def _miss(row: Comparison) -> str:
    shown, unit = row.published, row.published.unit
    where = " ".join(part for part in (shown.arm, f"at {shown.at_months:g} mo" if shown.at_months else "") if part)
    simulated = f"{amount(row.simulated_median, unit)} ({interval(row.simulated_p05, row.simulated_p95, unit)})"
    return (
        f"{shown.endpoint}{f' ({where})' if where else ''} {amount(shown.estimate or 0.0, unit)}, simulated {simulated}"
    )


def main() -> None:
    """Run every study and write the page."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--trials", type=int, default=100)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--workers", type=int, default=None)
    given = asked.parse_args()
    parts, total = [], [0, 0]
    for group in study_groups():
        lines = [f"## {group.title}", "", "| study | what | inside | outside |", "| --- | --- | --- | --- |"]
        for name in group.studies:
            start = time.perf_counter()
            published = load_published(name)
            result = run_study(
                load_study(name), trials=given.trials, seed=given.seed, workers=given.workers, published=published
            )
            line, inside, compared = _listed(name, result.comparisons if published else ())
            lines.append(line)
            total = [total[0] + inside, total[1] + compared]
            print(f"{name}: {inside} of {compared} inside, {time.perf_counter() - start:.0f} s", flush=True)
        parts.append("\n".join(lines))
    head = INTRODUCTION.format(
        trials=given.trials, seed=given.seed, version=__version__, inside=total[0], compared=total[1]
    )
    PAGE.write_text("\n\n".join((head.strip(), *parts)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
