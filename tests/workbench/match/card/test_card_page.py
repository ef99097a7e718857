"""The page: in order, in plain words, safe against what records and files may hold, and never endless."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
import stat
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

import made_matches as made

from adoptive.errors import StudyError
from adoptive.trial.eligibility.facts import Facts
from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.statements import Not, Statement, Unread
from adoptive.workbench.match.card import match_document, write_card
from adoptive.workbench.match.card.page import as_html, card_of
from adoptive.workbench.match.card.reading import AIM, grade, own_sentences
from adoptive.workbench.match.card.words import fixed_words
from adoptive.workbench.match.types import Match, Refused, Site
from adoptive.workbench.mistakes import Mistake

VOID = {"meta", "link", "br", "img", "hr", "circle", "rect"}


class Elements(HTMLParser):
    """Collects elements, links and ids, and checks that every element is closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def elements(page: str) -> Elements:
    found = Elements()
    found.feed(page)
    found.close()
    assert found.open == []
    return found


def page_of(facts: Facts, matches: tuple[Match, ...], **said: object) -> str:
    return as_html(card_of(facts, matches, made_on=made.DAY, **said))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def page() -> str:
    left_out = (Mistake("records/broken.json", "not JSON", "{"),)
    return page_of(made.patient(), made.matches(), left_out=left_out)


def test_a_card_is_a_folder_for_the_owner_alone(tmp_path: Path) -> None:
    out = write_card(tmp_path / "card", made.patient(), made.matches(), made_on=made.DAY)
    assert sorted(place.name for place in out.iterdir()) == ["match.json", "report.html"]
    modes = {stat.S_IMODE(place.stat().st_mode) for place in out.iterdir()}
    assert (stat.S_IMODE(out.stat().st_mode), modes) == (0o700, {0o600})
    document = json.loads((out / "match.json").read_text("utf-8"))
    assert document == match_document(made.patient(), made.matches(), made_on=made.DAY)
    with pytest.raises(StudyError, match="exists already"):
        write_card(out, made.patient(), made.matches(), made_on=made.DAY)


def test_the_same_matches_give_the_same_page(page: str) -> None:
    left_out = (Mistake("records/broken.json", "not JSON", "{"),)
    assert page_of(made.patient(), tuple(reversed(made.matches())), left_out=left_out) == page


def test_parts_stand_in_the_order_in_which_people_ask(page: str) -> None:
    parts = [
        "This page is for patient", "20 November 2026", "This page is no medical advice", 'id="answer"', 'id="trials"',
        "✓</span> Fits", "?</span> May fit", "↻</span> Not now", 'id="path"', 'id="effects"', 'id="travel"',
        'id="costs"', 'id="misfits"', 'id="questions"', 'id="read"', "What it did not understand", 'id="sources"',
        'id="reading"', 'id="glossary"',
    ]  # fmt: skip
    places = [page.index(part) for part in parts]
    assert places == sorted(places)


def test_the_short_answer_counts_and_names_the_best_check(page: str) -> None:
    answer = page[page.index('id="answer"') : page.index("<nav")]
    for sentence in (
        "The tool compared you with 5 trials.",
        "One trial fits by every rule in the record.",
        "Two trials may fit, as some rules are open.",
        "One does not fit now but may fit later; one does not fit.",
        "One check would settle one of these trials: a staining test (IHC) for CLDN18.2.",
        "Of the trials that fit or may fit, one is closed to new patients.",
        "1 file or record of trials could not be read.",
    ):
        assert sentence in answer


def test_a_check_settles_a_trial_only_if_nothing_else_is_open() -> None:
    matches = [made.match(number, "may fit", (*made.MET[:2], made.NO_STAIN)) for number in (1, 2)]
    both = made.match(3, "may fit", (made.NO_STAIN, made.NO_TEST))
    unread = made.match(4, "may fit", (made.NO_STAIN, made.UNREAD))
    aside = made.match(5, "may fit", (made.NO_STAIN, made.COHORT))
    checks = card_of(made.patient(), (*matches, both, unread, aside), made_on=made.DAY).checks
    assert [(check.name, check.touched, check.settled) for check in checks] == [
        ("a staining test (IHC) for CLDN18.2", (1, 2, 3, 4, 5), (1, 2, 5)),
        ("a pregnancy test", (3,), ()),
    ]


def test_reasons_stand_with_quote_gap_and_day(page: str) -> None:
    third = page[page.index('id="trial-4"') : page.index('id="path"')]
    assert "<mark>Haemoglobin of 9 g/dL or more</mark>" in third
    assert "Not met:</span> You need: <strong>haemoglobin at least 9 g/dL</strong>" in third
    assert "haemoglobin 8.1 g/dL on 2026-11-10, labs row 3" in third
    assert "That is 0.9 g/dL from the limit." in third
    assert "Not allowed: <strong>chemotherapy, less than 28 days ago</strong>" in third
    assert "It may be met from 3 December 2026." in third
    assert "A rest time is over on 3 December 2026" in third
    assert "on hold: it takes nobody now" in third
    second = page[page.index('id="trial-2"') : page.index('id="trial-3"')]
    assert "What would settle it: <strong>a staining test (IHC) for CLDN18.2</strong>" in second
    assert "The tool did not understand this rule. What would settle it: the trial team reads it with you." in second
    assert "The tool did not understand all of this rule." in second
    assert 'These words were not understood: <span class="record">or 5 half-lives</span>' in second
    assert "This rule is not for everybody (“Cohort B”)." in second
    assert "about 6,100 km away" in second
    assert "There is no forecast for this trial. The reason: The model does not know" in second


def test_a_rule_that_was_not_read_whole_is_never_said_in_our_words(page: str) -> None:
    second = page[page.index('id="trial-2"') : page.index('id="trial-3"')]
    assert "less than 14 days ago" not in second


def test_forecasts_are_numbers_of_people_with_a_range(page: str) -> None:
    first = page[page.index('id="trial-1"') : page.index('id="trial-2"')]
    assert (
        "Out of 100 people who get the cells, the cancer clearly shrinks in about 22. It could be 8 to 35 of 100."
        in first
    )
    assert "fewer than 1 have severe effects on the brain. It could be 0 to 2 of 100." in first
    assert "it takes about 41 days. In 9 of 10 people it takes 33 to 55 days." in first
    assert "does not grow for about 3.3 months. It could be 2.1 to 5.2 months." in first
    drawings = re.findall(r'<svg class="hundred".*?</svg>', first)
    assert [drawing.count('class="yes"') for drawing in drawings] == [82, 22, 18, 4, 0]
    assert all(drawing.count("<circle") == 100 for drawing in drawings)
    assert re.search(
        r'aria-label="Out of 100 people who join, about 82 get the cells\. It could be 68 to 92', drawings[0]
    )


def test_an_unusual_forecast_is_said_plainly() -> None:
    numbers = {
        "pfs_median": dataclasses.replace(made.FORECAST.numbers["pfs_median"], value=float("inf")),
        "response": dataclasses.replace(made.FORECAST.numbers["response"], value=float("nan")),
        "crs_grade3": dataclasses.replace(made.FORECAST.numbers["crs_grade3"], low=4.1, high=4.3),
    }
    forecast = dataclasses.replace(made.FORECAST, numbers=numbers)
    page = page_of(made.patient(), (made.match(1, "fits", made.MET, forecast=forecast),))
    assert "More than half of the people had not come to this point when the model stopped." in page
    assert "shrinks in about an unknown number" in page
    assert "It was near 4 of 100 in almost all runs." in page
    assert "nan" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL).lower().replace("finance", "")


def test_own_words_are_easy_to_read(page: str) -> None:
    said = re.search(r"Reading level: grade (-?[0-9.]+)", page)
    assert said is not None
    assert float(said[1]) == pytest.approx(grade(own_sentences(page)), abs=0.06)
    assert float(said[1]) <= AIM
    assert len(own_sentences(page)) > 100


def test_every_fixed_text_is_easy_to_read() -> None:
    words = fixed_words()
    texts = [row["text"] for part in ("path", "effects", "targets", "travel") for row in words[part]]
    texts += [
        *words["costs"]["general"],
        *words["sources"]["how"],
        words["sources"]["privacy"],
        *words["glossary"].values(),
    ]
    texts += [fit["sentence"] for fit in words["fits"].values()]
    hard = {text: grade(re.findall(r"[^.?!]+[.?!]", re.sub(r"(?<=\d)\.(?=\d)", ",", text))) for text in texts}
    assert {text: level for text, level in hard.items() if level > AIM + 2} == {}
    assert sum(hard.values()) / len(hard) < AIM - 1


def test_every_fact_names_its_source() -> None:
    words = fixed_words()
    assert all(row["source"] for part in ("effects", "targets", "travel") for row in words[part])


def test_words_on_the_page_are_explained(page: str) -> None:
    glossary = page[page.index('id="glossary"') :]
    for term in ("Apheresis", "CAR-T cells", "CRS", "ECOG score", "Phase 1"):
        assert f"<dt>{term}</dt>" in glossary
    assert "<dt>Karnofsky score</dt>" not in glossary
    assert "<dt>Phase 3</dt>" not in glossary


def test_what_was_read_and_what_was_not_is_shown(page: str) -> None:
    read = page[page.index('id="read"') : page.index('id="sources"')]
    for said in ("8.1 g/dL", "10 November 2026", "labs row 3", "&lt; 5 mg/L", "30 U/L (upper limit of normal 40)",
                 "KRAS G12D mutation: looked for and not found", "these lists are whole: treatments", "furlong",
                 "paclitaxel, from 1 July 2026 to 5 November 2026, line 2, stopped for progression"):  # fmt: skip
        assert said in read
    assert "-75" not in read, "the place itself is not repeated"
    assert "records/broken.json: not JSON" in page


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'\x00\ud800\u202e{{ 7*7 }}{n}%s</style></title>]]>"


def hostile() -> tuple[Facts, Match]:
    text = "* " + HOSTILE + "\n"
    item = made.item(5, text=HOSTILE, statement=Unread(HOSTILE), start=2, end=2 + len(HOSTILE), heading=HOSTILE)
    item = dataclasses.replace(item, origin="eligibilityCriteria")
    judged = made.judged(5, "unknown", Finding(None, (HOSTILE,), (HOSTILE,), float("nan"), HOSTILE, HOSTILE))
    judged = dataclasses.replace(judged, item=item)
    trial = made.trial(
        1, id='NCT90000001"><script>', title=HOSTILE, sponsor=HOSTILE, phase=HOSTILE, source=HOSTILE, updated=HOSTILE,
        criteria_text=text, interventions=(HOSTILE,), notes=(HOSTILE,), sites=(Site(HOSTILE, HOSTILE, HOSTILE),),
    )  # fmt: skip
    match = made.match(
        1, "may fit", (judged,), trial=trial, site=Site(HOSTILE, HOSTILE, HOSTILE), distance_km=float("nan"),
        score=float("nan"), why=(HOSTILE,), forecast=Refused(HOSTILE),
    )  # fmt: skip
    facts = dataclasses.replace(made.patient(), id=HOSTILE, notes=(HOSTILE,), country=HOSTILE)
    return facts, match


def test_hostile_text_is_shown_and_never_run() -> None:
    facts, match = hostile()
    misfit = dataclasses.replace(match, fit="does not fit")
    page = page_of(facts, (match, misfit), left_out=(Mistake(HOSTILE, HOSTILE, HOSTILE),))
    found = elements(page)
    assert "script" not in found.tags
    assert "img" not in found.tags
    assert not [name for name, _ in found.attributes if name.startswith("on") or name == "style"]
    assert "&lt;script&gt;" in page
    assert "{{ 7*7 }}" in page
    page.encode("utf-8")
    assert not re.search("[\x00\u202e\ud800]", page)
    json.dumps(match_document(facts, (match, misfit)), allow_nan=False).encode("utf-8")


def test_links_lead_to_the_registry_alone(page: str) -> None:
    links = [
        value for name, value in elements(page).attributes if name in ("href", "src", "action", "srcset", "xlink:href")
    ]
    allowed = re.compile(r"#[a-z0-9-]+|https://clinicaltrials\.gov/study/NCT[0-9]{8}|data:,")
    assert links
    assert [link for link in links if not allowed.fullmatch(link)] == []
    facts, match = hostile()
    links = [value for name, value in elements(page_of(facts, (match,))).attributes if name == "href"]
    assert not [link for link in links if link.startswith("http")]


def test_nothing_can_be_fetched_or_run(page: str) -> None:
    assert "default-src 'none'" in page
    assert "url(" not in page
    assert "@import" not in page
    assert not {"script", "iframe", "object", "embed", "form", "img"} & set(elements(page).tags)
    ids = [value for name, value in elements(page).attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_long_lists_are_cut_and_said_so() -> None:
    rules = (*made.MET[:2], made.NO_STAIN)
    matches = [made.match(number, "may fit", rules) for number in range(1_000)]
    matches += [made.match(number, "does not fit", rules) for number in range(1_000)]
    started = time.perf_counter()
    page = page_of(made.patient(), tuple(matches))
    assert time.perf_counter() - started < 5.0
    assert page.count('<article class="trial"') == 8
    assert "962 more are left out here. All are in the file match.json." in page
    assert "970 more are left out here." in page
    assert len(page) < 400_000


def test_long_texts_and_deep_statements_are_cut() -> None:
    deep: Statement = Unread("core")
    for _ in range(300):
        deep = Not(deep)
    text = "* " + "long " * 100_000
    item = made.item(0, statement=deep, start=2, end=len(text), understood="whole")
    judged = dataclasses.replace(made.judged(0, "unknown"), item=item)
    match = made.match(1, "may fit", (judged,) * 500, trial=made.trial(1, criteria_text=text, title="t" * 100_000))
    page = page_of(made.patient(), (match,))
    assert "more conditions" in page
    assert "470 more are not shown here." in page
    assert len(page) < 200_000


def test_without_any_trial_the_page_still_helps() -> None:
    page = page_of(made.patient(), ())
    assert "There was no trial to compare you with." in page
    assert "Questions for your doctor" in page
    elements(page)
    nothing = page_of(made.patient(), (made.matches()[0],))
    assert "None of them fits today." in nothing


def test_a_bare_patient_and_a_bare_trial_make_a_page() -> None:
    trial = made.trial(
        1, status="unknown", phase="", sponsor="", sites=(), updated="", interventions=(), criteria_text=""
    )
    match = made.match(1, "may fit", (), trial=trial, site=None, distance_km=None, gates={}, why=())
    page = page_of(Facts("p", datetime.date(2026, 1, 2)), (match,))
    assert "The record states no rules." in page
    assert "How far it is, is not known." in page
    assert "No list in your file is said to be whole." in page
    elements(page)
