"""Build the pages: Sphinx, furo and MyST; nothing is fetched from a network, neither now nor when a page is read."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "src"), str(HERE)]

import generate  # noqa: E402

project = "adoptive"
author = "the adoptive developers"
version = release = re.search(r'__version__ = "(.+?)"', (HERE.parent / "src/adoptive/__init__.py").read_text())[1]

extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_enable_extensions = ["deflist", "fieldlist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = False

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_class_signature = "separated"
autodoc_default_options = {"members": True, "exclude-members": "__new__, __init__"}
suppress_warnings = ["ref.python"]

html_theme = "furo"
html_title = f"adoptive {version}"
html_math_renderer = "mathml"  # the default fetches a script from elsewhere
html_show_sphinx = False
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_theme_options = {"navigation_with_keys": True}


def _formula(page: object, node: nodes.Element) -> None:
    """Show a formula in a line."""
    _show(page, node, display="inline")


def _displayed(page: object, node: nodes.Element) -> None:
    """Show a formula on a line of its own; one wider than the page scrolls alone."""
    from docutils.nodes import SkipNode

    page.body.append('<div class="formula">')
    with suppress(SkipNode):
        _show(page, node, display="block")
    page.body.append("</div>")
    raise SkipNode


def _show(page: object, node: nodes.Element, *, display: str) -> None:
    """Turn a formula into MathML, which browsers draw themselves."""
    from docutils.nodes import SkipNode
    from latex2mathml.converter import convert

    text = node.astext().replace("{aligned}", "{align*}")  # the converter knows only the second
    page.body.append(convert(text, display=display))
    raise SkipNode


def _fill(_: Sphinx, page: str, source: list[str]) -> None:
    """Replace ``<!-- table: NAME ... -->`` in a page by the table of that name."""
    source[0] = re.sub(r"<!-- table: (\S+)(.*?) -->", lambda mark: generate.table(mark[1], *mark[2].split()), source[0])


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer("mathml", inline_renderers=(_formula, None), block_renderers=(_displayed, None))
    app.connect("source-read", _fill)
    app.connect("env-get-outdated", lambda _app, env, *_: list(env.found_docs))
