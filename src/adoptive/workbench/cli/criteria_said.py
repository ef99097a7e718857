"""``adoptive criteria``: what was understood of a trial, item by item."""

from __future__ import annotations

import sys
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adoptive.workbench.cli.match_said import one_line
from adoptive.workbench.cli.say import console
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.match.coverage import criteria_document
from adoptive.workbench.match.sources import one_trial

__all__ = ["criteria_command"]

_MARKS: Final = {"whole": ("yes", "green"), "part": ("partly", "yellow"), "not": ("no", "red")}
_SHOWN: Final = 240


def criteria_command(name: str, *, as_document: bool) -> int:
    """Read a trial and say its criteria; give the exit code."""
    document = criteria_document(one_trial(name))
    if as_document:
        sys.stdout.write(as_json(document))
    else:
        _say(document, console())
    return 0


def _say(document: dict[str, Any], to: Console) -> None:
    to.print(Text(f"\n{one_line(document['trial'], 40)}: {one_line(document['title'])}\n"))
    table = Table(title="Criteria as they were understood", title_justify="left")
    for column in ("", "kind", "gate", "the record's words", "understood", "as"):
        table.add_column(column, overflow="fold", justify="right" if not column else "left")
    for item in document["items"]:
        mark, style = _MARKS[item["understood"]]
        heading = f"[{one_line(item['heading'], 60)}] " if item["heading"] else ""
        table.add_row(
            str(item["number"]), item["kind"], item["gate"], Text(heading + one_line(item["text"], _SHOWN)),
            Text(mark, style), Text(one_line(item["statement"], _SHOWN)),
        )  # fmt: skip
    if document["items"]:  # CTML has levels only
        to.print(table)
    for level in document["levels"]:
        place = " / ".join(filter(None, (level["step"], level["arm"], level["dose"])))
        state = "suspended" if level["suspended"] else "not suspended"
        to.print(Text(f"  {one_line(place, 80)} ({state}): {one_line(level['statement'], _SHOWN)}"))
    if not document["items"]:
        to.print("There are no free-text rules: what counts stands with the levels above.")
    else:
        _say_coverage(document, to)
    for note in document["notes"]:
        to.print(Text(f"  - {one_line(note)}"))


def _say_coverage(document: dict[str, Any], to: Console) -> None:
    counts = document["coverage"]
    to.print(
        f"Items: {sum(counts.values())}, of them {counts['whole']} understood ({document['whole_percent']:.0f} %), "
        f"{counts['part']} partly, {counts['not']} not. What is not understood is never guessed: it stays unknown."
    )
