"""How pages are printed: one environment for all of them, and one way in which a figure stands on a page."""

from __future__ import annotations

from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined

__all__ = ["page_environment"]


def page_environment() -> Environment:
    """Give the environment of all pages; templates may import ``figure`` from ``figure.html.j2``.

    The macro sets a figure with its caption and, folded up, the numbers behind it.
    """
    return Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, loader=FunctionLoader(_part)
    )  # fmt: skip


def _part(name: str) -> str:
    return resources.files("adoptive.workbench.figures").joinpath(name).read_text("utf-8")
