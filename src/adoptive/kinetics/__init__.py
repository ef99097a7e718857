"""What happens inside: a cohort and its infusions enter, a :class:`Trajectory` leaves.

Start with :func:`describe_patients`, :func:`advance` and :mod:`~adoptive.kinetics.equations`. What laboratory and
scanner would report of it is in :mod:`~adoptive.kinetics.observe`, other people's models are in
:mod:`~adoptive.kinetics.zoo`.
"""

from adoptive.kinetics.equations import JUMPS, build_model
from adoptive.kinetics.physiology import describe_patients, draw_physiology
from adoptive.kinetics.simulate import advance, begin
from adoptive.kinetics.types import Physiology, Trajectory

__all__ = [
    "JUMPS",
    "Physiology",
    "Trajectory",
    "advance",
    "begin",
    "build_model",
    "describe_patients",
    "draw_physiology",
]
