"""Antigen expression of tumours, and what the pathologist reads of it.

Three shares of cells: high (stained), low (not stained, still killable) and negative (a founder clone that some
tumours have and some have not; with one in everybody, better therapy would shorten progression-free survival).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, expit, logit

from adoptive.antigen.private import find_receptors
from adoptive.antigen.types import Antigen, AntigenPlan
from adoptive.parameters import Kinds, Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = [
    "antigen_kinds",
    "draw_antigen",
    "draw_deposits",
    "draw_lesion_share",
    "draw_positive_share",
    "read_by_ihc",
    "spread_over_lesions",
]

Floats = NDArray[np.float64]
_EDGE = 1e-6

DESCRIBED_INTENSITY = 2
"""Staining intensity at which the plan describes the share of positive cells."""

OTHER_NAMES: Final = {
    "CLAUDIN18.2": "CLDN18.2",
    "ERBB2": "HER2",
    "GLYPICAN-3": "GPC3",
    "MSLN": "MESOTHELIN",
    "CTAG1B": "NY-ESO-1",
    "CD276": "B7-H3",
    "GCC": "GUCY2C",
}
"""Names of antigens that mean one with rows of its own."""


def antigen_kinds(plan: AntigenPlan, tumours: Kinds) -> Kinds:
    """Say of what kind each patient's antigen is: the target in his tumour type, the target, the tumour type.

    >>> plan = AntigenPlan(target="msln")
    >>> antigen_kinds(plan, Kinds.one(1, "ovarian")).names
    (('MESOTHELIN, ovarian', 'MESOTHELIN', 'ovarian'),)
    """
    target = "private" if plan.private else OTHER_NAMES.get(plan.target.upper(), plan.target.upper())
    return Kinds(tumours.code, tuple((f"{target}, {names[-1]}", target, names[-1]) for names in tumours.names))


def draw_positive_share(plan: AntigenPlan, keys: Keys, *, kinds: Kinds, typical: Typical, streams: Streams) -> Floats:
    """Draw the true share of positive cells in each patient's primary, ``(patients,)``: ``Beta(alpha, beta)``.

    The plan's own distribution, or the rows of the target in the patient's tumour type; of private neoantigens it is
    the share of cells that a receptor found for the patient can see.
    """
    if plan.private:
        return np.clip(find_receptors(keys, typical=typical, streams=streams, plan=plan).covered, _EDGE, 1.0 - _EDGE)
    alpha, beta = _shape(plan, kinds, keys, typical, peritoneal=False)
    share = betaincinv(alpha, beta, streams.uniform("antigen.positive share", keys))
    return np.clip(share, _EDGE, 1.0 - _EDGE)


def draw_deposits(
    peritoneal: NDArray[np.bool_], *, lesions: int, keys: Keys, kinds: Kinds, typical: Typical, streams: Streams
) -> NDArray[np.bool_]:
    """Say which lesions are peritoneal deposits, ``(patients, lesions)``; none without peritoneal metastases."""
    lot = streams.uniform("antigen.deposit", keys, lesions).reshape(len(keys), lesions)
    share = typical.at("antigen.deposit_share", keys, kinds=kinds)[:, None]
    return np.asarray(peritoneal[:, None] & (lot < share))


def draw_lesion_share(
    plan: AntigenPlan, deposit: NDArray[np.bool_], *, keys: Keys, kinds: Kinds, typical: Typical, streams: Streams
) -> Floats:
    """Draw the true share of positive cells in each lesion, ``(patients, lesions)``.

    A lesion keeps its patient's rank; a peritoneal ``deposit`` takes that rank in the peritoneal distribution. Lesions
    of one patient scatter around it on the logit scale.
    """
    lesions = deposit.shape[1]
    base = draw_positive_share(plan, keys, kinds=kinds, typical=typical, streams=streams)[:, None]
    if not plan.private:
        rank = streams.uniform("antigen.positive share", keys)
        there = betaincinv(*_shape(plan, kinds, keys, typical, peritoneal=True), rank)
        base = np.clip(np.where(deposit, there[:, None], base), _EDGE, 1.0 - _EDGE)
    return spread_over_lesions(base, lesions, keys=keys, kinds=kinds, typical=typical, streams=streams)


def spread_over_lesions(
    share: Floats, lesions: int, *, keys: Keys, kinds: Kinds, typical: Typical, streams: Streams
) -> Floats:
    """Scatter the share of each patient ``(patients,)``, or of each lesion, over lesions ``(patients, lesions)``."""
    base = share if share.ndim == 2 else share[:, None]
    scatter = streams.normal("antigen.lesion", keys, lesions).reshape(len(keys), lesions)
    each: Floats = expit(logit(base) + typical.at("antigen.lesion_sd", keys, kinds=kinds)[:, None] * scatter)
    return each


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
    plan: AntigenPlan,
    share: Floats,
    read: Floats,
    positive: Floats,
    *,
    keys: Keys,
    kinds: Kinds,
    typical: Typical,
    streams: Streams,
) -> Antigen:
    """Draw the antigen classes of every lesion and the molecules per cell of every patient.

    ``positive`` ``(patients, lesions)`` are stained cells. The founder clone is zero-inflated: absent with probability
    ``founder_absent``, else ``min(founder_share exp(sd z), 1 - positive, limit)``. Cells without any of a patient's
    private neoantigens are negative, all of them.
    """
    found = None
    if plan.private:
        found = find_receptors(keys, typical=typical, streams=streams, plan=plan)
        founder, negative = np.ones(len(keys), bool), 1.0 - positive
    else:
        founder, negative = _founder_clone(positive, keys=keys, kinds=kinds, typical=typical, streams=streams)
    floor = typical.at("antigen.low_share_floor", keys, kinds=kinds)[:, None]
    low = np.minimum(np.maximum(1.0 - positive - negative, floor), 1.0 - negative)

    def density(of: str) -> Floats:
        return draw_patients(typical, streams, name=f"antigen.density_{of}", keys=keys, kinds=kinds)

    one = np.ones(len(keys))
    return Antigen(
        positive_share=share,
        read_share=read,
        high_share=1.0 - low - negative,
        low_share=low,
        negative_share=negative,
        founder_clone=founder,
        high_density=_measured(plan, density("high"), keys=keys, kinds=kinds, typical=typical, streams=streams),
        low_density=density("low"),
        negative_density=density("negative"),
        receptors=one if found is None else found.number,
        potency=one if found is None else found.potency,
        target=plan.target,
        seen_by=one if found is None else found.seen_by,
        hla_escape=one if found is None else found.hla_escape,
        hla_start=one if found is None else found.hla_escape * (not plan.hla_loss_measured),
    )


def _measured(
    plan: AntigenPlan, drawn: Floats, *, keys: Keys, kinds: Kinds, typical: Typical, streams: Streams
) -> Floats:
    """Give the density of high cells about the plan's measured median, if it has one: ``median gsd^z``."""
    if plan.high_density_per_cell is None:
        return drawn
    if plan.high_density_gsd is None:
        return plan.high_density_per_cell * drawn / typical.at("antigen.density_high", keys, kinds=kinds)
    z = np.clip(streams.normal("patient:antigen.density_high", keys), -3.0, 3.0)
    return np.asarray(plan.high_density_per_cell * plan.high_density_gsd**z)


def _founder_clone(
    positive: Floats, *, keys: Keys, kinds: Kinds, typical: Typical, streams: Streams
) -> tuple[NDArray[np.bool_], Floats]:
    """Say who has a founder clone without the antigen, and give its share of each lesion."""
    absent = typical.at("antigen.founder_absent", keys, kinds=kinds)
    founder = streams.uniform("antigen.founder", keys) >= absent
    drawn = draw_patients(typical, streams, name="antigen.founder_share", keys=keys, kinds=kinds)
    limit = typical.at("antigen.founder_share_limit", keys)
    negative = np.minimum(np.minimum(drawn, limit)[:, None], 1.0 - positive) * founder[:, None]
    return founder, negative


def _shape(plan: AntigenPlan, kinds: Kinds, keys: Keys, typical: Typical, *, peritoneal: bool) -> tuple[Floats, Floats]:
    """Give alpha and beta of the positive share: the plan's, else the rows of the kind (deposits': if any)."""
    own = (plan.peritoneal_alpha, plan.peritoneal_beta) if peritoneal else (None, None)
    given = own if own[0] is not None else (plan.primary_alpha, plan.primary_beta)
    if given[0] is not None and given[1] is not None:
        return np.full(len(keys), given[0]), np.full(len(keys), given[1])

    def at(shape: str) -> Floats:
        rows = [_row(kinds, kind, typical, shape, peritoneal=peritoneal) for kind in range(len(kinds.names))]
        each = np.stack([typical.at(row, keys) for row in rows])
        return np.asarray(each[kinds.code, np.arange(len(keys))])

    return at("alpha"), at("beta")


def _row(kinds: Kinds, kind: int, typical: Typical, shape: str, *, peritoneal: bool) -> str:
    """Name the row of a kind; a target without a row for deposits has the same share in them as elsewhere."""
    deposits = [f"antigen.deposit_{shape}@{suffix}" for suffix in kinds.names[kind]] if peritoneal else []
    own = next((row for row in deposits if row in typical.book), "")
    return own or kinds.row(typical.book, f"antigen.positive_{shape}", kind)
