"""What a search or a screening found, as one document and as owner-only files."""

from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path
from typing import Any, Final

from adoptive.trial.eligibility.facts import Facts
from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.judge import BY_READING
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.match.card import match_document, write_card
from adoptive.workbench.match.judging import best_level, status_of
from adoptive.workbench.match.private import private_folder, write_private
from adoptive.workbench.match.ranking import for_other_diseases
from adoptive.workbench.match.run import Found, Screening
from adoptive.workbench.match.types import LevelFit, Match
from adoptive.workbench.wording import LABEL

__all__ = ["counts", "found_document", "main_reason", "screening_document", "write_found", "write_screening"]

_ASKED: Final = 60
"""Characters of a criterion's own words in the line that says what decides."""
_STEPS: Final = 3
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Signs that begin a formula in a spreadsheet, the wide ones of East Asian keyboards too."""
_COLUMNS: Final = ("patient", "as_of", "fit", "met", "open", "failed", "what_decides")


def write_found(out: Path, found: Found) -> None:
    """Write the card of a patient: ``report.html`` and ``match.json`` in a new folder for the owner alone."""
    today = datetime.datetime.now().date()
    write_card(out, found.facts, found.matches, left_out=found.left_out, made_on=today, passed_over=found.passed_over)


def found_document(found: Found) -> dict[str, Any]:
    """Give what was found: the first trials whole, the others with fit, score and the main reason."""
    whole = match_document(found.facts, found.matches[: found.shown], left_out=found.left_out)
    others = [
        {
            "id": match.trial.id, "title": match.trial.title[:300], "source": match.trial.source, "fit": match.fit,
            "status": status_of(match.trial), "score": round(match.score, 3), "reason": main_reason(match),
        }
        for match in found.matches[found.shown :]
    ]  # fmt: skip
    return whole | {"counts": found.counts, "passed_over": found.passed_over, "others": others}


def screening_document(screening: Screening) -> dict[str, Any]:
    """Give a screening list: each patient with every item's verdict and reasons."""
    trial = screening.trial
    return {
        "label": LABEL,
        "trial": {"id": trial.id, "title": trial.title, "source": trial.source, "items": len(trial.items)},
        "patients": [_patient(facts, match) for facts, match in screening.rows],
        "left_out": [str(mistake) for mistake in screening.left_out],
    }


def _patient(facts: Facts, match: Match) -> dict[str, Any]:
    told = match_document(facts, [match])["trials"][0]
    kept = ("fit", "gates", "counts", "rules", "levels", "distance_km")
    return {"patient": facts.id, "as_of": facts.as_of.isoformat()} | {name: told[name] for name in kept}


def write_screening(out: Path, screening: Screening) -> None:
    """Write a screening list into a new folder for the owner alone: ``screening.csv`` and ``screening.json``."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for facts, match in screening.rows:
        rows.writerow([_cell(facts.id), facts.as_of.isoformat(), match.fit, *counts(match), _cell(main_reason(match))])
    with private_folder(out) as folder:
        write_private(folder / "screening.csv", text.getvalue())
        write_private(folder / "screening.json", as_json(screening_document(screening)))


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking text for a formula."""
    return f"'{text}" if text[:1] in _FORMULA else text


def counts(match: Match) -> tuple[int, int, int]:
    """Count what is met, what is open and what fails; the level that suits best counts once."""
    level = best_level(match.levels)
    verdicts = [row.verdict for row in match.judged] + ([] if level is None else [level.verdict])
    return verdicts.count("met"), verdicts.count("unknown"), verdicts.count("not met")


def main_reason(match: Match) -> str:
    """Say in a line what decides: what fails, lasting reasons first; else what would settle what is open."""
    failed = sorted((row for row in match.judged if row.verdict == "not met"), key=lambda row: row.finding.recoverable)
    if failed:
        return "; ".join(f"{_asked(row.item.text)}{_reason(row.finding)}" for row in failed[:2])
    best = best_level(match.levels)
    if best is not None and best.verdict == "not met":
        return _reason(best.finding) or "no step, arm or dose level suits this patient"
    return "all that it asks is known to be met" if match.fit == "fits" else _open(match, best)


def _open(match: Match, best: LevelFit | None) -> str:
    """Say what would settle what is open: the tests first, then how many criteria somebody has to read."""
    findings = [row.finding for row in match.judged if row.verdict == "unknown"]
    if best is not None and best.verdict == "unknown":
        findings.append(best.finding)
    steps = list(dict.fromkeys(step for found in findings for step in found.settle if not step.startswith(BY_READING)))
    unread = sum(any(step.startswith(BY_READING) for step in found.settle) for found in findings)
    said = [*steps[:_STEPS], *([f"{len(steps) - _STEPS} more"] if len(steps) > _STEPS else [])]
    if unread:
        said.append(f"{unread} {'criterion' if unread == 1 else 'criteria'} that a person must read")
    elsewhere = "for other diseases, as registered; " if for_other_diseases(match) else ""
    return elsewhere + "to settle: " + "; ".join(said) if said else elsewhere.rstrip("; ")


def _asked(text: str) -> str:
    plain = " ".join(text[:400].split())
    return f"“{plain if len(plain) <= _ASKED else plain[: _ASKED - 1] + '…'}”: "


def _reason(finding: Finding) -> str:
    when = f" (until {finding.from_day})" if finding.from_day else " (may change)" if finding.recoverable else ""
    found = [said for said in finding.because if not said.startswith("the list of ")] or list(finding.because)
    return ("; ".join(found[:2]) + when).strip()
