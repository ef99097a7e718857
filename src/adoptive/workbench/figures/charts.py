"""What all figures share: colours, sizes, theme, and the way from a chart to an inline picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import numpy as np
import vl_convert
from altair.utils import schemapi
from numpy.typing import NDArray

from adoptive.tables import TableError

__all__ = [
    "ARM_COLOURS",
    "ARM_DASHES",
    "GRADE_COLOURS",
    "NARROW",
    "WIDE",
    "Chart",
    "DataTable",
    "Draw",
    "Figure",
    "Panel",
    "Part",
    "Rows",
    "Size",
    "Table",
    "cut",
    "draw",
    "inline",
    "on",
    "rows_in",
    "stacked",
    "themed",
    "titled",
]

# Okabe and Ito's colours, told apart by people with any colour vision.
ARM_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#5E3C99")
ARM_DASHES: Final = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (10, 4), (4, 2, 1, 2), (3, 5), (1, 3))
GRADE_COLOURS: Final = {1: "#F3D9A4", 2: "#E69F00", 3: "#D55E00", 4: "#8C2D04", 5: "#555555"}
LABEL_LETTERS: Final = 26
"""Letters of an arm's name beside its curve; the table of patients at risk gives it whole."""
LONGEST_NUMBER: Final = 30
"""Letters of the longest cell of a column of numbers, such as an estimate with its interval."""
VEGA_LITE: Final = "6.4"


@dataclass(frozen=True)
class Size:
    """Hold the room for a figure: its name, and the width of the plotting area in pixels."""

    name: str
    width: int

    @property
    def narrow(self) -> bool:
        """Say whether the figure is for a phone."""
        return self.width < 500


WIDE: Final = Size("wide", 640)
NARROW: Final = Size("narrow", 270)
SIZES: Final = (WIDE, NARROW)

Chart = alt.LayerChart | alt.VConcatChart | alt.HConcatChart | alt.FacetChart
Panel = alt.LayerChart | alt.FacetChart | alt.VConcatChart
Draw = Callable[[Size], Chart]
Part = dict[str, Any]
"""An axis, scale or legend: a plain dictionary, which Altair copies faster than its own objects, at every step."""
Rows = list[dict[str, Any]]
Table = Mapping[str, Sequence[Any] | NDArray[Any]] | Sequence[Mapping[str, Any]]
"""What a figure is drawn from: columns by name, or one mapping per row."""


@dataclass(frozen=True)
class DataTable:
    """Hold the numbers behind a figure, in words: columns, rows (the first cell names the row), and a note."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    @property
    def of_numbers(self) -> frozenset[int]:
        """Give the columns after the first whose cells are short and mostly hold a digit: they are set to the right.

        >>> sorted(DataTable(("arm", "n", "how"), [("cells", "3", "as randomised")]).of_numbers)
        [1]
        """
        columns = [[row[at] for row in self.rows if row[at]] for at in range(1, len(self.columns))]
        return frozenset(at for at, cells in enumerate(columns, start=1) if _numbers(cells))


@dataclass(frozen=True)
class Figure:
    """Hold a figure of a page: its name, title, caption, what it shows in words, its drawings as SVG, its data."""

    name: str
    title: str
    caption: str
    finding: str
    drawings: Sequence[tuple[str, str]]
    table: DataTable | None = None


def rows_in(table: Table, *, needs: Sequence[str] = (), **otherwise: Any) -> Rows:
    """Give a table's rows as plain dictionaries; columns named in ``otherwise`` are filled in where it lacks them.

    Raises
    ------
    TableError
        A column that is needed is not there, or columns differ in length.

    >>> rows_in({"time": [1.0, 2.0]}, group="all")
    [{'group': 'all', 'time': 1.0}, {'group': 'all', 'time': 2.0}]
    """
    if isinstance(table, Mapping):
        columns = {name: np.asarray(column).tolist() for name, column in table.items()}
        if len({len(column) for column in columns.values()}) > 1:
            raise TableError("columns differ in length", where="figure", value={n: len(c) for n, c in columns.items()})
        rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        there = set(columns)
    else:
        rows = [dict(row) for row in table]
        there = set(rows[0]) if rows else set(needs)
    for name in needs:
        if name not in there:
            raise TableError("a column is missing", where="figure", value=name, allowed=", ".join(needs))
    return [otherwise | row for row in rows]


def on(rows: Rows) -> alt.Chart:
    """Begin a chart on rows that it carries in itself, as a tuple: a list is copied row by row at every step."""
    return alt.Chart(alt.InlineData(values=tuple(rows)))


def stacked(panels: Sequence[Panel], *, spacing: float = 20.0) -> alt.VConcatChart:
    """Set panels under each other."""
    return alt.vconcat(*panels, spacing=spacing)


def titled(title: str) -> dict[str, Any]:
    """Give the property of a panel that has a title; empty titles take no room."""
    return {"title": title} if title else {}


def cut(text: str, letters: int = LABEL_LETTERS) -> str:
    """Shorten a text.

    >>> cut("physician's choice", 9)
    'physicia…'
    """
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def draw(name: str, title: str, *, caption: str, finding: str, chart: Draw, table: DataTable | None = None) -> Figure:
    """Draw a figure at both widths; rows of data are not checked against the grammar of charts, which takes seconds."""
    with schemapi.debug_mode(False):
        drawings = [(size.name, inline(themed(chart(size)), f"{name}-{size.name}", title, finding)) for size in SIZES]
    return Figure(name, title, caption, finding, drawings, table)


def themed(chart: Chart) -> Chart:
    """Give a chart the page's look; text takes the page's colour, so that dark pages work."""
    quiet: dict[str, Any] = {
        "labelColor": "currentColor", "titleColor": "currentColor", "labelFontSize": 12, "titleFontSize": 12,
        "titleFontWeight": "normal",
    }  # fmt: skip
    font = "Arial, Helvetica, Liberation Sans, sans-serif"
    dressed: Chart = chart.configure(
        background="transparent", font=font, padding=4,
        axis=alt.AxisConfig(
            **quiet, domainColor="#888888", tickColor="#888888", gridColor="#888888", gridOpacity=0.25
        ),
        legend=alt.LegendConfig(
            **quiet, orient="top", direction="horizontal", symbolStrokeWidth=3, title=None, columnPadding=34
        ),
        view=alt.ViewConfig(stroke=None),
        title=alt.TitleConfig(color="currentColor", fontSize=13, anchor="start", fontWeight="bold"),
        text=alt.MarkConfig(color="currentColor", fontSize=12),
    )  # fmt: skip
    return dressed


def inline(chart: Chart, name: str, title: str, finding: str) -> str:
    """Turn a chart into an SVG element for an HTML page: scales with the page, unique ids, one name and description."""
    svg = str(vl_convert.vegalite_to_svg(chart.to_dict(validate=False), vl_version=VEGA_LITE, allowed_base_urls=[]))
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    width = size.group(1) if size else "640"
    inner = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
    inner = re.sub(r' (?:role|aria-[a-z]+|pointer-events)="[^"]*"', "", inner)
    inner = re.sub(r'<path class="(?:background|foreground)"[^>]*d=""[^>]*/>', "", inner)
    inner = re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found.group()):.2f}".rstrip("0").rstrip("."), inner)
    inner = re.sub(r'id="([^"]+)"', rf'id="{name}-\1"', inner)
    inner = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", inner)
    view = size.group(0) if size else ""
    label = f'<title id="{name}-title">{_escaped(title)}</title><desc id="{name}-desc">{_escaped(finding)}</desc>'
    style = f"max-width:{width}px;overflow:visible"
    head = f'<svg role="img" aria-labelledby="{name}-title {name}-desc" {view} style="{style}">'
    return f"{head}{label}{inner}</svg>"


def _numbers(cells: Sequence[str]) -> bool:
    digits = sum(any(letter.isdigit() for letter in cell) or cell == "–" for cell in cells)
    return 2 * digits >= len(cells) and max(map(len, cells), default=0) <= LONGEST_NUMBER


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
