"""The states of the model, in order: 52 of the whole body and 7 of each lesion, with unit and tolerance scale."""

from __future__ import annotations

from typing import Final

__all__ = [
    "BODY",
    "CLASSES",
    "IN_BLOOD",
    "IN_TISSUE",
    "LESION",
    "LESIONS",
    "MOST_LESIONS",
    "lesion_state",
    "state_names",
    "state_scales",
]

LESIONS: Final = 5
"""Lesion places where nobody asks for another number; a patient with fewer lesions leaves the others empty."""

MOST_LESIONS: Final = 8
"""Most lesion places that a model is built for."""

CLASSES: Final = ("H", "L", "N")
"""Antigen classes of tumour cells: high, low, negative."""

_CELLS, _LEVEL, _SHARE, _COUNT, _DRUG = 1e5, 1e2, 1.0, 1e3, 1.0

BODY: Final[dict[str, tuple[str, str, float]]] = {
    "F_b": ("freshly thawed effector cells in blood", "cells", _CELLS),
    "M_b": ("memory cells in blood", "cells", _CELLS),
    "E_b": ("effector cells in blood", "cells", _CELLS),
    "X_b": ("exhausted cells in blood", "cells", _CELLS),
    "F_p": ("freshly thawed effector cells in lymphoid and other tissue", "cells", _CELLS),
    "M_p": ("memory cells in lymphoid and other tissue", "cells", _CELLS),
    "E_p": ("effector cells in lymphoid and other tissue", "cells", _CELLS),
    "X_p": ("exhausted cells in lymphoid and other tissue", "cells", _CELLS),
    "I": ("interleukin 15 (stands for 15 and 7)", "pg/mL", _LEVEL),
    "L": ("the patient's own lymphocytes", "cells/uL", _COUNT),
    "Rp": ("immunity against the receptor, still being primed", "0-1", _SHARE),
    "R": ("immunity against the receptor", "0-1", _SHARE),
    "H": ("normal tissue that carries the antigen", "fraction", _SHARE),
    "IFN": ("interferon gamma", "pg/mL", _LEVEL),
    "IL6": ("interleukin 6", "pg/mL", _LEVEL),
    "My": ("myeloid cells that can still release interleukin 6", "fraction of baseline", _SHARE),
    "CRP": ("C-reactive protein", "mg/L", _LEVEL),
    "FER": ("ferritin", "ug/L", _COUNT),
    "BBB": ("leak of the blood-brain barrier", "0-1", _SHARE),
    "B": ("B cells", "fraction of baseline", _SHARE),
    "PC": ("plasma cells", "fraction of baseline", _SHARE),
    "IgG": ("immunoglobulin G", "fraction of baseline", _SHARE),
    "ANC_prol": ("dividing neutrophil precursors", "1e9/L", 10.0),
    "ANC_1": ("maturing neutrophils, first transit", "1e9/L", 10.0),
    "ANC_2": ("maturing neutrophils, second transit", "1e9/L", 10.0),
    "ANC_3": ("maturing neutrophils, third transit", "1e9/L", 10.0),
    "ANC": ("neutrophils in blood", "1e9/L", 10.0),
    "PLT_prol": ("dividing platelet precursors", "1e9/L", _LEVEL),
    "PLT_1": ("maturing platelets, first transit", "1e9/L", _LEVEL),
    "PLT_2": ("maturing platelets, second transit", "1e9/L", _LEVEL),
    "PLT_3": ("maturing platelets, third transit", "1e9/L", _LEVEL),
    "PLT": ("platelets in blood", "1e9/L", _LEVEL),
    "UA": ("uric acid", "mg/dL", 10.0),
    "LDH": ("lactate dehydrogenase", "U/L", _LEVEL),
    "K": ("potassium", "mmol/L", 10.0),
    "PO4": ("phosphate", "mg/dL", 10.0),
    "Flu": ("fludarabine effect", "daily doses", _DRUG),
    "Cy": ("cyclophosphamide effect", "daily doses", _DRUG),
    "PD1_c": ("anti-PD-1, central", "mg", _LEVEL),
    "PD1_p": ("anti-PD-1, peripheral", "mg", _LEVEL),
    "Toc_c": ("tocilizumab, central", "mg", _LEVEL),
    "Toc_p": ("tocilizumab, peripheral", "mg", _LEVEL),
    "Dex": ("dexamethasone", "mg", 10.0),
    "IL2": ("interleukin 2", "units of EC2", _DRUG),
    "GCSF": ("filgrastim", "ug/kg", _DRUG),
    "Ras": ("rasburicase", "mg/kg", 0.01),
    "Ank": ("anakinra", "mg", 10.0),
    "Mut": ("surviving antigen-negative mutants that were to be expected so far", "cells", _SHARE),
    "Chemo": ("kill rate of chemotherapy or another tumour drug", "1/day", 0.1),
    "Swi": ("drug of the safety switch", "doses", _DRUG),
    "Onc": ("oncolytic virus", "doses", _DRUG),
    "Vac": ("antigen of a vaccine on antigen-presenting cells", "doses", _DRUG),
}

IN_BLOOD: Final = ("F_b", "M_b", "E_b", "X_b")
"""Engineered cells in blood."""

IN_TISSUE: Final = ("F_p", "M_p", "E_p", "X_p")
"""Engineered cells in tissue other than lesions."""

LESION: Final[dict[str, tuple[str, str, float]]] = {
    "T_H": ("tumour cells, antigen high", "cells", _CELLS),
    "T_L": ("tumour cells, antigen low", "cells", _CELLS),
    "T_N": ("tumour cells, antigen negative", "cells", _CELLS),
    "D": ("dead tumour cells not yet cleared", "cells", _CELLS),
    "m": ("memory cells in the lesion", "cells", _CELLS),
    "e": ("effector cells in the lesion", "cells", _CELLS),
    "x": ("exhausted cells in the lesion", "cells", _CELLS),
}


def lesion_state(name: str, lesion: int) -> str:
    """Give the state's full name in a lesion (0 first).

    >>> lesion_state("T_H", 0)
    'T_H1'
    """
    return f"{name}{lesion + 1}"


def state_names(lesions: int = LESIONS) -> tuple[str, ...]:
    """List every state: the body's, then lesion by lesion.

    >>> len(state_names(5))
    87
    """
    return tuple(BODY) + tuple(lesion_state(name, j) for j in range(lesions) for name in LESION)


def state_scales(lesions: int = LESIONS) -> dict[str, float]:
    """Give the size against which each state's absolute error is judged."""
    scales = {name: row[2] for name, row in BODY.items()}
    scales.update({lesion_state(name, j): row[2] for j in range(lesions) for name, row in LESION.items()})
    return scales
