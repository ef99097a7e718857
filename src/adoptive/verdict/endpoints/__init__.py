"""Every endpoint that can be judged: by name, with unit, meaning and measure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adoptive.verdict.endpoints.conduct import CONDUCT
from adoptive.verdict.endpoints.efficacy import EFFICACY
from adoptive.verdict.endpoints.safety import SAFETY
from adoptive.verdict.endpoints.types import Endpoint, Trials, assigned_cells, column
from adoptive.verdict.types import EndpointSpec

__all__ = ["DEFAULT_SPECS", "ENDPOINTS", "Endpoint", "Trials", "assigned_cells", "column", "default_specs"]

_USUAL_MONTHS: Final = {"pfs_rate": 6.0, "os_rate": 12.0}

ENDPOINTS: Final[Mapping[str, Endpoint]] = MappingProxyType(
    {endpoint.name: endpoint for endpoint in (*EFFICACY, *SAFETY, *CONDUCT)}
)
"""Every endpoint that can be judged, by name."""


def default_specs(arms: int = 2, *, cells: tuple[int, ...] = (0,)) -> tuple[EndpointSpec, ...]:
    """List the usual endpoints for each arm, by intention to treat (safety: infused).

    Progression-free survival is taken at 6 months, overall survival at 12.

    Parameters
    ----------
    arms
        Number of arms; hazard ratios compare each arm but the last with the last.
    cells
        Arms that are assigned to cells.

    >>> [spec.name for spec in default_specs(1)][:3]
    ['pfs_median', 'pfs_rate', 'pfs_follow_up_median']
    """
    return tuple(spec for endpoint in ENDPOINTS.values() if endpoint.usual for spec in _specs(endpoint, arms, cells))


def _specs(endpoint: Endpoint, arms: int, cells: tuple[int, ...]) -> tuple[EndpointSpec, ...]:
    """List an endpoint's specifications, one for each arm that it may be about."""
    others = tuple(arm for arm in range(arms) if arm not in cells)
    about = {"everybody": tuple(range(arms)), "cells": cells, "others": others}[endpoint.who]
    if endpoint.whole:
        which: tuple[int | None, ...] = (None,)
    elif endpoint.compares:
        which = (None,) if arms == 2 else tuple(range(arms - 1))
    else:
        which = about
    kind = "infused" if endpoint.safety else "ITT"
    at = _USUAL_MONTHS.get(endpoint.name)
    return tuple(EndpointSpec(endpoint.name, arm, kind, endpoint.unit, at) for arm in which)  # type: ignore[arg-type]


DEFAULT_SPECS: Final = default_specs()
"""The usual endpoints of a trial of cells (arm 0) against something else (arm 1)."""
