"""Phrases of what a patient must agree to: consent, visits and follow-up, contraception."""

from __future__ import annotations

from typing import Final

from adoptive.workbench.match.read.phrases.flags import TIME, UNWILLING, WILLING, Row, flag_phrase
from adoptive.workbench.match.read.phrases.phrase import Phrase

__all__ = ["PHRASES"]

_CONTRACEPTION: Final = (
    r"(?:(?:an? |two |one |at least one )?(?:highly |medically |adequate "
    r"|adequately |effective |acceptable |approved |reliable |appropriate "
    r"|double[- ]barrier |barrier |sufficient |acceptably |methods? "
    r"|forms? |means |of |and |or |birth control |contraceptive ){0,8}"
    r"(?:contracepti(?:on|ves?)(?: (?:methods?|measures?|precautions))?|"
    r"birth control(?: methods?)?|methods? of birth control))"
)
_ROWS: Final[tuple[Row, ...]] = (
    (
        "consents",
        ("consent",),
        (
            rf"(?:(?:{WILLING})?(?:to )?(?:understand(?:ing)?(?:,? and|,)? (?:{WILLING})?(?:to "
            rf")?)?(?:(?:voluntarily )?(?:provid(?:es?|ing|ed)|giv(?:es?|ing)|given|"
            rf"sign(?:s|ed|ing)?|obtained|obtain)(?: and (?:sign|date|provide|dated))? "
            rf")(?:an? |the |their |his |her )?(?:written |voluntary |signed "
            rf"|valid )*(?:informed )?consent(?: (?:form|document))?(?: \((?-i:ICF)\))?|"
            rf"(?:written |signed |voluntary )+informed consent(?: (?:form|document))?(?: "
            rf"(?:is |must be |has been )?(?:obtained|provided|given|signed))?|"
            rf"informed consent (?:is |must be |has been )?(?:obtained|provided|"
            rf"given|signed))(?: (?:for|to participate in|to take part in|before "
            rf"entering) (?:this |the )(?:study|trial))?"
        ),
        "",
    ),
    (
        "consents",
        ("consent",),
        (
            rf"{UNWILLING}(?:understand(?:,? and|,|,? or) )?(?:provide|give|"
            rf"sign|provide or sign)(?: an?| the| their)? (?:written |voluntary "
            rf"|valid )*(?:informed )?consent(?: form)?"
        ),
        "not",
    ),
    (
        "agrees_follow_up",
        ("comply", "complian", "follow", "adhere", "attend"),
        (
            rf"{WILLING}(?:to )?(?:comply(?:ing)?(?: with)?|adhere to|complete|"
            rf"attend|follow|participate in|take part in|undergo|with)(?: (?:all|the|any|required|"
            rf"study|trial|protocol|scheduled?|planned|visit|visits|procedures?|"
            rf"requirements?|assessments?|tests?|follow-?up|long-term|schedules?|"
            rf"instructions?|and|other|examinations?|laboratory|restrictions|"
            rf"treatment|plan|specified|up|evaluations?|15-year|with|of)(?:,)?){{1,16}}{TIME}"
        ),
        "",
    ),
    (
        "agrees_follow_up",
        ("comply", "complian", "follow", "adhere"),
        (
            rf"{UNWILLING}(?:comply with|adhere to|complete|follow)(?: (?:all|"
            rf"the|any|required|study|trial|protocol|scheduled?|planned|visit|"
            rf"visits|procedures?|requirements?|assessments?|follow-?up|long-term|"
            rf"schedules?|instructions?|and)(?:,)?){{1,12}}"
        ),
        "not",
    ),
    (
        "agrees_contraception",
        ("contracept", "birth control"),
        (
            rf"(?:{WILLING}?(?:to )?(?:use|practi[cs]e|employ|using|practi[cs]ing|"
            rf"the use of|follow) {_CONTRACEPTION}{TIME})"
        ),
        "",
    ),
    (
        "agrees_contraception",
        ("contracept", "birth control"),
        rf"{UNWILLING}(?:use|practi[cs]e|employ) {_CONTRACEPTION}{TIME}",
        "not",
    ),
)
"""Field, literals of the sieve, form, and "not" where the form says the contrary of the field."""

PHRASES: Final[tuple[Phrase, ...]] = tuple(flag_phrase(*row) for row in _ROWS)
