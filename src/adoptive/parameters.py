"""Numbers with a source: a parameter is a row (name, value, unit, spread, source, status).

Each story folder keeps its rows in ``published.toml``. A row's two spreads are different things: ``between`` is the
standard deviation between patients, ``uncertainty`` that of the typical value itself; both act on the row's ``scale``
(``log``, ``logit`` or ``identity``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from adoptive.errors import ParameterError
from adoptive.posterior import Posterior, load_posterior
from adoptive.streams import Keys, Streams

__all__ = [
    "BETWEEN",
    "Book",
    "Kinds",
    "Parameter",
    "Typical",
    "carry",
    "draw_patients",
    "draw_typical",
    "load_book",
    "load_rows",
    "rows_of",
]

Floats = NDArray[np.float64]

BETWEEN: Final = "~between"
"""End of the name of a row that multiplies another row's spread between patients."""

STATUSES: Final = ("measured", "digitised", "calibrated", "assumed")
SCALES: Final = ("log", "logit", "identity")
FOLDERS: Final = ("antigen", "cohort", "construct", "facility", "infusion", "kinetics", "outcome", "trial")


@dataclass(frozen=True)
class Parameter:
    """Hold one row: what the number is, how sure it is and where it comes from.

    A row ``name@kind`` that ``shares_doubt`` moves with ``name`` when typical values are drawn: it is the same number
    until data tell the two apart.
    """

    name: str
    value: float
    unit: str
    meaning: str
    source: str
    status: str
    between: float = 0.0
    uncertainty: float = 0.0
    scale: str = "log"
    shares_doubt: bool = False

    def __post_init__(self) -> None:
        for field in ("unit", "meaning", "source"):
            if not str(getattr(self, field)).strip():
                raise ParameterError(f"the row lacks its {field}", where=self.name, next_step=f"write a {field}")
        if self.status not in STATUSES:
            raise ParameterError("unknown status", where=self.name, value=self.status, allowed=", ".join(STATUSES))
        if self.scale not in SCALES:
            raise ParameterError("unknown scale", where=self.name, value=self.scale, allowed=", ".join(SCALES))
        spread = self.between > 0 or self.uncertainty > 0
        if min(self.between, self.uncertainty) < 0:
            raise ParameterError("a spread is negative", where=self.name, allowed="0 or more")
        if spread and self.scale == "log" and self.value <= 0:
            raise ParameterError("a log scale needs a value above 0", where=self.name, value=self.value)
        if spread and self.scale == "logit" and not 0 < self.value < 1:
            raise ParameterError("a logit scale needs a value between 0 and 1", where=self.name, value=self.value)

    def shift(self, typical: Floats, deviation: Floats) -> Floats:
        """Move typical values by a deviation on the row's scale."""
        if self.scale == "log":
            return typical * np.exp(deviation)
        if self.scale == "logit":
            moved: Floats = expit(logit(typical) + deviation)
            return moved
        return typical + deviation


@dataclass(frozen=True)
class Book(Mapping[str, Parameter]):
    """Hold rows by name; ``folder.name`` for the rows of a story folder.

    ``posterior`` holds the joint draws by which rows of this book differ from trial to trial, if any.
    """

    rows: Mapping[str, Parameter]
    posterior: Posterior | None = None

    def __getitem__(self, name: str) -> Parameter:
        if name not in self.rows:
            close = [row for row in self.rows if row.split(".")[-1] == name.split(".")[-1]]
            raise ParameterError(
                "no such parameter", where="parameters", value=name, allowed=", ".join(close) or "see `adoptive show`"
            )
        return self.rows[name]

    def __contains__(self, name: object) -> bool:
        return name in self.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def replace(self, **changes: float) -> Book:
        """Give a book with some typical values changed (``folder__name=value``)."""
        rows = dict(self.rows)
        for key, value in changes.items():
            row = self[key.replace("__", ".")]
            rows[row.name] = Parameter(**{**row.__dict__, "value": float(value)})
        return Book(rows, self.posterior)


def load_rows(text: str, *, prefix: str = "", where: str = "published.toml") -> dict[str, Parameter]:
    """Read rows from the text of a ``published.toml``; all mistakes name the row."""
    return rows_of(tomllib.loads(text), prefix=prefix, where=where)


def rows_of(entries: Mapping[str, Any], *, prefix: str = "", where: str = "published.toml") -> dict[str, Parameter]:
    """Make rows of tables that are read already; all mistakes name the row."""
    rows: dict[str, Parameter] = {}
    for name, entry in entries.items():
        full = f"{prefix}{name}"
        if not isinstance(entry, dict):
            raise ParameterError("a row must be a table", where=f"{where}: {full}", value=entry)
        known: dict[str, Any] = dict(entry)
        unknown = set(known) - set(Parameter.__dataclass_fields__)
        missing = {"value", "unit", "meaning", "source", "status"} - set(known)
        if unknown or missing:
            raise ParameterError(
                f"row with missing {sorted(missing)} and unknown {sorted(unknown)} keys", where=f"{where}: {full}"
            )
        rows[full] = Parameter(name=full, **known)
    return rows


@lru_cache(maxsize=2)
def load_book(*, calibrated: bool = True) -> Book:
    """Read the rows of every story folder into one book, at their calibrated values unless those are not wanted."""
    if calibrated:
        posterior = load_posterior()
        prior = load_book(calibrated=False)
        return prior if posterior is None else carry(prior, posterior)
    rows: dict[str, Parameter] = {}
    for folder in FOLDERS:
        file = resources.files("adoptive").joinpath(folder, "published.toml")
        if file.is_file():
            rows.update(load_rows(file.read_text("utf-8"), prefix=f"{folder}.", where=f"{folder}/published.toml"))
    return Book(rows)


def carry(book: Book, posterior: Posterior) -> Book:
    """Give a book whose rows stand at a posterior's centre and move with its draws from trial to trial.

    Raises
    ------
    ParameterError
        The posterior moves a row that the book lacks.
    """
    rows = dict(book.rows)
    for name in posterior.moves:
        row = book[name]
        shift = 0.0 if posterior.numbered else posterior.shift_of(name)
        rows[name] = replace(
            row, value=float(row.shift(np.asarray(float(row.value)), np.asarray(shift))), status="calibrated",
            uncertainty=0.0 if name in posterior.settles else row.uncertainty,
            source=f"calibrated on the published trials; before: {row.value:g} ({row.status}; {row.source})",
        )  # fmt: skip
    return Book(rows, posterior)


@dataclass(frozen=True)
class Kinds:
    """Say of what kind each patient is, so that a row ``name@kind`` stands for him in the place of ``name``.

    ``code`` ``(patients,)`` is a place in ``names``; each entry of ``names`` lists one kind's suffixes, the most
    special one first, of which the first that has a row is taken.

    >>> Kinds(np.array([0, 1]), (("HER2, gastric", "HER2"), ("HER2",))).names[1]
    ('HER2',)
    """

    code: NDArray[np.int64]
    names: tuple[tuple[str, ...], ...]

    @classmethod
    def one(cls, patients: int, *suffixes: str) -> Kinds:
        """Give the same kind to some patients."""
        return cls(np.zeros(patients, np.int64), (suffixes,))

    def row(self, book: Book, name: str, kind: int) -> str:
        """Name the row that holds for a kind: the first ``name@suffix`` in the book, or ``name``."""
        return next((own for own in (f"{name}@{suffix}" for suffix in self.names[kind]) if own in book), name)

    def take(self, rows: NDArray[Any]) -> Kinds:
        """Keep some patients."""
        return Kinds(self.code[rows], self.names)


@dataclass(frozen=True)
class Typical:
    """Hold the typical value of every row in each of some virtual trials, ``(trials,)``."""

    book: Book
    trials: NDArray[np.int64]
    values: Mapping[str, Floats]

    def at(self, name: str, keys: Keys, *, kinds: Kinds | None = None) -> Floats:
        """Give a row's typical value for each patient's trial, ``(patients,)``; each kind's own row where there is one.

        Raises
        ------
        ParameterError
            No such row, or no typical values for a patient's trial.
        """
        if kinds is not None:
            each = [self.at(kinds.row(self.book, name, kind), keys) for kind in range(len(kinds.names))]
            return np.asarray(np.stack(each)[kinds.code, np.arange(len(keys))])
        self.book[name]
        position = np.minimum(np.searchsorted(self.trials, keys.trial), len(self.trials) - 1)
        if not np.array_equal(self.trials[position], keys.trial):
            raise ParameterError("no typical values were drawn for a trial", where=name, next_step="draw_typical first")
        return self.values[name][position]

    def between(self, name: str, keys: Keys) -> Floats | float:
        """Give a row's spread between patients, multiplied by its row ``name~between`` if there is one."""
        row = self.book[name]
        ratio = f"{name.partition('@')[0]}{BETWEEN}"
        return row.between if row.between == 0 or ratio not in self.book else row.between * self.at(ratio, keys)


def draw_typical(book: Book, streams: Streams, *, trials: Iterable[int], fixed: bool = False) -> Typical:
    """Draw each row's typical value once per virtual trial from its uncertainty; ``fixed`` keeps the published value.

    ``typical = shift(value, uncertainty * z + moves . phi)``, z standard normal, one per (seed, trial, row); phi the
    trial's joint draw of the book's posterior, if it has one.
    """
    ids = np.unique(np.fromiter(trials, dtype=np.int64))
    keys = Keys.of(ids, 0)
    values: dict[str, Floats] = {}
    moved: dict[str, Floats] = {}
    moves: Mapping[str, Mapping[str, float]] = {}
    if book.posterior is not None and not fixed:
        moved, moves = book.posterior.deviations(ids, streams), book.posterior.moves
    for name, row in book.items():
        typical = np.full(len(ids), float(row.value))
        if row.uncertainty > 0 and not fixed:
            drawn_as = name.partition("@")[0] if row.shares_doubt else name
            typical = row.shift(typical, row.uncertainty * streams.normal(f"typical:{drawn_as}", keys))
        if name in moves:
            typical = row.shift(typical, np.asarray(sum(by * moved[free] for free, by in moves[name].items())))
        values[name] = typical
    return Typical(book, ids, values)


def draw_patients(typical: Typical, streams: Streams, *, name: str, keys: Keys, kinds: Kinds | None = None) -> Floats:
    """Draw a row's value for each patient: ``shift(typical, between * z)``, z keyed by (seed, trial, patient, row).

    With ``kinds`` each kind's own row stands for the general one; a patient has the same z in all of them, so that
    kinds are compared on the same patients.

    >>> from adoptive.parameters import Book, Parameter
    >>> row = Parameter("x", 2.0, "day", "a rate", "by hand", "assumed", between=0.3)
    >>> drawn = draw_typical(Book({"x": row}), Streams(1), trials=[0])
    >>> draw_patients(drawn, Streams(1), name="x", keys=Keys.of(0, [0, 1])).round(3).shape
    (2,)
    """
    rows = [name] if kinds is None else [kinds.row(typical.book, name, kind) for kind in range(len(kinds.names))]
    if all(typical.book[row].between == 0 for row in rows):
        return typical.at(name, keys, kinds=kinds)
    z = np.clip(streams.normal(f"patient:{name}", keys), -3.0, 3.0)
    drawn = [typical.book[row].shift(typical.at(row, keys), typical.between(row, keys) * z) for row in rows]
    return drawn[0] if kinds is None else np.asarray(np.stack(drawn)[kinds.code, np.arange(len(keys))])
