"""Inserts for the tests of orders: receptors laid out from published sequences, and a small chimeric receptor."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from adoptive.construct.bases import translate
from adoptive.construct.types import Chain, Insert, Part

P2A = "ATNFSLLKQAGDVEENPGP"


@lru_cache
def _cases(name: str) -> dict[str, Any]:
    text = resources.files("adoptive.construct").joinpath("data", "cases", name).read_text("utf-8")
    cases: dict[str, Any] = json.loads(text)
    return cases


def chain_of(receptor: str, kind: Literal["TRA", "TRB"]) -> Chain:
    """Give a chain of a reference receptor."""
    row = _cases("reference_tcrs.json")[receptor][kind]
    nt = row["vj_nt"]
    whole = len(nt) // 3 * 3
    return Chain(
        kind, row["v"], row["j"], row["cdr3"], row["leader_aa"], nt[:whole], nt[whole:],
        (row["n_from_v"], row["n_from_j"]),
    )  # fmt: skip


def tcr_of(receptor: str = "DMF5") -> Insert:
    """Lay a receptor out as beta, furin site, SGSG, P2A, alpha, with murine constants that have the added cysteines."""
    expected = _cases("reference_tcrs.json")["DMF5"]["expected"]
    alpha, beta = chain_of(receptor, "TRA"), chain_of(receptor, "TRB")
    constants = {
        "TRA": translate(expected["murine_TRAC_T48C_nt"]).rstrip("*"),
        "TRB": translate(expected["murine_TRBC2_S57C_nt"]).rstrip("*"),
    }
    parts: list[Part] = []
    for chain in (beta, alpha):
        parts += [
            Part(f"{chain.chain} leader", "leader", chain.leader, chain.v),
            Part(f"{chain.chain} variable", "variable", chain.variable, f"{chain.v} {chain.j}"),
            Part(f"{chain.chain} constant", "constant", constants[chain.chain], "murine, added cysteine"),
        ]
    between = [Part("furin site", "cleavage", "RAKR"), Part("SGSG", "linker", "SGSG"), Part("P2A", "2A", P2A)]
    parts[3:3] = between
    cdr3 = (("TRA", alpha.cdr3), ("TRB", beta.cdr3))
    return Insert(receptor, "TCR", tuple(parts), (beta, alpha), (), cdr3)


def car_of() -> Insert:
    """Lay FMC63-28Z out."""
    kinds = ("leader", "binder", "linker", "binder", "linker", "hinge", "signal")
    rows = _cases("reference_cars.json")["FMC63-28Z (GenBank ADM64594.1 length 489 aa)"]["parts"]
    parts = tuple(Part(name, kind, protein) for (name, protein), kind in zip(rows, kinds, strict=True))  # type: ignore[arg-type]
    return Insert("FMC63-28Z", "CAR", parts)


def with_part(insert: Insert, name: str, /, **changes: str) -> Insert:
    """Change one part of an insert."""
    parts = tuple(replace(one, **changes) if one.name == name else one for one in insert.parts)  # type: ignore[arg-type]
    return replace(insert, parts=parts)
