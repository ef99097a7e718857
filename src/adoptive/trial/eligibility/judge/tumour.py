"""Antigens of the tumour: what a test of staining, copies or message says about the level that is asked.

The newest test of the assay decides. A staining of intensity 2 in half of the cells says that at least half stain at
intensity 1 or more, and nothing against more; that no more than half stain at 3. Of several tests that may be the
newest, those that say something must agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from adoptive.trial.eligibility.facts import AntigenTest
from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.judge import phrasing
from adoptive.trial.eligibility.judge.known import Known
from adoptive.trial.eligibility.judge.seen import Seen
from adoptive.trial.eligibility.judge.staining import Staining, joined, reaches, staining
from adoptive.trial.eligibility.statements import AntigenLevel, Truth

__all__ = ["say_antigen", "see_antigen"]

_SAME_ASSAY: Final = {
    "immunohistochemistry": "ihc",
    "fish": "ish",
    "cish": "ish",
    "sish": "ish",
    "dish": "ish",
    "in situ hybridisation": "ish",
    "in situ hybridization": "ish",
    "rt-pcr": "pcr",
    "qpcr": "pcr",
    "rt-qpcr": "pcr",
    "qrt-pcr": "pcr",
}
_SCORED: Final = frozenset({"HER2"})
"""Antigens whose intensity is a score of the whole tumour: 3+ is positive, 2+ open, 0 and 1+ negative (ASCO/CAP)."""


def see_antigen(asked: AntigenLevel, known: Known) -> Seen:
    """See whether the tumour bears an antigen as asked; a list of tests that is complete and lacks it says no."""
    tests = known.antigens.get(asked.target, ())
    if not tests:
        return Seen(False, "complete") if "antigens" in known.facts.complete else Seen(None, "missing")
    by_assay: dict[str, list[AntigenTest]] = {}
    for test in tests:
        assay = _assay(test)
        if not asked.assay or not assay or assay == _plain(asked.assay):
            by_assay.setdefault(assay, []).append(test)
    groups = [_newest(group, asked, known) for group in by_assay.values()]
    seen = [_group(asked, group, why) for group, why in groups]
    if asked.assay and "" in by_assay:  # a test that does not name its assay may be another one
        seen = [Seen(None, "assay", it.used) if _assay(it.used[0]) == "" else it for it in seen]
    return _agreed(seen)


def _agreed(seen: Sequence[Seen]) -> Seen:
    decided = [it for it in seen if it.truth is not None]
    if not decided:
        return seen[0] if seen else Seen(None, "missing")
    used = tuple(test for it in decided for test in it.used)
    if any(it.truth is not decided[0].truth for it in decided):
        return Seen(None, "conflict", used)
    return Seen(decided[0].truth, "", used)


def _plain(assay: str) -> str:
    said = assay.strip().lower()
    return _SAME_ASSAY.get(said, said)


def _assay(test: AntigenTest) -> str:
    """Give a test's assay; what has an intensity or an H-score is a staining."""
    stained = test.intensity is not None or test.h_score is not None
    return _plain(test.assay) or ("ihc" if stained else "")


def _newest(tests: list[AntigenTest], asked: AntigenLevel, known: Known) -> tuple[tuple[AntigenTest, ...], str]:
    """Give the tests that may be the newest, and what keeps them from deciding ("" nothing)."""
    ages = [known.days_since(test.day) for test in tests]
    past = [age for age in ages if age is not None and age >= 0]
    latest = min(past, default=None)
    newest = tuple(test for test, age in zip(tests, ages, strict=True) if age is None or age == latest)
    if not newest:
        return tuple(tests), "future"
    if asked.within_days is None:
        return newest, ""
    if latest is None:
        return newest, "undated"
    if latest > asked.within_days:
        return newest, "stale"
    return newest, ""


def _group(asked: AntigenLevel, tests: tuple[AntigenTest, ...], why: str) -> Seen:
    """See what tests that may all be the newest of one assay say together."""
    if why:
        return Seen(None, why, tests)
    if asked.intensity_at_least is None and asked.share_at_least is None and asked.h_score_at_least is None:
        return _agreed([_called(test) for test in tests])
    stained = tuple(test for test in tests if test.intensity and test.share is not None)
    one_report = len({test.day for test in tests}) == 1
    if one_report and len({test.intensity for test in stained}) == len(tests) > 1:
        return _levels(asked, joined(stained, asked.intensity_at_least or 1.0), stained)
    return _agreed([_levels(asked, staining(test, asked.intensity_at_least or 1.0), (test,)) for test in tests])


def _levels(asked: AntigenLevel, found: Staining, tests: tuple[AntigenTest, ...]) -> Seen:
    """See whether a staining reaches the levels that are asked; a report "negative" must not speak against it."""
    parts: list[Truth] = []
    if asked.intensity_at_least is not None or asked.share_at_least is not None:
        score = tests[0].intensity if asked.target in _SCORED and asked.share_at_least is None else None
        wanted = asked.intensity_at_least or 1.0
        reached = reaches(found, asked.share_at_least, above=asked.share_above)
        parts.append(reached if score is None else score >= wanted)
    if asked.h_score_at_least is not None:
        least, most = found.h_score
        parts.append(True if least >= asked.h_score_at_least else False if most < asked.h_score_at_least else None)
    truth: Truth = False if False in parts else None if None in parts else True
    if truth and any(test.positive is False for test in tests):
        return Seen(None, "conflict", tests)
    return Seen(truth, "" if truth is not None else "level", tests)


def _called(test: AntigenTest) -> Seen:
    positive = _positive(test)
    return Seen(positive, "" if positive is not None else "result", (test,))


def _positive(test: AntigenTest) -> Truth:
    """Say whether a test is positive: by its report, by the score of HER2, or negative where nothing stains."""
    found: set[bool] = set() if test.positive is None else {test.positive}
    if test.target in _SCORED and test.intensity in (0, 1, 3):
        found.add(test.intensity == 3)
    elif test.share == 0 or test.h_score == 0 or (test.intensity == 0 and test.share in (None, 1)):
        found.add(False)
    return found.pop() if len(found) == 1 else None


def say_antigen(asked: AntigenLevel, known: Known, seen: Seen) -> Finding:
    """Say what was found of an antigen: the tests that decided, or the test that would settle it."""
    because = tuple(_said(test) for test in seen.used)
    if seen.why == "complete":
        because = (f"the list of antigen tests is said to be complete and names no {asked.target}",)
    if seen.truth is not None:
        return Finding(seen.truth, because)
    test = f"a test of {asked.target} in the tumour" + (f" ({asked.assay})" if asked.assay else "")
    if seen.why == "missing":
        return Finding(None, because, (test,))
    newest = seen.used[0]
    more = {
        "future": f"it is dated {newest.day}, after the day of judgement",
        "undated": "the day of the last one is not known",
        "stale": f"the last is of {newest.day}; {phrasing.days(asked.within_days or 0)} are allowed",
        "conflict": "the results on record contradict each other",
        "assay": "the assay of the one on record is not known",
        "result": "whether the laboratory calls the result positive",
        "level": "intensity and share of the stained cells, as asked",
    }
    return Finding(None, because, (f"{test}: {more.get(seen.why, 'its result')}",))


def _said(test: AntigenTest) -> str:
    words = [f"{test.target} {test.assay}".rstrip() + ":"]
    if test.positive is not None:
        words.append("positive," if test.positive else "negative,")
    if test.intensity is not None:
        words.append(f"intensity {phrasing.number(test.intensity)}" + ("" if test.share is not None else ","))
    if test.share is not None:
        words.append(f"{'in ' if test.intensity is not None else ''}{phrasing.number(100 * test.share)} % of cells,")
    if test.h_score is not None:
        words.append(f"H-score {phrasing.number(test.h_score)},")
    return " ".join(words).rstrip(",:") + phrasing.on(test.day, test.source)
