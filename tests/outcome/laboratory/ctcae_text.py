"""An own reading of the printed CTCAE 5.0 criteria: where each grade begins, without the packaged limits."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from pathlib import Path

DATA = Path(__file__).parents[2] / "data" / "ctcae"
NUMBER = r"(\d[\d,]*\.?\d*)"
RANGE = re.compile(rf"(?P<sign>[<>]=?)? ?(?P<start>ULN|LLN|normal|{NUMBER})(?P<rest>.*)")


@dataclass(frozen=True)
class Begin:
    """Where a grade begins: beyond (or on, if ``on``) so many times the reference, a number, or ULN plus a number."""

    grade: int
    times: float
    reference: str  # ULN, LLN, baseline, above ULN, or nothing
    on: bool
    baseline: str  # normal, abnormal, or any


def criteria(system: str) -> list[dict[str, str]]:
    with (DATA / f"ctcae_v5_lab_criteria_{system}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def begins(row: dict[str, str]) -> list[Begin]:
    """Give where the grades of a term begin, in the unit of the row."""
    return [one for grade in (1, 2, 3, 4) for one in _of_grade(row, grade)]


def _of_grade(row: dict[str, str], grade: int) -> list[Begin]:
    parts = [part.strip() for part in row[f"GRADE_{grade}"].split(";")]
    if "ionized calcium" in row["GRADE_1"].lower():
        cut = next((place for place, part in enumerate(parts) if part.startswith("Ionized")), len(parts))
        parts = parts[cut:] if "Ionized" in row["TERM"] else parts[:cut]
        if "Ionized" in row["TERM"] and row["UNIT_CHECK"] == "mg/dL":  # printed in mmol/L only; 4 mg/dL are 1 mmol/L
            four = [_begin(part, row | {"UNIT_CHECK": "mmol/L"}, grade) for part in parts]
            return [replace(one, times=one.times * (1.0 if one.reference else 4.0)) for one in four if one]
    return [one for part in parts if (one := _begin(part, row, grade)) is not None]


def _begin(part: str, row: dict[str, str], grade: int) -> Begin | None:
    low = row["DIRECTION"] == "L"
    fall = re.search(r"(?:(\d+) - <)?<?(\d+)% decrease from baseline", part)
    if (
        fall
    ):  # "25 - <50%": from 25 on, the value is at or below 75 % of baseline; "<25%" begins with any abnormal value
        start = 0.0 if part.count("<") and not fall[1] else float(fall[1] or fall[2])
        return Begin(grade, 1.0 - start / 100.0, "baseline", on=True, baseline="any") if start else None
    scale = _scale(part, row)
    if scale is None:
        return None
    text = re.sub(r".*?(?=[<>\d])", "", part, count=1)
    match = RANGE.match(text)
    if match is None:
        return None
    baseline = "abnormal" if "abnormal" in part else "normal" if "baseline was normal" in part else "any"
    sign, start = match["sign"] or "", match["start"]
    if start in ("ULN", "LLN", "normal"):
        return Begin(grade, 1.0, "LLN" if low else "ULN", on=False, baseline=baseline)
    number = float(start.replace(",", ""))
    if low and not sign:  # "125-129": entered from above at 129
        number = float(re.findall(NUMBER, text)[1].replace(",", ""))
    on = not sign or sign.endswith("=")
    if "above ULN" in part:
        return Begin(grade, number * scale, "above ULN", on, baseline)
    reference = next((name for name in ("ULN", "LLN", "baseline") if name in match["rest"].split(" if ")[0]), "")
    return Begin(grade, number if reference else number * scale, reference, on, baseline)


def _scale(part: str, row: dict[str, str]) -> float | None:
    """Give the factor from the printed unit into the row's, 1 without units; ``None`` for a part in another unit."""
    unit = row["UNIT_CHECK"].lower()
    if "/mm3" in part:
        return {"10^9/l": 1e-3, "10^3/ul": 1e-3, "10^3/ml": 1.0, "1/ul": 1.0}.get(unit)
    if "10e9" in part:  # printed beside /mm3, which is read
        return None
    printed = re.search(r"mg/dL|g/dL|g/Dl|g/L|mmol/L", part)
    if printed is None:
        return 1.0 if re.search(r"ULN|LLN|baseline|pH|^[<>][\d.]+( |$)", part) and "bleeding" not in part else None
    if unit == printed[0].lower():
        return 1.0
    if unit == "g/l" and "above ULN" in part:  # printed in g/dL only
        return 10.0
    if unit == "g/l" and printed[0] == "mg/dL":  # fibrinogen's absolute limit
        return 0.01
    return None
