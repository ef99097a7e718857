"""The small words of criteria: joins, denials, lead-ins, conditions, permissions, fillers; a table of forms by role."""

from __future__ import annotations

import re
from itertools import product
from typing import Final, Literal

__all__ = ["WORD", "Role", "forms_at", "words_of"]

Role = Literal[
    "and", "or", "comma", "semi", "dot", "open", "close", "no", "fill", "who", "with", "must", "if", "unless", "except",
    "permit", "forbid", "eg", "ie", "either", "either way", "ever", "had", "active", "taking", "uncontrolled",
    "symptomatic",
    "untreated", "needs systemic treatment",
]  # fmt: skip

WORD = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*|[^\s]|_")
"""A word (hyphens stay inside) or a single sign of tidied text."""

_PEOPLE: Final = "{patients|patient|subjects|subject|participants|participant|individuals|persons|people|those}"

_FORMS: Final[dict[Role, tuple[str, ...]]] = {
    "and": ("and", "and other", "and any other", "as well as", "plus", "&", "but", "and also", "and are", "and is"),
    "or": ("or", "or other", "or any other", "and/or other", "and/or", "or/and", "nor", "or else", "and / or",
    "or a", "or any"),
    "comma": (",",),
    "semi": (";",),
    "open": ("(", "["),
    "close": (")", "]"),
    "no": (
        "no", "not", "without", "[the ]absence of", "free of", "free from", "never", "lack of", "no evidence of",
        "without evidence of", "no known", "without known", "no signs of",
        (
            "{must|should|may|can|do|does|did|has|have|had|is|are|will} not[ have| be| have had| have been|"
            " have received| received| been]"
        ), "not have", "not having", "not had", "not be",
        "not been", "{not|never} received", "{has|have|must have|had} no",
        "{has|have|had|must have} never[ received| had| been| been treated with| undergone]",
        "no prior evidence of", "there is no", "there are no", "cannot have", "without any", "free of any", "not a",
        "have no known", "has no known", "no clinical evidence of", "with no", "with no known",
        "with no evidence of", "no radiographic evidence of", "no documented", "no suspected", "no presence of",
        "negative for", "seronegative for", "naive to", "naïve to",
    ),
    "who": (
        (
            f"[all |eligible |adult? ]{_PEOPLE} {{with|who have|who has|who had|having|who are|who is|that have|"
            f"that has|whose|in whom|who|must have|must be}}"
        ).replace("|adult? ]", "]"),
        f"{{all |the |any |each |eligible |}}{_PEOPLE}",
        f"{{all |the |any |each |}}{_PEOPLE} with {{a|an|any|known|documented}}",
        "who have", "who has", "who had", "who are", "who is", "who",
    ),
    "with": ("with", "having", "that have", "that has", "with a", "with an", "with the", "and with",
    "with documented", "with confirmed", "with evidence of", "with known"),
    "must": (
        "must", "must have", "must be", "must have had", "must have been", "should", "should have", "should be",
        "shall have", "shall be", "{is|are} required to[ have| be]", "need to have",
        "needs to have", "need to be", "needs to be", "will have", "must also have", "must also be",
        "must demonstrate", "must meet", "must show", "have to have", "have to be", "must all have",
        "{is|are} required",
    ),
    "if": (
        "if", "if the {patient|subject|participant} {has|is}", "if there is", "if there are",
        "if there is evidence of", "in case of", "in cases of", "in the case of", "in the presence of",
        (
            f"{{in|for}} [the |those |all |any ]{_PEOPLE} {{with|who have|who has|who are|having|that have}}[ a| an|"
            f" known| documented| confirmed| evidence of| the presence of]"
        ), "for {subjects|patients} known to have",
        "when", "if presence of", "if known", "if documented", "if attributable to", "if presence of known",
        "if with", "if {patient|subject|participant} has", "if {patients|subjects|participants} have",
        "in the setting of", "in the context of", "where", "in presence of",
        "for {women|females|female patients|men|males|male patients} {with|who are|of}", "if they have",
        "if the {patients|subjects|participants} have",
    ),
    "unless": ("unless",),
    "except": (
        "except", "except for", "except if", "excluding", "other than", "with the exception of",
        "with exception of", "exception", "exceptions", "apart from", "aside from", "with the exceptions of",
        "excepting",
        "but not", "with the following exceptions", "except in", "except when", "except where", "excepted",
        "save for", "exempt", "does not apply", "do not apply",
    ),
    "permit": (
        (
            "{is|are|will be|may be|can be|would be} {allowed|permitted|acceptable|eligible|accepted|allowable|"
            "enrolled|included|permissible|considered eligible|not exclusionary}[ to enrol| to participate|"
            " to enroll| for enrolment]"
        ),
        "allowed", "permitted", "eligible", "acceptable", "may {enrol|enroll|participate}",
        "{is|are} not {excluded|an exclusion|exclusionary|prohibited|ineligible}", "does not exclude", "do not exclude",
    ),
    "forbid": (
        (
            "{is|are|will be} {not allowed|not permitted|not eligible|excluded|ineligible|prohibited|not acceptable|"
            "exclusionary|not to be enrolled|not be eligible|excluded from participation|excluded from this study|"
            "excluded from the study}"
        ),
        "{will|may|must|should|can} not be {eligible|included|enrolled}",
        "{is|are} excluded from {the|this} {study|trial}", "{is|are} not eligible for {the|this} {study|trial}",
        "excluded",
    ),
    "eg": ("e.g.", "e.g.,", "eg", "eg,", "such as", "for example", "for example,", "including, but not limited to",
    "including but not limited to", "including but not limited to:", "including, but not limited to,", "e.g.:",
    "examples include"),
    "ie": ("i.e.", "i.e.,", "ie", "ie,", "that is", "that is,", "defined as", "as defined by", "defined by",
    "which is defined as", "is defined as", "as evidenced by", "as demonstrated by", "as shown by", "evidenced by",
    "as indicated by", "namely", "as follows", "as follows:", "defined as follows:", "defined by the following:"),
    "either": ("either", (
        "{at least one|one|one or more|any one|any|either|any one or more} of[ the following[ criteria| conditions|"
        " disorders| treatments| therapies|]][:|]"
    ), "at least 1 of[ the following][:|]"),
    "either way": ("with or without", "regardless of", "irrespective of"),
    "ever": (
        "history of", "a history of", "any history of", "prior", "previous", "past", "prior history of",
        "previous history of", "past history of", "medical history of", "a medical history of",
        "a prior history of", "past medical history of",
        "previously diagnosed", "with a history of", "with history of", "a previous history of", "known history of",
        "a known history of", "documented history of", "previous episode of", "prior episode of",
    ),
    "had": (
        "received", "receive", "receipt of", "treated with", "treatment with", "therapy with", "use of",
        "exposure to", "administration of", "underwent", "undergone", "have received", "has received",
        "previously received", "having received",
        "prior treatment with", "previous treatment with", "prior therapy with", "previous therapy with",
        "prior exposure to", "previously treated with", "been treated with", "have been treated with",
        "has been treated with", "had prior",
        "have had prior", "has had prior", "has undergone", "have undergone", "received prior",
        "received any prior", "any prior", "any previous", "prior use of", "previous exposure to",
        "receiving prior", "prior receipt of", "had previous",
        "received previous", "previously undergone", "who have received", "who has received", "who have undergone",
        "who received", "who underwent", "who have had", "have received prior", "have received any",
        "treated previously with",
        "have been previously treated with", "has previously received", "have previously received", "have had",
        "has had", "received any", "had any", "had", "completed", "completion of", "a course of",
        "must have received", "must have received prior", "must have had prior",
        "must have been treated with", "must have been previously treated with", "must have previously received",
        "treatment by",
    ),
    "active": ("active", "current", "ongoing", "concurrent", "concomitant", "currently active", "an active",
    "existing", "currently has", "current or ongoing", "clinically active", "chronic active",
    "acute or chronic active", "any active", "known active", "active ongoing", "presence of active",
    "evidence of active"),
    "taking": (
        "currently receiving", "receiving", "ongoing treatment with", "currently taking", "taking",
        "current treatment with", "current use of", "ongoing use of", "concurrent use of", "concomitant use of",
        "concurrent treatment with", "currently on", "currently using",
        "are receiving", "is receiving", "ongoing therapy with", "current therapy with",
        "concomitant treatment with", "who are receiving", "currently being treated with", "on treatment with",
        "ongoing or current treatment with", "requiring", "who require", "requirement for", "in need of",
        "need for", "chronic use of", "chronic treatment with",
        "requires", "require", "concurrent therapy with", "on", "being treated with", "receiving chronic",
        "regular use of", "receiving concurrent", "receiving ongoing",
    ),
    "uncontrolled": ("uncontrolled", "poorly controlled", "not controlled", "inadequately controlled",
    "active uncontrolled", "ongoing uncontrolled", "active, uncontrolled", "ongoing or uncontrolled",
    "current uncontrolled"),
    "symptomatic": ("symptomatic", "active symptomatic", "clinically symptomatic"),
    "untreated": ("untreated", "active untreated", "active, untreated", "previously untreated"),
    "needs systemic treatment": (
        "{requiring|that requires|that require|requires|which requires|which require|that required|"
            "that has required|that have required|needing|that needs|which has required|in need of|with need for|"
            "necessitating|which required|having required|that is requiring} "
        "[ongoing |chronic |active |prior |current |any ]{systemic|immunosuppressive|systemic immunosuppressive|"
            "immunosuppressant} {treatment|therapy|medication|medications|agents|drugs}",
        (
            "requiring {immunosuppression|systemic immunosuppression|chronic immunosuppression|"
            "chronic systemic immunosuppression}"
        ), "requiring systemic disease modifying agents",
        (
            "requiring systemic {steroids or other immunosuppressive|corticosteroids or other immunosuppressive|"
            "corticosteroids or immunosuppressive|steroids or immunosuppressive} {treatment|therapy|medication|"
            "medications|agents|drugs}"
        ),
    ),
    "fill": (
        "a", "an", "the", "any", "all", "of", "is", "are", "be", "been", "have", "has", "known", "documented",
        "confirmed", "proven", "diagnosed", "verified", "established", "presence of", "evidence of", "diagnosis of",
        "a diagnosis of",
        "existence of", (
            "[a |]{histologically|cytologically|pathologically}[ or cytologically| and cytologically|"
            " or pathologically| or histologically| and/or cytologically|-][ confirmed| proven| documented| verified|"
            " diagnosed]"
        ),
        "{histologically|cytologically|pathologically}-{confirmed|proven}",
        "histological or cytological {confirmation|diagnosis|evidence|documentation} of", (
            "{histological|histologic|pathological|pathologic|cytological|laboratory} {confirmation|diagnosis|"
            "evidence|documentation} of"
        ), "histologically or cytologically confirmed diagnosis of",
        (
            "{histologic|histological} or {cytologic|cytological} {confirmation|diagnosis|evidence|documentation|"
            "proof} of"
        ), "documented diagnosis of", "confirmed diagnosis of", "suffering from", "diagnosed with",
        "a confirmed diagnosis of", "clinical diagnosis of", "clinically confirmed",
        "both", "each", "the following", "the following:", ":", '"',
        "known or suspected", "acute or chronic", "chronic or acute", "acute and chronic", "acute and/or chronic",
        "suspected or known", "there is", "there are", "of either sex", "of any race", "of any race or ethnicity",
        "of any ethnicity", "also", "at a minimum", "has a", "have a", "have an", "has an", "documentation of",
        "documented evidence of", "proof of", "confirmation of",
        "in general", "currently", "all of the following", "the following criteria", "all of",
        (
            "adequate {bone marrow|marrow|organ|hepatic|liver|renal|kidney|cardiac|pulmonary|haematologic|"
            "hematologic|haematological|hematological|coagulation|cardiac and pulmonary|renal and hepatic|"
            "hepatic and renal|lung|cardiopulmonary|hematopoietic|haematopoietic|organ and bone marrow|"
            "organ and marrow|bone marrow and organ|liver and kidney|blood clotting} {function|reserve|functions}"
        ),
        (
            "{have|has|with|must have} adequate {organ|bone marrow|hepatic|liver|renal|cardiac|pulmonary|hematologic|"
            "haematologic} function"
        ), "{a|an} {performance|absolute} status of", "by local laboratory", "normal {organ|organ and marrow} function",
        "to be", "who must have", "for inclusion", "for enrolment", "for enrollment", "self-reported", "are present",
        "is present", "present", "{tumor|tumour} must be", "{tumor|tumour} is",
        "{tumor|tumour} {harbours|harbors|harbouring|harboring}", "independently",
    ),
}  # fmt: skip

_CHOICE = re.compile(r"\{([^{}]*)\}|\[([^\[\]]*)\]")


def words_of(text: str) -> tuple[str, ...]:
    """Cut a tidied text into lower-case words and signs.

    >>> words_of("No HIV-1, and/or (HBV)")
    ('no', 'hiv-1', ',', 'and', '/', 'or', '(', 'hbv', ')')
    """
    return tuple(WORD.findall(text.lower()))


def _expanded(form: str) -> list[str]:
    """Write out the choices ``{a|b}`` and options ``[a|b]`` of a form."""
    pieces, at = [], 0
    for choice in _CHOICE.finditer(form):
        if choice[0] == "[":
            continue
        pieces += [
            [form[at : choice.start()]],
            choice[1].split("|") if choice[1] is not None else ["", *choice[2].split("|")],
        ]
        at = choice.end()
    return ["".join(way) for way in product(*pieces, [form[at:]])]


Branch = dict[str, "Branch | Role"]
"""Words that may follow, each with what follows it; under "" the role of the form that ends here."""


def _table() -> Branch:
    root: Branch = {}
    for role, forms in _FORMS.items():
        for form in forms:
            for text in [form] if len(form) < 2 else _expanded(form):
                _grow(root, words_of(text), role)
    return root


def _grow(root: Branch, words: tuple[str, ...], role: Role) -> None:
    branch = root
    for word in words:
        below = branch.setdefault(word, {})
        assert isinstance(below, dict)
        branch = below
    if words:
        branch.setdefault("", role)


LEXICON: Final = _table()
"""The forms as a tree of words."""


def forms_at(words: list[str], first: int) -> list[tuple[int, Role]]:
    """Give the forms that begin at a word: behind which word each ends, and its role.

    >>> forms_at(["no", "evidence", "of", "fever"], 0)
    [(1, 'no'), (3, 'no')]
    """
    found: list[tuple[int, Role]] = []
    branch, at = LEXICON, first
    while at < len(words):
        below = branch.get(words[at])
        if not isinstance(below, dict):
            break
        branch, at = below, at + 1
        role = branch.get("")
        if isinstance(role, str):
            found.append((at, role))
    return found
