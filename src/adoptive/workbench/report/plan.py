"""The plan of the simulation in the order of ADEMP: aims, data, estimands, methods, performance."""

from __future__ import annotations

from adoptive.workbench.report.data import Run
from adoptive.workbench.shape import compares
from adoptive.workbench.wording import endpoint_label

__all__ = ["plan_rows"]


def plan_rows(run: Run) -> list[tuple[str, str]]:
    """Give the plan's five lines; what they say comes from the study and the run."""
    trials, patients = int(run.summary["trials"]), int(run.summary["patients_per_trial"])
    sets = ("intention to treat", "infused patients") if run.cells else ("all patients",)
    primary = endpoint_label(str(run.summary["median_trial_by"]), run.study.verdict.at_months)
    published = sum(1 for name in run.tables["endpoints"].get("is_published", ()) if name)
    versus = "Cox model with Efron's ties for hazard ratios, log-rank test; " if compares(run.study) else ""
    return [
        ("Aims", run.study.question),
        (
            "Data",
            f"{trials:,} virtual trials of {patients:,} patients (seed {run.summary['seed']}). Each draws its own "
            "typical values from their uncertainty, then its patients, their cells and their course; values and "
            "sources stand under Assumptions.",
        ),
        ("Estimands", f"{primary} first; {published} published endpoints in all, in these sets: {', '.join(sets)}."),
        (
            "Methods",
            f"Kaplan-Meier curves with log-log intervals; {versus}cumulative incidence where causes compete (Aalen and "
            "Johansen); responses, events and grades by the study's rules.",
        ),
        (
            "Performance",
            "Median over trials with the 5th to 95th percentile (90 % predictive interval); a published value lies "
            "inside it or outside; Monte Carlo error of the median: half its 95 % interval.",
        ),
    ]
