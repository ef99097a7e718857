"""The table of all known answers, and what one run of it found."""

from __future__ import annotations

from typing import Any, Final

from adoptive.construct.verify.cars import CARS
from adoptive.construct.verify.case import Case, Cases, Verdict, read_rows, run_cases
from adoptive.construct.verify.orders import ORDERS
from adoptive.construct.verify.receptors import RECEPTORS
from adoptive.construct.verify.structures import STRUCTURE_CASES

__all__ = ["CASES", "as_document", "verify"]


def _binding() -> tuple[tuple[str, bool, str], ...]:
    from adoptive.antigen.known_answers import binding_cases

    return tuple(binding_cases())


def _off_target() -> tuple[tuple[str, bool, str], ...]:
    """Look for the titin peptide among the peptides of all shipped complexes."""
    from adoptive.antigen.known_answers import offtarget_case

    return (offtarget_case(tuple(row["pep_seq"] for row in read_rows("pdb_ternary_tcrdock.tsv"))),)


def _reactivity() -> tuple[tuple[str, bool, str], ...]:
    from adoptive.antigen.reactivity import reactivity_cases

    return tuple((f"T12 {name}", passed, detail) for name, passed, detail in reactivity_cases())


CASES: Final[tuple[Case | Cases, ...]] = (
    *RECEPTORS,
    *STRUCTURE_CASES,
    *CARS,
    Cases("T9 to T11 minigene and binding", _binding),
    Cases("T12 tumour reactivity", _reactivity),
    Cases("T15 off-target", _off_target),
    *ORDERS,
)
"""Every known answer."""


def verify() -> tuple[Verdict, ...]:
    """Run every known answer."""
    return tuple(run_cases(CASES))


def as_document(verdicts: tuple[Verdict, ...]) -> dict[str, Any]:
    """Give what was found as a document: ``{"cases": [{"name", "passed", "detail"}]}``."""
    return {"cases": [{"name": one.name, "passed": one.passed, "detail": one.detail} for one in verdicts]}
