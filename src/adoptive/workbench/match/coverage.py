"""How much of a trial's criteria was understood, item by item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from adoptive.trial.eligibility.statements import All, AnyOf, Not, Statement, Unread
from adoptive.workbench.match.types import Trial

__all__ = ["criteria_document", "said"]

_SIGNS = {">=": "≥", "<=": "≤"}


def said(statement: Statement) -> str:
    """Write a statement on one line, as people can check it against the text.

    >>> from adoptive.trial.eligibility.statements import Flag, Quantity
    >>> said(All((Quantity("age_years", ">=", 18.0), Not(Flag("pregnant")))))
    'age_years ≥ 18 and not pregnant'
    """
    match statement:
        case All(()):
            return "always met"
        case All(parts):
            return " and ".join(_inner(part) for part in parts)
        case AnyOf(parts):
            return " or ".join(_inner(part) for part in parts)
        case Not(part):
            return f"not {_inner(part)}"
        case Unread(text):
            return f"[not understood: {text}]"
        case _:
            return " ".join(_words(statement))


def _inner(part: Statement) -> str:
    text = said(part)
    return f"({text})" if isinstance(part, All | AnyOf) and part.parts else text


def _words(leaf: Any) -> Iterator[str]:
    """Write a leaf: its kind, then what was asked."""
    match type(leaf).__name__:
        case "Quantity":
            yield f"{leaf.field} {_SIGNS.get(leaf.compare, leaf.compare)} {leaf.value:g}"
            yield from ["x upper limit of normal"] if leaf.times_normal else []
        case "Flag":
            yield leaf.field
        case "Named":
            yield f"{leaf.field}: {' or '.join(leaf.names)}"
        case "HlaAllele":
            yield f"HLA: {' or '.join(leaf.alleles)}"
        case "Gene":
            yield " ".join(filter(None, ("gene", leaf.gene, " or ".join(leaf.changes), leaf.category)))
        case name:
            yield from _named(name, leaf)
    if (days := getattr(leaf, "within_days", None)) is not None:
        yield f"within {days:g} days"


def _named(name: str, leaf: Any) -> Iterator[str]:
    match name:
        case "Disease":
            yield "disease:" if not leaf.other_than_study_disease else "another cancer:"
            yield " or ".join(leaf.names) or "any cancer"
            yield from [f"stage {' or '.join(leaf.stages)}"] if leaf.stages else []
            yield from leaf.extent
        case "Treated":
            yield f"treated: {' or '.join(leaf.names) or 'any systemic treatment'}"
            yield from [word for word in ("failed", "ongoing") if getattr(leaf, word)]
            yield from [leaf.setting] if leaf.setting else []
            yield from [f"above {leaf.dose_above:g} mg/day"] if leaf.dose_above is not None else []
        case "AntigenLevel":
            yield " ".join(filter(None, ("antigen", leaf.target, leaf.assay)))
            yield from [f"intensity ≥ {leaf.intensity_at_least:g}"] if leaf.intensity_at_least is not None else []
            if leaf.share_at_least is not None:
                yield f"in {'>' if leaf.share_above else '≥'} {100 * leaf.share_at_least:g} % of cells"
            yield from [f"H-score ≥ {leaf.h_score_at_least:g}"] if leaf.h_score_at_least is not None else []
        case _:
            yield f"{'ever' if leaf.ever else 'has'}: {' or '.join(leaf.names)}"
            yield from [leaf.qualifier] if leaf.qualifier else []


def criteria_document(trial: Trial) -> dict[str, Any]:
    """Give what was understood of a trial: its items with span, statement and how much was read, and the coverage."""
    number = Counter(item.understood for item in trial.items)
    total = max(1, len(trial.items))
    return {
        "trial": trial.id,
        "title": trial.title,
        "status": trial.status,
        "source": trial.source,
        "items": [
            {
                "number": item.number,
                "kind": item.kind,
                "gate": item.gate,
                "heading": item.heading,
                "conditional": item.conditional,
                "text": item.text,
                "start": item.start,
                "end": item.end,
                "origin": item.origin,
                "understood": item.understood,
                "statement": said(item.statement),
            }
            for item in trial.items
        ],
        "levels": [
            {
                "step": level.step,
                "arm": level.arm,
                "dose": level.dose,
                "suspended": level.suspended,
                "statement": said(level.statement),
            }
            for level in trial.levels
        ],
        "coverage": {name: number[name] for name in ("whole", "part", "not")},
        "whole_percent": round(100.0 * number["whole"] / total, 1),
        "notes": list(trial.notes),
    }  # fmt: skip
