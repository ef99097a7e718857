"""Laws of codons and records: the protein stays, the rules hold by another search, what is written reads back."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.construct.bases import ConstructError, reverse_complement, translate
from adoptive.construct.codons import Rules, build, codon_usage, optimise
from adoptive.construct.record import features_of, genbank_text, protein_fasta_text, read_record
from adoptive.construct.rules import recognition, rule_breaches, shared_kmers
from adoptive.construct.types import Insert, Part
from order_samples import tcr_of

LETTERS = "ACDEFGHIKLMNPQRSTVWY"
FORBIDDEN = ("CCATGG", "GCGGCCGC", "GAATTC", "CTCGAG", "GTCGAC", "GGATCC", "AATAAA", "ATTAAA", "GGTAAG", "GGTGAG")


def _protein(seed: int, length: int) -> str:
    """Draw a protein, each amino acid as likely as in human ones, roughly."""
    weights = np.array(
        [7.0, 2.3, 4.7, 7.1, 3.7, 6.6, 2.6, 4.3, 5.7, 10, 2.1, 3.6, 6.3, 4.8, 5.6, 8.3, 5.4, 6, 1.2, 2.7]
    )
    return "".join(np.random.default_rng(seed).choice(list(LETTERS), length, p=weights / weights.sum()))


def _assert_sound(nt: str) -> None:
    for strand in (nt, reverse_complement(nt)):
        for word in FORBIDDEN:
            assert re.search(word, strand) is None, word
    assert re.search("A{8}|T{8}|G{7}|C{7}", nt) is None
    for at in range(max(1, len(nt) - 79)):
        window = nt[at : at + 80]
        assert 0.35 <= (window.count("G") + window.count("C")) / len(window) <= 0.68
    words = [nt[at : at + 12] for at in range(len(nt) - 11)]
    assert len(set(words)) == len(words)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(30, 60), st.integers(0, 2**40))
def test_codons_keep_the_protein_and_the_rules(seed: int, length: int, draw: int) -> None:
    protein = _protein(seed, length)
    nt = optimise(f"{protein}*", seed=draw)
    assert translate(nt) == f"{protein}*"
    _assert_sound(nt)
    assert optimise(f"{protein}*", seed=draw) == nt


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet=LETTERS, min_size=1, max_size=40))
def test_any_protein_gives_sound_codons_or_one_clear_error(protein: str) -> None:
    try:
        nt = optimise(protein)
    except ConstructError as problem:
        said = str(problem)
    else:
        assert translate(nt) == protein
        _assert_sound(nt)
        return
    assert re.match(r"residues \d+-\d+ \([A-Z]+\): no codons were found that meet the rule", said)


def test_a_whole_receptor_keeps_the_rules_and_its_constants_share_nothing() -> None:
    for name in ("DMF5", "1G4", "KRAS_G12D_9d"):
        insert = tcr_of(name)
        nt = build(insert).nt
        assert translate(nt) == f"{insert.protein}*"
        _assert_sound(nt)
        words = [nt[at : at + 20] for at in range(len(nt) - 19)]
        assert len(set(words)) == len(words)


def test_codon_shares_are_those_of_human_genes() -> None:
    insert = tcr_of()
    nt = build(insert).nt
    usage = codon_usage()
    codons = [nt[at : at + 3] for at in range(0, len(nt) - 3, 3)]
    off = 0.0
    for letter in set(insert.protein):
        mine = [codon for codon, one in zip(codons, insert.protein, strict=True) if one == letter]
        off += sum(abs(mine.count(codon) - share * len(mine)) for codon, share in usage[letter].items()) / 2
    assert off / len(codons) < 0.06


def test_seeds_differ_and_nobody_elses_random_numbers_move() -> None:
    protein = _protein(3, 50)
    np.random.seed(5)
    before = np.random.get_state()[1].tolist()
    assert optimise(protein, seed=1) != optimise(protein, seed=2)
    assert np.random.get_state()[1].tolist() == before


def test_fixed_bases_stay() -> None:
    protein = _protein(8, 60)
    own = optimise(protein, seed=9)
    for first, last in ((0, 10), (20, 31), (55, 60)):
        nt = optimise(protein, seed=4, fixed=((first, own[3 * first : 3 * last]),))
        assert nt[3 * first : 3 * last] == own[3 * first : 3 * last]
        assert translate(nt) == protein
        _assert_sound(nt)


def test_kept_parts_keep_their_bases() -> None:
    insert = tcr_of()
    parts = tuple(
        replace(one, nt=insert.chains[1].nt[3 * len(insert.chains[1].leader) :]) if one.name == "TRA variable" else one
        for one in insert.parts
    )
    given_ = replace(insert, parts=parts)
    loose = Rules(sites=(), patterns=(), gc_between=(0.2, 0.8), longest_at_run=20, longest_gc_run=20, unique_kmer=30)
    kept = next(one.nt for one in parts if one.nt)
    assert kept in build(given_, keep=("variable",), rules=loose).nt
    assert kept not in build(given_, rules=loose).nt


@pytest.mark.parametrize(
    ("protein", "fixed", "said"),
    [
        ("MKTX", (), "residue 4: no amino acid; value: X"),
        ("MK*TA", (), "residue 3: no amino acid"),
        ("mkta", (), "residue 1"),
        ("", (), "the protein is empty"),
        ("*", (), "the protein is empty"),
        ("P" * 30, (), r"residues 1-\d+ \(P+\): no codons .* 'share of G and C'"),
        ("W" * 20, (), r"rule 'repeat'"),
        ("MKTA", ((1, "AAC"),), "residue 2: the given bases code for another protein; value: N; allowed: K"),
        ("MK", ((1, "AAGACC"),), "residue 3: the given bases code for another protein; value: T; allowed: the end"),
        (f"EF{_protein(1, 40)}", ((0, "GAATTC"),), r"residues 1-2 \(EF\): .*'restriction site'; value: GAATTC"),
    ],
)
def test_what_cannot_be_met_names_rule_and_residues(protein: str, fixed: tuple[tuple[int, str]], said: str) -> None:
    with pytest.raises(ConstructError, match=said):
        optimise(protein, fixed=fixed)


NAMES = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)
SOURCES = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=200)
KINDS = st.sampled_from(["leader", "binder", "hinge", "transmembrane", "signal", "linker", "2A", "armour", "tag"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(NAMES, KINDS, st.integers(5, 25), SOURCES), min_size=1, max_size=7), st.integers(0, 10**6))
def test_records_of_any_parts_read_back(rows: list[tuple[str, str, int, str]], seed: int) -> None:
    parts = tuple(
        Part(name, kind, _protein(seed + at, length), source)  # type: ignore[arg-type]
        for at, (name, kind, length, source) in enumerate(rows)
    )
    built = build(Insert("any", "CAR", parts))
    nt, features = read_record(genbank_text(built))
    assert nt == built.nt
    assert features == features_of(built)
    assert [one.translation for one in features if one.kind == "CDS"] == [built.insert.protein]
    spans = sorted((one.start, one.end) for one in features if one.kind != "CDS")
    assert [end - start for start, end in spans] == [3 * len(one.protein) for one in parts]
    assert len(re.findall("^>", protein_fasta_text(built), re.MULTILINE)) == len(parts) + 1


def test_a_record_is_the_same_at_any_time() -> None:
    built = build(tcr_of())
    assert genbank_text(built) == genbank_text(build(tcr_of()))
    assert "designed in silico; for research only" in genbank_text(built)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ACGT", min_size=1, max_size=200), st.integers(3, 8))
def test_repeats_are_those_of_a_plain_search(nt: str, k: int) -> None:
    words = [nt[at : at + k] for at in range(len(nt) - k + 1)]
    found = {at for at, _, _ in shared_kmers(nt, k, reverse=False)}
    assert found == {at for at, word in enumerate(words) if word in words[:at]}
    both = {at for at, _, _ in shared_kmers(nt, k, reverse=True, reference=nt[::-1])}
    other = nt[::-1]
    assert both == {at for at, word in enumerate(words) if word in other or reverse_complement(word) in other}


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ACGT", min_size=1, max_size=300))
def test_breaches_are_those_of_a_plain_search(nt: str) -> None:
    rules = Rules(gc_window=20, gc_between=(0.3, 0.6), longest_at_run=3, longest_gc_run=3, sites=("AluI",))
    found = rule_breaches(nt, rules)
    assert recognition("AluI") == "AGCT"
    assert [one.start for one in found["sites"]] == [match.start() for match in re.finditer("(?=AGCT)", nt)]
    assert len(found["runs"]) == len(re.findall("A{4,}|T{4,}|G{4,}|C{4,}", nt))
    width = min(20, len(nt))
    odd = [at for at in range(len(nt) - width + 1)
           if not 0.3 <= sum(one in "GC" for one in nt[at : at + width]) / width <= 0.6]  # fmt: skip
    inside = {at for one in found["gc"] for at in range(one.start, one.end - width + 1)}
    assert inside == set(odd)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"patterns": ("aataaa",)}, "patterns: .* value: aataaa"),
        ({"patterns": ("",)}, "patterns"),
        ({"gc_between": (0.7, 0.3)}, "gc_between"),
        ({"gc_window": 0}, "gc_window"),
        ({"unique_kmer": 0}, "unique_kmer"),
        ({"longest_at_run": 1}, "longest_at_run"),
        ({"sites": ("Nonsense",)}, "no restriction enzyme of this name; value: Nonsense"),
    ],
)
def test_rules_that_make_no_sense_are_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ConstructError, match=said):
        Rules(**change)


def test_sites_and_patterns_of_several_letters_are_kept_out() -> None:
    rules = Rules(sites=("HinfI", "BsmBI"), patterns=("GGTRAG",))
    nt = optimise(_protein(2, 200), rules=rules)
    for strand in (nt, reverse_complement(nt)):
        assert re.search("GA[ACGT]TC|CGTCTC|GGT[AG]AG", strand) is None


def test_codons_are_kept_apart_from_a_vector() -> None:
    protein = _protein(21, 120)
    alone = optimise(protein, seed=3)
    for vector in (alone[60:300], reverse_complement(alone[60:300])):
        assert any(shared_kmers(alone, 20, reverse=True, reference=vector))
        nt = optimise(protein, seed=3, apart_from=vector)
        assert translate(nt) == protein
        assert not any(nt[at : at + 20] in vector for at in range(len(nt) - 19))
        assert not any(reverse_complement(nt)[at : at + 20] in vector for at in range(len(nt) - 19))
        _assert_sound(nt)
    with pytest.raises(ConstructError, match=r"residues 1-7 \(MWMWMWM.*shared with the vector"):
        optimise("MWMWMWMKTA", apart_from="ATGTGGATGTGGATGTGGATGAAG", rules=Rules(unique_kmer=30))


def test_codons_are_dealt_in_whole_numbers_next_to_human_shares() -> None:
    loose = Rules((), (), longest_at_run=60, longest_gc_run=60, gc_between=(0.0, 1.0), unique_kmer=1000)
    for letter, shares in codon_usage().items():
        if letter != "*":
            nt = optimise(letter * 37, rules=loose)
            codons = [nt[at : at + 3] for at in range(0, len(nt), 3)]
            total = sum(shares.values())
            assert all(abs(codons.count(codon) - 37 * share / total) < 1 for codon, share in shares.items()), letter
