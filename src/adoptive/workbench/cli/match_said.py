"""What ``adoptive match`` prints for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adoptive.workbench.match.judging import status_of
from adoptive.workbench.match.listing import counts, main_reason
from adoptive.workbench.match.run import FITS, Found, Screening
from adoptive.workbench.match.types import Fit, Forecast, Match, Refused
from adoptive.workbench.mistakes import UNSHOWABLE, Mistake
from adoptive.workbench.wording import LABEL

__all__ = ["one_line", "say_found", "say_screening"]

_STYLES: Final = {"fits": "green", "may fit": "yellow", "not now": "yellow", "does not fit": "red"}
DETAILED: Final = 3
"""Trials whose open questions are printed; the page has all."""

_NUMBERS: Final = {
    "infused": "gets the infusion", "days_to_infusion": "days to the infusion",
    "response": "tumour shrinks, if infused",
    "crs_grade3": "severe cytokine release syndrome", "neurotoxicity_grade3": "severe neurotoxicity",
}  # fmt: skip
_MISTAKES: Final = 10


def one_line(text: str, most: int = 160) -> str:
    r"""Make a text safe to print on one line: no control characters, not longer than ``most``.

    >>> one_line("a\x1b[31m\n b", 20)
    'a [31m b'
    """
    plain = " ".join(UNSHOWABLE.sub(" ", text[: 4 * most]).split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def say_found(found: Found, out: Path | None, to: Console) -> None:
    """Print the list of trials, what is open in the first of them, and what could not be read."""
    fits = _counted(found.counts)
    to.print(f"\n{len(found.matches):,} trials read: {fits or 'none'}. Day of the question: {found.facts.as_of}.\n")
    if found.facts.deceased:
        to.print(Text("The record says that this patient has died: no trial fits.\n", "red"))
    table = Table(title="Trials, best first", title_justify="left")
    for name in ("", "trial", "met", "open", "failed", "km", "what decides"):
        table.add_column(name, justify="right" if name in ("met", "open", "failed", "km") else "left", overflow="fold")
    for match in found.matches[: found.shown]:
        table.add_row(*_row(match))
    to.print(table)
    for match in [row for row in found.matches[: found.shown] if row.fit != "does not fit"][:DETAILED]:
        _say_open(match, to)
    _say_rest(found, to)
    _say_end(found.left_out, out, to)


def _counted(number: Mapping[Fit, int]) -> str:
    """Count fits in words.

    >>> _counted({"fits": 1, "may fit": 0, "does not fit": 2})
    '1 fits, 2 do not fit'
    """
    several = {"fits": "fit", "does not fit": "do not fit"}
    return ", ".join(f"{n:,} {several.get(fit, fit) if n > 1 else fit}" for fit, n in number.items() if n)


def _say_rest(found: Found, to: Console) -> None:
    if rest := len(found.matches) - found.shown:
        to.print(f"{rest:,} more trials are not shown (--show).")
    if found.passed_over:
        to.print(f"{found.passed_over:,} trials were passed over (--open-only, --cells-only).")
    if found.facts.notes:
        to.print("Notes on the patient's file:")
        for note in found.facts.notes[:_MISTAKES]:
            to.print(f"  - {one_line(note)}")


def say_screening(screening: Screening, out: Path | None, to: Console) -> None:
    """Print a trial's screening list."""
    trial = screening.trial
    number = Counter(match.fit for _, match in screening.rows)
    fits = _counted({fit: number[fit] for fit in FITS})
    to.print(f"\n{one_line(trial.title)}\n{len(screening.rows):,} patients read: {fits}.\n")
    table = Table(title=f"Screening list, {one_line(trial.id, 40)}", title_justify="left")
    for name in ("patient", "", "met", "open", "failed", "what decides"):
        table.add_column(name, justify="right" if name in ("met", "open", "failed") else "left", overflow="fold")
    for facts, match in screening.rows:
        fit = Text(match.fit, _STYLES[match.fit])
        table.add_row(Text(one_line(facts.id, 30)), fit, *map(str, counts(match)), Text(one_line(main_reason(match))))
    to.print(table)
    _say_end(screening.left_out, out, to, file="screening.csv")


def _row(match: Match) -> tuple[Text | str, ...]:
    distance = "" if match.distance_km is None else f"{match.distance_km:,.0f}"
    name = Text(f"{one_line(match.trial.id, 30)}\n{one_line(match.trial.title, 70)}")
    fit = Text(f"{match.fit}\n{status_of(match.trial)}", _STYLES[match.fit])
    return (fit, name, *map(str, counts(match)), distance, Text(one_line(main_reason(match))))


def _say_open(match: Match, to: Console) -> None:
    closed = ", but it takes no patients" if status_of(match.trial) == "closed" else ""
    to.print(Text(f"\n{one_line(match.trial.id, 30)}: {match.fit}{closed}", _STYLES[match.fit]))
    for verdict in ("not met", "unknown"):
        rows = [row for row in match.judged if row.verdict == verdict]
        for row in rows[:_MISTAKES]:
            said = "; ".join((*row.finding.because, *row.finding.settle)) or "not understood: ask the trial's team"
            to.print(Text(f"  {verdict:>8}  “{one_line(row.item.text, 100)}” – {one_line(said)}"), soft_wrap=False)
        if len(rows) > _MISTAKES:
            to.print(f"            and {len(rows) - _MISTAKES} more")
    if isinstance(match.forecast, Forecast):
        to.print(f"  forecast, simulated on {match.forecast.study}, 90 % intervals:")
        for name, words in _NUMBERS.items():
            if (number := match.forecast.numbers.get(name)) is not None:
                unit = "" if number.unit == "day" else f" {number.unit}"
                to.print(f"    {words}: {number.value:.0f}{unit} ({number.low:.0f} to {number.high:.0f})")
    elif isinstance(match.forecast, Refused):
        to.print(f"  no forecast: {one_line(match.forecast.reason, 300)}")


def _say_end(left_out: Sequence[Mistake], out: Path | None, to: Console, *, file: str = "report.html") -> None:
    if left_out:
        to.print(f"\n{len(left_out):,} could not be read:")
        for mistake in left_out[:_MISTAKES]:
            to.print(f"  - {one_line(str(mistake), 300)}", soft_wrap=True)
        if len(left_out) > _MISTAKES:
            to.print(f"  and {len(left_out) - _MISTAKES:,} more (--json lists all)")
    to.print(f"\n“met” means known to be what the trial asks; “open” is not known or not understood. {LABEL}")
    to.print(f"written: {out}/{file}" if out is not None else f"--out DIR writes {file}.", soft_wrap=True)
