"""Rows of lesions from SDTM: which test holds the size of a node."""

from __future__ import annotations

from adoptive.outcome.response.sdtm import rows_from_sdtm

TU = {
    "USUBJID": ["A", "A"],
    "VISITNUM": [1, 1],
    "TULNKID": ["T01", "T02"],
    "TUSTRESC": ["TARGET", "TARGET"],
    "TULOC": ["LIVER", "LYMPH NODE"],
}


def _sizes(*tests: tuple[str, str, float]) -> list[float]:
    tr = {
        "USUBJID": ["A"] * len(tests),
        "VISITNUM": [1] * len(tests),
        "TRLNKID": [lesion for lesion, _, _ in tests],
        "TRTESTCD": [test for _, test, _ in tests],
        "TRSTRESN": [size for _, _, size in tests],
        "TRSTRESC": [str(size) for _, _, size in tests],
    }
    return sorted(rows_from_sdtm(TU, tr).diameter_mm.tolist())


def test_a_node_counts_by_its_short_axis_whatever_the_test_is_called() -> None:
    assert _sizes(("T01", "LDIAM", 20), ("T02", "SAXIS", 18), ("T02", "LDIAM", 31)) == [18, 20]
    assert _sizes(("T01", "LDIAM", 20), ("T02", "LPERP", 18), ("T02", "LDIAM", 31)) == [18, 20]
    assert _sizes(("T01", "LDIAM", 20), ("T02", "LPERP", 19), ("T02", "SAXIS", 18)) == [18, 20]
