"""Write thousands of synthetic registry records, some of them broken, and time how they are loaded.

    python -m benchmarks.matching.many --count 5000 --out FOLDER

The records have the form of the API of ClinicalTrials.gov, version 2. Every trial, number, sponsor and sentence in them
is made up; the sentences have the forms that eligibility texts have. The same seed writes the same files.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks.matching.sentences import EXCLUDED, INCLUDED, PLACES, TARGETS, TUMOURS

Record = dict[str, Any]

STATUSES: Final = (
    ("RECRUITING", 45), ("NOT_YET_RECRUITING", 10), ("ACTIVE_NOT_RECRUITING", 12), ("COMPLETED", 15), ("UNKNOWN", 8),
    ("TERMINATED", 4), ("WITHDRAWN", 2), ("SUSPENDED", 2), ("ENROLLING_BY_INVITATION", 2),
)  # fmt: skip
PHASES: Final = (["EARLY_PHASE1"], ["PHASE1"], ["PHASE1"], ["PHASE1", "PHASE2"], ["PHASE2"], ["PHASE3"], ["NA"])
PRODUCTS: Final = ("CAR-T cells", "TCR-T cells", "CAR-NK cells", "tumour-infiltrating lymphocytes")
HEADS: Final = (("Inclusion Criteria:", "Exclusion Criteria:"), ("INCLUSION CRITERIA", "EXCLUSION CRITERIA"))
BULLETS: Final = ("* ", "- ", "{number}. ", "({number}) ", "\\* ")


def sentence(template: str, chance: random.Random, tumour: str, target: str) -> str:
    """Fill a sentence: ``{a|b|c}`` takes one, ``{7~90}`` a number, the names of tumour and target go in."""
    text = template.replace("TUMOUR", tumour).replace("TARGET", target)
    while "{" in text:
        start, end = text.rindex("{"), text.index("}", text.rindex("{"))
        choice = chance.choice(text[start + 1 : end].split("|"))
        least, wide, most = choice.partition("~")
        text = text[:start] + (str(chance.randint(int(least), int(most))) if wide else choice) + text[end + 1 :]
    return text


def criteria(chance: random.Random, tumour: str, target: str) -> str:
    """Write an eligibility text in one of the usual layouts."""
    bullet, gap = chance.choice(BULLETS), chance.choice(("\n", "\n\n"))
    heads = chance.choice(HEADS)
    parts = []
    for head, pool, least, most in ((heads[0], INCLUDED, 7, 16), (heads[1], EXCLUDED, 7, 18)):
        chosen = chance.sample(pool, chance.randint(least, min(most, len(pool))))
        said = [sentence(template, chance, tumour, target) for template in chosen]
        lines = [f"{bullet.format(number=number)}{text}" for number, text in enumerate(said, 1)]
        parts.append(f"{head}\n\n{gap.join(lines)}")
    text = "\n\n".join(parts)
    return text.replace(">=", "\\>=").replace("<=", "\\<=") if chance.random() < 0.3 else text


def record(number: int, *, seed: int = 1) -> Record:
    """Make the record of a number; its modules vary, some are left out."""
    chance = random.Random(f"{seed}/{number}")
    tumour, target, product = chance.choice(TUMOURS), chance.choice(TARGETS), chance.choice(PRODUCTS)
    status = chance.choices([name for name, _ in STATUSES], [share for _, share in STATUSES])[0]
    protocol: Record = {
        "identificationModule": {
            "nctId": f"NCT{90000000 + number}",
            "orgStudyIdInfo": {"id": f"SYN-{number:05d}"},
            "organization": {"fullName": f"Synthetic sponsor {number % 97}", "class": "OTHER"},
            "briefTitle": f"{target} {product} in {tumour} (synthetic trial {number})",
            "officialTitle": f"A synthetic study of {target}-directed {product} for patients with {tumour}",
        },
        "statusModule": {
            "statusVerifiedDate": "2026-02",
            "overallStatus": status,
            "lastUpdatePostDateStruct": {"date": f"2025-{1 + number % 12:02d}-{1 + number % 28:02d}", "type": "ACTUAL"},
        },
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": f"Synthetic sponsor {number % 97}", "class": "OTHER"}},
        "descriptionModule": {
            "briefSummary": f"Cells directed against {target} are given once. " * chance.randint(1, 9)
        },
        "conditionsModule": {"conditions": [tumour], "keywords": [target, product]},
        "designModule": {"studyType": "INTERVENTIONAL", "phases": chance.choice(PHASES)},
        "armsInterventionsModule": {
            "interventions": [
                {"type": "BIOLOGICAL", "name": f"{target} {product}", "otherNames": [f"SYN{number}"]},
                {"type": "DRUG", "name": "Fludarabine"},
                {"type": "DRUG", "name": "Cyclophosphamide"},
            ]
        },
        "eligibilityModule": {
            "eligibilityCriteria": criteria(chance, tumour, target),
            "healthyVolunteers": False,
            "sex": chance.choices(("ALL", "FEMALE", "MALE"), (90, 7, 3))[0],
            "minimumAge": chance.choices(("18 Years", "1 Year", "6 Months", "16 Years"), (85, 5, 5, 5))[0],
            "maximumAge": chance.choice(("70 Years", "75 Years", "80 Years", "N/A")),
            "stdAges": ["ADULT", "OLDER_ADULT"],
        },
        "contactsLocationsModule": {"locations": [site(chance, status) for _ in range(chance.randint(1, 12))]},
    }
    for name in chance.sample(sorted(set(protocol) - {"identificationModule", "eligibilityModule"}), 1):
        if chance.random() < 0.1:
            del protocol[name]
    return {"protocolSection": protocol, "derivedSection": {"miscInfoModule": {"versionHolder": "2026-03-01"}}}


def site(chance: random.Random, status: str) -> Record:
    """Make a site near a city."""
    city, country, latitude, longitude = chance.choice(PLACES)
    point = {
        "lat": round(latitude + chance.uniform(-0.1, 0.1), 5),
        "lon": round(longitude + chance.uniform(-0.1, 0.1), 5),
    }
    found: Record = {"facility": f"{city} synthetic hospital", "city": city, "country": country, "geoPoint": point}
    if status == "RECRUITING":
        found["status"] = chance.choice(("RECRUITING", "RECRUITING", "NOT_YET_RECRUITING", "COMPLETED"))
    return found


def _with(number: int, seed: int, **fields: Any) -> Record:
    """Change fields of a record's eligibility module."""
    made = record(number, seed=seed)
    made["protocolSection"]["eligibilityModule"].update(fields)
    return made


def _text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


BROKEN: Final[dict[str, Callable[[int, int], bytes]]] = {
    "truncated": lambda number, seed: _text(record(number, seed=seed))[:-700],
    "empty": lambda number, seed: b"",
    "not-json": lambda number, seed: b"<html><body>502 Bad Gateway</body></html>",
    "no-number": lambda number, seed: b'{"protocolSection": {"identificationModule": {}}}',
    "number-is-a-list": lambda number, seed: b'{"protocolSection": {"identificationModule": {"nctId": [1, 2]}}}',
    "section-is-text": lambda number, seed: b'{"protocolSection": "none"}',
    "error-reply": lambda number, seed: b'{"error": {"code": 404}}',
    "latin-1": lambda number, seed: _text(_with(number, seed, stdAges="\xe9t\xe9")).decode().encode("latin-1"),
    "zero-bytes": lambda number, seed: bytes(4096),
    "random-bytes": lambda number, seed: random.Random(seed).randbytes(4096),
    "deep-list": lambda number, seed: b"[" * 10_000,
    "half-gzip": lambda number, seed: gzip.compress(_text(record(number, seed=seed)), mtime=0)[:-40],
}
"""Files that hold no trial: each must be listed, none may end the loading."""

ODD: Final[dict[str, Callable[[int, int], bytes]]] = {
    "wrong-types": lambda number, seed: _text(
        {"protocolSection": {
            **record(number, seed=seed)["protocolSection"], "statusModule": 7, "conditionsModule": {"conditions": {}},
            "contactsLocationsModule": {"locations": [1, None, {"geoPoint": {"lat": "x", "lon": 1e300}}]},
        }}
    ),
    "missing-modules": lambda number, seed: _text(
        {"protocolSection": {"identificationModule": {"nctId": f"NCT{90000000 + number}"}}}
    ),
    "not-a-number": lambda number, seed: _text(_with(number, seed, minimumAge=float("nan"))),
    "utf-16": lambda number, seed: json.dumps(record(number, seed=seed)).encode("utf-16"),
    "byte-order-mark": lambda number, seed: b"\xef\xbb\xbf" + _text(record(number, seed=seed)),
    "script": lambda number, seed: _text(
        _with(number, seed, eligibilityCriteria="Inclusion Criteria:\n* <script>alert(1)</script> adults")
    ),
    "impossible-dates": lambda number, seed: _text(record(number, seed=seed)).replace(b'"2025-', b'"2025-99'),
    "zero-in-text": lambda number, seed: json.dumps(_with(number, seed, eligibilityCriteria="* a\x00b")).encode(),
    "half-character": lambda number, seed: json.dumps(_with(number, seed, eligibilityCriteria="* \ud83d")).encode(),
    "long-number": lambda number, seed: _text(record(number, seed=seed))[:-1] + b', "version": ' + b"9" * 6000 + b"}",
    "deep-module": lambda number, seed: (
        _text(record(number, seed=seed))[:-1] + b', "extra": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    ),
}  # fmt: skip
"""Files that are odd, and hold a trial all the same."""


def write_many(folder: Path, *, count: int, seed: int = 1, broken: bool = True, huge: bool = True) -> dict[str, int]:
    """Write ``count`` records into a folder: alone, in pages, in lines, packed, and, if asked for, broken files.

    Returns how many trials the folder holds and how many files or records of it cannot be used.
    """
    odd = ODD if broken else {}
    plain = max(0, count - len(odd) - (broken and huge))
    numbers = iter(range(1, count + 1))
    made = (record(next(numbers), seed=seed) for _ in range(plain))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _files(made, plain):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "odd").mkdir(exist_ok=True)
    for name, write in odd.items():
        (folder / "odd" / f"{name}.json").write_bytes(write(next(numbers), seed))
    if broken and huge:
        text = "Inclusion Criteria:\n" + "* adults of any sex\n" * 5_000_000
        (folder / "odd" / "huge.json").write_bytes(_text(_with(next(numbers), seed, eligibilityCriteria=text)))
    unusable = BROKEN if broken else {}
    (folder / "broken").mkdir(exist_ok=True)
    for name, write in unusable.items():
        (folder / "broken" / f"{name}.json").write_bytes(write(count + 1, seed))
    if broken:
        (folder / "zz").mkdir(exist_ok=True)
        (folder / "zz" / "again.json").write_bytes(_text(record(1, seed=seed)))
    return {"trials": count, "mistakes": len(unusable) + broken}


def _files(made: Iterator[Record], count: int) -> Iterator[tuple[str, bytes]]:
    """Lay records out: half alone, the rest in pages, lines and packed pages."""
    alone, block = count // 2, max(1, count // 10)
    for number in range(alone):
        yield f"alone/{number // 500:02d}/{number:05d}.json", _text(next(made))
    for number in range(3):
        yield f"page-{number}.json", _text({"totalCount": count, "studies": [next(made) for _ in range(block)]})
    yield "lines.jsonl", b"\n".join(_text(next(made)) for _ in range(block))
    yield "packed.json.gz", gzip.compress(_text({"studies": list(made)}), mtime=0)


def main() -> None:
    """Write the records, load them, and print what came of it."""
    from adoptive.workbench.match.trials.load import load_trials
    from adoptive.workbench.match.types import Trial

    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--count", type=int, default=5000)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--whole", action="store_true", help="write no broken files")
    ask.add_argument("--workers", type=int, default=1, help="processes that read criteria")
    given = ask.parse_args()
    wanted = write_many(given.out, count=given.count, seed=given.seed, broken=not given.whole)
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    busy = time.process_time()
    trials = items = mistakes = 0
    for found in load_trials(given.out, workers=given.workers):
        if isinstance(found, Trial):
            trials, items = trials + 1, items + len(found.items)
        else:
            mistakes += 1
    seconds, busy = time.perf_counter() - begun, time.process_time() - busy
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{trials} trials of {wanted['trials']}, {items} items, {mistakes} mistakes of {wanted['mistakes']}")
    print(
        f"{seconds:.1f} s, {busy:.1f} s of a core, {1000 * busy / max(1, trials):.2f} ms a trial, {memory:.0f} MB more"
    )


if __name__ == "__main__":
    main()
