"""The report card of one patient: which trials may fit, why, what is missing and what to ask, in plain words.

Enters: the facts of a patient and the matches, best first. Leaves: a folder that only its owner can open, with a page
(``report.html``) and the same as data (``match.json``). Start with :func:`write_card`.
"""

from __future__ import annotations

from adoptive.workbench.match.card.document import match_document
from adoptive.workbench.match.card.page import write_card

__all__ = ["match_document", "write_card"]
