"""Two pictures of a calibration by simulation: ranks against their envelope, and z-scores against contraction."""

from __future__ import annotations

from typing import Any

import numpy as np

from adoptive.workbench.calibrate.methods.types import Ranks
from adoptive.workbench.calibrate.methods.uniformity import ERROR, below, envelope

__all__ = ["draw_ranks"]


def draw_ranks(ranks: Ranks, *, error: float = ERROR) -> str:
    """Draw both pictures as SVG: the ranks' distribution function minus the uniform one, and mean z by contraction.

    The envelope holds for all quantities and points at once (Säilynoja et al. 2022, 10.1007/s11222-022-10090-6; an even
    share of ``error`` each); z and contraction after Betancourt 2018, 10.48550/arXiv.1803.08393.
    """
    import altair as alt
    import vl_convert

    z, low, high = envelope(len(ranks.ranks), ranks.draws, error=error / len(ranks.names))
    band = alt.Chart(alt.Data(values=_rows(z=z, low=low - z, high=high - z))).mark_area(opacity=0.25, color="grey")
    lines = alt.Chart(alt.Data(values=_differences(ranks, z))).mark_line(strokeWidth=1).encode(
        x="z:Q", y="difference:Q", detail="quantity:N", color=alt.value("#1f5a8a")
    )  # fmt: skip
    left = band.encode(x=alt.X("z:Q", title="share of draws below"), y=alt.Y("low:Q", title="departure"), y2="high:Q")
    points = _rows(contraction=ranks.contraction.mean(axis=0), z=ranks.z.mean(axis=0))
    right = alt.Chart(alt.Data(values=points)).mark_point(color="#1f5a8a").encode(
        x=alt.X("contraction:Q", title="contraction", scale=alt.Scale(domain=[0, 1])),
        y=alt.Y("z:Q", title="mean z-score"),
    )  # fmt: skip
    return str(vl_convert.vegalite_to_svg((left + lines | right).to_dict()))


def _rows(**columns: Any) -> list[dict[str, float]]:
    return [dict(zip(columns, map(float, row), strict=True)) for row in zip(*columns.values(), strict=True)]


def _differences(ranks: Ranks, z: Any) -> list[dict[str, Any]]:
    cells = ranks.draws + 1
    return [
        {"quantity": name, "z": float(at), "difference": float(count / len(ranks.ranks) - at)}
        for name, one in zip(ranks.names, ranks.ranks.T, strict=True)
        for at, count in zip(z, below(np.asarray(one), cells), strict=True)
    ]
