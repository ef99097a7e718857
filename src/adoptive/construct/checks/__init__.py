"""The named checks of a construct: each can fail, and says where, what it found and what was asked.

A check judges what it can. Where another check has failed and so nothing can be said (a lost base shifts every codon
after it), it is *not judged*: it counts as no fault, and it stops an order all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from adoptive.construct.checks.car import CAR_CHECKS
from adoptive.construct.checks.frame import FRAME_CHECKS
from adoptive.construct.checks.receptor import RECEPTOR_CHECKS
from adoptive.construct.checks.seen import Finding, Limits, NamedCheck, Seen, see
from adoptive.construct.checks.sequence import SEQUENCE_CHECKS
from adoptive.construct.types import Built, Check, Insert

__all__ = ["CHECKS", "Limits", "check", "counted", "is_ready", "stopping"]

CHECKS: Final[tuple[NamedCheck, ...]] = (*FRAME_CHECKS, *RECEPTOR_CHECKS, *CAR_CHECKS, *SEQUENCE_CHECKS)
"""All checks by name, in the order of the report; a check's ``needs`` stand before it."""

_PLAIN: Final = Limits()
_LISTED: Final = 4


def check(built: Built, *, others: Sequence[Insert] = (), limits: Limits = _PLAIN) -> tuple[Check, ...]:
    """Judge a construct by every named check that its kind has.

    Parameters
    ----------
    built
        The insert with its bases, in its vector if there is one.
    others
        The other inserts of the same product, from which the receptor must differ.
    limits
        What is asked for.

    Returns
    -------
    tuple of Check
        In the order of :data:`CHECKS`.

    Raises
    ------
    ConstructError
        The bases hold a letter that is no base, or the insert does not stand in its vector where it is said to.
    """
    seen = see(built, others=tuple(others), limits=limits)
    done: dict[str, Check] = {}
    for one in CHECKS:
        if built.insert.kind in one.kinds:
            done[one.id] = _judged(one, seen, done)
    return tuple(done.values())


def is_ready(checks: Sequence[Check]) -> bool:
    """Say whether the construct can be ordered: every check that does not only report was judged and passed."""
    return bool(checks) and not stopping(checks)


def stopping(checks: Sequence[Check]) -> tuple[Check, ...]:
    """List the checks that stop the order: those that failed or could not be judged, but for those that only report."""
    return tuple(one for one in checks if not one.reports and not (one.judged and one.passed))


def counted(checks: Sequence[Check]) -> str:
    """Count the checks that passed, as ``19 of 20 checks passed``; those that only report are never counted."""
    asked = sum(not one.reports for one in checks)
    return f"{asked - len(stopping(checks))} of {asked} checks passed"


def _judged(one: NamedCheck, seen: Seen, done: dict[str, Check]) -> Check:
    for need in one.needs:
        if need in done and not (done[need].passed and done[need].judged):
            return _said(one, Finding("", "", unjudged=f"see {need}"))
    if one.framed and not seen.aligned:
        return _said(one, Finding("", "", unjudged="the protein is not as long as the design; see translation"))
    if one.chains and not seen.domains:
        return _said(one, Finding("", "", unjudged="the design names no chains, or has no V domain"))
    return _said(one, one.judge(seen))


def _said(one: NamedCheck, finding: Finding) -> Check:
    faults = finding.faults
    more = (f"and {len(faults) - _LISTED} more",) if len(faults) > _LISTED else ()
    said = "; ".join((*faults[:_LISTED], *more)) or finding.note
    if finding.unjudged:
        said = f"not judged: {finding.unjudged}"
    return Check(
        one.id, one.title, finding.value, finding.threshold, passed=not faults, detail=said, reports=one.reports,
        judged=not finding.unjudged,
    )  # fmt: skip
