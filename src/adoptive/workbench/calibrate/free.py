"""The free quantities: read from ``free.toml``, with the rows that each of them moves and those of one study."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np

from adoptive.errors import ParameterError
from adoptive.kinetics.physiology import product_class
from adoptive.parameters import BETWEEN, Book, load_book
from adoptive.posterior import Posterior
from adoptive.trial.types import Study
from adoptive.workbench.calibrate.types import Floats, FreeQuantity

__all__ = ["designed", "levers", "load_free", "moves_of", "parse_free", "settled"]

_ALL_KINDS: Final = "*"

_CONTROL_ONLY: Final = ("cohort.", "infusion.kill_", "outcome.new_lesion", "outcome.death")
"""Rows that a study without cells can see."""


@cache
def load_free() -> tuple[FreeQuantity, ...]:
    """Read the free quantities that the package fits."""
    text = resources.files("adoptive.workbench.calibrate").joinpath("free.toml").read_text("utf-8")
    return parse_free(text, load_book(calibrated=False))


def parse_free(text: str, book: Book) -> tuple[FreeQuantity, ...]:
    """Read free quantities; ``name*`` stands for a row and all its kinds.

    Raises
    ------
    ParameterError
        A key that is missing or unknown, or a row that the book lacks.
    """
    return tuple(_read(name, entry, book) for name, entry in tomllib.loads(text).items())


def _read(name: str, entry: Mapping[str, Any], book: Book) -> FreeQuantity:
    known = {field.name for field in dataclasses.fields(FreeQuantity)} - {"name"}
    missing = {"kind", "rows", "meaning", "source"} - set(entry)
    if missing or set(entry) - known:
        raise ParameterError(
            f"missing {sorted(missing)} and unknown {sorted(set(entry) - known)} keys", where=f"free.toml: {name}"
        )
    rows: dict[str, float] = {}
    for row, by in entry["rows"].items():
        found = _kinds_of(row, book)
        if not found:
            raise ParameterError("no such row", where=f"free.toml: {name}", value=row, next_step="see `adoptive show`")
        rows |= dict.fromkeys(found, float(by))
    given = {"family": name, "trials": "", **entry, "rows": rows}
    return FreeQuantity(name=name, **given)


def _kinds_of(row: str, book: Book) -> list[str]:
    if not row.endswith(_ALL_KINDS):
        return [row] if row in book else []
    base = row.removesuffix(_ALL_KINDS)
    between = ", " if "@" in base else "@"
    return [name for name in book if name == base or name.startswith(base + between)]


def moves_of(free: Sequence[FreeQuantity]) -> dict[str, dict[str, float]]:
    """Give by row what one unit of each free quantity shifts it by, on the row's scale."""
    moves: dict[str, dict[str, float]] = {}
    for one in free:
        for row, by in one.rows.items():
            moves.setdefault(row, {})[one.name] = by
    return moves


def settled(free: Sequence[FreeQuantity]) -> frozenset[str]:
    """Name the rows whose own doubt the fit replaces: all that it moves."""
    return frozenset(row for one in free for row in one.rows)


def designed(free: Sequence[FreeQuantity], design: Floats) -> Posterior:
    """Give trial ``t`` the ``t``-th point of a design ``(draws, free)``."""
    draws = {one.name: np.asarray(design[:, at], float) for at, one in enumerate(free)}
    return Posterior(draws=draws, moves=moves_of(free), settles=settled(free), numbered=True)


def levers(study: Study, free: Sequence[FreeQuantity], book: Book) -> Floats:
    """Give what this study can tell apart: ``(levers, free)``, each row of the matrix one shift of its rows.

    Rows of the book that the study reads and that the free quantities move in the same way are one lever: nothing the
    study shows can tell, for instance, the growth of all tumours from that of its own tumour type.
    """
    names = [one.name for one in free]
    found: dict[tuple[float, ...], None] = {}
    moves = moves_of(free)
    bases = {row.partition("@")[0] for row in moves}
    for base in sorted(bases):
        for row in sorted(_rows_read(study, base, book)):
            by = tuple(moves.get(row, {}).get(name, 0.0) for name in names)
            if any(by):
                found.setdefault(by)
    return np.array(list(found)) if found else np.zeros((0, len(names)))


def _rows_read(study: Study, base: str, book: Book) -> set[str]:
    """Name the rows that stand for a base row in this study's patients."""
    cells = any(arm.treatment == "cells" for arm in study.trial.arms)
    if not cells and not base.startswith(_CONTROL_ONLY):
        return set()
    if base.startswith("infusion.kill_"):
        drug = base.removeprefix("infusion.kill_").removesuffix(BETWEEN)
        drugs = {given.drug for arm in study.trial.arms for given in arm.drugs}
        return {base} & set(book) if drug in drugs else set()
    if base == "infusion.bridging_effect" and not study.infusion.bridging_kill_ratio:
        return set()
    return {row for number in range(len(study.trial.arms)) for row in _rows_of_arm(study.of_arm(number), base, book)}


def _rows_of_arm(study: Study, base: str, book: Book) -> set[str]:
    target, armour = study.antigen.target, study.construct.armour
    short = "private" if target.startswith("private") else target.upper()
    own = (short, armour, product_class(study.construct, target))
    rows = set()
    for tumour, _ in study.cohort.tumours:
        suffixes = (f"{short}, {tumour}", *own, tumour)
        rows.add(next((row for row in (f"{base}@{suffix}" for suffix in suffixes) if row in book), base))
    return rows
