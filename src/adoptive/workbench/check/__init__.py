"""Does the model behave as engineered cells do? Checks of the kinetics with their ranges, measured on demand.

A: exact laws, K: kinetics, E: efficacy, S: safety. Ranges are rows of ``checks.toml`` with source and status; a value
outside its range is shown as failing and nothing is adjusted. Start with :func:`run_checks` and :func:`load_checks`.
"""

from adoptive.workbench.check.page import write_page
from adoptive.workbench.check.rows import load_checks
from adoptive.workbench.check.run import as_document, run_checks
from adoptive.workbench.check.types import Check, CheckRun, Line

__all__ = ["Check", "CheckRun", "Line", "as_document", "load_checks", "run_checks", "write_page"]
