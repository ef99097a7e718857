"""What ``adoptive bounds`` answers: a plan of interim looks, and the trial that it needs.

Enters: :class:`Asked`, as written on the command line. Leaves: :class:`Answer`, one JSON document, rows for people.
"""

from __future__ import annotations

from adoptive.workbench.bounds.answer import Answer, answer
from adoptive.workbench.bounds.asked import Asked
from adoptive.workbench.bounds.document import bounds_document

__all__ = ["Answer", "Asked", "answer", "bounds_document"]
