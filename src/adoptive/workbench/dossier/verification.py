"""Verification: tests by kind, exact laws, tolerance sweep, extinction, the same bytes."""

from __future__ import annotations

from adoptive.workbench.check.run import run_checks
from adoptive.workbench.check.types import CheckRun
from adoptive.workbench.dossier.frame import frame, goal
from adoptive.workbench.dossier.given import count_tests
from adoptive.workbench.dossier.numerics import (
    DOSE,
    REFERENCE,
    UNTIL_DAY,
    Extinction,
    Sweep,
    extinction_rule,
    same_alone,
    tolerance_sweep,
)
from adoptive.workbench.dossier.types import Asked, Item, Section
from adoptive.workbench.figures.charts import DataTable

__all__ = ["LAWS", "extinction_item", "laws_item", "same_item", "tests_item", "tolerance_item", "verification"]

LAWS = "A1,A2,A3,A4,A5,A6,A7,A8,A9,A10"
"""Codes of the lines of ``adoptive check kinetics`` that hold exactly."""

TITLES = {
    "laws": "Exact laws of the model", "tolerance": "Convergence and tolerance sweep",
    "extinction": "Extinction of clones", "same": "Reproducibility",
}  # fmt: skip

NOT_COMPUTED = "Not computed: this dossier was asked for what is given alone."


def verification(asked: Asked, study: str) -> Section:
    """Put the section together; numbers that need no given result are computed now, in the typical patient's model."""
    if asked.compute:
        sweep = tolerance_sweep(seed=asked.seed)
        items: tuple[Item, ...] = (
            tests_item(asked), laws_item(run_checks(seed=asked.seed, patients=20, only=LAWS, shorter=False)),
            tolerance_item(sweep), extinction_item(extinction_rule(), sweep),
            same_item(same_alone(study, seed=asked.seed), study),
        )  # fmt: skip
    else:
        items = (
            tests_item(asked),
            *(Item(name, title, "missing", (NOT_COMPUTED,), goal=goal(name)) for name, title in TITLES.items()),
        )
    return Section("verification", "Verification", items)


def tests_item(asked: Asked) -> Item:
    """Count the package's tests by kind, from a record of a real run."""
    title = "Software quality: tests by kind"
    if asked.tests is None:
        said = "No record of a test run was given (--tests FILE.xml, made by `pytest --junitxml=FILE.xml`)."
        return Item("tests", title, "missing", (said,), goal=goal("tests"))
    counts = count_tests(asked.tests)
    rows = [
        (kind, *(str(row[outcome]) for outcome in ("passed", "failed", "skipped")))
        for kind, row in counts.items()
        if sum(row.values())
    ]
    passed, failed, skipped = (sum(row[what] for row in counts.values()) for what in ("passed", "failed", "skipped"))
    said = (
        "Laws: properties over whole families; exact: closed forms and limits; double: an independent implementation's "
        "numbers; statistical: stated error rate; replication: a paper's number."
    )
    return Item(
        "tests", title, "given", (said,), DataTable(("kind", "passed", "failed", "skipped"), rows), goal=goal("tests"),
        result=f"{passed:,} passed, {failed:,} failed, {skipped:,} skipped", holds=failed == 0,
    )  # fmt: skip


def laws_item(run: CheckRun) -> Item:
    """Show the laws that the compiled model must obey exactly."""
    rows = [
        (line.check.code, line.check.what, line.check.expected, f"{line.found:.3g}", "holds" if line.holds else "FAILS")
        for line in run.lines
    ]
    return Item(
        "laws", TITLES["laws"], "computed",
        (f"Computed now on the compiled model, seed {run.seed}; `adoptive check kinetics` shows all checks.",),
        DataTable(("law", "what", "expected", "found", ""), rows), goal=goal("laws"),
        result=f"{len(run.lines) - run.failed} of {len(run.lines)} hold", holds=run.holds,
    )  # fmt: skip


def tolerance_item(sweep: Sweep) -> Item:
    """Show how errors fall with the solver's tolerance."""
    rows = [
        (f"{rtol:.0e}", f"{peak:.2g}", f"{size:.2g}", str(fates))
        for rtol, peak, size, fates in zip(sweep.rtol, sweep.peak, sweep.diameters, sweep.fates, strict=True)
    ]
    limit = float(frame()["goals"]["tolerance_limit"])
    said = (
        f"{sweep.patients} patients, enrolled as in the reference study, given three infusions of {DOSE:.0e} cells "
        f"and followed for {UNTIL_DAY:.0f} days; error against a relative "
        f"tolerance of {REFERENCE:.0e}, the largest over the patients.",
        f"Error follows tolerance with the power {sweep.order:.2f}; every simulation uses {sweep.in_use:.0e}.",
    )
    columns = ("relative tolerance", "error of the peak", "error of the sum of diameters", "fates that differ")
    return Item(
        "tolerance", TITLES["tolerance"], "computed", said, DataTable(columns, rows),
        goal=goal("tolerance"), result=f"{sweep.error_in_use:.2g} at {sweep.in_use:.0e}",
        holds=sweep.error_in_use < limit,
    )  # fmt: skip


def extinction_item(found: Extinction, sweep: Sweep) -> Item:
    """Show that a clone that shrinks to one cell dies with the chance of a birth-and-death process."""
    rows = [
        (f"{ratio:g}", f"{expected:.2f}", f"{share:.2f}")
        for ratio, expected, share in zip(found.ratio, found.expected, found.found, strict=True)
    ]
    holds = found.holds and sweep.same_fates
    said = (
        f"Below one cell a clone is discrete: it dies with chance death over birth. {found.draws} evenly spread "
        "draws for each ratio, on the engine that runs every simulation.",
        f"In the tolerance sweep {sweep.died} of {sweep.clones} clones died; how many fates differ stands there.",
    )
    told = [
        words for words, good in (("off the closed form", found.holds), ("fates differ", sweep.same_fates)) if not good
    ]
    return Item(
        "extinction", TITLES["extinction"], "computed", said,
        DataTable(("death over birth", "closed form", "share that died"), rows), goal=goal("extinction"),
        result="; ".join(told) or "as the closed form says, the same clones", holds=holds,
    )  # fmt: skip


def same_item(same: bool, study: str) -> Item:
    """Show that a trial's patients do not depend on the company it is simulated in."""
    said = (
        f"Virtual trial 1 of {study}, simulated alone and beside trial 0: every patient's row is compared bit by bit."
    )
    return Item(
        "same", TITLES["same"], "computed", (said,), goal=goal("same"), holds=same,
        result="the same bytes" if same else "bytes differ",
    )  # fmt: skip
