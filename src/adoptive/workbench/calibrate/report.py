"""What a fit found, in a table and as one document."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from adoptive.posterior import load_posterior
from adoptive.workbench.calibrate.run import Calibration
from adoptive.workbench.calibrate.types import Fit, Floats

__all__ = ["against_shipped", "as_document", "learned", "say"]

_SHOWN: Final = 0.2
"""Contraction from which a free quantity stands in the printed table."""


def learned(fit: Fit) -> list[dict[str, Any]]:
    """Give mean, standard deviation and contraction ``1 - variance`` of each free quantity, most learned first."""
    rows = [
        {
            "quantity": one.name, "kind": one.kind, "mean": round(float(values.mean()), 4),
            "sd": round(float(values.std()), 4), "contraction": round(1.0 - float(values.var()), 4),
            "meaning": one.meaning,
        }
        for one, values in zip(fit.free, fit.draws.T, strict=True)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: -row["contraction"])


def against_shipped(fit: Fit) -> dict[str, float] | None:
    """Compare with the posterior that the package carries: the largest and the mean distance of means, in its spreads.

    ``None`` where the package carries none.
    """
    shipped = load_posterior()
    if shipped is None:
        return None
    apart = [
        abs(float(values.mean() - shipped.draws[one.name].mean())) / max(float(shipped.draws[one.name].std()), 1e-9)
        for one, values in zip(fit.free, fit.draws.T, strict=True) if one.name in shipped.draws
    ]  # fmt: skip
    return {"largest": round(max(apart), 3), "mean": round(float(np.mean(apart)), 3), "compared": float(len(apart))}


def as_document(found: Calibration) -> dict[str, Any]:
    """Give the fit as one document."""
    return {
        "free": learned(found.fit),
        "scales": {name: _middle(values) for name, values in found.fit.scales.items()},
        "diagnostics": {stage: dict(fit.diagnostics) for stage, fit in found.stages.items()},
        "contraction_by_stage": {
            stage: {one.name: round(1.0 - float(fit.draws[:, at].var()), 4) for at, one in enumerate(fit.free)}
            for stage, fit in found.stages.items()
        },
        "left_out": sorted(found.without), "against_shipped": against_shipped(found.fit), "simulated": True,
    }  # fmt: skip


def _middle(values: Floats) -> list[float]:
    return [round(float(one), 4) for one in np.quantile(values, (0.05, 0.5, 0.95))]


def say(found: Calibration, to: Any) -> None:
    """Print what was learned."""
    from rich.table import Table

    table = Table(title="What the published trials taught (in units of the belief before)", title_justify="left")
    for name in ("quantity", "mean", "sd", "meaning"):
        table.add_column(name, justify="right" if name in ("mean", "sd") else "left", overflow="fold")
    rows = learned(found.fit)
    for row in rows:
        if row["contraction"] >= _SHOWN:
            table.add_row(row["quantity"], f"{row['mean']:+.2f}", f"{row['sd']:.2f}", row["meaning"])
    to.print(table)
    hidden = sum(row["contraction"] < _SHOWN for row in rows)
    to.print(f"{hidden} more are known hardly better than before.", highlight=False)
    told = found.fit.diagnostics
    to.print(
        f"{told['draws']:.0f} draws, R-hat at most {told['rhat_max']:.3f}, at least {told['ess_min']:.0f} effective, "
        f"{told['divergences']:.0f} divergences.",
        highlight=False,
    )
    shipped = against_shipped(found.fit)
    if shipped is not None:
        to.print(
            f"Means differ from the shipped posterior's by {shipped['mean']:.2f} of its spreads on average, "
            f"{shipped['largest']:.2f} at most.",
            highlight=False,
        )
