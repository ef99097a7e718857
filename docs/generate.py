"""Tables of the pages, made from the code and its data at build time, so that no number is typed twice."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from typing import Any

from adoptive import tables
from adoptive.parameters import FOLDERS, Parameter, load_book


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _grid(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Lay rows out as a Markdown table."""
    titles = list(head)
    lines = [titles, ["---"] * len(titles), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _spread(row: Parameter) -> str:
    parts = [("between", row.between), ("doubt", row.uncertainty)]
    said = [f"{name} {value:g}" for name, value in parts if value > 0]
    return f"{', '.join(said)} ({row.scale})" if said else ""


def _short(row: Parameter) -> str:
    """Give a row's name without its folder, with places where a narrow column may break it."""
    return row.name.split(".", 1)[1].replace("_", "_\u200b")


def assumptions(folder: str = "") -> str:
    """List the parameter rows, of one folder or of all."""
    head = ("name", "value", "spread", "status", "meaning", "source")
    found = []
    for part in [folder] if folder else FOLDERS:
        rows = [row for name, row in load_book().items() if name.startswith(f"{part}.")]
        if rows:
            title = "" if folder else f"## {part}\n\n"
            lines = ((_short(r), f"{r.value:g} {r.unit}", _spread(r), r.status, r.meaning, r.source) for r in rows)
            found.append(title + _grid(head, lines))
    return "\n\n".join(found) or "No row is published here."


def observation() -> str:
    """List the numbers of the assays."""
    from adoptive.kinetics.observe import observation_rows

    head = ("name", "value", "status", "meaning", "source")
    rows = observation_rows().values()
    named = ((row.name.removeprefix("outcome.").removeprefix("observe."), row) for row in rows)
    return _grid(head, ((n, f"{r.value:g} {r.unit}", r.status, r.meaning, r.source) for n, r in named))


def statuses() -> str:
    """Count the rows by status."""
    book = load_book().values()
    names = ("measured", "digitised", "calibrated", "assumed")
    return _grid(("status", "rows"), ((name, sum(row.status == name for row in book)) for name in names))


def columns(name: str) -> str:
    """List a table's columns."""
    rows = getattr(tables, f"{name.upper()}_COLUMNS").values()
    return _grid(("column", "kind", "unit", "meaning"), ((f"`{c.name}`", c.dtype, c.unit, c.meaning) for c in rows))


def published(study: str) -> str:
    """List the published numbers that a study is compared with."""
    file = resources.files("adoptive").joinpath("studies", study, "published.csv")
    if not file.is_file():
        return "No published number is bundled."
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))
    head = [name for name in rows[0] if name not in ("weight",)]
    return _grid(head, ([row[name] for name in head] for row in rows))


def states(part: str) -> str:
    """List the states of the kinetic model: ``body`` or ``lesion``."""
    from adoptive.kinetics import states as model

    rows = {"body": model.BODY, "lesion": model.LESION}[part]
    return _grid(("state", "meaning", "unit"), ((f"`{name}`", row[0], row[1]) for name, row in rows.items()))


FILLED_ON_LOADING = ("given",)
"""Fields of a study that no file writes."""


def keys() -> str:
    """List every key of a study file, table by table in the order of the file."""
    from adoptive.trial.types import Study

    parts = ["### at the top", _grid(KEY_HEAD, _key_rows(Study))]
    for title, kind in _key_tables(Study, ""):
        parts += [f"### `{title}`", _grid(KEY_HEAD, _key_rows(kind))]
    return "\n\n".join(parts)


KEY_HEAD = ("key", "unit", "if left out", "allowed", "meaning")


def _key_tables(kind: type, prefix: str) -> Iterator[tuple[str, type]]:
    """Walk the tables within a table, in the order of the file, each once."""
    from adoptive.trial.types import ARM_SECTIONS, Arm

    for field, annotation in _annotated(kind):
        if field.name in FILLED_ON_LOADING or (kind is Arm and field.name in ARM_SECTIONS):
            continue
        table, several = _table_of(annotation)
        if table is None:
            continue
        name = f"{prefix}{field.name}"
        yield f"[[{name}]]" if several else f"[{name}]", table
        yield from _key_tables(table, f"{name}.")


def _key_rows(kind: type) -> Iterator[tuple[str, ...]]:
    from adoptive.units import In
    from adoptive.workbench.fields import in_words

    for field, annotation in _annotated(kind):
        if field.name in FILLED_ON_LOADING:
            continue
        marks = getattr(annotation, "__metadata__", ())
        label = next((mark for mark in marks if isinstance(mark, In)), In("", ""))
        table, several = _table_of(annotation)
        below = "a list of tables, below" if several else "a table, below"
        allowed = in_words(_present(annotation)) if table is None else below
        yield f"`{field.name}`", label.unit, _default(field), allowed.replace("'", '"'), label.meaning


def _present(annotation: Any) -> Any:
    """Give the type of a key that may be left out as it is when it is there, with its own limits."""
    from types import NoneType
    from typing import Annotated, get_args, get_origin

    kind = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    members = [member for member in get_args(kind) if member is not NoneType]
    alone = NoneType in get_args(kind) and len(members) == 1
    return members[0] if alone and not _limited(annotation) else annotation


def _limited(annotation: Any) -> bool:
    limits = ("gt", "ge", "lt", "le")
    return any(hasattr(mark, limit) for mark in getattr(annotation, "__metadata__", ()) for limit in limits)


def _default(field: dataclasses.Field[Any]) -> str:
    """Say what stands for a key that is left out."""
    if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
        return "**required**"
    value = field.default_factory() if field.default is dataclasses.MISSING else field.default  # type: ignore[misc]
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, dict)) or dataclasses.is_dataclass(value):
        return "none" if not value else "as below"
    return f"{value:g}" if isinstance(value, float) else (f'"{value}"' if isinstance(value, str) else str(value))


def _annotated(kind: type) -> Iterator[tuple[dataclasses.Field[Any], Any]]:
    from typing import get_type_hints

    hints = get_type_hints(kind, include_extras=True)
    return ((field, hints[field.name]) for field in dataclasses.fields(kind))


def _table_of(annotation: Any) -> tuple[type | None, bool]:
    """Give the dataclass that a key holds and whether it holds a list of them; nothing if it holds plain values."""
    from types import NoneType
    from typing import Annotated, get_args, get_origin

    kind = annotation
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    members = [member for member in get_args(kind) if member not in (NoneType, Ellipsis)]
    several = get_origin(kind) is tuple
    if members and (several or NoneType in get_args(kind)):
        found, deeper = _table_of(members[0])
        return found, several or deeper
    return (kind, False) if dataclasses.is_dataclass(kind) and isinstance(kind, type) else (None, False)


def endpoints() -> str:
    """List every endpoint that a trial is judged by."""
    from adoptive.verdict import ENDPOINTS

    whom = {"everybody": "all", "cells": "arms with cells", "others": "other arms"}
    rows = []
    for one in ENDPOINTS.values():
        about = "whole trial" if one.whole else ("an arm against the last" if one.compares else whom[one.who])
        about += ", treated patients" if one.safety else ""
        rows.append((f"`{one.name}`", one.unit, about, "yes" if one.needs_time else "", one.meaning))
    return _grid(("endpoint", "unit", "about, if no arm is named", "needs `at_months`", "meaning"), rows)


def kinds_of(row: str) -> str:
    """List for what tumour types, targets or products a parameter row has a number of its own."""
    pattern = re.compile(rf"{re.escape(row)}@(.+)")
    names = [found[1] for name in load_book() if (found := pattern.fullmatch(name))]
    return ", ".join(names) or "none"


def choice_drugs() -> str:
    """List the drugs of a physician's choice that have a row."""
    start = "infusion.kill_"
    names = [name.removeprefix(start) for name in load_book() if name.startswith(start)]
    return ", ".join(f"`{name}`" for name in sorted(names) if name != "limit")


def criteria() -> str:
    """List what an entry criterion may look at."""
    from adoptive.trial.eligibility import CRITERION_FIELDS

    head = ("field", "unit", "sort", "known at screening", "meaning")
    rows = ((f"`{name}`", f.unit, f.sort, "yes" if f.at_screening else "later", f.meaning)
            for name, f in CRITERION_FIELDS.items())  # fmt: skip
    return _grid(head, rows)


def zoo() -> str:
    """List the published models of the zoo."""
    from adoptive.kinetics.zoo import MODELS, find_model

    head = ("model", "what", "states", "parameter sets", "captures", "misses", "DOI")
    rows = []
    for name in MODELS:
        found = find_model(name)
        sets = ", ".join(found.sets)
        rows.append((name, found.title, len(found.model.states), sets, found.captures, found.misses, found.doi))
    return _grid(head, rows)


def zoo_values() -> str:
    """Run the zoo and list its regression values with ours."""
    from adoptive.kinetics.zoo import MODELS, check_regressions, find_model

    head = ("model", "set", "value", "stated", "ours", "difference", "tolerance", "kind", "source")
    rows = []
    for name in MODELS:
        for one in check_regressions(find_model(name)):
            said = one.regression
            gap = f"{100 * one.difference:+.3f} %" + ("" if one.holds else " MISSED")
            numbers = (f"{said.value:.5g}", f"{one.found:.5g}", gap, f"{100 * said.tolerance:g} %")
            rows.append((name, said.set, said.label, *numbers, said.kind, said.source))
    return _grid(head, rows)


def equations(part: str) -> str:
    """Print the kinetic model's equations, from the graph that the engine compiles: ``shared`` or ``rates``.

    Written for one lesion j: a sum over lesions shows its one term.
    """
    from adoptive.kinetics import build_model, states
    from adoptive.kinetics.equations import PER_LESION
    from adoptive.kinetics.physiology import parameter_names
    from adoptive.kinetics.quantities import named_quantities
    from adoptive.solve.exchange import equations_latex

    model = build_model(parameter_names(), 1)
    own = [*states.LESION, *PER_LESION]
    symbols = {states.lesion_state(name, 0): _indexed(name) for name in own}

    def names(y: object, p: object) -> dict[str, object]:
        found = named_quantities(y, p, lesions=1)
        return {f"{name[:-2]}_j" if name.endswith("_1") else name: value for name, value in found.items()}

    printed = equations_latex(model, names=names, symbols=symbols)
    meaning = {**states.BODY, **{states.lesion_state(name, 0): row for name, row in states.LESION.items()}}
    shown = {states.lesion_state(name, 0): name for name in states.LESION}
    blocks = []
    for one in printed:
        if one.is_rate == (part == "rates"):
            said = f"`{shown.get(one.name, one.name)}`: {meaning[one.name][0]}" if one.is_rate else ""
            blocks.append(f"{said}\n\n```{{math}}\n{one.latex}\n```")
    return "\n\n".join(blocks)


def _indexed(name: str) -> str:
    """Write a lesion's state or parameter with its index j."""
    head, _, rest = name.partition("_")
    letter = head if len(head) == 1 else rf"\mathrm{{{head}}}"
    return f"{letter}_{{{rest},j}}" if rest else f"{letter}_j"


def noun(place: str) -> str:
    """List the columns of a table whose rows are a noun, as ``antigen.discovered.Neoantigen``."""
    from importlib import import_module

    from adoptive.workbench.discover.tables import columns_of

    module, _, name = place.rpartition(".")
    rows = columns_of(getattr(import_module(f"adoptive.{module}"), name))
    return _grid(
        ("column", "kind", "unit", "meaning"), ((f"`{n}`", _in_words(k), u.unit, u.meaning) for n, k, u in rows)
    )


def _in_words(kind: Any) -> str:
    """Say in words what a column holds."""
    from types import NoneType
    from typing import get_args, get_origin

    words = {str: "text", float: "number", int: "whole number", bool: "true or false"}
    if get_origin(kind) is tuple:
        return "list, with `;` between"
    if kind in words:
        return words[kind]
    plain = [one for one in get_args(kind) if one is not NoneType]
    return f"{_in_words(plain[0])}, or empty" if len(plain) == 1 else "text"


def construct_checks() -> str:
    """List the checks of a construct."""
    from adoptive.construct.checks import CHECKS

    rows = ((f"`{one.id}`", one.title, " and ".join(one.kinds), "is reported" if one.reports else "stops the order")
            for one in CHECKS)  # fmt: skip
    return _grid(("check", "what must hold", "of", "a failure"), rows)


def car_parts() -> str:
    """List the catalogue of parts of chimeric receptors."""
    from adoptive.construct.parts import load_catalogue

    rows = ((one.name, one.kind, len(one.protein), one.status, one.source) for one in load_catalogue().parts)
    return _grid(("part", "kind", "amino acids", "status", "where it was read"), rows)


def patient_keys() -> str:
    """List the keys of a patient file."""
    from adoptive.workbench.match.patients.keys import patient_keys as rows

    return _grid(("key", "unit or sort", "meaning"), ((f"`{key}`", unit, meaning) for key, unit, meaning in rows()))


def cohort_columns() -> str:
    """List the columns of a table of patients."""
    from adoptive.workbench.match.patients.keys import csv_columns as rows

    return _grid(
        ("column", "unit or sort", "meaning"), ((f"`{name}`", unit, meaning) for name, unit, meaning in rows())
    )


TABLES: dict[str, Callable[..., str]] = {
    "assumptions": assumptions,
    "car_parts": car_parts,
    "choice_drugs": choice_drugs,
    "cohort_columns": cohort_columns,
    "columns": columns,
    "construct_checks": construct_checks,
    "criteria": criteria,
    "endpoints": endpoints,
    "observation": observation,
    "equations": equations,
    "keys": keys,
    "kinds_of": kinds_of,
    "noun": noun,
    "patient_keys": patient_keys,
    "published": published,
    "states": states,
    "statuses": statuses,
    "zoo": zoo,
    "zoo_values": zoo_values,
}


def table(name: str, *arguments: str) -> str:
    """Make a table; a part of the package that is absent or broken is said on the page and does not stop the build."""
    try:
        return TABLES[name](*arguments)
    except (ImportError, AttributeError) as error:
        return f"*(not available in this build: {_cell(error)})*"
