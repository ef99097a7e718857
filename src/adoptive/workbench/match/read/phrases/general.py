"""Phrases of age, sex, weight, life expectancy and measurable disease."""

from __future__ import annotations

import math
import re
from typing import Final

from adoptive.trial.eligibility.statements import All, AnyOf, Compare, Flag, Named, Quantity, Statement
from adoptive.workbench.match.read.phrases.numbers import COMPARE, NUMBER, compare_of, number_of
from adoptive.workbench.match.read.phrases.phrase import Phrase

__all__ = ["PHRASES"]

_PEOPLE = r"(?: (?:patients?|subjects?|participants?|individuals?|persons?|volunteers?|people))?"
_OLD = r"(?: years?[- ]old| years? of age| years?| yrs?(?: old)?| yo| y/o|-years?-old| y| years?' old)"
_AGED = (
    r"(?:(?:age|aged|ages)(?:d)?(?: (?:must be|should be|of|is|between|from|range|limit|at enrolment|at enrollment|"
    r"range of|at screening|of patient|at consent))*,?:?|between the ages of|ages? between)"
)
_AT = (
    r"(?:,? (?:at (?:the )?(?:time of )?(?:the )?(?:signing (?:of )?(?:the )?)?(?:informed )?(?:consent|enrolment|"
    r"enrollment|screening|study entry|registration|baseline|inclusion)|inclusive|\(inclusive\)|"
    r"on the day of (?:signing )?(?:the )?(?:informed )?consent))?"
)
_CLOSE = r"(?![\w%/^]|[.,]\d| ?- ?\d| ?to \d| (?:kg|cm|mm|ml|mg|weeks?|months?|days?|hours?|old)\b)"

_AGE_COMPARE = re.compile(
    (
        rf"\b(?:{_AGED} ?)?(?<![\w.])(?P<compare>{COMPARE}) ?(?P<number>{NUMBER})(?: ?\({NUMBER}\))?(?P<old>{_OLD})"
        rf"?(?: old)?{_AT}{_CLOSE}"
    ).replace(r"\b(?:(?:(?:age", r"(?:\b(?:(?:age"),
    re.IGNORECASE,
)
_AGE_OLDER = re.compile(
    (
        rf"(?:\b{_AGED} ?)?(?<![\w.<>=]){NUMBER.replace('(?<![', '(?P<number>(?<![', 1)})(?: ?\({NUMBER}\))"
        rf"?(?P<old>{_OLD})?,?(?: of age)? ?(?P<way>(?:or|and) (?:older|above|over|more|greater|up)|or (?:younger|"
        rf"less|below)|and (?:younger|under|below)|\+)(?: years(?: of age)?)?(?: of age)?{_AT}{_CLOSE}"
    ),
    re.IGNORECASE,
)
_AGE_PLUS = re.compile(rf"\bage[ds]?:? (?P<number>\d{{1,2}}) ?\+(?:{_OLD})?{_CLOSE}", re.IGNORECASE)
_AGE_RANGE = re.compile(
    (
        rf"(?:\b(?P<age>{_AGED}) ?)?(?<![\w.<>=-])(?:between )?(?P<first>(?:>=?|=>) ?)?(?P<low>\d{{1,2}}|eighteen|"
        rf"twelve|sixteen|twenty|one|two|three){_OLD}? ?(?:-|to|and|through|up to|,? and) ?(?P<last>(?:<=?|"
        rf"=<) ?)?(?P<high>\d{{1,3}}|seventy|seventy-five|eighty|sixty)(?P<old>{_OLD})?(?: old)?{_AT}{_CLOSE}"
    ),
    re.IGNORECASE,
)
_AGE_BETWEEN = re.compile(
    (
        rf"(?<![\w.<>=])(?P<low>\d{{1,2}})(?:{_OLD})? ?(?P<first><=?) ?age ?(?P<last><=?) ?(?P<high>\d{{1,3}})"
        rf"(?:{_OLD})?(?: old)?{_AT}{_CLOSE}"
    ),
    re.IGNORECASE,
)
_ADULT = re.compile(
    (
        rf"\b(?:adults?(?: (?:men and women|women and men|males and females|females and males|male and female|"
        rf"male or female))?{_PEOPLE})(?![\w-])"
    ),
    re.IGNORECASE,
)
_SEX_ANY = re.compile(
    rf"\b(?:(?:males?|men|man|women|females?|woman|boys|girls)(?:{_PEOPLE})? ?(?:and|or|/|and/or|&) ?(?:males?|"
    rf"men|man|women|females?|woman|girls|boys)|(?:any|either|both|all) (?:sex|sexes|gender|genders)|"
    rf"(?:sex|gender):? (?:any|all|both|no limit(?:ation)?|"
    rf"unlimited)){_PEOPLE}(?: of any race(?: or ethnicity)?)?(?![\w-])",
    re.IGNORECASE,
)
_SEX_ONE = re.compile(
    rf"\b(?:(?:sex|gender):? )?(?P<sex>males?|men|man|females?|women|woman){_PEOPLE}(?: only)?(?![\w-])", re.IGNORECASE
)
_LIFE = re.compile(
    rf"\b(?:(?:an? )?(?:estimated |anticipated |expected |predicted |minimum |projected )*(?:life[- ]expectancy|"
    rf"survival(?: time)?|lifespan|expected survival(?: time)?)(?: (?:must be|should be|is|of|estimated to be|"
    rf"estimated at|from|duration|time|judged to be|that is))*:?) ?(?:of )?(?P<compare>{COMPARE}) ?(?:of )?"
    rf"(?P<number>{NUMBER})(?: ?\({NUMBER}\))? ?(?P<unit>weeks?|wks?|months?|mos?|years?|yrs?|"
    rf"days?)(?: from (?:the )?(?:time of )?(?:enrolment|enrollment|screening|infusion|"
    rf"consent))?(?:,? (?:in the (?:opinion|judge?ment) of the (?:treating )?(?:investigator|physician)|"
    rf"as (?:assessed|judged|determined|estimated) by the (?:treating )?(?:investigator|physician)|"
    rf"per investigator(?:'s)?(?: (?:opinion|assessment|judge?ment))?|in the investigator's (?:opinion|"
    rf"judge?ment)))?(?![\w])",
    re.IGNORECASE,
)
_LIFE_MORE = re.compile(
    (
        rf"\b(?:life[- ]expectancy|expected survival)(?: (?:must be|is|of))* ?(?P<number>{NUMBER}) ?(?P<unit>weeks?|"
        rf"months?|years?) (?P<way>or (?:more|longer|greater)|and (?:more|above)|or (?:less|shorter))(?![\w])"
    ),
    re.IGNORECASE,
)
_WEIGHT = re.compile(
    (
        rf"\b(?:body )?(?:weight|weighing|weighs?)(?: (?:must be|should be|is|"
        rf"of))*:? ?(?P<compare>{COMPARE}) ?(?P<number>{NUMBER}) ?(?:kg|kilograms?|kgs){_CLOSE}"
    ),
    re.IGNORECASE,
)
_BMI = re.compile(
    (
        rf"\b(?:body mass index(?: \(BMI\))?|BMI)(?: (?:must be|is|"
        rf"of))*:? ?(?P<compare>{COMPARE}) ?(?P<number>{NUMBER})(?: ?kg ?/ ?m(?:\^?2| squared)?)?{_CLOSE}"
    ),
    re.IGNORECASE,
)
_RECIST = (
    r"(?:,? \(?(?:as )?(?:(?:defined|assessed|determined|measured|evaluated|documented) )?(?:by|per|according to|"
    r"as per|using|based on|under|in accordance with|with)? ?(?:the )?(?:RECIST|iRECIST|"
    r"response evaluation criteria in solid tumou?rs)(?: criteria)?,?(?: \(RECIST\))?,?(?: (?:v|v\.|version|"
    r"ver\.?|criteria|guidelines?|version v)? ?1\.[01])?\)?(?: (?:criteria|guidelines?))?"
    r"(?: or (?:modified RECIST|mRECIST|iRECIST))?)?"
)
_LESION = (
    r"(?:(?:at least|>=|a minimum of|having|with|presence of) ?(?:one|1|one \(1\)|a|a single) |(?:one|1|a) or more |"
    r"have )?"
)
_MEASURABLE = re.compile(
    (
        rf"\b(?:{_LESION}(?:radiographically |radiologically |"
        rf"clinically )?measurable(?: \(RECIST\))?(?: and/or evaluable)? ?(?:disease|lesions?|target lesions?|"
        rf"tumou?rs?(?: lesions?)?|disease lesions?)|at least one target lesion|at least 1 target lesion|(?:disease|"
        rf"lesions?) (?:that is |that are |must be |is |are )?measurable|"
        rf"tumou?r measurable){_RECIST}(?: criteria)?(?: (?:by|on) (?:CT|MRI|CT or MRI|computed tomography|imaging|"
        rf"CT scan|CT or MRI scan|CT and/or MRI)(?: scans?)?)?(?![\w-])"
    ),
    re.IGNORECASE,
)
_BOTH = re.compile(
    (
        rf"\b(?:measurable (?:or|and/or) evaluable|evaluable (?:or|and/or) measurable) (?:disease|"
        rf"lesions?){_RECIST}(?![\w-])"
    ),
    re.IGNORECASE,
)
_EVALUABLE = re.compile(
    (
        rf"\b(?:radiologically |radiographically |clinically )?(?:evaluable|assessable) (?:disease|lesions?|"
        rf"tumou?rs?){_RECIST}(?![\w-])"
    ),
    re.IGNORECASE,
)
_LESION_SIZE = re.compile(
    (
        rf"\b(?:largest |target |longest )(?:lesion|tumou?r)(?: diameter| size)?(?: (?:is|of|"
        rf"must be))*:? ?(?P<compare>{COMPARE}) ?(?P<number>{NUMBER}) ?(?P<unit>mm|cm)(?![\w])"
    ),
    re.IGNORECASE,
)


_SUM = re.compile(
    r"\bsum of (?:the )?(?:target )?lesions?'? diameters ?(?:of |is )?"
    rf"(?P<compare>{COMPARE}) ?(?P<number>{NUMBER}) ?mm(?![\w])",
    re.IGNORECASE,
)


def _age_said(match: re.Match[str]) -> bool:
    return bool(
        re.match(r"(?:age|between the age)", match[0], re.IGNORECASE)
        or (match["old"] and "y" in match["old"].lower() and re.search(r"old|of age", match[0], re.IGNORECASE))
    )


def _age(compare: Compare | None, number: float | None) -> Statement | None:
    return (
        None if compare is None or number is None or not 0 < number <= 120 else Quantity("age_years", compare, number)
    )


def _age_compare(match: re.Match[str]) -> Statement | None:
    older = re.match(r"older|younger", match["compare"], re.IGNORECASE)
    if not (older or _age_said(match) or re.match(r"ages?\b|aged", match[0], re.IGNORECASE)):
        return None
    if older and not match["old"] and not re.match(r"age", match[0], re.IGNORECASE):
        return None
    return _age(compare_of(match["compare"]), number_of(match["number"]))


def _age_older(match: re.Match[str]) -> Statement | None:
    way = match["way"].lower()
    older = "older" in way or "younger" in way
    if not (older or _age_said(match)):
        return None
    return _age("<=" if re.search(r"younger|less|below|under", way) else ">=", number_of(match["number"]))


def _age_plus(match: re.Match[str]) -> Statement | None:
    return _age(">=", number_of(match["number"]))


def _age_range(match: re.Match[str]) -> Statement | None:
    if not (match["age"] or (match["old"] and re.search(r"y", match["old"]) and _age_said(match))) and not re.search(
        r"years?$", match["old"] or ""
    ):
        return None
    if not match["age"] and not _age_said(match):
        return None
    low, high = number_of(match["low"]), number_of(match["high"])
    if low is None or high is None or not low < high:
        return None
    first = compare_of((match["first"] or ">=").strip()) or ">="
    last = compare_of((match["last"] or "<=").strip()) or "<="
    bottom, top = _age(first, low), _age(last, high)
    return None if bottom is None or top is None else All((bottom, top))


def _age_between(match: re.Match[str]) -> Statement | None:
    bottom = _age(">=" if match["first"] == "<=" else ">", number_of(match["low"]))
    top = _age(compare_of(match["last"]), number_of(match["high"]))
    return None if bottom is None or top is None else All((bottom, top))


def _sex_one(match: re.Match[str]) -> Statement | None:
    return Named("sex", ("male",) if match["sex"].lower() in ("male", "males", "men", "man") else ("female",))


_WEEKS: Final = {"d": 1 / 7, "w": 1.0, "m": 30.4375 / 7, "y": 365.25 / 7}


def weeks(number: float, unit: str) -> float:
    """Give a span of time in weeks: a month is 30.4375 days, whole days rounded half up.

    >>> weeks(3, "months"), weeks(12, "weeks")
    (13.0, 12.0)
    """
    days = math.floor(number * 7 * _WEEKS[unit[0].lower()] + 0.5)
    return days / 7


def _life(match: re.Match[str]) -> Statement | None:
    compare, number = compare_of(match["compare"]), number_of(match["number"])
    return (
        None
        if compare is None or number is None
        else Quantity("life_expectancy_weeks", compare, weeks(number, match["unit"]))
    )


def _life_more(match: re.Match[str]) -> Statement | None:
    number = number_of(match["number"])
    less = re.search(r"less|shorter", match["way"], re.IGNORECASE)
    return (
        None
        if number is None
        else Quantity("life_expectancy_weeks", "<=" if less else ">=", weeks(number, match["unit"]))
    )


def _plain(field: str) -> object:
    def build(match: re.Match[str]) -> Statement | None:
        compare, number = compare_of(match["compare"]), number_of(match["number"])
        return None if compare is None or number is None else Quantity(field, compare, number)

    return build


def _size(match: re.Match[str]) -> Statement | None:
    compare, number = compare_of(match["compare"]), number_of(match["number"])
    if compare is None or number is None:
        return None
    return Quantity("largest_lesion_mm", compare, number * (10 if match["unit"].lower() == "cm" else 1))


def _constant(statement: Statement) -> object:
    return lambda match: statement


def _rows() -> tuple[Phrase, ...]:
    measurable, evaluable = Flag("measurable_disease"), Flag("evaluable_disease")
    rows: tuple[tuple[str, tuple[str, ...], re.Pattern[str], object], ...] = (
        ("age.compare", ("age", "year", "yr", "older", "younger"), _AGE_COMPARE, _age_compare),
        ("age.older", ("age", "year", "yr", "older", "younger"), _AGE_OLDER, _age_older),
        ("age.plus", ("age",), _AGE_PLUS, _age_plus),
        ("age.range", ("age", "year", "yr"), _AGE_RANGE, _age_range),
        ("age.between", ("age",), _AGE_BETWEEN, _age_between),
        ("age.adult", ("adult",), _ADULT, _constant(Quantity("age_years", ">=", 18.0))),
        ("sex.any", ("male", "men", "women", "sex", "gender", "boys", "girls"), _SEX_ANY, _constant(All(()))),
        ("sex.one", ("male", "men", "man", "women", "woman"), _SEX_ONE, _sex_one),
        ("life", ("expectancy", "survival", "lifespan"), _LIFE, _life),
        ("life.more", ("expectancy", "survival"), _LIFE_MORE, _life_more),
        ("weight", ("weigh",), _WEIGHT, _plain("weight_kg")),
        ("bmi", ("body mass", "bmi"), _BMI, _plain("bmi_kg_m2")),
        ("measurable", ("measurable", "target lesion"), _MEASURABLE, _constant(measurable)),
        ("measurable.or", ("evaluable",), _BOTH, _constant(AnyOf((measurable, evaluable)))),
        ("evaluable", ("evaluable", "assessable"), _EVALUABLE, _constant(evaluable)),
        ("lesions.sum", ("sum of",), _SUM, _plain("sum_of_diameters_mm")),
        ("lesion.size", ("lesion", "tumor", "tumour"), _LESION_SIZE, _size),
    )
    return tuple(Phrase(name, words, pattern, build) for name, words, pattern, build in rows)  # type: ignore[arg-type]


PHRASES: tuple[Phrase, ...] = _rows()
