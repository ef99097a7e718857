"""The files of an order: GenBank, FASTA, checks, picture and a page that says whether it is ready."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from adoptive import __version__
from adoptive.construct.checks import is_ready
from adoptive.construct.record import DESIGNED, fasta_text, genbank_text, protein_fasta_text
from adoptive.construct.types import Built, Check
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.figures.charts import Figure
from adoptive.workbench.new_folder import page_of
from adoptive.workbench.order.picture import construct_figure

__all__ = ["checks_document", "file_stem", "order_files", "write_order"]

_MARKS: Final = {"pass": " inside", "FAIL": " outside", "not judged": ""}
_LONGEST_STEM: Final = 60
_DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_STYLE: Final = (
    "<style>svg{color:#1b1f24;background:#fff}"
    "@media (prefers-color-scheme:dark){svg{color:#e6eaee;background:#14181d}}</style>"
)


def write_order(folder: Path, built: Built, checks: Sequence[Check]) -> None:
    """Write the files of one construct into a folder that is there, whatever the checks say.

    ``<id>.gb``, ``<id>.fasta``, ``<id>.protein.fasta``, ``checks.json``, ``construct.svg`` and ``report.html``; the
    same construct gives the same bytes.
    """
    for name, text in order_files(built, checks).items():
        (folder / name).write_text(text, "utf-8")


def order_files(built: Built, checks: Sequence[Check]) -> dict[str, str]:
    """Give the files of one construct by name."""
    stem, figure = file_stem(built.insert.id), construct_figure(built)
    return {
        f"{stem}.gb": genbank_text(built),
        f"{stem}.fasta": fasta_text(built),
        f"{stem}.protein.fasta": protein_fasta_text(built),
        "checks.json": as_json(checks_document(built, checks)),
        "construct.svg": _alone(figure),
        "report.html": _page(built, checks, figure, stem),
    }


def checks_document(built: Built, checks: Sequence[Check]) -> dict[str, Any]:
    """Give the verdict on a construct: every check, and whether it is ready to order."""
    return {
        "id": built.insert.id,
        "kind": built.insert.kind,
        "ready_to_order": is_ready(checks),
        "insert_nt": len(built.nt),
        "insert_aa": len(built.insert.protein),
        "vector": built.vector_name or None,
        "vector_nt": len(built.vector_nt) or None,
        "parts": [
            {"name": one.name, "kind": one.kind, "protein": one.protein, "source": one.source}
            for one in built.insert.parts
        ],
        "checks": [
            {"id": one.id, "title": one.title, "verdict": one.verdict, "found": one.value, "asked": one.threshold,
             "detail": one.detail, "only_reported": one.reports}
            for one in checks
        ],
        "notes": list(built.insert.notes),
        "label": DESIGNED,
        "version": __version__,
    }  # fmt: skip


def file_stem(name: str) -> str:
    """Make a file's name of an id: letters, digits, ``_``, ``.`` and ``-``; a changed one ends with a digest of the id.

    >>> file_stem("KRAS_9d")
    'KRAS_9d'
    >>> file_stem("../a b").startswith("a_b-")
    True
    """
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", name).strip("_.-")[:_LONGEST_STEM].rstrip("_.-") or "construct"
    if plain == name and not _DEVICES.fullmatch(plain):
        return plain
    return f"{plain.replace('.', '_')}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _alone(figure: Figure) -> str:
    """Give the wide drawing as a file of its own, that can be read on light and on dark."""
    drawing = dict(figure.drawings)["wide"]
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    head, _, rest = drawing.replace("<svg ", f"<svg {spaces} ", 1).partition(">")
    return f"{head}>{_STYLE}{rest}\n"


def _page(built: Built, checks: Sequence[Check], figure: Figure, stem: str) -> str:
    insert = built.insert
    kind = {"TCR": "A T-cell receptor", "CAR": "A chimeric antigen receptor"}[insert.kind]
    where = f", in {built.vector_name} ({len(built.vector_nt):,} bases)" if built.vector_nt else ", without a vector"
    return page_of(
        "order", insert=insert, checks=tuple(checks), ready=is_ready(checks), answer=_answer(checks), figure=figure,
        question=f"{kind}: {len(insert.protein):,} amino acids, {len(built.nt):,} bases{where}.",
        parts=figure.table, marks=_MARKS,
        files=(
            (f"{stem}.gb", "bases with features (GenBank)"), (f"{stem}.fasta", "bases of the insert, ATG to stop"),
            (f"{stem}.protein.fasta", "the protein and each part"), ("checks.json", "the checks"),
            ("construct.svg", "the picture"),
        ),
    )  # fmt: skip


def _answer(checks: Sequence[Check]) -> str:
    stopping = [one for one in checks if not one.reports]
    failed = [one.title for one in stopping if one.verdict == "FAIL"]
    unjudged = sum(one.verdict == "not judged" for one in stopping)
    remarks = sum(one.reports and one.verdict == "FAIL" for one in checks)
    said = [
        f"{sum(one.verdict == 'pass' for one in stopping)} of {len(stopping)} checks that can stop an order passed."
    ]
    said += [f"Failed: {'; '.join(failed)}."] if failed else []
    said += [f"{unjudged} could not be judged."] if unjudged else []
    said += [f"{remarks} to look at, which do not stop an order."] if remarks else []
    return " ".join((*said, "This is a design for research."))
