"""What a notebook shows: a study, a trial's record and what was judged of it, each on one screen.

Science knows no HTML. Importing this module, as the package's shop window does, gives :class:`Study` and
:class:`TrialRecord` the two methods by which a notebook shows a value; pictures are drawn only when one is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

import numpy as np

from adoptive.parameters import load_book
from adoptive.trial.run import run_trial
from adoptive.trial.types import Study, TrialRecord
from adoptive.verdict import ENDPOINTS, EndpointSpec, Estimate, default_specs, judge_record
from adoptive.workbench.fields import fields_of
from adoptive.workbench.shape import arm_names
from adoptive.workbench.study import load_study
from adoptive.workbench.wording import ALL_ARMS, LABEL, NOT_ESTIMABLE, amount, endpoint_label, interval

__all__ = ["Judged", "Study", "judge", "load_study", "run_trial"]

STYLE: Final = "border-collapse:separate;border-spacing:1em 0.15em;text-align:left"
MOST_LINES: Final = 40
"""Lines of the plain form of a value: one screen."""


@dataclass(frozen=True)
class Judged:
    """Hold what follows from a record: its endpoints' estimates, which it gives one by one like a tuple.

    In a notebook it shows survival with the table of patients at risk, hazard ratios, response and safety.
    """

    record: TrialRecord
    estimates: tuple[Estimate, ...] = field(repr=False)

    def __iter__(self) -> Iterator[Estimate]:
        return iter(self.estimates)

    def __len__(self) -> int:
        return len(self.estimates)

    def __getitem__(self, place: int) -> Estimate:
        return self.estimates[place]

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Give endpoint, arm, set and value in words; of several trials the median and where 90 % of them lie."""
        names = arm_names(self.record.study)
        return [
            (
                endpoint_label(of.spec.name, of.spec.at_months),
                ALL_ARMS if of.spec.arm is None else names[of.spec.arm], of.spec.set, _valued(of),
            )
            for of in self.estimates
        ]  # fmt: skip

    def __repr__(self) -> str:
        rows = self.rows()
        wide = [max((len(row[at]) for row in rows), default=0) for at in range(3)]
        lines = ["  ".join([*(text.ljust(wide[at]) for at, text in enumerate(row[:3])), row[3]]) for row in rows]
        more = [f"... and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
        return "\n".join([f"{_head(self.record)}", *lines[:MOST_LINES], *more, LABEL])

    def _repr_html_(self) -> str:
        from adoptive.workbench.figures.judged import judged_figures

        pictures = "".join(
            f"<figure style='margin:1em 0;max-width:60em'>{dict(each.drawings)['wide']}"
            f"<figcaption>{escape(f'{each.caption} {each.finding}'.strip())}</figcaption></figure>"
            for each in judged_figures(self.record)
        )
        table = _table(("endpoint", "arm", "set", "value"), self.rows())
        return f"<div><p><strong>{escape(_head(self.record))}</strong></p>{pictures}{table}<p>{LABEL}</p></div>"


def judge(record: TrialRecord, specs: Iterable[EndpointSpec] | None = None) -> Judged:
    """Judge a trial record, by default on the usual endpoints of a trial of its arms.

    Raises
    ------
    StudyError
        For a specification that names an unknown endpoint, arm, set or unit, or lacks its time.
    """
    arms = len(record.study.trial.arms)
    wanted = default_specs(arms, cells=record.study.trial.cell_arms) if specs is None else tuple(specs)
    return Judged(record, judge_record(record, wanted))


def _valued(of: Estimate) -> str:
    known, unit = of.values[of.estimable], ENDPOINTS[of.spec.name].unit
    if not len(known):
        return NOT_ESTIMABLE
    if len(of.values) == 1:
        return amount(float(known[0]), unit)
    low, middle, high = np.quantile(known, [0.05, 0.5, 0.95], method="inverted_cdf").tolist()
    return f"{amount(middle, unit)} (90 % of trials {interval(low, high, unit)})"


def _head(record: TrialRecord) -> str:
    many = len(record.trials)
    trials = "1 virtual trial" if many == 1 else f"{many:,} virtual trials"
    return f"{record.study.name}: {trials} of {record.study.trial.randomised:,} patients"


def _arm_lines(record: TrialRecord) -> list[tuple[str, str, str, str]]:
    """Give each arm's patients, who was treated, events and deaths, over all trials."""
    patients = record.patients
    lines = []
    for arm, name in enumerate(arm_names(record.study)):
        mine = (patients["arm"] == arm) & patients["enrolled"]
        counts = (int((mine & patients[column]).sum()) for column in ("treated", "pfs_event", "os_event"))
        treated, events, deaths = (f"{count:,}" for count in counts)
        lines.append((f"{name} ({int(mine.sum()):,})", treated, events, deaths))
    return lines


ARM_COLUMNS: Final = ("arm (patients)", "treated as assigned", "progressed or died", "died")


def _record_text(record: TrialRecord) -> str:
    lines = [_head(record)]
    for arm, *counts in _arm_lines(record):
        told = ", ".join(f"{name} {count}" for name, count in zip(ARM_COLUMNS[1:], counts, strict=True))
        lines.append(f"  {arm}: {told}")
    shape = next(iter(record.patients.values())).shape
    lines.append(f"  patients: {len(record.patients)} columns {shape}; screening: {len(record.screening)} columns")
    for name in ("visits", "doses", "daily", "care"):
        table: Mapping[str, Any] = getattr(record, name)
        lines.append(f"  {name}: {len(next(iter(table.values())))} rows" if table else f"  {name}: none (detail=False)")
    return "\n".join([*lines, LABEL])


def _record_html(record: TrialRecord) -> str:
    table = _table(ARM_COLUMNS, _arm_lines(record))
    return f"<div><p><strong>{escape(_head(record))}</strong></p>{table}<p>{LABEL}</p></div>"


def _statuses() -> str:
    counts = Counter(row.status for row in load_book().values())
    return ", ".join(f"{number} {status}" for status, number in counts.most_common())


def _study_text(study: Study) -> str:
    arms = "; ".join(f"{arm.name} ({arm.treatment})" for arm in study.trial.arms)
    return "\n".join([
        f"{study.name}: {study.title}", f"  {study.question}", f"  arms: {arms}",
        f"  {study.trial.randomised:,} patients, {study.trial.allocation}; primary endpoint: {study.verdict.primary}",
        f"  {sum(1 for _ in fields_of(study))} inputs ({len(study.sources)} with a source); parameters: {_statuses()}",
    ])  # fmt: skip


def _study_html(study: Study) -> str:
    sections: dict[str, list[tuple[str, str, str, str]]] = {}
    for one in fields_of(study):
        section, _, short = one.name.partition(".")
        meaning = f"{one.meaning} ({one.source})" if one.source else one.meaning
        sections.setdefault(section if short else "study", []).append(
            (short or section, str(one.value), one.unit, meaning)
        )
    tables = "".join(
        f"<details><summary>{escape(name)}</summary>{_table(('field', 'value', 'unit', 'meaning and source'), rows)}"
        "</details>"
        for name, rows in sections.items()
    )
    head = f"<p><strong>{escape(study.name)}</strong>: {escape(study.title)}</p><p>{escape(study.question)}</p>"
    return f"<div>{head}{tables}<p>Parameters of the model: {_statuses()}.</p></div>"


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table style='{STYLE}'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


_SHOWN: Final[tuple[tuple[type, str, Callable[[Any], str]], ...]] = (
    (Study, "__repr__", _study_text),
    (Study, "_repr_html_", _study_html),
    (TrialRecord, "__repr__", _record_text),
    (TrialRecord, "_repr_html_", _record_html),
)

for _kind, _method, _view in _SHOWN:
    setattr(_kind, _method, _view)
