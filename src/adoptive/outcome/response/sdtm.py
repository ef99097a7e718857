"""Lesion rows from the CDISC domains TU (what a lesion is), TR (what was measured) and RS (the visits judged)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.outcome.response.table import lesion_rows
from adoptive.outcome.response.types import Kind, LesionRows, LesionState

__all__ = ["rows_from_sdtm", "visits_from_sdtm"]

Names = NDArray[np.str_]
Table = Mapping[str, Any]

_STATE: Final = {
    "ABSENT": LesionState.ABSENT,
    "PRESENT": LesionState.PRESENT,
    "NOT EVALUABLE": LesionState.NOT_EVALUATED,
    "UNEQUIVOCAL PROGRESSION": LesionState.UNEQUIVOCAL,
    "UNEQUIVOCAL": LesionState.UNEQUIVOCAL,
    "EQUIVOCAL": LesionState.EQUIVOCAL,
    "INCREASED": LesionState.LARGER,
    "TOO SMALL TO MEASURE": LesionState.TOO_SMALL,
    "COALESCED": LesionState.MERGED,
    "SPLIT": LesionState.SPLIT,
}
"""States by the word in TRSTRESC; a word that is not here says nothing certain, so the lesion counts as not seen."""

_KIND: Final = {"TARGET": Kind.TARGET, "NON-TARGET": Kind.NON_TARGET, "NEW": Kind.NEW}


def rows_from_sdtm(tu: Table, tr: Table) -> LesionRows:
    """Read lesion rows from the columns of TU and TR.

    Nodes (``TULOC`` LYMPH NODE) count by ``LPERP``, other lesions by ``LDIAM``, both ``TRSTRESN`` in mm; states come
    from ``TUMSTATE``. A lesion that TU calls NEW appears at its ``VISITNUM`` there, whether TR follows it or not.
    ``VISITNUM`` orders the visits; days stay unknown, for how partial dates are completed is the caller's business.

    Parameters
    ----------
    tu, tr
        Columns by name, such as a pandas table, ``(rows,)``. ``TRSTRESU``, ``--EVAL`` and ``--EVALID`` may be missing.

    Raises
    ------
    StudyError
        If a column is missing, a kind of lesion is not known, TU does not list a lesion of TR, or a diameter is not in
        mm.

    >>> tu = {"USUBJID": ["A"], "VISITNUM": [1], "TULNKID": ["T01"], "TUSTRESC": ["TARGET"], "TULOC": ["LIVER"]}
    >>> tr = {"USUBJID": ["A", "A"], "VISITNUM": [1, 2], "TRLNKID": ["T01"] * 2, "TRTESTCD": ["LDIAM"] * 2}
    >>> tr |= {"TRSTRESN": [30.0, 15.0], "TRSTRESC": ["30", "15"]}
    >>> rows_from_sdtm(tu, tr).diameter_mm.tolist()
    [30.0, 15.0]
    """
    kind_of, node_of = _lesions(tu)
    who, reader, link, test = (*_reader(tr, "TR"), _text(tr, "TRLNKID"), _text(tr, "TRTESTCD"))
    keys = list(zip(who.tolist(), reader.tolist(), link.tolist(), strict=True))
    unknown = [key for key in dict.fromkeys(keys) if key not in kind_of]
    if unknown:
        raise StudyError(
            "TU does not list this lesion", where="TR: TRLNKID", value=unknown[0], next_step="add it to TU"
        )
    kind = np.array([kind_of[key] for key in keys], np.int64)
    nodal = np.array([node_of[key] for key in keys], np.bool_)
    sized, stated = test == np.where(nodal, "LPERP", "LDIAM"), test == "TUMSTATE"
    _only_mm(tr, sized)
    state = np.array([_STATE.get(text, LesionState.UNKNOWN) for text in np.char.upper(_text(tr, "TRSTRESC"))], np.int64)
    state = np.where(stated, state, int(LesionState.UNKNOWN))
    size = np.where(sized, _numbers(tr, "TRSTRESN"), np.nan)
    keep = sized | stated
    followed = lesion_rows(
        who[keep], _numbers(tr, "VISITNUM")[keep], link[keep], kind[keep], reader=reader[keep], nodal=nodal[keep],
        state=state[keep], diameter_mm=size[keep],
    )  # fmt: skip
    return _with_new(followed, tu)


def _with_new(rows: LesionRows, tu: Table) -> LesionRows:
    """Add the appearance of new lesions that TU lists at a visit where TR says nothing of them."""
    new = np.char.upper(_text(tu, "TUSTRESC")) == "NEW"
    if not new.any():
        return rows
    (who, reader), link, visit = _reader(tu, "TU"), _text(tu, "TULNKID"), _numbers(tu, "VISITNUM")
    node = np.char.startswith(np.char.upper(_text(tu, "TULOC")), "LYMPH NODE")
    said = set(zip(rows.patient.tolist(), rows.reader.tolist(), rows.lesion.tolist(), rows.visit.tolist(), strict=True))
    keys = zip(who.tolist(), reader.tolist(), link.tolist(), visit.tolist(), strict=True)
    add = new & np.array([key not in said for key in keys])
    extra = lesion_rows(
        who[add], visit[add], link[add], np.full(int(add.sum()), Kind.NEW), reader=reader[add], nodal=node[add],
        state=LesionState.UNEQUIVOCAL,
    )  # fmt: skip
    names = [field.name for field in fields(LesionRows)]
    return LesionRows(**{name: np.concatenate([getattr(rows, name), getattr(extra, name)]) for name in names})


def visits_from_sdtm(rs: Table) -> tuple[Names, Names, NDArray[np.float64]]:
    """Give patient, reader and visit of the overall responses in RS, as :func:`stack_rows` takes them."""
    test = _text(rs, "RSTESTCD")
    who, reader = _reader(rs, "RS")
    overall = test == "OVRLRESP"
    return who[overall], reader[overall], _numbers(rs, "VISITNUM")[overall]


def _lesions(tu: Table) -> tuple[dict[tuple[str, str, str], Kind], dict[tuple[str, str, str], bool]]:
    """Say of each lesion that TU lists what kind it is and whether it is a node."""
    who, reader = _reader(tu, "TU")
    kinds, places = np.char.upper(_text(tu, "TUSTRESC")), np.char.upper(_text(tu, "TULOC"))
    unknown = [kind for kind in kinds.tolist() if kind not in _KIND]
    if unknown:
        raise StudyError("unknown kind of lesion", where="TU: TUSTRESC", value=unknown[0], allowed=", ".join(_KIND))
    keys = list(zip(who.tolist(), reader.tolist(), _text(tu, "TULNKID").tolist(), strict=True))
    kind_of = {key: _KIND[kind] for key, kind in zip(keys, kinds.tolist(), strict=True)}
    return kind_of, {key: place.startswith("LYMPH NODE") for key, place in zip(keys, places.tolist(), strict=True)}


def _only_mm(tr: Table, sized: NDArray[np.bool_]) -> None:
    """Refuse diameters in another unit than mm."""
    if "TRSTRESU" not in tr:
        return
    unit = _text(tr, "TRSTRESU")
    wrong = sized & (unit != "mm") & (unit != "")
    if wrong.any():
        raise StudyError("diameter in another unit", where="TR: TRSTRESU", value=unit[wrong][0], allowed="mm")


def _reader(table: Table, domain: str) -> tuple[Names, Names]:
    """Give patient and reader of every row; a reader is evaluator and identifier."""
    who = _text(table, "USUBJID")
    parts = [_text(table, name) for name in (f"{domain}EVAL", f"{domain}EVALID") if name in table]
    reader = np.full(len(who), "")
    for part in parts:
        reader = np.char.strip(np.char.add(np.char.add(reader, " "), part))
    return who, reader


def _text(table: Table, name: str) -> Names:
    """Read a column as text; missing values are empty."""
    if name not in table:
        raise StudyError("column missing", where=name, allowed=f"a column {name}", next_step="add it")
    values = np.asarray(table[name], dtype=object)
    return np.array(
        ["" if value is None or value != value or value == "NA" else str(value) for value in values], np.str_
    )


def _numbers(table: Table, name: str) -> NDArray[np.float64]:
    """Read a column of numbers; missing values are NaN."""
    if name not in table:
        raise StudyError("column missing", where=name, allowed=f"a column {name}", next_step="add it")
    return np.asarray(table[name], np.float64)
