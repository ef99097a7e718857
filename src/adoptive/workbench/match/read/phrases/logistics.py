"""Phrases of what a trial asks around the treatment: veins, caregiver, tissue, other trials, standard treatment."""

from __future__ import annotations

import re
from typing import Final

from adoptive.trial.eligibility.statements import Treated
from adoptive.workbench.match.read.phrases.flags import TIME, UNWILLING, WILLING, Row, flag_phrase
from adoptive.workbench.match.read.phrases.phrase import Phrase

__all__ = ["PHRASES"]

_APHERESIS: Final = r"(?:leuk?c?o?k?apheresis|apheresis|leucapheresis)(?: procedure| collection)?"
_FOR_CELLS: Final = (
    rf"(?: (?:for|to (?:undergo|allow|perform|permit)) (?:the )?(?:{_APHERESIS}|"
    rf"(?:T[- ]?cell |PBMC |cell )?collection|mononuclear cell collection)(?: "
    rf"or (?:venous sampling|{_APHERESIS}))?)?"
)
_GOOD: Final = r"(?:adequate|sufficient|suitable|appropriate|acceptable|good|eligible)"
_POOR: Final = (
    r"(?:inadequate|insufficient|poor|unsuitable|lack of(?: adequate|"
    r" suitable)?|no(?: adequate| suitable)?)"
)
_VEINS: Final = r"(?:(?:peripheral )?(?:venous|vein|intravenous|vascular|IV) access|peripheral veins)"
_CENTRE: Final = (
    r"(?:(?:the |a |their )?(?:treatment|study|treating|transplant|clinical|"
    r"investigational|infusion|trial)? ?(?:centers?|centres?|sites?|"
    r"hospitals?|institutions?|facilit(?:y|ies)))"
)
_TISSUE: Final = (
    r"(?:(?:archival |archived |fresh |tumou?r |biopsy |tissue |paraffin-embedded "
    r"|formalin-fixed,? |FFPE |diagnostic |or ){0,6}(?:tissue|biops(?:y|"
    r"ies)|specimens?|samples?|material|blocks?|slides?))"
)
_STANDARD: Final = (
    r"(?:(?:curative |effective |available |approved |further |alternative "
    r"|known |other ){0,3}standard(?:[- ]of[- ]care)?(?: of care)?(?: "
    r"curative| systemic)? (?:therap(?:y|ies)|treatments?|options?)(?: "
    r"options?)?(?: of proven (?:clinical )?benefit)?)"
)
_TRIAL: Final = (
    r"(?:(?:interventional |clinical |investigational |therapeutic |"
    r"drug |treatment |device |research ){0,3}(?:trials?|stud(?:y|ies)))"
)

_ROWS: Final[tuple[Row, ...]] = (
    (
        "venous_access",
        ("access", "veins"),
        (
            rf"{_GOOD} {_VEINS}{_FOR_CELLS}|{_VEINS} (?:(?:is |are )?{_GOOD})(?: "
            rf"for {_APHERESIS}| to undergo {_APHERESIS})?"
        ),
        "",
    ),
    (
        "venous_access",
        ("access", "veins"),
        (
            rf"{_POOR} {_VEINS}{_FOR_CELLS}|{_VEINS} (?:(?:is |are )?(?:inadequate|"
            rf"insufficient|poor|not adequate))(?: for {_APHERESIS})?"
        ),
        "not",
    ),
    (
        "apheresis_possible",
        ("apheresis",),
        (
            rf"(?:can|able to|{_GOOD} (?:for|to)|fit (?:for|to)|a candidate for|"
            rf"candidates? for|no contraindications? (?:to|for)|without contraindications? "
            rf"(?:to|for)|{WILLING})(?: (?:safely )?(?:undergo|tolerate|receive|"
            rf"have))?(?: the)? ?{_APHERESIS}"
        ),
        "",
    ),
    (
        "apheresis_possible",
        ("apheresis",),
        (
            rf"(?:contraindications? (?:to|for)|contraindicated for|{UNWILLING}(?:undergo|"
            rf"tolerate|receive)|not (?:eligible|suitable|fit|a candidate) for|"
            rf"cannot (?:undergo|tolerate))(?: the)? {_APHERESIS}"
        ),
        "not",
    ),
    (
        "caregiver",
        ("caregiver", "carer"),
        (
            rf"(?:(?:has |have |availability of |presence of )?(?:an? )?(?:(?:identified|"
            rf"reliable|responsible|dedicated|adult|committed|capable|available|"
            rf"full-time|24-hour|24/7|suitable)(?:,? |, )){{0,3}}(?:caregiver|"
            rf"carer|care giver)s?(?: (?:is )?(?:available|identified|present|"
            rf"who (?:can|will|is able to) (?:stay with (?:them|the patient)|"
            rf"be (?:present|available))))?{TIME})"
        ),
        "",
    ),
    (
        "stays_near_centre",
        ("stay", "remain", "reside", "live", "lodge"),
        (
            rf"(?:{WILLING})?(?:stay(?:ing)?|remain(?:ing)?|resid(?:e|ing)|liv(?:e|"
            rf"ing)|lodg(?:e|ing)) (?:near|close to|in (?:the )?(?:vicinity|proximity) "
            rf"of|within (?:\d{{1,3}}|one|two) ?-?(?:km|kilomet(?:er|re)s?|miles?|"
            rf"minutes?|hours?)(?: (?:drive|driving distance|travel|travel time))?(?: "
            rf"of| from)) {_CENTRE}{TIME}"
        ),
        "",
    ),
    (
        "bridging_needed",
        ("bridging",),
        (
            r"(?:requires?|requiring|in need of|need for|needs?|needing) bridging "
            r"(?:therapy|treatment|chemotherapy)"
        ),
        "",
    ),
    (
        "in_another_trial",
        ("trial", "stud"),
        (
            rf"(?:(?:currently |concurrent(?:ly)? |simultaneous(?:ly)? |is |are "
            rf"|active )*(?:participat(?:ing|ion)|enrol(?:l)?(?:ed|ment)|taking "
            rf"part|involvement) in (?:another|any other|other|a different) {_TRIAL})"
        ),
        "",
    ),
    (
        "no_standard_treatment_left",
        ("standard", "exhausted"),
        (
            rf"(?:(?:for (?:whom|which) )?(?:there (?:is|are) )?no {_STANDARD}(?: "
            rf"(?:is|are))?(?: (?:available|exists?|remaining|left|known))?(?: "
            rf"(?:is|are) available| exists?)?|(?:have |has )?exhausted (?:all "
            rf")?(?:available )?{_STANDARD}|(?:for (?:whom|which) )?{_STANDARD} "
            rf"(?:(?:does|do) not exist|(?:is|are) not available|(?:is|are) no "
            rf"longer (?:available|effective)))"
        ),
        "",
    ),
    (
        "refuses_standard_treatment",
        ("refus", "declin"),
        (
            rf"(?:(?:have |has )?(?:refus(?:e|es|ed|ing)|declin(?:e|es|ed|ing)) "
            rf"{_STANDARD})"
        ),
        "",
    ),
    (
        "biopsy_available",
        ("tissue", "biops", "specimen", "sample", "block"),
        (
            rf"(?:availab(?:ility of|le) {_TISSUE}|{_TISSUE} (?:is |are |must "
            rf"be |should be )?(?:available|accessible)|{WILLING}(?:to )?(?:undergo|"
            rf"provide|have) (?:an? )?(?:tumou?r |fresh |mandatory |pre-?treatment "
            rf"|new |archival |baseline )*{_TISSUE}|(?:tumou?r|disease|lesions?) "
            rf"(?:(?:that is |that are )?(?:accessible|amenable)) (?:to|for) "
            rf"(?:a )?(?:core |tumou?r |needle )*biops(?:y|ies))(?: for (?:biomarker "
            rf"|antigen |central )?(?:testing|analysis|review))?"
        ),
        "",
    ),
    (
        "resectable_tumour_for_product",
        ("resect", "til"),
        (
            r"(?:at least one |a )?resectable (?:tumou?r |metastatic )?(?:lesion|"
            r"tumou?r|metastasis)(?: \(or aggregate of lesions\))? (?:for|to "
            r"generate) (?:the )?(?:TILs?|tumou?r-infiltrating lymphocytes?|"
            r"product)(?: (?:generation|production|manufactur(?:e|ing)|harvest))?"
        ),
        "",
    ),
    (
        "swallows_tablets",
        ("swallow",),
        (
            rf"(?:{WILLING}|can )(?:to )?swallow (?:oral )?(?:medications?|tablets|"
            rf"pills|capsules)"
        ),
        "",
    ),
    (
        "swallows_tablets",
        ("swallow",),
        rf"{UNWILLING}swallow (?:oral )?(?:medications?|tablets|pills|capsules)",
        "not",
    ),
)
"""Field, literals of the sieve, form, and "not" where the form says the contrary of the field."""

_TRIAL_OF_DRUG: Final = (
    rf"(?:participat(?:ed|ion|ing)|enrol(?:l)?(?:ed|ment)) in (?:an? "
    rf"|another |any |any other |other )?{_TRIAL} (?:with|of|involving|"
    rf"using|receiving) (?:an |any )?(?:investigational|experimental) "
    rf"(?:agents?|drugs?|products?|medicinal products?|therap(?:y|ies)|"
    rf"treatments?)"
)


PHRASES: Final = (
    *(flag_phrase(*row) for row in _ROWS),
    Phrase(
        "trial of an investigational drug",
        ("investigational", "experimental"),
        re.compile(rf"(?<![\w-])(?:{_TRIAL_OF_DRUG})(?![\w-])", re.IGNORECASE),
        lambda match: Treated(("investigational drug",)),
    ),
)
