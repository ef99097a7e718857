"""Proteins of one's own, whatever they are: read as written, refused where they are wrong, kept in the receptor."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from adoptive.construct.bases import AMINO_ACIDS, ConstructError
from adoptive.construct.car import Scfv, ScfvOrder, car_insert, product_class, scfv
from adoptive.construct.checks import Limits
from adoptive.construct.checks.car import CAR_CHECKS
from adoptive.construct.checks.frame import FRAME_CHECKS
from adoptive.construct.checks.seen import see
from adoptive.construct.hydropathy import SCALE, greatest_hydropathy
from adoptive.construct.parts import load_catalogue, parts_from_fasta
from adoptive.construct.types import Built, Part, PartKind

PROTEINS = some.text(AMINO_ACIDS, min_size=1, max_size=80).filter(lambda one: not set(one) <= set("ACGT"))
ONE_CODON_EACH = "GCC TGC GAC GAG TTC GGC CAC ATC AAG CTG ATG AAC CCC CAG AGA AGC ACC GTG TGG TAC"
CODONS = dict(zip("ACDEFGHIKLMNPQRSTVWY", ONE_CODON_EACH.split(), strict=True))
NAMES = some.from_regex(r"[A-Za-z0-9_|.:-]{1,30}", fullmatch=True)
WRONG = some.sampled_from("BJOUXZ-?1.*")


@settings(max_examples=40, deadline=None)
@given(some.lists(some.tuples(NAMES, PROTEINS), min_size=1, max_size=3), some.integers(1, 70), some.booleans())
def test_a_fasta_file_is_read_as_it_was_written(records: list[tuple[str, str]], width: int, small: bool) -> None:
    lines = []
    for name, protein in records:
        written = protein.lower() if small else protein
        lines += [f">{name} a description", *(written[at : at + width] for at in range(0, len(protein), width)), ""]
    found = parts_from_fasta("\n".join(lines), kind="binder", where="x.fasta")
    assert [(one.name, one.protein) for one in found] == records
    assert {one.status for one in found} == {"user"}


@settings(max_examples=40, deadline=None)
@given(PROTEINS, WRONG, some.integers(0, 79), some.integers(1, 40))
def test_a_wrong_letter_is_refused_at_its_line(protein: str, wrong: str, at: int, width: int) -> None:
    at = min(at, len(protein) - 1)  # a last * would be a stop, which is left out
    spoilt = protein[:at] + wrong + protein[at:]
    lines = [">x", *(spoilt[start : start + width] for start in range(0, len(spoilt), width))]
    with pytest.raises(ConstructError) as said:
        parts_from_fasta("\n".join(lines), kind="hinge", where="x.fasta")
    assert said.value.where == f"x.fasta: line {2 + at // width}, residue {1 + at % width}"


@settings(max_examples=40, deadline=None)
@given(PROTEINS, PROTEINS, PROTEINS, some.sampled_from(["CD28", "4-1BB"]))
def test_own_parts_stand_in_the_receptor_unchanged(first: str, second: str, tag: str, domain: str) -> None:
    linker = load_catalogue().find("(G4S)3", kinds=["linker"]).part
    binder = Scfv(Part("a", "variable", first), linker, Part("b", "variable", second))
    own = Part("own", "tag", tag)
    made = car_insert(id="x", binder=binder, costimulation=[domain], tag=own)
    leader = made.parts[0].protein
    assert made.protein.startswith(leader + first + linker.protein + second)
    assert made.protein.endswith(tag)
    assert made.parts[-1] is own


@settings(max_examples=40, deadline=None)
@given(some.text(AMINO_ACIDS, min_size=1, max_size=60), some.integers(1, 25))
def test_the_greatest_hydropathy_is_the_greatest(protein: str, window: int) -> None:
    value, start = greatest_hydropathy(protein, window=window)
    width = min(window, len(protein))
    means = [sum(SCALE[one] for one in protein[at : at + width]) / width for at in range(len(protein) - width + 1)]
    assert value == pytest.approx(max(means))
    assert means[start] == pytest.approx(value)


def test_the_scale_is_that_of_kyte_and_doolittle() -> None:
    from Bio.SeqUtils.ProtParamData import kd

    assert kd == SCALE


def _names(*kinds: PartKind) -> some.SearchStrategy[str]:
    return some.sampled_from(load_catalogue().names(*kinds))


@settings(max_examples=60, deadline=None)
@given(
    _names("leader"), some.sampled_from(["FMC63", "Hu19"]), some.sampled_from(["VL VH", "VH VL"]), _names("hinge"),
    _names("transmembrane"), some.sampled_from([("CD28",), ("4-1BB",), ("CD28", "4-1BB"), ("4-1BB", "CD28")]),
    _names("signal"), _names("2A"), some.sampled_from([None, "EGFRt"]),
)  # fmt: skip
def test_whatever_is_put_together_from_the_catalogue_passes_the_checks_of_its_parts(
    leader: str, binder: str, order: ScfvOrder, hinge: str, membrane: str, domains: tuple[str, ...], signal: str,
    cleavage: str, tag: str | None,
) -> None:  # fmt: skip
    made = car_insert(
        id="x", leader=leader, binder=scfv(binder, order=order), hinge=hinge, transmembrane=membrane,
        costimulation=domains, signal=signal, cleavage=cleavage, tag=tag,
    )  # fmt: skip
    seen = see(Built(made, "".join(CODONS[one] for one in made.protein) + "TGA"), others=(), limits=Limits())
    judged = {one.id: one.judge(seen).faults for one in (*CAR_CHECKS, *FRAME_CHECKS) if not one.reports}
    assert {name: faults for name, faults in judged.items() if faults} == {}
    kinds = {"CD28", "4-1BB"} & set(domains)
    assert product_class(made).costimulation == " and ".join(one for one in ("CD28", "4-1BB") if one in kinds)
