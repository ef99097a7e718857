"""EASIX: endothelial activation and stress from lactate dehydrogenase, creatinine or C-reactive protein, and platelets.

Pennisi et al. 2021, 10.1182/bloodadvances.2020003885 (EASIX, s-EASIX and m-EASIX of patients with engineered cells).
The indices have no published grades; they are compared on the scale of the logarithm to base 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.haematology.known import measured
from adoptive.outcome.types import UNGRADED

__all__ = ["Easix", "compute_easix", "creatinine_mg_dl", "crp_mg_dl"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CREATININE_UMOL_L_PER_MG_DL: Final = 88.42
CRP_MG_L_PER_MG_DL: Final = 10.0


@dataclass(frozen=True)
class Easix:
    """Hold the indices in the shape of the values; -1 where a value that the index needs is missing.

    ``easix`` is LDH x creatinine / platelets, ``s_easix`` LDH / platelets, ``m_easix`` LDH x CRP / platelets.
    ``known``, ``s_known`` and ``m_known`` say where each could be computed.
    """

    easix: Floats
    s_easix: Floats
    m_easix: Floats
    known: Flags
    s_known: Flags
    m_known: Flags

    @property
    def log2_easix(self) -> Floats:
        """Give the logarithm of EASIX to base 2; -inf where it is 0 or not known."""
        return _log2(self.easix)

    @property
    def log2_s_easix(self) -> Floats:
        """Give the logarithm of s-EASIX to base 2; -inf where it is 0 or not known."""
        return _log2(self.s_easix)

    @property
    def log2_m_easix(self) -> Floats:
        """Give the logarithm of m-EASIX to base 2; -inf where it is 0 or not known."""
        return _log2(self.m_easix)


def compute_easix(
    *,
    ldh_u_l: ArrayLike,
    platelets_e9_l: ArrayLike,
    creatinine_mg_dl: ArrayLike = np.nan,
    crp_mg_dl: ArrayLike = np.nan,
) -> Easix:
    """Compute EASIX, s-EASIX and m-EASIX from values of one day.

    Parameters
    ----------
    ldh_u_l
        Lactate dehydrogenase in U/L, any shape, NaN = missing; the others broadcast against it.
    platelets_e9_l
        Platelets in 1e9/L, above 0.
    creatinine_mg_dl
        Creatinine in mg/dL (see :func:`creatinine_mg_dl`); only EASIX needs it.
    crp_mg_dl
        C-reactive protein in mg/dL, a tenth of the value in mg/L (see :func:`crp_mg_dl`); only m-EASIX needs it.

    Returns
    -------
    The indices, with what is known of them.

    Raises
    ------
    StudyError
        If a value is negative or infinite, or there are 0 platelets.

    Source: 10.1182/bloodadvances.2020003885.

    >>> found = compute_easix(ldh_u_l=400, platelets_e9_l=100, creatinine_mg_dl=1.0, crp_mg_dl=5.0)
    >>> float(found.easix), float(found.s_easix), float(found.m_easix), float(found.log2_easix)
    (4.0, 4.0, 20.0, 2.0)
    """
    ldh, platelets = measured(ldh_u_l, "lactate dehydrogenase"), measured(platelets_e9_l, "platelet count")
    if (platelets == 0).any():
        raise StudyError("EASIX divides by the platelet count", value=0, allowed="above 0; NaN where it is missing")
    creatinine, crp = measured(creatinine_mg_dl, "creatinine"), measured(crp_mg_dl, "C-reactive protein")
    plain = ldh / platelets
    indices = [np.asarray(plain * factor, np.float64) for factor in (creatinine, 1.0, crp)]
    known = [np.isfinite(index) for index in indices]
    told = [np.where(there, index, UNGRADED) for there, index in zip(known, indices, strict=True)]
    return Easix(*told, *known)


def creatinine_mg_dl(creatinine_umol_l: ArrayLike) -> Floats:
    """Convert creatinine from umol/L to mg/dL: 88.42 umol/L are 1 mg/dL."""
    return np.asarray(creatinine_umol_l, np.float64) / CREATININE_UMOL_L_PER_MG_DL


def crp_mg_dl(crp_mg_l: ArrayLike) -> Floats:
    """Convert C-reactive protein from mg/L to mg/dL: 10 mg/L are 1 mg/dL.

    >>> float(crp_mg_dl(50.0))
    5.0
    """
    return np.asarray(crp_mg_l, np.float64) / CRP_MG_L_PER_MG_DL


def _log2(index: Floats) -> Floats:
    """Give the logarithm to base 2, -inf at 0 and where the index is not known, without a warning."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log2(np.maximum(index, 0.0)), np.float64)
