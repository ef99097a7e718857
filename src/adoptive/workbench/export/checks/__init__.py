"""Checks of the exported data sets: each can fail, none repairs anything.

Enters: columns by data set, as written or read back. Leaves: one :class:`Checked` per rule and data set.
"""

from __future__ import annotations

from adoptive.workbench.export.checks.domains import check_domains
from adoptive.workbench.export.checks.run import check_data
from adoptive.workbench.export.checks.types import Checked, Tables

__all__ = ["Checked", "Tables", "check_data", "check_domains"]
