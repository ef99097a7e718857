"""Hand a design over: chosen receptors or a chimeric receptor, the map of the tumour, and the verdict of the checks."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from adoptive.antigen.discovered import Allele, Receptor, TumourClone
from adoptive.antigen.types import MOST_RECEPTORS
from adoptive.construct.car import ProductClass, product_class
from adoptive.construct.product import (
    FORMAT,
    AntigenMap,
    ChimericReceptor,
    Days,
    Density,
    Discovery,
    Ec50,
    MapClone,
    MapReceptor,
    ProductDesign,
    ProductSpec,
    Vector,
)
from adoptive.construct.types import Insert, Part
from adoptive.errors import StudyError
from adoptive.workbench.discover.origin import origin_of
from adoptive.workbench.discover.tables import read_nouns
from adoptive.workbench.discover.text import Text, read_text
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.new_folder import check_folder, new_folder
from adoptive.workbench.order.product_file import parse_product, product_document
from adoptive.workbench.order.tcr import order_folders

__all__ = ["LABEL", "Handover", "hand_off", "write_handover"]

MOST_BASES: Final = 1_000_000
LONGEST_NAME: Final = 200
MOST_DAYS: Final = 1000
SUM_WITHIN: Final = 1e-3
NAME: Final = "product_spec.json"
LABEL: Final = "A design for research only, no release document; no medical advice."


@dataclass(frozen=True)
class Handover:
    """Hold what ``adoptive construct handoff`` was asked.

    ``shares`` of the product's cells by receptor, in order of choice; empty: equal. ``days`` of sequencing, screen and
    synthesis. ``orders`` are folders of ``adoptive construct``.
    """

    out: Path
    receptors: Path | None = None
    clones: Path | None = None
    hla: Path | None = None
    orders: tuple[Path, ...] = ()
    name: str = ""
    shares: tuple[float, ...] = ()
    days: Days | None = None
    tested: int | None = None
    edits: tuple[Literal["TRAC-KO", "TRBC-KO"], ...] = ()
    vector: str = "not stated"
    target: str = ""
    density: Density | None = None


@dataclass(frozen=True)
class _Order:
    """Hold what an order's folder says: design, verdict, files."""

    id: str
    document: Mapping[str, Any]
    text: Text
    files: tuple[Text, ...]

    @property
    def constants(self) -> tuple[str, ...]:
        """Name the constant regions of its design."""
        return tuple(str(one["name"]) for one in self.document["parts"] if one["kind"] == "constant")

    @property
    def failed(self) -> tuple[str, ...]:
        """Name the checks that stop the order."""
        stops = (one for one in self.document["checks"] if not one["only_reported"] and one["verdict"] != "pass")
        return tuple(f"{self.id}: {one['title']} ({one['verdict']})" for one in stops)


def write_handover(asked: Handover) -> ProductSpec:
    """Write ``product_spec.json`` in a new folder, there when whole or not at all."""
    check_folder(asked.out)
    _check_words(asked)
    # What options and tables gave is held to the limits of the format, as a reader will hold it.
    spec = parse_product(as_json(product_document(hand_off(asked))), where="what is handed over")
    with new_folder(asked.out) as folder:
        (folder / NAME).write_text(as_json(product_document(spec)), "utf-8")
    return spec


def _check_words(asked: Handover) -> None:
    """Refuse names that break a line, and days that are no numbers: JSON cannot hold them."""
    for option, said in (("--name", asked.name), ("--vector", asked.vector), ("--target", asked.target)):
        if not said.isprintable() or len(said) > LONGEST_NAME:
            raise StudyError(
                "not a name", where=option, value=ascii(said[:80]),
                allowed=f"at most {LONGEST_NAME} characters that can be printed", next_step="shorten it",
            )  # fmt: skip
    days = () if asked.days is None else (asked.days.sequencing, asked.days.screen, asked.days.synthesis)
    if not all(0.0 <= one <= MOST_DAYS for one in days):
        raise StudyError(
            "not a number of days", where="--days", value=" ".join(f"{one:g}" for one in days),
            allowed=f"0 to {MOST_DAYS} each", next_step="correct it",
        )  # fmt: skip


def hand_off(asked: Handover) -> ProductSpec:
    """Make the product specification of chosen receptors, or of one chimeric receptor.

    Raises
    ------
    StudyError
        A table or folder that cannot be read, no chosen receptor, an allele that the patient has not, an order of a
        receptor that was not chosen.
    """
    orders = tuple(_read_order(one) for place in asked.orders for one in order_folders(place))
    if asked.receptors is None:
        return _of_chimeric(asked, orders)
    chosen = _chosen(asked.receptors)
    alleles = () if asked.hla is None else read_nouns(asked.hla, Allele, what="HLA table")
    if asked.clones is None:
        raise StudyError(
            "the clones of the tumour are needed", where="--clones", next_step="give the clones.tsv of the ranking"
        )
    clones = read_nouns(asked.clones, TumourClone, what="clone table")
    _check_orders(orders, chosen)
    receptors = _receptors(asked, chosen, alleles)
    files = [asked.receptors, asked.clones, *([] if asked.hla is None else [asked.hla])]
    inputs = [*(read_text(place, what="table") for place in files), *_read_of(orders)]
    return ProductSpec(
        FORMAT,
        ProductDesign(
            id=asked.name or f"{len(chosen)} receptors",
            modality="TCR-T",
            receptors=receptors,
            vector=_vector(asked, orders, len(chosen)),
            constants=", ".join(sorted({name for order in orders for name in order.constants})),
            edits=asked.edits,
            **_verdict(orders, {one.id for one in chosen}),
        ),
        AntigenMap(
            clones=_as_seen(clones, chosen),
            hla_loss_measured=_loss_measured(alleles, clones),
        ),
        Discovery(asked.days, asked.tested, 1.0 - math.prod(1.0 - one.p_real for one in chosen)),
        origin_of("construct handoff", inputs, {}),
        LABEL,
    )


def _as_seen(clones: Sequence[TumourClone], chosen: Sequence[Receptor]) -> tuple[MapClone, ...]:
    """Join clones that look the same to the chosen receptors, so that every receptor sees the share that it saw.

    What no receptor of the product sees or depends on is left out of the map.
    """
    antigens, alleles = ({getattr(one, name) for one in chosen} - {""} for name in ("antigen", "hla"))
    shares: dict[tuple[tuple[str, ...], tuple[str, ...]], float] = {}
    for one in clones:
        look = (tuple(sorted(antigens & set(one.antigens))), tuple(sorted(alleles & set(one.hla_lost))))
        shares[look] = shares.get(look, 0.0) + one.share
    return tuple(MapClone(share, *look) for look, share in shares.items() if share > 0)


def _loss_measured(alleles: Sequence[Allele], clones: Sequence[TumourClone]) -> bool:
    """Say whether loss of HLA was looked for in every allele, and is in the clones where it was found."""
    lost = {allele for clone in clones for allele in clone.hla_lost}
    return bool(alleles) and all(
        one.lost_share is not None and (one.lost_share == 0 or one.hla in lost) for one in alleles
    )


def _chosen(place: Path) -> tuple[Receptor, ...]:
    found = read_nouns(place, Receptor, what="receptor table")
    chosen = tuple(sorted((one for one in found if one.rank > 0), key=lambda one: one.rank))
    if not 0 < len(chosen) <= MOST_RECEPTORS:
        raise StudyError(
            "the number of chosen receptors", where=f"{place}: rank", value=len(chosen),
            allowed=f"1 to {MOST_RECEPTORS} rows with a rank above 0", next_step="choose by adoptive antigen rank",
        )  # fmt: skip
    return chosen


def _receptors(asked: Handover, chosen: Sequence[Receptor], alleles: Sequence[Allele]) -> tuple[MapReceptor, ...]:
    shares = asked.shares or tuple(1.0 / len(chosen) for _ in chosen)
    if len(shares) != len(chosen):
        raise StudyError(
            "one share for each chosen receptor", where="--share", value=len(shares), allowed=str(len(chosen))
        )
    if sum(shares) > 1.0 + SUM_WITHIN:
        raise StudyError(
            "the shares of the product's receptors sum to more than 1", where="--share", value=f"{sum(shares):g}",
            allowed="1 in all", next_step="correct a share",
        )  # fmt: skip
    return tuple(
        MapReceptor(
            id=one.id,
            antigen=one.antigen,
            hla=one.hla or None,
            haplotype=_haplotype(one, alleles),
            lineage=one.lineage,
            evidence_tier=one.tier,  # type: ignore[arg-type]
            share=share,
            p_real=one.p_real,
            ec50_m=None if one.ec50_m is None else Ec50(one.ec50_m, one.ec50_log10_sd or 0.0),
            wild_type_fold=one.wild_type_fold,
        )
        for one, share in zip(chosen, shares, strict=True)
    )


def _haplotype(receptor: Receptor, alleles: Sequence[Allele]) -> Literal["1", "2", "both", "unknown"]:
    """Say which chromosome carries a receptor's allele; an allele that the patient has not is refused."""
    rows = [one for one in alleles if one.hla == receptor.hla]
    if alleles and receptor.hla and not rows:
        raise StudyError(
            "the patient has not the allele that presents this receptor's antigen", where=f"receptor {receptor.id}",
            value=receptor.hla, allowed=", ".join(sorted({one.hla for one in alleles})),
            next_step="correct the receptor table or the HLA table",
        )  # fmt: skip
    known = {one.haplotype for one in rows if one.haplotype is not None}
    if known == {1, 2} or len(rows) > 1:
        return "both"
    return {frozenset({1}): "1", frozenset({2}): "2"}.get(frozenset(known), "unknown")  # type: ignore[return-value]


def _read_order(place: Path) -> _Order:
    """Read the folder that ``adoptive construct tcr`` or ``car`` wrote."""
    text, files = read_text(place / "checks.json", what="checks of an order"), _gb_files(place)
    try:
        document = json.loads(text)
        order = _Order(str(document["id"]), document, text, files)
        _ = (order.failed, order.constants)  # every key that is used later is there
        bases = document.get("insert_nt") or 0
        if isinstance(bases, bool) or not isinstance(bases, int) or not 0 <= bases <= MOST_BASES:
            raise ValueError(f"insert_nt is {str(bases)[:40]}")
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise StudyError(
            "not the checks of an order", where=str(place / "checks.json"), value=problem,
            next_step="name a folder that adoptive construct tcr or car wrote",
        ) from None  # fmt: skip
    return order


def _read_of(orders: Sequence[_Order]) -> list[Text]:
    """List the files that were read of orders."""
    return [file for order in orders for file in (order.text, *order.files)]


def _gb_files(place: Path) -> tuple[Text, ...]:
    return tuple(read_text(one, what="GenBank file") for one in sorted(place.glob("*.gb")))


def _check_orders(orders: Sequence[_Order], chosen: Sequence[Receptor]) -> None:
    names = {one.id for one in chosen}
    for order in orders:
        if order.document.get("kind", "TCR") != "TCR":
            raise StudyError(
                "this order is no T-cell receptor", where="--construct", value=order.document.get("kind"),
                allowed="TCR", next_step="give the orders of the receptors in the table",
            )  # fmt: skip
        if order.id not in names:
            raise StudyError(
                "this construct is none of the chosen receptors", where="--construct", value=order.id,
                allowed=", ".join(sorted(names)), next_step="leave it out, or choose the receptor",
            )  # fmt: skip


def _vector(asked: Handover, orders: Sequence[_Order], receptors: int) -> Vector:
    return Vector(
        type=asked.vector,
        insert_nt=tuple(int(order.document["insert_nt"]) for order in orders if order.document.get("insert_nt")),
        n_vectors=receptors,
    )


def _verdict(orders: Sequence[_Order], wanted: set[str]) -> dict[str, Any]:
    """Say whether every receptor's sequence was built and passed: null if any was not built."""
    failed = tuple(one for order in orders for one in order.failed)
    built = wanted <= {order.id for order in orders}
    return {
        "gb_files": tuple(file.path.name for order in orders for file in order.files),
        "ready_to_order": (not failed) if built else None,
        "failed_checks": failed,
    }


def _of_chimeric(asked: Handover, orders: Sequence[_Order]) -> ProductSpec:
    """Make the specification of one chimeric receptor from its order's folder."""
    if len(orders) != 1 or not asked.target:
        raise StudyError(
            "a chimeric receptor needs its target and the folder of its order", where="--target, --construct",
            value=f"{asked.target or 'no target'}, {len(orders)} folders", allowed="--target NAME --construct DIR",
            next_step="or give a receptor table for T-cell receptors",
        )  # fmt: skip
    order = orders[0]
    if order.document.get("kind") != "CAR":
        raise StudyError(
            "this order is no chimeric receptor", where="--construct", value=order.document.get("kind"), allowed="CAR",
            next_step="give the receptor table of the T-cell receptors",
        )  # fmt: skip
    kind, binder = _class_of(order)
    return ProductSpec(
        FORMAT,
        ProductDesign(
            id=asked.name or order.id,
            modality="CAR-T",
            chimeric=ChimericReceptor(asked.target, binder, kind.costimulation, kind.armour, kind.safety_switch),  # type: ignore[arg-type]
            vector=_vector(asked, orders, 1),
            edits=asked.edits,
            **_verdict(orders, {order.id}),
        ),
        AntigenMap(density=asked.density),
        Discovery(asked.days, asked.tested),
        origin_of("construct handoff", _read_of(orders), {}),
        LABEL,
    )


def _class_of(order: _Order) -> tuple[ProductClass, str]:
    """Say what a study calls this receptor, and name its binder."""
    try:
        parts = tuple(
            Part(one["name"], one["kind"], one["protein"], one.get("source", "")) for one in order.document["parts"]
        )
    except (KeyError, TypeError) as problem:
        raise StudyError("the parts of the order cannot be read", where=str(order.text.path), value=problem) from None
    kind = product_class(Insert(order.id, "CAR", parts))
    if kind.costimulation == "none":
        raise StudyError(
            "the studies know no chimeric receptor with this costimulation", where=f"construct {order.id}",
            value=", ".join(part.name for part in parts if part.kind == "costimulation") or "none",
            allowed="CD28, 4-1BB, or both", next_step="this receptor can be ordered, but not simulated",
        )  # fmt: skip
    return kind, " ".join(part.name for part in parts if part.kind in ("binder", "variable"))
