"""Study files: one TOML file is one frozen :class:`~adoptive.trial.types.Study`, in both directions.

``load_study(dump_study(study))`` gives the same study. pydantic is used here, at the edge, and nowhere else.
"""

from __future__ import annotations

import dataclasses
import json
import re
import stat
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import tomli_w

from adoptive.cohort import read_patients
from adoptive.construct.product import ProductSpec
from adoptive.errors import StudyError
from adoptive.trial.types import ARM_SECTIONS, Study
from adoptive.workbench.mistakes import Mistake, as_error, from_pydantic, unwritable_values
from adoptive.workbench.order.product_file import lay_over, parse_product, read_product, retitled, with_products
from adoptive.workbench.spelling import nearest

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["dump_study", "list_studies", "load_study", "parse_study", "study_folder"]

LARGEST_FILE_BYTES: Final = 1_000_000
"""A study file is a few kilobytes; anything near this size is another file given by mistake."""

STUDY_FILE, TABLE = ("study file", "UTF-8 text in TOML"), ("table of patients", "UTF-8 text in CSV")
PRODUCT: Final = ("product specification", "UTF-8 text in JSON")
"""Kinds of file that are read, and what stands in them."""

WITHOUT_CELLS: Final[Mapping[str, Mapping[str, Any]]] = {
    "antigen": {"target": "none"},
    "construct": {"product": "none", "modality": "CAR-T", "costimulation": "CD28"},
    "facility": {},
    "infusion": {"dose_cells": 0.0},
}
"""Sections that a study may leave out if no arm gets cells."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


def list_studies() -> tuple[str, ...]:
    """Name the bundled studies, in alphabetical order."""
    root = resources.files("adoptive").joinpath("studies")
    if not root.is_dir():
        return ()
    return tuple(sorted(entry.name for entry in root.iterdir() if entry.joinpath("study.toml").is_file()))


def load_study(name_or_path: str | Path, *, product: str | Path | None = None) -> Study:
    """Read a study: a bundled one by name, or a file by path.

    Arguments: ``name_or_path`` one of :func:`list_studies`, or the path of a study file; ``product`` the path of a
    product specification that takes the place of the study's product.

    Raises
    ------
    StudyError
        Nothing of that name, a file that cannot be read, or mistakes in it (all of them at once).
    """
    file = _study_file(name_or_path)
    where = file.name if isinstance(file, Path) else "study.toml"
    spec = None if product is None else read_product(product)
    return parse_study(_read_text(file), where=where, beside=study_folder(name_or_path), product=spec)


def study_folder(name_or_path: str | Path) -> Traversable:
    """Give the folder in which a study's file stands (its published results and notes stand beside it)."""
    file = _study_file(name_or_path)
    if isinstance(file, Path):
        return file.parent
    return resources.files("adoptive").joinpath("studies", str(name_or_path))


def parse_study(
    text: str, *, where: str = "study.toml", beside: Traversable | None = None, product: ProductSpec | None = None
) -> Study:
    """Read a study from the text of a file; ``beside`` is the folder in which its tables and products stand.

    Raises
    ------
    StudyError
        The text is no TOML, or holds mistakes; all are named.
    """
    try:
        content: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise StudyError(f"not TOML: {problem}", where=where, next_step="correct the line that is named") from None
    if isinstance(content.get("sources"), dict):
        content["sources"] = _flat(content["sources"])
    mistakes = list(unwritable_values(content, where))
    if not mistakes and isinstance(name := content.get("name"), str) and name and not _NAME.fullmatch(name):
        mistakes.append(
            Mistake(f"{where}: name", "cannot be a folder's name", repr(name), "a-z 0-9 . _ -, at most 63 characters")
        )
    if mistakes:
        raise as_error(mistakes, where)
    content = with_products(content, lambda name: _product_beside(beside, name))
    content = content if product is None else retitled(lay_over(content, product), product)
    return _validate(_with_patients(_whole(content), beside), where)


def _product_beside(folder: Traversable | None, name: str) -> ProductSpec:
    return parse_product(_beside(folder, name, where="construct.product_spec", kind=PRODUCT), where=name)


def _with_patients(content: dict[str, Any], beside: Traversable | None) -> dict[str, Any]:
    """Fill in the tables of patients that cohorts name, unless their columns are there already."""
    trial = content.get("trial")
    arms = trial.get("arms") if isinstance(trial, dict) else None
    for owner in (content, *(arms if isinstance(arms, list) else ())):
        cohort = owner.get("cohort") if isinstance(owner, dict) else None
        if isinstance(cohort, dict) and isinstance(name := cohort.get("patients_csv"), str) and name:
            if not cohort.get("given"):
                owner["cohort"] = {
                    **cohort,
                    "given": read_patients(_beside(beside, name, where="cohort.patients_csv", kind=TABLE), name),
                }
    return content


def _beside(folder: Traversable | None, name: str, *, where: str, kind: tuple[str, str]) -> str:
    """Read a file that stands in the study's folder."""
    path = Path(name)
    if folder is None or path.is_absolute() or ".." in path.parts:
        raise StudyError(
            f"this {kind[0]} cannot be found",
            where=where,
            value=repr(name),
            allowed="a file in the folder of the study file",
            next_step="put it beside the study file and name it without its folder",
        )
    return _read_text(folder.joinpath(*path.parts), kind)


def _whole(content: Mapping[str, Any]) -> dict[str, Any]:
    """Complete what a file leaves out: an arm's sections from the study's, and sections that nothing would use."""
    trial = content.get("trial")
    arms = trial.get("arms") if isinstance(trial, dict) else None
    if not isinstance(arms, list):
        return dict(content)
    listed = [arm for arm in arms if isinstance(arm, dict)]
    cells = any(arm.get("treatment") == "cells" for arm in listed)
    whole = dict(content) if cells or not listed else {**WITHOUT_CELLS, **content}
    completed = [_completed(arm, whole) if isinstance(arm, dict) else arm for arm in arms]
    return {**whole, "trial": {**trial, "arms": completed}} if trial else whole


def _completed(arm: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the keys of an arm's own sections over the study's sections."""
    own = {key: arm[key] for key in ARM_SECTIONS if isinstance(arm.get(key), dict)}
    return {**arm, **{key: _laid_over(content.get(key), table) for key, table in own.items()}}


def _laid_over(below: Any, above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a table over another, tables within tables alike; a list stands for the whole list."""
    if not isinstance(below, dict):
        return dict(above)
    both = {
        key: _laid_over(below[key], value)
        for key, value in above.items()
        if key in below and _tables(below, key, value)
    }
    return {**below, **above, **both}


def _tables(below: Mapping[str, Any], key: str, value: Any) -> bool:
    return isinstance(below[key], dict) and isinstance(value, dict)


def _validate(content: Mapping[str, Any], where: str) -> Study:
    from pydantic import ValidationError

    try:
        # Strict JSON takes lists for tuples and whole numbers for floats, but no text for numbers.
        return _adapter().validate_json(json.dumps(content), strict=True)
    except ValidationError as problem:
        found = from_pydantic(problem.errors(include_url=False), where)
    raise as_error(found, where)


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Study]:
    from pydantic import TypeAdapter

    return TypeAdapter(Study)


def dump_study(study: Study) -> str:
    """Write a study as the text of its file; ``parse_study(dump_study(study)) == study``."""
    content = _plain(study)
    for arm in content["trial"]["arms"]:
        arm.update({key: _differing(arm[key], content[key]) for key in ARM_SECTIONS if key in arm})
    return tomli_w.dumps(content, multiline_strings=False)


def _differing(own: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """Give the keys of an arm's section that the study's section does not have so."""
    return {
        key: _differing(value, usual[key]) if isinstance(value, dict) and isinstance(usual.get(key), dict) else value
        for key, value in own.items()
        if key not in usual or usual[key] != value
    }


def _plain(value: Any) -> Any:
    """Turn frozen dataclasses, tuples and mappings into what TOML can hold; ``None`` is left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {name: _plain(inner) for name, inner in named.items() if inner is not None}
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return value


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Join nested keys with dots, so that a source may be written with or without quotation marks."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        flat.update(_flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value})
    return flat


def _study_file(name_or_path: str | Path) -> Traversable:
    text = str(name_or_path)
    bundled = list_studies()
    if text in bundled:
        return resources.files("adoptive").joinpath("studies", text, "study.toml")
    path = Path(text)
    if path.suffix == ".toml" or len(path.parts) > 1 or path.is_file():
        return path
    guess = nearest(text, bundled)
    raise StudyError(
        "no such study",
        where="STUDY",
        value=repr(text),
        allowed=", ".join(bundled) or "no study is bundled",
        next_step=f"try {guess}" if guess else "give one of these names, or the path of a study file",
    )


def _read_text(file: Traversable, kind: tuple[str, str] = STUDY_FILE) -> str:
    name, content = kind
    try:
        if isinstance(file, Path):
            _refuse_odd_file(file, name)
        data = file.read_bytes()
    except StudyError:
        raise
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise StudyError(
            "cannot be read", where=str(file), value=reason, next_step=f"give the path of a readable {name}"
        ) from None
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise StudyError("not a text file", where=str(file), allowed=content, next_step=f"give a {name}") from None


def _refuse_odd_file(path: Path, kind: str) -> None:
    """Refuse folders, devices and files far too large before reading a byte."""
    about = path.stat()
    if stat.S_ISDIR(about.st_mode):
        step = f"try {path / 'study.toml'}" if kind == STUDY_FILE[0] else f"give the path of a {kind}"
        raise StudyError(f"a folder, not a {kind}", where=str(path), next_step=step)
    if not stat.S_ISREG(about.st_mode):
        raise StudyError("not an ordinary file", where=str(path), next_step=f"give the path of a {kind}")
    if about.st_size > LARGEST_FILE_BYTES:
        raise StudyError(
            f"too large for a {kind}",
            where=str(path),
            value=f"{about.st_size:,} bytes",
            allowed=f"at most {LARGEST_FILE_BYTES:,} bytes",
            next_step=f"give the path of a {kind}",
        )
