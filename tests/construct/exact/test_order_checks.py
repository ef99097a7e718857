"""Every named check of a construct can fail: one planted defect each, and exactly that check says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from adoptive.construct.bases import ConstructError, reverse_complement, translate
from adoptive.construct.checks import CHECKS, Limits, check, is_ready
from adoptive.construct.codons import build
from adoptive.construct.rules import Rules
from adoptive.construct.types import Built, Check, Insert, Part
from adoptive.construct.vector import Place, Vector, put_into
from order_samples import P2A, car_of, tcr_of, with_part

DMF5, OTHER = tcr_of("DMF5"), tcr_of("1G4")
Plant = Callable[[Built], Built]
CODONS = {
    "A": "GCC", "C": "TGT", "F": "TTC", "G": "GGC", "I": "ATC", "K": "AAG", "L": "CTG", "N": "AAC", "P": "CCC",
    "R": "CGC", "S": "AGC", "T": "ACC", "V": "GTG", "Y": "TAC",
}  # fmt: skip


@pytest.fixture(scope="module")
def built() -> Built:
    return build(DMF5)


def _failed(built: Built, *, limits: Limits | None = None) -> dict[str, Check]:
    checks = check(built, others=(OTHER,), limits=limits or Limits())
    return {one.id: one for one in checks if not one.passed}


def _silent(word: str) -> Plant:
    """Write a word over the bases where the protein stays the same and nothing else is broken."""

    def plant(built: Built) -> Built:
        for at in range(len(built.nt) - len(word)):
            nt = built.nt[:at] + word + built.nt[at + len(word) :]
            codons = slice(at // 3 * 3, (at + len(word) + 2) // 3 * 3)
            if translate(nt[codons]) == translate(built.nt[codons]):
                return replace(built, nt=nt)
        raise AssertionError(f"{word} fits nowhere")

    return plant


def _part(name: str, change: Callable[[str], str]) -> Plant:
    """Change a part's protein in the design, and build that."""
    was = next(one.protein for one in DMF5.parts if one.name == name)
    return lambda _: build(with_part(DMF5, name, protein=change(was)))


def _missense(built: Built) -> Built:
    at = 3 * 400
    return replace(built, nt=f"{built.nt[:at]}GCC{built.nt[at + 3 :]}")


def _cut(built: Built) -> Built:
    return replace(built, nt=built.nt[:600] + built.nt[601:])


def _with_cdr3(cdr3: str, asked: str) -> Insert:
    """Stitch the alpha chain with another CDR3, in design and chain alike."""
    alpha = DMF5.chains[1]
    at = alpha.protein.index(alpha.cdr3)
    loop = "".join(CODONS[one] for one in cdr3)
    nt = alpha.nt[: 3 * at] + loop + alpha.nt[3 * (at + len(alpha.cdr3)) :]
    chain = replace(alpha, cdr3=cdr3, nt=nt)
    changed = with_part(DMF5, "TRA variable", protein=chain.variable)
    wanted = (("TRA", asked), ("TRB", DMF5.chains[0].cdr3))
    return replace(changed, chains=(DMF5.chains[0], chain), cdr3=wanted)


def _swapped(_: Built) -> Built:
    return build(_with_cdr3(OTHER.chains[1].cdr3, DMF5.chains[1].cdr3))


def _repeated(_: Built) -> Built:
    """Give a linker three equal stretches of bases."""
    insert = with_part(DMF5, "SGSG", protein="GGGGS" * 3)
    built = build(insert)
    at = 3 * insert.protein.index("GGGGS" * 3)
    return replace(built, nt=built.nt[:at] + "GGTGGCGGTGGCTCT" * 3 + built.nt[at + 45 :])


def _shared(built: Built) -> Built:
    vector = Vector("backbone", f"{'ACTG' * 5}{reverse_complement(built.nt[300:325])}{'TTGCA' * 4}", circular=True)
    return put_into(vector, built, Place(position=1))


def _other_contig(built: Built) -> Built:
    alpha = DMF5.chains[1]
    nt = "GATTACA" + alpha.nt + alpha.tail_nt
    changed = nt[:100] + ("A" if nt[100] != "A" else "C") + nt[101:]
    return replace(built, insert=replace(DMF5, contigs=(("TRA", changed),)))


def _remark(built: Built) -> Built:
    chain = replace(DMF5.chains[1], warnings=("TRAV12-2*01 differs between the sources",))
    return replace(built, insert=replace(DMF5, chains=(DMF5.chains[0], chain)))


def _twice(protein: str) -> str:
    return protein.replace("FGQG", "FAQG")


PLANTED: dict[str, Plant] = {
    "length": _cut,
    "translation": _missense,
    "start_stop": lambda built: replace(built, nt=f"{built.nt}TGA"),
    "leaders": _part("TRA leader", lambda was: was[:8]),
    "2a": _part("P2A", lambda was: was.removesuffix("P")),
    "conserved": _part("TRB variable", lambda was: was.replace("CASSLSF", "SASSLSF")),
    "j_motif": _part("TRB variable", _twice),
    "cysteine_pair": _part("TRB constant", lambda was: was.replace("SGVCTDP", "SGVSTDP")),
    "identity": _swapped,
    "contig": _other_contig,
    "glycosylation": lambda _: build(_with_cdr3("CAVNFSGGKLIF", "CAVNFSGGKLIF")),
    "germline": _remark,
    "sites": _silent("GAATTC"),
    "signals": _silent("AATAAA"),
    "composition": _silent("AAAAAAAAA"),
    "repeats": _repeated,
    "packaging": lambda built: built,
    "round_trip": lambda built: replace(built, insert=with_part(DMF5, "P2A", name="P2A  of\na virus")),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_defect_fails_exactly_its_check(name: str, built: Built) -> None:
    limits = Limits(packaged_nt=len(built.nt) - 1) if name == "packaging" else Limits()
    failed = _failed(PLANTED[name](built), limits=limits)
    assert set(failed) == {name}
    assert failed[name].detail
    assert failed[name].verdict == "FAIL"


def test_every_check_of_a_receptor_has_a_planted_defect() -> None:
    assert set(PLANTED) == {one.id for one in CHECKS if "TCR" in one.kinds}


def test_a_sound_receptor_and_a_sound_car_are_ready(built: Built) -> None:
    assert _failed(built) == {}
    assert is_ready(check(built))
    names = [one.id for one in check(build(car_of()))]
    assert "translation" in names
    assert "conserved" not in names


@pytest.mark.parametrize("name", [name for name in PLANTED if name not in ("packaging", "glycosylation", "germline")])
def test_no_defect_is_ready_to_order(name: str, built: Built) -> None:
    assert not is_ready(check(PLANTED[name](built)))


def test_what_only_reports_does_not_stop_an_order(built: Built) -> None:
    for name in ("glycosylation", "germline"):
        assert is_ready(check(PLANTED[name](built)))


def test_nothing_checked_is_not_ready() -> None:
    assert not is_ready(())


def test_after_a_lost_base_what_needs_the_frame_is_not_judged(built: Built) -> None:
    checks = {one.id: one for one in check(_cut(built))}
    assert {one.id for one in checks.values() if one.verdict == "not judged"} == {
        "translation", "start_stop", "leaders", "2a", "conserved", "j_motif", "cysteine_pair", "identity", "contig",
        "glycosylation",
    }  # fmt: skip
    assert checks["sites"].verdict == "pass"
    assert checks["2a"].detail == "not judged: see length"


def test_a_failure_names_its_place(built: Built) -> None:
    site = _failed(_silent("GAATTC")(built))["sites"].detail
    base = int(re.search(r"base (\d+)", site)[1])  # type: ignore[index]
    assert _silent("GAATTC")(built).nt[base - 1 :].startswith("GAATTC")
    swap = _failed(_swapped(built))["identity"].detail
    assert OTHER.chains[1].cdr3 in swap
    assert "which is 1G4's" in swap
    assert f"asked {DMF5.chains[1].cdr3}" in swap
    residue = 400
    wrong = _failed(_missense(built))["translation"].detail
    assert f"residue {residue + 1} (bases {3 * residue + 1}-{3 * residue + 3}, TRA variable" in wrong
    assert wrong.endswith(f"A, design {DMF5.protein[residue]}")


def test_a_whole_alpha_of_another_receptor_is_a_swap() -> None:
    other = next(one.protein for one in OTHER.parts if one.name == "TRA variable")
    assert set(_failed(build(with_part(DMF5, "TRA variable", protein=other)))) == {"identity"}


def test_the_same_receptor_twice_in_a_product_fails(built: Built) -> None:
    again = replace(DMF5, id="DMF5 again")
    failed = [one for one in check(built, others=(again,)) if not one.passed]
    assert [one.id for one in failed] == ["identity"]
    assert "DMF5 again" in failed[0].detail


def test_receptors_that_share_one_chain_may_stand_in_one_product() -> None:
    mine, other = tcr_of("KRAS_G12D_9a"), tcr_of("KRAS_G12D_9b")
    found = next(one for one in check(build(mine), others=(other,)) if one.id == "identity")
    assert found.passed
    assert "TRA is also that of KRAS_G12D_9b" in found.detail


def test_the_other_strand_is_looked_at(built: Built) -> None:
    planted = _silent("CTTACC")(built)
    assert "on the other strand" in _failed(planted)["signals"].detail


def test_what_the_vector_shares_is_a_repeat(built: Built) -> None:
    failed = _failed(_shared(built))
    assert set(failed) == {"repeats"}
    base, length = map(int, re.findall(r"base (\d+) .*?(\d+) bases", failed["repeats"].detail)[0])
    assert base in (300, 301)  # a base beside the stretch may be equal by chance
    assert 25 <= length <= 27


def test_cysteines_in_neither_chain_are_no_fault() -> None:
    plain = with_part(
        with_part(DMF5, "TRB constant", protein=DMF5.parts[2].protein.replace("SGVCTDP", "SGVSTDP")),
        "TRA constant", protein=DMF5.parts[-1].protein.replace("TDKCVLD", "TDKTVLD"),
    )  # fmt: skip
    assert _failed(build(plain)) == {}


def test_an_unknown_constant_is_not_judged() -> None:
    strange = build(with_part(DMF5, "TRA constant", protein="MKTEFSGLPWRQDVTHINKAEQ"))
    found = next(one for one in check(strange) if one.id == "cysteine_pair")
    assert found.verdict == "not judged"
    assert "TRA" in found.detail


def test_two_chains_without_2a_or_without_a_linker_fail() -> None:
    joined = replace(DMF5, parts=tuple(one for one in DMF5.parts if one.kind not in ("2A", "linker", "cleavage")))
    assert set(_failed(build(joined))) == {"2a"}
    bare = replace(DMF5, parts=tuple(one for one in DMF5.parts if one.kind != "linker"))
    assert set(_failed(build(bare))) == {"2a"}
    own = replace(bare, parts=tuple(replace(o, protein=f"GSG{P2A}") if o.kind == "2A" else o for o in bare.parts))
    assert _failed(build(own)) == {}


def test_a_lost_codon_fails_the_translation_alone(built: Built) -> None:
    failed = _failed(replace(built, nt=built.nt[:600] + built.nt[603:]))
    assert set(failed) == {"translation"}
    assert "598 residues, the design has 599" in failed["translation"].detail


def test_packaging_counts_from_repeat_to_repeat(built: Built) -> None:
    from adoptive.construct.checks.sequence import packaged
    from adoptive.construct.types import Mark

    nt = "ACGTC" * 400
    marks = (Mark("5' LTR", "LTR", 100, 300), Mark("3' LTR", "LTR", 1000, 1200))
    inside = put_into(Vector("v", nt, True, marks), built, Place(position=601))
    assert packaged(inside)[0] == 1100 + len(built.nt)
    outside = put_into(Vector("v", nt, True, marks), built, Place(position=1501))
    assert packaged(outside)[0] == 2000 - 700 + len(built.nt)
    assert packaged(put_into(Vector("v", nt, True), built, Place(position=601)))[0] == 2000 + len(built.nt)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"nt": "ATGRCC"}, "insert, base 4: no base"),
        ({"nt": ""}, "has no bases"),
        ({"vector_nt": "ACGT" * 500, "vector_name": "pX"}, "does not stand here"),
    ],
)
def test_what_cannot_be_checked_is_refused(change: dict[str, str], said: str, built: Built) -> None:
    with pytest.raises(ConstructError, match=said):
        check(replace(built, **change))  # type: ignore[arg-type]


def test_without_chains_or_with_a_chain_twice_nothing_passes_silently(built: Built) -> None:
    lone = build(replace(DMF5, chains=(), cdr3=()))
    unjudged = {one.id for one in check(lone) if not one.judged}
    assert unjudged == {"conserved", "j_motif", "cysteine_pair", "identity", "contig", "glycosylation"}
    assert not is_ready(check(lone))
    beta = next(one.protein for one in DMF5.parts if one.name == "TRB variable")
    twice = build(with_part(DMF5, "TRA variable", protein=beta))
    assert "identity" in _failed(twice)
    assert "V domains of TRB, TRB" in _failed(twice)["identity"].detail


def test_a_swapped_chain_is_found_without_a_row_too() -> None:
    other = next(one.protein for one in OTHER.parts if one.name == "TRA variable")
    assert set(_failed(build(replace(with_part(DMF5, "TRA variable", protein=other), cdr3=())))) == {"identity"}


@pytest.mark.parametrize(
    ("before", "first", "last"), [("", 0, 10**6), ("GATTACAG", 0, 10**6), ("", 61, 390), ("GA", 63, 380)]
)
def test_a_contig_is_read_in_any_frame_and_length(before: str, first: int, last: int, built: Built) -> None:
    alpha = DMF5.chains[1]
    nt = before + (alpha.nt + alpha.tail_nt + "ATATCCAGAACCCTGACC")[first:last]
    told = replace(built, insert=replace(DMF5, contigs=(("TRA", nt.lower()),)))
    found = next(one for one in check(told) if one.id == "contig")
    assert found.verdict == "pass"
    covered = min(len(alpha.variable), (min(last, len(alpha.nt)) - max(first, 3 * len(alpha.leader))) // 3)
    assert int(found.value.split()[0]) in (covered, covered - 1)
    gap = nt[:150] + "NNN" + nt[153:]
    read = replace(built, insert=replace(DMF5, contigs=(("TRA", gap),)))
    assert next(one for one in check(read) if one.id == "contig").verdict == "pass"
    other = replace(built, insert=replace(DMF5, contigs=(("TRA", OTHER.chains[1].nt),)))
    assert "no frame of the contig holds CDR3 CAVNFGGGKLIF" in _failed(other)["contig"].detail


def test_the_first_codon_and_a_stop_inside_are_seen(built: Built) -> None:
    other = _failed(replace(built, nt=f"CTG{built.nt[3:]}"))
    assert "begins with CTG, asked ATG" in other["start_stop"].detail
    stopped = _failed(replace(built, nt=f"{built.nt[:15]}TGA{built.nt[18:]}"))
    assert set(stopped) == {"translation", "start_stop", "leaders"}
    assert "a stop inside the frame" in stopped["start_stop"].detail
    assert "residue 6 (bases 16-18, TRB leader 6): a stop in the leader" in stopped["leaders"].detail


@pytest.mark.parametrize(
    ("part", "was", "becomes", "name", "said"),
    [
        ("TRA leader", "MKSL", "AKSL", "leaders", "begins with A, asked M"),
        ("TRA leader", "MKSL", f"M{'KSLA' * 5}", "leaders", "asked 12 to 35"),
        ("TRB variable", "EAFFGQG", "EAFSGQG", "conserved", "S, asked conserved F or W118"),
        ("TRB variable", "CASSLSF", "SASSLSF", "conserved", "S, asked conserved C104"),
        ("TRB variable", "FFGQG", "FFGQA", "j_motif", r"FGQA, asked \[FW\]GXG"),
        ("P2A", "NPGP", "NPAP", "2a", r"asked NPG\|P"),
    ],
)
def test_one_residue_is_enough(part: str, was: str, becomes: str, name: str, said: str) -> None:
    protein = next(one.protein for one in DMF5.parts if one.name == part)
    assert was in protein
    failed = _failed(build(with_part(DMF5, part, protein=protein.replace(was, becomes))))
    assert set(failed) == {name}
    assert re.search(said, failed[name].detail)


def test_the_proline_may_begin_the_next_part() -> None:
    at = next(i for i, one in enumerate(DMF5.parts) if one.name == "P2A")
    parts = (*DMF5.parts[:at], replace(DMF5.parts[at], protein=P2A[:-1]), Part("P", "linker", "P"))
    assert _failed(build(replace(DMF5, parts=(*parts, *DMF5.parts[at + 1 :])))) == {}


def test_a_cdr3_that_stands_twice_in_its_chain_fails() -> None:
    alpha = DMF5.chains[1]
    first, begin = 3 * len(alpha.leader), alpha.nt.index("TGTGCCGTGAACTTC")
    loop = alpha.nt[begin : begin + 3 * len(alpha.cdr3)]
    chain = replace(alpha, nt=alpha.nt[:first] + loop + alpha.nt[first:])
    twice = with_part(DMF5, "TRA variable", protein=chain.variable)
    failed = _failed(build(replace(twice, chains=(DMF5.chains[0], chain))))
    assert set(failed) == {"conserved"}
    assert "CDR3 CAVNFGGGKLIF stands 2 times, asked 1" in failed["conserved"].detail


def test_a_sequon_that_is_germlines_is_none_of_ours() -> None:
    insert = _with_cdr3("CAVNFSGGKLIF", "CAVNFSGGKLIF")
    told_of = {(4, 6): "FAIL", (5, 0): "FAIL", (6, 0): "pass", (0, 9): "pass", (0, 8): "FAIL"}
    for templated, verdict in told_of.items():
        chain = replace(insert.chains[1], templated=templated)
        told = replace(insert, chains=(insert.chains[0], chain))
        found = next(one for one in check(build(told)) if one.id == "glycosylation")
        assert (templated, found.verdict) == (templated, verdict)


def test_limits_are_met_by_what_equals_them(built: Built) -> None:
    assert _failed(built, limits=Limits(packaged_nt=len(built.nt))) == {}
    strict = _failed(built, limits=Limits(rules=Rules(gc_between=(0.5, 0.52))))
    assert set(strict) == {"composition"}
    assert "asked GC 50-52 % in 80 bases" in strict["composition"].detail
