"""What ``adoptive construct car`` does and prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Request", "list_parts", "run_car"]


@dataclass(frozen=True)
class Request:
    """Hold the options of the command."""

    design: Path | None
    out: Path
    options: Mapping[str, Any]
    vector: Path | None = None
    place: str = ""
    seed: int = 0
    avoid: tuple[str, ...] = ()
    packaged_nt: int = 8000
    as_json: bool = False


def run_car(request: Request) -> int:
    """Build, write and print; give the exit code: 0 ready to order, 1 a check failed."""
    from adoptive.construct.checks import Limits
    from adoptive.construct.codons import Rules
    from adoptive.workbench.order.car import Asked, design_document, order_car

    limits = Limits(rules=Rules(sites=request.avoid), packaged_nt=request.packaged_nt)
    asked = Asked(request.out, request.design, request.options, request.vector, request.place, request.seed, limits)
    made = order_car(asked)
    if request.as_json:
        from adoptive.workbench.order.files import checks_document

        document = {"folder": str(request.out), **checks_document(made.built, made.checks), **design_document(made)}
        json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        _say(made, request.out)
    return 0 if made.ready else 1


def _say(made: Any, out: Path) -> None:
    from rich.table import Table

    from adoptive.construct.record import DESIGNED
    from adoptive.workbench.cli.say import console

    to, insert = console(), made.designed.insert
    table = Table(title=f"{insert.id}: {len(insert.protein)} residues", title_justify="left")
    for name in ("part", "kind", "residues", "source"):
        table.add_column(name, justify="right" if name == "residues" else "left", overflow="fold")
    for part in insert.parts:
        table.add_row(part.name, part.kind, str(len(part.protein)), part.source)
    to.print(table)
    for one in made.checks:
        if not (one.passed and one.judged):
            to.print(f"{'report' if one.reports else one.verdict}: {one.title}: {one.detail or one.value}")
    passed = sum(one.passed and one.judged for one in made.checks)
    verdict = "ready to order" if made.ready else "NOT ready to order"
    to.print(f"{passed} of {len(made.checks)} checks passed: {verdict}")
    to.print(f"{DESIGNED}\n")
    to.print(f"files: {out}", soft_wrap=True)


def list_parts(*, as_json: bool) -> int:
    """Print the catalogue of parts."""
    import dataclasses

    from adoptive.construct.parts import load_catalogue

    parts = load_catalogue().parts
    if as_json:
        json.dump({"parts": [dataclasses.asdict(one) for one in parts]}, sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
        return 0
    from rich.table import Table

    from adoptive.workbench.cli.say import console

    table = Table(title="Parts of chimeric receptors", title_justify="left")
    for name in ("name", "kind", "residues", "status", "source"):
        table.add_column(name, justify="right" if name == "residues" else "left", overflow="fold")
    for one in parts:
        table.add_row(one.name, one.kind, str(len(one.protein)), one.status, one.source)
    console().print(table)
    return 0
