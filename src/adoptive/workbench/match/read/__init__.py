"""Reading eligibility texts: a record's free text becomes items, each a statement with the span of its own words.

Enters: the criteria of a registry record as one text. Leaves: items with what was understood of them, wholly, in part
or not at all. Know :func:`~adoptive.workbench.match.read.items.read_criteria`. An item counts as understood only if
every word of it was: what is left over stays text, with the verdict unknown.
"""

from __future__ import annotations

from adoptive.workbench.match.read.grammar import read_item
from adoptive.workbench.match.read.items import read_criteria
from adoptive.workbench.match.read.split import RawItem, split_criteria

__all__ = ["RawItem", "read_criteria", "read_item", "split_criteria"]
