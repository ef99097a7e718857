"""Uncertainty and sensitivity: what the fit learned, the parts of the predictive variance, whose doubt is inherited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from adoptive.posterior import load_posterior
from adoptive.workbench.calibrate.identify import document, figures
from adoptive.workbench.calibrate.identify.types import Identifiability
from adoptive.workbench.dossier.frame import goal
from adoptive.workbench.dossier.types import Item, Section
from adoptive.workbench.figures.charts import DataTable
from adoptive.workbench.wording import amount

__all__ = ["ordering_item", "posterior_item", "sensitivity", "uncertainty"]

NO_CALIBRATION = "No calibration was given (--calibration DIR, made by `adoptive calibrate run`)."


def uncertainty(report: Identifiability | None) -> Section:
    """Say how wide the posterior is, what it learned, and what makes a prediction uncertain."""
    if report is None:
        titles = {"contraction": "What was learned", "profiles": "Profiles", "variance": "Parts of the variance"}
        rest = tuple(Item(name, title, "missing", (NO_CALIBRATION,)) for name, title in titles.items())
        return Section("uncertainty", "Uncertainty", (posterior_item(), *rest))
    counted = ", ".join(f"{count} {verdict}" for verdict, count in report.counted().items())
    spectrum, teachers = figures.spectrum_figure(report), figures.information_figure(report)
    items = (
        posterior_item(),
        Item("contraction", "What was learned", "given", figure=figures.contraction_figure(report), result=counted),
        Item("profiles", "Profiles", "given", figure=figures.profile_figure(report)),
        Item("spectrum", spectrum.title, "given", figure=spectrum),
        Item("entangled", "What stays entangled", "given", table=document.pair_table(report)),
        Item("sloppy", "Directions of which least was learned", "given", table=document.direction_table(report)),
        Item("information", teachers.title, "given", figure=teachers),
        Item("variance", "Parts of the predictive variance", "given",
             table=document.variance_table(document.main_variances(report)), result=_largest_part(report)),
    )  # fmt: skip
    return Section("uncertainty", "Uncertainty", items)


def sensitivity(report: Identifiability | None, levers: Sequence[Any] | None, source: str) -> Section:
    """Say whose doubt the predictions inherit, and whether better therapy looks better."""
    if report is None or not report.sensitivities:
        sobol = Item("sobol", "Sobol's indices", "missing", (NO_CALIBRATION,))
    else:
        drawn = figures.sobol_figure(report)
        sobol = Item("sobol", drawn.title, "given", figure=drawn, result=_main_input(report))
    return Section("sensitivity", "Sensitivity", (sobol, ordering_item(levers, source)))


def posterior_item() -> Item:
    """Describe the posterior that the package carries and every simulation draws from."""
    title, posterior = "The posterior that every simulation draws from", load_posterior()
    if posterior is None:
        said = "The package carries no fit: every simulation draws its parameters from their stated doubt alone."
        return Item("posterior", title, "missing", (said,))
    spread = {name: float(np.std(values)) for name, values in posterior.draws.items()}
    rows = [
        (name, f"{np.median(values):+.2f}", f"{spread[name]:.2f}", f"{1.0 - spread[name] ** 2:.2f}",
         f"{np.median(posterior.trial_spread[name]):.2f}" if name in posterior.trial_spread else "–")
        for name, values in posterior.draws.items()
    ]  # fmt: skip
    said = f"{len(posterior)} joint draws of {len(rows)} quantities, which move {len(posterior.moves)} rows."
    note = "Medians and SDs in units of each quantity's prior SD."
    columns = ("quantity", "median", "SD", "contraction", "SD between trials")
    return Item(
        "posterior", title, "computed", (said,), DataTable(columns, rows, note), result=f"{len(posterior)} draws"
    )


def ordering_item(levers: Sequence[Any] | None, source: str) -> Item:
    """Show the ordering check: each lever that makes the therapy better must not make it look worse."""
    title = "Ordering of the levers (E11)"
    if not levers:
        why = source or "No ordering check was given, or the study has no arm with cells."
        return Item("ordering", title, "missing", (why,), goal=goal("ordering"))
    rows = [
        (str(one["lever"]), str(one["expected"]), _change(one["orr_base"], one["orr_lever"]),
         _change(one["pfs6_base"], one["pfs6_lever"]), amount(one["hazard_ratio"], "ratio"),
         "yes" if one["holds"] else "NO")
        for one in levers
    ]  # fmt: skip
    held = sum(bool(one["holds"]) for one in levers)
    columns = ("lever", "expected", "response", "PFS at 6 months", "hazard ratio", "holds")
    return Item(
        "ordering", title, "given" if source.startswith("given") else "computed", (f"On the same patients; {source}.",),
        DataTable(columns, rows), goal=goal("ordering"), result=f"{held} of {len(rows)} hold", holds=held == len(rows),
    )  # fmt: skip


def _change(base: float | None, lever: float | None) -> str:
    ends = ("–" if value is None else amount(100.0 * value, "%") for value in (base, lever))
    return " → ".join(ends)


def _largest_part(report: Identifiability) -> str:
    """Say how much of the variance of the main predictions the parameters make, at the median."""
    shares = [row.parameters / row.whole for row in document.main_variances(report) if row.whole > 0]
    if not shares:
        return "no main prediction"
    return f"parameters make {100 * min(shares):.0f} to {100 * max(shares):.0f} % of the variance"


def _main_input(report: Identifiability) -> str:
    """Name the quantity that most of the looked-at predictions depend on most."""
    firsts = [row.free[int(np.argmax(row.total))] for row in report.sensitivities if row.total.max(initial=0.0) > 0]
    if not firsts:
        return "nothing free moves them"
    name = max(dict.fromkeys(firsts), key=firsts.count)
    return f"{name} leads {firsts.count(name)} of {len(report.sensitivities)} predictions"
