"""Export a run in the formats of other people's tools, labelled as simulated.

Enters: a run folder. Leaves: a new folder with data sets and their description, and what was checked of them. Start
with :func:`export_run`; ADaM is made in ``adam/``, SDTM in ``sdtm/``, files in ``write/``, checks in ``checks/`` and
the report's numbers again in ``derive/``.
"""

from __future__ import annotations

from adoptive.workbench.export.run import FORMATS, Asked, Exported, export_run

__all__ = ["FORMATS", "Asked", "Exported", "export_run"]
