"""Read and write ``product_spec.json``, and lay it over a study."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from adoptive.construct.product import FORMAT, ProductSpec
from adoptive.errors import AdoptiveError, StudyError
from adoptive.workbench.discover.text import read_text
from adoptive.workbench.mistakes import Mistake, as_error

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["lay_over", "parse_product", "product_document", "read_product", "retitled", "with_products"]

PRIVATE: Final = "private neoantigens"
LARGEST: Final = 5_000_000
LONGEST_TITLE: Final = 300
SOURCE: Final = "product specification"
LAID: Final = ("antigen", "construct", "facility")
"""Sections of a study over which a product is laid."""


def read_product(path: Path | str) -> ProductSpec:
    """Read a product specification.

    Raises
    ------
    StudyError
        The file cannot be read, is no JSON, or holds mistakes; all are named.
    """
    return parse_product(read_text(path, what="product specification", largest=LARGEST), where=str(path))


def parse_product(text: str, *, where: str) -> ProductSpec:
    """Read a product specification from its text."""
    from pydantic import ValidationError

    try:
        json.loads(text, parse_constant=_no_number)
        return _adapter().validate_json(text, strict=True)
    except ValidationError as problem:
        raise as_error([_mistake(item, where) for item in problem.errors(include_url=False)], where) from None
    except (json.JSONDecodeError, RecursionError) as problem:
        raise StudyError(
            "no JSON", where=where, value=problem, next_step=f"give a file with format {FORMAT!r}"
        ) from None


def _no_number(name: str) -> float:
    raise StudyError(
        "not a number that can be used", where="product specification", value=name, allowed="a finite number"
    )


def _mistake(item: Mapping[str, Any], where: str) -> Mistake:
    place = ".".join(f"[{step + 1}]" if isinstance(step, int) else str(step) for step in item["loc"]).replace(".[", "[")
    cause = item.get("ctx", {}).get("error")
    spot = f"{where}: {place}" if place else where
    if isinstance(cause, AdoptiveError):
        value = "" if cause.value is None else str(cause.value)
        inner = f"{spot}: {cause.where}" if cause.where else spot
        return Mistake(inner, cause.what, value, cause.allowed, cause.next_step)
    shown = (
        "" if item["type"].startswith("missing") or isinstance(item["input"], dict | list) else repr(item["input"])[:80]
    )
    message = "this key is missing" if item["type"].startswith("missing") else item["msg"][:1].lower() + item["msg"][1:]
    return Mistake(spot, message, shown, next_step="correct it")


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[ProductSpec]:
    from pydantic import TypeAdapter

    return TypeAdapter(ProductSpec)


def product_document(spec: ProductSpec) -> dict[str, Any]:
    """Give a specification as what JSON can hold; reading it again gives an equal one."""
    return dict(dataclasses.asdict(spec))


def lay_over(content: Mapping[str, Any], spec: ProductSpec) -> dict[str, Any]:
    """Lay a product over the sections of a study: what the product is comes from it, all else from the study.

    Receptors with their HLA, avidity and share, the clones of the tumour and their lost HLA stand in ``[antigen]``; a
    chimeric receptor's domains in ``[construct]``, its target's density in ``[antigen]``; days of discovery in
    ``[facility]``.

    Raises
    ------
    StudyError
        The study gives another kind of cell, or sees a shared antigen while the receptors are one patient's.
    """
    made = spec.product
    antigen, construct = dict(content.get("antigen") or {}), dict(content.get("construct") or {})
    _fits(made.modality, antigen, construct)
    above = _of_receptors(spec) if made.receptors else _of_chimeric(spec)
    construct |= {"product": made.id, "modality": made.modality} | above["construct"]
    facility = dict(content.get("facility") or {})
    if spec.discovery.days is not None:
        facility["preparation_days"] = sum(dataclasses.astuple(spec.discovery.days))
    laid = {"antigen": antigen | above["antigen"], "construct": construct, "facility": facility}
    return {**content, **laid, **_own_sources(content, laid)}


def retitled(content: Mapping[str, Any], spec: ProductSpec) -> dict[str, Any]:
    """Say in a study's title that another product than its own is in it."""
    title = content.get("title")
    if not isinstance(title, str) or not title:
        return dict(content)
    return {**content, "title": f"{title}; with the product {spec.product.id} in place of its own"[:LONGEST_TITLE]}


def _own_sources(content: Mapping[str, Any], laid: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Name the specification as the source of what it laid over a study, instead of the study's own source."""
    sources = content.get("sources")
    if not isinstance(sources, dict):
        return {}
    changed = {
        f"{section}.{key}": SOURCE
        for section, keys in laid.items()
        for key, value in keys.items()
        if key in ("product", "modality", "target") or value != (content.get(section) or {}).get(key)
    }
    return {"sources": sources | changed}


def with_products(content: Mapping[str, Any], read: Callable[[str], ProductSpec]) -> dict[str, Any]:
    """Lay over the products that ``construct.product_spec`` names, of the study and of arms with an own one.

    Arguments: ``read`` gives the specification of a file's name. The key is gone then: its contents stand in its place.
    """
    whole, trial = _with_own(content, read), content.get("trial")
    arms = trial.get("arms") if isinstance(trial, dict) else None
    if not isinstance(trial, dict) or not isinstance(arms, list):
        return whole
    return {**whole, "trial": {**trial, "arms": [_arm_with(arm, whole, read) for arm in arms]}}


def _named(content: Any) -> str:
    construct = content.get("construct") if isinstance(content, dict) else None
    name = construct.get("product_spec") if isinstance(construct, dict) else None
    return name if isinstance(name, str) else ""


def _with_own(content: Mapping[str, Any], read: Callable[[str], ProductSpec]) -> dict[str, Any]:
    name = _named(content)
    if not name:
        return dict(content)
    construct = {key: value for key, value in content["construct"].items() if key != "product_spec"}
    return lay_over({**content, "construct": construct}, read(name))


def _arm_with(arm: Any, whole: Mapping[str, Any], read: Callable[[str], ProductSpec]) -> Any:
    """Lay an arm's own product over the study's sections as the arm has them."""
    if not _named(arm):
        return arm
    sections = {name: {**(whole.get(name) or {}), **(arm.get(name) or {})} for name in LAID}
    return {**arm, **_with_own(sections, read)}


def _fits(modality: str, antigen: Mapping[str, Any], construct: Mapping[str, Any]) -> None:
    given = construct.get("modality", modality)
    if given != modality:
        raise StudyError(
            "the study gives another kind of cell than this product", where="construct.modality", value=given,
            allowed=modality, next_step="choose a study of that kind, or another product",
        )  # fmt: skip
    if modality == "TCR-T" and antigen and not antigen.get("private", False):
        raise StudyError(
            "the study's target is shared, the product's receptors are one patient's", where="antigen.private",
            value="false", allowed="true", next_step="choose a study with private = true",
        )  # fmt: skip


def _of_receptors(spec: ProductSpec) -> dict[str, dict[str, Any]]:
    receptors = []
    for one in spec.product.receptors:
        entry: dict[str, Any] = {
            "id": one.id, "antigen": one.antigen, "hla": one.hla or "", "haplotype": one.haplotype, "share": one.share,
            "p_real": one.p_real, "surface": one.expression_factor * one.mispairing_factor,
        }  # fmt: skip
        if one.ec50_m is not None and one.ec50_m.measured:
            entry |= {"ec50_m": one.ec50_m.median, "ec50_log10_sd": one.ec50_m.log10_sd}
        receptors.append(entry)
    clones = [
        {"share": clone.fraction, "antigens": list(clone.antigens), "hla_lost": list(clone.hla_lost)}
        for clone in spec.antigen_map.clones
    ]
    antigen = {
        "target": PRIVATE, "private": True, "receptors": receptors, "clones": clones,
        "hla_loss_measured": spec.antigen_map.hla_loss_measured,
    }  # fmt: skip
    return {"antigen": antigen, "construct": {"binder": ", ".join(one.id for one in spec.product.receptors)[:200]}}


def _of_chimeric(spec: ProductSpec) -> dict[str, dict[str, Any]]:
    chimeric = spec.product.chimeric
    if chimeric is None:  # a specification without either is refused when it is made
        return {"antigen": {}, "construct": {}}
    construct = {
        name: getattr(chimeric, name) for name in ("binder", "costimulation", "armour", "safety_switch")
    }  # fmt: skip
    antigen: dict[str, Any] = {"target": chimeric.target}
    density = spec.antigen_map.density
    if density is not None:
        antigen["high_density_per_cell"] = density.median_per_cell
        if density.gsd is not None:
            antigen["high_density_gsd"] = density.gsd
    return {"antigen": antigen, "construct": construct}
