"""The times that patients would have had without the experimental therapy, were it to stretch time by a factor."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError
from adoptive.verdict.estimands.types import SwitchRows

__all__ = ["need_follow_up", "untreated_times"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def untreated_times(rows: SwitchRows, psi: ArrayLike, *, recensor: bool) -> tuple[Floats, Bools]:
    """Give each patient's time without therapy, ``U = T_off + exp(psi) T_on``, and whether the event is seen by then.

    Censoring of ``U`` depends on who was treated, and so on prognosis. Recensoring (Robins and Tsiatis 1991,
    10.1080/03610929108830654) ends each follow-up at ``C min(1, exp(psi))``, which depends on the data cut ``C`` only.
    An arm in which treatment is the same for all (always from the start, or never) needs none: it ends at
    ``C exp(psi)`` or ``C``.

    Parameters
    ----------
    rows
        The trial.
    psi
        ``(values,)`` log factors.
    recensor
        Whether to recensor.

    Returns
    -------
    Times and events ``(values, patients)``.
    """
    factor = np.exp(np.atleast_1d(np.asarray(psi, np.float64)))[:, None]
    off = np.minimum(rows.start, rows.time)
    times = off + (rows.time - off) * factor
    event = np.broadcast_to(rows.event, times.shape)
    if not recensor:
        return times, event.copy()
    ends = np.empty(times.shape)
    for arm in (rows.experimental, ~rows.experimental):
        if (off[arm] <= 0).all():
            reach = factor
        elif (off[arm] >= rows.time[arm]).all():
            reach = np.ones(factor.shape)
        else:
            reach = np.minimum(1.0, factor)
        ends[:, arm] = rows.follow_up[arm] * reach
    return np.minimum(times, ends), event & (times <= ends)


def need_follow_up(rows: SwitchRows, *, recensor: bool, where: str) -> None:
    """Refuse recensoring without the data cut."""
    if recensor and not np.isfinite(rows.follow_up).all():
        raise TableError(
            "recensoring needs to know until when each patient could have been followed",
            where=f"{where}: follow_up",
            next_step="give follow_up (randomisation to data cut) to switch_rows, or recensor=False",
        )
