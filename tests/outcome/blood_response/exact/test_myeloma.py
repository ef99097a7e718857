"""Response of myeloma at its limits, by serum, urine, light chains and marrow."""

from __future__ import annotations

import pytest

from adoptive.outcome import MyelomaVisits, Response, assess_myeloma

NAN = float("nan")


def judge(**values: object) -> list[str]:
    rest: dict[str, object] = {"done": 1, "serum_g_l": [[0.0]], "baseline_serum_g_l": 0.0}
    return [Response(code).name for code in assess_myeloma(MyelomaVisits(**(rest | values))).response[0]]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("serum", "code"),
    [(4.0, "VGPR"), (4.01, "PR"), (20.0, "PR"), (20.01, "MR"), (30.0, "MR"), (30.01, "SD"), (44.9, "SD"), (50.0, "PD"),
     (NAN, "NE"), (0.0, "VGPR")],
)  # fmt: skip
def test_serum_from_40(serum: float, code: str) -> None:
    assert judge(serum_g_l=[[serum]], baseline_serum_g_l=40.0, immunofixation=1) == [code]


@pytest.mark.parametrize(
    ("lowest", "value", "code"),
    [
        (10.0, 15.0, "PD"),  # up 5 g/L and 50 %
        (10.0, 14.9, "PR"),  # up 4.9 g/L
        (30.0, 37.4, "SD"),  # up 7.4 g/L but 24.7 %
        (30.0, 37.5, "PD"),  # up exactly a quarter
        (52.0, 65.0, "PD"),  # from 50 g/L up 10 g/L are asked for
        (0.0, 5.0, "PD"),
        (0.0, 4.9, "PR"),
    ],
)
def test_progression_is_from_the_lowest(lowest: float, value: float, code: str) -> None:
    found = judge(serum_g_l=[[lowest, value]], baseline_serum_g_l=60.0 if lowest > 50 else 40.0, immunofixation=1)
    assert found[1] == code


def test_complete_responses() -> None:
    clear = {"serum_g_l": [[0.0]], "baseline_serum_g_l": 40.0, "immunofixation": 0, "marrow_percent": [[4.9]]}
    assert judge(**clear) == ["CR"]
    assert judge(**clear, chain_ratio_normal=1, clonal_cells=0) == ["SCR"]
    assert judge(**clear, chain_ratio_normal=1, clonal_cells=1) == ["CR"]
    assert judge(**clear, chain_ratio_normal=1, clonal_cells=-1) == ["CR"]
    assert judge(**clear | {"marrow_percent": [[5.0]]}) == ["VGPR"]
    assert judge(**clear | {"marrow_percent": [[NAN]]}) == ["VGPR"]
    assert judge(**clear | {"immunofixation": 1}) == ["VGPR"]
    assert judge(**clear | {"immunofixation": -1}) == ["VGPR"]
    assert judge(**clear, plasmacytoma=1.0, baseline_plasmacytoma=10.0) == ["VGPR"]
    assert judge(**clear, plasmacytoma=6.0, baseline_plasmacytoma=10.0) == ["SD"]
    assert judge(**clear, new_lesion=1) == ["PD"]


@pytest.mark.parametrize(
    ("urine", "code"),
    [(99.0, "VGPR"), (100.0, "PR"), (199.0, "PR"), (200.0, "PR"), (201.0, "MR"), (1000.0, "MR"), (1001.0, "SD")],
)
def test_urine_goes_with_serum(urine: float, code: str) -> None:
    found = judge(
        serum_g_l=[[2.0]], baseline_serum_g_l=40.0, urine_mg=[[urine]], baseline_urine_mg=2000.0, immunofixation=1
    )
    assert found == [code]


@pytest.mark.parametrize(
    ("chains", "code"), [(40.0, "VGPR"), (40.1, "PR"), (200.0, "PR"), (200.1, "SD"), (499.0, "SD"), (500.0, "PD")]
)
def test_light_chains_alone(chains: float, code: str) -> None:
    assert judge(chains_mg_l=[[chains]], baseline_chains_mg_l=400.0, immunofixation=1) == [code]


def test_light_chains_alone_are_complete_with_a_normal_ratio() -> None:
    found = judge(chains_mg_l=[[1.0]], baseline_chains_mg_l=400.0, chain_ratio_normal=1, marrow_percent=[[1.0]])
    assert found == ["CR"]


@pytest.mark.parametrize(("marrow", "code"), [(20.0, "PR"), (20.1, "SD"), (49.9, "SD"), (50.0, "PD")])
def test_marrow_alone(marrow: float, code: str) -> None:
    assert judge(marrow_percent=[[marrow]], baseline_marrow_percent=40.0, immunofixation=1) == [code]


def test_who_has_nothing_to_measure_is_not_judged() -> None:
    assert judge(baseline_serum_g_l=9.9, baseline_chains_mg_l=99.0, baseline_marrow_percent=29.0) == ["NE"]
    assert judge(baseline_serum_g_l=10.0, serum_g_l=[[9.0]], immunofixation=1) == ["SD"]
    assert judge(done=0, baseline_serum_g_l=40.0) == ["NOT_DONE"]
