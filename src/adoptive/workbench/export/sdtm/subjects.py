"""DM, DS, EX, CM, AE: who the patients are, what they were given, what happened to them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.workbench.export.adam.subject import NOT_TREATED, numbered
from adoptive.workbench.export.source import SAS_EPOCH, Source
from adoptive.workbench.export.types import Columns

__all__ = ["adverse_events", "arm_codes", "demographics", "disposition", "infusions", "iso", "medication", "same"]


def iso(days: NDArray[Any]) -> NDArray[Any]:
    """Write SAS days as ISO 8601 dates, missing ones as nothing."""
    return np.array(["" if np.isnan(day) else str(SAS_EPOCH + int(day)) for day in days.tolist()], dtype=object)


def same(text: str, size: int) -> NDArray[Any]:
    """Repeat a text."""
    return np.full(size, text, dtype=object)


def arm_codes(source: Source) -> tuple[str, ...]:
    """Give each arm a code of at most 20 characters."""
    return tuple(f"ARM{at + 1}" for at in range(len(source.run.arms)))


def started(domain: str, table: Columns, rows: NDArray[np.int64]) -> Columns:
    """Begin a domain's rows: study, domain, subject and number."""
    subject = np.asarray(table["USUBJID"])[rows]
    return {
        "STUDYID": np.asarray(table["STUDYID"])[rows], "DOMAIN": same(domain, len(rows)), "USUBJID": subject,
        f"{domain}SEQ": numbered(subject),
    }  # fmt: skip


def demographics(source: Source, adsl: Columns) -> Columns:
    """Give the columns of DM."""
    size = len(adsl["USUBJID"])
    codes = np.array(arm_codes(source), dtype=object)[np.asarray(adsl["TRT01PN"], int) - 1]
    treated = np.asarray(adsl["SAFFL"]) == "Y"
    return {
        "STUDYID": adsl["STUDYID"], "DOMAIN": same("DM", size), "USUBJID": adsl["USUBJID"], "SUBJID": adsl["SUBJID"],
        "RFSTDTC": iso(adsl["RANDDT"]), "RFENDTC": iso(adsl["LSTALVDT"]), "RFXSTDTC": iso(adsl["TRTSDT"]),
        "RFXENDTC": iso(adsl["TRTEDT"]), "RFPENDTC": iso(adsl["LSTALVDT"]), "DTHDTC": iso(adsl["DTHDT"]),
        "DTHFL": np.where(adsl["DTHFL"] == "Y", "Y", "").astype(object), "SITEID": same("SIM", size),
        "AGE": np.floor(adsl["AGE"]), "AGEU": adsl["AGEU"], "SEX": same("U", size), "ARMCD": codes, "ARM": adsl["ARM"],
        "ACTARMCD": np.where(treated, codes, "").astype(object),
        "ACTARM": np.where(adsl["ACTARM"] == NOT_TREATED, "", adsl["ACTARM"]).astype(object),
        "ARMNRS": np.where(treated, "", "ASSIGNED, NOT TREATED").astype(object),
    }  # fmt: skip


ENTERED: Final = "PROTOCOL MILESTONE"
ENDED: Final = "DISPOSITION EVENT"


def disposition(source: Source, adsl: Columns) -> Columns:
    """Give the columns of DS: entry of everybody, the end of those whose part had ended."""
    ended = np.flatnonzero(adsl["EOSSTT"] == "DISCONTINUED")
    everybody = np.arange(len(adsl["USUBJID"]))
    entry = "RANDOMIZED" if source.randomised else "ENROLLED"
    rows = np.concatenate([everybody, ended])
    term = np.concatenate([same(entry, len(everybody)), np.asarray(adsl["DCSREAS"])[ended]])
    category = np.concatenate([same(ENTERED, len(everybody)), same(ENDED, len(ended))])
    date = np.concatenate([adsl["RANDDT"], np.asarray(adsl["LSTALVDT"])[ended]])
    order = np.argsort(rows, kind="stable")
    rows, term, category, date = rows[order], term[order], category[order], date[order]
    return started("DS", adsl, rows) | {
        "DSTERM": term, "DSDECOD": term, "DSCAT": category, "DSSTDTC": iso(date),
        "DSSTDY": date - np.asarray(adsl["RANDDT"])[rows] + 1.0,
    }  # fmt: skip


def infusions(adex: Columns) -> Columns:
    """Give the columns of EX: infusions of cells."""
    if not adex:
        return {}
    rows = np.flatnonzero(adex["PARAMCD"] == "CELLS")
    date, day = iso(adex["ADT"][rows]), adex["ADY"][rows]
    return started("EX", adex, rows) | {name: adex[name][rows] for name in ("EXTRT", "EXDOSE", "EXDOSU", "EPOCH")} | {
        "EXDOSFRM": same("SUSPENSION", len(rows)), "EXROUTE": same("INTRAVENOUS", len(rows)), "EXSTDTC": date,
        "EXENDTC": date, "EXSTDY": day, "EXENDY": day,
    }  # fmt: skip


def medication(adex: Columns) -> Columns:
    """Give the columns of CM: what the ward gave against toxicity."""
    if not adex:
        return {}
    rows = np.flatnonzero(adex["PARCAT1"] == "AGAINST TOXICITY")
    taken = {
        "CMTRT": "EXTRT",
        "CMCAT": "PARCAT1",
        "CMDOSE": "EXDOSE",
        "CMDOSU": "EXDOSU",
        "EPOCH": "EPOCH",
        "CMSTDY": "ADY",
    }
    return started("CM", adex, rows) | {name: adex[old][rows] for name, old in taken.items()} | {
        "CMSTDTC": iso(adex["ADT"][rows])
    }  # fmt: skip


def adverse_events(adae: Columns) -> Columns:
    """Give the columns of AE."""
    if not adae:
        return {}
    rows = np.arange(len(adae["USUBJID"]))
    kept = {name: adae[name] for name in ("AETERM", "AEDECOD", "AECAT", "AETOXGR")}
    return started("AE", adae, rows) | kept | {
        "AESTDTC": iso(adae["ASTDT"]), "AEENDTC": iso(adae["AENDT"]), "AESTDY": adae["ASTDY"], "AEENDY": adae["AENDY"],
    }  # fmt: skip
