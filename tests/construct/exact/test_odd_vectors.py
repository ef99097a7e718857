"""GenBank vectors with odd features: each is read, and the construct made with it reads back as written."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from adoptive.construct.bases import ConstructError
from adoptive.construct.checks import check
from adoptive.construct.codons import build
from adoptive.construct.types import Built, Insert, Part
from adoptive.construct.vector import Place, put_into
from adoptive.construct.vector_file import parse_genbank

ODD = {
    "quotes": ("CDS", "10..60", ['/label="a ""quoted"" word"']),
    "a line of qualifiers": ("CDS", "10..60", ['/label="/note=evil; /x=y"']),
    "two lines": ("CDS", "10..60", ['/label="two', 'lines"']),
    "no name": ("CDS", "10..60", []),
    "an empty name": ("CDS", "10..60", ['/label=""']),
    "a flag": ("CDS", "10..60", ["/pseudo"]),
    "a tag of a page": ("CDS", "10..60", ['/label="<script>alert(1)</script>"']),
    "other letters": ("CDS", "10..60", ['/label="β-globin 5"']),
    "a long word": ("CDS", "10..60", [f'/label="{"x" * 70}', f'{"x" * 70}"']),
    "an inexact place": ("CDS", "<10..>60", ['/label="f"']),
    "pieces": ("misc_feature", "join(10..20,40..50)", ['/label="f"']),
    "pieces of both strands": ("misc_feature", "join(10..20,complement(40..50))", ['/label="f"']),
    "round the origin": ("misc_feature", "complement(join(280..300,1..20))", ['/label="f"']),
    "another record": ("misc_feature", "J00194.1:10..20", ['/label="f"']),
    "between two bases": ("misc_feature", "10^11", ['/label="f"']),
    "beyond the end": ("misc_feature", "290..400", ['/label="f"']),
    "a key that GenBank does not write": ("a,b", "10..60", ['/label="f"']),
    "a translation of its own": ("CDS", "10..60", ['/label="f"', '/translation="MKT"', '/note="n"']),
}


def _genbank(key: str, place: str, qualifiers: list[str]) -> str:
    nt = "".join(np.random.default_rng(1).choice(list("acgt"), 300))
    return "\n".join([
        "LOCUS       pX                       300 bp    DNA     circular SYN 01-JAN-1980",
        "FEATURES             Location/Qualifiers",
        f"     {key:<15} {place}", *(f"{'':21}{one}" for one in qualifiers),
        "ORIGIN", *(f"{at + 1:>9} {nt[at : at + 60]}" for at in range(0, 300, 60)), "//", "",
    ])  # fmt: skip


@pytest.fixture(scope="module")
def built() -> Built:
    return build(Insert("tiny", "CAR", (Part("a part", "leader", "MGSTAVLPWRKDEQNH"),)))


@pytest.mark.parametrize("name", ODD)
def test_an_odd_feature_reads_back_as_written(name: str, built: Built) -> None:
    vector = parse_genbank(_genbank(*ODD[name]), name="odd.gb")
    assert len(vector.marks) == (0 if name in ("another record", "between two bases", "beyond the end") else 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a reader would see them on the terminal
        checks = check(put_into(vector, built, Place(position=150)))
    assert next(one for one in checks if one.id == "round_trip").verdict == "pass"


def test_a_qualifier_without_its_end_is_refused_in_one_line() -> None:
    with pytest.raises(ConstructError, match="cannot be read") as refused:
        parse_genbank(_genbank("CDS", "10..60", ['/label="abc']), name="odd.gb")
    assert "\n" not in str(refused.value.value)
