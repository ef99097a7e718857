"""The page of the signs: its example runs, and the numbers in its tables are the rows before the calibration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adoptive.parameters import load_book

PAGE = (Path(__file__).parents[4] / "docs" / "rules" / "signs.md").read_text("utf-8")


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    code = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(code) == 1
    exec(compile(code[0], "signs.md", "exec"), {})
    crs, icans = capsys.readouterr().out.strip().splitlines()
    assert crs.startswith("[[1000, 0, 0, 0, 0], ")
    assert sum(int(number) for number in re.findall(r"\d+", icans)) == 1000


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        (r"from its threshold up \((\d+) and ([\d,]+) pg/mL\)", ("hypotension_pg_ml", "vasopressor_pg_ml")),
        (
            r"ventilation from (\d+), ([\d,]+) and ([\d,]+) pg/mL",
            ("oxygen_pg_ml", "high_flow_pg_ml", "life_threat_pg_ml"),
        ),
        (r"to the power ([\d.]+), times", ("brain_shared",)),
        (r"`r` is 1 for CD19.*?and (\d) for every other", ("brain_without_cd19",)),
        (r"floor\(1 \+ (\d) \(y / ([\d.]+) - 1\)\)", ("ice_slope", "ice_leak")),
        (r"not at all \| ([\d.]+), ([\d.]+), ([\d.]+) \|", ("voice_leak", "touch_leak", "coma_leak")),
        (r"that lasts \| ([\d.]+), ([\d.]+) \|", ("seizure_leak", "status_leak")),
        (r"diffuse oedema \| ([\d.]+), ([\d.]+) \|", ("focal_oedema_leak", "oedema_leak")),
        (r"focal weakness \| ([\d.]+) \|", ("weakness_leak",)),
        (r"sodium \| 1 - ([\d.]+) A; minus (\d) A", ("albumin_fall", "sodium_fall_mmol_l")),
        (r"\(1 \+ ([\d.]+) A\) \(1 - ([\d.]+) M\)", ("fibrinogen_rise", "fibrinogen_fall")),
        (r"bilirubin \| 1 \+ ([\d.]+) M; 1 \+ (\d) M", ("triglycerides_rise", "bilirubin_rise")),
        (r"AST \| 1 \+ (\d) M; 1 \+ (\d) M \+ ([\d.]+) \(LDH", ("alt_rise", "ast_rise", "ast_lysis")),
        (r"creatinine \| 1 \+ ([\d.]+) A \+ ([\d.]+) \(uric", ("creatinine_rise", "creatinine_urate")),
        (r"minus ([\d.]+) \(phosphate", ("calcium_phosphate",)),
        (r"follows 1 - ([\d.]+) \(1 - platelets.*? at ([\d.]+) per day", ("marrow_red_share", "red_cell_rate")),
        (r"rate = ([\d.]+) / day", ("infection_rate",)),
        (r"factors ([\d.]+) for neutrophils", ("infection_neutropenia",)),
        (r"\(([\d.]+) below 0.1\), ([\d.]+) from the eighth", ("infection_profound", "infection_long")),
        (r", ([\d.]+) for lymphocytes", ("infection_lymphopenia",)),
        (r"0.2e9/L and ([\d.]+) for immunoglobulin", ("infection_low_igg",)),
        (
            r"nausea \(([\d.]+)\), vomiting \(([\d.]+)\), gastritis \(([\d.]+)\)",
            ("nausea_loss", "vomiting_loss", "gastritis_loss"),
        ),
        (r"falls by ([\d.]+) of the loss; breathing impaired \(([\d.]+)\)", ("heart_share", "lung_loss")),
        (r"tolerance x ([\d.]+)\^\(k - 1\)", ("tissue_grade_step",)),
    ],
)
def test_the_page_prints_the_published_numbers(words: str, rows: tuple[str, ...]) -> None:
    found = re.search(words, PAGE, flags=re.DOTALL)
    assert found is not None
    printed = [float(number.replace(",", "")) for number in found.groups()]
    assert printed == [load_book(calibrated=False)[f"outcome.{name}"].value for name in rows]
