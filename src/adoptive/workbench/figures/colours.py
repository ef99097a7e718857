"""Words and colours that several figures share: responses, the best first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from adoptive.outcome.types import Response

__all__ = ["DARK", "RESPONSES", "RESPONSE_WORDS", "responses_of"]

_TABLE: Final = {
    Response.SCR: ("stringent complete response", "#00523B"),
    Response.CR: ("complete response", "#009E73"),
    Response.CRI: ("complete response, counts not recovered", "#66C5A8"),
    Response.VGPR: ("very good partial response", "#0072B2"),
    Response.PR: ("partial response", "#56B4E9"),
    Response.MR: ("minimal response", "#F0D9A0"),
    Response.SD: ("stable disease", "#E69F00"),
    Response.NON_CR_NON_PD: ("stable disease", "#E69F00"),
    Response.NR: ("no remission", "#E69F00"),
    Response.PD: ("progressive disease", "#D55E00"),
    Response.NE: ("not evaluable", "#999999"),
    Response.NOT_DONE: ("not evaluable", "#999999"),
}

RESPONSE_WORDS: Final[Mapping[Response, str]] = {code: words for code, (words, _) in _TABLE.items()}
"""Words of every response code."""

RESPONSES: Final[Mapping[str, str]] = dict(_TABLE.values())
"""Colour of every response in words, the best first."""

DARK: Final = (RESPONSE_WORDS[Response.SCR], RESPONSE_WORDS[Response.VGPR])
"""Responses whose colour asks for white letters."""


def responses_of(present: Iterable[str], colours: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the colours of those responses that occur, in order; unknown words are grey.

    >>> responses_of(["stable disease", "partial response"])
    {'partial response': '#56B4E9', 'stable disease': '#E69F00'}
    """
    here, known = list(dict.fromkeys(present)), dict(colours or RESPONSES)
    return {name: colour for name, colour in known.items() if name in here} | {
        name: "#999999" for name in here if name not in known
    }
