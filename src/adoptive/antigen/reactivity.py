"""A three-gene score of tumour-reactive cells, fitted to labelled cells at call; its areas under the curve."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "GENES",
    "LabelledCells",
    "Reactivity",
    "area_under_curve",
    "fit_logistic",
    "fit_reactivity",
    "labelled_cells",
    "out_of_patient",
    "reactivity_cases",
    "signed_z",
]

GENES: Final = ("CXCL13", "ENTPD1", "IL7R")
_SIGNS: Final = np.array([1.0, 1.0, -1.0])
_FILES: Final = {
    "p2": "p2_known_RNA.csv", "p2 with shared antigens": "p2_MAA_nonMANA_RNA.csv", "p11": "p11_known_RNA.csv",
    "p15": "p15_known_RNA.csv", "MD01-004": "MD01-004_known_RNA.csv", "MD01-005": "MD01-005_known_RNA.csv",
}  # fmt: skip
_TRAINED_ON: Final = ("p2", "p11", "p15")
"""Three patients with melanoma; of the two files of p2 the one without antigens shared by melanomas."""

_MOST_STEPS, _SMALLEST_STEP = 50, 1e-12

Values = NDArray[np.float64]

_COEFFICIENTS: Final = {"intercept": 0.011, "CXCL13": 0.505, "ENTPD1": 0.461, "IL7R": -0.690}
_OUTSIDE: Final = {"MD01-004": 0.970, "MD01-005": 0.955}
_SIGNED_Z: Final = {
    "p2": 0.843, "p2 with shared antigens": 0.836, "p11": 0.726, "p15": 0.724, "MD01-004": 0.970, "MD01-005": 0.951,
}  # fmt: skip
_OF_CXCL13: Final = {
    "p2": 0.715, "p2 with shared antigens": 0.717, "p11": 0.698, "p15": 0.563, "MD01-004": 0.882, "MD01-005": 0.613,
}  # fmt: skip
"""Numbers of an independent analysis of the same labels; what is computed here is compared with them."""


@dataclass(frozen=True)
class LabelledCells:
    """Hold one patient's labelled cells: log-normalised expression ``(cells, 3)``, specific for the tumour or not."""

    expression: Values
    specific: NDArray[np.bool_]


@dataclass(frozen=True)
class Reactivity:
    """Hold the fitted model: ``logit = intercept + sum of coefficient times log(1 + counts per 10,000)``."""

    intercept: float
    cxcl13: float
    entpd1: float
    il7r: float

    def score(self, cxcl13: Values, entpd1: Values, il7r: Values) -> Values:
        """Score cells between 0 and 1, ``(cells,)``, from their log-normalised expression, each ``(cells,)``.

        The score ranks cells. It is no calibrated chance: the share of reactive cells among the labelled ones was set
        by how they were chosen. It was fitted to CD8 cells of melanoma.

        >>> model = fit_reactivity()
        >>> high, low = model.score(np.array([3.0, 0.0]), np.array([1.0, 0.0]), np.array([0.0, 2.0]))
        >>> bool(high > 0.8), bool(low < 0.3)
        (True, True)
        """
        logit = self.intercept + self.cxcl13 * cxcl13 + self.entpd1 * entpd1 + self.il7r * il7r
        return np.asarray(1.0 / (1.0 + np.exp(-logit)))


@lru_cache(maxsize=1)
def labelled_cells() -> Mapping[str, LabelledCells]:
    """Read the shipped labelled cells by patient: tumour-infiltrating CD8 cells whose receptor's target was tested.

    Source: github.com/BKI-immuno-KNS/MANAscore (MIT); Zeng and others 2025, 10.1038/s41467-024-55059-3.

    >>> {name: len(cells.specific) for name, cells in labelled_cells().items()}["p11"]
    3602
    """
    folder = resources.files("adoptive.antigen").joinpath("data/mana")
    found = {}
    for patient, file in _FILES.items():
        rows = list(csv.DictReader(folder.joinpath(file).read_text("utf-8").splitlines()))
        expression = np.array([[float(row[gene]) for gene in GENES] for row in rows])
        found[patient] = LabelledCells(expression, np.array([row["Label"] == "1" for row in rows]))
    return found


def fit_logistic(features: Values, outcome: NDArray[np.bool_]) -> Values:
    """Fit ``P(outcome) = 1 / (1 + exp(-(b0 + features b)))`` by Newton's method; give ``(1 + features,)``.

    Each step solves ``X' W X d = X' (y - p)`` with ``W = p (1 - p)``, as in iteratively reweighted least squares. No
    penalty; the result depends on nothing but the data.

    >>> fit_logistic(np.array([[0.0], [0.0], [1.0], [1.0]]), np.array([True, False, True, False])).round(6).tolist()
    [0.0, 0.0]
    """
    design = np.column_stack([np.ones(len(features)), features])
    found = np.zeros(design.shape[1])
    for _ in range(_MOST_STEPS):
        chance = 1.0 / (1.0 + np.exp(-design @ found))
        curvature = design.T @ (design * (chance * (1.0 - chance))[:, None])
        step = np.linalg.solve(curvature, design.T @ (outcome - chance))
        found = found + step
        if np.abs(step).max() < _SMALLEST_STEP:
            break
    return found


def _fit(patients: tuple[str, ...]) -> Reactivity:
    cells = [labelled_cells()[patient] for patient in patients]
    found = fit_logistic(np.vstack([one.expression for one in cells]), np.concatenate([one.specific for one in cells]))
    return Reactivity(*(float(value) for value in found))


@lru_cache(maxsize=1)
def fit_reactivity() -> Reactivity:
    """Fit the model to the 7,057 labelled cells of three patients with melanoma; the same at every call.

    >>> round(fit_reactivity().il7r, 3)
    -0.691
    """
    return _fit(_TRAINED_ON)


def area_under_curve(scores: Values, positive: NDArray[np.bool_]) -> float:
    """Give the chance that a positive cell scores above a negative one, ties one half: ``U / (n1 n0)``.

    >>> area_under_curve(np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, False, True, True]))
    0.875
    """
    from scipy.stats import rankdata

    count = int(positive.sum())
    excess = float(rankdata(scores)[positive].sum()) - count * (count + 1) / 2.0
    return excess / (count * (len(positive) - count))


def signed_z(expression: Values) -> Values:
    """Give the model-free score: z of CXCL13 plus z of ENTPD1 minus z of IL7R, within one patient, ``(cells,)``."""
    spread = expression.std(axis=0)
    centred = expression - expression.mean(axis=0)
    return np.asarray(np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0.0) @ _SIGNS)


@lru_cache(maxsize=1)
def out_of_patient() -> Mapping[str, float]:
    """Give areas under the curve on patients whom the fit never saw.

    The two with lung cancer by the model of the three with melanoma; each of these by a model of the other two.
    """
    found = {patient: _area(fit_reactivity(), patient) for patient in _OUTSIDE}
    for patient in _TRAINED_ON:
        found[patient] = _area(_fit(tuple(one for one in _TRAINED_ON if one != patient)), patient)
    return found


def _area(model: Reactivity, patient: str) -> float:
    cells = labelled_cells()[patient]
    return area_under_curve(model.score(*cells.expression.T), cells.specific)


def reactivity_cases() -> tuple[tuple[str, bool, str], ...]:
    """Compare the model and its areas under the curve with an independent analysis: name, passed, detail.

    >>> all(passed for _, passed, _ in reactivity_cases())
    True
    """
    model, cells = fit_reactivity(), labelled_cells()
    trained = sum(len(cells[patient].specific) for patient in _TRAINED_ON)
    held = ", ".join(f"{one} {out_of_patient()[one]:.3f}" for one in _TRAINED_ON)
    found = dict(zip(_COEFFICIENTS, (model.intercept, model.cxcl13, model.entpd1, model.il7r), strict=True))
    alone = {one: area_under_curve(cells[one].expression[:, 0], cells[one].specific) for one in _OF_CXCL13}
    signed = {one: area_under_curve(signed_z(cells[one].expression), cells[one].specific) for one in _SIGNED_Z}
    return (
        (
            "reactivity: labelled cells",
            trained == 7057,
            f"{trained:,} cells of melanoma; each left out in turn: {held}",
        ),
        _compared("reactivity: coefficients", found, _COEFFICIENTS, 0.0015),
        _compared("reactivity: lung patients never seen", out_of_patient(), _OUTSIDE, 0.005),
        _compared("reactivity: signed z", signed, _SIGNED_Z, 0.001),
        _compared("reactivity: CXCL13 alone", alone, _OF_CXCL13, 0.001),
    )


def _compared(
    name: str, found: Mapping[str, float], wanted: Mapping[str, float], within: float
) -> tuple[str, bool, str]:
    passed = all(abs(found[one] - value) <= within for one, value in wanted.items())
    said = ", ".join(f"{one} {found[one]:.4f} (wanted {value:.3f})" for one, value in wanted.items())
    return name, passed, f"{said}; within {within:g}"
