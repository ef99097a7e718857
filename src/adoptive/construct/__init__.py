"""Which receptor is built: a construct plan and an antigen enter, visibility of the tumour's cells leaves.

The three functions to know: :func:`predict_visibility`, :func:`tonic_factor`, :func:`hill`.
"""

from adoptive.construct.potency import costimulation_factor, hill, predict_visibility, tonic_factor
from adoptive.construct.types import ConstructPlan

__all__ = ["ConstructPlan", "costimulation_factor", "hill", "predict_visibility", "tonic_factor"]
