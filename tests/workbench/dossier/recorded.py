"""Small recorded results that a dossier is made of: a check, a record of tests, a calibration."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "identify"))
from toys import emulator, fit_of, quantities

from adoptive.workbench.calibrate.store import save_emulators, save_fit

NAMES = ("growth", "killing")

LEVER = {
    "lever": "more cells", "expected": "better", "orr_base": 0.2, "orr_lever": 0.3, "pfs6_base": 0.2,
    "pfs6_lever": 0.25, "median_base": 3.0, "median_lever": 3.4, "hazard_ratio": 0.8, "holds": True,
}  # fmt: skip


def endpoint(name: str, *, inside: bool | None, weight: float = 1.0, **changed: Any) -> dict[str, Any]:
    row = {
        "name": name, "arm": "cells", "set": "ITT", "unit": "%", "at_months": None, "published": 22.0,
        "published_not_reached": False, "published_lo": 15.0, "published_hi": 31.0, "n": 104, "simulated_median": 30.0,
        "simulated_p05": 20.0, "simulated_p95": 40.0, "monte_carlo_error": 1.0, "estimable_share": 1.0,
        "inside": inside, "chance_of_at_least": None, "weight": weight, "confidence": "L", "source": "by hand",
    }  # fmt: skip
    return row | changed


def check(*, holds: bool = True) -> dict[str, Any]:
    """Give a check of two studies with ten weighted endpoints, nine or five of them inside."""
    many = [endpoint(f"endpoint_{at}", inside=at < (8 if holds else 4), distance=float(at)) for at in range(9)]
    told = endpoint("dlt", inside=None, weight=0.0, confidence="SEED", chance_of_at_least=0.125)
    return {
        "target": "studies", "seed": 4, "trials": 60, "holds": holds,
        "stated": [{"what": "coverage of 90 % intervals", "found": "90 %", "holds": holds}],
        "studies": [
            {"study": "satri-cel", "endpoints": [endpoint("orr", inside=True), told], "checks": [LEVER]},
            {"study": "zuma-1", "endpoints": [*many, endpoint("cr", inside=False, weight=0.0)]},
        ],
        "coverage": [{
            "what": "all", "nominal": 90.0, "inside": 9, "endpoints": 10, "studies": 2, "share": 90.0, "lower": 60.0,
            "upper": 98.0, "weighted": 90.0, "by_place": 90.0, "expected": 91.0,
        }],
        "scores": {
            "against_class_rates": [{
                "rival": "published_rate", "trials": 12, "model": -2.1, "baseline": -2.4,
                "difference": 0.3 if holds else -0.3, "lower": -0.1, "upper": 0.7,
            }],
            "left_out_coverage": [],
        },
    }  # fmt: skip


JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" tests="5">
<testcase classname="tests.solve.laws.test_equations" name="one" time="0.1"/>
<testcase classname="tests.solve.exact.test_rodas" name="two" time="0.1"/>
<testcase classname="tests.solve.exact.test_rodas" name="three" time="0.1"><skipped message="no"/></testcase>
<testcase classname="tests.workbench.test_cli" name="four" time="0.1"/>
<testcase classname="src.adoptive.units" name="adoptive.units.diameter" time="0.1"/>
</testsuite></testsuites>
"""


def write_all(folder: Path, *, holds: bool = True) -> dict[str, Path]:
    """Write every recorded result; give the paths by option."""
    emulators = [
        emulator(study, NAMES, [[1.0, 0.5], [0.0, 1.0]], [0.1, -0.2], sd=0.2, endpoints=("orr", "pfs_hazard_ratio"))
        for study in ("satri-cel", "zuma-1")
    ]
    (folder / "calibration").mkdir()
    save_emulators(folder / "calibration", {one.study: one for one in emulators})
    save_fit(folder / "calibration" / "fit.parquet", fit_of(emulators, quantities(*NAMES), draws=200))
    (folder / "checks.json").write_text(json.dumps(check(holds=holds)), "utf-8")
    text = JUNIT if holds else JUNIT.replace('<skipped message="no"/>', '<failure message="no"/>')
    (folder / "tests.xml").write_text(text, "utf-8")
    return {name: folder / file for name, file in
            {"calibration": "calibration", "checks": "checks.json", "tests": "tests.xml"}.items()}  # fmt: skip
