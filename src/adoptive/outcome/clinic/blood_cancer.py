"""How the clinic reads leukaemia and myeloma from the model: marrow, counts, M-protein and light chains at visits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.kinetics.types import Trajectory
from adoptive.outcome.clinic.marrow import counted_percent, living_cells, malignant_share, residual_fraction
from adoptive.outcome.clinic.scans import at_days
from adoptive.outcome.response.leukaemia import MRD_LIMIT, LeukaemiaVisits, assess_leukaemia, is_mrd_negative
from adoptive.outcome.response.myeloma import MyelomaVisits, assess_myeloma
from adoptive.outcome.response.types import Judged
from adoptive.outcome.types import UNGRADED
from adoptive.parameters import Typical, draw_patients
from adoptive.streams import Streams

__all__ = ["Found", "m_protein_g_l", "read_leukaemia", "read_myeloma"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

NORMAL_CHAIN_MG_L = 10.0
HIGHEST_CHAIN_RATIO = 1.65
"""The uninvolved free light chain, and the upper limit of the ratio (10.1016/S1470-2045(16)30206-6)."""
MYELOMA_MRD_LIMIT = 1e-5
"""Sensitivity that the working group asks of an assay of residual myeloma."""


@dataclass(frozen=True)
class Found:
    """Hold what was found at visits ``(patients, visits)``: response, change of the measure, residual disease.

    ``change`` is a fraction of the baseline; ``mrd_negative`` is 1, 0 or -1 (not examined).
    """

    judged: Judged
    change: Floats
    mrd_negative: Codes


def read_leukaemia(
    trajectory: Trajectory, cohort: Cohort, *, day: Floats, done: NDArray[np.bool_], baseline_day: Floats,
    typical: Typical, streams: Streams,
) -> Found:  # fmt: skip
    """Read marrow and blood counts at visits: blasts by microscope, residual disease by flow cytometry in remission.

    Parameters
    ----------
    day, done
        Days of the visits ``(patients, visits)``, inf = none, and which took place.
    baseline_day
        Day of the marrow before treatment ``(patients,)``.
    """
    every = np.concatenate([baseline_day[:, None], day], axis=1)
    share = malignant_share(trajectory, cohort, day=every, typical=typical)
    percent = counted_percent(share, cohort, typical=typical, streams=streams)
    counts = [_count(trajectory, cohort, state, name, day, typical, streams) for state, name in _COUNTS]
    judged = assess_leukaemia(
        LeukaemiaVisits(
            done=done,
            blasts_percent=percent[:, 1:],
            neutrophils_e9_l=counts[0],
            platelets_e9_l=counts[1],
            baseline_percent=percent[:, 0],
        )
    )
    fraction = residual_fraction(share, cohort, typical=typical, streams=streams)[:, 1:]
    return Found(judged, _change(percent), np.where(done, is_mrd_negative(fraction, limit=MRD_LIMIT).grade, UNGRADED))


_COUNTS = (("ANC", "neutrophils"), ("PLT", "platelets"))


def read_myeloma(
    trajectory: Trajectory, cohort: Cohort, *, day: Floats, done: NDArray[np.bool_], baseline_day: Floats,
    typical: Typical, streams: Streams,
) -> Found:  # fmt: skip
    """Read M-protein, light chains and marrow at visits.

    A share of patients has light chains only; the others are followed by the M-protein of serum. Urine is not modelled.

    Parameters
    ----------
    day, done, baseline_day
        As for :func:`read_leukaemia`.
    """
    keys = cohort.keys
    every = np.concatenate([baseline_day[:, None], day], axis=1)
    share = malignant_share(trajectory, cohort, day=every, typical=typical)
    fraction = residual_fraction(share, cohort, typical=typical, streams=streams)[:, 1:]
    percent = counted_percent(share, cohort, typical=typical, streams=streams)

    def row(name: str) -> Floats:
        return typical.at(f"outcome.{name}", keys)[:, None]

    only = (streams.uniform("outcome.light chains only", keys) < row("light_chain_share")[:, 0])[:, None]
    protein = m_protein_g_l(trajectory, cohort, typical=typical, streams=streams)
    true = np.where(only, 0.0, at_days(protein, trajectory.day, every))
    serum = true * _error("m-protein", every, cohort, row("m_protein_noise"), streams)
    seen = np.where(serum < row("electrophoresis_g_l"), 0.0, serum)
    start = draw_patients(typical, streams, name="outcome.light_chain_mg_l", keys=keys)[:, None]
    chains = start * at_days(_relative(trajectory), trajectory.day, every)
    chains = chains * _error("light chains", every, cohort, row("light_chain_noise"), streams)
    judged = assess_myeloma(
        MyelomaVisits(
            done=done,
            serum_g_l=seen[:, 1:],
            baseline_serum_g_l=seen[:, 0],
            immunofixation=(true[:, 1:] >= row("immunofixation_g_l")).astype(np.int64),
            chains_mg_l=chains[:, 1:],
            baseline_chains_mg_l=chains[:, 0],
            chain_ratio_normal=(1.0 + chains[:, 1:] / NORMAL_CHAIN_MG_L <= HIGHEST_CHAIN_RATIO).astype(np.int64),
            marrow_percent=percent[:, 1:],
            baseline_marrow_percent=percent[:, 0],
            clonal_cells=(fraction >= row("clonal_fraction")).astype(np.int64),
        )
    )
    measure = np.where(only, chains, seen)
    negative = is_mrd_negative(fraction, limit=MYELOMA_MRD_LIMIT).grade
    return Found(judged, _change(measure), np.where(done, negative, UNGRADED))


def m_protein_g_l(trajectory: Trajectory, cohort: Cohort, *, typical: Typical, streams: Streams) -> Floats:
    """Give M-protein in serum on every recorded day, ``(patients, days)`` in g/L.

    ``dM/dt = k (M0 T / T0 - M)``, ``k = ln 2 / half-life``: made by living cells, lost with its half-life, and steady
    at the patient's own level ``M0`` on day 0. Exact for a production that is constant between recorded days.
    """
    keys = cohort.keys
    start = np.maximum(
        draw_patients(typical, streams, name="outcome.m_protein_g_l", keys=keys),
        typical.at("outcome.m_protein_entry_g_l", keys),
    )
    half_life = typical.at("outcome.m_protein_half_life_days", keys)
    made = start[:, None] * _relative(trajectory)
    kept = np.exp(-np.log(2.0) / half_life[:, None] * np.diff(trajectory.day))
    level = np.empty(made.shape)
    level[:, 0] = start
    for at in range(1, made.shape[1]):
        level[:, at] = made[:, at - 1] + (level[:, at - 1] - made[:, at - 1]) * kept[:, at - 1]
    return level


def _relative(trajectory: Trajectory) -> Floats:
    """Give living tumour cells over those of day 0, ``(patients, days)``."""
    cells = living_cells(trajectory)
    return np.asarray(cells / np.maximum(cells[:, :1], 1.0))


def _count(
    trajectory: Trajectory, cohort: Cohort, state: str, name: str, day: Floats, typical: Typical, streams: Streams
) -> Floats:
    """Give a blood count as the laboratory prints it at visits."""
    error = _error(f"visit {name}", day, cohort, typical.at(f"outcome.{name}_noise", cohort.keys)[:, None], streams)
    truth = np.maximum(at_days(trajectory.of(state), trajectory.day, day), 0.0)  # the solver may undershoot nothing
    return np.asarray(truth * error)


def _error(what: str, like: Floats, cohort: Cohort, sd: Floats, streams: Streams) -> Floats:
    """Draw an error in proportion for each patient and visit."""
    noise = streams.normal(f"outcome.{what}", cohort.keys, like.shape[1]).reshape(like.shape)
    return np.asarray(np.exp(sd * noise))


def _change(measure: Floats) -> Floats:
    """Give the change of a measure from its baseline, the first column, as a fraction; 0 where that is 0."""
    start = measure[:, :1]
    return np.asarray(np.where(start > 0, measure[:, 1:] / np.where(start > 0, start, 1.0) - 1.0, 0.0))
