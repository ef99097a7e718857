"""A stranger's study: what the page on writing one shows can be run as it stands, and mistakes are told as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adoptive.errors import StudyError
from adoptive.trial.run import run_trial
from adoptive.verdict import EndpointSpec, judge_record
from adoptive.workbench.engine import run_study
from adoptive.workbench.engine.asked import specs_for
from adoptive.workbench.engine.store import run_folder, write_run
from adoptive.workbench.published import parse_published
from adoptive.workbench.study import dump_study, parse_study

PAGE = (Path(__file__).parents[2] / "docs" / "writing-a-study.md").read_text("utf-8")
STUDIES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
(TABLE,) = re.findall(r"```text\n(endpoint.*?)```", PAGE, re.DOTALL)
(TOLD,) = re.findall(r"```\n(adoptive: study.toml: 3 mistakes.*?)```", PAGE, re.DOTALL)


def test_page_shows_three_whole_studies() -> None:
    names = [parse_study(text).name for text in STUDIES]
    assert names == ["gpc3-liver", "ny-eso-1-sarcoma", "own-neoantigens"]


@pytest.mark.parametrize("text", STUDIES[:2], ids=["GPC3", "NY-ESO-1"])
def test_study_is_read_written_and_run(text: str, tmp_path: Path) -> None:
    study = parse_study(text)
    assert parse_study(dump_study(study)) == study
    result = run_study(study, trials=2, seed=1)
    assert result.prediction
    with run_folder(tmp_path, "x") as folder:
        write_run(folder, result, wall_s=1.0)
    page = (tmp_path / "x" / "report.html").read_text("utf-8")
    assert all(arm.name in page for arm in study.trial.arms)


def test_receptors_of_one_patient_are_read_infused_and_differ_by_arm() -> None:
    study = parse_study(STUDIES[2])
    both, one = (study.of_arm(number).antigen for number in range(2))
    assert {receptor.haplotype for receptor in both.receptors} == {"1", "2"}
    assert {receptor.haplotype for receptor in one.receptors} == {"1"}
    assert both.clones == one.clones == study.antigen.clones
    assert sum(bool(clone.hla_lost) for clone in study.antigen.clones) == 1
    (infused,) = judge_record(run_trial(study, seed=1, trials=(0,)), [EndpointSpec("infused_fraction")])
    assert (infused.values > 0).all()


def test_the_randomised_example_fits_the_sections_of_the_second() -> None:
    head, (block,) = STUDIES[1].partition("[trial]\n")[0], re.findall(r"```text\n(\[trial\].*?)```", PAGE, re.DOTALL)
    study = parse_study(head + block)
    assert study.verdict.looks is not None
    assert [arm.ratio for arm in study.trial.arms] == [2, 1]


def test_lack_of_the_allele_is_counted_apart() -> None:
    study = parse_study(STUDIES[1])
    record = run_trial(study, seed=1, trials=(0, 1))
    assert (record.screening["hla_failures"] > 0).all()
    assert record.patients["arm"].shape == (2, 30)
    assert (record.patients["arm"] == 1).sum(axis=1).tolist() == [15, 15]
    (infused,) = judge_record(record, [EndpointSpec("infused_fraction")])
    assert (infused.values > 0).all()


def test_published_table_of_the_page_is_judged() -> None:
    study, rows = parse_study(STUDIES[0]), parse_published(TABLE)
    assert [spec.name for spec in specs_for(study, rows)] == [*[row.endpoint for row in rows], "orr"]
    assert [row.confirmed for row in rows] == [True, True, True, False, False]


def test_mistakes_are_told_as_the_page_shows() -> None:
    text = STUDIES[0]
    for right, wrong in (
        ('tumour_type = "hepatocellular"', 'tumour_type = "liver"'),
        ("dose_cells = ", "dose_cell = "),
        ("follow_up_months = 12", "follow_up_months = -12"),
    ):
        assert right in text
        text = text.replace(right, wrong)
    with pytest.raises(StudyError) as caught:
        parse_study(text)
    said = f"adoptive: {caught.value}".splitlines()
    shown = TOLD.strip().splitlines()
    assert len(said) == len(shown)
    for line, pattern in zip(said, shown, strict=True):
        parts = [re.escape(part) for part in pattern.split("...")]
        assert re.fullmatch(".*".join(parts), line), line
