"""The whole report, from a calibration's folder to its document and figures; mistakes are told in one sentence."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parent))
from toys import emulator, fit_of, quantities

from adoptive.errors import StudyError
from adoptive.workbench.calibrate.identify.document import as_document
from adoptive.workbench.calibrate.identify.figures import all_figures
from adoptive.workbench.calibrate.identify.report import identify, identify_folder
from adoptive.workbench.calibrate.store import save_emulators, save_fit

NAMES = ("growth", "killing", "expansion")
ROWS = [[1.0, 0.5, 0.0], [0.0, 1.0, 1.0], [0.2, 0.0, 0.0]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a small calibration."""
    pytest.importorskip("SALib")
    emulators = [
        emulator(study, NAMES, ROWS, [0.1, -0.2, 0.0], sd=sd, endpoints=("orr", "pfs_hazard_ratio", "crs_any"))
        for study, sd in (("satri-cel", 0.2), ("zuma-1", 0.4))
    ]
    made = tmp_path_factory.mktemp("calibration")
    save_emulators(made, {one.study: one for one in emulators})
    save_fit(made / "fit.parquet", fit_of(emulators, quantities(*NAMES), draws=400))
    return made


def test_folder_is_read_and_said(folder: Path, command: Callable[..., Any]) -> None:
    said = command("calibrate", "identify", folder, "--study", "satri-cel", "--json")
    assert said.code == 0
    told = json.loads(said.out)
    report = identify_folder(folder, studies=("satri-cel",))
    assert told == json.loads(json.dumps(as_document(report)))
    assert [row["quantity"] for row in told["profiles"]] == [*NAMES, *NAMES]
    assert {row["study"] for row in told["sobol"]} == {"satri-cel"}
    assert sum(told["counted"].values()) == 3
    assert all(row["share"] is not None for row in told["information"])


def test_table_is_printed(folder: Path, command: Callable[..., Any]) -> None:
    said = command("calibrate", "identify", folder)
    assert said.code == 0
    assert all(name in said.out for name in (*NAMES, "zuma-1", "no medical advice"))


def test_every_figure_is_drawn_at_both_widths(folder: Path) -> None:
    drawn = all_figures(identify_folder(folder))
    assert [figure.name for figure in drawn] == ["contraction", "profiles", "spectrum", "information", "sobol"]
    for figure in drawn:
        assert [size for size, _ in figure.drawings] == ["wide", "narrow"]
        assert all("<svg" in drawing and "growth" in drawing for size, drawing in figure.drawings) or (
            figure.name == "spectrum"
        )


def test_study_that_had_no_say_teaches_nothing_but_is_predicted() -> None:
    pytest.importorskip("SALib")
    emulators = [emulator(name, NAMES, ROWS, [0.0, 0.0, 0.0]) for name in ("in", "out")]
    fit = replace(fit_of(emulators, quantities(*NAMES), draws=100), without=("out",))
    report = identify({one.study: one for one in emulators}, fit, studies=("out",))
    assert report.information.studies == ("in",)
    assert {row.study for row in report.sensitivities} == {"out"}


def test_mistakes_are_told(folder: Path, tmp_path: Path, command: Callable[..., Any]) -> None:
    for arguments, words in (
        ((tmp_path / "nowhere",), "no such calibration folder"),
        ((tmp_path,), "this is no file of a calibration"),
        ((folder, "--study", "juliet"), "no emulator of this study"),
    ):
        said = command("calibrate", "identify", *arguments)
        assert said.code == 2, arguments
        assert words in said.err
        assert len(said.err.strip().splitlines()) == 1


def test_fit_and_emulators_that_do_not_belong_together_are_refused() -> None:
    one = emulator("one", NAMES, ROWS, [0.0, 0.0, 0.0])
    fit = fit_of([one], quantities(*NAMES), draws=100)
    with pytest.raises(StudyError, match="without an emulator"):
        identify({"other": replace(one, study="other")}, fit)
    with pytest.raises(StudyError, match="knows quantities that the fit does not"):
        identify({"one": replace(one, free=("growth", "killing", "unknown"))}, fit)
    with pytest.raises(StudyError, match="too few draws"):
        identify({"one": one}, replace(fit, draws=fit.draws[:5]))
    with pytest.raises(StudyError, match="do not agree"):
        identify({"one": one}, replace(fit, draws=fit.draws[:, :2]))
    with pytest.raises(StudyError, match="no study has an endpoint with weight"):
        identify({"one": emulator("one", NAMES, ROWS, [0.0, 0.0, 0.0], weight=0.0)}, fit)
    with pytest.raises(StudyError, match="no Cholesky factor"):
        identify({"one": replace(one, covariance=-np.eye(3))}, fit)
