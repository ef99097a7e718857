"""``adoptive construct car``: read a design, choose its bases, check it, write the files of the order."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from adoptive.construct.car import product_class
from adoptive.construct.checks import Limits, check, is_ready
from adoptive.construct.checks.car_limits import CarLimits
from adoptive.construct.codons import build
from adoptive.construct.types import Built, Check
from adoptive.construct.vector import Place, put_into
from adoptive.errors import StudyError
from adoptive.workbench.discover.origin import table_folder
from adoptive.workbench.discover.text import Text
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.new_folder import check_folder
from adoptive.workbench.order.designs import Designed, read_design
from adoptive.workbench.order.files import write_order
from adoptive.workbench.order.vectors import read_vector

__all__ = ["Asked", "Ordered", "design_document", "order_car"]


@dataclass(frozen=True)
class Asked:
    """Hold what was asked for: a design file, options over it, where it goes, and how its bases are chosen."""

    out: Path
    design: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    vector: Path | None = None
    place: str = ""
    seed: int = 0
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Ordered:
    """Hold what was made."""

    designed: Designed
    built: Built
    checks: tuple[Check, ...]

    @property
    def ready(self) -> bool:
        """Say whether it can be ordered."""
        return is_ready(self.checks)


def order_car(asked: Asked) -> Ordered:
    """Make a chimeric receptor and write the files of its order, also when a check fails.

    Raises
    ------
    AdoptiveError
        The design, a part or the vector cannot be used, or the folder exists; then nothing is written.
    """
    check_folder(asked.out)
    if asked.place and asked.vector is None:
        raise StudyError("a place without a vector", where="--place", value=asked.place, next_step="give --vector too")
    designed = read_design(asked.design, asked.options)
    built = build(designed.insert, rules=asked.limits.rules, seed=asked.seed)
    inputs = list(designed.texts)
    if asked.vector is not None:
        built = put_into(read_vector(asked.vector), built, Place.of(asked.place))
        inputs.append(_digest(asked.vector))
    own = CarLimits(costimulation=designed.design.study_costimulation, itams=designed.design.itams)
    checks = check(built, limits=replace(asked.limits, car=own))
    made = Ordered(designed, built, checks)
    said = {
        "seed": asked.seed, "vector": asked.vector.name if asked.vector else "", "place": asked.place,
        "avoid": list(asked.limits.rules.sites), "packaged_nt": asked.limits.packaged_nt,
    }  # fmt: skip
    with table_folder(asked.out, command="construct car", inputs=inputs, options=said) as folder:
        write_order(folder, built, checks)
        (folder / "design.json").write_text(as_json(design_document(made)), "utf-8")
    return made


def _digest(path: Path) -> Text:
    """Name a binary file and its digest among the inputs."""
    text = Text()
    text.path, text.sha256 = path, hashlib.sha256(path.read_bytes()).hexdigest()
    return text


def design_document(made: Ordered) -> dict[str, Any]:
    """Say what was built: the design, its parts with their sources, and the product in the words of a study."""
    design, insert = made.designed.design, made.designed.insert
    product = product_class(insert)
    fields = {one.name: getattr(design, one.name) for one in dataclasses.fields(design)}
    binder = design.binder or ", ".join(part.name for part in insert.parts if part.kind in ("binder", "variable"))
    return {
        "design": {name: Path(value).name if _is_file(name) else value for name, value in fields.items()},
        "parts": _parts(made.built),
        "chimeric": {
            "target": design.target, "binder": binder, "costimulation": product.costimulation,
            "armour": product.armour, "safety_switch": product.safety_switch,
        },
        "class_notes": list(product.notes),
        "ready_to_order": made.ready,
        "failed_checks": [one.id for one in made.checks if not one.reports and not (one.judged and one.passed)],
    }  # fmt: skip


def _is_file(name: str) -> bool:
    return name.endswith("_fasta") or name == "parts"


def _parts(built: Built) -> Sequence[Mapping[str, Any]]:
    rows, at = [], 0
    for part in built.insert.parts:
        end = at + len(part.protein)
        rows.append({
            "name": part.name, "kind": part.kind, "first_residue": at + 1, "last_residue": end,
            "protein": part.protein, "source": part.source,
        })  # fmt: skip
        at = end
    return rows
