"""Many virtual trials of one study: in fixed blocks, on one or many processes, with the same numbers either way.

Enters: a study, how many trials, a seed. Leaves: a :class:`~adoptive.workbench.engine.types.RunResult` and, through
:mod:`adoptive.workbench.engine.store`, a run folder. The function to know is :func:`run_study`.
"""

from adoptive.workbench.engine.run import run_study
from adoptive.workbench.engine.types import Comparison, RunResult
from adoptive.workbench.limits import DEFAULT_TRIALS, check_size

__all__ = ["DEFAULT_TRIALS", "Comparison", "RunResult", "check_size", "run_study"]
