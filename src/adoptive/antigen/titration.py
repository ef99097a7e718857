"""Dose-response of a receptor: half-maximal concentrations of mutant and wild-type peptide, by profile likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.special import betaln, digamma
from scipy.stats import chi2

from adoptive.antigen.replicates import Wells
from adoptive.units import In

__all__ = ["Curve", "Dose", "Fitted", "Interval", "fit_titration"]

Floats = NDArray[np.float64]

_HILLS: Final = np.exp(np.linspace(np.log(0.5), np.log(3.0), 13))
_BEYOND: Final = 2.0
"""Decades beyond the concentrations tested in which a half-maximal concentration is looked for."""
_GRID: Final = {False: (0.2, 45), True: (0.4, 27)}
"""Decades between the EC50 first looked at, and how many are looked at near the best; without and with a wild type."""
_QUICK: Final = 6
_ROUNDS: Final = 12
_CROSS: Final = float(chi2.ppf(0.95, 1))
_LEVEL: Final = 0.05


@dataclass(frozen=True)
class Dose:
    """Hold a titration: concentration of each well (mol/L; 0 without peptide) and the wells."""

    peptide_m: Floats
    wells: Wells


@dataclass(frozen=True)
class Interval:
    """Hold an estimate with its 95 % interval; None: there is no such bound, or no estimate."""

    estimate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Curve:
    """Hold what all doses share: response without peptide, at saturation, steepness."""

    bottom: float
    top: float
    hill: float


@dataclass(frozen=True)
class Fitted:
    """Hold a fit: the mutant's EC50 (mol/L), the wild type's, their ratio, and the curve that they share.

    ``p_flat`` is the p-value of "nothing rose": likelihood ratio, one degree of freedom for each parameter that a flat
    response lacks (conservative, as EC50 and steepness have no meaning then).
    """

    mutant: Interval
    wild_type: Interval | None
    fold: Interval | None
    curve: Curve
    p_flat: Annotated[float, In("-", "p of a flat response")]

    @property
    def rises(self) -> bool:
        """Say whether the response rises with the concentration."""
        return self.p_flat < _LEVEL


def fit_titration(
    mutant: Dose, wild_type: Dose | None = None, *, dispersion: float = 0.0, background: Wells | None = None
) -> Fitted:
    """Fit ``m(x) = bottom + (top - bottom) / (1 + (EC50 / x)^hill)`` to mutant and wild type together.

    Both share bottom, top and hill (0.5 to 3); each has its EC50. Spots are negative binomial, shares of cells
    beta-binomial, with the plate's dispersion. For every pair of EC50 and every steepness bottom and top are the
    maximum of the likelihood (Fisher scoring); an interval is where the profile deviance stays below 3.84 (chi-squared,
    one degree of freedom: Venzon and Moolgavkar 1988, 10.2307/2347496). An end that the profile never crosses, within
    two decades of the concentrations tested, is None; an EC50 outside those tested, or without both ends, is None too.
    Where nothing rises (p of 0.05 or more) there are no bounds either. A ratio whose wild type gave no curve has a
    lower end only.

    >>> dose = np.repeat(10.0 ** np.arange(-11.0, -4.0), 3)
    >>> spots = np.round(5 + 195 / (1 + 1e-8 / dose))
    >>> ec50 = fit_titration(Dose(dose, Wells(spots))).mutant
    >>> ec50.low < 1e-8 < ec50.high, round(float(np.log10(ec50.estimate)), 1)
    (True, -8.0)
    """
    points = _Points.of(mutant, wild_type, background, dispersion)
    step, count = _GRID[wild_type is not None]
    coarse = _profile(points, points.places(step))
    fine = _profile(points, tuple(_near(coarse, axis, count) for axis in range(len(coarse.places))))
    least = float(fine.deviance.min())
    rise = max(points.flat() - least, 0.0)
    p_flat = float(chi2.sf(rise, 2 + len(fine.places)))
    ends = [_interval(points, fine, least, axis, shown=p_flat < _LEVEL) for axis in range(len(fine.places))]
    wild = ends[1] if wild_type is not None else None
    fold = _fold(fine, least, ends, shown=p_flat < _LEVEL) if wild_type is not None else None
    return Fitted(ends[0], wild, fold, fine.curve, p_flat)


@dataclass(frozen=True)
class _Points:
    """Hold all wells in a row: concentration, curve (0 mutant, 1 wild type), response; and how they vary."""

    dose: Floats
    curve: NDArray[np.intp]
    y: Floats
    total: Floats | None
    dispersion: float
    floor: float

    @staticmethod
    def of(mutant: Dose, wild_type: Dose | None, background: Wells | None, dispersion: float) -> _Points:
        """Join the titrations and the wells without antigen."""
        sets = [(mutant.peptide_m, mutant.wells, 0)]
        sets += [(wild_type.peptide_m, wild_type.wells, 1)] if wild_type is not None else []
        sets += [(np.zeros(background.positive.size), background, 0)] if background is not None else []
        totals = [wells.total for _, wells, _ in sets if wells.total is not None]
        total = np.concatenate(totals) if totals else None
        y = np.concatenate([wells.positive for _, wells, _ in sets])
        curve = np.concatenate([np.full(dose.size, which) for dose, _, which in sets])
        floor = 0.5 / y.size if total is None else 0.5 / float(total.sum())
        return _Points(np.concatenate([dose for dose, _, _ in sets]), curve, y, total, dispersion, floor)

    def tested(self, axis: int) -> tuple[float, float]:
        """Give the lowest and the highest concentration of a curve, log10."""
        used = np.log10(self.dose[(self.curve == axis) & (self.dose > 0.0)])
        return float(used.min()), float(used.max())

    def places(self, step: float) -> tuple[Floats, ...]:
        """Give the log10 EC50 that are looked at, for each curve."""
        ends = [self.tested(axis) for axis in range(int(self.curve.max()) + 1)]
        return tuple(np.arange(low - _BEYOND, high + _BEYOND + step / 2, step) for low, high in ends)

    def deviance(self, mean: Floats) -> Floats:
        """Give minus twice the log-likelihood of means, ``(..., wells)``, up to a constant."""
        return np.asarray(-2.0 * point_likelihood(self.y, self.total, mean, self.dispersion).sum(axis=-1))

    def flat(self) -> float:
        """Give the deviance when nothing rises."""
        bottom, rise = self.fitted(np.zeros((1, self.y.size)))
        return float(self.deviance(bottom[:, None] + 0.0 * rise[:, None] * np.zeros((1, self.y.size)))[0])

    def fitted(self, shape: Floats) -> tuple[Floats, Floats]:
        """Fit bottom and rise of ``bottom + rise shape`` for each row of shapes ``(rows, wells)``, neither negative."""
        share = self.y if self.total is None else self.y / self.total
        mean = np.broadcast_to(np.maximum(share.mean(), self.floor), shape.shape)
        bottom = rise = np.zeros(shape.shape[0])
        for turn in range(_ROUNDS):
            variance = self.variance(mean)
            aim = share if self.total is None or turn < _QUICK else mean + variance * self.score(mean)
            weight = 1.0 / variance
            w, wg, wgg = weight.sum(1), (weight * shape).sum(1), (weight * shape**2).sum(1)
            wy, wgy = (weight * aim).sum(1), (weight * shape * aim).sum(1)
            whole = w * wgg - wg**2
            safe = whole > 1e-12 * w * np.maximum(wgg, 1e-300)
            rise = np.where(safe, (w * wgy - wg * wy) / np.where(safe, whole, 1.0), 0.0)
            rise = np.maximum(rise, 0.0)
            bottom = (wy - rise * wg) / w
            low = bottom < self.floor
            only = np.maximum((wgy - self.floor * wg) / np.maximum(wgg, 1e-300), 0.0)
            bottom, rise = np.where(low, self.floor, bottom), np.where(low, only, rise)
            if self.total is not None:
                bottom = np.minimum(bottom, 0.9)
                rise = np.minimum(rise, 0.999 - bottom)
            mean = bottom[:, None] + rise[:, None] * shape
        return bottom, rise

    def score(self, mean: Floats) -> Floats:
        """Give the slope of each well's log-likelihood in its mean, of shares of cells."""
        assert self.total is not None
        if self.dispersion == 0.0:
            return (self.y - self.total * mean) / (self.total * mean * (1.0 - mean))
        a, b = _shapes(mean, self.dispersion)
        slope_a = 1.0 / (self.dispersion * (1.0 - mean) ** 2) - 1.0
        slope_b = 1.0 - 1.0 / (self.dispersion * mean**2)
        both = digamma(a + b) - digamma(self.total + a + b)
        of_a = digamma(self.y + a) - digamma(a) + both
        of_b = digamma(self.total - self.y + b) - digamma(b) + both
        return np.asarray(of_a * slope_a + of_b * slope_b)

    def variance(self, mean: Floats) -> Floats:
        """Give the variance of each well's response at a mean."""
        if self.total is None:
            return mean + self.dispersion * mean**2
        return np.asarray(mean * (1.0 - mean) / self.total + self.dispersion * (mean * (1.0 - mean)) ** 2)


def point_likelihood(y: Floats, total: Floats | None, mean: Floats, dispersion: float) -> Floats:
    """Give each well's log-likelihood at means ``(..., wells)``, without terms that hold no mean."""
    if total is None:
        if dispersion == 0.0:
            return y * np.log(mean) - mean
        return y * np.log(mean) - (y + 1.0 / dispersion) * np.log1p(dispersion * mean)
    mean = np.clip(mean, 1e-9, 0.999)
    if dispersion == 0.0:
        return y * np.log(mean) + (total - y) * np.log1p(-mean)
    a, b = _shapes(mean, dispersion)
    return np.asarray(betaln(y + a, total - y + b) - betaln(a, b))


def _shapes(mean: Floats, dispersion: float) -> tuple[Floats, Floats]:
    """Give the shapes of the beta distribution of a mean and a dispersion: its variance is ``d (m (1 - m))^2``."""
    a = np.maximum(1.0 / (dispersion * (1.0 - mean)) - mean, 1e-3)
    return a, np.maximum(1.0 / (dispersion * mean) - (1.0 - mean), 1e-3)


@dataclass(frozen=True)
class _Profile:
    """Hold the deviance over EC50 of each curve (the best steepness), and the best curve."""

    places: tuple[Floats, ...]
    deviance: Floats
    curve: Curve


def _profile(points: _Points, places: tuple[Floats, ...]) -> _Profile:
    """Fit bottom and rise for every EC50 of each curve and every steepness."""
    grid = np.meshgrid(*places, indexing="ij")
    shape = grid[0].shape
    centre = np.stack([one.ravel() for one in grid], axis=1)[:, points.curve]
    with np.errstate(divide="ignore"):
        dose = np.log10(points.dose)
    deviances, curve = np.empty((_HILLS.size, grid[0].size)), Curve(0.0, 0.0, 1.0)
    for place, hill in enumerate(_HILLS):
        rising = 1.0 / (1.0 + 10.0 ** np.clip(hill * (centre - dose), -300.0, 300.0))
        rising[:, points.dose == 0.0] = 0.0
        bottom, rise = points.fitted(rising)
        mean = bottom[:, None] + rise[:, None] * rising
        deviance = points.deviance(mean if points.total is None else np.minimum(mean, 0.999))
        at = int(deviance.argmin())
        if not place or deviance[at] < deviances[:place].min():
            curve = Curve(float(bottom[at]), float(bottom[at] + rise[at]), float(hill))
        deviances[place] = deviance
    return _Profile(places, _vertex(deviances).reshape(shape), curve)


def _vertex(deviances: Floats) -> Floats:
    """Give the least deviance over evenly spaced steepnesses ``(hills, ...)``, by the parabola through the least three.

    The grid alone would make intervals too narrow: the steepness would be taken as known.
    """
    at = np.clip(deviances.argmin(axis=0), 1, len(deviances) - 2)
    before, here, after = (np.take_along_axis(deviances, (at + step)[None], 0)[0] for step in (-1, 0, 1))
    bend = before - 2.0 * here + after
    inside = (bend > 1e-9) & (deviances.argmin(axis=0) == at)
    lower = np.where(inside, (before - after) ** 2 / (8.0 * np.where(bend > 1e-9, bend, 1.0)), 0.0)
    return np.asarray(deviances.min(axis=0) - lower)


def _along(profile: _Profile, axis: int) -> Floats:
    """Give the least deviance along one axis."""
    others = tuple(one for one in range(profile.deviance.ndim) if one != axis)
    return np.asarray(profile.deviance.min(axis=others))


def _near(profile: _Profile, axis: int, count: int) -> Floats:
    """Give finer places where the deviance is within reach of the least."""
    along, places = _along(profile, axis), profile.places[axis]
    close = np.flatnonzero(along < along.min() + 15.0)
    low, high = max(close[0] - 1, 0), min(close[-1] + 1, places.size - 1)
    return np.linspace(places[low], places[high], count)


def _ends(places: Floats, deviance: Floats, least: float) -> tuple[float, float | None, float | None]:
    """Give the place of the least deviance and where the profile crosses 3.84 above it, None where it never does."""
    smooth = PchipInterpolator(places, deviance - least - _CROSS)
    at = int(np.clip(deviance.argmin(), 1, deviance.size - 2))
    bend = deviance[at - 1] - 2.0 * deviance[at] + deviance[at + 1]
    aside = 0.5 * (deviance[at - 1] - deviance[at + 1]) / bend if bend > 0.0 else 0.0
    best = places[at] + np.clip(aside, -1.0, 1.0) * (places[1] - places[0])
    roots = np.asarray(smooth.roots(extrapolate=False))
    below, above = roots[roots <= best], roots[roots >= best]
    return float(best), (float(below.max()) if below.size else None), (float(above.min()) if above.size else None)


def _power(value: float | None) -> float | None:
    return None if value is None else float(10.0**value)


def _interval(points: _Points, fine: _Profile, least: float, axis: int, *, shown: bool) -> Interval:
    """Give a curve's EC50: an estimate only among the concentrations tested, with both ends."""
    if not shown:
        return Interval(None, None, None)
    place, low, high = _ends(fine.places[axis], _along(fine, axis), least)
    first, last = points.tested(axis)
    reached = low is not None and high is not None and first <= place <= last
    return Interval(_power(place) if reached else None, _power(low), _power(high))


def _fold(fine: _Profile, least: float, ends: Sequence[Interval], *, shown: bool) -> Interval:
    """Give the ratio of wild type's to mutant's EC50: profile over all pairs of that ratio."""
    if not shown:
        return Interval(None, None, None)
    ours, theirs = fine.places
    smooth = PchipInterpolator(theirs, fine.deviance, axis=1, extrapolate=False)
    folds = np.linspace(theirs[0] - ours[-1], theirs[-1] - ours[0], 241)
    along = np.array([_least_of_pairs(smooth(ours + fold)) for fold in folds])
    seen = np.isfinite(along)
    place, low, high = _ends(folds[seen], along[seen], min(least, float(along[seen].min())))
    reached = all(one.estimate is not None for one in ends)
    # An end of the ratio needs the ends that it is made of: beyond the grid the profile says nothing.
    low = None if ends[1].low is None or ends[0].high is None else low
    high = None if ends[1].high is None or ends[0].low is None else high
    return Interval(_power(place) if reached else None, _power(low), _power(high))


def _least_of_pairs(deviance: Floats) -> float:
    """Give the least deviance over the pairs ``(ours[i], ours[i] + fold)``; infinite if none is on the grid."""
    pairs = np.diagonal(deviance)
    return float(np.nanmin(pairs)) if np.isfinite(pairs).any() else np.inf
