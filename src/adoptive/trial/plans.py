"""What the patients of a study share on their way: the course's plan."""

from __future__ import annotations

from adoptive.course import Plan
from adoptive.parameters import Typical
from adoptive.streams import Streams
from adoptive.trial.accrual import longest_days
from adoptive.trial.gates import gate_of
from adoptive.trial.types import Study

__all__ = ["plan_of"]


def plan_of(study: Study, *, typical: Typical, streams: Streams, horizon_days: float | None = None) -> Plan:
    """Give the course's plan from a study, or from ``study.of_arm``; to the trial's last day if none is given."""
    horizon = longest_days(study.trial) if horizon_days is None else horizon_days
    return Plan(
        construct=study.construct,
        facility=study.facility,
        infusion=study.infusion,
        outcome=study.outcome,
        typical=typical,
        streams=streams,
        horizon_days=float(horizon),
        gate=gate_of(study),
    )
