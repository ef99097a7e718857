"""Read a user's table of receptors whose targets are known and are not the tumour: viruses, vaccines."""

from __future__ import annotations

from pathlib import Path

from adoptive.antigen.clone_table import KnownReceptor
from adoptive.workbench.discover.tables import read_table
from adoptive.workbench.discover.text import Text

__all__ = ["read_known"]


def read_known(path: Path | str) -> tuple[tuple[KnownReceptor, ...], Text]:
    """Read columns ``label`` and ``cdr3a`` or ``cdr3b`` or both (amino acids, C to F or W); an empty one matches any.

    Raises
    ------
    StudyError
        A row without a label or without a CDR3, or a CDR3 that does not run from C to F or W, each with its line.
    """
    table = read_table(path, what="table of known receptors", needed=["label", "cdr3a|cdr3b"])
    found = []
    for row in table.rows:
        chains = {column: row.text(column).upper() for column in ("cdr3a", "cdr3b")}
        if not any(chains.values()):
            row.mistake("cdr3b", "this row has no CDR3", next_step="fill in cdr3a, cdr3b or both")
        for column, cdr3 in chains.items():
            if cdr3 and not (cdr3.isalpha() and cdr3.startswith("C") and cdr3.endswith(("F", "W"))):
                allowed, step = "C to F or W, both written", "add the conserved ends, as in CASSIRSSYEQYF"
                row.mistake(column, "a CDR3 without its conserved ends", value=cdr3, allowed=allowed, next_step=step)
        found.append(KnownReceptor(row.text("label", needed=True).replace(";", ","), chains["cdr3a"], chains["cdr3b"]))
    table.check()
    return tuple(found), table.text
