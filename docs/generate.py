"""Tables of the pages, made from the code and its data at build time, so that no number is typed twice."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from importlib import resources

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


TABLES: dict[str, Callable[..., str]] = {
    "assumptions": assumptions,
    "columns": columns,
    "observation": observation,
    "equations": equations,
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
