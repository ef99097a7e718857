"""``adoptive construct tcr``: receptors laid out, codons chosen, checked across the product, written as orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adoptive.construct.checks import Limits, check, is_ready
from adoptive.construct.codons import build
from adoptive.construct.types import Built, Check, Insert
from adoptive.construct.vector import Place, put_into
from adoptive.errors import StudyError
from adoptive.workbench.discover.origin import table_folder
from adoptive.workbench.discover.text import Text
from adoptive.workbench.new_folder import check_folder
from adoptive.workbench.order.files import file_stem, write_order
from adoptive.workbench.order.receptors import Layout, Sequences, insert_of, inserts_of_table
from adoptive.workbench.order.vectors import read_vector

__all__ = ["Ordered", "TcrAsked", "order_document", "order_folders", "order_tcrs"]


@dataclass(frozen=True)
class TcrAsked:
    """Hold what ``adoptive construct tcr`` was asked: a table with ids or ``chosen``, or one receptor's sequences."""

    table: Path | None = None
    ids: tuple[str, ...] = ()
    chosen: bool = False
    given: Sequences | None = None
    layout: Layout = field(default_factory=Layout)
    vector: Path | None = None
    place: str = ""
    seed: int = 0
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if (self.table is None) == (self.given is None):
            raise StudyError(
                "a receptor comes from a table or from its genes", where="construct tcr",
                allowed="RECEPTORS.tsv, or --va --ja --cdr3a --vb --jb --cdr3b", next_step="give one of the two",
            )  # fmt: skip
        if self.table is not None and bool(self.ids) == self.chosen:
            raise StudyError(
                "which receptors of the table?", where="construct tcr", next_step="give one of the two",
                allowed="--id ID (several allowed), or --chosen",
            )  # fmt: skip
        if bool(self.place) != (self.vector is not None):
            raise StudyError(
                "a vector and a place in it go together", where="construct tcr",
                allowed="--vector FILE with --place feature:NAME, sites:XhoI,EcoRI or position:1200",
                next_step="give both, or neither",
            )  # fmt: skip


@dataclass(frozen=True)
class Ordered:
    """Hold one receptor's construct, its checks, and the folder of its files under ``--out``."""

    built: Built
    checks: tuple[Check, ...]
    folder: str

    @property
    def ready(self) -> bool:
        """Say whether it can be ordered."""
        return is_ready(self.checks)


def order_tcrs(asked: TcrAsked, out: Path) -> tuple[Ordered, ...]:
    """Build, check and write receptors; files are written whether or not they are ready to order.

    One receptor's files stand in ``out``; those of several, or of ``chosen``, each in a folder named by its id.

    Raises
    ------
    ConstructError
        Sequences that make no receptor; no codons that meet the rules; a place that the vector does not have.
    StudyError
        A file that cannot be read, rows with mistakes, a folder that exists.
    """
    check_folder(out)
    inserts, inputs = _inserts(asked)
    vector = None if asked.vector is None else (read_vector(asked.vector), Place.of(asked.place))
    built = [build(insert, rules=asked.limits.rules, seed=asked.seed) for insert in inserts]
    if vector is not None:
        built = [put_into(vector[0], one, vector[1]) for one in built]
    single = len(inserts) == 1 and not asked.chosen
    names = [""] if single else _folders([insert.id for insert in inserts])
    ordered = tuple(
        Ordered(one, check(one, others=_others(inserts, at), limits=asked.limits), name)
        for at, (one, name) in enumerate(zip(built, names, strict=True))
    )
    with table_folder(out, command="construct tcr", inputs=inputs, options=_options(asked)) as folder:
        for one in ordered:
            place_of = folder / one.folder
            place_of.mkdir(exist_ok=True)
            write_order(place_of, one.built, one.checks)
    return ordered


def _inserts(asked: TcrAsked) -> tuple[tuple[Insert, ...], tuple[Text, ...]]:
    if asked.given is not None:
        return (insert_of(asked.given, asked.layout),), ()
    assert asked.table is not None  # see __post_init__
    inserts, text = inserts_of_table(asked.table, asked.layout, ids=asked.ids, chosen=asked.chosen)
    return inserts, (text,)


def _others(inserts: Sequence[Insert], at: int) -> tuple[Insert, ...]:
    return tuple(insert for other, insert in enumerate(inserts) if other != at)


def _folders(ids: Sequence[str]) -> list[str]:
    """Name a folder by each id, no name twice even where capitals do not count."""
    names: list[str] = []
    for one in ids:
        stem = name = file_stem(one)
        count = 1
        while name.lower() in {other.lower() for other in names}:
            count += 1
            name = f"{stem}_{count}"
        names.append(name)
    return names


def _options(asked: TcrAsked) -> Mapping[str, Any]:
    return {
        "ids": list(asked.ids), "chosen": asked.chosen, "given": None if asked.given is None else vars(asked.given),
        **vars(asked.layout), "vector": None if asked.vector is None else asked.vector.name, "place": asked.place,
        "seed": asked.seed, "avoid": list(asked.limits.rules.sites), "packaged_nt": asked.limits.packaged_nt,
    }  # fmt: skip


def order_folders(place: Path) -> tuple[Path, ...]:
    """List the folders of single orders that ``construct tcr`` or ``car`` wrote: this folder, or those in it."""
    if (place / "checks.json").is_file() or not place.is_dir():
        return (place,)
    return tuple(sorted(one for one in place.iterdir() if (one / "checks.json").is_file())) or (place,)


def order_document(ordered: Sequence[Ordered], out: Path) -> dict[str, Any]:
    """Give what was ordered as one document."""
    return {
        "out": str(out),
        "ready": all(one.ready for one in ordered),
        "receptors": [
            {
                "id": one.built.insert.id, "folder": one.folder or ".", "ready": one.ready,
                "insert_nt": len(one.built.nt), "protein_aa": len(one.built.insert.protein),
                "failed": [row.id for row in one.checks if row.judged and not row.passed and not row.reports],
                "not_judged": [row.id for row in one.checks if not row.judged and not row.reports],
                "notes": list(one.built.insert.notes),
            }
            for one in ordered
        ],
    }  # fmt: skip
