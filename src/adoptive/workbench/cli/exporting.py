"""``adoptive export``: a run folder in the formats of other people's tools. No science is imported here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

if TYPE_CHECKING:
    from adoptive.workbench.export import Exported

__all__ = ["SHORT_HELP", "export"]

SHORT_HELP: Final = "Write a run as ADaM, SDTM, Parquet, CSV, NONMEM, PEtab or SBML."
SHOWN: Final = 10


def export(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    kind: Annotated[
        Literal["adam", "sdtm", "parquet", "csv", "nonmem", "petab", "sbml"],
        typer.Option("--format", help="What to write."),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="New folder; default RUN/export/FORMAT.", show_default=False)
    ] = None,
    trial: Annotated[
        int | None,
        typer.Option(
            min=0, help="Virtual trial; default the median one, others are simulated again.", show_default=False
        ),
    ] = None,
    patient: Annotated[
        int | None,
        typer.Option(min=0, help="petab, sbml: patient's number; default the first infused one.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Write one trial of a run in another format, labelled as simulated, and check it. Exit code 1 if a check fails."""
    if patient is not None and kind not in ("petab", "sbml"):
        raise typer.BadParameter("--patient: only for --format petab and sbml")
    from adoptive.workbench.export import Asked, export_run

    done = export_run(Asked(run_folder, kind, out, trial, patient))
    if as_json:
        from adoptive.workbench.engine.document import as_json as to_json

        sys.stdout.write(to_json(_document(done)))
    else:
        _say(done)
    raise typer.Exit(0 if done.passed else 1)


def _document(done: Exported) -> dict[str, object]:
    from adoptive.workbench.export.run import found_document

    return {
        "format": done.kind, "out": str(done.out), "trial": done.trial, "simulated": True, "comment": done.comment,
        "files": list(done.files), "passed": done.passed, "said": list(done.found.said), **found_document(done.found),
    }  # fmt: skip


def _say(done: Exported) -> None:
    """Print what was written and what was checked, failures one by one."""
    found = done.found
    lines = [done.comment, f"{len(done.files)} files: {done.out}", *found.said]
    if found.checks:
        lines.append(f"{sum(one.passed for one in found.checks)} of {len(found.checks)} consistency checks passed")
    failed = [one for one in found.checks if not one.passed]
    lines += [
        f"  FAILED {one.dataset}: {one.rule}; {one.failed} of {one.rows} rows, first {one.example}"
        for one in failed[:SHOWN]
    ]
    if found.derived:
        possible = [one for one in found.derived if one.equal is not None]
        numbers = sum(one.numbers for one in possible if one.equal)
        equal = sum(one.equal is True for one in possible)
        lines.append(
            f"{equal} of {len(possible)} items of the report ({numbers:,} numbers) derived again from the data sets"
        )
        lines += [
            f"  DIFFERS {one.what} ({one.where}): {one.derived}, run {one.run}" for one in possible if not one.equal
        ][:SHOWN]
        lines += [f"  not derivable: {one.what} ({one.derived})" for one in found.derived if one.equal is None]
        lines.append("Numbers over all trials of the run are not in one trial's data sets.")
    typer.echo("\n".join(lines))
