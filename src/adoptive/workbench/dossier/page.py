"""The dossier as a page of its own, and as Markdown."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markupsafe import Markup

from adoptive import __version__
from adoptive.workbench.dossier.types import Dossier, Item
from adoptive.workbench.figures.charts import DataTable
from adoptive.workbench.new_folder import page_of
from adoptive.workbench.wording import LABEL

__all__ = ["as_html", "as_markdown"]

STATES = {
    "given": "from a file that was given", "computed": "computed for this dossier", "stated": "stated by its authors",
    "missing": "missing",
}  # fmt: skip
MARKS = {True: ("inside", "goal met"), False: ("outside", "goal not met"), None: ("", "not judged")}


def as_html(dossier: Dossier) -> str:
    """Print a dossier as one self-contained HTML page."""
    return page_of("dossier", dossier=dossier, states=STATES, marks=MARKS, noted=_noted)


def as_markdown(dossier: Dossier) -> str:
    """Write a dossier as Markdown; a figure is its caption and its numbers."""
    parts = [f"# {_plain(dossier.title)}", f"*{LABEL}*", _plain(dossier.question), f"**{_plain(dossier.answer)}**"]
    for section in dossier.sections:
        parts.append(f"## {section.title}")
        for item in section.items:
            parts += _item(item)
    parts.append(f"{LABEL} Made by adoptive {__version__} from simulated patients.")
    return "\n\n".join(part for part in parts if part) + "\n"


def _item(item: Item) -> list[str]:
    marks = f"; {MARKS[item.holds][1]}" if item.goal else ""
    found = [f"### {_plain(item.title)}", f"*{STATES[item.state]}{marks}*"]
    if item.goal:
        found.append(f"Goal: {_plain(item.goal)}. Result: {_plain(item.result or 'none')}.")
    elif item.result:
        found.append(f"Result: {_plain(item.result)}.")
    found += [_plain(sentence) for sentence in item.sentences]
    if item.figure is not None:
        found += [_plain(f"{item.figure.caption} {item.figure.finding}"), _table(item.figure.table)]
    found.append(_table(item.table))
    for title, text in item.notes:
        found += [f"#### {_plain(title)}", text.replace("\n#", "\n\\#")]
    return found


def _table(table: DataTable | None) -> str:
    if table is None:
        return ""
    rows = [table.columns, ["---"] * len(table.columns), *table.rows]
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + (f"\n\n{_plain(table.note)}" if table.note else "")


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|") or " "


def _plain(text: str) -> str:
    return text.replace("<", "&lt;").replace("\n", " ").strip()


def _noted(text: str) -> Markup:
    """Give a note as HTML, with no link, no picture and no raw HTML."""
    plain = MarkdownIt("commonmark", {"html": False}).disable(["link", "image", "autolink", "heading"]).enable("table")
    return Markup(plain.render(text))
