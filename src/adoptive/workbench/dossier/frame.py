"""The frame of the dossier: what is stated rather than computed, read from ``frame.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

from adoptive.workbench.dossier.types import Item
from adoptive.workbench.figures.charts import DataTable

__all__ = ["assessment_item", "factor_item", "frame", "goal", "sign_off_item"]

MARKS = {True: "met", False: "not met", None: "not judged"}


@lru_cache(maxsize=1)
def frame() -> dict[str, Any]:
    """Read the frame."""
    return tomllib.loads(resources.files("adoptive.workbench.dossier").joinpath("frame.toml").read_text("utf-8"))


def goal(name: str) -> str:
    """Give the words of a goal."""
    found = frame()["goals"][name]
    return str(found["what"] if isinstance(found, dict) else found)


def assessment_item(question: str, judged: Sequence[Item]) -> Item:
    """State question, context of use, influence, consequence and risk, and sum up the technical criteria."""
    said, titles = frame(), frame()["assessment"]
    influence, consequence = said["influence"], said["consequence"]
    risk = said["risk"][influence["level"]][consequence["level"]]
    counts = {mark: sum(MARKS[item.holds] == mark for item in judged if item.goal) for mark in MARKS.values()}
    words = {
        "question": question,
        "context": said["stated"]["context"],
        "influence": f"{influence['level']}: {influence['why']}",
        "consequence": f"{consequence['level']}: {consequence['why']}",
        "risk": f"{risk} (from influence and consequence)",
        "impact": said["stated"]["impact"],
        "criteria": ", ".join(f"{count} goals {mark}" for mark, count in counts.items()),
    }
    table = DataTable(("element", "statement"), [(titles[name], words[name]) for name in titles])
    note = "Elements after ICH M15's assessment table (draft of November 2024); technical criteria are counted."
    return Item("assessment", "Assessment table", "stated", (note,), table)


def factor_item(items: Sequence[Item]) -> Item:
    """Set each credibility factor of ASME V&V 40-2018 beside the parts that speak to it, with goal and result."""
    known = {item.name: item for item in items}
    rows = []
    for factor in frame()["factor"]:
        for name in factor["items"]:
            item = known.get(name)
            if item is not None:
                mark = "missing" if item.state == "missing" else MARKS[item.holds] if item.goal else "shown"
                rows.append((factor["factor"], factor["activity"], item.title, item.goal or "none set",
                             item.result or "–", mark))  # fmt: skip
    return Item(
        "factors", "Credibility factors, goals and results", "computed",
        ("Factors and activities after ASME V&V 40-2018; the goals are this package's own.",),
        DataTable(("factor", "activity", "evidence", "goal", "result", ""), rows),
    )  # fmt: skip


def sign_off_item() -> Item:
    """Give the table that people fill in."""
    rows = [(role, "", "", "") for role in frame()["sign_off"]["roles"]]
    return Item(
        "sign-off", "Sign-off", "stated", ("Left empty on purpose: a program signs nothing.",),
        DataTable(("role", "name", "date", "signature"), rows),
    )  # fmt: skip
