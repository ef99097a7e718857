"""``adoptive grade``: a user's file by a published rule; a table on stdout or in files, bad rows on stderr."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from adoptive.errors import StudyError
from adoptive.workbench.cli.written import check_place
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.grade import RULES, Compared, Result, Rule, compare, grade_file
from adoptive.workbench.grade.columns import accepted_names
from adoptive.workbench.grade.document import grade_document, grade_json
from adoptive.workbench.grade.rules import rule_named
from adoptive.workbench.grade.types import Column
from adoptive.workbench.grade.writing import OUT_KINDS, keep_input, write_csv, write_result

__all__ = ["Asked", "grade_command", "tell_columns", "tell_rules"]

DISAGREES, BAD_ROWS = 1, 2
_TOLD: Final = 200


@dataclass(frozen=True)
class Asked:
    """Hold what ``adoptive grade`` was asked."""

    files: tuple[Path, ...]
    rule: str
    settings: tuple[str, ...]
    out: Path | None
    against: tuple[str, ...]
    as_document: bool


def grade_command(asked: Asked) -> int:
    """Grade as asked; give the exit code: 2 with bad rows, else 1 where a comparison disagrees, else 0."""
    options = dict(_setting(text) for text in asked.settings)
    if asked.out is not None:
        check_place(asked.out, where="--out", kinds=OUT_KINDS)
        keep_input(asked.out, asked.files)
    result = grade_file(asked.files, rule=asked.rule, **options)
    compared = [compare(result, column) for column in asked.against]
    files = {} if asked.out is None else write_result(result, asked.out)
    if asked.as_document:
        written = {"written": {name: str(file) for name, file in files.items()}}
        sys.stdout.write(grade_json(grade_document(result, compared) | written))
    elif asked.out is None:
        sys.stdout.flush()
        write_csv(result.arrow[result.main], sys.stdout.buffer)
        sys.stdout.buffer.flush()
    else:
        for name, file in files.items():
            print(f"{file}: {name}")
    _tell(result, compared)
    if result.bad_rows:
        return BAD_ROWS
    return DISAGREES if any(one.disagreements for one in compared) else 0


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise StudyError("a setting needs a name and a value", where=f"--set {text!r}", allowed="NAME=VALUE")
    return name.strip(), value.strip()


def _tell(result: Result, compared: Sequence[Compared]) -> None:
    """Say bad rows, disagreements and the summary on stderr."""
    for one in result.bad_rows[:_TOLD]:
        where = f"{one.file}, line {one.line}" + (f", {one.column}" if one.column else "")
        print(f"bad row: {where}: {one.value!r}: {one.problem}", file=sys.stderr)
    if (more := len(result.bad_rows) - _TOLD) > 0:
        print(f"{more:,} more bad cells; --json or --out lists all of them", file=sys.stderr)
    for comparison in compared:
        for row in comparison.disagreements[:_TOLD]:
            given = row.given or "no grade"
            print(f"line {row.line}: {comparison.column} says {row.expected or 'no grade'}, the rule {given}",
                  file=sys.stderr)  # fmt: skip
        agree = comparison.rows - len(comparison.disagreements)
        print(
            f"{comparison.column}: {agree:,} of {comparison.rows:,} rows agree with {comparison.answer}",
            file=sys.stderr,
        )
    counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in result.summary.items())
    print(f"{result.rule} ({result.version}; {result.layout}): {counts}", file=sys.stderr)


def tell_rules(*, as_document: bool) -> None:
    """List the rules."""
    if as_document:
        rows = [{"rule": rule.name, "title": rule.title, "version": rule.version, "source": rule.source,
                 "page": f"docs/{rule.page}.md"} for rule in RULES.values()]  # fmt: skip
        sys.stdout.write(as_json(rows))
        return
    width = max(map(len, RULES))
    for rule in RULES.values():
        print(f"{rule.name:{width}}  {rule.title}")
    print("\nadoptive grade --rule NAME --columns says what a rule reads.")


def tell_columns(name: str, *, as_document: bool) -> None:
    """Say what a rule reads: layouts, columns with their names, units and values, options."""
    rule = rule_named(name)
    if as_document:
        sys.stdout.write(as_json(_columns_document(rule)))
        return
    print(f"{rule.name}: {rule.title} ({rule.version})\n{rule.source}; docs/{rule.page}.md; answer: {rule.answer}")
    for layout in rule.layouts:
        print(f"\nLayout {layout.name!r}: a row is {layout.row}")
        for column in layout.columns:
            need = "required" if column.required else "one of these" if column.name in layout.choose else "optional"
            print(f"  {column.name} ({need}): {column.meaning}")
            print(f"      {_said(column)}")
    print("\nOptions (--set NAME=VALUE):")
    for option in rule.options:
        allowed = ", ".join(option.allowed) or ("yes, no" if isinstance(option.default, bool) else
                                                f"{option.low:g} to {option.high:g}")  # fmt: skip
        print(f"  {option.name} = {option.default}: {option.meaning}; allowed: {allowed}")
    print("  decimal = point: what marks decimals in numbers; allowed: point, comma")
    print("  NAME_unit: the unit of a column whose name does not say it")


def _said(column: Column) -> str:
    """Say a column's names and values in one line."""
    parts = [f"as {', '.join((column.name, *column.aliases))}"] if column.aliases else []
    if column.units:
        parts = [
            f"as {', '.join(accepted_names(column))}",
            *([f"also {', '.join(column.aliases)}"] if column.aliases else []),
        ]
    if column.kind == "number":
        parts.append(f"{column.low:g} to {column.high:g}" + (f" {column.units[0].name}" if column.units else ""))
    if column.kind == "flag":
        parts.append("1/0, yes/no, true/false")
    if column.words:
        parts.append("one of " + ", ".join(column.words))
    return "; ".join(parts) or "text"


def _columns_document(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.name, "title": rule.title, "version": rule.version, "source": rule.source, "answer": rule.answer,
        "layouts": [
            {"name": layout.name, "row": layout.row, "columns": [
                {"name": column.name, "aliases": list(column.aliases), "kind": column.kind,
                 "units": [unit.name for unit in column.units], "meaning": column.meaning,
                 "required": column.required, "words": list(column.words)} for column in layout.columns]}
            for layout in rule.layouts
        ],
        "options": [{"name": option.name, "default": option.default, "meaning": option.meaning,
                     "allowed": list(option.allowed)} for option in rule.options],
    }  # fmt: skip
