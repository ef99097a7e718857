"""The report: one self-contained HTML page, made from a run folder alone.

Enters: a run folder. Leaves: ``report.html``, with no script and no outside request. The functions to know are
:func:`render_report` and :func:`rewrite_report`.
"""

from adoptive.workbench.report.page import render_report, rewrite_report

__all__ = ["render_report", "rewrite_report"]
