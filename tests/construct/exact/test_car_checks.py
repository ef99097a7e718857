"""The checks of chimeric receptors: sound ones pass, and each planted defect fails its check and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from adoptive.construct.car import car_insert
from adoptive.construct.checks import Limits, check
from adoptive.construct.checks.car import CAR_CHECKS
from adoptive.construct.checks.car_limits import CarLimits
from adoptive.construct.types import Built, Check, Insert, Part

ONE_CODON_EACH = "GCC TGC GAC GAG TTC GGC CAC ATC AAG CTG ATG AAC CCC CAG AGA AGC ACC GTG TGG TAC"
CODONS = dict(zip("ACDEFGHIKLMNPQRSTVWY", ONE_CODON_EACH.split(), strict=True))
SWITCH = Part("iCasp9", "switch", "MLEGVQVETISPGDGRTFPKRGQTCVVHYTGMLE")
ARMOUR = Part("IL-15", "armour", "MRISKPHLRSISIQCYLCLLLNSHFLTEAGIHVFILGCF")
OURS = {one.id for one in CAR_CHECKS}


def _judged(insert: Insert, **asked: object) -> dict[str, Check]:
    bases = "".join(CODONS[letter] for letter in insert.protein) + "TGA"
    found = check(Built(insert, bases), limits=Limits(car=CarLimits(**asked)))  # type: ignore[arg-type]
    return {one.id: one for one in found if one.id in OURS or one.id in ("leaders", "2a", "translation")}


def _failed(insert: Insert, **asked: object) -> set[str]:
    return {name for name, one in _judged(insert, **asked).items() if not one.passed}


def _sound() -> Insert:
    return car_insert(
        id="sound", binder="FMC63", costimulation=["CD28", "4-1BB"], switch=SWITCH, tag="EGFRt", armour=ARMOUR
    )


def _with(change: Callable[[Part], Part | None]) -> Insert:
    parts = (change(part) for part in _sound().parts)
    return replace(_sound(), parts=tuple(part for part in parts if part is not None))


def _changed(name: str, old: str, new: str) -> Callable[[Part], Part]:
    def change(part: Part) -> Part:
        if part.name != name:
            return part
        assert old in part.protein
        return replace(part, protein=part.protein.replace(old, new, 1))

    return change


def _cut_to(name: str, residues: int) -> Callable[[Part], Part]:
    return lambda part: replace(part, protein=part.protein[:residues]) if part.name == name else part


def _without(kind: str) -> Callable[[Part], Part | None]:
    return lambda part: None if part.kind == kind else part


def _swapped() -> Insert:
    parts = list(_sound().parts)
    kinds = [part.kind for part in parts]
    hinge, signal = kinds.index("hinge"), kinds.index("signal")
    parts[hinge], parts[signal] = parts[signal], parts[hinge]
    return replace(_sound(), parts=tuple(parts))


def _fused(kind: str) -> Insert:
    """Take the linker and the 2A away that stand before a part."""
    parts = list(_sound().parts)
    at = next(index for index, part in enumerate(parts) if part.kind == kind)
    return replace(_sound(), parts=(*parts[: at - 2], *parts[at:]))


def test_a_sound_receptor_passes_every_check() -> None:
    found = _judged(_sound(), costimulation="CD28 and 4-1BB")
    assert set(found) >= OURS
    assert {name for name, one in found.items() if not (one.passed and one.judged)} == set()


DEFECTS: dict[str, tuple[str, Callable[[], Insert]]] = {
    "hinge and signal swapped": ("car_order", _swapped),
    "no binder": ("car_order", lambda: _with(_without("variable"))),
    "charges in the leader's core": ("car_core", lambda: _with(_changed("CD8A", "VTALLLPLALL", "VDALKLPDALK"))),
    "no hinge": ("car_hinge", lambda: _with(_without("hinge"))),
    "hinge too short": ("car_hinge", lambda: _with(_cut_to("CD8A hinge", 3))),
    "no membrane": ("car_membrane", lambda: _with(_without("transmembrane"))),
    "two charges in the membrane": ("car_membrane", lambda: _with(_changed("CD8A TM", "CGVLLLSLV", "CGKLDLSLK"))),
    "membrane too short": ("car_membrane", lambda: _with(_changed("CD8A TM", "IYIWAPLA", ""))),
    "a tyrosine of the second motif": ("car_itams", lambda: _with(_changed("CD3z", "YSEIGMK", "FSEIGMK"))),
    "no signal": ("car_itams", lambda: _with(_without("signal"))),
    "a stiff linker": ("car_linker", lambda: _with(_changed("218 linker", "GSTSGSGKPG", "PEPEPEPEPE"))),
    "a cysteine in the linker": ("car_linker", lambda: _with(_changed("218 linker", "GSTSGSG", "GSTCGSG"))),
    "a linker too short": ("car_linker", lambda: _with(_changed("218 linker", "GSTSGSGKPGSGEGSTKG", "GSTSG"))),
    "CD28 without its motif": ("car_costimulation", lambda: _with(_changed("CD28", "YMNM", "FMNM"))),
    "armour without 2A": ("car_extras", lambda: _fused("armour")),
    "tag without 2A": ("car_extras", lambda: _fused("tag")),
    "armour without a start": ("car_extras", lambda: _with(_changed("IL-15", "MRIS", "ARIS"))),
    "no place to cut the leader": ("car_peptidase", lambda: _with(_changed("CD8A", "LHAARP", "LPPFRP"))),
    "a cysteine of VL": ("car_domains", lambda: _with(_changed("FMC63 VL", "YFCQQ", "YFSQQ"))),
}  # fmt: skip


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_planted_defect_fails_its_check_and_no_other(defect: str) -> None:
    named, make = DEFECTS[defect]
    found = _judged(make())
    assert {name for name, one in found.items() if not one.passed} == {named}
    assert found[named].detail, "a failed check says why"


def test_the_study_s_domains_must_be_the_receptor_s() -> None:
    assert _failed(_sound(), costimulation="4-1BB") == {"car_costimulation"}
    assert _failed(_sound(), costimulation="CD28 and 4-1BB") == set()


def test_motifs_taken_away_on_purpose_are_asked_for_by_number() -> None:
    one_left = _with(_changed("CD3z", "YSEIGMK", "FSEIGMK"))
    assert _failed(one_left, itams=2) == set()


def test_defects_are_placed() -> None:
    said = _judged(_with(_changed("CD3z", "YSEIGMK", "FSEIGMK")))["car_itams"].detail
    assert "2 whole motifs" in said
    assert "CD3z 59" in said  # the half that is left, by its place in the part
