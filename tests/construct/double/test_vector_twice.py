"""An insert in a vector, against strings put together by hand; vectors read, against files written by another hand."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from Bio import SeqIO
from Bio.Seq import Seq
from Bio.SeqFeature import CompoundLocation, SeqFeature, SimpleLocation
from Bio.SeqRecord import SeqRecord

from adoptive.construct.bases import ConstructError, reverse_complement
from adoptive.construct.codons import build
from adoptive.construct.record import features_of, genbank_text, read_record
from adoptive.construct.types import Built, Insert, Mark, Part
from adoptive.construct.vector import Place, Vector, put_into
from adoptive.construct.vector_file import parse_fasta, parse_genbank, parse_snapgene
from adoptive.workbench.order.vectors import read_vector

NCOI, ECORI = "CCATGG", "GAATTC"


def _bases(count: int, seed: int) -> str:
    """Draw bases without the sites that the tests use."""
    nt = "".join(np.random.default_rng(seed).choice(list("ACGT"), count))
    for word in (NCOI, ECORI, "GGATCC"):
        nt = nt.replace(word, "A" * len(word))
    return nt


@pytest.fixture(scope="module")
def built() -> Built:
    return build(Insert("tiny", "CAR", (Part("a part", "leader", "MGSTAVLPWRKDEQNH"),)))


@pytest.fixture(scope="module")
def vector() -> Vector:
    nt = _bases(300, 1) + ECORI + _bases(80, 2) + "GGATCC" + _bases(600, 3)
    marks = (Mark("GFP", "CDS", 306, 386), Mark("bla", "CDS", 700, 900, -1), Mark("ori", "rep_origin", 980, 20))
    return Vector("pX", nt, True, marks)


def _left(built: Built) -> dict[str, str]:
    """Give the bases under each mark."""
    around = built.vector_nt * 2
    size = len(built.vector_nt)
    return {one.name: around[one.start : one.end if one.end > one.start else one.end + size] for one in built.marks}


def test_in_place_of_a_feature(vector: Vector, built: Built) -> None:
    done = put_into(vector, built, Place.of("feature:gfp"))
    assert done.vector_nt == vector.nt[:306] + built.nt + vector.nt[386:]
    assert done.vector_nt[done.insert_at :].startswith(built.nt)
    assert _left(done) == {"bla": vector.nt[700:900], "ori": vector.nt[980:] + vector.nt[:20]}
    assert (done.vector_name, done.circular, done.insert_at) == ("pX", True, 306)


def test_between_two_sites_that_stay(vector: Vector, built: Built) -> None:
    done = put_into(vector, built, Place.of("sites:EcoRI,BamHI"))
    assert done.vector_nt == vector.nt[:306] + built.nt + vector.nt[386:]
    assert done.vector_nt.count(ECORI) == 1
    assert set(_left(done)) == {"bla", "ori"}


def test_before_a_base(vector: Vector, built: Built) -> None:
    done = put_into(vector, built, Place.of("position:501"))
    assert done.vector_nt == vector.nt[:500] + built.nt + vector.nt[500:]
    assert _left(done)["GFP"] == vector.nt[306:386]
    assert _left(done)["bla"] == vector.nt[700:900]
    assert put_into(vector, built, Place(position=993)).vector_nt == vector.nt + built.nt
    assert "bla" not in _left(put_into(vector, built, Place(position=801)))


def test_a_feature_on_the_other_strand_turns_the_vector(vector: Vector, built: Built) -> None:
    done = put_into(vector, built, Place(feature="bla"))
    turned = reverse_complement(vector.nt)
    size = len(vector.nt)
    assert done.vector_nt == turned[: size - 900] + built.nt + turned[size - 700 :]
    assert _left(done)["GFP"] == reverse_complement(vector.nt[306:386])
    assert {one.name: one.strand for one in done.marks} == {"GFP": -1, "ori": -1}


def test_a_feature_that_passes_the_origin(vector: Vector, built: Built) -> None:
    done = put_into(vector, built, Place(feature="ori"))
    assert done.vector_nt == built.nt + vector.nt[20:980]
    assert done.insert_at == 0
    assert _left(done) == {"GFP": vector.nt[306:386], "bla": vector.nt[700:900]}


def test_sites_on_both_sides_of_the_origin(built: Built) -> None:
    nt = _bases(30, 4) + "GGATCC" + _bases(400, 5) + ECORI + _bases(30, 6)
    done = put_into(Vector("p", nt, True), built, Place(between=("EcoRI", "BamHI")))
    assert done.vector_nt == built.nt + nt[30 : nt.index(ECORI) + 6]
    at = nt.index(ECORI)
    split = nt[at + 3 :] + nt[: at + 3]  # the first site itself passes the origin
    again = put_into(Vector("p", split, True), built, Place(between=("EcoRI", "BamHI")))
    assert again.vector_nt in done.vector_nt * 2
    assert len(again.vector_nt) == len(done.vector_nt)


def test_the_atg_of_a_first_site_becomes_the_inserts_own(built: Built) -> None:
    nt = _bases(100, 7) + NCOI + _bases(40, 8) + ECORI + _bases(300, 9)
    done = put_into(Vector("p", nt, True), built, Place(between=("NcoI", "EcoRI")))
    assert built.nt.startswith("ATGG")
    assert done.vector_nt == nt[:102] + built.nt + nt[146:]
    assert done.vector_nt.count(NCOI) == 1
    other = build(Insert("x", "CAR", (Part("p", "leader", "MKTAYIAKQR"),)))
    with pytest.raises(ConstructError, match="another first site"):
        put_into(Vector("p", nt, True), other, Place(between=("NcoI", "EcoRI")))


def test_the_record_of_a_vector_reads_back(vector: Vector, built: Built) -> None:
    for place in ("feature:GFP", "feature:bla", "feature:ori", "position:1", "position:990"):
        done = put_into(vector, built, Place.of(place))
        assert read_record(genbank_text(done)) == (done.vector_nt, features_of(done))
        record = SeqIO.read(io.StringIO(genbank_text(done)), "genbank")
        assert record.annotations["topology"] == "circular"
        coding = next(one for one in record.features if one.qualifiers["label"] == ["tiny"])
        assert str(coding.extract(record.seq)) == built.nt
        bla = [one for one in record.features if one.qualifiers["label"] == ["bla"]]
        assert all(str(one.extract(record.seq)) == reverse_complement(vector.nt[700:900]) for one in bla)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("feature:RFP", "no such feature; value: RFP; allowed: GFP, bla, ori"),
        ("sites:NcoI,EcoRI", "NcoI .* stands 0 times"),
        ("sites:EcoRI,EcoRI", "two sites are needed"),
        ("sites:BamHI,EcoRI", "is most of the vector"),
        ("sites:EcoRI,Nonsense", "no restriction enzyme of this name"),
        ("position:0", "not in the vector; value: 0; allowed: 1 to 993"),
        ("position:994", "not in the vector"),
        ("position:-3", "not written so"),
        ("GFP", "not written so"),
        ("feature:", "not written so"),
    ],
)
def test_a_place_that_is_not_there(place: str, said: str, vector: Vector, built: Built) -> None:
    with pytest.raises(ConstructError, match=said):
        put_into(vector, built, Place.of(place))


def test_two_features_of_one_name_and_a_site_twice(vector: Vector, built: Built) -> None:
    twice = Vector("pX", vector.nt + ECORI, False, (*vector.marks, Mark("GFP", "CDS", 1, 4)))
    with pytest.raises(ConstructError, match="several features have this name"):
        put_into(twice, built, Place(feature="GFP"))
    with pytest.raises(ConstructError, match="stands 2 times in the vector; value: base 301, base 993"):
        put_into(twice, built, Place(between=("EcoRI", "BamHI")))
    linear = Vector("pX", vector.nt, False, vector.marks)
    with pytest.raises(ConstructError, match="stands before BamHI in a linear vector; next: give sites:EcoRI,BamHI"):
        put_into(linear, built, Place(between=("BamHI", "EcoRI")))
    with pytest.raises(ConstructError, match="no place"):
        put_into(linear, built, Place())


def _record(nt: str, **annotations: str) -> str:
    ends = CompoundLocation([SimpleLocation(90, len(nt), strand=1), SimpleLocation(0, 10, strand=1)])
    record = SeqRecord(
        Seq(nt), id="pX.1", name="pX", description="x",
        annotations={"molecule_type": "DNA", "topology": "circular", **annotations},
        features=[
            SeqFeature(SimpleLocation(20, 50, strand=-1), type="CDS", qualifiers={"gene": ["bla"]}),
            SeqFeature(ends, type="rep_origin", qualifiers={"label": ["ori"]}),
        ],
    )  # fmt: skip
    return record.format("genbank")


def test_genbank_fasta_and_snapgene_give_the_same_vector(tmp_path: Path) -> None:
    nt = _bases(120, 11)
    asked = Vector("pX", nt, True, (Mark("bla", "CDS", 20, 50, -1), Mark("ori", "rep_origin", 90, 10, 1)))
    assert parse_genbank(_record(nt), name="v.gb") == asked
    assert parse_fasta(f">pX a vector\n{nt[:70].lower()}\r\n{nt[70:]}\n", name="v.fa", circular=True).nt == nt
    read = parse_snapgene(_snapgene(nt), name="v.dna")
    assert (read.nt, read.circular, read.marks) == (nt, True, asked.marks)
    for name, data in (("v.gb", _record(nt).encode()), ("v.fasta", f">pX\n{nt}\n".encode()), ("V.DNA", _snapgene(nt))):
        (tmp_path / name).write_bytes(data)
        assert read_vector(tmp_path / name).nt == nt


def _snapgene(nt: str) -> bytes:
    """Write the few packets of a SnapGene file that matter: cookie, bases (flag 1: circle), features."""
    features = (
        b'<Features><Feature name="bla" type="CDS" directionality="2"><Segment range="21-50"/>'
        b'<Q name="label"><V text="bla"/></Q></Feature><Feature name="ori" type="rep_origin" directionality="1">'
        b'<Segment range="91-10"/><Q name="label"><V text="ori"/></Q></Feature></Features>'
    )
    packets = ((9, struct.pack(">8sHHH", b"SnapGene", 1, 15, 19)), (0, b"\x01" + nt.encode()), (10, features))
    return b"".join(struct.pack(">BI", kind, len(data)) + data for kind, data in packets)


@pytest.mark.filterwarnings("ignore:Feature key")
def test_odd_features_of_a_vector_do_not_stop_an_order(built: Built) -> None:
    nt = _bases(400, 12)
    record = SeqRecord(Seq(nt), id="p", name="p", annotations={"molecule_type": "DNA", "topology": "circular"})
    both = CompoundLocation([SimpleLocation(100, 120, strand=1), SimpleLocation(130, 150, strand=-1)])
    record.features = [
        SeqFeature(SimpleLocation(50, 60), type="misc_feature", qualifiers={"note": ["x" * 130 + " two words"]}),
        SeqFeature(both, type="CDS", qualifiers={"label": ['a "quoted" name']}),
        SeqFeature(SimpleLocation(70, 70), type="misc_feature", qualifiers={"label": ["between"]}),
        SeqFeature(SimpleLocation(200, 210), type="a_key_longer_than_fits"),
    ]
    vector = parse_genbank(record.format("genbank"), name="p.gb")
    done = put_into(vector, built, Place(position=301))
    assert [(one.start, one.end, one.strand) for one in vector.marks][1:] == [(100, 150, 1), (200, 210, 1)]
    assert read_record(genbank_text(done)) == (done.vector_nt, features_of(done))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("v.fa", b">x\nACGT\nACGZ\n", "v.fa: line 3: no base; value: Z"),
        ("v.fa", b">x\nMKTEFSG\n", "line 2: this is a protein"),
        ("v.fa", b">x\nACGT\n>y\nACGT\n", "2 records"),
        ("v.fa", b">x\n\n", "the record has no bases"),
        ("v.fa", b"ACGT\n", "this is no FASTA file"),
        ("v.fa", b"ACGT\n>x\nACGT\n", "bases before the first"),
        ("v.gb", b"ACGT\n", "this is no GenBank file"),
        ("v.gb", _record("ACGT" * 40).replace("acgtacgtac", "acgtaJgtac", 1).encode(), r"line \d+: no base; value: J"),
        ("v.gb", b"LOCUS       X    5 aa   linear\nORIGIN\n 1 mktef\n//\n", "this is a protein"),
        ("v.gb", b"LOCUS       pX      0 bp DNA circular SYN\nORIGIN\n//\n", "the record has no bases"),
        ("v.gb", b"LOCUS nonsense\nORIGIN\n  1 acgt\n//\n", "GenBank file cannot be read|no bases|record"),
        ("v.dna", _snapgene("ACGTJ" * 30), "v.dna: no base; value: J"),
        ("v.dna", b"not one", "SnapGene file cannot be read"),
        ("v.dna", b"", "SnapGene file cannot be read"),
        ("v.txt", b"ACGT", "told by its ending"),
    ],
)  # fmt: skip
def test_a_bad_vector_is_refused_in_one_sentence(name: str, data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match=said if data else "cannot be read|empty"):
        read_vector(tmp_path / name)


def test_a_huge_or_absent_vector_is_refused(tmp_path: Path) -> None:
    for name in ("v.gb", "v.fa", "v.dna"):
        with pytest.raises(ValueError, match=r"cannot be read|no such file"):
            read_vector(tmp_path / name)
        with open(tmp_path / name, "wb") as file:
            file.truncate(2**31)
        with pytest.raises(ValueError, match="too large"):
            read_vector(tmp_path / name)


def test_marks_beside_and_around_the_insert(vector: Vector, built: Built) -> None:
    beside = Vector("pX", vector.nt, True, (*vector.marks, Mark("after", "x", 386, 400), Mark("before", "x", 290, 306)))
    left = _left(put_into(beside, built, Place(feature="GFP")))
    assert (left["after"], left["before"]) == (vector.nt[386:400], vector.nt[290:306])
    for position in (986, 11):
        assert "ori" not in _left(put_into(vector, built, Place(position=position)))
    for position in (981, 21):
        done = put_into(vector, built, Place(position=position))
        assert _left(done)["ori"] == vector.nt[980:] + vector.nt[:20]


def test_a_mark_on_the_other_strand_that_passes_the_origin_reads_back(vector: Vector, built: Built) -> None:
    turned = Vector("pX", vector.nt, True, (Mark("ori", "rep_origin", 980, 20, -1),))
    done = put_into(turned, built, Place(position=501))
    record = SeqIO.read(io.StringIO(genbank_text(done)), "genbank")
    ori = next(one for one in record.features if one.qualifiers["label"] == ["ori"])
    assert str(ori.extract(record.seq)) == reverse_complement(vector.nt[980:] + vector.nt[:20])
    assert read_record(genbank_text(done))[1] == features_of(done)
