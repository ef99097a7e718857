"""Phrases of pregnancy, breastfeeding, and who may conceive or father a child."""

from __future__ import annotations

import re
from typing import Final

from adoptive.trial.eligibility.statements import AnyOf, Flag, Named, Not
from adoptive.workbench.match.read.phrases.phrase import Phrase

__all__ = ["PHRASES"]

_FLAGS: Final = re.IGNORECASE
_PREGNANT: Final = re.compile(
    (
        r"(?<![\w-])(?:(?:are |is |currently )?pregnant(?: (?:women|woman|"
        r"females?|patients?|subjects?|participants?))?|pregnancy(?! test))(?![\w-])"
    ),
    _FLAGS,
)
_LACTATING: Final = re.compile(
    (
        r"(?<![\w-])(?:(?:breast-?feeding|nursing|lactating|breast feeding)(?: "
        r"\((?:lactating|nursing|breast-?feeding)\))?(?: (?:women|woman|"
        r"females?|mothers?|patients?|subjects?|participants?|an? (?:child|"
        r"infant)))?|lactation)(?![\w-])"
    ),
    _FLAGS,
)
_NOT_PREGNANT: Final = re.compile(
    (
        r"(?<![\w-])negative (?:result (?:of|on) an? )?(?:(?:serum|urine|"
        r"blood)(?:(?: or | and |/)(?:serum|urine|blood))? |(?:beta-?)?(?:hCG "
        r")|highly sensitive |high-sensitivity )*pregnancy test(?:s|ing)?(?: "
        r"results?)?(?: \((?:serum|urine)(?:(?: or |/)(?:serum|urine))?\))?(?! "
        r"within)(?![\w-])"
    ),
    _FLAGS,
)
_FERTILE: Final = re.compile(
    (
        r"(?<![\w-])(?:all )?(?:women|woman|females?|female (?:patients|"
        r"subjects|participants)|females? participants?|those)? ?(?:of|with) "
        r"(?:child-?bearing|child bearing|reproductive) (?:potential|age|"
        r"capacity|capability)(?: \((?-i:WOCBP|FCBP|FOCBP)\))?(?![\w-])|"
        r"(?<![\w-])(?-i:WOCBP|FCBP|FOCBP)(?![\w-])"
    ),
    _FLAGS,
)
_MEN: Final = r"(?:(?:fertile |sexually active |all )*(?:men|males?|male (?:patients|subjects|participants)))"
_WOMEN: Final = r"(?:(?:all )?(?:women|females?|female (?:patients|subjects|participants)))"
_POTENTIAL: Final = (
    r"(?:of|with) (?:child-?bearing|child bearing|reproductive|procreative) "
    r"(?:potential|age|capacity|capability)(?: \((?-i:WOCBP|FCBP)\))?"
)
_FERTILE_ALL: Final = re.compile(
    rf"(?<![\w-])(?:{_WOMEN} {_POTENTIAL},? (?:and|or|and/or|as well "
    rf"as) {_MEN}(?: {_POTENTIAL})?|{_MEN},? (?:and|or|and/or) {_WOMEN} "
    rf"{_POTENTIAL}"
    rf"|(?:male and female|female and male|male or female) (?:patients|subjects|participants) {_POTENTIAL})(?![\w-])",
    _FLAGS,
)
_ANYBODY: Final = AnyOf((Flag("childbearing_potential"), Named("sex", ("male",))))

PHRASES: Final = (
    Phrase("pregnant", ("pregnan",), _PREGNANT, lambda match: Flag("pregnant")),
    Phrase("breastfeeding", ("breast", "nursing", "lactat"), _LACTATING, lambda match: Flag("breastfeeding")),
    Phrase("negative pregnancy test", ("pregnan",), _NOT_PREGNANT, lambda match: Not(Flag("pregnant"))),
    Phrase(
        "childbearing potential",
        ("bearing", "reproductive", "wocbp", "fcbp", "focbp"),
        _FERTILE,
        lambda match: Flag("childbearing_potential"),
    ),
    Phrase(
        "men, and women who may conceive",
        ("bearing", "reproductive", "procreative"),
        _FERTILE_ALL,
        lambda match: _ANYBODY,
    ),
)
