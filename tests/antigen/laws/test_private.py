"""Laws of private neoantigens, of HLA, and of plans that leave the distribution to the rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adoptive.antigen import AntigenPlan, antigen_kinds, draw_carriers, find_receptors, known_alleles
from adoptive.cohort import ANCESTRIES, Cohort, Population, draw_cohort
from adoptive.errors import StudyError
from adoptive.parameters import Kinds, Typical, load_book
from adoptive.streams import Keys, Streams

PRIVATE = AntigenPlan("private neoantigens", private=True)


def colorectal(plan: AntigenPlan, keys: Keys, typical: Typical, streams: Streams) -> Cohort:
    return draw_cohort(Population("colorectal"), plan, keys=keys, typical=typical, streams=streams)


def test_more_receptors_never_cover_fewer_cells(
    keys: Keys, published: Callable[..., Typical], streams: Streams
) -> None:
    few = keys.take(np.arange(3000))
    one, four = (published(antigen__private_used=used) for used in (1.0, 4.0))
    alone, several = (find_receptors(few, typical=typical, streams=streams) for typical in (one, four))
    assert (several.covered >= alone.covered).all()
    assert (several.covered > alone.covered)[several.number > 1].all()
    assert (several.covered == alone.covered)[several.number <= 1].all()
    assert alone.number.max() == 1
    assert several.number.max() == 4


def test_whoever_has_no_receptor_covers_nothing(keys: Keys, typical: Typical, streams: Streams) -> None:
    found = find_receptors(keys, typical=typical, streams=streams)
    none = found.number == 0
    assert none.any()
    assert (found.covered[none] == 0).all()
    assert (found.potency[none] == 1).all()
    assert ((found.covered[~none] > 0) & (found.covered <= 1)[~none]).all()


def test_one_truncal_neoantigen_is_on_nearly_all_cells(
    keys: Keys, published: Callable[..., Typical], streams: Streams
) -> None:
    typical = published(antigen__private_truncal=1.0, antigen__private_used=1.0)
    found = find_receptors(keys.take(np.arange(500)), typical=typical, streams=streams)
    np.testing.assert_allclose(found.covered[found.number == 1], 0.97, rtol=1e-12)


def test_cells_without_a_private_neoantigen_are_negative(keys: Keys, typical: Typical, streams: Streams) -> None:
    antigen = colorectal(PRIVATE, keys.take(np.arange(2000)), typical, streams).antigen
    np.testing.assert_allclose(antigen.high_share + antigen.negative_share, 1.0, rtol=1e-12)
    assert (antigen.low_share == 0).all()
    assert antigen.founder_clone.all()
    assert (antigen.receptors[antigen.positive_share < 1e-5] == 0).all()
    assert np.median(antigen.potency[antigen.receptors > 0]) < 1.0


def test_shared_targets_have_one_receptor_of_potency_one(candidates: Cohort) -> None:
    assert (candidates.antigen.receptors == 1).all()
    assert (candidates.antigen.potency == 1).all()


def test_carriers_of_a_rarer_allele_are_among_those_of_a_commoner_one(
    keys: Keys, typical: Typical, streams: Streams
) -> None:
    ancestry = np.arange(len(keys)) % len(ANCESTRIES)
    common: dict[str, Any] = {"keys": keys, "typical": typical, "streams": streams}
    broad, narrow = (draw_carriers(allele, ancestry, ANCESTRIES, **common) for allele in ("A*02", "A*02:01"))
    assert (broad | ~narrow).all()
    assert broad.sum() > narrow.sum()
    assert draw_carriers("", ancestry, ANCESTRIES, **common).all()


def test_every_allele_has_a_frequency_in_every_ancestry() -> None:
    assert known_alleles() == ("A*02", "A*02:01", "A*11:01", "A*24:02", "C*08:02")
    for allele in known_alleles():
        for ancestry in ANCESTRIES:
            assert 0 < load_book()[f"antigen.hla_frequency@{allele}, {ancestry}"].value < 0.5


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        ({"hla": "A*99:99"}, ("antigen.hla", "A*99:99", "A*02:01")),
        ({"primary_alpha": 1.0}, ("antigen.primary_beta", "both or none")),
        ({"peritoneal_beta": 1.0}, ("antigen.peritoneal_alpha", "both or none")),
        ({"private": True, "entry_fraction": 0.2}, ("antigen.entry_fraction", "0.2", "no receptor")),
    ],
)
def test_plans_that_make_no_sense_are_refused(mistake: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(StudyError) as caught:
        AntigenPlan("X", **mistake)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(("name", "same"), [("msln", "mesothelin"), ("ERBB2", "HER2"), ("Claudin18.2", "CLDN18.2")])
def test_other_names_of_an_antigen_have_the_same_rows(name: str, same: str) -> None:
    tumours = Kinds.one(3, "gastric")
    assert antigen_kinds(AntigenPlan(name), tumours).names == antigen_kinds(AntigenPlan(same), tumours).names


def test_a_plans_own_distribution_stands_for_the_rows(keys: Keys, typical: Typical, streams: Streams) -> None:
    few = keys.take(np.arange(500))
    rows = load_book()
    alpha, beta = (rows[f"antigen.positive_{shape}@CLDN18.2"].value for shape in ("alpha", "beta"))
    deposit = [rows[f"antigen.deposit_{shape}@CLDN18.2"].value for shape in ("alpha", "beta")]
    by_rows = colorectal(AntigenPlan("CLDN18.2"), few, typical, streams).antigen
    same = AntigenPlan(
        "CLDN18.2", primary_alpha=alpha, primary_beta=beta, peritoneal_alpha=deposit[0], peritoneal_beta=deposit[1]
    )
    by_plan = colorectal(same, few, typical, streams).antigen
    assert by_rows.high_share.tobytes() == by_plan.high_share.tobytes()
    no_deposits = AntigenPlan("CLDN18.2", primary_alpha=alpha, primary_beta=beta)
    other = colorectal(no_deposits, few, typical, streams).antigen
    assert other.positive_share.tobytes() == by_rows.positive_share.tobytes()
    assert other.high_share.mean() > by_rows.high_share.mean(), "the plan's primary holds in deposits too"
