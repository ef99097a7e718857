"""Checks of the bases themselves: sites, signals, composition, repeats, length in the vector, the written record."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from adoptive.construct.bases import ConstructError
from adoptive.construct.checks.seen import Finding, NamedCheck, Seen
from adoptive.construct.record import Feature, features_of, genbank_text, read_record
from adoptive.construct.rules import Breach, Rules, rule_breaches, shared_kmers
from adoptive.construct.types import Built

__all__ = ["SEQUENCE_CHECKS", "packaged"]

_STRANDS: Final = {1: "", -1: " on the other strand"}


@lru_cache(maxsize=4)
def _breaches(nt: str, rules: Rules) -> dict[str, tuple[Breach, ...]]:
    return rule_breaches(nt, rules)


def judge_sites(seen: Seen) -> Finding:
    """Judge whether no restriction site to avoid stands on either strand."""
    found = _breaches(seen.built.nt, seen.limits.rules)["sites"]
    faults = tuple(f"{seen.where_base(one.start)}: {one.rule}{_STRANDS[one.strand]}" for one in found)
    return Finding(f"sites: {len(found)}", f"none of {', '.join(seen.limits.rules.sites)}", faults)


def judge_signals(seen: Seen) -> Finding:
    """Judge whether no poly-A signal and no strong splice donor stands on either strand."""
    found = _breaches(seen.built.nt, seen.limits.rules)["patterns"]
    faults = tuple(f"{seen.where_base(one.start)}: {one.rule}{_STRANDS[one.strand]}" for one in found)
    return Finding(f"signals: {len(found)}", f"none of {', '.join(seen.limits.rules.patterns)}", faults)


def judge_composition(seen: Seen) -> Finding:
    """Judge the share of G and C in every window and the runs of one base."""
    found, rules = _breaches(seen.built.nt, seen.limits.rules), seen.limits.rules
    faults = tuple(
        f"{seen.where_base(one.start)} to base {one.end}: {one.found}, asked {one.rule}"
        for one in (*found["gc"], *found["runs"])
    )
    share = 100 * sum(base in "GC" for base in seen.built.nt) / len(seen.built.nt)
    low, high = rules.gc_between
    asked = (
        f"{100 * low:g} to {100 * high:g} % in each {rules.gc_window} bases; runs to {rules.longest_at_run} A or T, "
        f"{rules.longest_gc_run} G or C"
    )
    return Finding(f"GC {share:.1f} % in all", asked, faults)


def judge_repeats(seen: Seen) -> Finding:
    """Judge whether no stretch stands twice in the insert, or in the insert and its vector on either strand."""
    nt, size, built = seen.built.nt, seen.limits.repeat_nt, seen.built
    own = _joined((at, other) for at, other, _ in shared_kmers(nt, size, reverse=False))
    faults = [f"{seen.where_base(at)}: {more + size} bases as at base {other + 1}" for at, other, more in own]
    if built.vector_nt:
        hits = shared_kmers(nt, size, reverse=True, reference=_backbone(built))
        shared = _joined((at, way * other) for at, other, way in hits)
        faults += [f"{seen.where_base(at)}: {more + size} bases that the vector has too" for at, _, more in shared]
    longest = f"none of {size} or more" if not faults else f"stretches: {len(faults)}"
    note = "" if built.vector_nt else "no vector was given: the insert alone"
    return Finding(longest, f"none of {size} bases, nor shared with the vector", tuple(faults), note)


def _joined(hits: Iterable[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Join hits that follow each other by one base on both sides: ``(start, start of the other, bases more)``."""
    joined: list[tuple[int, int, int]] = []
    for at, other in hits:
        if joined:
            start, first, more = joined[-1]
            if at == start + more + 1 and abs(other - first) == more + 1:
                joined[-1] = (start, first, more + 1)
                continue
        joined.append((at, other, 0))
    return joined


def _backbone(built: Built) -> str:
    """Give the vector without the insert; what stands on its two sides is joined only in a circle."""
    end = built.insert_at + len(built.nt)
    if built.circular:
        around = built.vector_nt * 2
        return around[end : built.insert_at + len(built.vector_nt)]
    return f"{built.vector_nt[: built.insert_at]}N{built.vector_nt[end:]}"


def packaged(built: Built) -> tuple[int, str]:
    """Give the bases that must fit a particle, and what they are: LTR to LTR, the whole vector, or the insert alone."""
    if not built.vector_nt:
        return len(built.nt), "the insert alone: no vector was given"
    whole = len(built.vector_nt)
    repeats = sorted((one for one in built.marks if _is_repeat(one.name, one.kind)), key=lambda one: one.start)
    if len(repeats) == 2:
        first, second = repeats
        if first.start <= built.insert_at < second.end:
            return second.end - first.start, "from the first long terminal repeat to the second"
        if built.circular:
            return whole - (second.start - first.end), "from the second long terminal repeat round to the first"
    return whole, "the whole vector: it names no two long terminal repeats around the insert"


def _is_repeat(name: str, kind: str) -> bool:
    return kind == "LTR" or "LTR" in name.upper().replace("-", " ").replace("'", " ").replace("_", " ").split()


def judge_packaging(seen: Seen) -> Finding:
    """Judge whether what is packaged fits."""
    length, what = packaged(seen.built)
    most = seen.limits.packaged_nt
    faults = (f"{length:,} bases ({what}), {length - most:,} too many",) if length > most else ()
    return Finding(f"{length:,} bases", f"at most {most:,}", faults, what)


def judge_round_trip(seen: Seen) -> Finding:
    """Judge whether the GenBank record, read again, gives the same bases and features."""
    try:
        nt, features = read_record(genbank_text(seen.built))
    except ConstructError as problem:
        return Finding("not readable", "as written", (" ".join(str(problem).split()),))
    wanted_nt, wanted = seen.built.vector_nt or seen.built.nt, features_of(seen.built)
    faults = [] if nt == wanted_nt else [f"{len(nt):,} bases read, {len(wanted_nt):,} written, or not the same"]
    faults += [f"written but not read: {_said(one)}" for one in wanted if one not in features]
    faults += [f"read but not written: {_said(one)}" for one in features if one not in wanted]
    return Finding(f"{len(features)} features, {len(nt):,} bases", "as written", tuple(faults))


def _said(one: Feature) -> str:
    return f"bases {one.start + 1}-{one.end} {one.kind} {one.label!r}"


SEQUENCE_CHECKS: Final = (
    NamedCheck("sites", "No restriction site to avoid, on either strand", judge_sites),
    NamedCheck("signals", "No poly-A signal, no strong splice donor", judge_signals),
    NamedCheck("composition", "GC share in every window, runs of one base", judge_composition),
    NamedCheck("repeats", "No repeat in the insert, none shared with the vector", judge_repeats),
    NamedCheck("packaging", "Short enough to be packaged", judge_packaging),
    NamedCheck("round_trip", "The GenBank record reads back the same", judge_round_trip),
)
