"""Phrases of HER2, of which the staining and the gene count decide together: "IHC 3+ or IHC 2+/ISH+"."""

from __future__ import annotations

import re
from typing import Final

from adoptive.trial.eligibility.statements import All, AntigenLevel, AnyOf, Not, Statement
from adoptive.workbench.match.read.phrases.assay import ASSAYS
from adoptive.workbench.match.read.phrases.phrase import Phrase

__all__ = ["PHRASES"]

_FLAGS: Final = re.IGNORECASE
_IHC: Final = rf"(?:{ASSAYS['IHC']})"
_ISH_NAME: Final = rf"(?:{ASSAYS['ISH']})"
_HER2: Final = (
    r"(?<![\w-])HER-?2(?:/neu)?(?:[ -](?:positive|positivity|overexpression|"
    r"overexpressing|expression)|\+)?(?: (?:tumou?rs?|status|disease|"
    r"cancer))?"
)
_ISH: Final = (
    rf"(?:(?:{_ISH_NAME}|gene)[ -]?(?:\+|positive|positivity|amplified|"
    rf"amplification)|(?:positive|amplified|amplification) (?:by|on) "
    rf"{_ISH_NAME}|(?:a )?positive {_ISH_NAME}|{_ISH_NAME} (?:result|"
    rf"test) (?:is )?positive)"
)
_DEFINED: Final = r"(?:,? (?:which is |as )?(?:defined|determined|demonstrated) (?:as|by) (?:an? )?|: | by )"
_GRADE_3: Final = rf"(?:{_IHC}(?: score)?(?: of)? ?3 ?\+|3 ?\+ (?:by|on) {_IHC})"
_GRADE_2: Final = rf"(?:(?:{_IHC}(?: score)?(?: of)? ?)?2 ?\+(?: (?:by|on) {_IHC})?)"
_WITH: Final = r"(?: ?/ ?|,? (?:and|with|plus|confirmed by|in combination with) (?:an? )?)"
_RULE: Final = rf"(?:{_GRADE_3}(?:,? or | ?/ ?|,? and/or ){_GRADE_2}(?:{_WITH}{_ISH}| \({_ISH}\)))"
_EITHER: Final = rf"(?:{_GRADE_3}(?:,? or |,? and/or | ?/ ?){_ISH})"


def _framed(rule: str) -> re.Pattern[str]:
    return re.compile(
        rf"{_HER2}(?:(?:{_DEFINED}| ){rule}| \((?:defined as |i\.e\.,? |that is,? |by )?{rule}\))(?!\w)", _FLAGS
    )


_LOW: Final = re.compile(
    (
        rf"(?<![\w-])HER-?2(?:[ -]low)?(?: (?:expression|expressing|tumou?rs?|"
        rf"disease))?(?:{_DEFINED}|,? )(?P<open>\()?{_IHC} ?1 ?\+,? or {_GRADE_2}{_WITH}{_ISH_NAME}[ "
        rf"-]?(?:-|negative|non-?amplified)(?(open)\))(?!\w)"
    ),
    _FLAGS,
)
_AMPLIFIED: Final = re.compile(rf"(?<![\w-])HER-?2(?:/neu)?(?: gene)?[ -]{_ISH}(?!\w)", _FLAGS)

_STRONG, _MEDIUM = (AntigenLevel("HER2", "IHC", intensity_at_least=grade) for grade in (3.0, 2.0))
_COUNTED: Final = AntigenLevel("HER2", "ISH")
_POSITIVE: Final = AnyOf((_STRONG, All((_MEDIUM, _COUNTED))))
_FAINT: Final[Statement] = All(
    (
        AntigenLevel("HER2", "IHC", intensity_at_least=1.0),
        Not(_STRONG),
        AnyOf((Not(_MEDIUM), Not(_COUNTED))),
    )
)

PHRASES: Final = (
    Phrase("HER2-positive by its rule", ("her2", "her-2"), _framed(_RULE), lambda match: _POSITIVE),
    Phrase("HER2 by either test", ("her2", "her-2"), _framed(_EITHER), lambda match: AnyOf((_STRONG, _COUNTED))),
    Phrase("HER2-low by its rule", ("her2", "her-2"), _LOW, lambda match: _FAINT),
    Phrase("HER2 gene", ("ish", "hybridi"), _AMPLIFIED, lambda match: _COUNTED),
)
