"""Endpoints by name: from the patients of many virtual trials to one estimate per trial.

The tables are those of :data:`adoptive.tables.PATIENT_COLUMNS` ``(trials, patients)`` and
:data:`adoptive.tables.SCREENING_COLUMNS` ``(trials,)``; times are judged in months of 30.4375 days from randomisation.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.tables import TableError
from adoptive.units import days as in_days
from adoptive.units import months
from adoptive.verdict.hazard_ratio import hazard_ratio
from adoptive.verdict.proportion import proportion
from adoptive.verdict.survival import kaplan_meier, median_survival
from adoptive.verdict.types import EndpointSpec, Estimate

__all__ = ["DEFAULT_SPECS", "ENDPOINTS", "Endpoint", "Record", "judge", "judge_record"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Table = Mapping[str, NDArray[Any]]
Measured = tuple[Floats, Bools]
Measure = Callable[["Trials", EndpointSpec, Bools], Measured]
Mark = Callable[[Table], Bools]

SETS: Final = ("ITT", "infused")


class Record(Protocol):
    """Ask of a trial record only its two tables."""

    @property
    def patients(self) -> Table:
        """Columns ``(trials, patients)``."""

    @property
    def screening(self) -> Table:
        """Columns ``(trials,)``."""


@dataclass(frozen=True)
class Trials:
    """Hold the tables that are judged."""

    patients: Table
    screening: Table


@dataclass(frozen=True)
class Endpoint:
    """Describe an endpoint: its unit, its meaning, how it is measured.

    ``arm`` is the arm it is about when the specification names none. ``needs_time``: it is a rate at a time.
    ``compares``: it is about both arms. ``safety``: it is about treated patients, whatever the set.
    """

    name: str
    unit: str
    meaning: str
    measure: Measure
    arm: int | None = None
    needs_time: bool = False
    compares: bool = False
    safety: bool = False


def judge(patients: Table, screening: Table, specs: Iterable[EndpointSpec]) -> tuple[Estimate, ...]:
    """Estimate each endpoint in each trial.

    Parameters
    ----------
    patients
        Columns ``(trials, patients)``.
    screening
        Columns ``(trials,)``; may be empty if no endpoint asks for it.
    specs
        What to estimate; names are the keys of :data:`ENDPOINTS`.

    Returns
    -------
    One :class:`Estimate` per specification, in order.

    Raises
    ------
    StudyError
        For a specification that names an unknown endpoint, arm, set or unit, or lacks its time.
    TableError
        For a table that lacks a column.
    """
    trials = Trials(patients, screening)
    return tuple(_estimate(trials, spec, _endpoint(spec)) for spec in specs)


def judge_record(record: Record, specs: Iterable[EndpointSpec] | None = None) -> tuple[Estimate, ...]:
    """Judge a trial record, by default on :data:`DEFAULT_SPECS`."""
    return judge(record.patients, record.screening, DEFAULT_SPECS if specs is None else specs)


def _endpoint(spec: EndpointSpec) -> Endpoint:
    """Find the endpoint of a specification and check that the two agree."""
    where = f"endpoint {spec.name}"
    if spec.name not in ENDPOINTS:
        near = difflib.get_close_matches(spec.name, ENDPOINTS, n=1)
        hint = f"did you mean {near[0]}?" if near else ""
        raise StudyError("unknown endpoint", where=where, allowed=", ".join(ENDPOINTS), next_step=hint)
    endpoint = ENDPOINTS[spec.name]
    arms = (None,) if endpoint.compares else (None, 0, 1)
    if spec.arm not in arms:
        raise StudyError("no such arm", where=where, value=spec.arm, allowed=", ".join(map(str, arms)))
    if spec.set not in SETS:
        raise StudyError("unknown analysis set", where=where, value=spec.set, allowed=", ".join(SETS))
    if spec.unit not in ("", endpoint.unit):
        raise StudyError("another unit than the endpoint's", where=where, value=spec.unit, allowed=endpoint.unit)
    if endpoint.needs_time and not (spec.at_months is not None and 0 <= spec.at_months < np.inf):
        raise StudyError("the rate lacks its time", where=where, value=spec.at_months, next_step="give at_months")
    return endpoint


def _estimate(trials: Trials, spec: EndpointSpec, endpoint: Endpoint) -> Estimate:
    """Measure one endpoint in the patients of its arm and set."""
    allocated = _column(trials.patients, "arm")
    arm = endpoint.arm if spec.arm is None else spec.arm
    chosen = np.ones(allocated.shape, np.bool_) if arm is None else allocated == arm
    if spec.set == "infused" or endpoint.safety:
        chosen = chosen & _column(trials.patients, "treated")
    values, estimable = endpoint.measure(trials, spec, chosen)
    return Estimate(spec, np.where(estimable, values, 0.0), estimable)


def _column(table: Table, name: str) -> NDArray[Any]:
    """Give a column of a table."""
    if name not in table:
        raise TableError("the table lacks a column", where="judge", value=name, next_step="add the column")
    return np.asarray(table[name])


def _anybody(mark: Bools) -> Bools:
    """Say in which trials anybody is marked."""
    found: Bools = np.logical_or.reduce(mark, axis=1)
    return found


def _median(stem: str, *, responders: bool = False, follow_up: bool = False) -> Measure:
    """Measure the median of ``<stem>_days`` in months; follow-up swaps event and censoring (reverse Kaplan-Meier)."""

    def measure(trials: Trials, _: EndpointSpec, chosen: Bools) -> Measured:
        days, event = _column(trials.patients, f"{stem}_days"), _column(trials.patients, f"{stem}_event")
        if responders:
            chosen = chosen & _column(trials.patients, "responder")
        return months(median_survival(days, ~event if follow_up else event, chosen)), _anybody(chosen)

    return measure


def _rate(stem: str) -> Measure:
    """Measure the per cent free of the event at a time; not estimable beyond the set's follow-up."""

    def measure(trials: Trials, spec: EndpointSpec, chosen: Bools) -> Measured:
        days, event = _column(trials.patients, f"{stem}_days"), _column(trials.patients, f"{stem}_event")
        at = in_days(float(spec.at_months or 0.0))
        survival = kaplan_meier(days, event, chosen, at_days=[at])[:, 0]
        followed = np.where(chosen, days, -1.0).max(axis=1, initial=-1.0)
        return 100.0 * survival, (followed >= at) | ((survival <= 0.0) & _anybody(chosen))

    return measure


def _ratio(stem: str) -> Measure:
    """Measure the hazard ratio of arm 0 over arm 1."""

    def measure(trials: Trials, _: EndpointSpec, chosen: Bools) -> Measured:
        days, event = _column(trials.patients, f"{stem}_days"), _column(trials.patients, f"{stem}_event")
        fit = hazard_ratio(days, event, _column(trials.patients, "arm") == 0, chosen)
        return fit.ratio, fit.estimable

    return measure


def _share(mark: Mark, *, assessed: Mark | None = None) -> Measure:
    """Measure the per cent of the patients that are marked; not estimable where nobody was assessed."""

    def measure(trials: Trials, _: EndpointSpec, chosen: Bools) -> Measured:
        known = chosen if assessed is None else chosen & assessed(trials.patients)
        hits = (chosen & mark(trials.patients)).sum(axis=1)
        return 100.0 * proportion(hits, chosen.sum(axis=1)), _anybody(known)

    return measure


def _flag(column: str) -> Measure:
    """Measure the per cent of patients with a yes in a column."""
    return _share(lambda table: _column(table, column).astype(np.bool_))


def _grade(*columns: str, low: int, high: int = 5) -> Measure:
    """Measure the per cent of patients whose worst grade in any of the columns is from ``low`` to ``high``."""

    def worst(table: Table) -> NDArray[Any]:
        grades: NDArray[Any] = np.stack([_column(table, f"{column}_grade") for column in columns]).max(axis=0)
        return grades

    return _share(
        lambda table: (worst(table) >= low) & (worst(table) <= high), assessed=lambda table: worst(table) >= 0
    )


def _screened(trials: Trials, _: EndpointSpec, chosen: Bools) -> Measured:
    """Read the number of screened patients."""
    return _column(trials.screening, "screened").astype(np.float64), np.ones(len(chosen), np.bool_)


CYTOPENIAS: Final = ("neutropenia", "lymphopenia", "leukopenia", "thrombocytopenia")


def _survival_endpoints(stem: str, name: str) -> tuple[Endpoint, ...]:
    """List the endpoints of a survival time."""
    return (
        Endpoint(f"{stem}_median", "months", f"median {name}", _median(stem)),
        Endpoint(f"{stem}_hazard_ratio", "ratio", f"hazard ratio of {name}", _ratio(stem), compares=True),
        Endpoint(f"{stem}_rate", "%", f"{name} at a time", _rate(stem), needs_time=True),
        Endpoint(f"{stem}_follow_up_median", "months", f"median follow-up of {name}", _median(stem, follow_up=True)),
    )


def _safety_endpoints() -> tuple[Endpoint, ...]:
    """List the endpoints of toxicity."""
    crs = "cytokine release syndrome"
    rows = [
        ("crs_any", f"{crs} of any grade", _grade("crs", low=1)),
        ("crs_grade3", f"{crs} of grade 3", _grade("crs", low=3, high=3)),
        ("crs_grade_ge3", f"{crs} of grade 3 or more", _grade("crs", low=3)),
        ("crs_grade_ge4", f"{crs} of grade 4 or more", _grade("crs", low=4)),
        *((f"{name}_ge3", f"{name} of grade 3 or more", _grade(name, low=3)) for name in CYTOPENIAS),
        ("cytopenia_ge3", "any cytopenia of grade 3 or more", _grade(*CYTOPENIAS, low=3)),
        ("icans_any", "neurotoxicity of any grade", _grade("icans", low=1)),
        ("icans_grade_ge3", "neurotoxicity of grade 3 or more", _grade("icans", low=3)),
        ("icaht_early_ge3", "early ICAHT of grade 3 or more", _grade("icaht_early", low=3)),
        ("infection_ge3", "infection of grade 3 or more", _grade("infection", low=3)),
        ("gastritis_any", "gastric mucosal injury of any grade", _grade("gastritis", low=1)),
        ("tls_any", "clinical tumour lysis", _grade("tls", low=1)),
    ]
    return tuple(Endpoint(name, "%", meaning, measure, arm=0, safety=True) for name, meaning, measure in rows)


_ALL: Final = (
    *_survival_endpoints("pfs", "progression-free survival"),
    *_survival_endpoints("os", "overall survival"),
    Endpoint("orr", "%", "confirmed complete or partial response", _flag("responder")),
    Endpoint("dcr", "%", "response or stable disease", _flag("disease_control")),
    Endpoint("dor_median", "months", "median duration of response", _median("dor", responders=True)),
    *_safety_endpoints(),
    Endpoint("infused_fraction", "%", "randomised patients who received the therapy", _flag("treated"), arm=0),
    Endpoint("crossover", "%", "control patients who received the cells", _flag("crossed_over"), arm=1),
    Endpoint("screened", "patients", "screened until the last was randomised", _screened, compares=True),
)

ENDPOINTS: Final[Mapping[str, Endpoint]] = MappingProxyType({endpoint.name: endpoint for endpoint in _ALL})
"""Every endpoint that can be judged, by name."""


def _defaults(endpoint: Endpoint) -> tuple[EndpointSpec, ...]:
    """List the usual specifications of an endpoint: both arms where it is about either."""
    at = {"pfs_rate": 6.0, "os_rate": 12.0}.get(endpoint.name)
    either = endpoint.arm is None and not endpoint.compares
    arms = (0, 1) if either else (endpoint.arm,)
    kind = "infused" if endpoint.safety else "ITT"
    return tuple(EndpointSpec(endpoint.name, arm, kind, endpoint.unit, at) for arm in arms)  # type: ignore[arg-type]


DEFAULT_SPECS: Final = tuple(spec for endpoint in _ALL for spec in _defaults(endpoint))
"""Every endpoint, for each arm, by intention to treat (safety: infused); rates at 6 (PFS) and 12 (OS) months."""
