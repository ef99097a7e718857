"""Which receptor is built: what it makes of the tumour's antigen in the model, and its sequence, to be ordered.

**In the model** a construct plan and an antigen enter, visibility of the tumour's cells leaves. The functions to know:
:func:`predict_visibility`, :func:`tonic_factor`, :func:`hill`.

**To be ordered**: V, J and CDR3 of both chains, or names of parts, enter; bases from ATG to stop, the verdict of each
named check, and the files' texts leave. The functions to know, each in its own module, in the order of work:
:func:`~adoptive.construct.stitch.stitch` and :func:`~adoptive.construct.tcr.tcr_insert` (T-cell receptors) or
:func:`~adoptive.construct.car.car_insert` (chimeric receptors), :func:`~adoptive.construct.codons.build`,
:func:`~adoptive.construct.vector.put_into`, :func:`~adoptive.construct.checks.check`,
:func:`~adoptive.construct.record.genbank_text`. What a study reads of it is
:class:`~adoptive.construct.product.ProductSpec`; :func:`~adoptive.construct.verify.table.verify` runs the known
answers. They are not imported here: a simulation needs none of them.
"""

from adoptive.construct.potency import costimulation_factor, hill, predict_visibility, tonic_factor
from adoptive.construct.types import ConstructPlan

__all__ = ["ConstructPlan", "costimulation_factor", "hill", "predict_visibility", "tonic_factor"]
