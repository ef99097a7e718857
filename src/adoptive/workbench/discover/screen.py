"""``adoptive antigen screen``: a plate and its pools in; hits, tests, explanations and titration curves out."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from adoptive.antigen.discovered import Hit
from adoptive.antigen.hits import Screened, screen_plate
from adoptive.antigen.screen import ScreenRules
from adoptive.antigen.screen_types import Explanation, Judged, Pool, Titrated
from adoptive.workbench.discover.origin import table_folder
from adoptive.workbench.discover.plate import read_pools, read_wells
from adoptive.workbench.discover.tables import write_nouns
from adoptive.workbench.discover.text import Text
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.new_folder import check_folder

__all__ = ["ScreenRequest", "write_screen"]


@dataclass(frozen=True)
class ScreenRequest:
    """Hold what was asked; without ``pools`` every mutant stimulus is an antigen of its own."""

    plate: Path
    out: Path
    pools: Path | None = None
    rules: ScreenRules = field(default_factory=ScreenRules)


def write_screen(request: ScreenRequest) -> tuple[Screened, dict[str, Any]]:
    """Read, analyse and write ``hits.tsv``, ``pools.tsv``, ``explanations.tsv``, ``titrations.tsv``, ``summary.json``.

    Raises
    ------
    StudyError
        A file that cannot be read, with the line of every mistake; a folder that exists.
    """
    check_folder(request.out)
    pools: tuple[Pool, ...] = ()
    texts: list[Text] = []
    if request.pools is not None:
        pools, text = read_pools(request.pools)
        texts.append(text)
    wells, text = read_wells(request.plate, pools)
    found = screen_plate(wells, pools, rules=request.rules)
    summary = _summary(found, request.rules)
    with table_folder(
        request.out, command="adoptive antigen screen", inputs=(text, *texts), options=asdict(request.rules)
    ) as folder:
        write_nouns(folder / "hits.tsv", found.hits, Hit)
        write_nouns(folder / "pools.tsv", found.tested, Judged)
        write_nouns(folder / "explanations.tsv", found.explanations, Explanation)
        write_nouns(folder / "titrations.tsv", found.titrated, Titrated)
        (folder / "summary.json").write_text(as_json(summary), "utf-8")
    return found, summary


def _summary(found: Screened, rules: ScreenRules) -> dict[str, Any]:
    """Say what was found, what could not be tested, and which positive controls failed."""
    verdicts = Counter(
        row.verdict.split(":")[0].split(";")[0] for row in found.tested if row.kind != "positive control"
    )
    failed = [row for row in found.tested if row.kind == "positive control" and not row.positive]
    return {
        "hits": [
            {"effector": one.effector, "antigen": one.antigen, "readout": one.readout, "stimuli": list(one.stimuli)}
            for one in found.hits
            if one.hit
        ],
        "tests": dict(sorted(verdicts.items())),
        "positive_controls_failed": [f"{row.effector}, {row.readout}" for row in failed],
        "verdict": "fail" if failed else "pass",
        "false_discovery_rate": rules.false_discovery_rate,
        "fold": rules.fold,
        "titrations_reached": sum(row.reached for row in found.titrated),
        "titrations": len(found.titrated),
        "notes": list(found.notes),
    }
