"""Words that forms of yes/no fields share, and the phrase of such a field."""

from __future__ import annotations

import re
from typing import Final

from adoptive.trial.eligibility.statements import Flag, Not, Statement
from adoptive.workbench.match.read.phrases.phrase import Phrase

__all__ = ["TIME", "UNWILLING", "WILLING", "Row", "flag_phrase"]

Row = tuple[str, tuple[str, ...], str, str]

# "must" stays outside: what stands before it may be a condition ("men must ...").
WILLING: Final = (
    r"(?:(?:be |is |are )?(?:willing(?:ness)?|able|agree(?:s|ing|ment)?|"
    r"consents?|ability|capable|willing and able|able and willing|willingness "
    r"and ability|willing or able)"
    r"(?: to| of)?(?:,? and (?:able|willing)(?: to)?)? )"
)
UNWILLING: Final = (
    r"(?:(?:is |are )?(?:unwilling(?:ness)?|unable|inability|refusal|"
    r"not willing|not able|unable or unwilling|unwilling or unable|inability "
    r"or unwillingness|unwillingness or inability) to )"
)
TIME: Final = (
    r"(?:(?:,? (?:for|during|throughout|after|following|from|until|at|"
    r"least|the|a|of|study|trial|treatment|participation|period|duration|"
    r"last|final|infusion|infused|cell|cells|T|T-cell|CAR-T|CAR|TCR-T|"
    r"dose|and|up|to|"
    r"days?|weeks?|months?|years?|first|minimum|post|before|prior|start|"
    r"starting|time|signing|consent|informed|drug|therapy|lymphodepletion|"
    r"lymphodepleting|chemotherapy|product|entire|\d{1,3}|one|two|three|"
    r"four|six|twelve|fifteen|"
    r"hours?|per|day|around|clock|24/7|about|approximately|\(\d{1,3}\)))(?![\w-])){0,30}"
)


def flag_phrase(field: str, words: tuple[str, ...], form: str, sign: str) -> Phrase:
    """Make a phrase of a yes/no field: whoever writes the form says that it is so, or with "not" that it is not."""
    statement: Statement = Not(Flag(field)) if sign else Flag(field)
    pattern = re.compile(rf"(?<![\w-])(?:{form})(?![\w-])", re.IGNORECASE)
    return Phrase(f"{sign or 'yes'} {field}", words, pattern, lambda match: statement)
