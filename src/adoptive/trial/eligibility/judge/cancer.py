"""Cancers: which one, at which stage, how far spread, and whether there is another beside it.

The disease that a trial studies is the patient's current primary cancer. Where one is on record, a cancer that is
surely different is not had (nobody leaves the cancer out for which a trial is sought); other or earlier cancers are
ruled out only by a list that is said to be complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from adoptive.trial.eligibility.facts import Diagnosis
from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.judge import phrasing
from adoptive.trial.eligibility.judge.kinship import different, kin_of, tables
from adoptive.trial.eligibility.judge.known import Known
from adoptive.trial.eligibility.judge.seen import Seen, both, either
from adoptive.trial.eligibility.judge.spans import Span
from adoptive.trial.eligibility.statements import Disease, Truth

__all__ = ["say_disease", "see_disease"]

_STAGE: Final = re.compile(r"(?:STAGE ?)?(IV|I{1,3}|[0-4])([A-D]?)([1-3]?)")
_ROMAN: Final = {"I": 1, "II": 2, "III": 3, "IV": 4}
_PROGRESSED: Final = frozenset({"progression", "progressive disease", "pd", "progressed", "disease progression"})
_ANSWER: Final[dict[Truth, str]] = {True: "yes", False: "no"}


def see_disease(asked: Disease, known: Known) -> Seen:
    """See whether the patient has one of some cancers, at a stage and with a spread as asked."""
    records = [(it, _one(asked, it, span, named, known)) for it, span, named in known.diagnoses.asked(asked.names)]
    return either(records, Seen(*_absent(asked, known)))


def _absent(asked: Disease, known: Known) -> tuple[Truth, str]:
    """Say what holds where no record says so."""
    if not known.diagnoses.speaks_of(asked.names):
        return None, "missing"
    if "diagnoses" in known.facts.complete:
        return False, "complete"
    if asked.other_than_study_disease or asked.within_days is not None:
        return None, "missing"
    present = any(it.current and span.begun for it, span, _ in known.diagnoses.asked(()))
    return (False, "another cancer") if present else (None, "missing")


def _one(asked: Disease, it: Diagnosis, span: Span, named: Truth, known: Known) -> Seen:
    return both(_parts(asked, it, span, named, known))


def _parts(asked: Disease, it: Diagnosis, span: Span, named: Truth, known: Known) -> Iterator[Seen]:
    yield Seen(named, "broader")
    yield Seen(span.begun, "future")
    if asked.other_than_study_disease:
        yield Seen(_other(it, known), "which is studied")
    yield Seen(_present(asked, it, known), "past")
    if asked.stages:
        yield Seen(_staged(asked.stages, it), "stage")
    for extent in asked.extent:
        yield Seen(_EXTENT[extent](it, known) if extent in _EXTENT else None, extent)


def _present(asked: Disease, it: Diagnosis, known: Known) -> Truth:
    """Say whether a cancer is there, or was within the days asked; when one that is over was last there is open."""
    if it.current is not False:
        fresh = asked.within_days is None or asked.other_than_study_disease
        if it.current is True and not fresh:  # "diagnosed within" and "had within" differ for an old one
            return True if _recent(asked, it, known) else None
        return it.current
    if asked.within_days is not None:
        return True if _recent(asked, it, known) else None
    return None if asked.other_than_study_disease else False


def _recent(asked: Disease, it: Diagnosis, known: Known) -> bool:
    ago = known.days_since(it.day)
    return ago is not None and asked.within_days is not None and 0 <= ago < asked.within_days


def _names(it: Diagnosis) -> tuple[str, ...]:
    return (it.name, it.histology) if it.histology else (it.name,)


def _other(it: Diagnosis, known: Known) -> Truth:
    """Say whether a cancer is another than the one that is treated now, which is the current one."""
    rest = [each for each in known.diagnoses.records if each is not it and each.current is True]
    unlike = [any(different(one, two) for one in _names(it) for two in _names(each)) for each in rest]
    if it.current is True:
        if any(unlike):
            return True  # of two current cancers one is the other
        return False if all(_same(it, each) for each in rest) else None
    return True if rest and all(unlike) else None


def _same(one: Diagnosis, two: Diagnosis) -> bool:
    mine, yours = kin_of("diseases", _names(one)), kin_of("diseases", _names(two))
    return one.name in yours.surely or two.name in mine.surely


class _Stage(NamedTuple):
    number: int
    letter: str
    digit: str


def _stage(text: str) -> _Stage | None:
    found = _STAGE.fullmatch(text.strip().upper())
    if not found:
        return None
    number = _ROMAN.get(found[1])
    return _Stage(int(found[1]) if number is None else number, found[2], found[3])


def _staged(stages: tuple[str, ...], it: Diagnosis) -> Truth:
    """Say whether a stage is one of some; "III" asks for IIIA to IIIC too, and a recorded "III" may be IIIB or not.

    A stage of less than IV beside distant metastases (a stage at diagnosis, most likely) leaves it open.
    """
    mine = _stage(it.stage)
    each = [_stage_is(asked, mine, it.stage) for asked in stages]
    truth: Truth = True if True in each else None if None in each else False
    if mine is not None and it.metastatic is True and mine.number < 4 and truth is not None:
        four = any(other is not None and other.number == 4 for other in map(_stage, stages))
        return truth if truth is True and four else None
    return truth


def _stage_is(asked: str, mine: _Stage | None, text: str) -> Truth:
    wanted = _stage(asked)
    if not text.strip():
        return None
    if wanted is None or mine is None:
        return True if asked.strip().lower() == text.strip().lower() else None
    if wanted.number != mine.number:
        return False
    for part, own in ((wanted.letter, mine.letter), (wanted.digit, mine.digit)):
        if not part:
            return True
        if part != own:
            return False if own else None
    return True


def _metastatic(it: Diagnosis, known: Known) -> Truth:
    """Say whether a cancer has distant metastases; stage IV says so of solid tumours but those of ``kinship.toml``.

    IVA often is a large tumour without any (stomach, oesophagus, liver, head and neck), so that it does not say so.
    """
    stage = _stage(it.stage)
    solid = kin_of("diseases", _names(it)).is_one("solid tumour")
    far = stage is not None and stage.number == 4 and stage.letter != "A" and solid is True and not _unspread(it)
    if it.metastatic is not None:
        return None if far and not it.metastatic else it.metastatic
    if far:
        return True
    found = known.conditions.asked(("distant metastases",)) if len(known.diagnoses.records) == 1 else ()
    seen = any(named and span.begun and record.state == "active" for record, span, named in found)
    return True if seen else None


def _unspread(it: Diagnosis) -> bool:
    kin = kin_of("diseases", _names(it))
    return any(kin.is_one(name) is not False for name in tables()["stage_four_unspread"])


def _unresectable(it: Diagnosis, known: Known) -> Truth:
    return it.unresectable


def _advanced(it: Diagnosis, known: Known) -> Truth:
    """Say whether a cancer is locally advanced or metastatic.

    Metastases are enough, and so is a tumour that cannot be removed unless its stage is 0 to II (then it may be the
    patient who bears no surgery); stage 0 or I without metastases that can be removed is not advanced.
    """
    spread, stage = _metastatic(it, known), _stage(it.stage)
    early = stage is not None and stage.number <= 2
    if spread is True:
        return True
    if it.unresectable is True and not early:
        return True
    earliest = stage is not None and stage.number <= 1
    return False if earliest and spread is False and it.unresectable is False else None


def _came_back(it: Diagnosis, known: Known) -> Truth:
    """Say whether a cancer is recurrent or refractory: progression on record says so, no treatment at all says not."""
    treated = [record for record, span, _ in known.therapies.asked(()) if span.begun]
    if any(one.stopped_for == "progression" or one.response.strip().lower() in _PROGRESSED for one in treated):
        return True
    if any(reading.fact.value is True for reading in known.readings.get("progressed", ())):
        return True
    return False if "therapies" in known.facts.complete and not known.facts.therapies else None


_EXTENT: Final = {
    "metastatic": _metastatic,
    "unresectable": _unresectable,
    "locally advanced or metastatic": _advanced,
    "advanced": _advanced,
    "recurrent or refractory": _came_back,
}


def say_disease(asked: Disease, known: Known, seen: Seen) -> Finding:
    """Say what was found of a cancer: the diagnoses that decided, or what of them is open."""
    because = tuple(_said(record) for record, _ in seen.used)
    if seen.truth is False and seen.why == "another cancer" and not because:
        because = tuple(_said(record) for record in known.diagnoses.records if record.current)
    if seen.truth is False and seen.why == "complete":
        because = (*because, "the list of cancers is said to be complete")
    if seen.truth is not None:
        return Finding(seen.truth, because)
    settle = tuple(dict.fromkeys(_settle(asked, reason, record) for record, reason in seen.used))
    named = phrasing.listed(asked.names) or "cancer"
    missing = f"whether there is or was another cancer ({named})" if asked.other_than_study_disease else named
    return Finding(None, because, settle if seen.why != "missing" else (f"the diagnosis: {missing}",))


def _settle(asked: Disease, reason: str, it: Diagnosis) -> str:
    if reason == "broader":
        return f"the pathology report: is the {it.name} a {phrasing.listed(asked.names)}"
    return {
        "stage": f"the stage of the {it.name}",
        "past": f"when the {it.name} was last there or treated",
        "future": f"the day of the diagnosis: {it.name} is dated {it.day}, after the day of judgement",
        "which is studied": f"whether the {it.name} is the cancer to be treated, or another one",
        "unresectable": f"a surgeon's opinion: can the {it.name} be removed",
        "recurrent or refractory": f"the treatment history: did the {it.name} come back or grow under treatment",
    }.get(reason, f"a scan: is the {it.name} {reason}")


def _said(it: Diagnosis) -> str:
    words = [it.name]
    if it.histology and it.histology != it.name:
        words.append(it.histology)
    if it.stage:
        words.append(it.stage if it.stage.lower().startswith("stage") else f"stage {it.stage}")
    words += [f"{word}: {_ANSWER[so]}" for word, so in _spread(it) if so is not None]
    if it.current is False:
        words.append("no longer there")
    return ", ".join(words) + phrasing.on(it.day, it.source)


def _spread(it: Diagnosis) -> tuple[tuple[str, Truth], ...]:
    return (("metastatic", it.metastatic), ("unresectable", it.unresectable))
