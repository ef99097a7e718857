"""LB, VS, QS, TU, TR, RS, PC, PP: what was measured, test by test."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.workbench.export.adam.levels import PARAMETERS
from adoptive.workbench.export.sdtm.subjects import iso, same, started
from adoptive.workbench.export.source import Source
from adoptive.workbench.export.types import Columns
from adoptive.workbench.shape import assessed

__all__ = ["daily", "identified_lesions", "level_parameters", "levels", "responses", "sums"]

INVESTIGATOR = "INVESTIGATOR"


def _text(value: NDArray[Any]) -> NDArray[Any]:
    return np.array(["" if np.isnan(number) else f"{number:.6g}" for number in value.tolist()], dtype=object)


def _results(domain: str, value: NDArray[Any], unit: NDArray[Any]) -> Columns:
    """Give a result as text and number, original and standard."""
    text = _text(value)
    return {
        f"{domain}ORRES": text, f"{domain}ORRESU": unit, f"{domain}STRESC": text, f"{domain}STRESN": value,
        f"{domain}STRESU": unit,
    }  # fmt: skip


def daily(domain: str, table: Columns, *, ice: bool) -> Columns:
    """Give the columns of LB, VS or QS from ADLB or ADVS; ICE scores stand in QS, all other signs in VS."""
    if not table:
        return {}
    rows = np.flatnonzero((table["PARAMCD"] == "ICE") == ice)
    if not len(rows):
        return {}
    words = np.array([text.rsplit(" (", 1)[0] for text in table["PARAM"][rows].tolist()], dtype=object)
    found = started(domain, table, rows) | {
        f"{domain}TESTCD": table["PARAMCD"][rows], f"{domain}TEST": words,
        **_results(domain, table["AVAL"][rows], table["AVALU"][rows]),
        f"{domain}DTC": iso(table["ADT"][rows]), f"{domain}DY": table["ADY"][rows],
    }  # fmt: skip
    if "ATOXGR" in table:
        found["LBTOXGR"] = table["ATOXGR"][rows]
    if ice:
        found["QSCAT"] = same("ICE SCORE", len(rows))
    return found


def identified_lesions(adsl: Columns, adtr: Columns) -> Columns:
    """Give the columns of TU: the target lesions of the baseline, by number."""
    measured = np.isin(adsl["USUBJID"].astype(str), adtr["USUBJID"][adtr["PARAMCD"] == "SDIAM"].astype(str))
    count = np.where(measured, np.asarray(adsl["LESBLN"], int), 0)
    rows = np.repeat(np.arange(len(count)), count)
    found = started("TU", adsl, rows)
    size = len(rows)
    return found | {
        "TULNKID": np.array([f"T{number:02.0f}" for number in found["TUSEQ"].tolist()], dtype=object),
        "TUTESTCD": same("TUMIDENT", size), "TUTEST": same("Tumor Identification", size),
        "TUORRES": same("TARGET", size), "TUSTRESC": same("TARGET", size), "TUEVAL": same(INVESTIGATOR, size),
        "VISITNUM": np.zeros(size), "VISIT": same("Baseline", size),
    }  # fmt: skip


def sums(adtr: Columns) -> Columns:
    """Give the columns of TR: sums of diameters."""
    rows = np.flatnonzero(adtr["PARAMCD"] == "SDIAM")
    size = len(rows)
    return started("TR", adtr, rows) | {
        "TRGRPID": same("TARGET", size), "TRTESTCD": same("SUMDIAM", size), "TRTEST": same("Sum of Diameter", size),
        **_results("TR", adtr["AVAL"][rows], adtr["AVALU"][rows]), "TREVAL": same(INVESTIGATOR, size),
        "VISITNUM": adtr["AVISITN"][rows], "VISIT": adtr["AVISIT"][rows], "TRDTC": iso(adtr["ADT"][rows]),
        "TRDY": adtr["ADY"][rows],
    }  # fmt: skip


def responses(source: Source, adsl: Columns, adrs: Columns) -> Columns:
    """Give the columns of RS: overall responses."""
    rows = np.flatnonzero(adrs["PARAMCD"] == "OVR")
    size = len(rows)
    criteria = {name: assessed(source.study, arm).response_criteria for arm, name in enumerate(source.run.arms)}
    text = adrs["AVALC"][rows]
    return started("RS", adrs, rows) | {
        "RSTESTCD": same("OVRLRESP", size), "RSTEST": same("Overall Response", size),
        "RSCAT": np.array([criteria[name] for name in adrs["TRT01P"][rows].tolist()], dtype=object),
        "RSORRES": text, "RSSTRESC": text, "RSEVAL": same(INVESTIGATOR, size), "VISITNUM": adrs["AVISITN"][rows],
        "VISIT": adrs["AVISIT"][rows], "RSDTC": iso(adrs["ADT"][rows]), "RSDY": adrs["ADY"][rows],
    }  # fmt: skip


def levels(adsl: Columns, adpc: Columns) -> Columns:
    """Give the columns of PC; a level below the limit is no number."""
    if not adpc:
        return {}
    rows = np.flatnonzero(adpc["ANL01FL"] == "Y")
    size, below = len(rows), adpc["BLQFL"][rows] == "Y"
    limit, unit = adpc["ALLOQ"][rows], adpc["AVALU"][rows]
    value = np.where(below, np.nan, adpc["AVAL"][rows])
    text = np.where(below, np.array([f"<{number:g}" for number in limit], dtype=object), _text(value)).astype(object)
    return started("PC", adpc, rows) | {
        "PCTESTCD": adpc["PARAMCD"][rows], "PCTEST": same("CAR Transgene Level", size),
        "PCCAT": same("CELLULAR KINETICS", size), "PCSPEC": same("BLOOD", size), "PCORRES": text, "PCORRESU": unit,
        "PCSTRESC": text, "PCSTRESN": value, "PCSTRESU": unit, "PCLLOQ": limit, "PCDTC": iso(adpc["ADT"][rows]),
        "PCDY": adpc["ADY"][rows], "PCTPTNUM": adpc["NFRLT"][rows], "PCTPTREF": same("FIRST INFUSION", size),
        "PCRFTDTC": iso(_first_infusion(adsl, adpc["USUBJID"][rows])),
    }  # fmt: skip


def level_parameters(adsl: Columns, adpp: Columns) -> Columns:
    """Give the columns of PP; what cannot be calculated is not done, with a reason."""
    if not adpp:
        return {}
    rows = np.arange(len(adpp["USUBJID"]))
    missing = np.isnan(adpp["AVAL"])
    words = np.array([PARAMETERS[code][0] for code in adpp["PARAMCD"].tolist()], dtype=object)
    return started("PP", adpp, rows) | {
        "PPTESTCD": adpp["PARAMCD"], "PPTEST": words, "PPCAT": same("CAR TRANSGENE", len(rows)),
        **_results("PP", adpp["AVAL"], adpp["AVALU"]), "PPSTAT": np.where(missing, "NOT DONE", "").astype(object),
        "PPREASND": np.where(missing, adpp["PPSTAT"], "").astype(object), "PPSPEC": same("BLOOD", len(rows)),
        "PPRFTDTC": iso(_first_infusion(adsl, adpp["USUBJID"])),
    }  # fmt: skip


def _first_infusion(adsl: Columns, subject: NDArray[Any]) -> NDArray[np.float64]:
    dates = dict(zip(adsl["USUBJID"].tolist(), adsl["TRTSDT"].tolist(), strict=True))
    return np.array([dates[name] for name in subject.tolist()], np.float64)
