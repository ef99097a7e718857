"""Questions, statements in words, quotes, the document and the reading level."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from types import MappingProxyType

import pytest

sys.path.append(str(Path(__file__).parent))

import made_matches as made

from adoptive.trial.eligibility.facts import Fact, Facts
from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    AnyOf,
    Disease,
    Flag,
    Gene,
    Has,
    HlaAllele,
    Named,
    Not,
    Quantity,
    Statement,
    Treated,
    Unread,
)
from adoptive.workbench.match.card import match_document
from adoptive.workbench.match.card.answer import best_first, in_full
from adoptive.workbench.match.card.checks import checks_of
from adoptive.workbench.match.card.page import as_html, card_of
from adoptive.workbench.match.card.questions import MOST, questions_of
from adoptive.workbench.match.card.quote import quote_of
from adoptive.workbench.match.card.reading import grade, own_sentences
from adoptive.workbench.match.card.statement import in_words
from adoptive.workbench.match.card.trial import row_of, trial_card
from adoptive.workbench.match.card.types import Question
from adoptive.workbench.match.card.words import question_rows
from adoptive.workbench.match.types import Level, LevelFit, Match, Site, Verdict
from adoptive.workbench.study import load_study


def asked(facts: Facts, matches: tuple[Match, ...]) -> tuple[Question, ...]:
    ordered = best_first(matches)
    return questions_of(facts, in_full(ordered), checks_of(ordered))


def caregiver(known: bool | None) -> Facts:
    values = {} if known is None else {"caregiver": (Fact(known),)}
    patient: Facts = made.patient()
    return dataclasses.replace(patient, values=MappingProxyType(values))


ALWAYS = {
    "Aim", "Fit and other ways", "Making the cells", "Waiting", "Infusion", "Side effects", "Caregiver", "Travel",
    "Money", "Later", "Results", "Leaving",
}  # fmt: skip


def test_every_theme_is_asked_and_the_list_fits_a_page() -> None:
    for matches in (
        (),
        made.matches(),
        tuple(made.match(n, "may fit", (made.NO_STAIN, made.NO_TEST)) for n in range(9)),
    ):
        questions = asked(made.patient(), matches)
        assert len(questions) <= MOST
        assert {question.theme for question in questions} >= ALWAYS
        assert len({question.text for question in questions}) == len(questions)
        assert not [question.text for question in questions if "{" in question.text or "?" not in question.text]


def test_gaps_of_this_patient_come_first() -> None:
    questions = [question.text for question in asked(made.patient(), made.matches())]
    assert questions[0] == (
        "Can we check this soon: a staining test (IHC) for CLDN18.2? It would answer an open rule in trials 2 and 3."
    )
    assert questions[1] == "The tool did not understand two rules of trial 2. Can you go through them with me?"
    assert questions[2] == "Trial 4 may be possible from 3 December 2026. Is it safe for me to wait until then?"


@pytest.mark.parametrize(
    ("known", "said"),
    [(False, "I have nobody yet"), (True, "What must my caregiver do"), (None, "What must my caregiver do")],
)
def test_the_caregiver_question_knows_what_is_known(known: bool | None, said: str) -> None:
    (text,) = (q.text for q in asked(caregiver(known), made.matches()) if q.theme == "Caregiver")
    assert text.startswith(said)


def test_the_facts_of_the_trials_shape_the_questions() -> None:
    far = made.match(1, "fits", made.MET, site=Site("", "Lyon", "France"), distance_km=6_100.4, forecast=made.FORECAST)
    texts = " ".join(question.text for question in asked(made.patient(), (far,)))
    assert "another country (France)" in texts
    assert "about 18 of 100 people who join do not get the cells" in texts
    assert "hurt healthy parts (stomach lining)" in texts
    assert "early test of its treatment in people" in texts
    late = dataclasses.replace(far, trial=made.trial(1, phase="PHASE3", title="t", interventions=()), forecast=None,
                               site=Site("", "", "united states"), distance_km=5.0)  # fmt: skip
    texts = " ".join(question.text for question in asked(made.patient(), (late,)))
    for word in ("another country", "of 100 people", "healthy parts", "early test", "km away"):
        assert word not in texts


def test_one_test_for_several_values_is_one_check() -> None:
    open_rules = {
        1: ("a blood count (haemoglobin)",),
        2: ("a blood count (platelets)", "a blood count (haemoglobin)"),
        3: ("a blood count (neutrophils): the values on record contradict each other", "wait until 2026-12-03"),
        4: ("a blood count (platelets)", 'a person who reads this: "or as the doctor sees it"'),
        5: ("asking the patient (could become pregnant)",),
    }
    matches = [
        made.match(n, "may fit", (made.judged(3, "unknown", Finding(None, settle=settle)),))
        for n, settle in open_rules.items()
    ]
    blood, *others = checks_of(matches)
    assert (blood.touched, blood.settled) == ((1, 2, 3, 4), (1, 2))
    assert blood.name.startswith("a blood count (haemoglobin; ")
    assert [(check.name, check.settled) for check in others] == [("an answer from you (could become pregnant)", (5,))]


def test_questions_are_easy_to_read() -> None:
    sentences = [
        part for row in question_rows() for part in row["text"].replace("?", "?|").replace(".", ".|").split("|")
    ]
    assert grade(sentences) <= 6.0


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (Quantity("alt_u_l", "<=", 2.5, times_normal=True), "ALT at most 2.5 times the upper limit of normal"),
        (
            Quantity("platelets_e9_l", ">=", 75.0, within_days=7),
            "platelets at least 75 ×10⁹/L, measured in the last 7 days",
        ),
        (Named("sex", ("female",)), "sex: female"),
        (Disease(("gastric cancer",), ("III", "IV"), ("metastatic",)), "gastric cancer, stage III or IV, has spread"),
        (
            Disease((), other_than_study_disease=True, within_days=731.0),
            "another cancer than this one, less than 2 years ago",
        ),
        (Treated(("CAR-T cells",)), "CAR-T cells"),
        (Treated((), failed=True), "any drug treatment of the cancer that did not work or was not tolerated"),
        (
            Treated(("systemic corticosteroids",), ongoing=True, dose_above=10),
            "systemic corticosteroids, more than 10 mg a day, still going on",
        ),
        (AntigenLevel("HER2", "IHC", 3), "HER2 on the tumour (IHC), staining 3+ or stronger"),
        (
            AntigenLevel("GPC3", "IHC", share_at_least=0.5, share_above=True),
            "GPC3 on the tumour (IHC), in more than 50 % of the cells",
        ),
        (HlaAllele(("HLA-A*02:01", "HLA-A*02:06")), "tissue type (HLA) HLA-A*02:01 or HLA-A*02:06"),
        (Gene("KRAS", ("G12D",)), "KRAS G12D in the tumour"),
        (Has(("infection",), qualifier="uncontrolled"), "infection (uncontrolled)"),
        (Has(("HIV infection",), ever=True), "HIV infection, now or in the past"),
        (Not(AnyOf((Flag("pregnant"), Flag("breastfeeding")))), "not: (pregnant; or breastfeeding)"),
        (All((Flag("pregnant"), Unread("odd words"))), "pregnant; and “odd words” (not understood)"),
        (All(()), "true of everybody"),
    ],
)
def test_statements_are_said_in_words(statement: Statement, said: str) -> None:
    assert in_words(statement) == said


def test_a_quote_shows_the_line_and_marks_the_rule() -> None:
    text = "Inclusion Criteria:\n* At least one of: anaemia or low platelets; no fever\n* Other\n"
    start = text.index("anaemia")
    item = made.item(0, start=start, end=start + len("anaemia"))
    quote = quote_of(item, made.trial(1, criteria_text=text))
    assert (quote.before, quote.marked, quote.after) == ("At least one of:", "anaemia", "or low platelets; no fever")


def test_a_quote_can_leave_out_the_signs_of_the_registry() -> None:
    item = made.item(0, text="ECOG \\<= 1 \\* and \\>= 2 cm", start=0, end=0)
    assert quote_of(item, made.trial(1), plain=True).marked == "ECOG <= 1 * and >= 2 cm"
    assert quote_of(item, made.trial(1)).marked == item.text


@pytest.mark.parametrize(("start", "end"), [(0, 0), (-5, 3), (5, 2), (0, 10**9)])
def test_a_span_outside_the_text_is_not_trusted(start: int, end: int) -> None:
    item = made.item(0, text="own words", start=start, end=end)
    quote = quote_of(item, made.trial(1, criteria_text="Some other text that is there"))
    assert (quote.before, quote.marked, quote.after) == ("", "own words", "")


def test_a_rule_from_a_field_of_its_own_names_the_field() -> None:
    item = made.item(0, text="Minimum age: 18 Years", origin="minimumAge", start=0, end=0)
    quote = quote_of(item, made.trial(1))
    assert (quote.marked, quote.where) == ("Minimum age: 18 Years", "the record's field minimumAge")


def test_the_document_holds_everything_of_a_match() -> None:
    document = match_document(made.patient(), made.matches(), made_on=made.DAY)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert [trial["fit"] for trial in document["trials"]] == ["fits", "may fit", "may fit", "not now", "does not fit"]
    assert document["patient"]["as_of"] == "2026-11-20"
    assert document["checks"][0]["settles"] == ["NCT90000005"]
    not_now = document["trials"][3]
    rule = not_now["rules"][3]
    assert rule["verdict"] == "not met"
    assert rule["from_day"] == "2026-12-03"
    assert rule["recoverable"] is True
    assert rule["distance"] == -13
    assert rule["quote"] == made.TEXT[slice(*rule["span"])] == "Chemotherapy less than 4 weeks before conditioning"
    assert rule["because"] == ["paclitaxel ended on 2026-11-05"]
    assert not_now["gates"] == {"procurement": "unknown", "treatment": "unknown", "infusion day": "met"}
    assert not_now["levels"][0]["suspended"] is True
    forecast = document["trials"][0]["forecast"]
    assert forecast["given"] is True
    assert forecast["numbers"]["response"] == {"value": 22.0, "low": 8.0, "high": 35.0, "unit": "%"}
    assert document["trials"][1]["forecast"] == {"given": False, "reason": "The model does not know this target."}


def test_a_study_of_ours_says_what_its_file_knows_of_the_path() -> None:
    study = load_study("satri-cel")
    own = made.trial(1, id="satri-cel", format="study", study=study, phase="")
    card = trial_card(made.match(1, "fits", made.MET, trial=own), 1)
    assert card.link == ""
    assert f"The cells grow for up to {study.facility.culture_days:g} days." in card.path[0]
    assert "Conditioning takes" in card.path[1]
    assert "fludarabine" in card.path[1]
    assert f"up to {study.infusion.max_infusions} infusions" in card.path[2]
    assert trial_card(made.match(1, "fits", made.MET), 1).path == ()


@pytest.mark.parametrize(
    ("finding", "verdict", "said"),
    [
        (Finding(False, distance=-0.9, unit="g/dL"), "not met", "0.9 g/dL from the limit"),
        (Finding(False, distance=-3.0, unit="year"), "not met", "3 years from the limit"),
        (Finding(False, distance=-1.0, unit="points"), "not met", "1 point from the limit"),
        (Finding(True, distance=0.9, unit="g/dL"), "met", ""),
        (Finding(False, distance=float("nan")), "not met", ""),
        (Finding(False), "not met", ""),
    ],
)
def test_a_gap_is_said_of_what_is_not_met(finding: Finding, verdict: Verdict, said: str) -> None:
    card = trial_card(made.match(1, "may fit", (made.judged(3, verdict, finding),)), 1)
    (line,) = (*card.fits, *card.against)
    assert line.gap == said


def test_the_parts_of_a_trial_count_and_show_the_best_first() -> None:
    def part(name: str, verdict: Verdict, finding: Finding, *, suspended: bool = False) -> LevelFit:
        return LevelFit(Level("1", name, "", Gene("KRAS", ("G12D",)), suspended), finding, verdict)

    held = part("held", "met", Finding(True), suspended=True)
    no = part("no", "not met", Finding(False, ("KRAS G12D: not found",)))
    maybe = part("maybe", "unknown", Finding(None, settle=("tumour sequencing (KRAS G12D)",)))
    match = made.match(1, "may fit", (), levels=(held, no, maybe))
    card = trial_card(match, 1)
    assert card.counts == "Of 3 parts of the trial: 1 open, 1 not met, 1 on hold."
    assert [one.name for one in card.levels] == ["1, maybe", "1, no", "1, held"]
    assert card.levels[0].rule == "KRAS G12D in the tumour"
    assert [(check.name, check.settled) for check in checks_of((match,))] == [("tumour sequencing (KRAS G12D)", (1,))]
    misfit = row_of(made.match(1, "does not fit", (), levels=(no,)))
    assert (misfit.reason, misfit.quoted) == ("No part of the trial suits.", "KRAS G12D: not found")


def test_trials_that_were_not_compared_are_counted() -> None:
    document = match_document(made.patient(), made.matches(), passed_over=1200)
    assert "1,200 trials were left aside, as was asked for." in document["answer"]


def test_points_of_the_ranking_are_not_shown_to_people() -> None:
    match = made.match(1, "fits", made.MET, why=("fits (+300)", "takes patients (+40)", "a carer (one) is there"))
    assert trial_card(match, 1).why == ("fits", "takes patients", "a carer (one) is there")


def test_the_document_of_many_trials_keeps_what_excludes() -> None:
    document = match_document(made.patient(), made.matches(), whole=1)
    assert [trial["rules_left_out"] for trial in document["trials"]] == [0, 6, 3, 2, 5]
    assert {rule["verdict"] for trial in document["trials"][1:] for rule in trial["rules"]} == {"not met"}
    assert len(document["trials"][0]["rules"]) == 5


def test_a_rule_for_some_people_only_is_no_word_against_the_trial() -> None:
    aside = dataclasses.replace(made.COHORT, verdict="not met")
    page = as_html(card_of(made.patient(), (made.match(1, "may fit", (made.NO_STAIN, aside)),), made_on=made.DAY))
    assert "No rule for everybody speaks against it. A rule for some people only is not met." in page
    assert "Nothing speaks against it so far" not in page


def test_reading_level_counts_as_the_formula_says() -> None:
    sentences = ["The doctor gives the patient some medicine.", "Go home now."]
    words, syllables = 10, 1 + 2 + 1 + 1 + 2 + 1 + 3 + 3
    assert grade(sentences) == pytest.approx(0.39 * words / 2 + 11.8 * syllables / words - 15.59)
    hard = "Antineoplastic immunotherapeutic administration necessitates comprehensive multidisciplinary evaluation."
    assert grade([hard]) > 20.0


def test_records_and_short_cries_do_not_flatter_the_reading_level() -> None:
    page = (
        "<p>Go on now. This is a whole sentence.</p><blockquote class='record'>A quote is left out here.</blockquote>"
    )
    assert own_sentences(page) == ("This is a whole sentence.",)
    assert own_sentences("<p>Broken <b>page that never ends here now.") == ("Broken page that never ends here now.",)
