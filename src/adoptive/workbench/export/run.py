"""Write one format of an export into a new folder, with what was checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from adoptive.errors import StudyError
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.export.checks import Checked
from adoptive.workbench.export.derive import OVER_ALL_TRIALS, Derived
from adoptive.workbench.export.source import Source, read_source
from adoptive.workbench.export.types import Standard
from adoptive.workbench.new_folder import check_folder, new_folder

__all__ = ["FORMATS", "Asked", "Exported", "Found", "export_run"]


@dataclass(frozen=True)
class Asked:
    """Hold what ``adoptive export`` was asked."""

    folder: Path
    kind: str
    out: Path | None = None
    trial: int | None = None
    patient: int | None = None


@dataclass(frozen=True)
class Found:
    """Hold what was checked of what was written: rules, numbers derived again, and other statements."""

    checks: tuple[Checked, ...] = ()
    derived: tuple[Derived, ...] = ()
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exported:
    """Hold what an export wrote and found."""

    kind: str
    out: Path
    trial: int
    comment: str
    files: tuple[str, ...]
    found: Found

    @property
    def passed(self) -> bool:
        """Say whether every check passed and every number that can be derived is equal."""
        return all(one.passed for one in self.found.checks) and all(
            one.equal is not False for one in self.found.derived
        )


def export_run(asked: Asked) -> Exported:
    """Read a run folder and write it in another format; the folder appears when it is whole.

    Raises
    ------
    StudyError
        No run folder, an unknown format, trial or patient, or a folder that exists.
    RunError
        The folder cannot be written.
    """
    if asked.kind not in FORMATS:
        raise StudyError("unknown format", where="--format", value=asked.kind, allowed=", ".join(FORMATS))
    out = asked.folder / "export" / asked.kind if asked.out is None else asked.out
    if not (asked.folder / "summary.json").is_file():
        read_source(asked.folder)  # says what is wrong with it
    check_folder(out)
    source = read_source(asked.folder, trial=asked.trial)
    with new_folder(out) as place:
        found = FORMATS[asked.kind](source, place, asked)
        (place / "SIMULATED.txt").write_text(source.comment + "\n", "utf-8")
        if found.checks or found.derived:
            (place / "checks.json").write_text(as_json(found_document(found)), "utf-8")
        files = tuple(sorted(path.name for path in place.iterdir()))
    return Exported(asked.kind, out, source.trial, source.comment, files, found)


def found_document(found: Found) -> dict[str, Any]:
    """Give what was checked as one document."""
    document: dict[str, Any] = {
        "checks_passed": sum(one.passed for one in found.checks), "checks": [asdict(one) for one in found.checks],
    }  # fmt: skip
    if found.derived:
        document |= {
            "items_equal": sum(one.equal is True for one in found.derived),
            "numbers_equal": sum(one.numbers for one in found.derived if one.equal),
            "derived": [asdict(one) for one in found.derived], "not_derived": OVER_ALL_TRIALS,
        }  # fmt: skip
    return document


def _written(standard: Standard, place: Path) -> dict[str, Any]:
    """Write all data sets and their description; read the data sets back as they were written."""
    from adoptive.workbench.export.write import read_dataset, write_standard

    write_standard(standard, place)
    return {name: read_dataset(place / f"{name.lower()}.json") for name in standard.datasets}


def _adam(source: Source, place: Path, asked: Asked) -> Found:
    from adoptive.workbench.export.adam import analysis_data
    from adoptive.workbench.export.checks import check_data
    from adoptive.workbench.export.derive import derive_report

    standard = analysis_data(source)
    tables = _written(standard, place)
    return Found(check_data(tables, standard.spec), derive_report(tables, source))


def _sdtm(source: Source, place: Path, asked: Asked) -> Found:
    from adoptive.workbench.export.checks import check_domains
    from adoptive.workbench.export.sdtm import tabulation_data

    standard = tabulation_data(source)
    return Found(check_domains(_written(standard, place), standard.spec))


def _parquet(source: Source, place: Path, asked: Asked) -> Found:
    from adoptive.workbench.export.tidy import write_tidy

    write_tidy(source, place, "parquet")
    return Found()


def _csv(source: Source, place: Path, asked: Asked) -> Found:
    from adoptive.workbench.export.tidy import write_tidy

    write_tidy(source, place, "csv")
    return Found()


def _nonmem(source: Source, place: Path, asked: Asked) -> Found:
    from adoptive.workbench.export.nonmem import write_nonmem

    return Found(said=write_nonmem(source, place))


def _sbml(source: Source, place: Path, asked: Asked) -> Found:
    from adoptive.workbench.export.exchange import write_model

    return Found(said=write_model(source, place, patient=asked.patient))


def _petab(source: Source, place: Path, asked: Asked) -> Found:
    from adoptive.workbench.export.exchange import write_problem

    return Found(said=write_problem(source, place, patient=asked.patient))


FORMATS: Final[dict[str, Callable[[Source, Path, Asked], Found]]] = {
    "adam": _adam, "sdtm": _sdtm, "parquet": _parquet, "csv": _csv, "nonmem": _nonmem, "petab": _petab, "sbml": _sbml,
}  # fmt: skip
"""Every format: it writes one trial (or model) into a folder and says what was checked."""
