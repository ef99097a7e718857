"""Antigen expression of tumours, and what the pathologist reads of it.

Three shares of cells: high (stained), low (not stained, still killable) and negative (a founder clone that some
tumours have and some have not; with one in everybody, better therapy would shorten progression-free survival).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, expit, logit

from adoptive.antigen.types import Antigen, AntigenPlan
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["draw_antigen", "draw_lesion_share", "draw_positive_share", "read_by_ihc"]

Floats = NDArray[np.float64]
_EDGE = 1e-6

DESCRIBED_INTENSITY = 2
"""Staining intensity at which the plan describes the share of positive cells."""


def draw_positive_share(plan: AntigenPlan, keys: Keys, streams: Streams) -> Floats:
    """Draw the true share of positive cells in each patient's primary, ``(patients,)``: ``Beta(alpha, beta)``.

    The distribution is fitted to a peritoneal-dissemination cohort of gastric cancer, in which 57 % of primaries and
    44 % of peritoneal deposits had 40 % or more positive cells.
    """
    share = betaincinv(
        _given(plan.primary_alpha), _given(plan.primary_beta), streams.uniform("antigen.positive share", keys)
    )
    return np.clip(share, _EDGE, 1.0 - _EDGE)


def _given(value: float | None) -> float:
    return 1.0 if value is None else value


def draw_lesion_share(
    plan: AntigenPlan, peritoneal: NDArray[np.bool_], *, lesions: int, keys: Keys, typical: Typical, streams: Streams
) -> Floats:
    """Draw the true share of positive cells in each lesion, ``(patients, lesions)``.

    A lesion keeps its patient's rank; a peritoneal deposit takes that rank in the peritoneal distribution. Lesions of
    one patient scatter around it on the logit scale.
    """
    rank = streams.uniform("antigen.positive share", keys)
    primary = betaincinv(_given(plan.primary_alpha), _given(plan.primary_beta), rank)
    deposit = betaincinv(_given(plan.peritoneal_alpha), _given(plan.peritoneal_beta), rank)
    lot = streams.uniform("antigen.deposit", keys, lesions).reshape(len(keys), lesions)
    is_deposit = peritoneal[:, None] & (lot < typical.at("antigen.deposit_share", keys)[:, None])
    base = np.clip(np.where(is_deposit, deposit[:, None], primary[:, None]), _EDGE, 1.0 - _EDGE)
    scatter = streams.normal("antigen.lesion", keys, lesions).reshape(len(keys), lesions)
    share: Floats = expit(logit(base) + typical.at("antigen.lesion_sd", keys)[:, None] * scatter)
    return share


def read_by_ihc(plan: AntigenPlan, share: Floats, keys: Keys, typical: Typical, streams: Streams) -> Floats:
    """Give the share that immunohistochemistry reads at the entry intensity, ``(patients,)``.

    ``logit(read) = logit(share) + step (2 - intensity) + sd z``: the shares of the plan are those at 2+ or more; a
    lower intensity counts more cells, a higher one fewer.
    """
    error = typical.at("antigen.read_sd", keys) * streams.normal("antigen.read", keys)
    intensity = typical.at("antigen.intensity_step", keys) * (DESCRIBED_INTENSITY - plan.entry_intensity)
    read: Floats = expit(logit(share) + intensity + error)
    return read


def draw_antigen(
    share: Floats, read: Floats, positive: Floats, *, keys: Keys, typical: Typical, streams: Streams, target: str = ""
) -> Antigen:
    """Draw the antigen classes of every lesion and the molecules per cell of every patient.

    ``positive`` ``(patients, lesions)`` are stained cells. The founder clone is zero-inflated: absent with probability
    ``founder_absent``, else ``min(founder_share exp(sd z), 1 - positive, limit)``.
    """
    founder = streams.uniform("antigen.founder", keys) >= typical.at("antigen.founder_absent", keys)
    drawn = draw_patients(typical, streams, name="antigen.founder_share", keys=keys)
    limit = typical.at("antigen.founder_share_limit", keys)
    negative = np.minimum(np.minimum(drawn, limit)[:, None], 1.0 - positive) * founder[:, None]
    low = np.maximum(1.0 - positive - negative, typical.at("antigen.low_share_floor", keys)[:, None])
    low = np.minimum(low, 1.0 - negative)
    return Antigen(
        positive_share=share,
        read_share=read,
        high_share=1.0 - low - negative,
        low_share=low,
        negative_share=negative,
        founder_clone=founder,
        high_density=_density_high(target, keys=keys, typical=typical, streams=streams),
        low_density=draw_patients(typical, streams, name="antigen.density_low", keys=keys),
        negative_density=draw_patients(typical, streams, name="antigen.density_negative", keys=keys),
        receptors=np.ones(len(keys)),
        potency=np.ones(len(keys)),
        target=target,
    )


def _density_high(target: str, *, keys: Keys, typical: Typical, streams: Streams) -> Floats:
    """Draw molecules on a high cell: the target's own row if it is measured, with the same rank of each patient."""
    general, own = typical.book["antigen.density_high"], f"antigen.density_high@{target.upper()}"
    drawn = draw_patients(typical, streams, name=general.name, keys=keys)
    return drawn * typical.at(own, keys) / typical.at(general.name, keys) if own in typical.book else drawn
